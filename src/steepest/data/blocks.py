"""Rows by blocks: read once, while they are in the cache, by as many threads as there are.

A block is some 2 or 3 MB of rows, so that whatever is computed from it still finds it in the cache.
The blocks depend on the shape of the data alone and their results are added in a fixed tree, so
one thread and many give the same bits (the aim of Demmel & Nguyen 2013, "Fast reproducible
floating-point summation"; pairwise sums also grow the error by log n only, Higham 1993).
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from steepest.data.block_sizes import DENSE_FEATURES, columns_in_block, rows_in_block
from steepest.data.float_types import FLOAT64
from steepest.data.sparse import Matrix, is_sparse, row_block
from steepest.data.threads import cores, map_on_threads
from steepest.data.tree_sum import Sums, tree_sum
from steepest.errors import ChoiceError

__all__ = [
    "DENSE_FEATURES",
    "LARGEST_SAMPLE",
    "PROOF_MATRICES",
    "Block",
    "Blocks",
    "Matrix",
    "drawn_rows",
]

LARGEST_SAMPLE = 16
"""The largest sample has one row in this many."""

LANES = 16
"""The most large sums kept at a time, whatever the number of rows: so many threads can add up."""

COLUMN_LANES = 8
"""The same, of sums over columns, which are as large as rows squared."""

WIDE_COLUMNS = 2048
"""Columns that are taken at a time where rows are few: 16 kB of a gradient stay in a core's cache.

Of 1,000 x 5,000 a gradient took 1.5 ms of CPU so, and 2.3 from blocks of rows, each of which has
one of its own to be added up.
"""

WIDE_ROWS = 4096
"""Rows up to which that is done: a sum in order over them loses a digit more than one in a tree."""

PROOF_MATRICES = 14
"""Matrices over all pairs of params that fit the memory where one is to prove a gap.

A proof holds 6 at once, and each of two threads 3; L1, and what a walk keeps, are over by then.
"""

Result = TypeVar("Result")
Part = TypeVar("Part")
Array = NDArray[np.float64]


class Block(NamedTuple):
    """Some rows: which they are, their X, dense or sparse, their targets, sample weights.

    `weight` is (rows,), None if all count the same.
    """

    at: slice
    X: Any
    y: Array
    weight: Array | None

    def dense(self) -> Array:
        """Return X as an array: float64, or of a dense X as it is.

        Raises ChoiceError for sparse X of more than `DENSE_FEATURES` features.
        """
        if not is_sparse(self.X):
            X: Array = self.X
            return X
        if self.X.shape[1] > DENSE_FEATURES:
            raise ChoiceError(
                f"X is sparse with {self.X.shape[1]:,} features, too many for the products of all "
                "pairs; choose scale='standard' or 'none'"
            )
        filled: Array = self.X.toarray().astype(np.float64, copy=False)
        return filled


class Blocks:
    """The data, X of shape (rows, features) with a target per row, in blocks of about 1.5 MB, or 3.

    X is float64 or float32 in C order, or sparse by rows (CSR). `sample_weight` is None or one
    number a row. `outputs` is how many numbers a row gives rise to at a time (its margins and what
    is made of them): they share the cache with the row. `threads` is all cores if None. `dtype` is
    what the numbers of X are computed with, float64, or float32, which X must be then; targets and
    weights are float64. A block of dense rows has about `least` of them, where there are as many,
    and it is then about four times as large as others at most; if `least` is more than 1,
    there is one block or an even number of equal ones. So it is of very wide sparse rows.
    """

    shares_memory = True
    """Whether what works on a block may write into arrays of whoever asked."""
    keeps_margins = True
    """Whether there is room in memory for numbers of all rows."""
    gap_tol = 0.0
    """The share of the loss above the lowest at which further passes are not worth it; 0: any."""

    has_columns = True
    """Whether columns of all rows are at hand, for `sum_columns`."""

    most_matrix = 2**24
    """Numbers that a matrix over pairs of features may have: 128 MB."""

    most_curvature = 2**24
    """Numbers that the curvature by all pairs of params may have where it is to prove a gap."""

    empty: Callable[..., NDArray[Any]] = staticmethod(np.empty)
    """Makes arrays of many rows, as `np.empty` does: of rows beyond memory large ones are files."""

    def __init__(
        self,
        X: Matrix,
        y: Array,
        *,
        outputs: int = 1,
        sample_weight: Array | None = None,
        threads: int | None = None,
        dtype: np.dtype[Any] = FLOAT64,
        least: int = 1,
    ) -> None:
        self.X: Any = X
        self.dtype, self.least = dtype, least
        self.y = y
        self.outputs = outputs
        self.sample_weight = sample_weight
        self.total = float(len(y) if sample_weight is None else sample_weight.sum())
        self.threads = threads or cores()
        self.is_sparse = is_sparse(X)
        size = rows_in_block(X, outputs, self.is_sparse, least)
        self.slices = [slice(i, min(i + size, len(y))) for i in range(0, len(y), size)]
        self._blocks: list[Block] | None = None

    def weighed(self, weights: Array) -> "Blocks":
        """Return the same rows, each counted by other weights, (rows,)."""
        return self._like(self.X, self.y, weights)

    def in_float64(self) -> "Blocks":
        """Return the same rows, computed with float64."""
        if self.dtype == FLOAT64:
            return self
        return self._like(self.X, self.y, self.sample_weight, FLOAT64)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.y)

    @property
    def features(self) -> int:
        """The number of columns of X."""
        return int(self.X.shape[1])

    def block(self, at: slice) -> Block:
        """Return the rows `at`. Of float32 X is a float64 copy, unless `dtype` is float32.

        A product in float32 is off by 1e-7, so that no descent could tell when its gradient is 0:
        that is for who asks for it.
        """
        weight = None if self.sample_weight is None else self.sample_weight[at]
        if is_sparse(self.X):
            return Block(at, row_block(self.X, at), self.y[at], weight)
        return Block(at, self.X[at].astype(self.dtype, copy=False), self.y[at], weight)

    @property
    def _kept(self) -> list[Block] | None:
        """All blocks, which share the numbers of X; None where they are float64 copies."""
        if self._blocks is None and (self.is_sparse or self.X.dtype == self.dtype):
            self._blocks = [self.block(at) for at in self.slices]
        return self._blocks

    @property
    def largest_sample(self) -> int:
        """How many rows the largest sample has."""
        return len(self) // LARGEST_SAMPLE

    def random_sample(self, size: int, seed: int) -> "Blocks":
        """Return a sample of so many rows, one drawn of each of as many stretches, as blocks."""
        return self.take(drawn_rows(len(self), size, seed))

    def even(self, size: int) -> "Blocks":
        """Return so many rows at equal distances, as blocks."""
        return self.take(np.linspace(0, len(self) - 1, size).astype(np.intp))

    @property
    def proving(self) -> "Sequence[Blocks]":
        """Rows whose curvature may prove how low a loss can be, the fewest first: all of them."""
        return (self,)

    def outputs_into(self, margins: Array, output: Callable[[Any], Array]) -> None:
        """Put the outputs of all rows into `margins`, (rows,) or (rows, k)."""

        def work(block: Block) -> None:
            margins[block.at] = output(block.X)

        self.map(work)

    def room(self, width: int) -> Array:
        """Return room for `width` numbers a row, (rows,), or (rows, width) class by class."""
        count = len(self)
        return np.empty(count) if width == 1 else np.empty((width, count)).T

    def take(self, indices: NDArray[np.intp]) -> "Blocks":
        """Return some of the rows, copied, in the order of their `indices`, as blocks."""
        X = self.X[indices] if self.is_sparse else self._taken(indices)
        weight = None if self.sample_weight is None else self.sample_weight[indices]
        return self._like(X, self.y[indices], weight)

    def _taken(self, indices: NDArray[np.intp]) -> NDArray[Any]:
        """Return some rows of dense X, (n, features), copied to where large arrays are made."""
        if self.empty is np.empty:
            copied: NDArray[Any] = np.take(self.X, indices, axis=0)
            return copied
        found = self.empty((len(indices), self.features), self.X.dtype)
        return np.take(self.X, indices, axis=0, out=found, mode="clip")

    def within(self, other: "Blocks") -> "Blocks":
        """Return these rows, which from now on take what memory `other` may."""
        self.most_matrix, self.empty = other.most_matrix, other.empty
        return self

    def stretch(self, at: slice) -> "Blocks":
        """Return neighbouring rows, not copied, as blocks."""
        weight = None if self.sample_weight is None else self.sample_weight[at]
        X, y = self.X[at], self.y[at]
        if len(self.slices) > 1 or self._kept is None:
            return self._like(X, y, weight)
        return self._part(X, y, weight)

    def _part(self, X: Matrix, y: Array, weight: Array | None) -> "Blocks":
        """Return some rows of what is one block: one too, so no sizes are worked out anew.

        It is a third of `_like`, which of a mini-batch of a small network is a tenth of its step.
        """
        part = object.__new__(type(self))
        part.__dict__.update(self.__dict__)
        part.X, part.y, part.sample_weight = X, y, weight
        part.total = float(len(y) if weight is None else weight.sum())
        at = slice(0, len(y))
        part.slices, part._blocks = [at], [Block(at, X, y, weight)]
        return part

    def every(self, step: int) -> "Blocks":
        """Return every `step`-th row, from the first on, as blocks; dense X is not copied."""
        if step == 1:
            return self
        weight = None if self.sample_weight is None else self.sample_weight[::step]
        return self._like(self.X[::step], self.y[::step], weight)

    def columns(self, features: slice) -> "Blocks":
        """Return some of the features, as blocks; dense X is not copied."""
        return self._like(self.X[:, features], self.y, self.sample_weight)

    def _like(
        self, X: Matrix, y: Array, weight: Array | None, dtype: np.dtype[Any] | None = None
    ) -> "Blocks":
        return Blocks(
            X,
            y,
            outputs=self.outputs,
            sample_weight=weight,
            threads=self.threads,
            dtype=dtype or self.dtype,
            least=self.least,
        ).within(self)

    def map(self, work: Callable[[Block], Result]) -> list[Result]:
        """Return `work(block)` for every block, in order.

        A number too large for float64 becomes infinite without a warning: a verdict says that a
        run diverged.
        """
        kept = self._kept
        if kept is None:
            return self._each(lambda at: work(self.block(at)), self.slices)
        return self._each(work, kept)

    def sum(self, work: Callable[[Block], Sums]) -> Sums:
        """Return the sum over all blocks, item by item, of the tuples `work(block)`."""
        parts = self.map(work)
        return parts[0] if len(parts) == 1 else tree_sum(parts)

    def sum_lines(self, work: Callable[[Block, slice], Array], lines: int) -> Array:
        """Return the sum over all blocks of `work(block, some)`, an array of some of the `lines`.

        Where there are more threads than blocks, each block's lines are shared among some: `work`
        must return the same for a line, whichever others are asked for with it.
        """
        each = -(-lines // -(-self.threads // len(self.slices)))
        some = [slice(i, min(i + each, lines)) for i in range(0, lines, each)]
        parts = [(at, one) for at in self.slices for one in some]
        found = self._each(lambda part: work(self.block(part[0]), part[1]), parts)
        of_block = zip(*(found[i :: len(some)] for i in range(len(some))), strict=True)
        return tree_sum([(np.concatenate(shares),) for shares in of_block])[0]

    def sum_large(self, work: Callable[[Block], Array], least: int = 1) -> Array:
        """Return the sum of the arrays that `work(block)` returns, for at least so many rows each.

        One for each block would take more room than the rows where it is as large as features
        squared, so the blocks are taken in a few lanes, each of which adds up its own. The lanes
        depend on the shape of the data alone.
        """
        if len(self.slices) == 1:
            return self.map(work)[0]
        lanes = min(LANES, max(2, len(self) // (2 * self.features)))
        each = -(-len(self.slices) // lanes)
        size = max(self.slices[0].stop, least)

        def lane(first: int) -> tuple[Array]:
            stop = self.slices[min(first + each, len(self.slices)) - 1].stop
            starts = range(self.slices[first].start, stop, size)
            parts = (work(self.block(slice(at, min(at + size, stop)))) for at in starts)
            total = next(parts)
            for part in parts:
                total += part
            return (total,)

        (total,) = tree_sum(self._each(lane, range(0, len(self.slices), each)))
        return np.asarray(total)

    def sum_columns(self, work: Callable[[slice], Array], least: int = 1) -> Array:
        """Return the sum of the arrays that `work(features)` returns, of some columns at a time.

        As many as make a block of all rows, or at least so many, in lanes as in `sum_large`.
        """
        size = max(least, columns_in_block(len(self)))
        each = -(-self.features // (size * COLUMN_LANES))

        def lane(first: int) -> tuple[Array]:
            starts = range(first, min(first + each * size, self.features), size)
            parts = (work(slice(at, min(at + size, self.features))) for at in starts)
            total = next(parts)
            for part in parts:
                total += part
            return (total,)

        (total,) = tree_sum(self._each(lane, range(0, self.features, each * size)))
        return np.asarray(total)

    @property
    def is_wide(self) -> bool:
        """Whether columns of all rows are worth taking at a time, each sum of few enough terms."""
        few = len(self) <= WIDE_ROWS and self.features >= 2 * WIDE_COLUMNS
        return few and not self.is_sparse and self.X.dtype == FLOAT64

    def by_columns(self, work: Callable[[slice], None]) -> None:
        """Have `work(features)` done for some columns at a time, the same whatever the threads."""
        starts = range(0, self.features - WIDE_COLUMNS + 1, WIDE_COLUMNS)
        ends = [*starts[1:], self.features]
        self._each(work, [slice(*at) for at in zip(starts, ends, strict=True)])

    def square_sum(self) -> float:
        """Return the sum of the squares of all numbers of X, reading X once.

        It is finite only if all of them are, but it may overflow where nothing else does: so an
        infinite one is a reason to look closer.
        """

        def squares(at: slice) -> tuple[float]:
            numbers = self._numbers(at).astype(np.float64, copy=False)
            return (float(np.vdot(numbers, numbers)),)

        return float(tree_sum(self._each(squares, self.slices))[0])

    def _numbers(self, at: slice) -> NDArray[np.floating[Any]]:
        """Return the numbers that are stored of the rows `at`, in any shape."""
        if not self.is_sparse:
            dense: NDArray[np.floating[Any]] = self.X[at]
            return dense
        stored: NDArray[np.floating[Any]] = self.X.data[
            self.X.indptr[at.start] : self.X.indptr[at.stop]
        ]
        return stored

    def _each(self, work: Callable[[Part], Result], parts: Sequence[Part]) -> list[Result]:
        """Return `work(part)` for all parts, on as many threads as there are."""
        return map_on_threads(work, parts, self.threads)


def drawn_rows(count: int, size: int, seed: int) -> NDArray[np.intp]:
    """Return one row, (size,), drawn of each of as many stretches of `count` rows."""
    ends = np.arange(size + 1) * count // size
    return np.random.default_rng([seed, size]).integers(ends[:-1], ends[1:])
