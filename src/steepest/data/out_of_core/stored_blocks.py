"""Rows beyond memory by blocks: the protocol of `Blocks`, of rows that are read in each pass.

Blocks are cut within units (row groups), their sums are added in the tree of a unit, and those of
the units in one above them; large ones in order. So any number of threads, a cache or none, and
workers on other machines come to the same bits.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block, Blocks
from steepest.data.float_types import FLOAT64
from steepest.data.tree_sum import Sums, tree_sum

__all__ = ["StoredBlocks", "added", "large_sum"]

Array = NDArray[np.float64]
Result = TypeVar("Result")

PROVING = 8
"""One in so many blocks of a unit, the first, is asked first when a gap is to be proved."""


def large_sum(
    block: Callable[[slice], Block],
    start: int,
    stop: int,
    size: int,
    work: Callable[[Block], Array],
    least: int,
) -> Array:
    """Return the sum of `work(block)`, of one shape, over a unit's rows in blocks of so many."""
    each = max(size, least)
    stretches = (slice(at, min(at + each, stop)) for at in range(start, stop, each))
    total = work(block(next(stretches)))
    for at in stretches:
        total += work(block(at))
    return total


def added(parts: Iterable[Array]) -> Array:
    """Return the sum of arrays of one shape, in their order, in the room of the first."""
    each = iter(parts)
    total = next(each)
    for part in each:
        total += part
    return total


class StoredBlocks(Blocks):
    """Blocks of `StoredRows` with a target a row, (rows,).

    The X of a block is a buffer of the thread that works on it: it holds until the next block.
    """

    keeps_margins = False
    gap_tol = 1e-6

    has_columns = False
    is_wide = False

    def __init__(self, X: Any, y: Array, **how: Any) -> None:
        super().__init__(X, y, **how)
        size = self.size = self.slices[0].stop if self.slices else 1
        self.units = [
            [slice(i, min(i + size, stop)) for i in range(start, stop, size)]
            for start, stop in pairwise((0, *X.ends))
        ]
        self.slices = [at for unit in self.units for at in unit]
        self.most_matrix, self.most_curvature = X.most_matrix, X.most_curvature
        self.empty = X.empty

    def block(self, at: slice) -> Block:
        """Return the rows `at`, in this thread's buffer."""
        weight = None if self.sample_weight is None else self.sample_weight[at]
        X = self.X.read_floats(at.start, at.stop, self.dtype)
        return Block(at, X, self.y[at], weight)

    @property
    def _kept(self) -> list[Block] | None:
        """No block is kept."""
        return None

    def map(self, work: Callable[[Block], Result]) -> list[Result]:
        """Return `work(block)` for every block, in order.

        Where rows are decoded anew a thread has whole units: in the middle of one it would decode
        its first rows once more.
        """
        if not getattr(self.X.reader, "decodes", False):
            return super().map(work)
        units = [unit for unit in self.units if unit]
        found = self._each(lambda unit: [work(self.block(at)) for at in unit], units)
        return [one for part in found for one in part]

    def sum(self, work: Callable[[Block], Sums]) -> Sums:
        """Return the sum over all blocks of the tuples `work(block)`: by unit, then of all."""
        parts = iter(self.map(work))
        return tree_sum([tree_sum([next(parts) for _ in unit]) for unit in self.units if unit])

    def sum_large(self, work: Callable[[Block], Array], least: int = 1) -> Array:
        """Return the sum of the arrays `work(block)`, of one shape: by unit, these in order.

        Where it is as large as features squared, one of each unit would not fit the memory: so
        each thread has one, and they are added before the next are begun.
        """

        def of_unit(unit: list[slice]) -> Array:
            return large_sum(self.block, unit[0].start, unit[-1].stop, self.size, work, least)

        units = [unit for unit in self.units if unit]
        once = min(self.threads, self.matrices(2))
        some = (units[at : at + once] for at in range(0, len(units), once))
        return added(part for few in some for part in self._each(of_unit, few))

    def matrices(self, most: int) -> int:
        """Return how many sums over pairs of params may be held at once, at least 1.

        They are `most` where these are as large as a proof may have them, and more of smaller ones.
        """
        width = (self.features + 1) * self.outputs
        return max(1, most * self.most_curvature // width**2)

    @property
    def proving(self) -> Sequence[Blocks]:
        """Rows whose curvature may prove how low a loss can be: the first of each unit, then all.

        Curvature that is left out makes a bound larger and never wrong, and of all rows it took a
        third of the CPU time of a fit (measured).
        """
        units = [unit[: -(-len(unit) // PROVING)] for unit in self.units]
        part = object.__new__(type(self))
        part.__dict__.update(self.__dict__)
        part.units, part.slices = units, [at for unit in units for at in unit]
        if self.sample_weight is None:
            part.total = float(sum(at.stop - at.start for at in part.slices))
        else:
            part.total = sum(float(self.sample_weight[at].sum()) for at in part.slices)
        return (part, self) if part.total < self.total else (self,)

    def room(self, width: int) -> Array:
        """Return room for `width` numbers a row, (rows,) or (rows, width), in a scratch file."""
        count = len(self.y)
        shape = count if width == 1 else (width, count)
        made: Array = self.X.scratch.array(shape)
        return made if width == 1 else made.T

    @property
    def largest_sample(self) -> int:
        """The rows that are held in memory."""
        return len(self.X.sampled)

    def random_sample(self, size: int, seed: int) -> Blocks:
        """Return the first rows of the sample that is held, as blocks."""
        at = self.X.sampled[:size]
        weight = None if self.sample_weight is None else np.asarray(self.sample_weight[at])
        return self._in_memory(self.X.sample[:size], np.asarray(self.y[at]), weight)

    def even(self, size: int) -> Blocks:
        """Return rows that tell units: those of the sample, which are from all over."""
        return self.random_sample(size, 0)

    def take(self, indices: NDArray[np.intp]) -> Blocks:
        """Return some of the rows, in memory, in the order of their `indices`, as blocks."""
        weight = None if self.sample_weight is None else np.asarray(self.sample_weight[indices])
        return self._in_memory(self.X.take(indices), np.asarray(self.y[indices]), weight)

    def stretch(self, at: slice) -> Blocks:
        """Return neighbouring rows, in memory, as blocks."""
        weight = None if self.sample_weight is None else np.asarray(self.sample_weight[at])
        return self._in_memory(self.X[at], np.asarray(self.y[at]), weight)

    def every(self, step: int) -> Blocks:
        """Return all rows, or some of the sample, one in `step` of what it has, as blocks."""
        return self if step == 1 else self.random_sample(max(1, self.largest_sample // step), 0)

    def columns(self, features: slice) -> Blocks:
        """Return some of the features of the sample, as blocks."""
        few = self.random_sample(self.largest_sample, 0)
        return few.columns(features)

    def in_float64(self) -> Blocks:
        """Return the same rows, computed with float64."""
        return (
            self
            if self.dtype == FLOAT64
            else self._like(self.X, self.y, self.sample_weight, FLOAT64)
        )

    def _like(
        self, X: Any, y: Array, weight: Array | None, dtype: np.dtype[Any] | None = None
    ) -> Blocks:
        return StoredBlocks(
            X,
            y,
            outputs=self.outputs,
            sample_weight=weight,
            threads=self.threads,
            dtype=dtype or self.dtype,
            least=self.least,
        )

    def _in_memory(self, X: Any, y: Array, weight: Array | None) -> Blocks:
        return super()._like(X, y, weight)

    def _numbers(self, at: slice) -> NDArray[np.floating[Any]]:
        """Return the numbers of the rows `at`."""
        found: NDArray[np.floating[Any]] = self.X.read_floats(at.start, at.stop, self.X.dtype)
        return found
