"""The inverse Hessian of BFGS, of the curvature that the last steps met, in products of matrices.

With the last k steps as rows of S, (k, params), and the changes of the gradient over them as rows
of Y, it is, from `gamma` times the identity,

    H g = gamma g + S' u - gamma Y' v,  v = R^-1 S g,  u = R^-T (D v + gamma (Y Y' v - Y g)),

where R is the upper triangle of `S Y'`, and D its diagonal (Byrd, Nocedal & Schnabel 1994,
"Representations of quasi-Newton matrices and their use in limited memory methods", theorem 2.2). It
is the H of the two loops over the pairs (Nocedal 1980), which take six passes over vectors for each
pair: here all pairs go together, in three products.
"""

from typing import Any, NamedTuple

import numpy as np

from steepest.data.float_types import FLOAT64
from steepest.objective.evaluation import Vector
from steepest.objective.model.model import Array

__all__ = ["InverseHessian"]


class InverseHessian(NamedTuple):
    """H of k pairs: `rows` (2k, params), each step and then its change, the oldest first.

    `triangle` is `R^-1`, upper triangular, and `products` is `Y Y'`, both (k, k). All are plain
    arrays that nobody changes, so that a checkpoint keeps them. `gamma` is `s'y / y'y` of the
    newest pair. Rows are of the type of the steps, the small matrices float64.

    >>> import numpy as np
    >>> step = np.array([0.5, 0.0])
    >>> InverseHessian.none(2).met(step, 4.0 * step, 1).times(np.array([3.0, 8.0]))
    array([0.75, 2.  ])
    """

    rows: Array
    triangle: Array
    products: Array

    @classmethod
    def none(cls, size: int, dtype: np.dtype[Any] = FLOAT64) -> "InverseHessian":
        """Return that of no pairs: 1."""
        return cls(np.empty((0, size), dtype), np.empty((0, 0)), np.empty((0, 0)))

    @property
    def pairs(self) -> int:
        """How many pairs it is of."""
        return len(self.triangle)

    def met(self, step: Vector, change: Vector, most: int) -> "InverseHessian":
        """Return that of one pair more, `s'y > 0`, each (params,), of which the last `most` count.

        The inverse of a triangle without its first row and column is its own inverse without them,
        and with one column more it has one more: `(-R^-1 S y, 1) / s'y`.
        """
        dropped = max(0, self.pairs + 1 - most)
        rows, kept = self.rows[2 * dropped :], slice(dropped, None)
        before, k = rows @ change, len(rows) // 2
        after = np.empty((2 * k + 2, len(step)), rows.dtype)
        after[:-2], after[-2], after[-1] = rows, step, change
        curved = float(step @ change)
        triangle, products = np.zeros((k + 1, k + 1)), np.empty((k + 1, k + 1))
        triangle[:k, :k] = old = self.triangle[kept, kept]
        triangle[:k, k] = (old @ before[::2]) / -curved
        triangle[k, k] = 1.0 / curved
        products[:k, :k] = self.products[kept, kept]
        products[:k, k] = products[k, :k] = before[1::2]
        products[k, k] = change @ change
        return InverseHessian(after, triangle, products)

    def times(self, vector: Vector) -> Vector:
        """Return `H vector`, (params,)."""
        if not self.pairs:
            return vector
        met = self.rows @ vector
        curved = 1.0 / self.triangle.diagonal()
        gamma = float(curved[-1] / self.products[-1, -1])
        v = self.triangle @ met[::2]
        u = self.triangle.T @ (curved * v + gamma * (self.products @ v - met[1::2]))
        shares = np.empty(len(met), self.rows.dtype)
        shares[::2], shares[1::2] = u, -gamma * v
        turned: Vector = gamma * vector
        turned += shares @ self.rows
        return turned
