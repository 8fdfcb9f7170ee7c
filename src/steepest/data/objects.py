"""Values as Python objects: which are gaps, and which are numbers, whatever their type."""

import numbers
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["arrow_of_objects", "as_real", "is_gap"]

_MOST_DIGITS = 76
"""Digits of the widest whole number that Arrow has (decimal256)."""


def is_gap(value: object) -> bool:
    """Return whether a value is None, a NaN, or what a library has for them: NA, NaT.

    >>> is_gap(None), is_gap(float("nan")), is_gap(Decimal("sNaN")), is_gap(0), is_gap("NA")
    (True, True, True, False, False)
    """
    if value is None:
        return True
    if isinstance(value, str | bytes):
        return False
    if isinstance(value, Decimal):
        return value.is_nan()
    try:
        # What is not equal to itself is a NaN; an NA of pandas does not even say so.
        same = value == value
    except Exception:
        return False
    if isinstance(same, bool | np.bool_):
        return not same
    return type(same).__name__ == "NAType"


def as_real(value: object) -> float | int | None:
    """Return a real number as Python's own, whole ones exactly; None for all else.

    >>> from fractions import Fraction
    >>> as_real(np.float32(0.5)), as_real(Decimal("1.5")), as_real(Fraction(1, 4)), as_real(True)
    (0.5, 1.5, 0.25, 1)
    >>> as_real("1"), as_real(1j)
    (None, None)
    """
    if isinstance(value, bool | np.bool_ | numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real | Decimal):
        try:
            return float(value)
        except (OverflowError, ValueError, InvalidOperation):
            return None
    return None


def arrow_of_objects(values: Sequence[object]) -> "pa.Array | str":
    """Return objects, (rows,), as an Arrow array, or in words what they hold that no column can."""
    import pyarrow as pa

    there = [value for value in values if not is_gap(value)]
    if not there:
        return pa.nulls(len(values))
    if all(isinstance(value, str) for value in there):
        return _arrow_of_words(values)
    if all(isinstance(value, bool | np.bool_) for value in there):
        return pa.array([None if is_gap(value) else bool(value) for value in values])
    reals = [None if is_gap(value) else as_real(value) for value in values]
    if sum(value is not None for value in reals) == len(there):
        return _arrow_of_numbers(reals)
    if all(type(value).__name__ == "Interval" for value in there):
        return pa.array([None if is_gap(value) else str(value) for value in values])
    return _in_words(there)


def _arrow_of_words(values: Sequence[object]) -> "pa.Array | str":
    """Return words as an Arrow array, which is UTF-8."""
    import pyarrow as pa

    try:
        return pa.array([None if is_gap(value) else str(value) for value in values])
    except UnicodeEncodeError as error:
        return f"holds half a letter, {error.object[error.start]!r}, which is no text"


def _arrow_of_numbers(values: Sequence[float | int | None]) -> "pa.Array | str":
    """Return numbers as an Arrow array: whole ones exactly, as long as Arrow has the digits."""
    import pyarrow as pa

    there = [value for value in values if value is not None]
    if not all(isinstance(value, int) for value in there):
        try:
            return pa.array([None if value is None else float(value) for value in values])
        except OverflowError:
            return "holds whole numbers beyond 1.8e308, the largest that a float64 has"
    try:
        return pa.array(values, pa.int64())
    except (OverflowError, pa.ArrowException):
        pass
    digits = max(len(str(abs(value))) for value in there)
    if digits > _MOST_DIGITS:
        return f"holds whole numbers of {digits} digits; divide them, or give them as words"
    wide = [None if value is None else Decimal(value) for value in values]
    return pa.array(wide, pa.decimal256(_MOST_DIGITS, 0))


def _in_words(there: Sequence[object]) -> str:
    """Say what objects hold that is neither numbers nor words, with the first of each kind."""
    if any(isinstance(value, numbers.Complex) and as_real(value) is None for value in there):
        return "holds complex numbers; give real and imaginary part as two columns"
    kinds: dict[str, object] = {}
    for value in there:
        kinds.setdefault(_kind(value), value)
    if len(kinds) > 1:
        shown = " and ".join(f"{kind} such as {_short(value)}" for kind, value in kinds.items())
        return f"mixes {shown}; make it one kind"
    kind, value = next(iter(kinds.items()))
    return f"holds {kind} such as {_short(value)}; turn it into numbers or words"


def _kind(value: object) -> str:
    """Return what kind of thing a value is, in the plural."""
    if isinstance(value, bool | np.bool_):
        return "booleans"
    if as_real(value) is not None:
        return "numbers"
    return "words" if isinstance(value, str) else f"values of type {type(value).__name__}"


def _short(value: object) -> str:
    try:
        text = repr(value)
    except Exception:
        text = "one that cannot be shown"
    return text if len(text) <= 40 else text[:39] + "…"
