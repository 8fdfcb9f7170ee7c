"""The L1 penalty: its kinks at 0, and how weights come to rest there.

`l1 |weights|_1` has no slope where a weight is 0, only a span of them, from -l1 to l1. Where the
slope of all the rest lies within that span no step leads down: the weight stays exactly 0
(Tibshirani 1996, "Regression shrinkage and selection via the lasso").
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["shortest", "soft"]

Array = NDArray[np.float64]


def soft(values: Array, threshold: Array | float) -> Array:
    """Return `values` drawn towards 0 by `threshold`, and exactly 0 within it.

    It is the lowest point of `1/2 (x - value)^2 + threshold |x|`: the soft threshold of Donoho &
    Johnstone 1994, "Ideal spatial adaptation by wavelet shrinkage", and the proximal map of L1.

    >>> soft(np.array([-3.0, 0.5, 2.0]), 1.0)
    array([-2.,  0.,  1.])
    """
    drawn: Array = values - np.clip(values, -threshold, threshold)
    return drawn


def shortest(slope: Array, weights: Array, threshold: Array | float) -> Array:
    """Return the shortest of all slopes of `rest + threshold |weights|`, `slope` that of the rest.

    It is 0 exactly where no step leads down, and its opposite is the way of steepest descent.

    >>> shortest(np.array([0.5, 0.5, -2.0]), np.array([1.0, 0.0, 0.0]), 1.0)
    array([ 1.5,  0. , -1. ])
    """
    away = slope + threshold * np.sign(weights)
    return np.where(weights != 0.0, away, soft(slope, threshold))
