"""The proximal step: against the gradient of all but L1, then each weight towards 0 by L1.

`params = soft(params - rate gradient, rate l1)`, the bias left as it is (ISTA: Daubechies, Defrise
& De Mol 2004, "An iterative thresholding algorithm for linear inverse problems with a sparsity
constraint"; Beck & Teboulle 2009, "A fast iterative shrinkage-thresholding algorithm for linear
inverse problems"). Weights that come within `rate l1` of 0 are exactly 0.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from steepest.descent.evaluator import SearchState
from steepest.descent.steps.step_size import Fixed, Scheduled, StepLength, StepSize
from steepest.objective.coordinates.coordinates import Coordinates
from steepest.objective.evaluation import Vector
from steepest.objective.loss.penalty import soft_threshold
from steepest.objective.model.model import Layout
from steepest.objective.objective import Objective

__all__ = ["ProximalGradient", "thresholds", "thresholds_in"]


@dataclass(frozen=True)
class ProximalGradient(StepSize):
    """The proximal step at the `plain` rate, in some `coordinates`.

    `threshold` is L1 by each coordinate, (params,), 0 for a bias.

    Promised for a convex loss whose smooth part curves by at most L: a fixed rate up to 1 / L
    never lets the loss rise, and it comes within `distance^2 / (2 rate steps)` of the lowest (Beck
    & Teboulle 2009, theorem 3.1); below 2 / L it converges (Combettes & Wajs 2005, "Signal
    recovery by proximal forward-backward splitting"). Fails: the steps go like the condition
    number, so scale, or leave the rate to auto.
    """

    plain: Fixed | Scheduled
    coordinates: Coordinates
    threshold: Vector
    is_given: ClassVar[bool] = True

    def __call__(self, state: SearchState) -> StepLength:
        """Return the rate, with the params to which the step leads."""
        rate, coordinates = self.plain(state), self.coordinates
        ahead = state.position - rate * coordinates.pullback(state.evaluation.smooth_gradient)
        landing = soft_threshold(ahead, rate * self.threshold)
        return StepLength(rate, params=coordinates.params(landing))


def thresholds(layout: Layout, l1: float, unit: Vector | float) -> Vector:
    """Return L1 by each coordinate, (params,), of a walk with weights `unit` times the reader's.

    `unit` is one number, or (features,).
    """
    margins = layout.shape[1]
    by_weight = l1 / np.broadcast_to(unit, (layout.size - layout.biases) // margins)
    return np.append(np.repeat(by_weight, margins), np.zeros(layout.biases))


def thresholds_in(coordinates: Coordinates, objective: Objective) -> Vector:
    """Return L1 by each coordinate, (params,), where each weight is a multiple of its own.

    That multiple is what `coordinates.params` makes of 1, since no bias moves a weight.
    """
    where, ones = objective.layout.weights, np.ones(objective.size, dtype=objective.dtype)
    threshold = np.zeros_like(ones)
    threshold[where] = objective.penalty.l1 * coordinates.params(ones)[where]
    return threshold
