"""Data in two: the rows to learn from, and those that are kept back to measure on."""

from dataclasses import replace

import numpy as np

from steepest.data.held_out import held_out, masked
from steepest.data.new_rows import labelled_rows
from steepest.data.prepared import Data
from steepest.data.table import Table
from steepest.errors import DataError

__all__ = ["hold_out"]


def hold_out(data: Data, table: Table | None, validation: object, seed: int) -> Data:
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
