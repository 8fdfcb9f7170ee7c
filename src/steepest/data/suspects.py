"""What a column may be, other than it is taken for: a number of the row, an id, codes of kinds.

Each is a guess, so it is reported, never acted on: a year may count the rows as well as an id does.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from math import nan
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import kind_of, listing, numbers, unit_of
from steepest.data.features import Features
from steepest.data.table import Table
from steepest.data.target import Target
from steepest.numerals import counted, short

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["counts_rows", "is_code", "is_id", "stopgaps", "suspicions", "telling"]

Array = NDArray[np.float64]

_ID = re.compile(
    r"(?i)^(id|uuid|guid|index|key)$|[_ .-](id|uuid|guid|key)$|^id[_ .-]|[a-z](ID|Id)$"
)
"""Names that an id has."""

_MOST_CODES = 10
"""Different values of a column of codes; the digits, whose pixels are none, have 17 and more."""

_USUAL = ({0, 1}, {-1, 1}, {1, 2})
"""Two numbers that stand for classes in most tables; True and False are 1 and 0."""

_MANY_CLASSES = 10
"""Classes of a target up to which nobody wonders: the ten digits."""

_STOPGAPS = frozenset((-9.0, -99.0, -999.0, -9999.0, -99999.0, 99.0, 999.0, 9999.0, 99999.0))
"""Numbers that stand for "not known" in the files of surveys and instruments."""

_BY_CHANCE = 20
"""Rows of the rarer class from which on none of a million columns separates them by chance.

With as many of the other the odds are 2 in 40! / 20! 20! = 1.4e11.
"""

_HEAD = 1000
"""Values that are looked at before all of them."""


def suspicions(
    table: Table, target: Target, features: Features, chosen: bool = False
) -> Iterator[str]:
    """Yield what is worth a look in the columns that are used, and the option that changes it.

    Of features that the reader has `chosen` by name none is taken for an id.
    """
    used = [column.name for column in features.columns if column.kind == "number"]
    ids = [name for name in used if is_id(table, name) or counts_rows(table, name)]
    if ids and len(features.columns) > 1 and not chosen:
        option = " ".join(f"--drop {shlex.quote(name)}" for name in ids)
        said = "another number in every row, as an id has: if it is one"
        yield f"{_quoted(ids)}: {said}, {option}"
    if codes := [name for name in used if is_code(table, name)]:
        option = " ".join(f"--category {shlex.quote(name)}" for name in codes)
        said = "few whole numbers, taken as amounts: if they are codes of kinds"
        yield f"{_quoted(codes)}: {said}, {option}"
    for name in used:
        yield from stopgaps(table, name)
    yield from _many_classes(target)


def _many_classes(target: Target) -> Iterator[str]:
    """Yield that a target has a great many classes, or two numbers as classes, if so."""
    classes = target.classes or ()
    if len(classes) == 2 and not isinstance(classes[0], str) and {*classes} not in _USUAL:
        one, other = classes
        said = f"{target.name!r} is {one} or {other}, taken as two classes"
        yield f"{said}: as a number it is predicted by --loss squared"
    if len(classes) <= _MANY_CLASSES:
        return
    said = f"{target.name!r} has {len(classes)} classes ({listing(classes, 3)})"
    if isinstance(classes[0], str):
        yield f"{said}, each with weights of its own: is it what you want to predict?"
    else:
        yield f"{said}, whose order does not count: as a number it is predicted by --loss squared"


def telling(table: Table, target: Target, features: Features, y: Array) -> Iterator[str]:
    """Yield which numbers alone separate two classes; `y`, (rows,), is 1 in one of them.

    What is known only afterwards often does: that a loan was refused, how an index closed.
    """
    one = y == 1
    rarer = min(int(one.sum()), int((~one).sum()))
    if target.classes is None or len(target.classes) != 2 or rarer < _BY_CHANCE:
        return
    used = [column.name for column in features.columns if column.kind == "number"]
    found = [name for name in used if _parts(numbers(table.arrow[name]), one)]
    if found and len(features.columns) > 1:
        option = " ".join(f"--drop {shlex.quote(name)}" for name in found)
        alone = "alone separates" if len(found) == 1 else "each alone separate"
        yield (
            f"{_quoted(found)} {alone} the classes of {target.name!r}: if that is known only "
            f"afterwards, {option}"
        )


def _parts(values: Array, one: NDArray[np.bool_]) -> bool:
    """Return whether all values, (rows,), of the rows in `one` are on one side of all others."""
    for part in (slice(_HEAD), slice(None)):
        inside, outside = values[part][one[part]], values[part][~one[part]]
        if inside.size and outside.size:
            disjoint = inside.max() < outside.min() or outside.max() < inside.min()
            if not disjoint:
                return False
    return True


def counts_rows(table: Table, name: str) -> bool:
    """Return whether a column is 0, 1, 2, ... or 1, 2, 3, ... from row to row."""
    ends = _ends(table.arrow[name])
    rows = table.arrow.num_rows
    if ends is None or ends[0] not in (0.0, 1.0) or ends[1] - ends[0] != rows - 1 or rows < 3:
        return False
    return bool(np.array_equal(numbers(table.arrow[name]), np.arange(rows) + ends[0]))


def is_id(table: Table, name: str) -> bool:
    """Return whether a column has the name of an id, and another whole number in every row."""
    column = table.arrow[name]
    if not _ID.search(name) or _ends(column) is None or column.null_count:
        return False
    import pyarrow.compute as pc

    return pc.count_distinct(column).as_py() == len(column) > 2


def stopgaps(table: Table, name: str) -> Iterator[str]:
    """Yield that -999 or the like is in a column, farther from all others than their range."""
    column = table.arrow[name]
    ends = _least_and_greatest(column) if kind_of(column) == "number" else ()
    for value in sorted(set(ends) & set(_STOPGAPS)):
        values = numbers(column)
        others = values[np.isfinite(values) & (values != value)]
        low, high = (others.min(), others.max()) if others.size else (0.0, 0.0)
        if low < high and max(low - value, value - high) > high - low:
            rows = counted(int((values == value).sum()), "row")
            yield (
                f"{name!r} is {value:g} in {rows}, {short(low)} to {short(high)} in all others: "
                "if that stands for a gap, leave it empty"
            )


def is_code(table: Table, name: str) -> bool:
    """Return whether a column is 0, 1, 2, ... or 1, 2, 3, ..., three values to ten, many times.

    Two values are the same as numbers and as kinds, and what has a unit is an amount.
    """
    column = table.arrow[name]
    ends = None if unit_of(table, name) else _ends(column)
    if ends is None or ends[0] not in (0.0, 1.0) or not 2 <= ends[1] - ends[0] < _MOST_CODES:
        return False
    values = numbers(column)
    values = values[np.isfinite(values)]
    found = np.unique(values)
    whole = np.arange(ends[0], ends[1] + 1)
    return bool(np.array_equal(found, whole) and values.size >= 3 * found.size)


def _ends(column: "pa.ChunkedArray") -> tuple[float, float] | None:
    """Return the least and the greatest of a column of whole numbers; None of any other."""
    if kind_of(column) != "number":
        return None
    head = numbers(column.slice(0, _HEAD))
    head = head[np.isfinite(head)]
    if head.size == 0 or not np.array_equal(head, np.floor(head)):
        return None
    low, high = _least_and_greatest(column)
    return (low, high) if low.is_integer() and high.is_integer() else None


def _least_and_greatest(column: "pa.ChunkedArray") -> tuple[float, float]:
    """Return the ends of a column of numbers, as float64; NaN where it has none."""
    values = numbers(column)
    if not values.size:
        return nan, nan
    return float(np.fmin.reduce(values)), float(np.fmax.reduce(values))


def _quoted(names: Sequence[str]) -> str:
    return listing([repr(name) for name in names], 5)
