"""The few rows on which the squared loss is that of all rows: a page needs no more of them.

The loss of a linear model reads n rows through their first two moments alone, which are its
sufficient statistics:

    L(w, b) = mean (x w + b - y)²,    z = (x, y),    m = mean z,    C = mean (z - m)(z - m)ᵀ

Any d + 1 rows with the same m and C (d numbers a row) have the same loss, the same gradient and
the same second derivatives everywhere. Those here are `m + R s` with C = R Rᵀ and s the corners of
a regular simplex, whose mean is 0 and whose covariance is 1 (Fisher 1922 on sufficiency; the
simplex as sigma points: Julier 2003).
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["standing_rows"]

Array = NDArray[np.float64]


def standing_rows(X: Array, y: Array) -> tuple[Array, Array]:
    """Return rows X (features + 2, features) and y (features + 2,) that stand for all rows.

    The squared loss of any linear model with a bias on them is that on `X` (rows, features) and
    `y` (rows,), but for rounding.
    """
    both = np.column_stack([X, y]).astype(np.float64, copy=False)
    mean = both.mean(axis=0)
    away = both - mean
    values, vectors = np.linalg.eigh(away.T @ away / len(both))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    rows = mean + _simplex(len(mean)) @ root.T
    return rows[:, :-1], rows[:, -1]


def _simplex(size: int) -> Array:
    """Return the corners of a regular simplex, (size + 1, size): of mean 0 and covariance 1.

    Helmert's matrix without its constant column, as long as that asks for.
    """
    corners = np.zeros((size + 1, size))
    for j in range(size):
        corners[: j + 1, j], corners[j + 1, j] = 1.0, -(j + 1.0)
        corners[:, j] *= np.sqrt((size + 1) / ((j + 1.0) * (j + 2.0)))
    return corners
