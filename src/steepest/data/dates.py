"""Dates as numbers: days, a year with its part, or where in the year a day is.

days      days since 1970-01-01, with their part
year      the year, and what of it is over: 2024.5 in the middle of 2024
season    `sin 2 pi t` and `cos 2 pi t`, t what of the year is over: so that December is beside
January (Stolwijk, Straatman & Zielhuis 1999, "Studying seasonality by using sine and
cosine functions in regression analysis")
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import clip, kind_of, what_it_holds, words
from steepest.data.table import Table
from steepest.errors import ChoiceError, DataError
from steepest.numerals import counted

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "DATES",
    "UNITS",
    "as_dates",
    "check_dates",
    "date_numbers",
    "need_dates",
    "no_dates",
    "no_dates_in_words",
    "undated",
]

Array = NDArray[np.float64]

DATES = ("days", "year", "season")
"""What a date may become."""

UNITS = {"days": "days", "year": "years"}

_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[ T]+(\d{1,2}:\d{2}(?::\d{2})?))?")

DAY = 86_400e6
"""Microseconds of a day."""


def check_dates(given: object) -> Mapping[str, str]:
    """Return what each column of dates becomes; ChoiceError for what is none of `DATES`."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ChoiceError(f"date is {given!r}; say what each column becomes: {{'day': 'days'}}")
    for name, how in given.items():
        if how not in DATES:
            raise ChoiceError(f"date of {name!r} is {how!r}; it must be one of {', '.join(DATES)}")
    return {str(name): str(how) for name, how in given.items()}


def need_dates(table: Table, name: str) -> None:
    """Raise DataError, which starts with the column's name, if it holds no dates."""
    if as_dates(table.arrow[name]) is None:
        held = no_dates(table, name)
        raise DataError(f"{name!r} must hold dates such as 2024-01-31, got {held}")


def no_dates(table: Table, name: str) -> str:
    """Return what a column holds in place of dates, in words: how many rows, the first, where."""
    rows = undated(table.arrow[name])
    if not len(rows):
        return what_it_holds(table, name)
    first = int(rows[0])
    value = clip(words(table.arrow[name])[first].as_py())
    return no_dates_in_words(len(rows), value, table.place(first))


def no_dates_in_words(rows: int, first: str, place: str) -> str:
    """Return how many rows hold no date, the first of them, and its place."""
    return f"what is no such date in {counted(rows, 'row')}, the first {first} on {place}"


def undated(column: "pa.ChunkedArray") -> NDArray[np.intp]:
    """Return the rows, (undated,), of a column of words that hold something, but no date."""
    if kind_of(column) not in ("text", "dictionary"):
        return np.zeros(0, np.intp)
    coded = words(column).combine_chunks().dictionary_encode()
    levels = coded.dictionary.to_pylist()
    bad = np.array([*(_read_date(level) is None for level in levels), False])
    return np.flatnonzero(bad[coded.indices.fill_null(len(levels)).to_numpy()])


def as_dates(column: "pa.ChunkedArray") -> "pa.ChunkedArray | None":
    """Return a column of dates; None if it holds none.

    Words are dates where the year stands first in each: 2024-01-31, 2024/1/31, 2024.01.31 12:00.
    Of 01/02/2024 it is not known which is the month.
    """
    from pyarrow import types

    kind = column.type
    if types.is_date(kind) or types.is_timestamp(kind):
        return column
    return _read_dates(column) if kind_of(column) in ("text", "dictionary") else None


def _read_dates(column: "pa.ChunkedArray") -> "pa.ChunkedArray | None":
    """Return words as dates, each that is there read once; None if one is no date."""
    import pyarrow as pa

    coded = words(column).combine_chunks().dictionary_encode()
    found = [_read_date(one) for one in coded.dictionary.to_pylist()]
    if not found or None in found:
        return None
    dates = pa.array(found, pa.timestamp("us"))
    return pa.chunked_array([dates.take(coded.indices)])


def _read_date(word: str) -> datetime | None:
    """Return a date that is written with the year first; None for another word."""
    found = _YEAR_FIRST.fullmatch(word)
    if found is None:
        return None
    year, _, month, day, clock = found.groups()
    form = "%H:%M" if clock is None or clock.count(":") == 1 else "%H:%M:%S"
    try:
        time = datetime.strptime(clock or "00:00", form)
        return time.replace(int(year), int(month), int(day))
    except ValueError:
        return None


def date_numbers(column: "pa.ChunkedArray", how: str) -> Array:
    """Return dates as numbers, (rows,), of a season as sine and cosine, (rows, 2); a gap is NaN."""
    import pyarrow as pa

    dates = as_dates(column)
    assert dates is not None
    stamps = dates.cast(pa.timestamp("us"), safe=False).to_numpy().astype("datetime64[us]")
    gaps = np.isnat(stamps)
    stamps = np.where(gaps, np.datetime64(0, "us"), stamps)
    if how == "days":
        return np.where(gaps, np.nan, stamps.astype(np.int64) / DAY)
    years = stamps.astype("datetime64[Y]")
    begin, end = (one.astype("datetime64[us]").astype(np.int64) for one in (years, years + 1))
    over = (stamps.astype(np.int64) - begin) / (end - begin)
    if how == "year":
        return np.where(gaps, np.nan, years.astype(np.int64) + 1970 + over)
    angle = 2.0 * np.pi * np.where(gaps, np.nan, over)
    return np.stack([np.sin(angle), np.cos(angle)], axis=1)
