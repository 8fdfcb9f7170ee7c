"""A flat bottom in words: where params may be with no change of the loss."""

from collections.abc import Iterator, Sequence

from steepest.numerals import short
from steepest.objective.model.model import Array

__all__ = ["flatness_in_words"]

MOST_TOLD = 3
"""Params that are told one by one."""


def flatness_in_words(flat: Array, names: Sequence[str]) -> Iterator[str]:
    """Yield where params may be, each from one number to another, as `flat`, (some, 3), says.

    >>> import numpy as np
    >>> print(*flatness_in_words(np.array([[1.0, 2.0, 3.0]]), ["weight of x", "bias"]))
    the bottom is flat: bias anywhere from 2 to 3 has this loss
    """
    if not len(flat):
        return
    told = [f"{names[int(i)]} anywhere from {short(a)} to {short(b)}" for i, a, b in flat]
    more = f" and {len(told) - MOST_TOLD:,} more params" if len(told) > MOST_TOLD else ""
    along = " (each with the others moved along)" if len(told) > 1 else ""
    has = "has" if len(told) == 1 else "have"
    yield f"the bottom is flat: {', '.join(told[:MOST_TOLD])}{more}{along} {has} this loss"
