"""Sentences with numbers in their places, written in the manner of their language."""

import re
from collections.abc import Mapping

from steepest.lesson.values import Value
from steepest.numerals import percent, short

__all__ = ["filled", "in_language", "text_in"]

MINUS = "\N{MINUS SIGN}"

AFTER_SIGN = ("gw_in", "gb_in", "row_f", "mean")
"""Places behind a minus or a times: there a negative number is in brackets."""

PLACE = re.compile(r"\{(\w+)\}")


def filled(text: str, values: Mapping[str, Value], language: str) -> str:
    """Return a text with each `{place}` filled; one that there is no value for stays as it is.

    >>> filled("from {a} to {b}", {"a": -1234.5, "b": "there"}, "de")
    'from −1.234 to there'
    """

    def fill(place: re.Match[str]) -> str:
        value = values.get(place[1])
        return place[0] if value is None else in_language(value, language, place[1])

    return PLACE.sub(fill, text)


def in_language(value: Value, language: str, place: str = "") -> str:
    """Return a number to four digits as the language writes it; a text as it is.

    The name of its place says whether it is a share, or stands behind a sign.

    >>> in_language(0.5, "en"), in_language(-0.5, "de"), in_language(1234.0, "de")
    ('0.5', '−0,5', '1.234')
    """
    if isinstance(value, str):
        return value
    text = f"{value:,}" if isinstance(value, int) else short(value)
    if place.endswith("_left"):
        text = percent(float(value))
    text = text_in(text, language)
    return f"({text})" if place in AFTER_SIGN and value < 0 else text


def text_in(number: str, language: str) -> str:
    """Return a number that is written in English, `-1,234.5`, as the language has it."""
    text = number.translate(str.maketrans(",.", ".,")) if language == "de" else number
    return text.replace("-", MINUS)
