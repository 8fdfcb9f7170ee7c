"""Whether a number that was asked for can be: in one place, with the range in the message."""

from typing import Any

import numpy as np

from steepest.errors import ChoiceError

__all__ = ["number", "whole_number"]


def whole_number(name: str, value: Any, least: int) -> int:
    """Return `value` as an int of at least `least`; ChoiceError if it is not one."""
    try:
        whole = int(value)
        fits = whole == value and whole >= least
    except (TypeError, ValueError, OverflowError):
        fits = False
    if not fits:
        raise ChoiceError(f"{name} is {value!r}, but it must be a whole number from {least} up")
    return whole


def number(name: str, value: Any, *, above: float | None = None) -> float:
    """Return `value` as a finite float from 0 up, or above `above`; ChoiceError if it is not."""
    try:
        chosen = float(value)
        fits = np.isfinite(chosen) and (chosen >= 0 if above is None else chosen > above)
    except (TypeError, ValueError):
        fits = False
    if not fits:
        span = "from 0 up" if above is None else f"above {above:g}"
        got = f"{value:g}" if isinstance(value, int | float) else repr(value)
        raise ChoiceError(f"{name} is {got}, but it must be a number {span}")
    return chosen
