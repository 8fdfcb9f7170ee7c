"""Rows decoded from their files: what a batch becomes, and X that is decoded anew each pass."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from steepest.data.arrow import numbers_of
from steepest.data.features import LEFT_OPEN, Features
from steepest.data.gaps import sound_rows
from steepest.data.out_of_core.digests import side_by_side
from steepest.data.out_of_core.file_units import Unit
from steepest.data.out_of_core.kept_back import KeptBack
from steepest.data.out_of_core.sources import Source
from steepest.data.table import Table
from steepest.data.table_gaps import table_holes
from steepest.data.target import Target

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["DecodedRows", "Recipe", "Rows"]

Numbers = NDArray[Any]
Empty = Callable[[tuple[int, int], np.dtype[Any]], Numbers]


class Rows(NamedTuple):
    """Neighbouring rows of a unit that are left: X, y, weights, and their places in the source."""

    X: Numbers
    y: NDArray[np.float64] | None
    weights: NDArray[np.float64] | None
    places: NDArray[np.intp]
    weightless: int = 0  # how many were left out since they weigh 0

    def taken(self, at: NDArray[np.intp]) -> "Rows":
        """Return some of the rows, by their indices, (n,)."""
        y = None if self.y is None else self.y[at]
        weights = None if self.weights is None else self.weights[at]
        return Rows(self.X[at], y, weights, self.places[at])


@dataclass(frozen=True)
class Recipe:
    """How the batches of a source become rows; `missing` is what becomes of gaps."""

    source: Source
    features: Features
    target: Target
    weight: str | None
    missing: str
    dtype: np.dtype[Any]
    buffered: int
    drops: bool
    """Whether rows are left out: for gaps, since they weigh 0, or since they are kept back."""
    back: KeptBack | None = None
    """Which rows are kept back to measure on."""

    @property
    def columns(self) -> list[str]:
        """The columns that are read for X."""
        return [column.name for column in self.features.columns]

    @property
    def others(self) -> list[str]:
        """The columns that are read beside X: the target, and by what rows count."""
        over = self.target.exposure
        counting = [self.weight, None if over is None else over.name]
        return [self.target.name, *(name for name in counting if name is not None)]

    @property
    def is_plain(self) -> bool:
        """Whether X has the columns as they are, so that no table is made of a batch."""
        kinds = {column.kind for column in self.features.columns}
        filled = any(column.fill is not None for column in self.features.columns)
        return kinds <= {"number", "boolean"} and not (self.features.terms or filled or self.drops)

    def on(self, source: Source) -> "Recipe":
        """Return the same for another source of such batches."""
        return replace(self, source=source)

    def without_source(self) -> "Recipe":
        """Return the same with no unit: what is sent to a worker, which has the source itself."""
        return replace(self, source=replace(self.source, units=()))

    def rows(self, unit: Unit, with_target: bool, empty: Empty = np.empty) -> Iterator[Rows]:
        """Yield what is left of a unit, batch by batch; y and weights if they are asked for.

        X of columns as they are lies in what `empty` makes, which may be the same for each batch.
        """
        asked = [*self.columns, *(self.others if with_target or self.drops else [])]
        at = unit.start
        for batch in self.source.batches(unit, list(dict.fromkeys(asked)), self.buffered):
            yield self._of(batch, unit, at, with_target, empty)
            at += batch.num_rows
            del batch  # so that the next is decoded into its memory

    def _of(
        self, batch: "pa.RecordBatch", unit: Unit, at: int, with_target: bool, empty: Empty
    ) -> Rows:
        places = np.arange(at, at + batch.num_rows)
        if self.is_plain and not with_target:
            X = side_by_side(batch, self.columns, self.dtype, empty)
            return Rows(X, None, None, places)
        import pyarrow as pa

        rows = pa.Table.from_batches([batch])
        table = self.source.unit_table(rows, unit, at - unit.start + unit.in_file)
        weightless = 0
        if self.drops:
            counting = self._counting(table)
            weightless = int((~counting).sum())
            there = counting & self._sound(table)
            left = np.flatnonzero(there if self.back is None else there & self.back.takes(places))
            table, places = table.keep(left), places[left]
        X = self.features.matrix(table).astype(self.dtype, copy=False)
        if not with_target:
            return Rows(X, None, None, places)
        return Rows(X, self.target.vector(table), self._weights(table), places, weightless)

    def _weights(self, table: Table) -> NDArray[np.float64] | None:
        """Return how much each row counts, (rows,): by its weight, and by its exposure."""
        over, weights = self.target.exposure, None
        if self.weight is not None:
            weights = numbers_of(table.arrow[self.weight].combine_chunks()).astype(np.float64)
        return weights if over is None else over.counting(weights, over.of_table(table))

    def _counting(self, table: Table) -> NDArray[np.bool_]:
        """Return which rows of a batch, (rows,), weigh something, or have a gap there."""
        if self.weight is None:
            return np.ones(table.arrow.num_rows, dtype=bool)
        found: NDArray[np.bool_] = numbers_of(table.arrow[self.weight].combine_chunks()) != 0.0
        return found

    def _sound(self, table: Table) -> NDArray[np.bool_]:
        """Return which rows of a batch, (rows,), have no gap that nothing fills."""
        needed = [*self.others]
        needed += self.columns if self.missing in LEFT_OPEN else []
        return sound_rows(table_holes(table, needed), table.arrow.num_rows)


class DecodedRows:
    """Rows that are decoded whenever they are read: a `RowReader` that keeps none.

    Each thread reads on where it stood, so a pass in order decodes each unit once. `starts` are
    the first row that is left of each unit, (units,).
    """

    decodes = True

    def __init__(self, recipe: Recipe, starts: Sequence[int], dtype: DTypeLike) -> None:
        self.recipe, self.starts = recipe, np.asarray(starts)
        self.dtype = np.dtype(dtype)
        self._local = threading.local()

    def read(self, start: int, stop: int, out: Numbers) -> None:
        """Fill `out`, (stop - start, features), with these rows."""
        at = start
        while at < stop:
            held, begin = self._held(at)
            end = min(stop, begin + len(held))
            out[at - start : end - start] = held[at - begin : end - begin]
            at = end

    def in_words(self, size: str) -> str:
        """Return how the rows, of so many bytes, are held: not at all."""
        return "decoded anew in each pass"

    def _held(self, row: int) -> tuple[Numbers, int]:
        """Return the batch that has a row, and its first row; read on from where this thread is."""
        local = self._local.__dict__
        number = int(np.searchsorted(self.starts, row, "right")) - 1
        if local.get("unit") != number or row < local["begin"]:
            unit = self.recipe.source.units[number]
            local.update(unit=number, rows=self.recipe.rows(unit, False, self._room))
            local.update(held=None, begin=int(self.starts[number]), end=int(self.starts[number]))
        while row >= local["end"]:
            held = next(local["rows"]).X
            local.update(held=held, begin=local["end"], end=local["end"] + len(held))
        return local["held"], local["begin"]

    def _room(self, shape: tuple[int, int], dtype: np.dtype[Any]) -> Numbers:
        """Return an array of this thread's for each of its batches: a fresh one is faulted anew."""
        local, size = self._local.__dict__, shape[0] * shape[1]
        if "room" not in local or local["room"].size < size:
            local["room"] = np.empty(size, dtype)
        room: Numbers = local["room"]
        return room[:size].reshape(shape)
