"""Which rows of files are left: those that weigh something and have what is needed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.arrow import numbers_of
from steepest.data.gaps import sound_rows
from steepest.data.table import Table
from steepest.data.table_gaps import table_holes

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Needed"]


@dataclass(frozen=True)
class Needed:
    """The columns in which a row that is left has no gap, and that of its weight, which is not 0.

    A gap in another column is filled, or is refused.
    """

    columns: tuple[str, ...]
    weight: str | None

    def left(self, rows: "pa.Table") -> NDArray[np.bool_]:
        """Return which of the rows are left, (rows,)."""
        left = sound_rows(table_holes(Table(rows, ""), self.columns), rows.num_rows)
        if self.weight is None:
            return left
        weights = numbers_of(rows[self.weight].combine_chunks())
        return np.asarray(left & (weights != 0.0))
