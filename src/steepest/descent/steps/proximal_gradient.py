"""The proximal step: against the gradient of all but L1, then each weight towards 0 by L1.

`params = soft(params - rate gradient, rate l1)`, the bias left as it is (ISTA: Daubechies, Defrise
& De Mol 2004, "An iterative thresholding algorithm for linear inverse problems with a sparsity
constraint"; Beck & Teboulle 2009, "A fast iterative shrinkage-thresholding algorithm for linear
inverse problems"). Weights that come within `rate l1` of 0 are exactly 0.
"""

from dataclasses import dataclass

import numpy as np

from steepest.descent.coordinates.standard import Scale
from steepest.descent.steps.step_size import Fixed, Here, Scheduled, Stride
from steepest.objective.loss.penalty import soft
from steepest.objective.protocol import Vector
from steepest.objective.risk import LinearObjective

__all__ = ["ProximalGradient", "thresholds"]


@dataclass(frozen=True)
class ProximalGradient:
    """The proximal step at the `plain` rate, in the coordinates of `scale`.

    `threshold` is L1 by each coordinate, (params,), 0 for a bias.

    Promised for a convex loss whose smooth part curves by at most L: a fixed rate up to 1 / L
    never lets the loss rise, and it comes within `distance^2 / (2 rate steps)` of the lowest (Beck
    & Teboulle 2009, theorem 3.1); below 2 / L it converges (Combettes & Wajs 2005, "Signal
    recovery by proximal forward-backward splitting"). Fails: the steps go like the condition
    number, so scale, or leave the rate to auto.
    """

    plain: Fixed | Scheduled
    scale: Scale
    threshold: Vector

    def __call__(self, here: Here) -> Stride:
        """Return the rate, with the params to which the step leads."""
        rate = self.plain(here)
        ahead = here.position - rate * self.scale.pull(here.around.seen.smooth)
        return Stride(rate, to=self.scale.params(soft(ahead, rate * self.threshold)))


def thresholds(objective: LinearObjective, unit: Vector | float) -> Vector:
    """Return L1 by each coordinate of a walk whose weights are `unit` times the reader's."""
    features, margins = objective.shape[0] - 1, objective.shape[1]
    by_weight = objective.l1 / np.broadcast_to(unit, features)
    return np.append(np.repeat(by_weight, margins), np.zeros(margins))
