"""What an objective is at some params: loss, gradient, and what it keeps to answer more."""

from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Evaluation", "Vector", "length_of", "norm"]

Vector = NDArray[np.float64]

SINGLE = np.dtype(np.float32).itemsize

LEAST_SQUARE = 1e-290
"""A sum of squares below this may have lost digits, or all: float64 ends at 2.2e-308."""


class Evaluation(NamedTuple):
    """Loss and gradient at `params`, all of the gradient's shape, (params,).

    `gradient` is the minimum-norm subgradient where there are kinks; `smooth_gradient` is that of
    all but an L1 penalty, and the gradient itself where there is none. `rows_read` is how many rows
    were read for it. `cache` is what the objective keeps of them, with which what else is asked at
    these params costs less: the margins of a risk, (rows,) or (rows, k). Who walks looks into none.
    """

    params: Vector
    loss: float
    gradient: Vector
    smooth_gradient: Vector
    rows_read: int = 0
    cache: Any = None


def norm(vector: Vector) -> float:
    """Return the Euclidean norm of a vector, (n,), where short several times as fast as NumPy's.

    Squares are float64, of a vector in float32 too. Its parts are divided by the largest first
    where their squares leave the range of float64; NumPy may warn of that, unless it is asked not
    to, as a descent tells it.

    >>> with np.errstate(over="ignore"):
    ...     print(norm(np.array([3.0, 4.0])), f"{norm(np.array([3e200, 4e200])):.6g}")
    5.0 5e+200
    """
    if vector.itemsize == SINGLE:
        vector = vector.astype(np.float64)
    square = float(vector.dot(vector))
    if LEAST_SQUARE < square < inf or square != square:
        return square**0.5
    largest = float(np.abs(vector).max(initial=0.0))
    if not 0.0 < largest < inf:
        return largest
    scaled = vector / largest
    return largest * float(scaled.dot(scaled)) ** 0.5


def length_of(vector: Vector) -> float:
    """Return the Euclidean norm of a vector, (n,), divided first, so that no square overflows.

    >>> length_of(np.array([0.0, -4e200])), length_of(np.zeros(2))
    (4e+200, 0.0)
    """
    largest = float(np.abs(vector).max(initial=0.0))
    return largest * norm(vector / largest) if 0.0 < largest < inf else largest
