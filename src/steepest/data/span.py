"""Whether numbers can be computed with: beyond some size a type has no room for their squares.

And whether float32 can distinguish them: of numbers that hardly vary about a large mean it keeps
too few digits.
"""

from collections.abc import Callable, Sequence
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.float_types import FLOAT32, FLOAT64
from steepest.data.sparse import Matrix, is_sparse
from steepest.errors import DataError

__all__ = ["check_digits", "check_span"]

ROOM = 16.0
"""How many times the squares of a column, added up over all rows, must go into the type."""

LEAST = {FLOAT64: 1e-153, FLOAT32: 1e-18}
"""Squares of deviations down to this are above 2.2e-308, and 1.2e-38, with a few digits of room."""

LARGEST = {dtype: float(np.finfo(dtype).max) for dtype in LEAST}
"""The largest number of each type."""

LOST = 1e-3
"""The share of a deviation that rounding to float32 may take: then three digits of it are left."""

Array = NDArray[np.float64]


def check_span(
    X: Matrix,
    y: Array,
    deviation: Array,
    names: Sequence[str],
    target: str,
    dtype: np.dtype[Any] = FLOAT64,
    place: Callable[[int], str] = lambda row: f"row {row + 1:,}",
) -> None:
    """Raise DataError if a column is too large or varies too little for its squares in `dtype`.

    `deviation`, (features,), is that of X, (rows, features): infinite or no number where squares
    overflow, and 1 where they are all 0, as of a constant. `names` are those of the features,
    `place` tells where a row, from 0, is in the source.
    """
    largest = sqrt(LARGEST[dtype] / (ROOM * len(y)))
    _check(target, y, place, largest, dtype)
    suspect = (deviation < LEAST[dtype]) | (deviation == 1.0) | ~(deviation < largest)
    if not suspect.any():
        return
    for j in np.flatnonzero(suspect).tolist():
        _check(names[j], _column(X, j), place, largest, dtype)


def check_digits(
    mean: Array, deviation: Array, y: Array, names: Sequence[str], target: str
) -> None:
    """Raise DataError if float32 keeps too few digits of how a column varies.

    `mean` and `deviation`, (features,), are those of X; that of a constant feature is 1: by so
    much of it a unit's sum moves as by a deviation of others. y is (rows,).
    """
    columns = [*zip(names, mean, deviation, strict=True), (target, y.mean(), y.std())]
    rounding = 0.5 * float(np.finfo(FLOAT32).eps)
    for name, middle, spread in columns:
        if rounding * abs(middle) > LOST * spread:
            so = f"varies by {spread:.3g} about" if spread != 1.0 else "is in every row about"
            raise DataError(
                f"{name} {so} {middle:.6g}, of which float32, with 7 digits, keeps less than three "
                "that count; take its mean off first, or leave dtype out: float64 has 16"
            )


def _column(X: Matrix, j: int) -> Array:
    """Return a column of X, (rows,); of a sparse one 0 counts too."""
    if is_sparse(X):
        return np.asarray(X[:, np.array([j])].toarray()).ravel()
    return X[:, np.array([j])].astype(float).ravel()


def _check(
    name: str, column: Array, place: Callable[[int], str], largest: float, dtype: np.dtype[Any]
) -> None:
    """Raise DataError for a column, (rows,), of numbers beyond the `largest` that has room.

    The column may be on disk: nothing as long is made of it unless it is refused.
    """
    low, high = float(column.min()), float(column.max())
    size, spread = max(abs(low), abs(high)), high - low
    if size > largest:
        at = place(int(np.argmax(np.abs(column))))
        raise DataError(
            f"{name} holds numbers up to {size:.3g} ({at}), whose squares are beyond "
            f"{dtype}; tell it in larger units: numbers up to {largest:.2g} will do"
        )
    if 0.0 < spread < LEAST[dtype]:
        raise DataError(
            f"{name} differs between rows by {spread:.3g} at most, whose square is below {dtype}; "
            f"tell it in smaller units: differences from {LEAST[dtype]:g} up will do"
        )
