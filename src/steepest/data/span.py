"""Whether numbers can be squared: beyond some size float64 has no room for their squares."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from steepest.data.sparse import Matrix
from steepest.errors import DataError

__all__ = ["check_span"]

ROOM = 16.0
"""How many times the squares of a column, added up over all rows, must go into float64."""

LEAST = 1e-153
"""Squares of deviations down to this are above float64's 2.2e-308, with a few digits of room."""

Array = NDArray[np.float64]


def check_span(X: Matrix, y: Array, deviation: Array, names: Sequence[str], target: str) -> None:
    """Raise DataError if a column is too large or varies too little for its squares.

    `deviation`, (features,), is that of X, (rows, features): infinite or no number where squares
    overflow, and 1 where they are all 0, as of a constant. `names` are those of the features.
    """
    largest = sqrt(np.finfo(np.float64).max / (ROOM * len(y)))
    _check(target, float(y.min()), float(y.max()), largest)
    suspects = np.flatnonzero(~(deviation < largest) | (deviation < LEAST) | (deviation == 1.0))
    if not len(suspects):
        return
    low, high = _ends(X)
    for j in suspects.tolist():
        _check(names[j], float(low[j]), float(high[j]), largest)


def _ends(X: Matrix) -> tuple[Array, Array]:
    """Return the least and the largest number of each column, (features,); sparse, 0 counts too."""
    if isinstance(X, np.ndarray):
        return X.min(axis=0).astype(float), X.max(axis=0).astype(float)
    low, high = np.zeros((2, X.shape[1]))
    np.minimum.at(low, X.indices, X.data)
    np.maximum.at(high, X.indices, X.data)
    return low, high


def _check(name: str, low: float, high: float, largest: float) -> None:
    """Raise DataError for a column from `low` to `high`; `largest` is what has room."""
    size, spread = max(abs(low), abs(high)), high - low
    if size > largest:
        raise DataError(
            f"{name} holds numbers up to {size:.3g}, whose squares are beyond float64; tell it in "
            f"larger units: numbers up to {largest:.2g} will do"
        )
    if 0.0 < spread < LEAST:
        raise DataError(
            f"{name} differs between rows by {spread:.3g} at most, whose square is below float64; "
            f"tell it in smaller units: differences from {LEAST:g} up will do"
        )
