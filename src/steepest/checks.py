"""Numbers that a caller gave, checked against their range, which the message names."""

import reprlib
from math import isfinite

from steepest.errors import ChoiceError

__all__ = ["number", "whole_number"]


def whole_number(name: str, value: object, least: int, most: int | None = None) -> int:
    """Return `value` as an int from `least` to `most`, if any; ChoiceError if it is not one."""
    try:
        whole = int(value)  # type: ignore[call-overload]
        fits = whole == value and whole >= least and (most is None or whole <= most)
    except (TypeError, ValueError, OverflowError):
        fits = False
    if not fits:
        span = f"{least} up" if most is None else f"{least} to {most}"
        raise ChoiceError(f"{name} is {value!r}, but it must be a whole number from {span}")
    return whole


def number(name: str, value: object, *, above: float | None = None) -> float:
    """Return `value` as a finite float from 0 up, or above `above`; ChoiceError if it is not."""
    try:
        chosen = float(value)  # type: ignore[arg-type]
        fits = isfinite(chosen) and (chosen >= 0 if above is None else chosen > above)
    except (TypeError, ValueError, OverflowError):
        fits = False
    if not fits:
        span = "from 0 up" if above is None else f"above {above:g}"
        got = f"{value:g}" if isinstance(value, float) else reprlib.repr(value)
        raise ChoiceError(f"{name} is {got}, but it must be a number {span}")
    return chosen
