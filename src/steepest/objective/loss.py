"""What a loss is: how wrong one margin is, how steeply that changes, and how the steepness bends.

A loss knows nothing of X, weights or threads. Each is pure functions of `margin` (X w + b, what
the model says before it is turned into a prediction) and `target`, row by row:

    value(margin, target)      the loss of each row, shape (rows,)
    slope(margin, target)      its derivative by the margin, the margin's shape
    curvature(margin, target)  its second derivative: (rows,), for softmax (rows, k, k)
    value_and_slope(...)       the first two at once, sharing what costs time (an exponential)

`curvature_bound` is the most that the curvature can be anywhere (for softmax: its largest
eigenvalue); `inf` where the loss has a kink. No finite margin overflows where the true value is a
float64: exponentials are only taken of numbers that are not positive.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Loss"]

Array = NDArray[np.float64]


class Loss(Protocol):
    """What the linear objective asks of a loss; see the module's docstring for the shapes."""

    @property
    def name(self) -> str:
        """The word by which the loss is chosen."""

    @property
    def formula(self) -> str:
        """The loss as the books write it, for figures and words."""

    @property
    def curvature_bound(self) -> float:
        """The most that the curvature can be, `inf` at a kink."""

    @property
    def margins(self) -> int:
        """How many margins a row has: 1, or k for softmax."""

    def value(self, margin: Array, target: Array) -> Array:
        """Return the loss of each row."""

    def slope(self, margin: Array, target: Array) -> Array:
        """Return the derivative of each row's loss by its margin or margins."""

    def curvature(self, margin: Array, target: Array) -> Array:
        """Return the second derivative of each row's loss."""

    def value_and_slope(self, margin: Array, target: Array) -> tuple[Array, Array]:
        """Return `value` and `slope` at once."""

    def guess(self, target: Array) -> Array:
        """Return the best margin when all rows get the same, shape (margins,)."""

    def spread(self, target: Array) -> float:
        """Return how far margins typically lie apart: the size of a random start."""
