"""A plane through the params: `origin + a u + b v`.

The one idea of steepest: the surface that the reader looks at and the plane that a search walks on
are both such planes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Plane"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Plane:
    """All params `origin + a u + b v`; each of the three has shape (params,)."""

    origin: Array
    u: Array
    v: Array

    @classmethod
    def of_two(cls, origin: Array, first: int, second: int) -> "Plane":
        """Return the plane through `origin` on which only params `first` and `second` change."""
        u, v = np.zeros((2, len(origin)))
        u[first] = v[second] = 1.0
        return cls(origin, u, v)

    def params(self, a: float, b: float) -> Array:
        """Return the params at (a, b), (params,)."""
        return self.origin + a * self.u + b * self.v
