"""A proximal point of a quadratic with L1, by semismooth Newton steps in the space of the rows.

The quadratic is `1/2 |A (x - c)|² + slope (x - c) + ridge/2 x² + threshold |x|`, with a row of A
for each row of the data. What is minimised is that and `|x - c|² / (2 sigma)`. Its dual is a
function of one number a row, `1/2 |u|² + u'A c + sum x(u)² / (2 e)` with
`x(u) = e S(c / sigma - slope - A'u)`, S the soft threshold and `1 / e = 1 / sigma + ridge`. It has
a gradient, `u - A (x(u) - c)`, whose slope is `1 + A_J e A_J'` of the weights J that are not 0 in
x(u): so Newton's equations have as many unknowns as rows or as J, whichever are fewer, however many
the features (Li, Sun & Toh 2018, "A highly efficient semismooth Newton augmented Lagrangian method
for solving lasso problems", SIAM J. Optim. 28(1)). With a sigma that grows the proximal points come
to the lowest point (Rockafellar 1976, "Monotone operators and the proximal point algorithm").
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.objective.evaluation import Vector, norm
from steepest.objective.line_search import SUFFICIENT, backtrack
from steepest.objective.linear_algebra.triangle import Triangle
from steepest.objective.loss.penalty import soft_threshold

__all__ = ["ProximalPoint", "Quadratic"]

Array = NDArray[np.float64]

MOST_NEWTON = 24
"""Newton steps at most: where these are not enough sigma is too large for where they begin."""

DUAL_RTOL = 0.2
"""The rest of the dual gradient, by how far the point has moved over the root of sigma.

So exactly solved proximal points still converge (Rockafellar 1976, criterion B).
"""

MOST_LEFT = 0.1
"""What a solve in float32 may leave of Newton's equations; one that leaves more is in float64."""

VALUE_RTOL = 1e-14
"""The share of the dual's value that is its rounding."""

CHANGED = 0.4
"""The share of J that may have changed where a matrix is made of the last one."""


class ProximalPoint(NamedTuple):
    """Where it lies, (features,), in how many Newton steps, and whether it is good enough."""

    x: Vector
    newton: int
    converged: bool


class _Matrix(NamedTuple):
    """`A_J e A_J'` in float32, of the weights J."""

    product: NDArray[np.float32]
    members: NDArray[np.intp]


@dataclass(frozen=True)
class Quadratic:
    """The quadratic: its rows A, (rows, features), the same in float32, and all by feature."""

    rows: Array
    rough: NDArray[np.float32]
    slope: Vector
    ridge: Vector
    threshold: Vector
    centre: Vector

    def proximal_point(self, sigma: float) -> ProximalPoint:
        """Return the lowest point of all with `|x - centre|² / (2 sigma)`."""
        return _Dual(self, sigma).solved()


class _Dual:
    """The dual at work: u, (rows,), the x that belongs to it, and the dual's value."""

    def __init__(self, quadratic: Quadratic, sigma: float) -> None:
        self.of, self.sigma = quadratic, sigma
        self.scale = 1.0 / (1.0 / sigma + quadratic.ridge)
        self.pull = quadratic.centre / sigma - quadratic.slope
        self.centre = quadratic.rows @ quadratic.centre
        self.u = np.zeros(len(quadratic.rows))
        self.back = np.zeros(len(self.pull))
        self.x = self._point(self.back)
        self.value = self._value(self.u, self.x)
        self.matrix: _Matrix | None = None

    def solved(self) -> ProximalPoint:
        """Return the proximal point, by Newton steps until the dual gradient is small enough."""
        for newton in range(MOST_NEWTON + 1):
            rest = self.of.rows @ self.x - self.centre - self.u
            moved = norm(self.x - self.of.centre)
            if norm(rest) <= DUAL_RTOL * moved / self.sigma**0.5:
                return ProximalPoint(self.x, newton, True)
            if newton == MOST_NEWTON or not self._step(rest):
                break
        return ProximalPoint(self.x, newton, False)

    def _point(self, back: Vector) -> Vector:
        return self.scale * soft_threshold(self.pull - back, self.of.threshold)

    def _value(self, u: Vector, x: Vector) -> float:
        return float(0.5 * (u @ u) + u @ self.centre + 0.5 * np.sum(x * x / self.scale))

    def _step(self, rest: Vector) -> bool:
        """Go a Newton step, or its half, ...; return whether the dual fell enough."""
        move, back = self._newton(rest)
        slope = -float(rest @ move)
        if not slope < 0.0:
            return False

        def falls(share: float) -> bool:
            u, x = self.u + share * move, self._point(self.back + share * back)
            least = self.value + SUFFICIENT * share * slope
            return self._value(u, x) <= least + VALUE_RTOL * abs(self.value)

        share = backtrack(falls, 1.0)
        self.u, self.back = self.u + share * move, self.back + share * back
        self.x = self._point(self.back)
        self.value = self._value(self.u, self.x)
        return bool(share)

    def _newton(self, rest: Vector) -> tuple[Vector, Vector]:
        """Return `(1 + A_J e A_J')^-1 rest`, (rows,), and A' times that, (features,)."""
        rows, members = self.of.rows, np.flatnonzero(self.x)
        for some in (self.of.rough, rows):
            move = self._solved(rest, members, some)
            if move is None:
                continue
            back = move @ rows
            weighed = np.zeros(len(back))
            weighed[members] = self.scale[members] * back[members]
            if norm(rest - move - rows @ weighed) <= MOST_LEFT * norm(rest):
                return move, back
        return rest, rest @ rows

    def _solved(self, rest: Vector, members: NDArray[np.intp], rows: NDArray[Any]) -> Vector | None:
        """Return the solution by a matrix over the rows or over J, of which there are fewer.

        None where rounding left it not positive.
        """
        if len(members) >= len(rows):
            matrix = self._over_rows(rows, members).copy()
            matrix[np.diag_indices(len(matrix))] += 1.0
            root = Triangle.of(matrix)
            return None if root is None else root.solve(root.solve_transposed(rest))
        some = rows.take(members, axis=1)
        matrix = some.T @ some
        matrix[np.diag_indices(len(matrix))] += (1.0 / self.scale[members]).astype(rows.dtype)
        root = Triangle.of(matrix)
        if root is None:
            return None
        inner = root.solve(root.solve_transposed(rest @ some))
        return np.asarray(rest - some @ inner, dtype=np.float64)

    def _over_rows(self, rows: NDArray[Any], members: NDArray[np.intp]) -> NDArray[Any]:
        """Return `A_J e A_J'`, in float32 from the last one where few of J have changed."""
        if rows.dtype == np.float64:
            return self._product(rows, members)
        last = self.matrix
        if last is None:
            product = self._product(rows, members)
        else:
            came = np.setdiff1d(members, last.members, assume_unique=True)
            left = np.setdiff1d(last.members, members, assume_unique=True)
            if len(came) + len(left) > CHANGED * len(members):
                product = self._product(rows, members)
            else:
                product = last.product + self._product(rows, came) - self._product(rows, left)
        self.matrix = _Matrix(product, members)
        return product

    def _product(self, rows: NDArray[Any], members: NDArray[np.intp]) -> NDArray[Any]:
        some = rows.take(members, axis=1)
        some *= np.sqrt(self.scale[members]).astype(rows.dtype)
        product: NDArray[Any] = some @ some.T
        return product
