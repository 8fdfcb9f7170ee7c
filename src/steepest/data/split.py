"""Data in two: the rows to learn from, and those that are kept back to measure on."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from steepest.data.held_out import held_out, masked
from steepest.data.new_rows import labelled_rows
from steepest.data.prepared import Data
from steepest.data.table import Table
from steepest.data.target import Target
from steepest.errors import DataError

__all__ = ["Split"]


@dataclass(frozen=True)
class Split:
    """Which rows are kept back: what was said of them, and the seed that draws."""

    said: object = None
    seed: int = 0

    def kept_back(
        self,
        table: Table | None,
        y: NDArray[np.float64],
        target: Target,
        places: NDArray[np.intp] | None,
        rows: int,
    ) -> NDArray[np.bool_]:
        """Return which rows are kept back, (left,): none if they are another source's.

        `table` has the very rows of y, (left,), if they come from one; `places`, (left,), are where
        they were among the `rows` of their source, None if all are left.
        """
        none = np.zeros(len(y), dtype=bool)
        if self.said is None:
            return none
        back = masked(self.said, np.arange(len(y)) if places is None else places, rows)
        if back is None:
            back = held_out(self.said, table, y, target.classes is not None, self.seed)
        return none if back is None else back

    def of(self, data: Data, back: NDArray[np.bool_]) -> Data:
        """Return the data without the rows that are kept `back`, (rows,), which it has beside.

        Where these are another source's they are read by the features of the data.
        """
        if back.any():
            rest, kept_back = data.take(np.flatnonzero(~back)), data.take(np.flatnonzero(back))
            _check_classes_left(rest)
            return replace(rest, validation=kept_back)
        if self.said is None:
            return data
        X, y, over = labelled_rows(self.said, data.features, data.target)
        other = replace(data, X=X, y=y, sample_weight=over, kept=None, notes=(), square_sum=None)
        return replace(data, validation=other)


def _check_classes_left(data: Data) -> None:
    """Raise DataError if a class has no row to learn from."""
    for code, label in enumerate(data.target.classes or ()):
        if not (data.y == code).any():
            raise DataError(
                f"{data.name}: validation keeps all rows of the class {label!r} back, so nothing "
                "can be learnt of it; keep others back, or a share such as 0.2, which takes the "
                "same of each class"
            )
