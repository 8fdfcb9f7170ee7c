"""By what a training's loss entered what was descended, where that is the same in every step.

A rate steps by the gradient of `factor * loss`, which curves by the factor more: that is what the
limit of the rate is of.
"""

import numpy as np
from numpy.typing import NDArray

from steepest.bridge.torch.objective import TorchObjective
from steepest.bridge.torch.recording import Recording
from steepest.bridge.torch.steps import Steps

__all__ = ["factor_of"]

SAME = 1e-3
"""The share by which factors may differ that are the same: lengths of gradients in float32."""


def factor_of(recording: Recording, steps: Steps, objective: TorchObjective | None) -> float:
    """Return the factor, which is told by the first gradient where no loss was heard.

    NaN where it is not the same in all steps, or something else was added to the loss.
    """
    if (steps.whole == 0.0).any():
        return float("nan")
    known = np.isfinite(steps.factors)
    if not known.any():
        return _by_gradient(recording, objective)
    given = np.where(np.isfinite(steps.given), steps.given, 1.0)
    found: NDArray[np.float64] = (steps.factors * given)[known]
    same = np.ptp(found) <= SAME * np.abs(found).max()
    return float(found[0]) if same else float("nan")


def _by_gradient(recording: Recording, objective: TorchObjective | None) -> float:
    """Return the first gradient by that of all rows there, where both have one direction."""
    at, weights = recording.weights()
    own = recording.first_gradient
    if objective is None or own is None or not len(at) or not np.isfinite(own).all():
        return float("nan")
    whole = objective.evaluate(weights[0]).gradient
    square = float(whole @ whole)
    factor = float(own @ whole) / square if square > 0.0 else float("nan")
    is_it = np.linalg.norm(own - factor * whole) <= SAME * np.linalg.norm(own)
    return factor if is_it else float("nan")
