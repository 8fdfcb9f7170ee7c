"""Which rows a step is evaluated on: all, a mini-batch, or a sample that grows."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from steepest.descent.checkpoint import ROW_STREAM, Checkpoint
from steepest.descent.evaluator import Evaluator
from steepest.objective.evaluation import Evaluation
from steepest.objective.objective import Objective

__all__ = ["AdaptiveSample", "AllRows", "Batches", "Sampler", "Samples", "sample_sizes"]

GROWTH = 8
"""How many times as many rows the next sample has."""

ROWS_BY_PARAM = 20
"""Rows for each param of a margin that the smallest sample has."""

GATHERED_ROWS = 4096
"""Rows of mini-batches that are copied at a time: one copy for each batch takes as long as a step.

Measured of 32 rows of 2 features: 6 of 100 us.
"""

LEAST_ROWS = 1000
"""Rows that the smallest sample has at least."""


class Samples:
    """The rows of one descent, step by step: here all of them, at each.

    `objective` is that of the present step, `whole` that of all rows.
    """

    same_rows = True
    """Whether each step is evaluated on the rows of the last, so that gradients can be compared."""

    def __init__(self, objective: Objective, whole: Objective) -> None:
        self.objective, self.whole = objective, whole

    rate_share = 1.0
    """The share of the rate that was found which is for the present step."""

    @property
    def sees_all(self) -> bool:
        """Whether the present step is evaluated on all rows."""
        return True

    def next(self) -> Objective:
        """Return the objective of the next step."""
        return self.objective

    def exhausted(self, at: Evaluation, steepness: float) -> bool:
        """Return whether these rows can tell no more, where the gradient is so steep."""
        return False

    def enlarge(self) -> Objective:
        """Return the objective on more rows."""
        return self.objective

    def full_loss(self, at: Evaluation, index: int, evaluator: Evaluator) -> float:
        """Return the loss of all rows at step `index`; NaN where it is not worked out."""
        return at.loss

    @property
    def state(self) -> tuple[float, ...] | None:
        """What has to be known to go on, beside the step's index; None where that is all."""
        return None


@dataclass(frozen=True)
class Sampler:
    """Which rows the steps of a descent are evaluated on; see `begin`."""

    objective: Objective
    refines: ClassVar[bool] = False
    """Whether steps go on winning digits where others have arrived."""

    @property
    def first(self) -> Objective:
        """The objective on the rows of the first step."""
        return self.objective

    @property
    def in_epoch(self) -> int:
        """How many steps make an epoch: every row once."""
        return 1

    @property
    def batch(self) -> int | None:
        """How many rows a mini-batch was to have; None without batches."""
        return None

    @property
    def steps_in_words(self) -> str:
        """What steps are whose losses may rise by chance."""
        return "mini-batches"

    @property
    def varies(self) -> bool:
        """Whether steps are evaluated on other rows or units each, so losses may rise by chance."""
        return self.in_epoch > 1

    def at(self, rows: int) -> Objective:
        """Return the objective on the sample that has so many rows."""
        return self.objective

    def begin(self, at: Checkpoint) -> Samples:
        """Return the rows of a descent that goes on from a checkpoint."""
        raise NotImplementedError


@dataclass(frozen=True)
class AllRows(Sampler):
    """All rows at every step, of `objective`, or of what tells as much: its normal equations."""

    equations: Objective | None = None
    """What is evaluated in its place, if anything is."""

    @property
    def refines(self) -> bool:  # type: ignore[override]
        """Whether the normal equations are: their steps win back the digits that sums lose."""
        return self.equations is not None

    def begin(self, at: Checkpoint) -> Samples:
        """Return the rows of a descent: all."""
        evaluated = self.objective if self.equations is None else self.equations
        return Samples(evaluated.copy_for_descent(at.reference), self.objective)


@dataclass(frozen=True)
class Batches(Sampler):
    """Mini-batches of `size` rows in a new order each epoch, the last one with what is left.

    The orders are those of a stream of `seed` that the start is not drawn from (`ROW_STREAM`).
    Robbins & Monro 1951; without replacement, as is usual.
    """

    size: int
    seed: int = 0
    drops_rest: bool = False
    """Whether the rows that are left at the end of an epoch are left out: then all are as large."""

    @property
    def batch(self) -> int:
        """How many rows a batch has, but for the last of an epoch."""
        return self.size

    @property
    def in_epoch(self) -> int:
        """How many batches make an epoch: every row once."""
        whole, rest = divmod(self.objective.count, self.size)
        return whole + (rest > 0 and not self.drops_rest)

    def begin(self, at: Checkpoint) -> Samples:
        """Return the batches that come after the steps that are taken."""
        return _BatchSamples(self, at)

    def after(self, steps: int, stream: tuple[int, ...] = ROW_STREAM) -> Iterator[Objective]:
        """Yield the batches that come after so many; the orders before are drawn once more."""
        generator = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=stream))
        count = self.objective.count
        epochs, batches = divmod(steps, self.in_epoch)
        for _ in range(epochs):
            generator.permutation(count)
        begin, gathered = batches * self.size, max(1, GATHERED_ROWS // self.size) * self.size
        while True:
            order = generator.permutation(count)[: self.in_epoch * self.size]
            for first in range(begin, len(order), gathered):
                yield from self._cut(order[first : first + gathered])
            begin = 0

    def _cut(self, rows: NDArray[np.intp]) -> Iterator[Objective]:
        """Yield the batches of these rows, in their order."""
        sample = self.objective.sample(rows)
        assert sample is not None
        for first in range(0, len(rows), self.size):
            batch = sample.stretch(slice(first, min(first + self.size, len(rows))))
            assert batch is not None
            yield batch


class _BatchSamples(Samples):
    same_rows = False

    def __init__(self, batches: Batches, at: Checkpoint) -> None:
        super().__init__(batches.objective, batches.objective)
        self._in_epoch = batches.in_epoch
        self._batches = batches.after(at.index, at.row_stream)

    @property
    def sees_all(self) -> bool:
        return False

    def next(self) -> Objective:
        self.objective = next(self._batches)
        return self.objective

    def full_loss(self, at: Evaluation, index: int, evaluator: Evaluator) -> float:
        """Return the loss of all rows once an epoch."""
        if index % self._in_epoch:
            return float("nan")
        evaluator.rows_read += self.whole.count
        return self.whole.value(at.params)


@dataclass(frozen=True)
class AdaptiveSample(Sampler):
    """Samples of the rows, each several times as large as the last, then all rows.

    A sample of m rows tells the lowest point of all rows no better than to about `params / 2m` of
    the loss, so it is left once a step promises less than that: the first steps, which have far to
    go and need no precision, cost next to nothing (Mokhtari & Ribeiro 2017, "First-order adaptive
    sample size methods to reduce complexity of empirical risk minimization"). With `seed` one row
    is drawn of each of as many stretches of equal length.
    """

    seed: int = 0
    sizes: tuple[int, ...] = ()
    """How many rows each sample has, the smallest first; see `sample_sizes`."""

    @cached_property
    def first(self) -> Objective:
        """The objective on the smallest sample."""
        return self._sample(self.sizes[0])

    def begin(self, at: Checkpoint) -> Samples:
        """Return the sample that the descent had come to, and the next."""
        return _AdaptiveSamples(self, self.at(at.rows) if at.index else self.first)

    def at(self, rows: int) -> Objective:
        """Return the objective on the sample of so many rows, or on all rows."""
        if rows == self.sizes[0]:
            return self.first
        return self._sample(rows) if rows in self.sizes else self.objective

    def larger(self, rows: int) -> Objective:
        """Return the objective on the next sample of more rows, or on all rows."""
        return next((self._sample(size) for size in self.sizes if size > rows), self.objective)

    def _sample(self, size: int) -> Objective:
        sample = self.objective.random_sample(size, self.seed)
        assert sample is not None
        return sample


class _AdaptiveSamples(Samples):
    def __init__(self, sampler: AdaptiveSample, objective: Objective) -> None:
        super().__init__(objective, sampler.objective)
        self._sampler = sampler

    @property
    def sees_all(self) -> bool:
        return self.objective is self.whole

    def exhausted(self, at: Evaluation, steepness: float) -> bool:
        """Return whether one more step promises less than the sample can tell.

        The steepness is that in coordinates of curvature 1: a step promises half its square.
        """
        if self.objective is self.whole:
            return False
        noise = self.objective.size / self.objective.count * abs(at.loss)
        return _of_classes(self.objective.outputs) * steepness**2 <= noise

    def enlarge(self) -> Objective:
        self.objective = self._sampler.larger(self.objective.count)
        return self.objective

    def full_loss(self, at: Evaluation, index: int, evaluator: Evaluator) -> float:
        return at.loss if self.objective is self.whole else float("nan")


def _of_classes(outputs: int) -> float:
    """Return how many times as much a step lowers the loss as the bound on its curvature promises.

    That of k classes is 1/2, but where none is sure each curves by 1/k: k/2 times less. Of one
    margin the two are the same.
    """
    return max(1.0, outputs / 2.0)


def sample_sizes(objective: Objective) -> tuple[int, ...]:
    """Return how many rows each sample has, the smallest first; none where all rows are few."""
    if not objective.every_row_counts:
        # A sample might be of rows that weigh nothing.
        return ()
    size = objective.largest_sample
    least = max(ROWS_BY_PARAM * objective.size // objective.outputs, LEAST_ROWS)
    sizes: list[int] = []
    while size >= least:
        sizes.insert(0, size)
        size //= GROWTH
    return tuple(sizes)
