"""Rates where not all rows can be searched: safe from the first step on, or shortened by it.

Where the curvature has a bound, 1 by it is safe everywhere. The Poisson loss has none: its
curvature grows with the margin, e times for each 1. So there a rate is safe only from where it
was worked out, and in mini-batches each step looks at its own rows before it is taken.
"""

from dataclasses import dataclass

import numpy as np

from steepest.descent.evaluator import SearchState
from steepest.descent.steps.step_size import Schedule, Scheduled, StepSize, falls_enough
from steepest.objective.coordinates.coordinates import Coordinates
from steepest.objective.evaluation import Vector
from steepest.objective.line_search import backtrack
from steepest.objective.objective import Objective

__all__ = ["ArmijoSchedule", "safe_rate"]


def safe_rate(objective: Objective, coordinates: Coordinates, params: Vector) -> float:
    """Return the rate of a step against the gradient that surely does not overshoot.

    The gradient is that at `params`, (params,). The rate is 1 by the bound on the curvature. Where
    there is none, it is 1 by what the objective curves here along the gradient, or less, if a row's
    margin would then move by more than 1: over that the curvature grows at most e times, and the
    loss still falls. At kinks a step is of the size of a typical error.
    """
    if coordinates.curvature:
        return 1.0 / coordinates.curvature
    if not objective.has_curvature:
        return objective.null_loss
    at = objective.evaluate(params)
    slope = coordinates.pullback(at.gradient)
    if not slope.any():
        return 1.0
    direction = coordinates.params(slope)
    hessian = objective.curvature_along(at, [direction])
    assert hessian is not None
    along = float(hessian[0, 0]) / float(slope @ slope)
    least = max(along, objective.largest_margin_change(direction))
    return float(1.0 / least) if np.isfinite(least) else 1.0


@dataclass(frozen=True)
class ArmijoSchedule(StepSize):
    """The rate of a schedule, halved until the loss of the step's own rows falls enough.

    Armijo 1966, on mini-batches: Vaswani et al. 2019, "Painless stochastic gradient", NeurIPS 32.
    A direction that leads uphill on these rows, as momentum may, is taken as it is.
    """

    schedule: Schedule

    def __call__(self, state: SearchState) -> float:
        """Return the rate, its half, its quarter, ..."""
        rate = Scheduled(self.schedule)(state)
        if not float(state.gradient @ state.direction) < 0.0:
            return rate
        return backtrack(lambda shorter: falls_enough(state, state.trial(shorter)), rate)
