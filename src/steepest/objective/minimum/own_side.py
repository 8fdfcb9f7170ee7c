"""Rows on their own class's side: where all are, larger margins in the same ratios cost less."""

import numpy as np
from numpy.typing import NDArray

from steepest.objective.model.model import Array

__all__ = ["is_on_own_side"]


def is_on_own_side(margins: Array, actual: Array) -> NDArray[np.bool_]:
    """Return which rows give their own class more than any other, (rows,)."""
    if margins.ndim == 1:
        return np.where(actual > 0.5, margins, -margins) > 0.0
    codes = actual.astype(np.intp)
    own = np.take_along_axis(margins, codes[:, None], axis=1)[:, 0]
    others = margins.copy()
    np.put_along_axis(others, codes[:, None], -np.inf, axis=1)
    return own > others.max(axis=1)
