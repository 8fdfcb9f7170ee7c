"""Arrays that the reader gives as (X, y): their shapes, and whether they hold numbers."""

from collections.abc import Sequence
from itertools import takewhile
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steepest.data.blocks import Blocks
from steepest.data.exact import EXACT
from steepest.data.gaps import Holes
from steepest.data.objects import as_real, is_gap
from steepest.data.sparse import Matrix, as_csr, is_sparse, sparse_holes
from steepest.errors import DataError
from steepest.numerals import counted

__all__ = [
    "AnyArray",
    "array_holes",
    "array_square_sum",
    "as_c_array",
    "as_matrix",
    "as_vector",
    "pair_of",
    "target_holes",
]

AnyArray = NDArray[np.generic]
"""An array of any type: numbers, words, objects."""


def as_c_array(source: ArrayLike, dtype: type[np.float64] | type[np.float32]) -> NDArray[Any]:
    """Return an array in C order and aligned, without a copy if it is so already.

    Of numbers that do not begin at a multiple of their size (`np.frombuffer(..., offset=1)`) BLAS
    and NumPy add up in another order, so that the last bits would be others.
    """
    array = np.asarray(source, dtype=dtype)
    flags = array.flags
    if flags.c_contiguous and flags.aligned:
        return array
    return np.require(array, requirements=["C", "A"])


def as_matrix(source: object) -> Matrix:
    """Return X as (rows, features) in C order, without a copy if it is so already.

    float32 stays float32, other numbers become float64; a sparse matrix of SciPy becomes a CSR
    array (`as_csr`). One dimension, (rows,), is one feature. Raises DataError for another number
    of dimensions, no column, or values that are no numbers.
    """
    if is_sparse(source):
        return as_csr(source)
    X = _exact(_array(source, "X"), "X")
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
    y = _exact(_array(source, name), name)
    if column and y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1:
        raise DataError(f"{name} must be one value a row, one dimension, got the shape {y.shape}")
    return y


def array_holes(
    X: Matrix, y: AnyArray | None, names: Sequence[str], square_sum: float
) -> list[Holes]:
    """Return what is missing in X, (rows, features), and y, (rows,): columns with holes only.

    `names` has one name for each column of X. A `square_sum` of X that is finite says that there
    is nothing missing in it.
    """
    if isfinite(square_sum):
        found = []
    elif is_sparse(X):
        found = sparse_holes(X, names)
    else:
        found = [_holes(name, values) for name, values in zip(names, X.T, strict=True)]
    return [*(holes for holes in found if holes), *([] if y is None else target_holes(y))]


def array_square_sum(X: Matrix, threads: int | None = None) -> float:
    """Return the sum of the squares of X, (rows, features): no finite number where it has holes."""
    return Blocks(X, np.empty(X.shape[0]), threads=threads).square_sum()


def target_holes(y: AnyArray) -> list[Holes]:
    """Return what is missing in y, (rows,): one column with holes, or none."""
    if y.dtype.kind in "biuf" and np.isfinite(y).all():
        return []
    holes = _holes("y", y)
    return [holes] if holes else []


def pair_of(pair: tuple[object, ...]) -> tuple[Matrix, AnyArray]:
    """Return X, (rows, features), and y, (rows,), of a tuple; raise DataError if they disagree."""
    if len(pair) != 2:
        raise DataError(f"a tuple of arrays must be (X, y), got {counted(len(pair), 'item')}")
    X, y = as_matrix(pair[0]), as_vector(pair[1])
    if X.shape[0] != len(y):
        raise DataError(
            f"X has {counted(X.shape[0], 'row')} and y has {counted(len(y), 'value')}; each row "
            "of X needs its own value in y"
        )
    return X, y


def _array(source: object, name: str) -> AnyArray:
    """Return `source` as an array; what its mask covers, and an NA, is a gap.

    Raises DataError if its rows are not of one length.
    """
    try:
        array = np.asarray(_unmasked(source))
        return _numbers_of(array, name) if array.dtype == object else array
    except DataError:
        raise
    # What a foreign array raises is its own affair.
    except Exception as error:
        raise DataError(f"{name} cannot be made an array: {error}") from error


def _exact(array: AnyArray, name: str) -> AnyArray:
    """Return an array; raise DataError if it has different whole numbers that are one float64."""
    if array.dtype.kind not in "iu" or array.itemsize < 8 or array.size == 0:
        return array
    if max(-int(array.min()), int(array.max())) > EXACT:
        for column in array.reshape(len(array), -1).T:
            _check_distinct(np.unique(column).tolist(), column.astype(np.float64), name)
    return array


def _unmasked(source: object) -> object:
    """Return a masked array as objects with None behind the mask; all else as it is."""
    if not isinstance(source, np.ma.MaskedArray) or not np.ma.is_masked(source):
        return source
    values = source.data.astype(object)
    values[np.ma.getmaskarray(source)] = None
    return values


def _numbers_of(array: AnyArray, name: str) -> AnyArray:
    """Return objects as numbers where all of them are, a gap as NaN; else gaps as None."""
    flat = array.ravel()
    gaps = np.array([is_gap(value) for value in flat], dtype=bool)
    there = [value for value, gap in zip(flat, gaps, strict=True) if not gap]
    if there and all(isinstance(value, bool | np.bool_) for value in there) and not gaps.any():
        return array.astype(bool)
    reals = list(takewhile(lambda real: real is not None, map(as_real, there)))
    if len(reals) < len(there) or not reals:
        kept = [None if gap else value for value, gap in zip(flat, gaps, strict=True)]
        filled = np.empty(len(kept), dtype=object)
        filled[:] = kept
        return filled.reshape(array.shape)
    numbers = np.full(flat.shape, np.nan)
    numbers[~gaps] = np.array(reals, dtype=np.float64)
    _check_distinct(reals, numbers[~gaps], name)
    return numbers.reshape(array.shape)


def _check_distinct(exact: Sequence[object], rounded: NDArray[np.float64], name: str) -> None:
    """Raise DataError if different whole numbers are the same float64."""
    different, left = len(set(exact)), len(np.unique(rounded))
    if left < different:
        raise DataError(
            f"{name} has {different:,} different whole numbers, of which a float64 can tell "
            f"{left:,} apart (beyond 2^53 it has not each of them); subtract the least of them"
        )


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
    gaps = np.array([is_gap(value) for value in values], dtype=bool)
    return Holes(name, gaps, none)
