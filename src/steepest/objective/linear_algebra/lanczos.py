"""Both ends of a symmetric matrix's spectrum from its products with vectors: Lanczos's method.

`A Q = Q T + b q e'` with T tridiagonal: its largest and smallest eigenvalue, and `Q s` of their
eigenvectors s, approach those of A, with the residual `|A Q s - value Q s| = b |s_last|` (Lanczos
1950; Parlett 1998, "The symmetric eigenvalue problem", chapter 13). Within the residual of a value
there is an eigenvalue. Each vector is made orthogonal to all before, twice: without it copies of
eigenvalues that were found come back.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.data.blas import ONE_BLAS_THREAD

__all__ = ["End", "Ends", "spectrum_ends"]

Array = NDArray[np.float64]

MOST_PRODUCTS = 300
"""Products after which the ends are returned as they are, with their residuals.

Measured: both ends to 1e-3 of their own size took 17, 34 and 28 of 105, 2,049 and 101,770 params.
"""

MOST_NUMBERS = 2**27
"""Numbers of all vectors together: 1 GB."""

FEWEST_PRODUCTS = 20
"""Products that are made even where so many vectors take more."""

LEAST_PRODUCTS = 10
"""Products that are made at least: a start that lies across an eigenvector hides it at first.

Of eigenvalues 19.51 and 19.97 above a bulk of small ones a residual of 1e-3 alone took the smaller
for the top from 6 of 300 starts, one of 1e-2 from 118; with 10 products none.
"""

NEGLIGIBLE = 1e-8
"""The share of the larger end within which the smaller one is 0 but for rounding."""

ROUNDING = 1e-15
"""The share of the larger end that a residual has by rounding, however small it comes out."""

EXHAUSTED = 1e-14
"""The share of the matrix's size that the next vector has left where the space is closed."""


class End(NamedTuple):
    """An eigenvalue with its eigenvector, (size,) of length 1, and `residual = |A v - value v|`."""

    value: float
    vector: Array
    residual: float

    @property
    def relative_residual(self) -> float:
        """The residual by the value's own size; 0 where both are 0."""
        return self.residual / abs(self.value) if self.value else float(self.residual > 0)


class Ends(NamedTuple):
    """The largest and the smallest eigenvalue, and how many products it took to find them."""

    top: End
    bottom: End
    products: int


@np.errstate(over="ignore", invalid="ignore")
def spectrum_ends(
    product: Callable[[Array], Array],
    size: int,
    tol: float = 1e-3,
    seed: int = 0,
    *,
    top_alone: bool = False,
) -> Ends:
    """Return both ends of the spectrum of a symmetric matrix, of size 2 or more.

    They are found once the residual of each is at most `tol` of its own size: the end that is
    closer to 0 takes longer, and a tolerance of the larger one's size would stop 10 to 35 % off
    it. `product` takes a vector, (size,), to the matrix times it. Not finite where that is not.
    With `top_alone` the largest is enough: the smallest is as far as it came until then.

    >>> ends = spectrum_ends(lambda v: np.array([3.0, -1.0, 2.0]) * v, 3)
    >>> round(ends.top.value, 9), round(ends.bottom.value, 9), ends.products
    (3.0, -1.0, 3)
    """
    basis = _Basis(product, size, np.random.default_rng(seed))
    least = min(size, LEAST_PRODUCTS)
    most = min(size, MOST_PRODUCTS, max(FEWEST_PRODUCTS, MOST_NUMBERS // size))
    while True:
        basis.grow()
        count = len(basis.diagonal)
        if count >= least and (count < 32 or count % 4 == 0 or count >= most):
            ends = basis.ends()
            if count >= most or not _is_open(ends, tol, 1 if top_alone else 2):
                return ends


def _is_open(ends: Ends, tol: float, wanted: int) -> bool:
    """Return whether one of the ends, top first, is not found yet; False of what is not finite."""
    both = (ends.top, ends.bottom)
    least = tol * NEGLIGIBLE * max(abs(end.value) for end in both)
    return any(end.residual > max(tol * abs(end.value), least) for end in both[:wanted])


class _Basis:
    """The orthonormal vectors so far, and the matrix in them: its diagonal, and what is beside."""

    def __init__(
        self, product: Callable[[Array], Array], size: int, generator: np.random.Generator
    ) -> None:
        self._product, self._generator = product, generator
        start = generator.standard_normal(size)
        self._vectors = (start / np.linalg.norm(start))[None, :]
        self._room = self._vectors
        self._next = self._vectors[0]
        self.diagonal: list[float] = []
        self.beside: list[float] = []

    def grow(self) -> None:
        """Take in one more vector: that of the last product, orthogonal to all before."""
        if self.diagonal:
            self._append(self._next)
        image = self._product(self._vectors[-1])
        self.diagonal.append(float(image @ self._vectors[-1]))
        left = self._orthogonal(image)
        length = float(np.linalg.norm(left))
        size = max(float(np.linalg.norm(image)), max(map(abs, self.diagonal)))
        if length <= EXHAUSTED * size:
            # The space is closed under the matrix: go on in any direction that is not in it.
            left, length = self._orthogonal(self._generator.standard_normal(len(left))), 0.0
        self.beside.append(length)
        norm = np.linalg.norm(left)
        self._next = left / norm if norm else left

    def _append(self, vector: Array) -> None:
        count = len(self._vectors)
        if count == len(self._room):
            self._room = np.concatenate([self._room, np.empty_like(self._room)])
        self._room[count] = vector
        self._vectors = self._room[: count + 1]

    def _orthogonal(self, vector: Array) -> Array:
        """Return what is left of a vector beside all of the basis."""
        for _ in range(2):
            vector = vector - (self._vectors @ vector) @ self._vectors
        return vector

    @ONE_BLAS_THREAD
    def ends(self) -> Ends:
        """Return both ends as they are known by now."""
        off = np.array(self.beside[:-1])
        small = np.diag(self.diagonal) + np.diag(off, 1) + np.diag(off, -1)
        if not np.isfinite(small).all():
            lost = End(np.nan, np.full(self._vectors.shape[1], np.nan), np.nan)
            return Ends(lost, lost, len(self.diagonal))
        values, vectors = np.linalg.eigh(small)
        rounding = ROUNDING * float(np.abs(values).max())
        top, bottom = (
            End(
                float(values[i]),
                vectors[:, i] @ self._vectors,
                max(self.beside[-1] * abs(float(vectors[-1, i])), rounding),
            )
            for i in (-1, 0)
        )
        return Ends(top, bottom, len(self.diagonal))
