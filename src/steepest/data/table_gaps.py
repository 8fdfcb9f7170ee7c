"""What is missing in the columns of a table."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import kind_of, numbers, words
from steepest.data.gaps import Holes
from steepest.data.table import Table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["table_holes"]


def table_holes(table: Table, names: Sequence[str]) -> list[Holes]:
    """Return what is missing in the columns named: those with holes only."""
    return [holes for holes in (_holes(name, table.arrow[name]) for name in names) if holes]


def _holes(name: str, column: "pa.ChunkedArray") -> Holes:
    """Return where an Arrow column has a gap and where it is infinite."""
    if kind_of(column) in ("number", "boolean", "empty"):
        values = numbers(column)
        return Holes(name, np.isnan(values), np.isinf(values))
    gaps: NDArray[np.bool_]
    if kind_of(column) in ("text", "dictionary"):
        gaps = words(column).is_null().to_numpy()
    else:
        gaps = column.is_null().to_numpy()
    return Holes(name, gaps, np.zeros_like(gaps))
