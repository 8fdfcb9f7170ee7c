"""The arithmetic under a build with numbers whose printed digits give the printed result.

Numbers to four digits each need not: 15.42 less 0.15 times 55.28 is 7.128, of the numbers
themselves it is 7.125. So they are printed to as many digits as it takes, six at most; the page
does the same in `page/web/lesson/sums.js`.
"""

import math
from collections.abc import Callable, Mapping
from operator import sub, truediv
from typing import NamedTuple

from steepest.lesson.values import Value
from steepest.numerals import short

__all__ = ["SUMS", "Sum", "printed_sums"]

DIGITS = (4, 5, 6)
"""Digits of the numbers that are tried."""


class Sum(NamedTuple):
    """Some arithmetic: the places of its numbers and of its result, and the function of them."""

    numbers: tuple[str, ...]
    result: str
    of: Callable[..., float]


def _step(old: float, rate: float, gradient: float) -> float:
    return old - rate * gradient


def _minus_log(probability: float) -> float:
    return -math.log(probability) if probability else math.inf


SUMS: Mapping[str, tuple[Sum, ...]] = {
    "errors": (Sum(("row_y", "row_f"), "row_e", sub),),
    "squares": (Sum(("sq_sum", "n"), "loss0", truediv),),
    "step": tuple(Sum((f"{one}0", "rate", f"g{one}_in"), f"{one}1", _step) for one in "wb"),
    "class_row": (Sum(("row_p",), "row_cost", _minus_log),),
    "class_rows": (Sum(("cost_sum", "c_n"), "c_loss0", truediv),),
}
"""The arithmetic of each build that has some."""


def printed_sums(
    key: str, values: Mapping[str, Value]
) -> tuple[Mapping[str, float], Mapping[str, int]]:
    """Return the results of a build's arithmetic and the digits of its numbers, by their places.

    >>> known = {"row_y": 1.00004, "row_f": 0.80008}
    >>> results, digits = printed_sums("errors", known | {"row_e": 0.19996})
    >>> round(results["row_e"], 9), digits
    (0.19996, {'row_y': 6, 'row_f': 6})
    """
    found: dict[str, float] = {}
    digits_of: dict[str, int] = {}
    for numbers, result, of in SUMS.get(key, ()):
        results = {some: of(*(_printed(values[one], some) for one in numbers)) for some in DIGITS}
        wanted = short(float(values[result]))
        agreeing = (digits for digits in DIGITS if short(results[digits]) == wanted)
        digits = next(agreeing, DIGITS[-1])
        found[result] = results[digits]
        digits_of |= dict.fromkeys(numbers, digits)
    return found, digits_of


def _printed(value: Value, digits: int) -> float:
    """Return a number as it is read from the digits that are printed of it."""
    return float(value if isinstance(value, int) else short(float(value), digits).replace(",", ""))
