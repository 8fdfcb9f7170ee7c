"""The loss on a grid of points of a plane, exactly, with as little work as the loss allows.

Squared loss: six numbers, whatever the number of rows. Cross entropy: since the exponential of a
sum is a product, two small tables stand for all exponentials, and the logarithm of a product for
many logarithms. Any other loss of a margin: row by row, X unread. Any other objective: one
evaluation a point. An L1 penalty is added by itself, kinks and all.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block, Blocks
from steepest.objective.loss.cross_entropy import OfClasses
from steepest.objective.loss.loss import Loss, weighed
from steepest.objective.loss.regression import Squared
from steepest.objective.plane import Plane, RowsOnPlane, kinks_on_plane, lowest_step
from steepest.objective.protocol import Objective
from steepest.objective.risk import LinearObjective
from steepest.surface.tables import entropy_on_grid

__all__ = ["Quadratic", "loss_at", "loss_on_grid"]

Array = NDArray[np.float64]


def loss_on_grid(objective: Objective, plane: Plane, a: Array, b: Array) -> Array:
    """Return the loss at every point, (len(b), len(a)): `[i, j]` is that at `(a[j], b[i])`."""
    with np.errstate(over="ignore", invalid="ignore"):
        return _on_grid(objective, plane, a, b)


def _on_grid(objective: Objective, plane: Plane, a: Array, b: Array) -> Array:
    """Return the same, holes (no finite number) where the loss leaves float64."""
    if not isinstance(objective, LinearObjective):
        return np.array([[objective.value(plane.params(x, y)) for x in a] for y in b])
    smooth = _smooth_on_grid(objective, plane, a, b)
    if not objective.penalty.l1:
        return smooth
    return smooth + np.asarray(kinks_on_plane(objective, plane, a[None, :], b[:, None]))


def _smooth_on_grid(objective: LinearObjective, plane: Plane, a: Array, b: Array) -> Array:
    """Return the same of all but an L1 penalty."""
    rows = RowsOnPlane.of(objective, plane)
    loss, threads = objective.loss, objective.blocks.threads
    if isinstance(loss, Squared):
        return Quadratic.of(rows, threads).on_grid(a, b)
    penalty = Quadratic(0.0, 0.0, rows.penalty).on_grid(a, b)
    if isinstance(loss, OfClasses):
        return entropy_on_grid(rows, loss, a, b, threads) + penalty
    return _plain(rows, loss, a, b, threads) + penalty


def loss_at(objective: Objective, plane: Plane, a: Array, b: Array) -> Array:
    """Return the loss at the points `(a[i], b[i])`, shape (points,)."""
    points = list(zip(a, b, strict=True))
    if not isinstance(objective, LinearObjective):
        return np.array([objective.value(plane.params(*point)) for point in points])
    rows = RowsOnPlane.of(objective, plane)
    total_and_slope = objective.loss.total_and_slope
    sums = [total_and_slope(rows.margin(*at), rows.target, rows.weight)[0] for at in points]
    smooth = np.array(sums) / rows.total + Quadratic(0.0, 0.0, rows.penalty).at(a, b)
    return np.asarray(smooth + kinks_on_plane(objective, plane, a, b))


@dataclass(frozen=True)
class Quadratic:
    """A quadratic in (a, b) by six numbers: of 1, s, r, s², sr, r².

    s is `a - a0` and r is `b - b0 + tilt s`: along a ravine r hardly changes, so that its bottom
    is not the difference of large numbers (see `RowsOnPlane.level`).
    """

    a0: float
    b0: float
    numbers: Array
    tilt: float = 0.0

    @classmethod
    def of(cls, rows: RowsOnPlane, threads: int | None = None) -> "Quadratic":
        """Return the mean squared error, and penalty, of the rows.

        The residual is linear in (a, b), so its mean square is six means of products. They are
        taken about the quadratic's own minimum, where nothing cancels: about another point a
        small loss would be the difference of large numbers.
        """
        level, tilt = rows.level()
        s0, r0 = cls(0.0, 0.0, level.penalty + _means(level, 0.0, 0.0, threads)).lowest()
        moved = _shifted(level.penalty, s0, r0)
        return cls(s0, r0 - tilt * s0, moved + _means(level, s0, r0, threads), tilt)

    def lowest(self) -> tuple[float, float]:
        """Return the (a, b) of the minimum; the shortest way to it where it is a valley."""
        _, cs, cr, css, csr, crr = self.numbers
        bent = np.array([[2 * css, csr], [csr, 2 * crr]])
        s, r = lowest_step(np.array([cs, cr]), bent)
        return float(self.a0 + s), float(self.b0 + r - self.tilt * s)

    def at(self, a: Any, b: Any) -> Any:
        """Return the value at (a, b), which may be arrays."""
        c, cs, cr, css, csr, crr = self.numbers
        s = a - self.a0
        r = b - self.b0 + self.tilt * s
        return c + cs * s + cr * r + css * s**2 + csr * s * r + crr * r**2

    def on_grid(self, a: Array, b: Array) -> Array:
        """Return the values on the grid, (len(b), len(a))."""
        return np.asarray(self.at(a[None, :], b[:, None]))


def _shifted(numbers: Array, a0: float, b0: float) -> Array:
    """Return the six numbers of the same quadratic about (a0, b0) instead of (0, 0)."""
    c, ca, cb, caa, cab, cbb = numbers
    value = c + ca * a0 + cb * b0 + caa * a0**2 + cab * a0 * b0 + cbb * b0**2
    by_a, by_b = ca + 2 * caa * a0 + cab * b0, cb + cab * a0 + 2 * cbb * b0
    return np.array([value, by_a, by_b, caa, cab, cbb])


def _means(rows: RowsOnPlane, a: float, b: float, threads: int | None) -> Array:
    """Return the six means of products of residual r at (a, b), p = by_a and q = by_b."""

    def block(dealt: Block) -> tuple[Any, ...]:
        parts, target, weight = dealt.X, dealt.y, dealt.weight
        p, q = parts[:, 1], parts[:, 2]
        r = parts[:, 0] + a * p + b * q - target
        wr, wp, wq = (weighed(each, weight) for each in (r, p, q))
        return (np.array([wr @ r, 2 * wr @ p, 2 * wr @ q, wp @ p, 2 * wp @ q, wq @ q]),)

    (total,) = _dealt(rows, 1, threads).sum(block)
    return total / rows.total


def _dealt(rows: RowsOnPlane, outputs: int, threads: int | None) -> Blocks:
    """Return base, by_a and by_b of one margin side by side, (rows, 3), in blocks."""
    parts = np.column_stack([rows.base, rows.by_a, rows.by_b])
    return Blocks(parts, rows.target, outputs=outputs, sample_weight=rows.weight, threads=threads)


def _plain(rows: RowsOnPlane, loss: Loss, a: Array, b: Array, threads: int) -> Array:
    """Return the mean loss of one margin on the grid, one value per cell and row."""

    def block(dealt: Block) -> tuple[Any, ...]:
        parts, target, weight = dealt.X, dealt.y, dealt.weight
        along_a = parts[:, 0] + a[:, None] * parts[:, 1]
        values = (loss.value(along_a + t * parts[:, 2], target) for t in b)
        return (np.array([v.sum(1) if weight is None else v @ weight for v in values]),)

    (total,) = _dealt(rows, 2 * len(a), threads).sum(block)
    return np.asarray(total / rows.total)
