"""X as a matrix, dense or sparse; a sparse one is read by rows (CSR), never made dense as a whole.

SciPy is needed only where a sparse X came in, and then it is loaded already: it is imported
nowhere else.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast, overload

import numpy as np
from numpy.typing import NDArray

from steepest.data.gaps import Holes
from steepest.errors import DataError

if TYPE_CHECKING:
    from typing_extensions import TypeIs

__all__ = [
    "Matrix",
    "Sparse",
    "as_csr",
    "dense_rows",
    "is_sparse",
    "matrix_of",
    "matrix_parts",
    "row_block",
    "sparse_holes",
    "stacked",
]

PARTS = ("X_data", "X_indices", "X_indptr", "X_shape")
"""The names under which the parts of a sparse X are kept in a file."""


class Sparse(Protocol):
    """What is used of a sparse array of SciPy, (rows, features), which has no types of its own.

    By rows (CSR) row i has the numbers `data[indptr[i] : indptr[i + 1]]`, float64 or float32, in
    the columns `indices[indptr[i] : indptr[i + 1]]`.
    """

    data: NDArray[np.float64]
    indices: NDArray[np.int32]
    indptr: NDArray[np.int32]
    shape: tuple[int, int]
    ndim: int
    dtype: np.dtype[np.float64]
    nnz: int

    @property
    def T(self) -> "Sparse":  # noqa: N802
        """The transpose, (features, rows)."""

    def toarray(self) -> NDArray[np.float64]:
        """Return all of it as a dense array."""

    def astype(self, dtype: np.dtype[Any]) -> "Sparse":
        """Return it with numbers of this type."""

    def copy(self) -> "Sparse":
        """Return a copy that shares no numbers."""

    @property
    def has_canonical_format(self) -> bool:
        """Whether every row has its columns in order and each once."""

    def sum_duplicates(self) -> None:
        """Add up, in place, what a column of a row is given more than once."""

    def __getitem__(
        self,
        rows: slice | NDArray[np.intp] | NDArray[np.bool_] | tuple[slice, NDArray[np.intp] | slice],
    ) -> "Sparse": ...

    def multiply(self, other: NDArray[np.float64]) -> "Sparse":
        """Return the products by the item, `other` broadcast."""

    def tocsr(self) -> "Sparse":
        """Return it by rows."""

    def sum(self, axis: int) -> NDArray[np.float64]:
        """Return the sums along an axis."""

    @overload
    def __matmul__(self, other: "Sparse") -> "Sparse": ...

    @overload
    def __matmul__(self, other: NDArray[np.float64]) -> NDArray[np.float64]: ...

    def __rmatmul__(self, other: NDArray[np.float64]) -> NDArray[np.float64]: ...


Matrix: TypeAlias = NDArray[np.float64] | Sparse
"""X, (rows, features): float64 in C order or CSR; float32, which is read as float64, is one too."""


def is_sparse(source: object) -> "TypeIs[Sparse]":
    """Return whether `source` is a sparse array or matrix of SciPy."""
    if isinstance(source, np.ndarray):
        return False
    sparse = sys.modules.get("scipy.sparse")
    return sparse is not None and sparse.issparse(source)


def as_csr(source: Sparse) -> Sparse:
    """Return a sparse X, (rows, features), by rows (CSR), its numbers float64 or float32.

    What is so already is not copied; other formats, such as CSC, are converted once. Raises
    DataError for another number of dimensions, no column, or values that are no numbers.
    """
    from scipy.sparse import csr_array

    if source.ndim != 2 or source.shape[1] == 0:
        raise DataError(f"X must be rows by features, two dimensions, got the shape {source.shape}")
    if source.dtype.kind not in "biuf":
        raise DataError(f"X must hold numbers, got {source.dtype}; turn them into real numbers")
    single = source.dtype == np.float32
    X: Sparse = csr_array(source, dtype=np.float32 if single else np.float64)
    if not X.has_canonical_format:
        # A number given in parts is one number: its square is not the sum of squares.
        X = X.copy() if np.shares_memory(X.data, getattr(source, "data", 0)) else X
        X.sum_duplicates()
    return X


def dense_rows(X: Matrix, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return some rows, indices (n,), of any X as an array of float64, (n, features)."""
    chosen = X[rows].toarray() if is_sparse(X) else X[rows]
    return chosen.astype(np.float64, copy=False)


def stacked(X: Matrix, rows: NDArray[np.float64], empty: Callable[..., Any] = np.empty) -> Matrix:
    """Return X, (n, features), with dense `rows`, (m, features), below, as float64.

    `empty` makes the array that dense ones are put into.
    """
    if not is_sparse(X):
        room = empty((len(X) + len(rows), X.shape[1]), np.float64)
        joined: NDArray[Any] = np.concatenate([X, rows], out=room)
        return joined
    from scipy.sparse import csr_array, vstack

    below: Sparse = vstack([X, csr_array(rows)], format="csr", dtype=np.float64)
    return below


def row_block(X: Sparse, rows: slice) -> Sparse:
    """Return the rows `rows.start` to `rows.stop` of a CSR array as one.

    It shares the numbers where it has half of them or more: SciPy 1.17 copies fewer by itself.
    """
    from scipy.sparse import csr_array

    first, last = X.indptr[rows.start], X.indptr[rows.stop]
    parts = X.data[first:last], X.indices[first:last], X.indptr[rows.start : rows.stop + 1] - first
    block: Sparse = csr_array(parts, shape=(rows.stop - rows.start, X.shape[1]), copy=False)
    return block


def sparse_holes(X: Sparse, names: Sequence[str]) -> list[Holes]:
    """Return what is missing in a CSR array: its columns with holes, as `array_holes` does."""
    wrong = np.flatnonzero(~np.isfinite(X.data))
    columns = X.indices[wrong]
    rows = np.searchsorted(X.indptr, wrong, side="right") - 1
    found = []
    for column in np.unique(columns):
        gaps, infinite = np.zeros((2, X.shape[0]), dtype=bool)
        here = columns == column
        values = X.data[wrong[here]]
        gaps[rows[here]] = np.isnan(values)
        infinite[rows[here]] = np.isinf(values)
        found.append(Holes(names[column], gaps, infinite))
    return found


def matrix_parts(X: Matrix) -> dict[str, NDArray[np.generic]]:
    """Return X, (rows, features), as named arrays: one, or the four parts of a CSR array."""
    if not is_sparse(X):
        return {"X": X}
    return dict(zip(PARTS, (X.data, X.indices, X.indptr, np.array(X.shape)), strict=True))


def matrix_of(arrays: Mapping[str, NDArray[np.generic]]) -> Matrix:
    """Return the X, (rows, features), that became these arrays; KeyError if one is missing."""
    if "X" in arrays:
        return cast("NDArray[np.float64]", arrays["X"])
    from scipy.sparse import csr_array

    *parts, shape = (arrays[name] for name in PARTS)
    X: Sparse = csr_array(tuple(parts), shape=tuple(shape))
    return X
