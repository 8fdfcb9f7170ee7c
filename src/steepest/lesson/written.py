"""Sentences with numbers in their places, written in the manner of their language."""

import math
import re
from collections.abc import Mapping
from types import MappingProxyType

from steepest.lesson.values import Value
from steepest.numerals import percent, short

__all__ = ["TIMES", "filled", "in_language", "places_in", "power_of_ten", "text_in"]

MINUS = "\N{MINUS SIGN}"

SIGNS = (f"{MINUS} ", "\N{MULTIPLICATION SIGN} ")
"""Behind them a negative number is in brackets."""

LEAST, MOST, MOST_PLACES = 1e-3, 1e13, 12
"""Numbers that are written out, and their places: times in milliseconds are 1.8e12."""

TINY = 1e-6
"""A share that is less is said to be less, not written as a row of zeros; so does the page."""

PLACE = re.compile(r"\{(\w+)\}")

TIMES = "\N{NO-BREAK SPACE}\N{MULTIPLICATION SIGN}\N{NO-BREAK SPACE}10"
"""What no line ends in."""

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

POWER = re.compile(r"e([+-])0*(\d+)$")
"""The power of ten at the end of a number as programs write it."""

TIGHT = ("/ ", "log ")
"""What binds a product that follows as closely as its first factor: there it is in brackets."""


def filled(
    text: str,
    values: Mapping[str, Value],
    language: str,
    digits: Mapping[str, int] = MappingProxyType({}),
) -> str:
    r"""Return a text with each `{place}` filled; one that there is no value for stays as it is.

    A number has four digits, or those of its place in `digits`. One that is a product is in
    brackets behind a division or a logarithm, a negative one behind a minus or a times.

    >>> filled("from {a} to {b}", {"a": -1234.5, "b": "there"}, "de")
    'from −1.234 to there'
    >>> filled("{a} / {a}", {"a": 2.5e10}, "en").replace("\N{NO-BREAK SPACE}", " ")
    '2.5 × 10¹⁰ / (2.5 × 10¹⁰)'
    """

    def fill(place: re.Match[str]) -> str:
        value, before = values.get(place[1]), text[: place.start()]
        if value is None or isinstance(value, str):
            return place[0] if value is None else value
        if place[1] == "mean":
            made = text_in(beside(value, float(values["deviation"])), language)
        else:
            made = in_language(value, language, place[1], digits.get(place[1], 4))
        is_apart = before.endswith(SIGNS) and made.startswith(MINUS)
        is_apart |= before.endswith(TIGHT) and TIMES in made
        return f"({made})" if is_apart else made

    return PLACE.sub(fill, text)


def places_in(text: str) -> list[str]:
    """Return the names of the places of a text.

    >>> places_in("from {a} to {b}")
    ['a', 'b']
    """
    return PLACE.findall(text)


def in_language(value: Value, language: str, place: str = "", digits: int = 4) -> str:
    """Return a number to so many digits as the language writes it; a text as it is.

    The name of its place says whether it is a share.

    >>> in_language(1e-17, "en", "own_left"), in_language(0.0, "en", "own_left")
    ('< 0.0001 %', '0 %')
    >>> in_language(0.5, "en"), in_language(-0.5, "de"), in_language(1234.0, "de")
    ('0.5', '−0,5', '1.234')
    """
    if isinstance(value, str):
        return value
    text = f"{value:,}" if isinstance(value, int) else short(value, digits)
    if place.endswith("_left"):
        text = f"< {percent(TINY)}" if 0 < value < TINY else percent(float(value))
    return text_in(text, language)


def beside(value: float, size: float) -> str:
    """Return a number to four digits of a size in which what is less this number is written.

    A mean of years, 2000.5, to four digits of its own is off by a tenth of their deviation.

    >>> beside(2000.5, 5.766), beside(3.48778, 1.139), beside(-3.3e-17, 1.0)
    ('2,000.5', '3.488', '0')
    """
    if abs(value) < 0.00005 * size:
        return "0"
    if not LEAST <= abs(value) < MOST:
        return short(value)
    places = min(MOST_PLACES, max(0, 3 - math.floor(math.log10(size))))
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if places else text


def text_in(number: str, language: str) -> str:
    r"""Return a number that is written in English, `-1,234.5`, as the language has it.

    A power of ten is a product, as it is printed and written by hand.

    >>> text_in("-6.758e+10", "de"), text_in("1e-05", "en"), text_in("-inf", "en")
    ('−6,758\xa0×\xa010¹⁰', '1\xa0×\xa010⁻⁵', '−∞')
    """
    text = number.translate(str.maketrans(",.", ".,")) if language == "de" else number
    return POWER.sub(_times, text.replace("inf", "∞")).replace("-", MINUS)


def power_of_ten(power: int) -> str:
    r"""Return what a number is multiplied with.

    >>> power_of_ten(-12)
    '\xa0×\xa010⁻¹²'
    """
    return TIMES + str(power).translate(RAISED)


def _times(power: re.Match[str]) -> str:
    return power_of_ten(int(power[1] + power[2]))
