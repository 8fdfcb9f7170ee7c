"""The loss on a plane, `f(origin + a u + b v)`: at points, on a grid, and its minimum."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from steepest.objective.plane.plane import Plane

__all__ = ["Bowl", "PlaneLoss", "PointwiseLoss"]

Array = NDArray[np.float64]


class Bowl(NamedTuple):
    """The minimum on a plane, as (a, b), and the second derivatives along a and b there, (2,).

    It is the loss's own minimum (`is_lowest`), or one that takes its place: that of the squared
    loss, or a point at which the gradient is not 0 though no step leads on.
    """

    lowest: Array
    curvature: Array
    is_lowest: bool


class PlaneLoss(Protocol):
    """The true loss of an objective on one plane; a loss beyond float64 is not finite."""

    def at(self, a: Array, b: Array) -> Array:
        """Return the loss at the points `(a[i], b[i])`, shape (points,)."""

    def grid(self, a: Array, b: Array) -> Array:
        """Return the loss on a grid, (len(b), len(a)): `[i, j]` is that at `(a[j], b[i])`."""

    def bowl(self) -> Bowl | None:
        """Return the minimum on the plane; None where there is none, or it is not known."""


@dataclass(frozen=True)
class PointwiseLoss:
    """`value(origin + a u + b v)`, one evaluation a point: the loss on a plane of any objective.

    >>> plane = Plane.of_two(np.array([1.0, 2.0, 3.0]), 0, 2)
    >>> loss = PointwiseLoss(lambda params: float(params @ params), plane)
    >>> loss.grid(np.array([0.0, 1.0]), np.array([0.0, -3.0]))
    array([[14., 17.],
           [ 5.,  8.]])
    """

    value: Callable[[Array], float]
    plane: Plane
    by_lines: ClassVar[bool] = True
    """Whether the loss on a line is the same whichever others are asked for with it."""

    @np.errstate(over="ignore", invalid="ignore")
    def at(self, a: Array, b: Array) -> Array:
        """Return the loss at the points `(a[i], b[i])`, shape (points,)."""
        points = zip(a, b, strict=True)
        return np.array([self.value(self.plane.params(x, y)) for x, y in points], dtype=np.float64)

    def grid(self, a: Array, b: Array) -> Array:
        """Return the loss on a grid, (len(b), len(a)): `[i, j]` is that at `(a[j], b[i])`."""
        return self.at(np.tile(a, len(b)), np.repeat(b, len(a))).reshape(len(b), len(a))

    def bowl(self) -> None:
        """Return None: of a function known by its values alone the minimum is not known."""
