"""What stands for a gap: the mean, the most frequent value, or that there is none.

A fill is worked out on the rows to learn from alone, each counted by its weight, kept with the
features, and used wherever these are: on rows that are kept back, and on new ones.

    mean        of numbers `sum(weight value) / sum(weight)` of the values that are there
    most        the value of the greatest total weight, the least of several
    indicator   the mean, and beside it a feature that is 1 where there was a gap; of words the gap
                is a level of its own (Jones 1996, "Indicator and stratification methods for missing
                explanatory variables", warns that weights of other features may be biased by it)

Words, and true or false, have no mean: there the most frequent stands for it. A season has that of
its sine and that of its cosine, which leave the means of both features as they are, as
scikit-learn's `SimpleImputer` does after such an encoding; no day of the year is said by them.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.column import Column
from steepest.data.columns import counts, listing, numbers, weighted_counts, words
from steepest.data.dates import DATES, date_numbers
from steepest.data.features import Features
from steepest.data.gaps import Holes
from steepest.data.table import Table
from steepest.errors import DataError
from steepest.numerals import counted, short

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "FILLS",
    "fill_of_arrays",
    "fill_of_table",
    "fills_in_words",
    "number_fill",
    "season_fill",
]

Array = NDArray[np.float64]
Marks = NDArray[np.bool_]

INDICATOR = "indicator"

FILLS = ("mean", "most", INDICATOR)
"""What may stand for a gap."""


def fill_of_table(
    features: Features, table: Table, missing: str, rows: Marks, weights: Array | None
) -> Features:
    """Return the features with what stands for a gap in each, by the rows to learn from.

    `rows`, (rows,), marks these; `weights`, (rows,), are how much all count. Raises DataError for a
    column without a value there.
    """
    arrow = table.arrow.select([column.name for column in features.columns]).filter(rows)
    weights = None if weights is None else weights[rows]

    def filled(column: Column) -> Column:
        values = arrow[column.name]
        if column.kind == "category":
            return _of_words(column, values, missing, weights, table.name)
        dates = column.kind in DATES
        amounts = date_numbers(values, column.kind) if dates else numbers(values)
        if column.kind == "season":
            return _of_seasons(column, amounts, missing, weights, table.name)
        return _of_numbers(column, amounts, missing, weights, table.name)

    return features.filled_as(missing, [filled(column) for column in features.columns])


def fill_of_arrays(
    features: Features, X: Array, missing: str, rows: Marks, weights: Array | None
) -> Features:
    """Return the same for the columns of X, (rows, features), each of numbers."""
    weights = None if weights is None else weights[rows]
    made = [
        _of_numbers(column, values[rows], missing, weights, "arrays")
        for column, values in zip(features.columns, X.T, strict=True)
    ]
    return features.filled_as(missing, made)


def _of_numbers(
    column: Column, values: Array, missing: str, weights: Array | None, where: str
) -> Column:
    """Return a column of numbers, (n,), with its fill."""
    there = ~np.isnan(values)
    if not there.any():
        raise DataError(_nothing(where, column))
    known = values[there].astype(np.float64)
    weight = np.ones(len(known)) if weights is None else weights[there]
    mean = missing != "most" and column.kind != "boolean"
    fill = number_fill(known, weight, mean)
    flagged = missing == INDICATOR and not there.all()
    return column._replace(fill=fill, flagged=flagged)


def _of_seasons(
    column: Column, seasons: Array, missing: str, weights: Array | None, where: str
) -> Column:
    """Return a season, of which there are sine and cosine, (n, 2), with its fill."""
    there = ~np.isnan(seasons[:, 0])
    if not there.any():
        raise DataError(_nothing(where, column))
    flagged = missing == INDICATOR and not there.all()
    fill = season_fill(seasons[there], missing, None if weights is None else weights[there])
    return column._replace(fill=fill, flagged=flagged)


def season_fill(seasons: Array, missing: str, weights: Array | None) -> tuple[float, float]:
    """Return what stands for a gap among seasons, (n, 2): their means, or the most frequent."""
    if missing != "most":
        sine, cosine = np.average(seasons, axis=0, weights=weights)
    else:
        found, code = np.unique(seasons, axis=0, return_inverse=True)
        sine, cosine = found[np.argmax(np.bincount(code.ravel(), weights))]
    return float(sine), float(cosine)


def number_fill(values: Array, weights: Array, mean: bool) -> float:
    """Return what stands for a gap among numbers, (n,): their mean, or the most frequent."""
    return _mean(values, weights) if mean else _most(values, weights)


def _mean(values: Array, weights: Array) -> float:
    """Return the weighted mean; in units of the largest, so that no sum overflows."""
    largest = float(np.abs(values).max()) or 1.0
    return float(np.average(values / largest, weights=weights)) * largest


def _most(values: Array, weights: Array) -> float:
    """Return the value of the greatest total weight, the least of several."""
    found, code = np.unique(values, return_inverse=True)
    return float(found[np.argmax(np.bincount(code, weights))])


def _of_words(
    column: Column,
    values: "pa.ChunkedArray",
    missing: str,
    weights: Array | None,
    where: str,
) -> Column:
    """Return a column of words, (n,), with its fill."""
    if missing == INDICATOR and words(values).null_count:
        level = _level_of_gaps({str(column.base), *column.levels})
        return column._replace(levels=(*column.levels, level), fill=level, flagged=True)
    often = counts(values) if weights is None else weighted_counts(values, weights)
    if not often:
        raise DataError(_nothing(where, column))
    return column._replace(fill=min(often, key=lambda level: (-often[level], level)))


def _nothing(where: str, column: Column) -> str:
    """Return why there is no fill."""
    return (
        f"{where}: column {column.name!r} has no value in the rows to learn from, so nothing can "
        "stand for its gaps; leave the column out, or keep other rows back"
    )


def _level_of_gaps(levels: set[str]) -> str:
    """Return `missing`, in brackets if a level is called that already."""
    level = "missing"
    while level in levels:
        level = f"({level})"
    return level


def fills_in_words(features: Features, holes: Sequence[Holes], rows: Marks) -> Iterator[str]:
    """Yield what stands for the gaps in some of the rows, which `rows`, (rows,), marks."""
    gaps = {one.name: int(one.gaps[rows].sum()) for one in holes}
    said = [
        f"{column.name} ({gaps[column.name]:,}) {_in_words(column, features.missing)}"
        for column in features.columns
        if gaps.get(column.name) and column.fill is not None
    ]
    if said:
        count = counted(sum(gaps.values()), "gap")
        yield f"{count} filled, by the rows to learn from: {listing(said, 6)}"


def _in_words(column: Column, missing: str) -> str:
    """Return what stands for a gap of a column: `with the mean, 29.7`."""
    if isinstance(column.fill, str):
        if column.flagged:
            return f"as a level of its own, {column.fill}"
        return f"with the most frequent level, {column.fill}"
    assert column.fill is not None
    flag = f", and marked by {column.flag!r}" if column.flagged else ""
    if column.kind == "boolean":
        return f"with the more frequent, {'true' if column.fill else 'false'}{flag}"
    how = "the most frequent" if missing == "most" else "the mean"
    said = column.fill if isinstance(column.fill, tuple) else (column.fill,)
    return f"with {how}, {' and '.join(map(short, said))}{flag}"
