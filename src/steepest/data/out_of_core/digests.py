"""What is known of a column once all its rows were read: ends, gaps, levels, counts, a mean.

One of each unit, which are merged in the order of the units: so what is known of all rows does not
depend on who read which.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.arrow import numbers_of
from steepest.data.columns import kind_of, words
from steepest.data.exact import check_exact

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["MOST_DISTINCT", "NOWHERE", "Digest", "digest_of", "side_by_side"]

MOST_DISTINCT = 10_000
"""Different values of a column that are counted one by one; of more it is known that they are."""

CODED, FEW = 2**12, 2**6
"""The first values of a column, and of how many different ones the others are looked up."""

COMPARED = 4
"""Different values that are counted by comparing all with each."""

NOWHERE = -1


@dataclass(frozen=True)
class Digest:
    """A column of some rows, each counted by its weight where rows have one."""

    rows: int = 0
    gaps: int = 0
    infinite: int = 0
    first_gap: int = NOWHERE  # the place of the first gap, of the first infinite value
    first_infinite: int = NOWHERE
    low: float = inf
    high: float = -inf
    total: float = 0.0  # the sum of weight times value, where there is one
    weight: float = 0.0  # the sum of the weights of the values
    counts: Counter[Any] = field(default_factory=Counter)  # the weight of each value
    is_counted: bool = True  # whether `counts` has all values

    def merged(self, later: "Digest") -> "Digest":
        """Return that of these rows and then those of another."""
        counted = self.is_counted and later.is_counted
        counts = Counter(self.counts)
        for value, weight in later.counts.items():
            counts[value] += weight
        if len(counts) > MOST_DISTINCT:
            counted, counts = False, Counter()
        return replace(
            self,
            rows=self.rows + later.rows,
            gaps=self.gaps + later.gaps,
            infinite=self.infinite + later.infinite,
            first_gap=_first(self.first_gap, later.first_gap),
            first_infinite=_first(self.first_infinite, later.first_infinite),
            low=min(self.low, later.low),
            high=max(self.high, later.high),
            total=self.total + later.total,
            weight=self.weight + later.weight,
            counts=counts if counted else Counter(),
            is_counted=counted,
        )

    def with_holes(self, other: "Digest") -> "Digest":
        """Return the same with the rows, gaps and infinite values of another."""
        return replace(
            self,
            rows=other.rows,
            gaps=other.gaps,
            infinite=other.infinite,
            first_gap=other.first_gap,
            first_infinite=other.first_infinite,
        )

    @property
    def mean(self) -> float:
        """The mean of the values that are there."""
        return self.total / self.weight if self.weight else 0.0

    @property
    def most(self) -> Any:
        """The value of the greatest total weight, the least of several."""
        return min(self.counts, key=lambda value: (-self.counts[value], value))


def _first(one: int, later: int) -> int:
    return later if one == NOWHERE else one


def digest_of(
    name: str,
    column: "pa.Array",
    start: int,
    weights: NDArray[np.float64] | None,
    counted: bool,
) -> Digest:
    """Return what is known of a column of a batch whose first row has the place `start`.

    `weights`, (rows,), are how much the rows count, None if all the same; `counted` asks for the
    different values of numbers too.
    """
    import pyarrow as pa

    chunked = pa.chunked_array([column])
    kind = kind_of(chunked)
    if kind in ("number", "boolean"):
        check_exact(chunked, name)
        return _of_numbers(column, start, weights, counted)
    if kind in ("text", "dictionary"):
        return _of_words(chunked, start, weights)
    gaps = column.null_count
    first = _place(np.asarray(column.is_null()), start) if gaps else NOWHERE
    found = Digest(rows=len(column), gaps=gaps, first_gap=first, is_counted=False)
    dated = pa.types.is_date(column.type) or pa.types.is_timestamp(column.type)
    return _with_dates(found, column, weights) if counted and dated else found


def _with_dates(found: Digest, column: "pa.Array", weights: NDArray[np.float64] | None) -> Digest:
    """Return what is known of dates, (rows,), with how often each is there, in microseconds."""
    import pyarrow as pa

    there = np.asarray(column.is_valid())
    values = column.drop_null().cast(pa.timestamp("us"), safe=False).cast(pa.int64()).to_numpy()
    distinct, sums = _counted(values, None if weights is None else weights[there])
    if len(distinct) > MOST_DISTINCT:
        return found
    counts = Counter(dict(zip(distinct.tolist(), sums.tolist(), strict=True)))
    return replace(found, weight=float(sums.sum()), counts=counts, is_counted=True)


def _of_numbers(
    column: "pa.Array", start: int, weights: NDArray[np.float64] | None, counted: bool
) -> Digest:
    """Return that of numbers, (rows,); a null or no number is a gap."""
    values = numbers_of(column)
    low, high = _ends(values)
    sound = (np.isfinite(low) and np.isfinite(high)) or not len(values)
    there, gaps = None, np.zeros(0, bool)
    infinite = gaps
    if not sound:
        gaps, infinite = np.isnan(values), np.isinf(values)
        there = ~(gaps | infinite)
        values = values[there]
        low, high = _ends(values)
    found = Digest(
        rows=len(column),
        gaps=int(gaps.sum()),
        infinite=int(infinite.sum()),
        first_gap=_place(gaps, start),
        first_infinite=_place(infinite, start),
        low=low,
        high=high,
        is_counted=False,
    )
    if not counted:
        return found
    weight = weights if weights is None or there is None else weights[there]
    # Not by BLAS, whose threads would decide the last bits.
    total = (values if weight is None else weight * values).sum(dtype=np.float64)
    weighing = len(values) if weight is None else weight.sum()
    found = replace(found, total=float(total), weight=float(weighing))
    if len(np.unique(values[: 2 * MOST_DISTINCT])) > MOST_DISTINCT:
        return found
    distinct, sums = _counted(values, weight)
    if len(distinct) > MOST_DISTINCT:
        return found
    counts = Counter(dict(zip(distinct.tolist(), sums.tolist(), strict=True)))
    return replace(found, counts=counts, is_counted=True)


def _counted(
    values: NDArray[Any], weight: NDArray[np.float64] | None
) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Return the different values, sorted, and how much those of each, (rows,), weigh together.

    Very few are compared one by one: of two classes that took a fifth of the time (measured).
    """
    few = np.unique(values[:CODED])
    if weight is None and len(few) <= COMPARED:
        sums = np.array([np.count_nonzero(values == one) for one in few], np.float64)
        if sums.sum() == len(values):
            return few, sums
    distinct, code = _coded(values)
    return distinct, np.bincount(code, weight, len(distinct)).astype(np.float64)


def _coded(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return the different values, sorted, and which of them each value, (rows,), is.

    Where the first have all there are, and these are few, nothing is sorted: of two classes that
    took a tenth of the time (measured).
    """
    few = np.unique(values[:CODED])
    if len(few) <= FEW:
        code = np.minimum(np.searchsorted(few, values), len(few) - 1)
        if (few[code] == values).all():
            return few, code
    return np.unique(values, return_inverse=True)


def _ends(values: NDArray[Any]) -> tuple[float, float]:
    return (float(values.min()), float(values.max())) if len(values) else (inf, -inf)


def side_by_side(
    batch: "pa.RecordBatch",
    names: Sequence[str],
    dtype: np.dtype[Any],
    empty: Callable[[tuple[int, int], np.dtype[Any]], NDArray[Any]] = np.empty,
) -> NDArray[Any]:
    """Return columns of numbers as rows, (rows, names), in Fortran order.

    The array is the transpose of one that is made by `empty`: columns are copied as they lie, and
    whoever wants rows in C order copies some of these at a time.
    """
    columns = empty((len(names), batch.num_rows), dtype)
    for column, name in zip(columns, names, strict=True):
        column[:] = numbers_of(batch.column(name))
    return columns.T


def _of_words(column: "pa.ChunkedArray", start: int, weights: NDArray[np.float64] | None) -> Digest:
    """Return that of words, (rows,); an empty word is a gap."""
    text = words(column).combine_chunks()
    coded = text.dictionary_encode()
    code = coded.indices.fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False)
    sums = np.bincount(code, weights, len(coded.dictionary) + 1)[:-1]
    few = len(coded.dictionary) <= MOST_DISTINCT
    levels = coded.dictionary.to_pylist() if few else []
    return Digest(
        rows=len(text),
        gaps=text.null_count,
        first_gap=_place(np.asarray(text.is_null()), start) if text.null_count else NOWHERE,
        weight=float(sums.sum()),
        counts=Counter(dict(zip(levels, sums.tolist(), strict=False))),
        is_counted=few,
    )


def _place(marks: NDArray[np.bool_], start: int) -> int:
    return start + int(marks.argmax()) if marks.any() else NOWHERE
