"""A column of a table that is used as a feature: how its values become numbers of X.

A column may know what stands for a gap, its fill: a number, one of its levels, or of a season its
sine and cosine. `flagged` gaps
have a column of zeros and ones of their own beside.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import kind_of, listing, numbers, what_it_holds, words
from steepest.data.dates import DATES, UNITS, date_numbers, need_dates
from steepest.data.table import Table
from steepest.errors import DataError
from steepest.numerals import counted

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Column", "ColumnRecord", "Fill"]

Array = NDArray[np.float64]

Fill = float | str | tuple[float, float]
"""What stands for a gap: a number, a level, or the sine and cosine of a season."""


class ColumnRecord(TypedDict):
    """A column as a file keeps it: the fields of `Column`."""

    name: str
    kind: str
    levels: Sequence[str]
    base: str | None
    unit: str
    fill: NotRequired["Fill | None"]
    flagged: NotRequired[bool]


class Column(NamedTuple):
    """A column of the table that is used as a feature; a tuple, since there may be thousands."""

    name: str
    kind: str  # "number", "boolean", "category", or one of `DATES`
    levels: tuple[str, ...] = ()  # the levels that have a weight, without the base
    base: str | None = None  # the level without a weight, whose effect is in the bias
    unit: str = ""
    fill: Fill | None = None  # what stands for a gap; None: nothing
    flagged: bool = False  # whether a gap is marked: by one more column of X, or a level of its own

    @property
    def names(self) -> tuple[str, ...]:
        """The names of this column's columns of X: "sex=male" for a level, "age missing"."""
        if self.kind == "category":
            return tuple(f"{self.name}={level}" for level in self.levels)
        season = (f"{self.name} sin", f"{self.name} cos")
        names = season if self.kind == "season" else (self.name,)
        return names if self.flag is None else (*names, self.flag)

    @property
    def flag(self) -> str | None:
        """The name of the column of X that is 1 where a value is missing; None without one."""
        return f"{self.name} missing" if self.flagged and self.kind != "category" else None

    @property
    def units(self) -> tuple[str, ...]:
        """The units of this column's columns of X; "" for an indicator."""
        unit = UNITS.get(self.kind, self.unit if self.kind == "number" else "")
        return (unit, *[""] * (len(self.names) - 1)) if self.names else ()

    def matrix(self, table: Table) -> Array:
        """Return this column's columns of X, (rows, names), a gap filled if there is a fill.

        Raises DataError for a gap without a fill, an infinite value, a level that was not there
        at first, or a column of another kind, and says where.
        """
        if self.kind == "category":
            return _indicators(table, self)
        if self.kind == "season":
            return self.filled(_whole(table, self, date_numbers(_dates(table, self), self.kind)))
        return self.filled(_amounts(table, self))

    def filled(self, amounts: Array) -> Array:
        """Return (rows, names) of the numbers in a column, a gap filled, and flagged.

        They are (rows,), of a season its sine and cosine, (rows, 2).
        """
        amounts = amounts[:, None] if amounts.ndim == 1 else amounts
        if self.fill is None:
            return amounts
        gaps = np.isnan(amounts[:, :1])
        filled = np.where(gaps, np.asarray(self.fill, dtype=np.float64), amounts)
        return np.concatenate([filled, gaps], axis=1) if self.flagged else filled

    def to_dict(self) -> ColumnRecord:
        """Return the column as plain lists and strings, for JSON."""
        made: ColumnRecord = {
            "name": self.name,
            "kind": self.kind,
            "levels": self.levels,
            "base": self.base,
            "unit": self.unit,
        }
        if self.fill is not None:
            made |= {"fill": self.fill, "flagged": self.flagged}
        return made

    @classmethod
    def from_dict(cls, said: ColumnRecord) -> "Column":
        """Return the column of which `to_dict` made this, also after JSON."""
        fill, flagged = said.get("fill"), said.get("flagged", False)
        fill = (fill[0], fill[1]) if isinstance(fill, (list, tuple)) else fill
        levels = tuple(said["levels"])
        return cls(said["name"], said["kind"], levels, said["base"], said["unit"], fill, flagged)


def _amounts(table: Table, column: Column) -> Array:
    """Return a column of numbers or booleans, (rows,), all finite, or NaN where a fill will be."""
    values = table.arrow[column.name]
    kind = kind_of(values)
    where = f"{table.name}: column {column.name!r}"
    if column.kind in DATES:
        return _whole(table, column, date_numbers(_dates(table, column), column.kind))
    if kind not in ("number", "boolean", "empty"):
        raise DataError(f"{where} must hold numbers, got {what_it_holds(table, column.name)}")
    amounts = _whole(table, column, numbers(values))
    if column.kind == "boolean" and kind == "number":
        wrong = np.flatnonzero((amounts != 0) & (amounts != 1) & ~np.isnan(amounts))
        if wrong.size:
            place = table.place(int(wrong[0]))
            raise DataError(
                f"{where} must hold true or false, got {amounts[wrong[0]]:g} on {place}"
            )
    return amounts


def _dates(table: Table, column: Column) -> "pa.ChunkedArray":
    """Return a column of dates; DataError if it holds none."""
    try:
        need_dates(table, column.name)
    except DataError as error:
        raise DataError(f"{table.name}: column {error}") from None
    return table.arrow[column.name]


def _whole(table: Table, column: Column, amounts: Array) -> Array:
    """Return numbers, (rows,) or (rows, n), all finite, or NaN where a fill will be."""
    sound = np.isfinite(amounts) if column.fill is None else ~np.isinf(amounts)
    wrong = np.flatnonzero(~(sound if sound.ndim == 1 else sound.all(axis=1)))
    if wrong.size:
        what = "no value" if np.isnan(amounts[wrong[0]]).any() else "an infinite value"
        rows = counted(wrong.size, "row")
        raise DataError(
            f"{table.name}: column {column.name!r} has {what} on {table.place(int(wrong[0]))} "
            f"({rows} so); fill it in or leave the row out"
        )
    return amounts


def _indicators(table: Table, column: Column) -> Array:
    """Return (rows, levels), 1 where the row has the level and 0 elsewhere."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = table.arrow[column.name]
    where = f"{table.name}: column {column.name!r}"
    if kind_of(values) == "other":
        raise DataError(f"{where} must hold words, got {values.type}")
    known = [str(column.base), *column.levels]
    text = words(values)
    if column.fill is not None:
        text = text.fill_null(str(column.fill))
    codes = pc.index_in(text, value_set=pa.array(known, text.type)).fill_null(-1).to_numpy()
    wrong = np.flatnonzero(codes < 0)
    if wrong.size:
        level = text[int(wrong[0])].as_py()
        place = table.place(int(wrong[0]))
        if level is None:
            raise DataError(f"{where} has no value on {place}; fill it in or leave the row out")
        raise DataError(
            f"{where} has the level {level!r} on {place}, which the training data did not have; "
            f"known are: {listing(sorted(known))}"
        )
    return (codes[:, None] == np.arange(1, len(known))).astype(np.float64)
