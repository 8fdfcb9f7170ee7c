"""Objectives that are given: a function `params -> (loss, gradient)`, or an object that has one."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.errors import ChoiceError
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.plane.plane import Plane
from steepest.objective.plane.plane_loss import PlaneLoss
from steepest.objective.protocol import Objective

__all__ = ["GivenObjective", "as_objective"]

Function = Callable[[Vector], tuple[float, Vector]]


class GivenObjective(Objective):
    """An objective that somebody else wrote: `evaluate` is its `value_and_gradient`.

    `size` is how many params it has. Of `source`, what it knows is taken: `value(params)`, and
    `curvature_along(params, directions)`, which is `u' H v` for directions u, v, (k, k).

    >>> bowl = as_objective(lambda p: (float(p @ p), 2 * p), size=2)
    >>> bowl.value(np.array([3.0, 4.0]))
    25.0
    """

    def __init__(self, function: Function, size: int, source: object) -> None:
        self.size = size
        self.source = source
        self._function = function
        self._value: Callable[[Vector], float] | None = getattr(source, "value", None)
        self._curvature: Any = getattr(source, "curvature_along", None)
        self.has_curvature = self._curvature is not None
        self._on_plane: Callable[[Plane], PlaneLoss] | None = getattr(source, "on_plane", None)

    def value(self, params: Vector) -> float:
        """Return the loss at `params`, (size,)."""
        return float(self._function(params)[0] if self._value is None else self._value(params))

    def evaluate(self, params: Vector) -> Evaluation:
        """Return loss and gradient, copied: the function may write its next where it wrote this."""
        loss, found = self._function(params.copy())
        gradient = np.array(found, dtype=np.float64)
        gradient.setflags(write=False)
        return Evaluation(params, float(loss), gradient, gradient)

    def curvature_along(
        self, at: Evaluation, directions: Sequence[Vector], before: Evaluation | None = None
    ) -> NDArray[np.float64] | None:
        """Return what the source says of it, (k, k); None if it says nothing."""
        if self._curvature is None:
            return None
        return np.asarray(self._curvature(at.params, list(directions)), dtype=np.float64)

    def on_plane(self, plane: Plane) -> PlaneLoss:
        """Return what the source says of a plane, or one evaluation a point."""
        return super().on_plane(plane) if self._on_plane is None else self._on_plane(plane)


def as_objective(given: Any, size: int | None = None) -> Objective:
    """Return `given` as an objective: one already, what has `value_and_gradient`, or a function.

    `size` is how many params there are, where `given` has no `size` of its own. Raises
    ChoiceError for anything else.
    """
    if isinstance(given, Objective):
        return given
    function = getattr(given, "value_and_gradient", given)
    if not callable(function):
        raise ChoiceError(
            f"the objective is {given!r}, but it must have a value_and_gradient(params), or be a "
            "function params -> (loss, gradient)"
        )
    known = getattr(given, "size", size)
    return GivenObjective(function, 0 if known is None else int(known), given)
