"""Newton's decrement: by how much a loss is above the lowest, as its Hessian of all rows tells."""

from typing import TYPE_CHECKING

import numpy as np

from steepest.objective.evaluation import Evaluation

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = ["half_decrement"]

FLAT = 1e-12
"""The curvature, against the most, along which the loss is as good as the same everywhere."""


def half_decrement(objective: "LinearObjective", at: Evaluation) -> float:
    """Return `g' H^-1 g / 2` at `at`, reading X once, in standard units.

    Directions along which nothing curves, as of margins that all move alike, count nothing.
    """
    weights = np.arange(objective.size - objective.outputs)
    hessian = objective.hessian_block(at, weights, objective.loss.curvature)
    gradient = objective.standard.pullback(at.gradient)
    values, vectors = np.linalg.eigh(hessian)
    along = vectors.T @ gradient
    curved = values > FLAT * values[-1]
    return 0.5 * float((along[curved] ** 2 / values[curved]).sum())
