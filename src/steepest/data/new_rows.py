"""Rows that come after training: X, and y if they hold it, by the features of the training rows."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.arrays import (
    AnyArray,
    array_holes,
    array_square_sum,
    as_matrix,
    pair_of,
)
from steepest.data.columns import listing, need_column
from steepest.data.features import Features
from steepest.data.gaps import holes_in_words, sound_rows
from steepest.data.left_out import row_place
from steepest.data.sparse import Matrix, is_sparse
from steepest.data.table import Table, read_table
from steepest.data.table_gaps import table_holes
from steepest.data.target import Target
from steepest.data.text.reading import AS_FOUND, Reading
from steepest.errors import ChoiceError, DataError
from steepest.numerals import counted

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["MISSING", "NewRows", "exposed_rows", "labelled_rows", "new_rows", "rows_to_predict"]

FILL = "fill"

MISSING = ("error", "drop", "blank", FILL)
"""What can become of rows with a gap; by default `fill` if the run has fills, else `error`."""


@dataclass(frozen=True)
class NewRows:
    """A table and the X of its rows that have no gap."""

    table: Table
    X: Matrix
    """The rows `at`, (n, features)."""
    at: NDArray[np.intp] | None
    """Which rows of the table those are, (n,); None for all."""

    def spread(self, values: NDArray[np.generic]) -> "pa.Array":
        """Return values, (n,), as a column of the whole table, null where a row had a gap."""
        import pyarrow as pa

        if self.at is None:
            return pa.array(values)
        places = np.full(self.table.arrow.num_rows, -1)
        places[self.at] = np.arange(len(self.at))
        return pa.array(values).take(pa.array(places, mask=places < 0))


def rows_to_predict(
    source: object, features: Features, target: Target, missing: str | None, reading: Reading
) -> NewRows:
    """Return a table as rows for `features`; `missing` is one of `MISSING`, or None.

    A row with a gap or an infinite value in a feature, or a gap in the exposure of `target`, is an
    error, or left out of the table with "drop", or of X alone with "blank"; with "fill" its gaps
    are filled as those of the training rows were. None is that if they were, else an error. Raises
    DataError, FileError and ChoiceError as `Features.matrix` and `read_table` do, and ChoiceError
    for "fill" where there is none.
    """
    missing = _checked(missing, features)
    table = read_table(source, features.categories, reading_of(features, reading))
    for column in features.columns:
        need_column(table, column.name, "features")
    needed = [column.name for column in features.columns]
    if target.exposure is not None:
        need_column(table, target.exposure.name, "exposure")
        needed.append(target.exposure.name)
    holes = table_holes(table, needed)
    if not holes or missing == FILL:
        return NewRows(table, features.matrix(table), None)
    if missing == "error":
        raise DataError(
            f"{table.name}: {holes_in_words(holes, table.place)}; fill them in, or leave the rows "
            "out with --missing drop, or their predictions empty with --missing blank (in Python: "
            "missing='drop')"
        )
    at = np.flatnonzero(sound_rows(holes, table.arrow.num_rows))
    whole = table.keep(at)
    X = features.matrix(whole)
    return NewRows(whole, X, None) if missing == "drop" else NewRows(table, X, at)


def _checked(missing: str | None, features: Features) -> str:
    """Return what becomes of gaps; ChoiceError for what cannot."""
    if missing is None:
        return FILL if features.missing else "error"
    if missing not in MISSING:
        raise ChoiceError(f"missing must be one of {', '.join(MISSING)}; got {missing!r}")
    if missing == FILL and not features.missing:
        raise ChoiceError(
            "missing is fill, but this run has learnt no fills; train with --missing mean, most or "
            "indicator (in Python: missing='mean'), or choose drop or blank"
        )
    return missing


def new_rows(source: object, features: Features) -> Matrix:
    """Return X, (rows, features), of new data: a table by its column names, or an array.

    An array may be sparse. It must be as wide as X was, with a category as its columns of zeros
    and ones, and without those that flag gaps. Gaps are filled if those of the training rows were.
    Raises DataError or FileError as `Features.matrix` and `read_table` do.
    """
    if not is_table(source):
        return _whole(as_matrix(source), None, features)
    return features.matrix(read_table(source, features.categories, reading_of(features)))


def is_table(source: object) -> bool:
    """Return whether new data are a table, or name one, and not an array."""
    return not (isinstance(source, np.ndarray | list | tuple) or is_sparse(source))


def exposed_rows(
    source: object, features: Features, target: Target
) -> tuple[Matrix, NDArray[np.float64] | None]:
    """Return X, (rows, features), of new data, and of a table the exposure of each row, (rows,).

    It is None where the target has none, and of an array, which has no column of it. Raises
    DataError or FileError as `new_rows` does, and DataError without the column.
    """
    if target.exposure is None or not is_table(source):
        return new_rows(source, features), None
    table = read_table(source, features.categories, reading_of(features))
    return features.matrix(table), target.exposure.of_table(table)


def labelled_rows(
    source: object, features: Features, target: Target
) -> tuple[Matrix, NDArray[np.float64], NDArray[np.float64] | None]:
    """Return X and y of new data that hold the target too: a table, or a tuple (X, y).

    And the exposure of each row, (rows,), by which it counts, None where the target has none; with
    one y are rates, those of a tuple as they are. Raises DataError or FileError as `new_rows` and
    `Target.vector` do.
    """
    if isinstance(source, tuple):
        X, y = pair_of(source)
        if not len(y):
            raise DataError("arrays: X and y have no rows to measure on; give one or more")
        return _whole(X, y, features), target.codes(y, row_place, "y"), None
    words = (*features.categories, *target.categories)
    table = read_table(source, words, reading_of(features))
    over = None if target.exposure is None else target.exposure.of_table(table)
    return features.matrix(table), target.vector(table), over


def reading_of(features: Features, reading: Reading = AS_FOUND) -> Reading:
    """Return how new rows are read: like those of the training, where it is not clear by itself."""
    columns = tuple(column.name for column in features.columns)
    return replace(reading, usual_decimal=features.decimal, usual_columns=columns)


def _whole(X: Matrix, y: AnyArray | None, features: Features) -> Matrix:
    """Return X, (rows, features), of a new array, its gaps filled if those of the training were.

    Raises DataError if it is not as wide as the features, has a gap that nothing fills, or an
    infinite value.
    """
    names = features.given_names
    if X.shape[1] != len(names):
        raise DataError(
            f"X has {counted(X.shape[1], 'column')}, the training data had {len(names)}: "
            f"{listing(names)}; give the same columns in the same order"
        )
    X = X if is_sparse(X) else features.of_array(X)
    holes = array_holes(X, y, features.names, array_square_sum(X))
    if holes:
        raise DataError(
            f"arrays: {holes_in_words(holes, row_place)}; fill them in or leave the rows out"
        )
    return X
