"""A plane through the params, `origin + a u + b v`, and what the rows are on it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.objective.linear import LinearObjective
from steepest.objective.protocol import Vector

__all__ = ["Plane", "RowsOnPlane"]

Array = NDArray[np.float64]


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
    numbers of the L2 penalty, which is a quadratic in a and b (see `grid.Quadratic`).
    """

    base: Array
    by_a: Array
    by_b: Array
    target: Array
    penalty: Array

    @classmethod
    def of(cls, objective: LinearObjective, plane: Plane) -> "RowsOnPlane":
        """Return the rows of `objective` on `plane`, reading X three times."""
        base, by_a, by_b = (objective.margins(at) for at in (plane.origin, plane.u, plane.v))
        biases = objective.shape[1]
        w, u, v = (at[:-biases] for at in (plane.origin, plane.u, plane.v))
        half = 0.5 * objective.l2
        products = [w @ w, 2 * w @ u, 2 * w @ v, u @ u, 2 * u @ v, v @ v]
        return cls(base, by_a, by_b, objective.rows.y, half * np.array(products))

    def margin(self, a: float, b: float) -> Array:
        """Return the margins at one point of the plane."""
        return self.base + a * self.by_a + b * self.by_b
