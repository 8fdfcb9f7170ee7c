"""A look at a table before anything is fitted: what each column holds, and what it could be.

Nothing is decided here that a fit would decide otherwise: a column is no feature if, and for the
reason that, `choose_features` refuses it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import counts, kind_of, numbers, unit_of
from steepest.data.features import refusal
from steepest.data.gaps import Holes
from steepest.data.suspects import counts_rows, is_code, is_id, stopgaps
from steepest.data.table import Table
from steepest.data.table_gaps import table_holes
from steepest.data.twins import twins_of

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ColumnProfile", "Histogram", "gappy", "level_counts", "profile"]

BINS = 10
"""Bars of a histogram: what fits on a line beside a name and its numbers."""

MOST_LEVELS = 50
"""Levels that are counted one by one: as many as a category has unasked."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Histogram:
    """Counts, (bins,), between edges, (bins + 1,), of equal width; the last bin has its end too."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class ColumnProfile:
    """What a column holds. Of a number there are ends, mean and histogram, of words the levels."""

    name: str
    kind: str
    """"number", "yes or no", "category", "text", "time", "empty" or "other"."""
    unit: str
    missing: int
    infinite: int
    distinct: int
    mean: float | None = None
    histogram: Histogram | None = None
    levels: Mapping[str, int] | None = None
    """How often each level is there, the most frequent first; None of more than 50."""
    refused: str = ""
    """Why it cannot be a feature; "" if it can."""
    id: bool = False
    """Whether it numbers the rows, by its values or by its name."""
    code: bool = False
    """Whether it is a few whole numbers, which may be codes of kinds."""
    stopgap: str = ""
    """What number seems to stand for a gap, in words; "" if none."""
    twin: str = ""
    """The first column before it that says the same, whatever its units or words; "" if none."""

    @property
    def ends(self) -> tuple[float, float] | None:
        """The least and the greatest finite value of a number."""
        return (
            None if self.histogram is None else (self.histogram.edges[0], self.histogram.edges[-1])
        )


def profile(table: Table) -> list[ColumnProfile]:
    """Return what each column of a table holds, in their order."""
    names = table.arrow.column_names
    holes = {one.name: one for one in table_holes(table, names)}
    twins = twins_of(table)
    return [_column(table, name, holes.get(name), twins.get(name, "")) for name in names]


def _column(table: Table, name: str, holes: Holes | None, twin: str) -> ColumnProfile:
    """Return what one column holds."""
    column = table.arrow[name]
    kind = kind_of(column)
    refused = refusal(table, name)
    amounts = _finite(column) if kind in ("number", "boolean") else None
    levels = level_counts(column) if kind in ("text", "dictionary", "boolean") else None
    return ColumnProfile(
        name=name,
        kind=_word(kind, refused),
        unit=unit_of(table, name),
        missing=0 if holes is None else int(holes.gaps.sum()),
        infinite=0 if holes is None else int(holes.infinite.sum()),
        distinct=_distinct(column) if levels is None else len(levels),
        mean=_mean(amounts) if kind == "number" else None,
        histogram=_histogram(amounts) if kind == "number" else None,
        levels=levels if levels is not None and len(levels) <= MOST_LEVELS else None,
        refused=refused,
        id=name in table.index or is_id(table, name) or counts_rows(table, name),
        code=is_code(table, name),
        stopgap="; ".join(stopgaps(table, name)),
        twin=twin,
    )


def _word(kind: str, refused: str) -> str:
    """Return what a kind of column is called where it is shown."""
    if kind in ("text", "dictionary"):
        return "text" if refused else "category"
    return "yes or no" if kind == "boolean" else kind


def _finite(column: "pa.ChunkedArray") -> Array:
    values = numbers(column)
    return values[np.isfinite(values)]


def _mean(values: Array | None) -> float | None:
    """Return the mean, halved first lest the sum overflow; None of no value."""
    if values is None or not values.size:
        return None
    size = float(np.abs(values).max()) or 1.0
    return float((values / size).mean() * size)


def _histogram(values: Array | None) -> Histogram | None:
    """Return how finite values, (n,), are spread; of a single value one bar."""
    if values is None or not values.size:
        return None
    low, high = float(values.min()), float(values.max())
    if low == high:
        return Histogram((low, high), (values.size,))
    # In shares of the width, halved lest it overflow.
    share = (values / 2 - low / 2) / (high / 2 - low / 2)
    at = np.minimum((share * BINS).astype(np.intp), BINS - 1)
    inner = [low * (1 - i / BINS) + high * (i / BINS) for i in range(1, BINS)]
    return Histogram((low, *inner, high), tuple(np.bincount(at, minlength=BINS).tolist()))


def level_counts(column: "pa.ChunkedArray") -> Mapping[str, int]:
    """Return how often each level is there, the most frequent first, then by the alphabet."""
    found = counts(column)
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _distinct(column: "pa.ChunkedArray") -> int:
    """Return how many different values but gaps a column has; 0 where these cannot be counted."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        return int(pc.count_distinct(column).as_py())
    except pa.ArrowException:
        return 0


def gappy(columns: Sequence[ColumnProfile], rows: int) -> list[str]:
    """Return the columns of which more than half is missing: to leave these out costs less."""
    return [one.name for one in columns if 2 * (one.missing + one.infinite) > rows]
