"""Orange's tables, .tab: under the names a line of types and a line of flags, tabs between.

Only these three lines are believed. Of a table with one line of names Orange guesses by the values
(0/1 is a class to it, 0/1/2 a number): such a file is read as any other text with tabs.
"""

import csv
import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.readers.contents import Contents
from steepest.data.text.encoding import UTF8, open_text
from steepest.data.text.reading import Reading
from steepest.errors import DataError, FileError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ORANGE", "has_orange_header", "read_orange"]

ORANGE = (".tab",)
"""The suffix of Orange's tables, and of others with tabs between."""

_NUMBER, _WORDS = ("continuous", "c", "numeric", "n"), ("string", "s", "text")
_NOMINAL, _TIME = ("discrete", "d", "categorical"), ("time", "t")
_FLAGS = ("", "class", "meta", "ignore", "weight")
_GAPS = ("", "?", ".", "*", "~", "NA", "N/A", "nan", "NaN")


def has_orange_header(path: Path, reading: Reading) -> bool:
    """Return whether the second line of a file is one of types, and the third one of flags."""
    with open_text(path, reading.encoding or UTF8) as text:
        head = list(islice(csv.reader(text, delimiter="\t"), 3))
    if len(head) < 3 or not len(head[0]) == len(head[1]) >= len(head[2]):
        return False
    return all(map(_is_type, head[1])) and all(_flag(flag) in _FLAGS for flag in head[2])


def read_orange(path: Path, reading: Reading) -> Contents:
    """Return the columns that Orange would use; those to be ignored are left out, with a note.

    Raises DataError with the line for a value that is not of its column's type, and FileError for
    a file that was cut meanwhile.
    """
    with open_text(path, reading.encoding or UTF8) as text:
        reader = csv.reader(text, delimiter="\t")
        head = list(islice(reader, 3))
        if len(head) < 3:
            raise FileError(f"cannot read {path}: it was cut short while it was read; try again")
        names, types, flags = head
        rows = [(reader.line_num, record) for record in reader if any(record)]
    flags += [""] * (len(names) - len(flags))
    for line, record in rows:
        if len(record) != len(names):
            raise DataError(
                f"{path.name}, line {line}: expected {len(names)} values as in the header, got "
                f"{len(record)}; mend the line"
            )
    places = [f"{path.name}, line {line}" for line, _ in rows]
    columns = {
        name: _column([record[i] for _, record in rows], types[i], places, name)
        for i, name in enumerate(names)
        if _flag(flags[i]) != "ignore"
    }
    meta = tuple(name for name, flag in zip(names, flags, strict=True) if _flag(flag) == "meta")
    lines = np.array([line for line, _ in rows], dtype=np.intp)
    return Contents(columns, _notes(names, flags), lines, meta)


def _notes(names: Sequence[str], flags: Sequence[str]) -> tuple[str, ...]:
    """Return notes on the flags of columns, each with the option that does the same here."""
    words_of = {
        "class": "{} is flagged as the class (--target)",
        "weight": "{} is flagged as the weights (--weights)",
        "ignore": "{} left out, flagged to be ignored",
    }
    notes = []
    for flag, words in words_of.items():
        flagged = [repr(name) for name, one in zip(names, flags, strict=True) if _flag(one) == flag]
        if flagged:
            notes.append(words.format(" and ".join(flagged)))
    return tuple(notes)


def _flag(cell: str) -> str:
    """Return the flag of a cell, without the attributes that may stand behind it."""
    word = cell.strip().lower().split(" ")[0]
    return "" if "=" in word else {"c": "class", "m": "meta", "i": "ignore"}.get(word, word)


def _is_type(cell: str) -> bool:
    """Return whether a cell is a type, or the values of a nominal column, blanks between."""
    known = (*_NUMBER, *_WORDS, *_NOMINAL, *_TIME)
    return cell.strip().lower() in known or len(cell.split()) > 1


def _column(
    cells: Sequence[str], kind: str, places: Sequence[str], name: str
) -> "Sequence[float | str | None] | pa.DictionaryArray":
    """Return the values of a column, (rows,), by its type; `places` say where each is."""
    word = kind.strip().lower()
    values = [None if cell.strip() in _GAPS else cell.strip() for cell in cells]
    if word in _WORDS or word in _TIME:
        return values
    if word in _NUMBER:
        return [_number(*one, name) for one in zip(values, places, strict=True)]
    declared = (
        declared_levels(kind)
        if word not in _NOMINAL
        else sorted({v for v in values if v is not None})
    )
    return _nominal(values, declared, places, name)


def declared_levels(cell: str) -> list[str]:
    r"""Return the values of a nominal column, blanks between; a blank in one has a `\` before it.

    >>> declared_levels(r"normal fixed\ defect")
    ['normal', 'fixed defect']
    """
    return [one.replace("\\ ", " ") for one in re.split(r"(?<!\\) +", cell.strip())]


def _number(value: str | None, place: str, name: str) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        raise DataError(
            f"{place}: {name!r} is {value!r}, but its type is a number; mend the value or the type"
        ) from None


def _nominal(
    values: Sequence[str | None], levels: Sequence[str], places: Sequence[str], name: str
) -> "pa.DictionaryArray":
    """Return words as a category, its levels as they are declared, else sorted."""
    import pyarrow as pa

    place = {level: i for i, level in enumerate(levels)}
    for value, where in zip(values, places, strict=True):
        if value is not None and value not in place:
            raise DataError(
                f"{where}: {name!r} is {value!r}, but its values are {', '.join(levels[:8])}; mend "
                "the value or its declaration"
            )
    codes = pa.array([None if v is None else place[v] for v in values], pa.int32())
    return pa.DictionaryArray.from_arrays(codes, pa.array(list(levels)), ordered=True)
