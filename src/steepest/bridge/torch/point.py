"""A point of a training that is watched: where a gradient was taken, and what is known there."""

from dataclasses import dataclass, field

from torch import Tensor

from steepest.bridge.torch.heard import Pass

__all__ = ["Point"]


@dataclass(slots=True)
class Point:
    """Where a gradient was taken: weights, the lengths of it by tensor, and what else is known."""

    row: Tensor
    seconds: float
    made: set[int] = field(default_factory=set)
    lengths: Tensor | None = None
    gradient: Tensor | None = None
    passes: list[Pass] = field(default_factory=list)
    rates: tuple[float, ...] = ()
    scale: float = 1.0
    given: Tensor | None = None
    """The length of the gradient of one tensor as the optimizer was given it."""
    over: bool = False
    """Whether the step from here has been taken."""
    stepped: set[int] = field(default_factory=set)
