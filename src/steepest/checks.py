"""Numbers that a caller gave, checked against their range, which the message names."""

import difflib
import reprlib
from collections.abc import Iterable
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from steepest.errors import ChoiceError

__all__ = ["as_numbers", "nearest", "number", "switch", "whole_number", "whole_numbers"]


def as_numbers(given: object) -> NDArray[np.float64] | None:
    """Return a number or a list of them as a new float64 array of its shape; None of others."""
    try:
        return np.array(given, dtype=np.float64)
    except (TypeError, ValueError):
        return None


def whole_number(name: str, value: object, least: int, most: int | None = None) -> int:
    """Return `value` as an int from `least` to `most`, if any; ChoiceError if it is not one."""
    try:
        whole = int(_no_switch(value))  # type: ignore[call-overload]
        fits = whole == value and whole >= least and (most is None or whole <= most)
    except (TypeError, ValueError, OverflowError):
        fits = False
    if not fits:
        span = f"{least} up" if most is None else f"{least} to {most}"
        raise ChoiceError(f"{name} is {value!r}, but it must be a whole number from {span}")
    return whole


def whole_numbers(name: str, value: object) -> tuple[int, ...]:
    """Return `value`, a list, a text `8,8` or one number, as ints from 1 up.

    Raises ChoiceError if it is none of these.

    >>> whole_numbers("hidden", "8,8")
    (8, 8)
    """
    given = value
    if isinstance(value, str):
        value = [part for part in value.split(",") if part.strip()] or [value]
    try:
        listed = list(value)  # type: ignore[call-overload]
    except TypeError:
        listed = [value]
    try:
        return tuple(
            whole_number(name, int(one) if isinstance(one, str) else _no_switch(one), 1)
            for one in listed
        )
    except (ValueError, ChoiceError):
        raise ChoiceError(
            f"{name} is {reprlib.repr(given)}, but it must be whole numbers from 1 up, such as 8,8"
        ) from None


def _no_switch(value: object) -> object:
    """Return a value, and None in place of True and False, which count as 1 and 0 in Python."""
    return None if isinstance(value, bool) else value


def number(
    name: str, value: object, *, above: float | None = None, below: float | None = None
) -> float:
    """Return `value` as a finite float from 0 up, or above `above`, and below `below`.

    Raises ChoiceError if it is not.
    """
    try:
        chosen = float(value)  # type: ignore[arg-type]
        fits = isfinite(chosen) and (chosen >= 0 if above is None else chosen > above)
        fits = fits and (below is None or chosen < below)
    except (TypeError, ValueError, OverflowError):
        fits = False
    if not fits:
        end = " up" if below is None else f" to below {below:g}"
        span = f"from 0{end}" if above is None else f"above {above:g}"
        span += f" and below {below:g}" if above is not None and below is not None else ""
        got = f"{value:g}" if isinstance(value, float) else reprlib.repr(value)
        raise ChoiceError(f"{name} is {got}, but it must be a number {span}")
    return chosen


def switch(name: str, value: object) -> bool:
    """Return `value` as True or False; ChoiceError if it is neither, nor equal to one."""
    if not any(value is one or type(value).__name__ == "bool_" for one in (True, False)):
        raise ChoiceError(f"{name} is {value!r}, but it must be true or false")
    return bool(value)


def nearest(word: object, known: Iterable[str]) -> str:
    """Return how a message on an unknown word ends: the nearest of those that are, or all.

    >>> nearest("ReLU", ["tanh", "relu"]), nearest("swish", ["tanh", "relu"])
    ('; did you mean relu?', '; choose one of tanh, relu')
    """
    words = list(known)
    near = difflib.get_close_matches(str(word).casefold(), words, 1)
    return f"; did you mean {near[0]}?" if near else f"; choose one of {', '.join(words)}"
