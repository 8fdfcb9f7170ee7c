"""Successive halving: several rates walk at once, and again and again the worse half is left.

Jamieson & Talwalkar 2016, "Non-stochastic best arm identification and hyperparameter optimization",
arXiv 1502.07943, algorithm 1: in each round those that are left walk as far again as they have
come, and the half of the lower losses goes on.
"""

from collections.abc import Iterator, Sequence
from math import inf, isfinite
from typing import NamedTuple

import numpy as np

from steepest.descent.rule import Rule, State
from steepest.descent.sampling import Batches
from steepest.objective.coordinates.coordinates import Coordinates
from steepest.objective.evaluation import Vector
from steepest.objective.objective import Objective

__all__ = ["FoundRate", "successive_halving"]

FIRST_ROUND = 100
"""Steps of the first round at most; of five rates three take the second, and two a third.

After 400 steps in all the best of five rates was beside that after 12 s on all of five problems of
`python -m bench network-auto`, after 100 steps on three.
"""

SHARE_OF_EPOCH = 4
"""The first round is one in so many of an epoch's steps at most: all rounds are three epochs."""

COMPARED_ROWS = 4096
"""Rows on which rates are compared, the same for all."""


class FoundRate(NamedTuple):
    """The rate of the lowest loss, and how many rows were read to find it."""

    rate: float
    rows_read: int


@np.errstate(over="ignore", invalid="ignore")
def successive_halving(
    rule: Rule, coordinates: Coordinates, batches: Batches, start: Vector, rates: Sequence[float]
) -> FoundRate:
    """Return the best of `rates` for a rule on mini-batches, from `start`, (params,).

    All see the same batches. Of rates that lead to no finite loss the smallest is returned.
    """
    compared = _compared(batches.objective)
    walks = [_Walk(rate, rule, coordinates, batches.after(0), start) for rate in sorted(rates)]
    steps = max(1, min(FIRST_ROUND, batches.in_epoch // SHARE_OF_EPOCH))
    rows_read = 0
    while len(walks) > 1:
        for walk in walks:
            walk.go(steps)
        rows_read += len(walks) * (steps * batches.size + compared.count)
        walks.sort(key=lambda walk: walk.loss_on(compared))
        walks, steps = walks[: -(-len(walks) // 2)], walks[0].steps
    return FoundRate(walks[0].rate, rows_read)


def _compared(objective: Objective) -> Objective:
    """Return the objective on equally spaced rows of the whole table."""
    count = objective.count
    rows = min(COMPARED_ROWS, count)
    sample = objective.sample(np.arange(rows) * count // rows)
    assert sample is not None
    return sample


class _Walk:
    """A descent at one rate, of which nothing is kept but where it is."""

    def __init__(
        self,
        rate: float,
        rule: Rule,
        coordinates: Coordinates,
        batches: Iterator[Objective],
        start: Vector,
    ) -> None:
        self.rate, self.params, self.steps = rate, start, 0
        self._rule, self._coordinates, self._batches = rule, coordinates, batches
        self._state: State = rule.init(coordinates.position(start))

    def go(self, steps: int) -> None:
        """Take so many steps more."""
        self.steps += steps
        for _ in range(steps):
            at = next(self._batches).evaluate(self.params)
            gradient = self._coordinates.pullback(at.gradient)
            direction, self._state = self._rule.update(gradient, self._state)
            self.params = self.params + self.rate * self._coordinates.params(direction)

    def loss_on(self, objective: Objective) -> float:
        """Return the loss where it is; infinite where that is no number."""
        loss = objective.value(self.params)
        return loss if isfinite(loss) else inf
