"""Which rows a step sees: all, a mini-batch, or a sample that grows as the walk gets near."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from steepest.objective.risk import LinearObjective

__all__ = ["Batches", "Growing"]

LARGEST_SAMPLE = 16
"""The largest sample has one row in this many."""

GROWTH = 8
"""How many times as many rows the next sample has."""

LEAST_ROWS = 20
"""Rows for each param that the smallest sample has."""


@dataclass(frozen=True)
class Batches:
    """Mini-batches of `size` rows in a new order each epoch, the last one with what is left.

    The order depends on `seed` alone.
    """

    objective: LinearObjective
    size: int
    seed: int = 0

    @property
    def in_epoch(self) -> int:
        """How many batches make an epoch: every row once."""
        return -(-len(self.objective.rows) // self.size)

    def __iter__(self) -> Iterator[LinearObjective]:
        """Yield batch after batch, without end."""
        return self.after(0)

    def after(self, steps: int) -> Iterator[LinearObjective]:
        """Yield the batches that come after so many; the orders before are drawn once more."""
        generator = np.random.default_rng(self.seed)
        count = len(self.objective.rows)
        epochs, batches = divmod(steps, self.in_epoch)
        for _ in range(epochs):
            generator.permutation(count)
        begin = batches * self.size
        while True:
            order = generator.permutation(count)
            for first in range(begin, count, self.size):
                yield self.objective.sample(order[first : first + self.size])
            begin = 0


@dataclass(frozen=True)
class Growing:
    """Samples of the rows, each several times as large as the last, then all rows.

    A sample of m rows tells the lowest point of all rows no better than to about `params / 2m` of
    the loss, so it is left once a step promises less than that: the first steps, which have a
    long way to go and need no precision, cost next to nothing (Mokhtari & Ribeiro 2017,
    "First-order adaptive sample size methods to reduce complexity of empirical risk
    minimization"). With `seed` one row is drawn of each of as many stretches of equal length.
    """

    objective: LinearObjective
    seed: int = 0

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many rows each sample has, the smallest first; none where all rows are few.

        Nor where some weigh nothing: a sample might be of those alone.
        """
        weight = self.objective.rows.sample_weight
        if weight is not None and not weight.all():
            return ()
        size = len(self.objective.rows) // LARGEST_SAMPLE
        least = max(LEAST_ROWS * self.objective.size, 1000)
        sizes: list[int] = []
        while size >= least:
            sizes.insert(0, size)
            size //= GROWTH
        return tuple(sizes)

    @cached_property
    def first(self) -> LinearObjective:
        """The objective on the smallest sample, or on all rows where they are few."""
        return self._sample(self.sizes[0]) if self.sizes else self.objective

    def outgrown(self, objective: LinearObjective, loss: float, steepness: float) -> bool:
        """Return whether a sample can tell no more, where it has this loss and steepness.

        The steepness is that in coordinates in which the bowl has curvature 1: one more step
        promises half its square.
        """
        if objective is self.objective:
            return False
        return steepness**2 <= objective.size / len(objective.rows) * abs(loss)

    def at(self, rows: int) -> LinearObjective:
        """Return the objective on the sample of so many rows, or on all rows."""
        return self._sample(rows) if rows in self.sizes else self.objective

    def larger(self, objective: LinearObjective) -> LinearObjective:
        """Return the objective on the next larger sample, or on all rows."""
        rows = len(objective.rows)
        return next((self._sample(size) for size in self.sizes if size > rows), self.objective)

    def _sample(self, size: int) -> LinearObjective:
        generator = np.random.default_rng([self.seed, size])
        ends = np.arange(size + 1) * len(self.objective.rows) // size
        return self.objective.sample(generator.integers(ends[:-1], ends[1:]))
