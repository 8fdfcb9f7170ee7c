"""The path to the lowest loss of very many rows: by a sample, then by those near their kinks."""

import numpy as np
from numpy.typing import NDArray

from steepest.descent.steps.smoothing_path import (
    GAP_RTOL,
    MOST_TRIES,
    Evaluate,
    NarrowingPath,
    is_proved,
)
from steepest.objective.evaluation import Evaluation
from steepest.objective.kinks.fewer_rows import near_kinks
from steepest.objective.kinks.smoothed import Smoothed
from steepest.objective.kinks.smoothed_newton import DualPoint
from steepest.objective.model.model import Array

__all__ = ["FewerRowsPath"]

MORE = 2
"""How many times as many rows are looked at where those near their kinks were not enough."""

BY_CHANCE = 0.1
"""The gap in a sample, against what chance makes of its lowest point: features over rows."""

Indices = NDArray[np.intp]


class FewerRowsPath:
    """The path of many rows: a sample, then those near their kinks, more of them each time."""

    def __init__(self, smoothed: Smoothed, evaluate: Evaluate, sample: Smoothed) -> None:
        self.smoothed, self.evaluate, self.sample = smoothed, evaluate, sample
        self.size = self.bound = 0.0
        self.flat: Array | None = None
        self.dual_point: DualPoint | None = None
        self.rows_read = 0

    @property
    def memory(self) -> tuple[float, float, Array | None]:
        """How many rows, the bound, and the flat bottom, (n, 4)."""
        return self.size, self.bound, self.flat

    def go_on(self, size: float, bound: float, flat: Array | None) -> None:
        """Go on where the path was, its flat bottom (n, 4)."""
        self.size, self.bound, self.flat = size, bound, flat

    def begin(self) -> Evaluation:
        """Return the lowest point of a sample."""
        few = self.sample
        self.size = few.objective.count
        path = NarrowingPath(few, few.objective.evaluate)
        enough = BY_CHANCE * few.objective.size / few.objective.count
        return self.evaluate(self._lowest(path, path.begin(), enough).params)

    def following(self, at: Evaluation) -> Evaluation | None:
        """Return the lowest point of the rows near their kinks; None once these were all rows."""
        count, most = int(self.size), self.smoothed.objective.count
        if count > most:
            return None
        near = near_kinks(self.smoothed, at, min(count, most))
        objective = near.smoothed.objective
        path = NarrowingPath(near.smoothed, objective.evaluate)
        path.size = near.width
        there = self._lowest(path, objective.evaluate(at.params))
        point = self.evaluate(there.params)
        self.size = count if point.loss < at.loss else MORE * count
        if path.dual_point is not None and path.bound > self.bound:
            self.bound, self.dual_point = (
                path.bound,
                _of_all(path.dual_point, near.chosen, at, self.smoothed),
            )
        return point

    def _lowest(self, path: NarrowingPath, at: Evaluation, enough: float = GAP_RTOL) -> Evaluation:
        """Return the lowest point of some rows, from a point of theirs.

        A gap that is `enough`, as a share of the loss, will do.
        """
        point: Evaluation | None = at
        for _ in range(MOST_TRIES):
            if point is None or is_proved(path, point, enough):
                break
            at = point if point.loss <= at.loss else at
            point = path.following(point)
            self.rows_read += path.smoothed.objective.count
        self.rows_read += path.rows_read
        return at if point is None else point


def _of_all(
    dual_point: DualPoint, chosen: Indices, at: Evaluation, smoothed: Smoothed
) -> DualPoint:
    """Return that of some rows and two sums as one of all rows: each has its sum's slope."""
    below, above = dual_point.slopes[-2:]
    slopes = np.where(smoothed.residual(at) > 0.0, above, below)
    slopes[chosen] = dual_point.slopes[:-2]
    few = dual_point.rows[dual_point.rows < len(chosen)]
    is_point = dual_point.is_point and len(few) == len(dual_point.rows)
    return dual_point._replace(rows=chosen[few], slopes=slopes, is_point=is_point)
