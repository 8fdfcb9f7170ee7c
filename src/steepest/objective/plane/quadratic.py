"""The squared loss on a plane: a quadratic in (a, b), six numbers whatever the number of rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block
from steepest.objective.loss.loss import weighed
from steepest.objective.plane.newton_step import newton_step
from steepest.objective.plane.rows_on_plane import RowsOnPlane

__all__ = ["Quadratic"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Quadratic:
    """`c + cs s + cr r + css s² + csr s r + crr r²`, by its six numbers in this order.

    s is `a - a0` and r is `b - b0 + tilt s`: along a ravine r hardly changes, so that its bottom
    is not the difference of large numbers (see `RowsOnPlane.orthogonal`).
    """

    a0: float
    b0: float
    numbers: Array
    tilt: float = 0.0

    @classmethod
    def of(cls, rows: RowsOnPlane) -> "Quadratic":
        """Return the mean squared error, and penalty, of the rows.

        The residual is linear in (a, b), so its mean square is six means of products. They are
        taken about the quadratic's own minimum, where nothing cancels: about another point a
        small loss would be the difference of large numbers.
        """
        rows, tilt = rows.orthogonal()
        s0, r0 = cls(0.0, 0.0, rows.penalty + _means(rows, 0.0, 0.0)).lowest()
        moved = _shifted(rows.penalty, s0, r0)
        return cls(s0, r0 - tilt * s0, moved + _means(rows, s0, r0), tilt)

    def lowest(self) -> tuple[float, float]:
        """Return the (a, b) of the minimum; of a valley's the nearest to (a0, b0)."""
        _, cs, cr, css, csr, crr = self.numbers
        hessian = np.array([[2 * css, csr], [csr, 2 * crr]])
        s, r = newton_step(np.array([cs, cr]), hessian)
        return float(self.a0 + s), float(self.b0 + r - self.tilt * s)

    def at(self, a: Array, b: Array) -> Array:
        """Return the value at (a, b), arrays that broadcast together."""
        c, cs, cr, css, csr, crr = self.numbers
        s = a - self.a0
        r = b - self.b0 + self.tilt * s
        value: Array = c + cs * s + cr * r + css * s**2 + csr * s * r + crr * r**2
        return value


def _shifted(numbers: Array, a0: float, b0: float) -> Array:
    """Return the six numbers of the same quadratic about (a0, b0) instead of (0, 0)."""
    c, ca, cb, caa, cab, cbb = numbers
    value = c + ca * a0 + cb * b0 + caa * a0**2 + cab * a0 * b0 + cbb * b0**2
    by_a, by_b = ca + 2 * caa * a0 + cab * b0, cb + cab * a0 + 2 * cbb * b0
    return np.array([value, by_a, by_b, caa, cab, cbb])


def _means(rows: RowsOnPlane, a: float, b: float) -> Array:
    """Return the means of `r², 2rp, 2rq, p², 2pq, q²`: residual r at (a, b), p = by_a, q = by_b."""

    def work(block: Block) -> tuple[Array]:
        p, q = block.X[:, 1], block.X[:, 2]
        r = block.X[:, 0] + a * p + b * q - block.y
        wr, wp, wq = (weighed(each, block.weight) for each in (r, p, q))
        return (np.array([wr @ r, 2 * wr @ p, 2 * wr @ q, wp @ p, 2 * wp @ q, wq @ q]),)

    (total,) = rows.blocks(1).sum(work)
    return np.asarray(total / rows.total)
