"""Dates as numbers: days, a year with its part, or where in the year a day is.

days      days since 1970-01-01, with their part
year      the year, and what of it is over: 2024.5 in the middle of 2024
season    `sin 2 pi t` and `cos 2 pi t`, t what of the year is over: so that December is beside
January (Stolwijk, Straatman & Zielhuis 1999, "Studying seasonality by using sine and
cosine functions in regression analysis")
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import what_it_holds
from steepest.data.table import Table
from steepest.errors import ChoiceError, DataError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["DATES", "UNITS", "check_dates", "date_numbers", "need_dates"]

Array = NDArray[np.float64]

DATES = ("days", "year", "season")
"""What a date may become."""

UNITS = {"days": "days", "year": "years"}

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
    from pyarrow import types

    kind = table.arrow[name].type
    if not (types.is_date(kind) or types.is_timestamp(kind)):
        held = what_it_holds(table, name)
        raise DataError(f"{name!r} must hold dates such as 2024-01-31, got {held}")


def date_numbers(column: "pa.ChunkedArray", how: str) -> Array:
    """Return dates as numbers, (rows,), of a season as sine and cosine, (rows, 2); a gap is NaN."""
    import pyarrow as pa

    stamps = column.cast(pa.timestamp("us"), safe=False).to_numpy().astype("datetime64[us]")
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
