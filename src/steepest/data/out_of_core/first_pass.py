"""The first pass over everything: what each column holds, a sample, and the numbers as they come.

digests   of each column, merged in the order of the units
sample    the rows of the least hashes of their places
numbers   X, y and weights into scratch files, where columns are numbers as they are
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from steepest.data.arrow import array_of, numbers_of
from steepest.data.out_of_core.digests import Digest, digest_of, side_by_side
from steepest.data.out_of_core.file_units import Unit
from steepest.data.out_of_core.limits import Limits
from steepest.data.out_of_core.needed import Needed
from steepest.data.out_of_core.places import hashed, hashes_of, threshold
from steepest.data.out_of_core.sources import Source
from steepest.data.out_of_core.stored_rows import ScratchRows, buffer_of
from steepest.interrupts import patient

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FirstPass", "Plain", "Progress", "each_unit", "first_pass", "is_plain", "silent"]

Result = TypeVar("Result")
Array = NDArray[np.float64]

Progress = Callable[[str, int, int, int], None]
"""Is called with what is going on, how many rows are done of how many, and of how many bytes."""


def silent(what: str, done: int, rows: int, size: int) -> None:
    """Tell nobody how far a pass is."""


@dataclass(frozen=True)
class Plain:
    """Where numbers go that are used as they are: X in the order of `features`, y, weights."""

    features: Sequence[str]
    target: str
    weight: str | None
    X: ScratchRows | None  # None where X is decoded anew in each pass
    y: Array
    weights: Array | None

    def write(self, batch: "pa.RecordBatch", at: int) -> None:
        """Write a batch whose first row is row `at` of all; a gap is NaN."""
        stop = at + batch.num_rows
        self.y[at:stop] = numbers_of(batch.column(self.target))
        if self.weights is not None:
            self.weights[at:stop] = numbers_of(batch.column(str(self.weight)))
        if self.X is None:
            return
        self.X.write(at, side_by_side(batch, self.features, self.X.dtype, buffer_of))


@dataclass(frozen=True)
class FirstPass:
    """What the first pass tells: `digests` by column, the `sample`, and the `places` of its rows.

    The sample is in the order in which it was drawn, so that its first rows are a smaller one.
    """

    digests: Mapping[str, Digest]
    sample: "pa.Table"
    places: NDArray[np.intp]

    def sampled(self, rows: int) -> "FirstPass":
        """Return the same with so many rows of the sample, the first that were drawn."""
        return replace(self, sample=self.sample.slice(0, rows), places=self.places[:rows])


@dataclass(frozen=True)
class _OfUnit:
    digests: Mapping[str, Digest]
    sample: Sequence["pa.RecordBatch"]
    places: NDArray[np.intp]


def each_unit(
    source: Source,
    work: Callable[[Source, Unit], Result],
    limits: Limits,
    progress: Progress,
    what: str,
) -> list[Result]:
    """Return `work(source, unit)` of each unit, in order, on all threads; Ctrl-C ends it soon.

    The files are looked at after it: what was read of one that changed does not hold. On a cluster
    its workers do the work. What is going on is said before the first unit is read.
    """
    if limits.cluster is not None:
        found: list[Result] = limits.cluster.each(source, work)
        progress(what, source.rows, source.rows, source.bytes)
        return found
    done, results = 0, []
    progress(what, done, source.rows, source.bytes)
    with patient() as interrupted, ThreadPoolExecutor(limits.workers) as pool:
        asked = [pool.submit(work, source, unit) for unit in source.units]
        try:
            for unit, one in zip(source.units, asked, strict=True):
                results.append(one.result())
                done += unit.rows
                progress(what, done, source.rows, source.bytes)
                if interrupted():
                    raise KeyboardInterrupt
        finally:
            for one in asked:
                one.cancel()
    source.check_unchanged()
    _give_back()
    return results


def _give_back() -> None:
    """Have Arrow give back what its batches took: of 1,200 columns it kept 30 MB (measured)."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()


def first_pass(
    source: Source,
    columns: Sequence[str],
    counted: Sequence[str],
    needed: Needed,
    wanted: int,
    seed: int,
    plain: Plain | None,
    limits: Limits,
    progress: Progress,
) -> FirstPass:
    """Read the columns of everything once; the different values of those `counted` too.

    `needed` says by which column rows count and which are left: values and levels of others count
    for nothing. `wanted` is how many rows the sample is to have.
    """
    below, buffered = threshold(wanted, source.rows), limits.buffered

    def work(source: Source, unit: Unit) -> _OfUnit:
        digests = {name: Digest() for name in columns}
        sample, places, at = [], [], unit.start
        for batch in source.batches(unit, columns, buffered):
            found = _digests(batch, at, columns, counted, needed)
            digests = {name: digests[name].merged(found[name]) for name in columns}
            chosen = np.flatnonzero(hashed(at, batch.num_rows, seed) < below)
            sample.append(batch.take(array_of(chosen)))
            places.append(at + chosen)
            if plain is not None:
                plain.write(batch, at)
            at += batch.num_rows
            del batch  # so that the next is decoded into its memory
        return _OfUnit(digests, sample, np.concatenate(places))

    X = None if plain is None else plain.X
    what = "first pass" if X is None else f"first pass, {X.writing}"
    found = each_unit(source, work, limits, progress, what)
    return _joined(source, columns, found, wanted, seed)


def _digests(
    batch: "pa.RecordBatch",
    at: int,
    columns: Sequence[str],
    counted: Sequence[str],
    needed: Needed,
) -> dict[str, Digest]:
    """Return what a batch tells of its columns: gaps of all rows, values of those that are left."""
    import pyarrow as pa

    by = needed.weight
    weights = None if by is None else _weights(batch.column(by))
    found = {
        name: digest_of(name, batch.column(name), at, weights, name in counted) for name in columns
    }
    holes = any(found[name].gaps or found[name].infinite for name in needed.columns)
    if not holes and (by is None or found[by].low != 0.0):
        return found
    left = needed.left(pa.Table.from_batches([batch]))
    rest, weights = batch.filter(pa.array(left)), None if weights is None else weights[left]
    for name in set(columns) - {by}:
        part = digest_of(name, rest.column(name), at, weights, name in counted)
        found[name] = part.with_holes(found[name])
    return found


def _weights(column: "pa.Array") -> Array:
    """Return the weights of a batch, (rows,), as they count in sums: what is no weight is 0."""
    weights = numbers_of(column).astype(np.float64)
    return np.where(np.isfinite(weights) & (weights > 0.0), weights, 0.0)


def _joined(
    source: Source, columns: Sequence[str], found: Sequence[_OfUnit], wanted: int, seed: int
) -> FirstPass:
    """Return what all units together tell."""
    import pyarrow as pa

    digests = {
        name: reduce(Digest.merged, [one.digests[name] for one in found]) for name in columns
    }
    places = np.concatenate([one.places for one in found])
    order = np.argsort(hashes_of(places, seed), kind="stable")[:wanted]
    schema = pa.schema([source.schema.field(name) for name in columns])
    table = pa.Table.from_batches([batch for one in found for batch in one.sample], schema)
    return FirstPass(digests, table.unify_dictionaries().take(array_of(order)), places[order])


def is_plain(kind: "pa.DataType") -> Any:
    """Return the float type that holds all values of a column as they are; None of no number."""
    import pyarrow as pa

    types = pa.types
    if types.is_boolean(kind) or types.is_float32(kind):
        return np.dtype(np.float32)
    if types.is_integer(kind):
        return np.dtype(np.float32 if kind.bit_width <= 16 else np.float64)
    return np.dtype(np.float64) if types.is_float64(kind) else None
