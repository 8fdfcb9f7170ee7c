"""Which columns of text are categories, and what the others hold, by its right name."""

import re
import shlex
from typing import TYPE_CHECKING

from steepest.data.columns import clip, counts, kind_of, matches, plain_words, what_it_holds, words
from steepest.data.dates import no_dates, undated
from steepest.data.table import Table
from steepest.data.text.number_marks import NUMBER, NUMBER_LIKE, written_numbers
from steepest.errors import DataError
from steepest.numerals import counted

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["check_words"]

_MOST_LEVELS = 50
_WITH_UNIT = r"^\s*[+-]?\d+([.,]\d+)?\s*[A-Za-zµΩ°/]{1,8}$"
_DATE = (
    r"^\s*(\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2}[- ./]?[A-Za-z]{3,9}[- .,/]*\d{2,4}"
    r"|[A-Za-z]{3,9}\.? \d{1,2},? \d{2,4})([ T]+\d{1,2}:\d{2}.*)?$"
)
_LONG = 3
"""Words in a value, on the average, from which on it is a text and no name."""


def check_words(table: Table, name: str) -> None:
    """Refuse a text column that is no category, and say what it is.

    A column is a category with at most 50 levels that make up at most two thirds of the rows (two
    are never too many); a dictionary column is one in any case, since somebody has said so.
    Raises DataError, which starts with the column's name.
    """
    column = table.arrow[name]
    if kind_of(column) == "dictionary":
        return
    text = words(column)
    there = len(text) - text.null_count
    if there and matches(text, _DATE).sum() == there:
        raise DataError(f"{name!r} holds dates written as text, {_of_dates(table, name, text)}")
    if table.dialect is not None:
        _refuse_unclear(text, name)
    _refuse_numbers(table, text, name)
    levels = counts(column)
    most = min(_MOST_LEVELS, max(2, 2 * table.arrow.num_rows // 3))
    if len(levels) <= most:
        return
    force = f"--category {shlex.quote(name)} takes it as one all the same"
    for pattern, what in (
        (_WITH_UNIT, "numbers with a unit behind them, such as {}; write the unit in the header"),
        (NUMBER_LIKE, "numbers written as text, such as {}; turn it into numbers"),
    ):
        if matches(text, pattern).sum() == there:
            raise DataError(f"{name!r} holds {what.format(_first(text))}")
    raise DataError(
        f"{name!r} holds {_what(text, len(levels), there)}: {len(levels)} different values in "
        f"{counted(table.arrow.num_rows, 'row')}, such as {_first(text)}; a category has at most "
        f"{most} here, {force}"
    )


def _what(text: "pa.ChunkedArray", levels: int, there: int) -> str:
    """Return what a column of too many different values holds."""
    import pyarrow.compute as pc

    gaps_between = pc.sum(pc.count_substring_regex(text, r"\s+")).as_py() or 0
    if gaps_between / there + 1 >= _LONG:
        return "free text"
    return "names or ids" if levels == there else "too many different words"


def _refuse_unclear(text: "pa.ChunkedArray", name: str) -> None:
    """Refuse numbers whose mark may be that of decimals as well as that of thousands."""
    written = written_numbers(text)
    if written is None or not written.ambiguous:
        return
    at = next(
        i
        for i, digits in enumerate(written.digits.to_pylist())
        if digits and ("," in digits or "." in digits)
    )
    one = text[at].as_py()
    mark = "," if "," in one else "."
    small, large = (written.numbers(decimal)[at].as_py() for decimal in (mark, ",."[mark == ","]))
    raise DataError(
        f"{name!r} holds numbers such as {one!r}, which may be {small:g} as well as {large:g}; "
        f"say which with --decimal '{mark}' or --thousands '{mark}' (in Python: "
        f"decimal={mark!r}, thousands={mark!r})"
    )


def _refuse_numbers(table: Table, text: "pa.ChunkedArray", name: str) -> None:
    """Refuse a text column of which more than half are numbers, but not all in one notation."""
    others = int(plain_words(text).sum())
    if matches(text, NUMBER_LIKE).sum() <= others:
        return
    if others:
        raise DataError(
            f"{name!r} is a column of numbers with {what_it_holds(table, name)}; write numbers, "
            "or leave it empty"
        )
    if written_numbers(text) is not None:
        return
    bare, marked = matches(text, NUMBER), matches(text, NUMBER_LIKE) & ~matches(text, NUMBER)
    first = [int(rows.argmax()) for rows in (marked, bare) if rows.any()]
    if len(first) == 1:
        first += _of_other_marks(text, first[0])
    shown = " and ".join(f"{clip(text[row].as_py())} on {table.place(row)}" for row in first)
    raise DataError(
        f"{name!r} holds numbers that are not written alike: {shown}; write all with "
        "the same marks and the same unit"
    )


def _of_other_marks(text: "pa.ChunkedArray", row: int) -> list[int]:
    """Return the first row whose marks, its digits aside, are others than those of a row."""
    marks = [re.sub(r"\d+", "0", one or "") for one in text.to_pylist()]
    return [i for i, mark in enumerate(marks) if mark not in ("", marks[row])][:1]


def _of_dates(table: Table, name: str, text: "pa.ChunkedArray") -> str:
    """Return the first of dates that are text, what is none among them, and what to do."""
    flag = f"--date {shlex.quote(name)}=days (or year, or season) takes it as a number"
    there = text.is_valid().to_numpy()
    rows = undated(table.arrow[name])
    there[rows] = False
    if not there.any():
        as_shown = "write them with the year first, then the month, as 2024-01-31"
        return f"such as {_first(text)}; {as_shown}, and {flag}"
    such_as = f"such as {clip(text[int(there.argmax())].as_py())}"
    if not len(rows):
        return f"{such_as}; {flag}"
    return f"{such_as}, and {no_dates(table, name)}; write all as 2024-01-31, and {flag}"


def _first(text: "pa.ChunkedArray") -> str:
    """Return the first value that is there, for a message."""
    return clip(text.drop_null()[0].as_py())
