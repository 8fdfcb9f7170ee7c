"""Where every step of a run lies along some directions, of which not every step kept its params.

    (x, y) of a step = C' (D p),    where both vectors that read x and y are C' D

So the path over a plane whose axes are read by combinations of the directions D is whole, whichever
steps gave up their params; over any other plane only the steps that kept theirs are known.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Projections"]

Array = NDArray[np.float64]

SPANNED = 1e-9
"""The share of a vector that combinations of the directions may leave of it: rounding alone."""


class Projections(NamedTuple):
    """Products `D p` of the params of every step, (steps + 1, k), with directions, (k, params)."""

    directions: Array
    products: Array

    def along(self, vectors: Array) -> Array | None:
        """Return the products of every step with other vectors, (k, params): (steps + 1, k).

        None where they are no combinations of the directions.
        """
        mixed, *_ = np.linalg.lstsq(self.directions.T, vectors.T, rcond=None)
        left = np.linalg.norm(vectors - mixed.T @ self.directions)
        if not left <= SPANNED * np.linalg.norm(vectors):
            return None
        found: Array = self.products @ mixed
        return found

    def plane(
        self, names: Sequence[str]
    ) -> tuple[str | None, str | None, tuple[Array, Array] | None]:
        """Return the two params by `names`, if the products are their values, else u and v."""
        at = [np.flatnonzero(one) for one in self.directions]
        if [len(one) for one in at] != [1, 1]:
            return None, None, (self.directions[0], self.directions[1])
        return names[at[0][0]], names[at[1][0]], None
