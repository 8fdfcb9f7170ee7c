"""The plane search (subspace search): how far along the gradient and the last step, at once.

The two directions span a plane through the present params. The objective says how it curves on
that plane, and the lowest point of the quadratic so found is the step (Shea & Schmidt 2024, "Why
line search when you can plane search?", arXiv 2406.17954). On a quadratic these are the steps of
conjugate gradients (Hestenes & Stiefel 1952).
"""

from dataclasses import dataclass
from math import inf, nan
from typing import ClassVar

import numpy as np

from steepest.descent.evaluator import SearchState
from steepest.descent.steps.step_size import StepLength, StepSize, falls_enough
from steepest.objective.line_search import backtrack
from steepest.objective.plane.newton_step import newton_step

__all__ = ["PlaneSearch", "takes_most"]

SLOPE_LEFT = 0.5
"""The share of the slope that a step of rate 1 may leave where coordinates are whitened."""


@dataclass(frozen=True)
class PlaneSearch(StepSize):
    """The step to the lowest point of the plane of gradient and last step; the loss never rises.

    The step is Newton's on the plane, (2,) numbers from a Hessian of 2 x 2. It is taken if the
    loss falls enough (Armijo 1966), and halved until it does. Where the plane has no bottom the
    gradient alone is followed, first at rate 1, then twice as far each time. Rate 0 is what is
    left when nothing lower is found. Where coordinates were just whitened, the step of rate 1 is
    tried before: if it takes most of the slope away there is no plane to be searched.
    """

    never_rises: ClassVar[bool] = True

    def __call__(self, state: SearchState) -> StepLength:
        """Return how far to go, and how much of the last step to take once more."""
        if state.arrived:
            return StepLength(0.0)
        if state.is_white and takes_most(state):
            return StepLength(1.0)
        for propose in (_lowest, _downhill):
            rate, momentum = propose(state)
            if -inf < state.trial(rate, momentum).slope < 0.0:
                found = _shortened(state, rate, momentum)
                if found.rate or found.momentum:
                    return found
        return StepLength(0.0)


def _lowest(state: SearchState) -> tuple[float, float]:
    """Return rate and momentum to the lowest point of the quadratic that the plane shows."""
    hessian = state.curvature()
    if hessian is None:
        return nan, 0.0
    along = float(state.gradient @ state.direction)
    if len(hessian) == 1 or state.last_step is None:
        return (-along / float(hessian[0, 0]) if hessian[0, 0] > 0 else nan), 0.0
    slope = np.array([along, state.gradient @ state.last_step.step])
    rate, momentum = newton_step(slope, hessian).tolist()
    return rate, momentum


def _downhill(state: SearchState) -> tuple[float, float]:
    """Return twice the last rate along the direction alone."""
    last_rate = state.last_step.rate if state.last_step is not None else 0.0
    return 2.0 * (last_rate or 0.5), 0.0


def takes_most(state: SearchState) -> bool:
    """Return whether a step of rate 1 lowers the loss and leaves little of the slope."""
    trial = state.trial(1.0)
    slope = trial.slope
    if not slope < 0.0:
        return False
    left = abs(float(trial.gradient @ state.direction))
    return left <= SLOPE_LEFT * -slope and falls_enough(state, trial)


def _shortened(state: SearchState, rate: float, momentum: float) -> StepLength:
    """Return the first of the whole step, its half, its quarter, ... that falls enough."""
    share = backtrack(
        lambda share: falls_enough(state, state.trial(share * rate, share * momentum))
    )
    return StepLength(share * rate, share * momentum)
