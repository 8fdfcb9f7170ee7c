"""Least squares without rounding: every float64 is a fraction, so what is solved is exact."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray


def least_squares(
    X: ArrayLike, y: ArrayLike, weight: ArrayLike | None = None, l2: float = 0.0
) -> NDArray[np.float64]:
    """Return weights, (features,), and bias of the least weighted mean of squared errors.

    `l2 / 2 |weights|^2` is added to that mean. Raises ZeroDivisionError where they are not unique.
    """
    rows = np.column_stack([X, np.ones(len(np.asarray(y)))]).tolist()
    numbers = [[Fraction(one) for one in row] for row in rows]
    target = [Fraction(one) for one in np.asarray(y, dtype=float).tolist()]
    counted = [Fraction(one) for one in np.ones(len(rows)) * (1 if weight is None else weight)]
    size = len(numbers[0])
    gram = [
        [sum(w * r[i] * r[j] for w, r in zip(counted, numbers, strict=True)) for j in range(size)]
        for i in range(size)
    ]
    for i in range(size - 1):
        gram[i][i] += Fraction(l2) * sum(counted) / 2
    right = [
        sum(w * r[i] * t for w, r, t in zip(counted, numbers, target, strict=True))
        for i in range(size)
    ]
    return np.array([float(one) for one in _solved(gram, right)])


def _solved(matrix: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> list[Fraction]:
    """Return the solution of a system of equations, by elimination."""
    rows = [[*row, one] for row, one in zip(matrix, right, strict=True)]
    for i, row in enumerate(rows):
        pivot = row[i]
        rows[i] = [one / pivot for one in row]
        for j, other in enumerate(rows):
            if j != i:
                rows[j] = [a - other[i] * b for a, b in zip(other, rows[i], strict=True)]
    return [row[-1] for row in rows]
