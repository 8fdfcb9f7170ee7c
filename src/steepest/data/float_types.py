"""The types of number that rows are computed with: float64, and float32 when it is asked for."""

from typing import Any

import numpy as np

from steepest.checks import nearest
from steepest.errors import ChoiceError

__all__ = ["FLOAT32", "FLOAT64", "LOSS_ROUNDING", "float_type"]

FLOAT64: np.dtype[Any] = np.dtype(np.float64)
"""52 binary digits after the first: 16 decimal ones."""

FLOAT32: np.dtype[Any] = np.dtype(np.float32)
"""23 binary digits after the first: 7 decimal ones."""

BY_NAME = {one.name: one for one in (FLOAT64, FLOAT32)}
"""Both by their names, which a dtype takes longer to tell than all else here takes."""

LOSS_ROUNDING = {FLOAT64: 1e-15, FLOAT32: 1e-6}
"""The share of itself by which two losses may differ by rounding alone, by what they come from.

Of networks in float32 on six data sets it was 1e-7 at the median, 1e-6 at most, against float64 at
the same params; 3e-5 of losses that were next to nothing of a constant guess's.
"""


def float_type(given: object) -> np.dtype[Any]:
    """Return the type that a word says, or NumPy's own object; ChoiceError for any other.

    >>> float_type("float32"), float_type(np.float64)
    (dtype('float32'), dtype('float64'))
    """
    if isinstance(given, str) and given in BY_NAME:
        return BY_NAME[given]
    for one in BY_NAME.values():
        if given in (one, one.type):
            return one
    raise ChoiceError(f"dtype is {given!r}{nearest(given, list(BY_NAME))}")
