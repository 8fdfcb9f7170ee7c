"""The arrays that a trace is kept as: whether they are those of one, and those of older files.

They come from files that anyone may have written, so nothing of them is believed before it is
checked.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from steepest.step import NUMBERS, UNKNOWN

__all__ = ["check_arrays", "with_all_columns"]

AnyArray = NDArray[np.generic]

FLOAT64 = np.dtype(np.float64)


def with_all_columns(numbers: AnyArray) -> NDArray[np.float64]:
    """Return (steps, numbers) with a column for each number of a step.

    A file from before a number was recorded has a column less: NaN where it may be unknown, else 0.
    """
    lacking = NUMBERS[numbers.shape[1] :]
    later = np.tile([np.nan if name in UNKNOWN else 0.0 for name in lacking], (len(numbers), 1))
    return np.hstack([numbers, later]).astype(np.float64, order="C")


def check_arrays(arrays: Mapping[str, AnyArray]) -> None:
    """Raise ValueError for arrays that are not those of a trace; KeyError if one is missing.

    They are `numbers` (steps, numbers), `kept` (kept,), `params` and `gradients` (kept, params).
    """
    numbers, kept, params = arrays["numbers"], arrays["kept"], arrays["params"]
    if numbers.ndim != 2 or not 0 < numbers.shape[1] <= len(NUMBERS) or numbers.dtype != FLOAT64:
        raise ValueError(f"its numbers of steps are {numbers.dtype} of shape {numbers.shape}")
    shapes = {params.shape, arrays["gradients"].shape, (len(kept), *params.shape[1:])}
    if kept.ndim != 1 or params.ndim != 2 or len(shapes) > 1 or params.dtype.kind != "f":
        raise ValueError("its params and gradients are not one vector for each step that is kept")
    if kept.dtype.kind != "i" or not np.isin(kept, np.arange(len(numbers))).all():
        raise ValueError("it keeps params of steps that there are not")
    if (np.diff(kept) <= 0).any():
        raise ValueError("its steps are not in order")
    spacing = arrays.get("stride", np.array(1))
    if spacing.shape or spacing.dtype.kind != "i" or spacing < 1:
        raise ValueError("its steps are not kept evenly")
    if "directions" in arrays:
        along, products = arrays["directions"], arrays["products"]
        fits = along.shape[1:] == params.shape[1:] and products.shape == (len(numbers), len(along))
        if not (fits and along.dtype == products.dtype == FLOAT64 and np.isfinite(along).all()):
            raise ValueError("its steps are not all where its directions are")
