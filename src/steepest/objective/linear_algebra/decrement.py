"""Newton's decrement: by how much a loss is above the lowest, as its Hessian tells."""

import numpy as np

from steepest.objective.evaluation import Vector
from steepest.objective.model.model import Array

__all__ = ["half_decrement"]

FLAT = 1e-12
"""The curvature, against the most, along which the loss is as good as the same everywhere."""


def half_decrement(hessian: Array, gradient: Vector) -> float:
    """Return `g' H^-1 g / 2` of H, (n, n), and g, (n,).

    Directions along which nothing curves, as of margins that all move alike, count nothing.

    >>> half_decrement(np.diag([2.0, 0.0]), np.array([2.0, 0.0]))
    1.0
    """
    values, vectors = np.linalg.eigh(hessian)
    along = vectors.T @ gradient
    curved = values > FLAT * values[-1]
    return 0.5 * float((along[curved] ** 2 / values[curved]).sum())
