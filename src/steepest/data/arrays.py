"""Arrays that the reader gives as (X, y): their shapes, and whether they hold numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steepest.data.blocks import Blocks
from steepest.data.gaps import Holes
from steepest.data.sparse import Matrix, as_csr, is_sparse, sparse_holes
from steepest.errors import DataError

__all__ = ["AnyArray", "array_holes", "as_c_array", "as_matrix", "as_vector"]

AnyArray = NDArray[np.generic]
"""An array of any type: numbers, words, objects."""


def as_c_array(source: ArrayLike, dtype: type[np.float64] | type[np.float32]) -> NDArray[Any]:
    """Return an array in C order and aligned, without a copy if it is so already.

    Of numbers that do not begin at a multiple of their size (`np.frombuffer(..., offset=1)`) BLAS
    and NumPy add up in another order, so that the last bits would be others.
    """
    return np.require(np.asarray(source, dtype=dtype), requirements=["C", "A"])


def as_matrix(source: object) -> Matrix:
    """Return X as (rows, features) in C order, without a copy if it is so already.

    float32 stays float32, other numbers become float64; a sparse matrix of SciPy becomes a CSR
    array (`as_csr`). One dimension, (rows,), is one feature. Raises DataError for another number
    of dimensions, no column, or values that are no numbers.
    """
    if is_sparse(source):
        return as_csr(source)
    X = _array(source, "X")
    if X.dtype.kind not in "biuf":
        raise DataError(
            f"X must hold numbers, got {_contents(X)}; turn words into numbers, or give a data "
            "frame or a file with the name of its target, which may have words"
        )
    if X.ndim == 1:
        X = X[:, None]
    if X.ndim != 2 or X.shape[1] == 0:
        raise DataError(f"X must be rows by features, two dimensions, got the shape {X.shape}")
    return as_c_array(X, np.float32 if X.dtype == np.float32 else np.float64)


def as_vector(source: object, name: str = "y", column: bool = True) -> AnyArray:
    """Return y, or what is called `name`, as (rows,), of whatever type.

    A single column, (rows, 1), is taken as that, unless `column` is False. Raises DataError for
    another shape.
    """
    y = _array(source, name)
    if column and y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1:
        raise DataError(f"{name} must be one value a row, one dimension, got the shape {y.shape}")
    return y


def array_holes(
    X: Matrix, y: AnyArray | None, names: Sequence[str], threads: int | None = None
) -> list[Holes]:
    """Return what is missing in X, (rows, features), and y, (rows,): columns with holes only.

    `names` has one name for each column of X.
    """
    if Blocks(X, np.empty(X.shape[0]), threads=threads).is_finite():
        found = []
    elif is_sparse(X):
        found = sparse_holes(X, names)
    else:
        found = [_holes(name, values) for name, values in zip(names, X.T, strict=True)]
    if y is not None and not (y.dtype.kind in "biuf" and np.isfinite(y).all()):
        found.append(_holes("y", y))
    return [holes for holes in found if holes]


def _array(source: object, name: str) -> AnyArray:
    """Return `source` as an array; raise DataError if its rows are not of one length."""
    try:
        array = np.asarray(source)
        # Numbers that pandas keeps as objects are numbers all the same.
        numbers = np.array(array.tolist()) if array.dtype == object else array
        return numbers if numbers.dtype.kind in "biuf" else array
    except (ValueError, TypeError) as error:
        raise DataError(f"{name} cannot be made an array: {error}") from error


def _contents(X: AnyArray) -> str:
    """Say what an array holds instead of numbers."""
    wrong = [value for value in X.ravel()[:1000] if isinstance(value, str)]
    return f"{X.dtype}" + (f", such as {str(wrong[0])!r}" if wrong else "")


def _holes(name: str, values: AnyArray) -> Holes:
    """Return where values, (rows,), are gaps (NaN, None) and where they are infinite."""
    if values.dtype.kind == "f":
        return Holes(name, np.isnan(values), np.isinf(values))
    none = np.zeros(values.shape, dtype=bool)
    if values.dtype != object:
        return Holes(name, none, none)
    # What is not equal to itself is a NaN, also among strings, as pandas has it.
    gaps = np.array([value is None or value != value for value in values], dtype=bool)
    return Holes(name, gaps, none)
