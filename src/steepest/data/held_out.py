"""Rows that are kept back from training: a model is measured on rows it was not trained on.

They are a share drawn at random (of each class the same), the last ones, as they stand or by a
column such as the date, whole groups, or those that a column marks.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import kind_of, listing, numbers, words
from steepest.data.table import Table, names_no_table
from steepest.errors import ChoiceError, DataError
from steepest.numerals import counted, plain

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["HOLD_OUT_STREAM", "column_of", "held_out", "marks_held_out", "masked"]

HOLD_OUT_STREAM = (1,)
"""The stream of the seed that draws the rows, as a spawn key of NumPy's SeedSequence.

The start is drawn from the seed itself, mini-batches from `(0,)`: none of them moves another.
"""

LAST = "last"
"""The word for the last rows as they stand, in place of a column's name."""

MARKS = (
    *("validation", "valid", "val", "test", "held out", "heldout"),
    *("hold out", "holdout", "dev", "true", "yes", "1"),
)
"""The words by which a column may say that a row is kept back; `-` and `_` count as blanks."""

SURELY = MARKS[:-3]
"""Those that mean nothing else: a column of yes and no may be what is to be predicted."""

TRAINING = ("train", "training", "fit", "learn", "learning")
"""The words by which a column says that a row is learnt from."""

FORMS = (
    "a share such as 0.2, last:0.2 for the last rows, last:COLUMN:0.2 for the last by a column, "
    "COLUMN:0.2 for whole groups, a COLUMN that marks them, true or false for each row, or a "
    "second table"
)

Rows = NDArray[np.bool_]


def column_of(given: object, table: Table) -> str | None:
    """Return the column of `table` by which rows are kept back, None if it is no column's name."""
    if not isinstance(given, str):
        return None
    names, before = table.arrow.column_names, given.rpartition(":")[0]
    known = (given, before, before.removeprefix(f"{LAST}:"))
    return next((name for name in known if name in names), None)


def held_out(
    given: object, table: Table | None, y: NDArray[np.float64], classified: bool, seed: int
) -> Rows | None:
    """Return which rows are kept back, (rows,), where y, (rows,), are their targets.

    None where `given` is no share and no column: a second table. Raises ChoiceError for a share
    out of its range and a word that is nothing of these, and DataError for a column that marks no
    rows, or all.
    """
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=HOLD_OUT_STREAM))
    share = _number(given)
    if share is not None:
        codes = y.astype(np.intp) if classified else np.zeros(len(y), dtype=np.intp)
        return _drawn(_share(given, share), codes, generator)
    if not isinstance(given, str):
        _refuse_places(given)
        return None
    column = None if table is None else column_of(given, table)
    if table is not None and column == given:
        return _marked(table, column)
    before, _, part = given.rpartition(":")
    if before not in (LAST, column, f"{LAST}:{column}"):
        _refuse_unknown(given, table)
        return None
    size = _share(given, _number(part))
    if table is not None and column is not None and before != column:
        return _latest(table, column, _count(size, len(y)))
    if table is None or column is None:
        return np.arange(len(y)) >= len(y) - _count(size, len(y))
    return _groups(words(table.arrow[column]).to_pylist(), size, generator)


def masked(given: object, places: NDArray[np.intp], rows: int) -> Rows | None:
    """Return which rows a mask of all `rows` of the source keeps back, None if it is no mask.

    `places`, (left,), are where the rows that are left were in the source, from 0.
    Raises ChoiceError for a mask of another length, DataError for one that keeps none or all back.
    """
    if not (isinstance(given, list | np.ndarray) or hasattr(given, "to_list")):
        return None
    mask = np.asarray(given)
    if mask.ndim != 1 or mask.dtype != np.bool_:
        return None
    if len(mask) != rows:
        raise ChoiceError(
            f"validation has {counted(len(mask), 'value')} and the data {counted(rows, 'row')}; "
            "give true or false for each row"
        )
    back: Rows = mask[places]
    _check_marks(back, "validation")
    return back


def _refuse_places(given: object) -> None:
    """Raise ChoiceError for a list, an array or a bool: no table and, as it is here, no mask."""
    if isinstance(given, list | np.ndarray | bool):
        kind = type(given).__name__
        raise ChoiceError(
            f"validation is a {kind}, and not true or false for each row; give {FORMS}"
        )


def _refuse_unknown(given: str, table: Table | None) -> None:
    """Raise ChoiceError for a word that is no share, no column and no file, with the nearest."""
    if not names_no_table(given):
        return
    before, colon, part = given.rpartition(":")
    names = {} if table is None else {name.casefold(): name for name in table.arrow.column_names}
    word = (before if colon else given).casefold()
    known = difflib.get_close_matches(word, names, 1)
    near = [f"{names[name]}:{part}" if colon else names[name] for name in known]
    share = re.fullmatch(r"(?:(.*):)?0,(\d+)", given)
    near += [f"{share[1]}:0.{share[2]}" if share[1] else f"0.{share[2]}"] if share else []
    hint = f"; did you mean {near[0]}?" if near else ";"
    raise ChoiceError(
        f"validation is {given!r}, which is no share, no column and no file{hint} give {FORMS}"
    )


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


def marks_held_out(levels: Iterable[str]) -> bool:
    """Return whether the levels of a column mark rows to learn from and rows to hold out."""
    said = {_folded(level) for level in levels}
    kept_back = said.intersection(SURELY)
    return kept_back < said and said - kept_back <= set(TRAINING) and bool(kept_back)


def _folded(label: object) -> str:
    return re.sub("[-_ ]+", " ", str(label).strip().lower())


def _by_words(labels: Sequence[object]) -> Rows:
    """Return which of the words, (rows,), are among those that keep a row back."""
    return np.isin([_folded(label) for label in labels], MARKS)


def _marked(table: Table, column: str) -> Rows:
    """Return the rows that a column marks: true, 1, or a word such as validation or test."""
    values = table.arrow[column]
    where = f"{table.name}: the column {column!r}"
    if kind_of(values) not in ("number", "boolean"):
        labels = words(values).to_pylist()
        marks, holds = _by_words(labels), sorted({str(label) for label in labels})
        _check_marks(marks, where, f"; it holds {listing(holds)}")
        return marks
    known = numbers(values)
    other = np.unique(known[(known != 0.0) & (known != 1.0)])
    if len(other):
        held = ["a gap" if np.isnan(one) else plain(float(one)) for one in np.unique(known)]
        raise DataError(
            f"{where} holds {listing(held)}, so it does not tell which rows validation is to keep "
            "back; give a column of 1 (true) for those and 0 (false) for all others, or of words"
        )
    _check_marks(known == 1.0, where)
    return known == 1.0


def _check_marks(marks: Rows, where: str, holds: str = "") -> None:
    """Raise DataError if no row is kept back, or fewer than two are left."""
    count = int(marks.sum())
    if not count or len(marks) - count < 2:
        what = "no row" if not count else f"{count} of {counted(len(marks), 'row')}"
        raise DataError(
            f"{where} keeps {what} back for validation{holds}; it must be true, 1 or one of the "
            f"words {', '.join(MARKS[:-1])} on some, and leave two or more"
        )


def _latest(table: Table, column: str, count: int) -> Rows:
    """Return the rows with the `count` greatest values of a column; of equal ones the last.

    Raises DataError if the column has a gap, since whether such a row is early or late is not
    known, and if its values have no order.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    values = table.arrow[column]
    if values.null_count:
        raise DataError(
            f"{table.name}: the column {column!r} has {counted(values.null_count, 'gap')}, so it "
            "does not say which rows are the last; fill them in, or leave their rows out"
        )
    try:
        order = pc.sort_indices(_in_order(values)).to_numpy()
    except pa.ArrowException as error:
        raise DataError(
            f"{table.name}: the column {column!r} holds values ({values.type}), which have no "
            "order, so it does not say which rows are the last; give a column of numbers, dates "
            "or words"
        ) from error
    latest = np.zeros(len(values), dtype=bool)
    latest[order[len(order) - count :]] = True
    return latest


def _in_order(values: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """Return what sorts as the values do: of an ordered category the numbers of its levels."""
    import pyarrow as pa

    kind = values.type
    if not pa.types.is_dictionary(kind):
        return values
    if not kind.ordered:
        return values.cast(kind.value_type)
    return pa.chunked_array([chunk.indices for chunk in values.unify_dictionaries().chunks])


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
