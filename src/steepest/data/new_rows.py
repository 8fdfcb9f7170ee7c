"""Rows to predict for: those of a new table that have no gap, and where the others are."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import need_column
from steepest.data.features import Features
from steepest.data.gaps import holes_in_words, sound_rows
from steepest.data.sparse import Matrix
from steepest.data.table import Table, read_table
from steepest.data.table_gaps import table_holes
from steepest.data.text.reading import Reading
from steepest.errors import ChoiceError, DataError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["MISSING", "NewRows", "rows_to_predict"]

MISSING = ("error", "drop", "blank")
"""What can become of rows with a gap."""


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


def rows_to_predict(source: object, features: Features, missing: str, reading: Reading) -> NewRows:
    """Return a table as rows for `features`; `missing` is one of `MISSING`.

    A row with a gap or an infinite value in a feature is an error, or left out of the table with
    "drop", or of X alone with "blank". Raises DataError, FileError and ChoiceError as
    `Features.matrix` and `read_table` do.
    """
    if missing not in MISSING:
        raise ChoiceError(f"missing must be one of {', '.join(MISSING)}; got {missing!r}")
    table = read_table(
        source, features.categories, replace(reading, usual_decimal=features.decimal)
    )
    for column in features.columns:
        need_column(table, column.name, "features")
    holes = table_holes(table, [column.name for column in features.columns])
    if not holes:
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
