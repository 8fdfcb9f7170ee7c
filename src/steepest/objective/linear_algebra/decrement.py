"""Newton's decrement: by how much a loss is above the lowest, as its Hessian tells."""

import numpy as np

from steepest.objective.evaluation import Vector
from steepest.objective.model.model import Array

__all__ = ["half_decrement"]

FLAT = 1e-12
"""The curvature, against the most, along which the loss is as good as the same everywhere."""


def half_decrement(hessian: Array, gradient: Vector) -> float:
    """Return `g' H^-1 g / 2` of H, (n, n), and g, (n,).

    A direction that curves less than the share `FLAT` of the most counts as if it curved so much:
    of margins that all move alike the gradient is rounding, and counts next to nothing; one that
    still falls, as far out on a loss that is straight there, is far from its lowest point.

    >>> half_decrement(np.diag([2.0, 0.0]), np.array([2.0, 0.0]))
    1.0
    >>> half_decrement(np.diag([2.0, 0.0]), np.array([0.0, 1e-3])) > 1e5
    True
    """
    values, vectors = np.linalg.eigh(hessian)
    along = vectors.T @ gradient
    falls = along != 0.0
    with np.errstate(divide="ignore"):
        parts = along[falls] ** 2 / np.maximum(values, FLAT * values[-1])[falls]
    return 0.5 * float(parts.sum())
