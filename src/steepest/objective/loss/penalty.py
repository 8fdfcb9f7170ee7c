"""Penalties on the weights: `l1 |w|_1 + l2 / 2 |w|^2`, the bias free of both.

`l1 |w|_1` has no slope where a weight is 0, only subgradients from -l1 to l1. Where the gradient of
all the rest lies between these, no step leads down: the weight stays exactly 0 (Tibshirani 1996,
"Regression shrinkage and selection via the lasso").
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Penalty", "minimum_norm_subgradient", "soft_threshold"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Penalty:
    """`l1 |w|_1 + l2 / 2 |w|^2`: none, ridge, lasso, or both (elastic net, Zou & Hastie 2005).

    What goes in and comes out by weight has the shape of the weights.
    """

    l1: float = 0.0
    l2: float = 0.0

    def __bool__(self) -> bool:
        """Return whether there is a penalty at all."""
        return bool(self.l1 or self.l2)

    @property
    def smooth(self) -> bool:
        """Whether it has a gradient everywhere: L1 has none at 0."""
        return not self.l1

    def value(self, weights: Array) -> float:
        """Return what it adds to the mean loss, for weights of any shape."""
        value = 0.5 * self.l2 * float(np.vdot(weights, weights)) if self.l2 else 0.0
        return value + self.l1 * float(np.abs(weights).sum()) if self.l1 else value

    def minimum_norm_subgradient(self, gradient: Array, weights: Array) -> Array:
        """Return that of loss and penalty, `gradient` being that of all but L1."""
        return minimum_norm_subgradient(gradient, weights, self.l1) if self.l1 else gradient


def soft_threshold(values: Array, threshold: Array | float) -> Array:
    """Return `sign(v) max(|v| - threshold, 0)`.

    Values may have any shape. It is the lowest point of `1/2 (x - v)^2 + threshold |x|` (Donoho &
    Johnstone 1994, "Ideal spatial adaptation by wavelet shrinkage").

    >>> soft_threshold(np.array([-3.0, 0.5, 2.0]), 1.0)
    array([-2.,  0.,  1.])
    """
    drawn: Array = values - np.clip(values, -threshold, threshold)
    return drawn


def minimum_norm_subgradient(gradient: Array, weights: Array, threshold: Array | float) -> Array:
    """Return the subgradient of least norm of `rest + threshold |weights|`, `gradient` the rest's.

    All have one shape. It is 0 exactly where no step leads down, and its opposite is the direction
    of steepest descent (Bertsekas 1999, "Nonlinear Programming", section 6.1).

    >>> minimum_norm_subgradient(np.array([0.5, 0.5, -2.0]), np.array([1.0, 0.0, 0.0]), 1.0)
    array([ 1.5,  0. , -1. ])
    """
    off_kink = gradient + threshold * np.sign(weights)
    return np.where(weights != 0.0, off_kink, soft_threshold(gradient, threshold))
