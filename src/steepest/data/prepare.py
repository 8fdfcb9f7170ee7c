"""From a source to X and y: the one door through which the other rooms take their data.

Nothing is left out or filled in unasked: a gap is an error, unless the reader says
`missing="drop"`, and then the rows left out are counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.arrays import array_holes, as_matrix, as_vector
from steepest.data.columns import kind_of, listing, numbers, some, words
from steepest.data.features import Features, choose_features, named_features, plain_features
from steepest.data.gaps import Holes, sound_rows, tell
from steepest.data.table import Table, read_table
from steepest.data.target import Target, choose_target, plain_target
from steepest.errors import ChoiceError, DataError

__all__ = ["Data", "labelled_rows", "new_rows", "prepare"]


@dataclass(frozen=True)
class Data:
    """What a descent needs, and what its numbers were called."""

    X: NDArray[np.float64]  # (rows, features), C order, all finite
    y: NDArray[np.float64]  # (rows,), values or class codes, all finite
    features: Features
    target: Target
    name: str
    dropped: int  # rows left out because of a gap


def prepare(
    source: Any,
    target: str | None = None,
    features: Sequence[str] | None = None,
    *,
    drop: Sequence[str] = (),
    classify: bool | None = None,
    missing: str = "error",
) -> Data:
    """Return X and y of a table with a column `target`, or of a pair of arrays (X, y).

    `source` is whatever `read_table` takes, or a tuple (X, y); X of one dimension is one feature.
    `features` names the columns to use (for arrays: names them), None takes all but the target
    and those in `drop`. `classify` decides whether classes are told apart, None leaves it to the
    target's type. `missing` is "error" or "drop", which leaves out the rows with a gap or an
    infinite value.

    Raises DataError, FileError or ChoiceError with what is wrong, where, and what to do.
    """
    if missing not in ("error", "drop"):
        raise ChoiceError(f"missing must be 'error' or 'drop', got {missing!r}")
    names = _names(features)
    target = None if target is None else str(target)
    if isinstance(source, tuple):
        if target is not None or drop:
            raise ChoiceError(
                "target and drop name columns of a table; with (X, y) arrays y is the target, "
                "leave them out"
            )
        return _from_arrays(source, names, classify, missing)
    table = read_table(source)
    if target is None:
        raise DataError(
            f"{table.name}: name the column to predict (target=, --target); columns: "
            f"{listing(table.arrow.column_names)}"
        )
    return _from_table(table, target, names, _names(drop) or (), classify, missing)


def new_rows(source: Any, features: Features) -> NDArray[np.float64]:
    """Return X, (rows, features), of new data: a table by its column names, or an array.

    An array must be as wide as X was, with a category as its columns of zeros and ones. Raises
    DataError or FileError as `Features.matrix` and `read_table` do.
    """
    if isinstance(source, np.ndarray | list | tuple):
        X = _of_width(as_matrix(source), features)
        _refuse_holes(X, None, features)
        return X
    return features.matrix(read_table(source, features.categories))


def labelled_rows(
    source: Any, features: Features, target: Target
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return X and y of new data that hold the target too: a table, or a tuple (X, y).

    Raises DataError or FileError as `new_rows` and `Target.vector` do.
    """
    if isinstance(source, tuple):
        X, y = _pair(source)
        _refuse_holes(_of_width(X, features), y, features)
        return X, target.codes(y, _row, "y")
    table = read_table(source, (*features.categories, *target.categories))
    return features.matrix(table), target.vector(table)


def _names(names: Sequence[str] | None) -> Sequence[str] | None:
    """Return the names as a sequence; a single string is one name, not its letters."""
    if names is None:
        return None
    return (names,) if isinstance(names, str) else [str(name) for name in names]


def _from_table(
    table: Table,
    target: str,
    names: Sequence[str] | None,
    drop: Sequence[str],
    classify: bool | None,
    missing: str,
) -> Data:
    """Return the data of a table."""
    _check_rows(table.arrow.num_rows, table.name, 0)
    goal = choose_target(table, target, classify)
    features = choose_features(table, names, target, drop)
    used = [*(column.name for column in features.columns), target]
    holes = _table_holes(table, used)
    sound = _sound_rows(holes, table.arrow.num_rows, table.place, table.name, missing)
    dropped = int((~sound).sum())
    if dropped:
        table = table.keep(np.flatnonzero(sound))
        _check_rows(table.arrow.num_rows, table.name, dropped)
        # A level or a class may have gone with the rows.
        goal = choose_target(table, target, classify)
        features = choose_features(table, names, target, drop)
    X, y = features.matrix(table), goal.vector(table)
    return Data(X, y, features, goal, table.name, dropped)


def _from_arrays(
    pair: tuple[Any, ...], names: Sequence[str] | None, classify: bool | None, missing: str
) -> Data:
    """Return the data of a pair of arrays."""
    X, y = _pair(pair)
    _check_rows(len(X), "arrays", 0)
    if names is None:
        # A data frame as X has names already.
        names = [str(name) for name in getattr(pair[0], "columns", ())] or None
    features = plain_features(X.shape[1]) if names is None else _named(names, X.shape[1])
    holes = array_holes(X, y, features.names)
    sound = _sound_rows(holes, len(X), _row, "arrays", missing)
    dropped = int((~sound).sum())
    if dropped:
        X, y = X[sound], y[sound]
        _check_rows(len(X), "arrays", dropped)
    target, values = plain_target(y, classify)
    return Data(X, values, features, target, "arrays", dropped)


def _pair(pair: tuple[Any, ...]) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Return X, (rows, features), and y, (rows,), of a tuple; raise DataError if they disagree."""
    if len(pair) != 2:
        raise DataError(f"a tuple of arrays must be (X, y), got {some(len(pair), 'item')}")
    X, y = as_matrix(pair[0]), as_vector(pair[1])
    if len(X) != len(y):
        raise DataError(
            f"X has {some(len(X), 'row')} and y has {some(len(y), 'value')}; each row of X needs "
            "its own value in y"
        )
    return X, y


def _named(names: Sequence[str], width: int) -> Features:
    """Return features with the given names, one for each column of X."""
    if len(names) != width:
        raise DataError(
            f"features has {some(len(names), 'name')} ({listing(names)}), X has "
            f"{some(width, 'column')}; give one name for each"
        )
    return named_features(names)


def _of_width(X: NDArray[np.float64], features: Features) -> NDArray[np.float64]:
    """Return X if it is as wide as the features; raise DataError if not."""
    if X.shape[1] != len(features.names):
        raise DataError(
            f"X has {some(X.shape[1], 'column')}, the training data had {len(features.names)}: "
            f"{listing(features.names)}; give the same columns in the same order"
        )
    return X


def _refuse_holes(X: NDArray[np.float64], y: NDArray[Any] | None, features: Features) -> None:
    """Raise DataError if new arrays have a gap or an infinite value."""
    holes = array_holes(X, y, features.names)
    if holes:
        raise DataError(f"arrays: {tell(holes, _row)}; fill them in or leave the rows out")


def _sound_rows(
    holes: list[Holes], rows: int, place: Callable[[int], str], where: str, missing: str
) -> NDArray[np.bool_]:
    """Return which rows are whole, (rows,); unless the others may be dropped they are an error."""
    sound = sound_rows(holes, rows)
    if holes and missing == "error":
        raise DataError(
            f"{where}: {tell(holes, place)}; fill them in, or leave "
            f"{some(int((~sound).sum()), 'row')} out with --missing drop (in Python: "
            "missing='drop')"
        )
    return sound


def _check_rows(rows: int, name: str, dropped: int) -> None:
    """Raise DataError for fewer than two rows, from which nothing can be learnt."""
    if rows < 2:
        left = f" left after {some(dropped, 'row')} with gaps went" if dropped else ""
        raise DataError(f"{name}: only {some(rows, 'row')}{left}; a descent needs two or more")


def _table_holes(table: Table, names: Sequence[str]) -> list[Holes]:
    """Return what is missing in the columns named: those with holes only."""
    return [holes for holes in (_holes(name, table.arrow[name]) for name in names) if holes]


def _holes(name: str, column: Any) -> Holes:
    """Return where an Arrow column has a gap and where it is infinite."""
    if kind_of(column) in ("text", "dictionary"):
        gaps: NDArray[np.bool_] = words(column).is_null().to_numpy()
        return Holes(name, gaps, np.zeros_like(gaps))
    values = numbers(column)
    return Holes(name, np.isnan(values), np.isinf(values))


def _row(index: int) -> str:
    """Return the place of row `index` (from 0) of an array, counted from 1."""
    return f"row {index + 1}"
