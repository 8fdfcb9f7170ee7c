"""The plane search: how far along the gradient and how much of the last step, found together.

The two directions span a plane through where the descent stands. A linear objective tells by the
rows' margins how it bends on that plane, and the lowest point of the bowl so found is the step
(Shea & Schmidt 2024, "Why line search when you can plane search?", arXiv 2406.17954). On a
quadratic these are the steps of conjugate gradients (Hestenes & Stiefel 1952).
"""

from dataclasses import dataclass

import numpy as np

from steepest.descent.steps.step_size import Here, Stride, falls_enough, fell_enough
from steepest.objective.plane.newton_step import newton_step

__all__ = ["PlaneSearch"]

LEFT = 0.5
"""The share of the slope that a step of rate 1 may leave where the bowl is round."""


@dataclass(frozen=True)
class PlaneSearch:
    """The step to the lowest point of the plane of gradient and last step; the loss never rises.

    The step is that of Newton on the plane, (2,) numbers from a matrix of 2 x 2. It is taken if
    the loss falls enough (Armijo 1966), and halved until it does. Where the plane has no bottom
    the gradient alone is followed, first at rate 1, then twice as far each time. Rate 0 is what
    is left when nothing lower is found. Where the bowl was made round, the step of rate 1 is
    tried before: if it takes most of the slope away there is no plane to be searched.
    """

    def __call__(self, here: Here) -> Stride:
        """Return how far to go, and how much of the last step to take once more."""
        if here.arrived:
            return Stride(0.0)
        if here.is_round and _takes_most(here):
            return Stride(1.0)
        for stride in (self._lowest(here), Stride(2.0 * (here.last_rate or 0.5))):
            move = stride.of(here)
            slope = float(here.gradient @ move)
            if np.isfinite(slope) and slope < 0.0:
                found = _shortened(here, stride, slope)
                if found.rate or found.momentum:
                    return found
        return Stride(0.0)

    def _lowest(self, here: Here) -> Stride:
        """Return the step to the lowest point of the quadratic that the plane looks like."""
        bend = here.bend()
        ways = [here.direction] if here.moved is None else [here.direction, here.moved]
        slope = np.array([here.gradient @ way for way in ways])
        if len(ways) == 1:
            far = -slope[0] / bend[0, 0] if bend[0, 0] > 0 else np.nan
            return Stride(float(far))
        rate, momentum = newton_step(slope, bend)
        return Stride(float(rate), float(momentum))


def _takes_most(here: Here) -> bool:
    """Return whether a step of rate 1 lowers the loss and leaves little of the slope."""
    slope = float(here.gradient @ here.direction)
    if not slope < 0.0:
        return False
    loss, gradient = here.try_move(here.direction)
    left = abs(float(gradient @ here.direction))
    return left <= LEFT * -slope and fell_enough(here, here.direction, slope, loss, gradient)


def _shortened(here: Here, stride: Stride, slope: float) -> Stride:
    """Return the stride, its half, its quarter, ...: the first at which the loss falls enough."""
    for _ in range(60):
        if falls_enough(here, stride, slope):
            return stride
        stride, slope = Stride(stride.rate / 2, stride.momentum / 2), slope / 2
    return Stride(0.0)
