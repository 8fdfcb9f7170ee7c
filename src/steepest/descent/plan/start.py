"""Where a descent starts: at params that are given, or at random ones."""

import numpy as np
from numpy.typing import ArrayLike

from steepest.errors import ChoiceError
from steepest.objective.evaluation import Vector
from steepest.objective.objective import Objective

__all__ = ["read_start"]


def read_start(start: ArrayLike | None, objective: Objective, seed: int) -> Vector:
    """Return the params to start from, (params,): `start`, or random ones drawn with `seed`.

    They are of the objective's type, to which a start is rounded.
    Raises ChoiceError if `start` is not one finite number per param.
    """
    if start is None:
        drawn = objective.random_start(np.random.default_rng(seed))
        if drawn is None:
            raise ChoiceError("start is missing: give one number per param")
        return drawn.astype(objective.dtype, copy=False)
    try:
        params: Vector = np.atleast_1d(np.array(start, dtype=objective.dtype))
    except (TypeError, ValueError):
        raise ChoiceError(f"start is {start!r}, but it must be numbers, one per param") from None
    _check_shape(params, objective)
    params = params.ravel()
    if not np.isfinite(params).all():
        raise ChoiceError(f"start holds {params[~np.isfinite(params)][0]}, but it must be finite")
    return params


def _check_shape(params: Vector, objective: Objective) -> None:
    """Raise ChoiceError for another number of params; weights over biases may be a matrix."""
    size = objective.size or params.size
    if params.shape in ((size,), objective.layout.shape):
        return
    numbers = "1 number" if params.size == 1 else f"{params.size} numbers"
    got = f"the shape {params.shape}" if params.ndim > 1 else numbers
    order = ": the weights row by row, then the bias or biases" if objective.layout.size else ""
    raise ChoiceError(f"start has {got}, but there are {size} params{order}")
