"""A plane through the params, `origin + a u + b v`, and what the rows are on it.

The one idea of steepest: what the reader looks at and what a search walks on are such planes, and
on a plane a linear objective needs the rows' margins only, never X again.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest.objective.loss.loss import weighed
from steepest.objective.protocol import Vector

if TYPE_CHECKING:
    from steepest.objective.risk import LinearObjective

__all__ = ["Plane", "RowsOnPlane", "kinks_on_plane", "lowest_step"]

Array = NDArray[np.float64]

ALIKE = 1e-13
"""The share of a way that is left without the other, below which it is rounding."""

APART = 1e-6
"""The sine squared of an angle between two axes above which they are well apart."""

FLAT = 1e-12
"""The curvature, against 1 along each axis, below which a direction is taken to be flat."""


@dataclass(frozen=True)
class Plane:
    """All params `origin + a u + b v`; each of the three has shape (params,)."""

    origin: Vector
    u: Vector
    v: Vector

    @classmethod
    def of_two(cls, origin: Vector, first: int, second: int) -> "Plane":
        """Return the plane through `origin` on which only params `first` and `second` change."""
        u, v = np.zeros((2, len(origin)))
        u[first] = v[second] = 1.0
        return cls(origin, u, v)

    def params(self, a: float, b: float) -> Vector:
        """Return the params at (a, b)."""
        return self.origin + a * self.u + b * self.v


@dataclass(frozen=True)
class RowsOnPlane:
    """The rows of a linear objective on a plane: X is not needed any more.

    A row's margin is `base + a by_a + b by_b`, each (rows,) or (rows, k). `penalty` are the six
    numbers of the L2 penalty, which is a quadratic in a and b (see `grid.Quadratic`). `weight` is
    the sample weight of each row, (rows,), or None.
    """

    base: Array
    by_a: Array
    by_b: Array
    target: Array
    penalty: Array
    weight: Array | None = None

    @classmethod
    def of(cls, objective: "LinearObjective", plane: Plane) -> "RowsOnPlane":
        """Return the rows of `objective` on `plane`, reading X three times."""
        base, by_a, by_b = (objective.margins(at) for at in (plane.origin, plane.u, plane.v))
        biases = objective.layout.biases
        w, u, v = (at[:-biases] for at in (plane.origin, plane.u, plane.v))
        half = 0.5 * objective.penalty.l2
        products = [w @ w, 2 * w @ u, 2 * w @ v, u @ u, 2 * u @ v, v @ v]
        rows, penalty = objective.blocks, half * np.array(products)
        return cls(base, by_a, by_b, rows.y, penalty, rows.sample_weight)

    @property
    def total(self) -> float:
        """The sum of the sample weights, or the number of rows."""
        return float(len(self.target) if self.weight is None else self.weight.sum())

    def margin(self, a: float, b: float) -> Array:
        """Return the margins at one point of the plane."""
        return self.base + a * self.by_a + b * self.by_b

    def level(self) -> tuple["RowsOnPlane", float]:
        """Return the rows by `s = a` and `r = b + tilt a`, whose ways are square, and the tilt.

        Of a feature far from 0 a weight and the bias move all margins almost alike: by (a, b)
        the bowl is a ravine whose bottom drowns in rounding, by (s, r) it is as open as it can be.
        """
        counted = weighed(self.by_b, self.weight)
        across, along = np.vdot(counted, self.by_b), np.vdot(self.by_a, counted)
        tilt = float(along / across) if across > 0 and np.isfinite(along / across) else 0.0
        by_s = self.by_a - tilt * self.by_b
        if np.abs(by_s).max() <= ALIKE * np.abs(self.by_a).max():
            by_s = np.zeros_like(by_s)
        c, ca, cb, caa, cab, cbb = self.penalty
        css, csr = caa - tilt * cab + tilt**2 * cbb, cab - 2 * tilt * cbb
        penalty = np.array([c, ca - tilt * cb, cb, css, csr, cbb])
        return replace(self, by_a=by_s, penalty=penalty), tilt


def kinks_on_plane(objective: "LinearObjective", plane: Plane, a: Any, b: Any) -> Any:
    """Return what L1 adds at the points (a, b) of a plane, arrays that broadcast together.

    A weight that neither axis moves adds the same everywhere.
    """
    weights = slice(objective.size - objective.layout.biases)
    base, by_a, by_b = (at[weights] for at in (plane.origin, plane.u, plane.v))
    moving = np.flatnonzero((by_a != 0.0) | (by_b != 0.0))
    total = np.abs(np.delete(base, moving)).sum()
    for at in moving:
        total = total + np.abs(base[at] + a * by_a[at] + b * by_b[at])
    return objective.penalty.l1 * total


def lowest_step(slope: Array, bend: Array) -> Array:
    """Return the step to the lowest point of a quadratic, (2,); the shortest one in a valley.

    Each axis is told in the unit in which it curves by 1: none is flat for its units alone. NaN
    if there is no such step.
    """
    across, along, both = float(bend[0, 0]), float(bend[1, 1]), float(bend[0, 1])
    # The sine squared of the angle between the two axes: they are apart, and a formula will do.
    if across > 0.0 and along > 0.0 and (apart := 1.0 - both / across * (both / along)) > APART:
        a, b = float(slope[0]), float(slope[1])
        # Quotients, since of flat places a product of two curvatures is 0.
        far, away = a / across, b / along
        return np.array([both / across * away - far, both / along * far - away]) / apart
    return _shortest(slope, bend)


def _shortest(slope: Array, bend: Array) -> Array:
    """Return the shortest of the steps that lead to the bottom of a valley."""
    curvature = np.diag(bend)
    unit = np.sqrt(np.where(curvature > 0, curvature, 1.0))
    round_bend = bend / np.outer(unit, unit)
    if not np.isfinite(round_bend).all() or not np.isfinite(slope).all():
        return np.full(2, np.nan)
    step: Array = np.linalg.lstsq(round_bend, -slope / unit, rcond=FLAT)[0] / unit
    return step
