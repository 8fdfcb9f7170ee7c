"""The second pass, where columns are more than numbers: they become X once all levels are known."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.data.arrow import array_of
from steepest.data.left_out import check_rows
from steepest.data.out_of_core.file_units import Unit
from steepest.data.out_of_core.first_pass import FirstPass, Progress, each_unit
from steepest.data.out_of_core.kept_back import KeptBack
from steepest.data.out_of_core.limits import Limits
from steepest.data.out_of_core.scratch import Scratch
from steepest.data.out_of_core.sources import Source
from steepest.data.out_of_core.stored_rows import RowReader, ScratchRows, StoredRows
from steepest.data.out_of_core.unit_rows import DecodedRows, Recipe, Rows
from steepest.numerals import counted

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["AllRows", "among", "kept_back_rows", "order_drawn", "second_pass"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


class AllRows(NamedTuple):
    """X, y and weights of all rows that are left, and of the sample its places and its table."""

    X: StoredRows
    y: Array
    weights: Array | None
    places: Indices
    sample: "pa.Table"
    weightless: int = 0
    kept: Indices | None = None  # (rows,) the places of all rows that are left; None: all are


class _Unit(NamedTuple):
    """What is left of a unit: how many rows; of the sample X, its places, and which rows it is."""

    rows: int
    X: NDArray[Any]
    places: Indices
    within: Indices
    weightless: int


class _Closer:
    """Rows of which each unit lies where it was, though some before it were left out."""

    def __init__(self, rows: RowReader, starts: Indices, begins: Indices) -> None:
        self.rows, self.starts, self.begins = rows, starts, begins

    def in_words(self, size: str) -> str:
        """Return how the rows, of so many bytes, are held."""
        return self.rows.in_words(size)

    def read(self, start: int, stop: int, out: NDArray[Any]) -> None:
        """Fill `out`, (stop - start, features), with these rows."""
        at = start
        while at < stop:
            unit = int(np.searchsorted(self.starts, at, "right")) - 1
            later = self.starts[unit + 1 :]
            end = min(stop, int(later[0])) if len(later) else stop
            shift = int(self.begins[unit] - self.starts[unit])
            self.rows.read(at + shift, end + shift, out[at - start : end - start])
            at = end


def second_pass(
    recipe: Recipe,
    first: FirstPass,
    X: ScratchRows | None,
    limits: Limits,
    progress: Progress,
) -> AllRows:
    """Read everything once more, and write X, unless it is decoded anew, y and weights."""
    rows, scratch = recipe.source.rows, limits.scratch
    y = scratch.array(rows)
    weights = scratch.array(rows) if recipe.others[1:] else None
    kept = scratch.array(rows, np.intp) if recipe.drops else None
    drawn = np.sort(first.places)

    def work(source: Source, unit: Unit) -> _Unit:
        at, few, places, within, weightless = unit.start, [], [], [], 0
        for part in recipe.rows(unit, True):
            stop = at + len(part.places)
            if X is not None:
                X.write(at, part.X)
            y[at:stop] = part.y
            if weights is not None:
                weights[at:stop] = part.weights
            if kept is not None:
                kept[at:stop] = part.places
            chosen = np.flatnonzero(among(part.places, drawn))
            few.append(part.X[chosen])
            places.append(part.places[chosen])
            within.append(chosen + (at - unit.start))
            weightless += part.weightless
            at = stop
        X_few, of_few, within_few = (np.concatenate(one) for one in (few, places, within))
        return _Unit(at - unit.start, X_few, of_few, within_few, weightless)

    what = "second pass" if X is None else f"second pass, {X.writing}"
    found = each_unit(recipe.source, work, limits, progress, what)
    return _closed_up(recipe, first, X, y, weights, kept, found, scratch)


class BackRows(NamedTuple):
    """The rows that measure: X, (n, features), y, weights and places, (n,); `kept_back` are all."""

    X: NDArray[Any]
    y: Array
    weights: Array | None
    places: Indices
    kept_back: int


def kept_back_rows(recipe: Recipe, back: KeptBack, measuring: KeptBack, limits: Limits) -> BackRows:
    """Return the rows that are `measuring` of those kept back, read once more, in memory."""
    inside = replace(recipe, back=replace(back, inside=True))

    def work(source: Source, unit: Unit) -> tuple[list[Rows], int]:
        parts, count = [], 0
        for part in inside.on(source).rows(unit, True):
            count += len(part.places)
            parts.append(part.taken(np.flatnonzero(measuring.takes(part.places))))
        return parts, count

    found = each_unit(recipe.source, work, limits, lambda *progress: None, "rows kept back")
    rows = [part for parts, _ in found for part in parts]
    weights = [one.weights for one in rows if one.weights is not None]
    return BackRows(
        np.concatenate([one.X for one in rows]),
        np.concatenate([one.y for one in rows if one.y is not None]),
        np.concatenate(weights) if weights else None,
        np.concatenate([one.places for one in rows]),
        sum(count for _, count in found),
    )


def among(places: Indices, drawn: Indices) -> NDArray[np.bool_]:
    """Return which of the places, (n,), are among sorted ones, (m,)."""
    at = np.minimum(np.searchsorted(drawn, places), len(drawn) - 1)
    return drawn[at] == places


def _closed_up(
    recipe: Recipe,
    first: FirstPass,
    X: ScratchRows | None,
    y: Array,
    weights: Array | None,
    kept: Indices | None,
    found: Sequence[_Unit],
    scratch: Scratch,
) -> AllRows:
    """Return the rows closed up where some of a unit were left out."""
    source, counts = recipe.source, np.array([one.rows for one in found])
    ends = np.cumsum(counts)
    starts, total = ends - counts, int(ends[-1])
    check_rows(total, source.name, f"{counted(source.rows - total, 'row')} with gaps")
    begins = np.array([unit.start for unit in source.units])
    for array in (y, weights, kept):
        if array is not None and total < source.rows:
            _close_up(array, begins, starts, counts)
    order, left = order_drawn(first, np.concatenate([one.places for one in found]))
    sampled = np.concatenate([s + one.within for s, one in zip(starts, found, strict=True)])[order]
    few = np.concatenate([one.X for one in found])[order]
    reader: RowReader
    reader = DecodedRows(recipe, starts.tolist(), recipe.dtype) if X is None else X
    if X is not None and total < source.rows:
        reader = _Closer(X, starts, begins)
    shape = total, len(recipe.features.names)
    stored = StoredRows(reader, shape, recipe.dtype, ends.tolist(), scratch, few, sampled)
    weights = None if weights is None else weights[:total]
    weightless = sum(one.weightless for one in found)
    places, sample = first.places[left], first.sample.take(array_of(left))
    kept = None if kept is None else kept[:total]
    return AllRows(stored, y[:total], weights, places, sample, weightless, kept)


def order_drawn(first: FirstPass, places: Indices) -> tuple[Indices, Indices]:
    """Return the order in which the rows left of the sample were drawn, and which these were."""
    by_place = np.argsort(places, kind="stable")
    kept = np.flatnonzero(among(first.places, places[by_place])) if len(places) else places
    return by_place[np.searchsorted(places[by_place], first.places[kept])], kept


def _close_up(array: NDArray[Any], begins: Indices, starts: Indices, counts: Indices) -> None:
    for begin, start, count in zip(begins, starts, counts, strict=True):
        if begin != start:
            array[start : start + count] = array[begin : begin + count].copy()
