"""What a descent asks of an objective, and a plain function that answers as one."""

from collections.abc import Callable
from math import sqrt
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from steepest.errors import ChoiceError
from steepest.objective.plane.plane import Plane
from steepest.objective.plane.plane_loss import PlaneLoss, PointwiseLoss

__all__ = ["FunctionObjective", "Objective", "Vector", "as_objective", "length"]

Vector = NDArray[np.float64]


@runtime_checkable
class Objective(Protocol):
    """A loss to be descended: a function of one vector of params, with its gradient."""

    def value(self, params: Vector) -> float:
        """Return the loss at `params`."""

    def value_and_gradient(self, params: Vector) -> tuple[float, Vector]:
        """Return the loss at `params` and its gradient, of the same shape as `params`."""

    def on_plane(self, plane: Plane) -> PlaneLoss:
        """Return the loss on a plane through the params."""


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
        return float(loss), np.array(gradient, dtype=np.float64)

    def on_plane(self, plane: Plane) -> PlaneLoss:
        """Return the loss on a plane through the params, one evaluation a point."""
        return PointwiseLoss(self.value, plane)


def as_objective(given: Any) -> Objective:
    """Return an objective: what is one already, what has a `value_and_gradient`, or a function.

    Raises ChoiceError for anything else.
    """
    if isinstance(given, Objective):
        return given
    function = getattr(given, "value_and_gradient", given)
    if not callable(function):
        raise ChoiceError(
            f"the objective is {given!r}, but it must have a value_and_gradient(params), or be a "
            "function params -> (loss, gradient)"
        )
    return FunctionObjective(function)


def length(vector: Vector) -> float:
    """Return the Euclidean length of a vector.

    >>> length(np.array([3.0, 4.0]))
    5.0
    """
    return sqrt(vector.dot(vector))
