"""The rows that the workers of a cluster hold, and their blocks."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from steepest.data.arrow import array_of
from steepest.data.blocks import Block
from steepest.data.left_out import check_rows
from steepest.data.out_of_core.cluster import Cluster
from steepest.data.out_of_core.file_units import Unit
from steepest.data.out_of_core.first_pass import FirstPass
from steepest.data.out_of_core.scratch import Scratch
from steepest.data.out_of_core.second_pass import AllRows, among, order_drawn
from steepest.data.out_of_core.sources import Source
from steepest.data.out_of_core.stored_blocks import StoredBlocks, added, large_sum
from steepest.data.out_of_core.stored_rows import StoredRows, buffer_of
from steepest.data.out_of_core.unit_rows import Recipe
from steepest.data.tree_sum import Sums, tree_sum
from steepest.numerals import counted

__all__ = ["ClusterBlocks", "ClusterRows", "held_rows"]

Array = NDArray[np.float64]
Result = TypeVar("Result")

UNITS_AT_ONCE = 4
"""Units of which a sum as large as a proof may have it comes here at a time."""


class Held(NamedTuple):
    """The rows of a unit that a worker holds: X, (rows, features), y and weights, (rows,)."""

    X: NDArray[Any]
    y: Array
    weights: Array | None
    places: NDArray[np.intp]
    weightless: int

    def block(self, start: int, dtype: np.dtype[Any], at: slice) -> Block:
        """Return the rows `at` of all as a block, where the unit begins with row `start`."""
        here = slice(at.start - start, at.stop - start)
        X = buffer_of((here.stop - here.start, self.X.shape[1]), dtype)
        np.copyto(X, self.X[here])
        weight = None if self.weights is None else self.weights[here]
        return Block(at, X, self.y[here], weight)


def _hold(recipe: Recipe, source: Source, unit: Unit) -> Held:
    """Read a unit and hold it, on the worker that is asked."""
    parts = list(recipe.on(source).rows(unit, True))
    weights = [part.weights for part in parts if part.weights is not None]
    return Held(
        np.concatenate([part.X for part in parts]),
        np.concatenate([part.y for part in parts if part.y is not None]),
        np.concatenate(weights) if weights else None,
        np.concatenate([part.places for part in parts]),
        sum(part.weightless for part in parts),
    )


def _for_client(drawn: NDArray[np.intp], held: Held) -> Held:
    """Return what this process gets of a unit: y and weights of all, X of the sample."""
    return held._replace(X=held.X[among(held.places, drawn)])


class ClusterRows:
    """X that the workers of a cluster hold, `parts` one for each unit; a `RowReader`."""

    def __init__(self, cluster: Cluster, parts: Sequence[Any], ends: Sequence[int]) -> None:
        self.cluster, self.parts, self.ends = cluster, parts, np.asarray(ends)

    def in_words(self, size: str) -> str:
        """Return how the rows, of so many bytes, are held."""
        return f"held by workers, {size} in all"

    def read(self, start: int, stop: int, out: NDArray[Any]) -> None:
        """Fill `out`, (stop - start, features), with these rows."""
        at = start
        while at < stop:
            unit = int(np.searchsorted(self.ends, at, "right"))
            begin = int(self.ends[unit - 1]) if unit else 0
            end = min(stop, int(self.ends[unit]))
            here = partial(_rows_of, at - begin, end - begin)
            (out[at - start : end - start],) = self.cluster.by_worker([self.parts[unit]], here)
            at = end

    def blocks(self, X: StoredRows, y: Array, **how: Any) -> "ClusterBlocks":
        """Return the blocks, with a target a row, (rows,), on which the workers work."""
        return ClusterBlocks(X, y, **how)


class StoredShape(NamedTuple):
    """What is known of X where its rows are not at hand."""

    shape: tuple[int, int]
    dtype: np.dtype[Any]
    most_matrix: int
    most_curvature: int


def _rows_of(start: int, stop: int, held: Held) -> NDArray[Any]:
    return held.X[start:stop]


class ClusterBlocks(StoredBlocks):
    """Blocks that the workers of a cluster work on, each on those of the units it holds."""

    shares_memory = False

    def __getstate__(self) -> dict[str, Any]:
        """Return what a worker is sent with the work of an objective: of X the shape alone."""
        X = self.X
        shape = StoredShape(X.shape, X.dtype, X.most_matrix, X.most_curvature)
        left = {"y": None, "sample_weight": None, "units": (), "empty": np.empty}
        return {**vars(self), "X": shape, **left}

    def _by_unit(
        self,
        work: Callable[[Callable[[slice], Block], list[slice]], Any],
        some: slice = slice(None),
    ) -> list[Any]:
        """Return `work(block, slices)` of each unit, or of `some` of them."""
        reader = self.X.reader
        whole = [n for n, unit in enumerate(self.units) if unit][some]
        units = [self.units[n] for n in whole]
        parts = [reader.parts[n] for n in whole]
        starts = [unit[0].start for unit in units]
        asked = [partial(_work_on, work, start, self.dtype, unit) for start, unit in
                 zip(starts, units, strict=True)]  # fmt: skip
        found: list[Any] = reader.cluster.by_worker(parts, asked)
        return found

    def map(self, work: Callable[[Block], Result]) -> list[Result]:
        """Return `work(block)` for every block, in order."""
        return [one for found in self._by_unit(partial(_each, work)) for one in found]

    def sum(self, work: Callable[[Block], Sums]) -> Sums:
        """Return the sum over all blocks of the tuples `work(block)`: by unit, then of all."""
        return tree_sum(self._by_unit(partial(_sum, work)))

    def sum_large(self, work: Callable[[Block], Array], least: int = 1) -> Array:
        """Return the sum of the arrays `work(block)`, of one shape: by unit, these in order.

        Of large ones few units are asked at a time: each answers one.
        """
        large, once = partial(_large, work, self.size, least), self.matrices(UNITS_AT_ONCE)
        some = [slice(at, at + once) for at in range(0, len(self.units), once)]
        return added(part for few in some for part in self._by_unit(large, few))

    def outputs_into(self, margins: Array, output: Callable[[Any], Array]) -> None:
        """Put the outputs of all rows into `margins`, (rows,) or (rows, k)."""
        for at, found in zip(self.slices, self.map(partial(_output, output)), strict=True):
            margins[at] = found

    def _like(
        self, X: Any, y: Array, weight: Array | None, dtype: np.dtype[Any] | None = None
    ) -> StoredBlocks:
        made: StoredBlocks = ClusterBlocks(
            X,
            y,
            outputs=self.outputs,
            sample_weight=weight,
            threads=self.threads,
            dtype=dtype or self.dtype,
            least=self.least,
        )
        return made


def _work_on(
    work: Callable[[Callable[[slice], Block], list[slice]], Any],
    start: int,
    dtype: np.dtype[Any],
    slices: list[slice],
    held: Held,
) -> Any:
    with np.errstate(over="ignore", invalid="ignore"):
        return work(partial(held.block, start, dtype), slices)


def _each(
    work: Callable[[Block], Any], block: Callable[[slice], Block], slices: list[slice]
) -> list[Any]:
    return [work(block(at)) for at in slices]


def _sum(
    work: Callable[[Block], Sums], block: Callable[[slice], Block], slices: list[slice]
) -> Sums:
    return tree_sum([work(block(at)) for at in slices])


def _large(
    work: Callable[[Block], Array],
    size: int,
    least: int,
    block: Callable[[slice], Block],
    slices: list[slice],
) -> Array:
    return large_sum(block, slices[0].start, slices[-1].stop, size, work, least)


def _output(output: Callable[[Any], Array], block: Block) -> Array:
    return output(block.X)


def held_rows(recipe: Recipe, first: FirstPass, cluster: Cluster, scratch: Scratch) -> AllRows:
    """Have the workers read and hold all rows; y and weights, and X of the sample, come here."""
    source = recipe.source
    parts = cluster.submitted(source, partial(_hold, recipe.without_source()))
    drawn = np.sort(first.places)
    collected = cluster.by_worker(parts, partial(_for_client, drawn))
    counts = np.array([len(one.y) for one in collected])
    ends = np.cumsum(counts)
    total = int(ends[-1])
    check_rows(total, source.name, f"{counted(source.rows - total, 'row')} with gaps")
    y = scratch.array(total)
    np.concatenate([one.y for one in collected], out=y)
    weights = [one.weights for one in collected if one.weights is not None]
    sampled = np.concatenate(
        [np.flatnonzero(among(one.places, drawn)) + end - len(one.y)
         for one, end in zip(collected, ends, strict=True)]
    )  # fmt: skip
    places = np.concatenate([one.places[among(one.places, drawn)] for one in collected])
    order, kept = order_drawn(first, places)
    stored = StoredRows(
        ClusterRows(cluster, parts, ends.tolist()),
        (total, len(recipe.features.names)),
        recipe.dtype,
        ends.tolist(),
        scratch,
        np.concatenate([one.X for one in collected])[order],
        sampled[order],
    )
    return AllRows(
        stored,
        y,
        np.concatenate(weights) if weights else None,
        first.places[kept],
        first.sample.take(array_of(kept)),
        sum(one.weightless for one in collected),
        np.concatenate([one.places for one in collected]) if recipe.drops else None,
    )
