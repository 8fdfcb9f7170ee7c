"""Rows that are kept back from training: on these a model is measured that has not seen them.

They are a share drawn at random (of each class the same), the last ones, whole groups, or those
that a column marks.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import kind_of, numbers, words
from steepest.data.table import Table
from steepest.errors import ChoiceError, DataError
from steepest.numerals import counted

__all__ = ["HOLD_OUT_STREAM", "column_of", "held_out"]

HOLD_OUT_STREAM = (1,)
"""The stream of the seed that draws the rows, as a spawn key of NumPy's SeedSequence.

The start is drawn from the seed itself, mini-batches from `(0,)`: none of them moves another.
"""

LAST = "last"
"""The word for the last rows as they stand, in place of a column's name."""

MARKS = ("validation", "valid", "val", "test", "held out", "true", "yes", "1")
"""The words by which a column may say that a row is kept back."""

FORMS = (
    "a share such as 0.2, last:0.2 for the last rows, COLUMN:0.2 for whole groups, a COLUMN that "
    "marks them, or a second table"
)

Rows = NDArray[np.bool_]


def column_of(given: object, table: Table) -> str | None:
    """Return the column of `table` by which rows are kept back, None if it is no column's name."""
    if not isinstance(given, str):
        return None
    names = table.arrow.column_names
    return next((name for name in (given, given.rpartition(":")[0]) if name in names), None)


def held_out(
    given: object, table: Table | None, y: NDArray[np.float64], classified: bool, seed: int
) -> Rows | None:
    """Return which rows are kept back, (rows,), where y, (rows,), are their targets.

    None where `given` is no share and no column: a second table. Raises ChoiceError for a share
    out of its range, and DataError for a column that marks no rows, or all.
    """
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=HOLD_OUT_STREAM))
    share = _number(given)
    if share is not None:
        codes = y.astype(np.intp) if classified else np.zeros(len(y), dtype=np.intp)
        return _drawn(_share(given, share), codes, generator)
    if not isinstance(given, str):
        return None
    column = None if table is None else column_of(given, table)
    if table is not None and column == given:
        return _marked(table, column)
    before, _, part = given.rpartition(":")
    if before not in (LAST, column):
        return None
    size = _share(given, _number(part))
    if table is None or column is None:
        return np.arange(len(y)) >= len(y) - _count(size, len(y))
    return _groups(words(table.arrow[column]).to_pylist(), size, generator)


def _number(given: object) -> float | None:
    """Return what is a number, also as text; None for all else, and for True and False."""
    if isinstance(given, bool) or not isinstance(given, int | float | str | np.number):
        return None
    try:
        return float(given)
    except ValueError:
        return None


def _share(given: object, share: float | None) -> float:
    """Return a share of the rows; ChoiceError if it is none between 0 and 1."""
    if share is None or not 0.0 < share < 1.0:
        raise ChoiceError(
            f"validation is {given!r}, but a share lies between 0 and 1; give {FORMS}"
        )
    return share


def _count(share: float, rows: int) -> int:
    """Return how many of the rows are kept back: at least one; DataError if too few are left."""
    count = max(1, round(share * rows))
    if rows - count < 2:
        raise DataError(
            f"validation keeps {count} of {counted(rows, 'row')} back; a descent needs two or more"
        )
    return count


def _drawn(share: float, codes: NDArray[np.intp], generator: np.random.Generator) -> Rows:
    """Return a share of the rows drawn at random, of each class the same, by largest remainders.

    `codes`, (rows,), are the classes. One of them keeps a row to learn from at least.
    """
    rows, sizes = len(codes), np.bincount(codes)
    count = _count(share, rows)
    exact = sizes * (count / rows)
    quota = np.floor(exact).astype(np.intp)
    missing = count - int(quota.sum())
    quota[np.argsort(quota - exact, kind="stable")[:missing]] += 1
    quota = np.minimum(quota, np.maximum(sizes - 1, 0))
    chosen = np.zeros(rows, dtype=bool)
    for code, taken in enumerate(quota):
        chosen[generator.permutation(np.flatnonzero(codes == code))[:taken]] = True
    return chosen


def _marked(table: Table, column: str) -> Rows:
    """Return the rows that a column marks: true, 1, or a word such as validation or test."""
    values = table.arrow[column]
    if kind_of(values) in ("number", "boolean"):
        marks = numbers(values) == 1.0
    else:
        marks = np.isin([str(word).strip().lower() for word in words(values).to_pylist()], MARKS)
    count = int(marks.sum())
    if not count or len(marks) - count < 2:
        what = "no row" if not count else f"{count} of {counted(len(marks), 'row')}"
        raise DataError(
            f"{table.name}: the column {column!r} keeps {what} back for validation; it must be "
            f"true, 1 or a word such as validation or test on some, and leave two or more"
        )
    return marks


def _groups(labels: Sequence[object], share: float, generator: np.random.Generator) -> Rows:
    """Return the rows of whole groups, drawn at random until they come nearest to the share."""
    names, codes = np.unique([str(label) for label in labels], return_inverse=True)
    if len(names) < 2:
        raise DataError(
            "validation by groups needs two groups or more, one to learn from and one to measure on"
        )
    order = generator.permutation(len(names))
    reached = np.cumsum(np.bincount(codes)[order])[:-1]
    taken = 1 + int(np.argmin(np.abs(reached - share * len(codes))))
    return np.isin(codes, order[:taken])
