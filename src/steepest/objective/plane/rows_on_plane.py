"""The rows of a linear objective on a plane: `margin = base + a by_a + b by_b`, X unread.

Since margins are linear in the params, those of three vectors are those of every point.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Blocks
from steepest.objective.loss.loss import Loss, weighed
from steepest.objective.loss.penalty import Penalty
from steepest.objective.model.model import Layout
from steepest.objective.plane.plane import Plane

__all__ = ["LinearRisk", "RowsOnPlane", "l1_on_plane"]

Array = NDArray[np.float64]

COLLINEAR = 1e-13
"""The share of `by_a` that is left beside `by_b`, below which it is rounding."""


class Penalised(Protocol):
    """What is asked of an objective for its penalty."""

    penalty: Penalty
    layout: Layout


class LinearRisk(Protocol):
    """What is asked of a linear objective, `mean(loss(X w + b, y)) + l2/2 |w|² + l1 |w|₁`."""

    blocks: Blocks
    loss: Loss
    penalty: Penalty
    layout: Layout

    def margins(self, params: Array) -> Array:
        """Return X w + b, (rows,) or (rows, k)."""

    def on(self, blocks: Blocks) -> "LinearRisk":
        """Return the same objective on other rows."""


@dataclass(frozen=True)
class RowsOnPlane:
    """The rows of a linear objective on a plane: X is not needed any more.

    A row's margin is `base + a by_a + b by_b`, each (rows,) or (rows, k). `penalty` are the six
    numbers of the L2 penalty, which is a quadratic in a and b (see `Quadratic`). `weight` is the
    sample weight of each row, (rows,), or None. `threads` is on how many the rows are summed.
    """

    base: Array
    by_a: Array
    by_b: Array
    target: Array
    penalty: Array
    weight: Array | None = None
    threads: int | None = None

    @classmethod
    def of(cls, objective: LinearRisk, plane: Plane) -> "RowsOnPlane":
        """Return the rows of `objective` on `plane`, reading X three times."""
        base, by_a, by_b = (objective.margins(at) for at in (plane.origin, plane.u, plane.v))
        blocks, penalty = objective.blocks, _l2_on_plane(objective, plane)
        return cls(base, by_a, by_b, blocks.y, penalty, blocks.sample_weight, blocks.threads)

    def stretches(self, most: int) -> Iterator["RowsOnPlane"]:
        """Yield the rows, `most` neighbouring ones at a time."""
        for start in range(0, len(self.target), most):
            at = slice(start, start + most)
            weight = None if self.weight is None else self.weight[at]
            margins = self.base[at], self.by_a[at], self.by_b[at]
            yield RowsOnPlane(*margins, self.target[at], self.penalty, weight, self.threads)

    @property
    def total(self) -> float:
        """The sum of the sample weights, or the number of rows."""
        return float(len(self.target) if self.weight is None else self.weight.sum())

    def margin(self, a: float, b: float) -> Array:
        """Return the margins at one point of the plane, (rows,) or (rows, k)."""
        return self.base + a * self.by_a + b * self.by_b

    def total_and_slope(self, loss: Loss, a: float, b: float) -> tuple[float, Array]:
        """Return the sum of the rows' losses at (a, b), and its derivative by each margin."""
        return loss.total_and_slope(self.margin(a, b), self.target, self.weight)

    def blocks(self, outputs: int) -> Blocks:
        """Return base, by_a and by_b of one margin side by side, (rows, 3), in blocks."""
        parts = np.column_stack([self.base, self.by_a, self.by_b])
        return Blocks(
            parts, self.target, outputs=outputs, sample_weight=self.weight, threads=self.threads
        )

    def orthogonal(self) -> tuple["RowsOnPlane", float]:
        """Return the rows by `s = a` and `r = b + tilt a`, and `tilt = by_a'by_b / by_b'by_b`.

        One step of Gram-Schmidt: the margins' derivatives by s and by r are orthogonal. Of a
        feature far from 0 a weight and the bias move all margins almost alike: by (a, b) the bowl
        is a ravine whose bottom drowns in rounding, by (s, r) it is as open as it can be.
        """
        counted = weighed(self.by_b, self.weight)
        length2, product = np.vdot(counted, self.by_b), np.vdot(self.by_a, counted)
        tilt = float(product / length2) if length2 > 0 and np.isfinite(product / length2) else 0.0
        by_s = self.by_a - tilt * self.by_b
        if np.abs(by_s).max() <= COLLINEAR * np.abs(self.by_a).max():
            by_s = np.zeros_like(by_s)
        c, ca, cb, caa, cab, cbb = self.penalty
        css, csr = caa - tilt * cab + tilt**2 * cbb, cab - 2 * tilt * cbb
        penalty = np.array([c, ca - tilt * cb, cb, css, csr, cbb])
        return replace(self, by_a=by_s, penalty=penalty), tilt


def _l2_on_plane(objective: LinearRisk, plane: Plane) -> Array:
    """Return `l2/2 |w + a u + b v|²`, of the weights alone, by its six numbers."""
    weights = objective.layout.weights
    w, u, v = (at[weights] for at in (plane.origin, plane.u, plane.v))
    products = [w @ w, 2 * w @ u, 2 * w @ v, u @ u, 2 * u @ v, v @ v]
    return 0.5 * objective.penalty.l2 * np.array(products)


def l1_on_plane(objective: Penalised, plane: Plane, a: Array, b: Array) -> Array:
    """Return `l1 |w + a u + b v|₁` of the weights at points (a, b), arrays that broadcast together.

    A weight that neither axis moves adds the same everywhere.
    """
    weights = objective.layout.weights
    base, by_a, by_b = (at[weights] for at in (plane.origin, plane.u, plane.v))
    moving = np.flatnonzero((by_a != 0.0) | (by_b != 0.0))
    total = np.abs(np.delete(base, moving)).sum() + np.zeros(np.broadcast_shapes(a.shape, b.shape))
    for at in moving:
        total = total + np.abs(base[at] + a * by_a[at] + b * by_b[at])
    return objective.penalty.l1 * total
