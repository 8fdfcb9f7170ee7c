"""Objectives that are given: a function `params -> (loss, gradient)`, or an object that has one."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.checks import whole_number
from steepest.errors import ChoiceError
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.objective import Objective
from steepest.objective.plane.plane import Plane
from steepest.objective.plane.plane_loss import PlaneLoss

__all__ = ["GivenObjective", "MissingObjective", "as_objective", "is_objective"]

Function = Callable[[Vector], tuple[float, Vector]]


MOST_TOLD = 500
"""Params of whose directions `curvature_along` is asked all at once: a quarter million numbers."""


class GivenObjective(Objective):
    """An objective that somebody else wrote: `evaluate` is its `value_and_gradient`.

    `size` is how many params it has. Of `source`, what it knows is taken: `value(params)`,
    `curvature_along(params, directions)`, which is `u' H v` for directions u, v, (k, k), and
    `on_plane(plane)`. What these return is checked: ChoiceError for a loss that is no number, and
    for a gradient or a curvature of another shape.

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
        self.is_pointwise = self._on_plane is None

    def value(self, params: Vector) -> float:
        """Return the loss at `params`, (size,)."""
        if self._value is None:
            return self._pair(params)[0]
        return _number(self._value(params.copy()))

    def evaluate(self, params: Vector) -> Evaluation:
        """Return loss and gradient, copied: the function may write its next where it wrote this."""
        loss, found = self._pair(params)
        gradient = _array("gradient", found, params.shape, "one number for each param")
        gradient.setflags(write=False)
        return Evaluation(params, loss, gradient, gradient)

    def _pair(self, params: Vector) -> tuple[float, object]:
        """Return the loss, and the gradient as it came."""
        found = self._function(params.copy())
        try:
            loss, gradient = found
        except (TypeError, ValueError):
            raise ChoiceError(
                f"the objective returned {_short(found)}, but it must return a pair "
                "(loss, gradient)"
            ) from None
        return _number(loss), gradient

    def curvature_along(
        self, at: Evaluation, directions: Sequence[Vector], before: Evaluation | None = None
    ) -> NDArray[np.float64] | None:
        """Return what the source says of it, (k, k); None if it says nothing."""
        if self._curvature is None:
            return None
        k = len(directions)
        found = self._curvature(at.params.copy(), [direction.copy() for direction in directions])
        return _array("curvature_along", found, (k, k), f"u' H v of {k} directions")

    def hessian_at(self, params: Vector) -> Callable[[Vector], Vector] | None:
        """Return products with the matrix that `curvature_along` tells of all params' directions.

        None where the source says nothing of it, or there are more params than `MOST_TOLD`.
        """
        if self._curvature is None or self.size > MOST_TOLD:
            return None
        found = self._curvature(params.copy(), list(np.eye(self.size)))
        matrix = _array("curvature_along", found, (self.size, self.size), "u' H v of all params")
        return lambda direction: matrix @ direction

    def on_plane(self, plane: Plane) -> PlaneLoss:
        """Return what the source says of a plane, or one evaluation a point.

        Raises ChoiceError if that is no loss on a plane.
        """
        if self._on_plane is None:
            return super().on_plane(plane)
        found = self._on_plane(plane)
        lacking = [name for name in ("at", "grid", "bowl") if not hasattr(found, name)]
        if lacking:
            raise ChoiceError(
                f"on_plane of the objective returned {_short(found)}, but it must have at(a, b), "
                f"grid(a, b) and bowl(); it lacks {', '.join(lacking)}"
            )
        return found


class MissingObjective(Objective):
    """The objective of a run from a file, which holds no code: whatever asks it gets that error."""

    def __init__(
        self, name: str, size: int, *, is_quadratic: bool = False, rows_in_words: str = ""
    ) -> None:
        self.size, self.is_quadratic, self.rows_in_words = size, is_quadratic, rows_in_words
        self.missing = (
            f"the objective {name} is code, which is in no file of a run; give it to "
            "load(path, objective=...) and the run can go on and show its surface; save(path, "
            "surface=run.surface()) keeps one in the file"
        )

    def evaluate(self, params: Vector) -> Evaluation:
        """Raise ChoiceError, which says how to give the objective."""
        raise ChoiceError(self.missing)

    def on_plane(self, plane: Plane) -> PlaneLoss:
        """Raise ChoiceError, which says how to give the objective."""
        raise ChoiceError(self.missing)


def is_objective(given: object) -> bool:
    """Return whether something is a function of params and no data: see `as_objective`."""
    methods = ("value", "gradient", "evaluate")
    meant = any(callable(getattr(type(given), name, None)) for name in methods)
    return meant or hasattr(given, "value_and_gradient") or callable(given)


def as_objective(given: Any, size: int | None = None) -> Objective:
    """Return `given` as an objective: one already, what has `value_and_gradient`, or a function.

    `size` is how many params there are, where `given` has no `size` of its own. Raises
    ChoiceError for anything else, and for members that are not what they must be.
    """
    if isinstance(given, Objective):
        return given
    if isinstance(given, type):
        raise ChoiceError(f"the objective is the class {given.__name__}; give one made of it")
    function = getattr(given, "value_and_gradient", given)
    if not callable(function):
        raise ChoiceError(
            f"the objective is {_short(given)}, but it must have a value_and_gradient(params) that "
            "returns (loss, gradient), or be a function params -> (loss, gradient)"
        )
    for name in ("value", "curvature_along", "on_plane"):
        if not callable(getattr(given, name, _short)):
            raise ChoiceError(
                f"{name} of the objective is {_short(getattr(given, name))}, but it must be a "
                "method, or be left out"
            )
    known = getattr(given, "size", None)
    params = (size or 0) if known is None else whole_number("size of the objective", known, least=1)
    return GivenObjective(function, params, given)


def _number(loss: Any) -> float:
    """Return a loss as a float; ChoiceError if it is not one number."""
    try:
        return float(loss)
    except (TypeError, ValueError):
        raise ChoiceError(
            f"the loss of the objective is {_short(loss)}, but it must be one number"
        ) from None


def _array(what: str, found: Any, shape: tuple[int, ...], meaning: str) -> NDArray[np.float64]:
    """Return a copy as float64; ChoiceError if it is not numbers of this shape."""
    try:
        numbers = np.array(found, dtype=np.float64)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ChoiceError(
            f"the {what} of the objective is {_short(found)}, but it must be numbers of shape "
            f"{shape}, {meaning} ({error})"
        ) from None
    if numbers.shape != shape:
        raise ChoiceError(
            f"the {what} of the objective has the shape {numbers.shape}, but it must have the "
            f"shape {shape}: {meaning}"
        )
    return numbers


def _short(found: object) -> str:
    text = repr(found)
    return text if len(text) <= 60 else f"{text[:57]}..."
