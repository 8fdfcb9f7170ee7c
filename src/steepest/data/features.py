"""Features: which columns are used, how they become the numbers of X, and what they were called.

A category becomes one column of zeros and ones for each level but one, the base, whose effect the
bias takes. With a column for every level the columns would sum to one in each row, just as the
bias does, and the weights could be shifted against the bias for ever without changing the loss.
The base is the most frequent level, the first by the alphabet among equals, so that a weight is
the difference from the usual case. Rows count by their sample weights: a row of weight 2 is as two.
"""

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from steepest.data.categories import check_words
from steepest.data.column import Column, ColumnRecord, Fill
from steepest.data.columns import (
    counts,
    in_order,
    kind_of,
    listing,
    need_column,
    numbers,
    unit_of,
    weighted_counts,
)
from steepest.data.dates import as_dates, need_dates
from steepest.data.exact import check_exact, in_full
from steepest.data.table import Table
from steepest.data.terms import Term
from steepest.errors import DataError

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

LEFT_OPEN = ("error", "drop")
"""What may become of rows with gaps where no gap is filled."""

_REMEDIES = {
    "time": "turn it into a number such as hours",
    "empty": "it has no value at all",
    "other": "turn it into numbers or words",
}


class FeaturesRecord(TypedDict):
    """The features as a file keeps them."""

    columns: list[ColumnRecord]
    decimal: NotRequired[str]
    missing: NotRequired[str]
    terms: NotRequired[list[list[list[str | int]]]]


@dataclass(frozen=True)
class Features:
    """The columns used, in the order of X; or the terms that X has of them."""

    columns: tuple[Column, ...]
    decimal: str = ""  # the decimal mark of their text, where it made a difference
    missing: str = ""  # how gaps are filled, "" if they are not
    terms: tuple[Term, ...] = ()  # powers and products of the columns; none: they are X as they are

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """The columns by their names."""
        return {column.name: column for column in self.columns}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """One name for each column of X."""
        if self.terms:
            return tuple([name for term in self.terms for name in term.names(self.by_name)])
        return tuple([name for column in self.columns for name in column.names])

    @cached_property
    def units(self) -> tuple[str, ...]:
        """One unit for each column of X, "" where there is none."""
        if self.terms:
            return tuple([unit for term in self.terms for unit in term.units(self.by_name)])
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
        for part in self._parts(table):
            width = part.shape[1]
            X[:, at : at + width] = part
            at += width
        return X

    def _parts(self, table: Table) -> Iterator[NDArray[np.float64]]:
        """Yield the columns of X, (rows, k), of each column or term."""
        for column in self.columns:
            need_column(table, column.name, "features")
        if not self.terms:
            yield from (column.matrix(table) for column in self.columns)
            return
        parts = {column.name: column.matrix(table) for column in self.columns}
        yield from (term.matrix(self.by_name, parts) for term in self.terms)

    def of_terms(self, terms: Sequence[Term]) -> "Features":
        """Return the features that are these terms of the columns; none leaves them as they are.

        Raises DataError for a power of a category or a season, which has none.
        """
        for name, power in (factor for term in terms for factor in term.factors):
            kind = self.by_name[name].kind
            if power > 1 and kind in ("category", "season"):
                raise DataError(
                    f"terms: {name!r} is a {kind}, which has no power {power}; take it by itself"
                )
        features = replace(self, terms=tuple(terms))
        _check_distinct(features.names, "terms")
        return features

    @cached_property
    def given_names(self) -> tuple[str, ...]:
        """The names of the columns of an array that is given: those that flag gaps are ours."""
        if self.terms:
            return self.names
        ours = {column.names[1] for column in self.columns if column.flag is not None}
        return tuple(name for name in self.names if name not in ours)

    def of_array(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return X, (rows, names), of an array, (rows, given_names), its gaps filled and flagged.

        Gaps among zeros and ones of a category stay, and those among terms.
        """
        if not self.missing or self.terms:
            return X
        parts, at = [], 0
        for column in self.columns:
            width = len(column.names) - (column.flag is not None)
            part = X[:, at : at + width]
            amount = column.kind != "category" and column.fill is not None
            parts.append(column.filled(part) if amount else part)
            at += width
        return np.concatenate(parts, axis=1, dtype=X.dtype)

    @property
    def fills(self) -> dict[str, Fill]:
        """What stands for a gap, by column; nothing where gaps are not filled."""
        return {column.name: column.fill for column in self.columns if column.fill is not None}

    def filled_as(self, missing: str, columns: Sequence[Column]) -> "Features":
        """Return the features with these columns, which know what stands for a gap, and how.

        Raises DataError if a column that flags gaps has a name that is there already.
        """
        features = replace(self, columns=tuple(columns), missing=missing)
        _check_distinct(features.names, "features")
        return features

    def to_dict(self) -> FeaturesRecord:
        """Return the features as plain lists and strings, for JSON."""
        columns = [column.to_dict() for column in self.columns]
        made: FeaturesRecord = {"columns": columns, "decimal": self.decimal}
        if self.terms:
            made["terms"] = [term.to_list() for term in self.terms]
        return made | {"missing": self.missing} if self.missing else made

    @classmethod
    def from_dict(cls, said: FeaturesRecord) -> "Features":
        """Return the features of which `to_dict` made this, also after JSON."""
        columns = tuple(Column.from_dict(column) for column in said["columns"])
        terms = tuple(Term.from_list(term) for term in said.get("terms", []))
        return cls(columns, said.get("decimal", ""), said.get("missing", ""), terms)


def choose_features(
    table: Table,
    names: Sequence[str] | None,
    target: str,
    drop: Sequence[str] = (),
    category: Sequence[str] = (),
    weights: NDArray[np.float64] | None = None,
    missing: str = "error",
    constant: bool = False,
    date: Mapping[str, str] = MappingProxyType({}),
) -> Features:
    """Return the columns `names` as features; None takes all but the target and those in `drop`.

    A row index that a data frame has written is taken only by its name. The columns in `category`
    are categories, whatever they hold and however many levels they have. `weights`, (rows,), are
    how much each row counts where a level's frequency matters; `missing` is what becomes of gaps.
    A feature may be `constant` where there is no bias. `date` says what columns of dates become.
    Raises DataError with all the columns that cannot be used, each with its reason.
    """
    for role, given in (("columns to drop", drop), ("dates", date)):
        for name in given:
            need_column(table, name, role)
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
    how = _How(category, date, weights, missing, constant)
    columns = _columns(table, wanted, how)
    features = Features(tuple(columns), table.decimal)
    _check_distinct(features.names, table.name)
    return features


class _How(NamedTuple):
    """How columns become features; see `choose_features`."""

    category: Sequence[str] = ()
    date: Mapping[str, str] = MappingProxyType({})
    weights: NDArray[np.float64] | None = None
    missing: str = "error"
    constant: bool = False


def _columns(table: Table, names: Sequence[str], how: _How) -> list[Column]:
    """Return the columns as features; DataError with all that cannot be used."""
    columns, refusals = [], {}
    for name in names:
        try:
            columns.append(_column(table, name, how))
        except DataError as refusal:
            refusals[name] = str(refusal)
    if refusals:
        raise DataError(_refused(table, refusals))
    return columns


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


def _column(table: Table, name: str, how: _How) -> Column:
    """Return a column as a feature; raise DataError, which starts with its name, if not."""
    if name in table.refused:
        raise DataError(f"{name!r} {table.refused[name]}")
    kind = kind_of(table.arrow[name])
    if name == "bias":
        raise DataError(_BIAS)
    if name in how.date:
        need_dates(table, name)
        return Column(name, how.date[name])
    as_category = name in how.category
    if kind in _REMEDIES and not (as_category and kind == "time"):
        remedy = _REMEDIES[kind]
        if as_dates(table.arrow[name]) is not None:
            remedy = f"--date {shlex.quote(name)}=days (or year, or season) takes it as a number"
        raise DataError(f"{name!r} holds {_contents(table.arrow[name])}; {remedy}")
    if as_category:
        return _category(table, name, how)
    if kind in ("text", "dictionary"):
        check_words(table, name)
        return _category(table, name, how)
    return _number(table, name, how)


def _number(table: Table, name: str, how: _How) -> Column:
    """Return a column of numbers, or of true and false, as a feature."""
    values, kind = table.arrow[name], kind_of(table.arrow[name])
    check_exact(values, name)
    amounts = numbers(values)
    amounts = amounts[np.isfinite(amounts)]
    if amounts.size == 0:
        raise DataError(f"{name!r} has no finite value at all")
    # A column with gaps is judged once its gaps are dealt with: they may matter more.
    whole = amounts.size == len(values)
    judged = not how.constant and (whole or how.missing not in LEFT_OPEN)
    if judged and amounts.min() == amounts.max():
        same = in_full(amounts[0]) if kind == "number" else str(bool(amounts[0]))
        raise DataError(_constant(name, same, whole, how.weights))
    return Column(name, kind, unit=unit_of(table, name))


def refusal(table: Table, name: str) -> str:
    """Return why a column can be no feature, from its name on; "" if it can."""
    try:
        _column(table, name, _How())
    except DataError as refusal:
        return str(refusal)
    return ""


def _category(table: Table, name: str, how: _How) -> Column:
    """Return a column of words as a feature, with its base and its other levels."""
    levels = counts(table.arrow[name])
    if not levels:
        raise DataError(f"{name!r} is empty; it has no value at all")
    whole = sum(levels.values()) == table.arrow.num_rows
    # That it is missing is a level too, where it is made one.
    weights = how.weights
    if len(levels) == 1 and (whole or how.missing not in (*LEFT_OPEN, "indicator")):
        raise DataError(_constant(name, repr(next(iter(levels))), whole, weights))
    often = levels if weights is None else weighted_counts(table.arrow[name], weights)
    base = min(levels, key=lambda level: (-often[level], level))
    others = in_order(table.arrow[name], set(levels) - {base})
    return Column(name, "category", tuple(others), base)


def _constant(name: str, value: str, whole: bool, weights: NDArray[np.float64] | None) -> str:
    """Return what is wrong with a column of one value; rows that weigh nothing may have another."""
    rows = "in every row" if weights is None else "in every row that counts"
    where = rows if whole else f"wherever it has a value, and so {rows} once filled"
    return f"{name!r} is {value} {where}, which is no different from the bias"


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
