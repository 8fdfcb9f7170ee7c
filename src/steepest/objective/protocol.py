"""What a descent asks of an objective, and a plain function that answers as one."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

__all__ = ["FunctionObjective", "Objective", "Vector"]

Vector = NDArray[np.float64]


@runtime_checkable
class Objective(Protocol):
    """A loss to be descended: a function of one vector of params, with its gradient."""

    def value(self, params: Vector) -> float:
        """Return the loss at `params`."""

    def value_and_gradient(self, params: Vector) -> tuple[float, Vector]:
        """Return the loss at `params` and its gradient, of the same shape as `params`."""


class FunctionObjective:
    """Any function `params -> (loss, gradient)` as an objective.

    >>> import numpy as np
    >>> bowl = FunctionObjective(lambda p: (float(p @ p), 2 * p))
    >>> bowl.value(np.array([3.0, 4.0]))
    25.0
    """

    def __init__(self, function: Callable[[Vector], tuple[float, Vector]]) -> None:
        self._function = function

    def value(self, params: Vector) -> float:
        """Return the loss at `params`."""
        return self.value_and_gradient(params)[0]

    def value_and_gradient(self, params: Vector) -> tuple[float, Vector]:
        """Return what the function returns, as a float and an array of float64."""
        loss, gradient = self._function(params)
        return float(loss), np.asarray(gradient, dtype=np.float64)
