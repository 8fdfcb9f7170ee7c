"""Features: which columns are used, how they become the numbers of X, and what they were called.

A category becomes one column of zeros and ones for each level but one, the base, whose effect the
bias takes. With a column for every level the columns would sum to one in each row, just as the
bias does, and the weights could be shifted against the bias for ever without changing the loss.
The base is the most frequent level, the first by the alphabet among equals, so that a weight is
the difference from the usual case. Rows count by their sample weights: a row of weight 2 is as two.
"""

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple, NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from steepest.data.categories import check_words
from steepest.data.columns import (
    counts,
    kind_of,
    listing,
    need_column,
    numbers,
    unit_of,
    weighted_counts,
    what_it_holds,
    words,
)
from steepest.data.exact import check_exact, in_full
from steepest.data.table import Table
from steepest.errors import DataError
from steepest.numerals import counted

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Column",
    "Features",
    "choose_features",
    "named_features",
    "plain_features",
    "refusal",
]

_REMEDIES = {
    "time": "turn it into a number such as days since a date",
    "empty": "it has no value at all",
    "other": "turn it into numbers or words",
}


class ColumnRecord(TypedDict):
    """A column as a file keeps it: the fields of `Column`."""

    name: str
    kind: str
    levels: Sequence[str]
    base: str | None
    unit: str


class FeaturesRecord(TypedDict):
    """The features as a file keeps them."""

    columns: list[ColumnRecord]
    decimal: NotRequired[str]


class Column(NamedTuple):
    """A column of the table that is used as a feature; a tuple, since there may be thousands."""

    name: str
    kind: str  # "number", "boolean" or "category"
    levels: tuple[str, ...] = ()  # the levels that have a weight, without the base
    base: str | None = None  # the level without a weight, whose effect is in the bias
    unit: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of this column's columns of X: "sex=male" for a level."""
        if self.kind == "category":
            return tuple(f"{self.name}={level}" for level in self.levels)
        return (self.name,)

    @property
    def units(self) -> tuple[str, ...]:
        """The units of this column's columns of X; "" for an indicator."""
        return (self.unit if self.kind == "number" else "",) * len(self.names)

    def to_dict(self) -> ColumnRecord:
        """Return the column as plain lists and strings, for JSON."""
        return {
            "name": self.name,
            "kind": self.kind,
            "levels": self.levels,
            "base": self.base,
            "unit": self.unit,
        }

    @classmethod
    def from_dict(cls, said: ColumnRecord) -> "Column":
        """Return the column of which `to_dict` made this, also after JSON."""
        return cls(said["name"], said["kind"], tuple(said["levels"]), said["base"], said["unit"])


@dataclass(frozen=True)
class Features:
    """The columns used, in the order of X."""

    columns: tuple[Column, ...]
    decimal: str = ""  # the decimal mark of their text, where it made a difference

    @cached_property
    def names(self) -> tuple[str, ...]:
        """One name for each column of X."""
        return tuple([name for column in self.columns for name in column.names])

    @cached_property
    def units(self) -> tuple[str, ...]:
        """One unit for each column of X, "" where there is none."""
        return tuple([unit for column in self.columns for unit in column.units])

    @property
    def bases(self) -> dict[str, str]:
        """The level of each category that has no weight, since the bias holds its effect."""
        return {column.name: column.base for column in self.columns if column.base is not None}

    @property
    def categories(self) -> tuple[str, ...]:
        """The columns whose values are words, whatever they look like."""
        return tuple(column.name for column in self.columns if column.kind == "category")

    def matrix(self, table: Table) -> NDArray[np.float64]:
        """Return X, (rows, names), in C order, of the table at hand or of a new one.

        Raises DataError for a missing column, a gap, an infinite value, a level that was not
        there at first, or a column of another kind, and says where.
        """
        X = np.empty((table.arrow.num_rows, len(self.names)))
        at = 0
        for column in self.columns:
            need_column(table, column.name, "features")
            part = X[:, at : at + len(column.names)]
            if column.kind == "category":
                _fill_indicators(part, table, column)
            else:
                part[:, 0] = _amounts(table, column)
            at += len(column.names)
        return X

    def to_dict(self) -> FeaturesRecord:
        """Return the features as plain lists and strings, for JSON."""
        columns = [column.to_dict() for column in self.columns]
        return {"columns": columns, "decimal": self.decimal}

    @classmethod
    def from_dict(cls, said: FeaturesRecord) -> "Features":
        """Return the features of which `to_dict` made this, also after JSON."""
        columns = tuple(Column.from_dict(column) for column in said["columns"])
        return cls(columns, said.get("decimal", ""))


def choose_features(
    table: Table,
    names: Sequence[str] | None,
    target: str,
    drop: Sequence[str] = (),
    category: Sequence[str] = (),
    weights: NDArray[np.float64] | None = None,
) -> Features:
    """Return the columns `names` as features; None takes all but the target and those in `drop`.

    A row index that a data frame has written is taken only by its name. The columns in `category`
    are categories, whatever they hold and however many levels they have. `weights`, (rows,), are
    how much each row counts where a level's frequency matters.
    Raises DataError with all the columns that cannot be used, each with its reason.
    """
    for name in drop:
        need_column(table, name, "columns to drop")
    if names is not None:
        _check_asked(table, names, target, drop)
    asked = table.arrow.column_names if names is None else names
    if names is None:
        drop = [*drop, *table.index]
    wanted = [name for name in asked if name not in drop and name != target]
    if not wanted:
        raise DataError(
            f"{table.name}: no feature is left beside the target {target!r}; at least one other "
            f"column is needed, columns: {listing(table.arrow.column_names)}"
        )
    columns, refusals = [], {}
    for name in wanted:
        try:
            columns.append(_column(table, name, name in category, weights))
        except DataError as refusal:
            refusals[name] = str(refusal)
    if refusals:
        raise DataError(_refused(table, refusals))
    features = Features(tuple(columns), table.decimal)
    _check_distinct(features.names, table.name)
    return features


def named_features(names: Sequence[str]) -> Features:
    """Return features for the columns of an array, numbers with the given names.

    Raises DataError if two are equal or one is called "bias".
    """
    _check_distinct(names, "features")
    if "bias" in names:
        raise DataError(f"features: {_BIAS}")
    return Features(tuple([Column(name, "number") for name in names]))


@lru_cache(maxsize=4)
def plain_features(count: int) -> Features:
    """Return `count` features for an array without names: "x1", "x2", ...

    They are kept for the next array of that width: making thirty takes as long as some steps.
    """
    return named_features([f"x{index}" for index in range(1, count + 1)])


_BIAS = "'bias' is the name of the bias; rename the column"


def _check_asked(table: Table, names: Sequence[str], target: str, drop: Sequence[str]) -> None:
    """Raise DataError if what was asked for contradicts itself or the table."""
    for name in names:
        need_column(table, name, "features")
        if name == target:
            raise DataError(f"{table.name}: {name!r} is the target, it cannot be a feature too")
        if name in drop:
            raise DataError(f"{table.name}: {name!r} is asked for as a feature and dropped")
    _check_distinct(names, table.name)


def _check_distinct(names: Sequence[str], where: str) -> None:
    """Raise DataError if a name is there twice."""
    if len(set(names)) == len(names):
        return
    for name, count in Counter(names).items():
        if count > 1:
            raise DataError(f"{where}: the feature {name!r} is there twice; name each once")


def _column(
    table: Table, name: str, as_category: bool, weights: NDArray[np.float64] | None
) -> Column:
    """Return a column as a feature; raise DataError, which starts with its name, if not."""
    if name in table.refused:
        raise DataError(f"{name!r} {table.refused[name]}")
    values = table.arrow[name]
    kind = kind_of(values)
    if name == "bias":
        raise DataError(_BIAS)
    if kind in _REMEDIES and not (as_category and kind == "time"):
        raise DataError(f"{name!r} holds {_contents(values)}; {_REMEDIES[kind]}")
    if as_category:
        return _category(table, name, weights)
    if kind in ("text", "dictionary"):
        check_words(table, name)
        return _category(table, name, weights)
    check_exact(values, name)
    amounts = numbers(values)
    amounts = amounts[np.isfinite(amounts)]
    if amounts.size == 0:
        raise DataError(f"{name!r} has no finite value at all")
    # A column with gaps is judged once its gaps are dealt with: they may matter more.
    if amounts.size == len(values) and amounts.min() == amounts.max():
        same = in_full(amounts[0]) if kind == "number" else str(bool(amounts[0]))
        raise DataError(_constant(name, same, weights))
    return Column(name, kind, unit=unit_of(table, name))


def refusal(table: Table, name: str) -> str:
    """Return why a column can be no feature, from its name on; "" if it can."""
    try:
        _column(table, name, False, None)
    except DataError as refusal:
        return str(refusal)
    return ""


def _category(table: Table, name: str, weights: NDArray[np.float64] | None) -> Column:
    """Return a column of words as a feature, with its base and its other levels."""
    levels = counts(table.arrow[name])
    if not levels:
        raise DataError(f"{name!r} is empty; it has no value at all")
    if len(levels) == 1 and sum(levels.values()) == table.arrow.num_rows:
        raise DataError(_constant(name, repr(next(iter(levels))), weights))
    often = levels if weights is None else weighted_counts(table.arrow[name], weights)
    base = min(levels, key=lambda level: (-often[level], level))
    return Column(name, "category", tuple(sorted(set(levels) - {base})), base)


def _constant(name: str, value: str, weights: NDArray[np.float64] | None) -> str:
    """Return what is wrong with a column of one value; rows that weigh nothing may have another."""
    rows = "every row" if weights is None else "every row that counts"
    return f"{name!r} is {value} in {rows}, which cannot be told from the bias"


def _contents(values: "pa.ChunkedArray") -> str:
    """Say what an unusable column holds, by its Arrow type."""
    kind = kind_of(values)
    what = {"time": "dates or times", "empty": "nothing", "other": "values"}[kind]
    return what if kind == "empty" else f"{what} ({values.type})"


def _refused(table: Table, refusals: dict[str, str]) -> str:
    """Say which columns cannot be features, each on a line of its own if there are more."""
    quoted = [f'"{name}"' if "," in name else name for name in refusals]
    options = " ".join(f"--drop {shlex.quote(name)}" for name in quoted)
    remedy = f"leave it out with {options} (in Python: drop={list(refusals)})"
    if len(refusals) == 1:
        return f"{table.name}: column {next(iter(refusals.values()))}; {remedy}"
    lines = "".join(f"\n  {reason}" for reason in refusals.values())
    remedy = remedy.replace("leave it out", "leave them out")
    return f"{table.name}: {len(refusals)} columns cannot be features:{lines}\n{remedy}"


def _amounts(table: Table, column: Column) -> NDArray[np.float64]:
    """Return a column of numbers or booleans, (rows,), all of them finite."""
    values = table.arrow[column.name]
    kind = kind_of(values)
    where = f"{table.name}: column {column.name!r}"
    if kind not in ("number", "boolean", "empty"):
        raise DataError(f"{where} must hold numbers, got {what_it_holds(table, column.name)}")
    amounts = numbers(values)
    wrong = np.flatnonzero(~np.isfinite(amounts))
    if wrong.size:
        what = "no value" if np.isnan(amounts[wrong[0]]) else "an infinite value"
        rows = counted(wrong.size, "row")
        raise DataError(
            f"{where} has {what} on {table.place(int(wrong[0]))} ({rows} so); fill it in or "
            "leave the row out"
        )
    if column.kind == "boolean" and kind == "number":
        wrong = np.flatnonzero((amounts != 0) & (amounts != 1))
        if wrong.size:
            place = table.place(int(wrong[0]))
            raise DataError(
                f"{where} must hold true or false, got {amounts[wrong[0]]:g} on {place}"
            )
    return amounts


def _fill_indicators(part: NDArray[np.float64], table: Table, column: Column) -> None:
    """Fill `part`, (rows, levels), with 1 where the row has the level and 0 elsewhere."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = table.arrow[column.name]
    where = f"{table.name}: column {column.name!r}"
    if kind_of(values) == "other":
        raise DataError(f"{where} must hold words, got {values.type}")
    known = [str(column.base), *column.levels]
    text = words(values)
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
    np.equal(codes[:, None], np.arange(1, len(known)), out=part, casting="unsafe")
