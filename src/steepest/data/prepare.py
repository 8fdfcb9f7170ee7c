"""From a source to X and y: the one door through which the other rooms take their data.

Nothing is left out or filled in unasked: a gap is an error, unless the reader says
`missing="drop"`, and then the rows left out are counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from steepest.data.arrays import AnyArray, array_holes, as_matrix, as_vector
from steepest.data.class_weight import check_class_weight, class_weights
from steepest.data.columns import listing, need_column
from steepest.data.features import Features, choose_features, named_features, plain_features
from steepest.data.gaps import Holes, holes_in_words, sound_rows
from steepest.data.held_out import column_of, held_out, masked
from steepest.data.sparse import Matrix, is_sparse
from steepest.data.suspects import suspicions
from steepest.data.table import Table, read_table
from steepest.data.table_gaps import table_holes
from steepest.data.target import Target, choose_target, plain_target
from steepest.data.text.reading import AS_FOUND, Reading
from steepest.data.weights import (
    WEIGHTS,
    array_weights,
    check_weights,
    table_weights,
    weight_holes,
    within_range,
)
from steepest.errors import ChoiceError, DataError
from steepest.numerals import counted

__all__ = ["Data", "labelled_rows", "new_rows", "prepare"]


@dataclass(frozen=True)
class Data:
    """What a descent needs, and what its numbers were called."""

    X: Matrix  # (rows, features), all finite: float64 or float32 in C order, or a CSR array
    y: NDArray[np.float64]  # (rows,), values or class codes, all finite
    features: Features
    target: Target
    name: str
    dropped: int  # rows left out because of a gap
    sample_weight: NDArray[np.float64] | None = None  # (rows,), all above 0; None: all count once
    weightless: int = 0  # rows left out because they weigh 0
    kept: NDArray[np.intp] | None = None  # (rows,) rows of the source that are left, None for all
    notes: tuple[str, ...] = ()  # what was decided while the table was read
    validation: "Data | None" = None  # the rows that were kept back, None if none were

    def take(self, rows: NDArray[np.intp]) -> "Data":
        """Return the data of some `rows`, (n,), from 0; their places stay those of the source."""
        kept = rows if self.kept is None else self.kept[rows]
        weight = None if self.sample_weight is None else self.sample_weight[rows]
        return replace(self, X=self.X[rows], y=self.y[rows], sample_weight=weight, kept=kept)

    def counting(self, by_class: NDArray[np.float64]) -> "Data":
        """Return the data with each row counting by its class too, (k,)."""
        weights, given = within_range(by_class)[self.y.astype(np.intp)], self.sample_weight
        weights = weights if given is None else within_range(weights * given)
        return replace(self, sample_weight=weights)

    @property
    def row_numbers(self) -> NDArray[np.intp]:
        """The place of each row in its source, counted from 1, (rows,): rows left out count too."""
        return (np.arange(len(self.y)) if self.kept is None else self.kept) + 1


def prepare(
    source: object,
    target: str | None = None,
    features: Sequence[str] | None = None,
    *,
    drop: Sequence[str] = (),
    category: Sequence[str] = (),
    reading: Reading = AS_FOUND,
    classify: bool | None = None,
    missing: str = "error",
    sample_weight: object = None,
    class_weight: object = None,
    validation: object = None,
    seed: int = 0,
    threads: int | None = None,
) -> Data:
    """Return X and y of a table with a column `target`, or of a pair of arrays (X, y).

    `source` is whatever `read_table` takes, or a tuple (X, y); X of one dimension is one feature,
    and may be float32 or sparse, which it stays.
    `features` names the columns to use (for arrays: names them), None takes all but the target
    and those in `drop`. The columns in `category` are words, whatever they hold, and `reading`
    says how a text file is read. `classify` decides whether the target has classes, None leaves it
    to the target's type. `missing` is "error" or "drop", which leaves out the rows with a gap or an
    infinite value. `sample_weight` is one number from 0 up for each row, or the name of the column
    of a table that holds them, which is then no feature; rows that weigh 0 are left out.
    `class_weight` is "balanced", or a number for each class, by which its rows count besides.
    `validation` says which rows are kept back, drawn with `seed`: a share of them, `last:SHARE`,
    `COLUMN:SHARE` for whole groups, a column that marks them, true or false for each row, or a
    second table or pair (X, y).

    Raises DataError, FileError or ChoiceError with what is wrong, where, and what to do.
    """
    if missing not in ("error", "drop"):
        raise ChoiceError(f"missing must be 'error' or 'drop', got {missing!r}")
    check_class_weight(class_weight)
    names = _names(features)
    target = None if target is None else str(target)
    if isinstance(source, tuple):
        if target is not None or drop or category:
            raise ChoiceError(
                "target, drop and category name columns of a table; with (X, y) arrays y is the "
                "target, leave them out"
            )
        data = _from_arrays(source, names, classify, missing, sample_weight, threads)
        return _balanced(_split(data, None, validation, seed), class_weight)
    category = _names(category) or ()
    table = read_table(source, category, reading)
    for name in category:
        need_column(table, name, "categories")
    if target is None:
        raise DataError(
            f"{table.name}: name the column to predict (target=, --target); columns: "
            f"{listing(table.arrow.column_names)}"
        )
    by = column_of(validation, table)
    drop = [*(_names(drop) or ()), *([by] if by is not None and by not in (names or ()) else [])]
    asked = _Asked(target, names, drop, category, classify)
    data, table = _from_table(table, asked, missing, sample_weight)
    return _balanced(_split(data, table, validation, seed), class_weight)


def _split(data: Data, table: Table | None, validation: object, seed: int) -> Data:
    """Return the data without the rows that are kept back, which they have as `validation`.

    `table` has the very rows of the data, if they come from one.
    """
    if validation is None:
        return data
    classified = data.target.classes is not None
    rows = len(data.y) + data.dropped + data.weightless
    back = masked(validation, data.row_numbers - 1, rows)
    if back is None:
        back = held_out(validation, table, data.y, classified, seed)
    if back is not None:
        rest, kept_back = data.take(np.flatnonzero(~back)), data.take(np.flatnonzero(back))
        _check_classes_left(rest)
        return replace(rest, validation=kept_back)
    X, y = labelled_rows(validation, data.features, data.target)
    return replace(
        data, validation=replace(data, X=X, y=y, sample_weight=None, kept=None, notes=())
    )


def _check_classes_left(data: Data) -> None:
    """Raise DataError if a class has no row to learn from."""
    for code, label in enumerate(data.target.classes or ()):
        if not (data.y == code).any():
            raise DataError(
                f"{data.name}: validation keeps all rows of the class {label!r} back, so nothing "
                "can be learnt of it; keep others back, or a share such as 0.2, which takes the "
                "same of each class"
            )


def _balanced(data: Data, class_weight: object) -> Data:
    """Return the data with their rows counting by class too, which is said.

    The rows that are kept back count by the same numbers.
    """
    if class_weight is None:
        return data
    by_class, said = class_weights(class_weight, data.target, data.y, data.sample_weight)
    back = None if data.validation is None else data.validation.counting(by_class)
    return replace(data.counting(by_class), notes=(*data.notes, said), validation=back)


def new_rows(source: object, features: Features) -> Matrix:
    """Return X, (rows, features), of new data: a table by its column names, or an array.

    An array may be sparse. It must be as wide as X was, with a category as its columns of zeros
    and ones. Raises DataError or FileError as `Features.matrix` and `read_table` do.
    """
    if isinstance(source, np.ndarray | list | tuple) or is_sparse(source):
        X = _of_width(as_matrix(source), features)
        _refuse_holes(X, None, features)
        return X
    return features.matrix(read_table(source, features.categories, _reading_of(features)))


def labelled_rows(
    source: object, features: Features, target: Target
) -> tuple[Matrix, NDArray[np.float64]]:
    """Return X and y of new data that hold the target too: a table, or a tuple (X, y).

    Raises DataError or FileError as `new_rows` and `Target.vector` do.
    """
    if isinstance(source, tuple):
        X, y = _pair(source)
        if not len(y):
            raise DataError("arrays: X and y have no rows to measure on; give one or more")
        _refuse_holes(_of_width(X, features), y, features)
        return X, target.codes(y, _row, "y")
    words = (*features.categories, *target.categories)
    table = read_table(source, words, _reading_of(features))
    return features.matrix(table), target.vector(table)


def _reading_of(features: Features) -> Reading:
    """Return how new text is read: like that of the training, where it is not clear by itself."""
    return Reading(usual_decimal=features.decimal)


def _names(names: Sequence[str] | None) -> Sequence[str] | None:
    """Return the names as a sequence; a single string is one name, not its letters."""
    if names is None:
        return None
    return (names,) if isinstance(names, str) else [str(name) for name in names]


@dataclass(frozen=True)
class _Asked:
    """What of a table is to be used, and as what."""

    target: str
    features: Sequence[str] | None
    drop: Sequence[str]
    category: Sequence[str]
    classify: bool | None

    def of(self, table: Table, weights: NDArray[np.float64] | None) -> tuple[Target, Features]:
        """Return target and features of a table whose rows count by `weights`, (rows,).

        Raises DataError for what cannot be used.
        """
        goal = choose_target(table, self.target, self.classify, self.target in self.category)
        chosen = self.features, self.target, self.drop, self.category, weights
        return goal, choose_features(table, *chosen)


def _from_table(
    table: Table, asked: _Asked, missing: str, sample_weight: object
) -> tuple[Data, Table]:
    """Return the data of a table, and the table of just their rows."""
    given, rows = table, table.arrow.num_rows
    _check_rows(rows, table.name, "")
    weights = table_weights(sample_weight, table, asked.target, asked.features)
    column = WEIGHTS
    if isinstance(sample_weight, str):
        column, asked = sample_weight, replace(asked, drop=[*asked.drop, sample_weight])
    counting = _counting(weights, table.place, table.name)
    if weights is not None and counting is not None:
        table, weights = table.keep(counting), weights[counting]
    goal, features = asked.of(table, weights)
    holes = table_holes(table, [*(column.name for column in features.columns), goal.name])
    holes += weight_holes(weights, column)
    sound = _sound_rows(holes, table.arrow.num_rows, table.place, table.name, missing)
    dropped = int((~sound).sum())
    if dropped:
        table = table.keep(np.flatnonzero(sound))
        weights = None if weights is None else weights[sound]
        _check_rows(table.arrow.num_rows, table.name, f"{counted(dropped, 'row')} with gaps")
        # A level or a class may have gone with the rows.
        goal, features = asked.of(table, weights)
    X, y = features.matrix(table), goal.vector(table)
    weightless = rows - dropped - len(y)
    chosen = asked.features is not None
    kept, notes = table.kept, (*table.notes, *suspicions(given, goal, features, chosen))
    data = Data(X, y, features, goal, table.name, dropped, weights, weightless, kept, notes)
    return data, table


def _from_arrays(
    pair: tuple[object, ...],
    names: Sequence[str] | None,
    classify: bool | None,
    missing: str,
    sample_weight: object,
    threads: int | None,
) -> Data:
    """Return the data of a pair of arrays."""
    X, y = _pair(pair)
    rows = len(y)
    _check_rows(rows, "arrays", "")
    weights = array_weights(sample_weight, rows)
    counting = _counting(weights, _row, "arrays")
    if weights is not None and counting is not None:
        X, y, weights = X[counting], y[counting], weights[counting]
    if names is None:
        # A data frame as X has names already.
        names = [str(name) for name in getattr(pair[0], "columns", ())] or None
    features = plain_features(X.shape[1]) if names is None else _named(names, X.shape[1])
    holes = array_holes(X, y, features.names, threads) + weight_holes(weights, WEIGHTS)
    place = _row if counting is None else lambda index: _row(int(counting[index]))
    dropped, kept = 0, counting
    if holes:
        sound = _sound_rows(holes, len(y), place, "arrays", missing)
        dropped = int((~sound).sum())
        X, y = X[sound], y[sound]
        kept = np.flatnonzero(sound) if counting is None else counting[sound]
        weights = None if weights is None else weights[sound]
        _check_rows(len(y), "arrays", f"{counted(dropped, 'row')} with gaps")
    target, values = plain_target(y, classify)
    weightless = rows - dropped - len(y)
    return Data(X, values, features, target, "arrays", dropped, weights, weightless, kept)


def _counting(
    weights: NDArray[np.float64] | None, place: Callable[[int], str], where: str
) -> NDArray[np.intp] | None:
    """Return which rows have a weight, as indices, or None if all do; weights are checked."""
    if weights is None:
        return None
    check_weights(weights, place, where)
    counting = np.flatnonzero(weights)
    if len(counting) == len(weights):
        return None
    _check_rows(len(counting), where, f"{counted(len(weights) - len(counting), 'row')} of weight 0")
    return counting


def _pair(pair: tuple[object, ...]) -> tuple[Matrix, AnyArray]:
    """Return X, (rows, features), and y, (rows,), of a tuple; raise DataError if they disagree."""
    if len(pair) != 2:
        raise DataError(f"a tuple of arrays must be (X, y), got {counted(len(pair), 'item')}")
    X, y = as_matrix(pair[0]), as_vector(pair[1])
    if X.shape[0] != len(y):
        raise DataError(
            f"X has {counted(X.shape[0], 'row')} and y has {counted(len(y), 'value')}; each row "
            "of X needs its own value in y"
        )
    return X, y


def _named(names: Sequence[str], width: int) -> Features:
    """Return features with the given names, one for each column of X."""
    if len(names) != width:
        raise DataError(
            f"features has {counted(len(names), 'name')} ({listing(names)}), X has "
            f"{counted(width, 'column')}; give one name for each"
        )
    return named_features(names)


def _of_width(X: Matrix, features: Features) -> Matrix:
    """Return X if it is as wide as the features; raise DataError if not."""
    if X.shape[1] != len(features.names):
        raise DataError(
            f"X has {counted(X.shape[1], 'column')}, the training data had {len(features.names)}: "
            f"{listing(features.names)}; give the same columns in the same order"
        )
    return X


def _refuse_holes(X: Matrix, y: AnyArray | None, features: Features) -> None:
    """Raise DataError if new arrays have a gap or an infinite value."""
    holes = array_holes(X, y, features.names)
    if holes:
        raise DataError(
            f"arrays: {holes_in_words(holes, _row)}; fill them in or leave the rows out"
        )


def _sound_rows(
    holes: list[Holes], rows: int, place: Callable[[int], str], where: str, missing: str
) -> NDArray[np.bool_]:
    """Return which rows are whole, (rows,); unless the others may be dropped they are an error."""
    sound = sound_rows(holes, rows)
    if holes and missing == "error":
        raise DataError(
            f"{where}: {holes_in_words(holes, place)}; fill them in, or leave "
            f"{counted(int((~sound).sum()), 'row')} out with --missing drop (in Python: "
            "missing='drop')"
        )
    return sound


def _check_rows(rows: int, name: str, went: str) -> None:
    """Raise DataError for fewer than two rows, from which nothing can be learnt."""
    if rows < 2:
        left = f" left after {went} went" if went else ""
        raise DataError(f"{name}: only {counted(rows, 'row')}{left}; a descent needs two or more")


def _row(index: int) -> str:
    """Return the place of row `index` (from 0) of an array, counted from 1."""
    return f"row {index + 1}"
