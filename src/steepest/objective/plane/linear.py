"""The loss of a linear objective on a plane, exactly, with as little work as its loss allows.

Squared loss: six numbers, whatever the number of rows. Cross entropy: since the exponential of a
sum is a product, two small tables stand for all exponentials, and the logarithm of a product for
many logarithms. Any other loss of a margin: row by row, X unread. An L1 penalty is added by
itself, kinks and all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.regression import Squared
from steepest.objective.plane.bowl import find_bowl
from steepest.objective.plane.cross_entropy_grid import cross_entropy_on_grid
from steepest.objective.plane.plane import Plane
from steepest.objective.plane.plane_loss import Bowl
from steepest.objective.plane.quadratic import Quadratic
from steepest.objective.plane.rows_on_plane import LinearRisk, RowsOnPlane, l1_on_plane

__all__ = ["LinearPlaneLoss"]

Array = NDArray[np.float64]

STRETCH = 2**17
"""Rows beyond memory that are summed at a time: 1 MB for each number a row."""


@dataclass(frozen=True, eq=False)
class LinearPlaneLoss:
    """The loss of a linear objective on a plane, with its penalties; X is read three times."""

    objective: LinearRisk
    plane: Plane

    @cached_property
    def rows(self) -> RowsOnPlane:
        """The rows' margins on the plane, worked out once."""
        return RowsOnPlane.of(self.objective, self.plane)

    @cached_property
    def parts(self) -> Sequence[RowsOnPlane]:
        """The rows as they are summed: of those beyond memory some at a time."""
        if self.objective.blocks.keeps_margins:
            return [self.rows]
        return list(self.rows.stretches(STRETCH))

    @np.errstate(over="ignore", invalid="ignore")
    def at(self, a: Array, b: Array) -> Array:
        """Return the loss at the points `(a[i], b[i])`, shape (points,)."""
        loss = self.objective.loss
        totals = [
            sum(part.total_and_slope(loss, x, y)[0] for part in self.parts)
            for x, y in zip(a, b, strict=True)
        ]
        return self._with_l1(np.array(totals) / self.rows.total + self._l2(a, b), a, b)

    @np.errstate(over="ignore", invalid="ignore")
    def grid(self, a: Array, b: Array) -> Array:
        """Return the loss on a grid, (len(b), len(a)): `[i, j]` is that at `(a[j], b[i])`."""
        return self._with_l1(self._smooth_on_grid(a, b), a[None, :], b[:, None])

    @np.errstate(over="ignore", invalid="ignore")
    def bowl(self) -> Bowl | None:
        """Return the minimum on the plane, or one near it, by Newton's method.

        A loss with kinks and the Huber loss may be flat where Newton's method stands, so the
        squared loss takes their place: a window needs to know where the minimum is, not exactly.
        So does the minimum without L1 for that with its kinks, and of rows beyond memory that of
        those at hand.
        """
        loss, blocks = self.objective.loss, self.objective.blocks
        rows = self.rows
        if not blocks.keeps_margins:
            few = self.objective.on(blocks.random_sample(blocks.largest_sample, 0))
            rows = RowsOnPlane.of(few, self.plane)
        bowl = find_bowl(rows, Squared() if loss.may_be_flat else loss)
        exact = not (loss.may_be_flat or self.objective.penalty.l1) and blocks.keeps_margins
        return bowl if bowl is None or exact else bowl._replace(is_lowest=False)

    def _smooth_on_grid(self, a: Array, b: Array) -> Array:
        """Return the loss on the grid, of all but an L1 penalty."""
        first, *others = self.parts
        if not others:
            return self._grid_of(first, a, b)
        total = first.total * self._grid_of(first, a, b)
        for part in others:
            total += part.total * self._grid_of(part, a, b)
        return total / self.rows.total

    def _grid_of(self, rows: RowsOnPlane, a: Array, b: Array) -> Array:
        """Return the same of some rows."""
        loss, across, along = self.objective.loss, a[None, :], b[:, None]
        if loss.is_quadratic:
            return Quadratic.of(rows).at(across, along)
        by_rows = cross_entropy_on_grid if loss.is_log_loss else _by_rows
        return by_rows(rows, loss, a, b) + self._l2(across, along)

    def _with_l1(self, smooth: Array, a: Array, b: Array) -> Array:
        if not self.objective.penalty.l1:
            return smooth
        return smooth + l1_on_plane(self.objective, self.plane, a, b)

    def _l2(self, a: Array, b: Array) -> Array:
        return Quadratic(0.0, 0.0, self.rows.penalty).at(a, b)


def _by_rows(rows: RowsOnPlane, loss: Loss, a: Array, b: Array) -> Array:
    """Return the mean loss of one margin on the grid, one value per cell and row."""

    def work(block: Block) -> tuple[Array]:
        base, by_a, by_b = block.X.T
        along_a = base + a[:, None] * by_a
        values = (loss.value(along_a + t * by_b, block.y) for t in b)
        weight = block.weight
        return (np.array([v.sum(1) if weight is None else v @ weight for v in values]),)

    (total,) = rows.blocks(2 * len(a)).sum(work)
    return np.asarray(total / rows.total)
