"""Sparse X, as SciPy has it: read by rows, never made dense as a whole.

SciPy is needed only where such an X came in, and then it is loaded already: it is imported
nowhere else.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from steepest.data.gaps import Holes
from steepest.errors import DataError

__all__ = [
    "as_csr",
    "dense_rows",
    "is_sparse",
    "matrix_of",
    "matrix_parts",
    "row_block",
    "sparse_holes",
]

PARTS = ("X_data", "X_indices", "X_indptr", "X_shape")
"""The names under which the parts of a sparse X are kept in a file."""


def is_sparse(source: Any) -> bool:
    """Return whether `source` is a sparse array or matrix of SciPy."""
    sparse = sys.modules.get("scipy.sparse")
    return sparse is not None and sparse.issparse(source)


def as_csr(source: Any) -> Any:
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
    X = csr_array(source, dtype=np.float32 if single else np.float64)
    if not X.has_canonical_format:
        # A number given in parts is one number: its square is not the sum of squares.
        X = X.copy() if np.shares_memory(X.data, getattr(source, "data", 0)) else X
        X.sum_duplicates()
    return X


def dense_rows(X: Any, rows: Any) -> Any:
    """Return some rows, indices (n,), of any X as an array of float64, (n, features)."""
    some = X[rows].toarray() if is_sparse(X) else X[rows]
    return some.astype(np.float64, copy=False)


def row_block(X: Any, rows: slice) -> Any:
    """Return some rows of a CSR array as another that shares its numbers."""
    from scipy.sparse import csr_array

    first, last = X.indptr[rows.start], X.indptr[rows.stop]
    parts = X.data[first:last], X.indices[first:last], X.indptr[rows.start : rows.stop + 1] - first
    return csr_array(parts, shape=(rows.stop - rows.start, X.shape[1]), copy=False)


def sparse_holes(X: Any, names: Sequence[str]) -> list[Holes]:
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


def matrix_parts(X: Any) -> dict[str, Any]:
    """Return X as plain arrays by name, to be kept: one, or of a CSR array its four parts."""
    if not is_sparse(X):
        return {"X": X}
    return dict(zip(PARTS, (X.data, X.indices, X.indptr, np.array(X.shape)), strict=True))


def matrix_of(arrays: Mapping[str, Any]) -> Any:
    """Return the X of which `matrix_parts` made these arrays."""
    if "X" in arrays:
        return arrays["X"]
    from scipy.sparse import csr_array

    *parts, shape = (arrays[name] for name in PARTS)
    return csr_array(tuple(parts), shape=tuple(shape))
