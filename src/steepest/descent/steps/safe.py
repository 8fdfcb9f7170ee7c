"""Rates for walks that cannot search all rows: safe from the first step on, or held back by it.

Where the curvature has a bound, 1 by it is safe everywhere. The Poisson loss has none: its
curvature grows with the margin, e times for each 1. So there a rate is safe only from where it
was worked out, and in mini-batches each step looks at its own rows before it is taken.
"""

from dataclasses import dataclass

import numpy as np

from steepest.descent.coordinates.standard import Scale
from steepest.descent.steps.step_size import Here, Schedule, Scheduled, Stride, falls_enough
from steepest.objective.model.hessian import bends
from steepest.objective.protocol import Vector
from steepest.objective.risk import LinearObjective

__all__ = ["HeldBack", "safe_rate"]


def safe_rate(objective: LinearObjective, scale: Scale, params: Vector) -> float:
    """Return the rate of a step against the gradient at `params` that surely does not overshoot.

    It is 1 by the most that the objective curves. Where there is no most, it is 1 by what it
    curves here along the gradient, or less, if a row's margin would then move by more than 1: over
    that the curvature grows at most e times, and the loss still falls. At kinks a step is of the
    size of a typical error.
    """
    if scale.curvature:
        return 1.0 / scale.curvature
    if not objective.loss.smooth:
        return objective.null_loss
    seen = objective.look(params)
    slope = scale.pull(seen.gradient)
    direction = scale.params(slope)
    way = objective.margins(direction)
    bent = bends(objective, seen.margins, [direction], [way])[0, 0]
    least = max(bent / (slope @ slope), np.abs(way).max()) if slope.any() else 1.0
    return float(1.0 / least) if np.isfinite(least) else 1.0


@dataclass(frozen=True)
class HeldBack:
    """The rate of a schedule, halved until the loss of the step's own rows falls enough.

    Armijo 1966, on mini-batches: Vaswani et al. 2019, "Painless stochastic gradient", NeurIPS 32.
    A direction that leads uphill on these rows, as momentum may, is taken as it is.
    """

    schedule: Schedule

    def __call__(self, here: Here) -> float:
        """Return the rate, its half, its quarter, ..."""
        rate = Scheduled(self.schedule)(here)
        slope = float(here.gradient @ here.direction)
        if not slope < 0.0:
            return rate
        for _ in range(60):
            if falls_enough(here, Stride(rate), rate * slope):
                return rate
            rate *= 0.5
        return 0.0
