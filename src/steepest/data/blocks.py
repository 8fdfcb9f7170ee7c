"""Rows by blocks: read once, while they are in the cache, by as many threads as there are.

A block is some 3 MB of rows, so that whatever is computed from it still finds it in the cache.
The blocks depend on the shape of the data alone and their results are added in a fixed tree, so
one thread and many give the same bits (the aim of Demmel & Nguyen 2013, "Fast reproducible
floating-point summation"; pairwise sums also grow the error by log n only, Higham 1993). NumPy,
BLAS and SciPy's sparse products let go of the interpreter while they compute, so plain threads
do.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.data.sparse import is_sparse, row_block
from steepest.errors import ChoiceError

__all__ = ["BLOCK_BYTES", "DENSE_FEATURES", "Rows", "tree_merge", "tree_sum"]

LANES = 16
"""The most large sums kept at a time, whatever the number of rows: so many threads can add up."""

BLOCK_BYTES = 3 * 2**20

DENSE_BYTES = 2**25
"""The most that a block of sparse rows may take when it is made dense."""

DENSE_FEATURES = 2048
"""Features up to which blocks of sparse rows may be made dense: for products of all pairs."""

Sums = tuple[Any, ...]


class Rows:
    """The data, X of shape (rows, features) with a target per row, in blocks of about 3 MB.

    X is float64 or float32 in C order, or sparse by rows (CSR). `sample_weight` is None or one
    number a row. `outputs` is how many numbers a row gives rise to at a time (its margins and what
    is made of them): they share the cache with the row. `threads` is all cores unless told.
    """

    def __init__(
        self,
        X: Any,
        y: NDArray[Any],
        *,
        outputs: int = 1,
        sample_weight: NDArray[Any] | None = None,
        threads: int | None = None,
    ) -> None:
        self.X = X
        self.y = y
        self.sample_weight = sample_weight
        self.total = float(len(y) if sample_weight is None else sample_weight.sum())
        self.threads = threads or _cores()
        self.is_sparse = is_sparse(X)
        size = _rows_in_block(X, outputs, self.is_sparse)
        self.blocks = [slice(i, min(i + size, len(y))) for i in range(0, len(y), size)]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.y)

    def read(self, rows: slice) -> Any:
        """Return X of the rows of a block, to be multiplied: float64, or sparse.

        Of float32 it is a float64 copy: a product in float32 would be off by 1e-7, and no descent
        could tell when its gradient is 0.
        """
        if self.is_sparse:
            return self._parts[rows.start]
        X = self.X[rows]
        return X if X.dtype == np.float64 else X.astype(np.float64)

    def dense(self, rows: slice, each: int = 1) -> NDArray[np.float64]:
        """Return X of the rows of a block, or of `every` so many-th, as a float64 array.

        Raises ChoiceError for sparse X of more than `DENSE_FEATURES` features.
        """
        X: Any = self.read(rows)
        if each > 1:
            X = X[-rows.start % each :: each]
        if not self.is_sparse:
            return X
        if X.shape[1] > DENSE_FEATURES:
            raise ChoiceError(
                f"X is sparse with {X.shape[1]:,} features, too many for the products of all "
                "pairs; choose scale='standard' or 'none'"
            )
        return X.toarray().astype(np.float64, copy=False)

    @cached_property
    def _parts(self) -> dict[int, Any]:
        """The blocks of sparse rows, by their first row; they share the numbers of X."""
        return {rows.start: row_block(self.X, rows) for rows in self.blocks}

    def weight(self, rows: slice) -> NDArray[Any] | None:
        """Return the sample weights of these rows, (rows,), or None if all weigh the same."""
        return None if self.sample_weight is None else self.sample_weight[rows]

    def every(self, rows: slice, each: int) -> slice:
        """Return every so many-th of these rows: those of the numbers 0, each, 2 each, ..."""
        return slice(rows.start + -rows.start % each, rows.stop, each)

    def total_of(self, each: int) -> float:
        """Return the total weight of every so many-th row."""
        if self.sample_weight is None:
            return float(-(-len(self) // each))
        return float(self.sample_weight[::each].sum())

    def weigh(self, values: NDArray[Any], rows: slice) -> NDArray[Any]:
        """Return `values`, one or k for each of these rows, times the rows' sample weights."""
        weight = self.weight(rows)
        if weight is None:
            return values
        return values * (weight if values.ndim == 1 else weight[:, None])

    def sum(self, work: Callable[[Any, Any, Any], Sums]) -> Sums:
        """Return the sum over all blocks, item by item, of `work(X, y, weight)` of a block."""
        return tree_sum(
            self.map(lambda rows: work(self.read(rows), self.y[rows], self.weight(rows)))
        )

    def sum_large(
        self, work: Callable[[slice], NDArray[Any]], least: int = 1
    ) -> NDArray[np.float64]:
        """Return the sum of the arrays that `work(rows)` returns, of at least so many rows each.

        One for each block would take more room than the rows where it is as large as features
        squared, so the blocks are taken in a few lanes, each of which adds up its own. The lanes
        depend on the shape of the data alone.
        """
        if len(self.blocks) == 1:
            return self._over(work, self.blocks)[0]
        lanes = min(LANES, max(2, len(self) // (2 * self.X.shape[1])))
        each = -(-len(self.blocks) // lanes)
        size = max(self.blocks[0].stop, least)

        def lane(first: int) -> tuple[NDArray[np.float64]]:
            stop = self.blocks[min(first + each, len(self.blocks)) - 1].stop
            starts = range(self.blocks[first].start, stop, size)
            parts = (work(slice(at, min(at + size, stop))) for at in starts)
            total = next(parts)
            for part in parts:
                total += part
            return (total,)

        firsts = range(0, len(self.blocks), each)
        (total,) = tree_sum(self._over(lane, firsts))
        return total

    def is_finite(self) -> bool:
        """Return whether all numbers of X are surely finite, reading X once.

        A sum is finite only if all that is added up is, but it may overflow where nothing else
        does: so False is a reason to look closer.
        """
        parts = self.map(lambda at: (self._numbers(at).sum(dtype=np.float64),))
        return bool(np.isfinite(tree_sum(parts)[0]))

    def _numbers(self, rows: slice) -> NDArray[Any]:
        """Return the numbers that are stored of the rows of a block, in any shape."""
        if not self.is_sparse:
            return self.X[rows]
        return self.X.data[self.X.indptr[rows.start] : self.X.indptr[rows.stop]]

    def map(self, work: Callable[[slice], Any]) -> list[Any]:
        """Return `work(rows)` for every block, in order; `rows` is the block's slice.

        A number too large for float64 becomes infinite without a warning: what diverges is told
        by its verdict.
        """
        return self._over(work, self.blocks)

    def _over(self, work: Callable[[Any], Any], parts: Sequence[Any]) -> list[Any]:
        """Return `work(part)` for all parts, on as many threads as there are.

        Each thread has its run of neighbours as one task: a task a part would hand the
        interpreter to and fro, measured a third slower. The thread that asks does the first share
        itself.
        """
        with ONE_BLAS_THREAD:
            if len(parts) == 1 or self.threads == 1:
                return _in_turn(work, parts)
            each = -(-len(parts) // self.threads)
            mine, *others = (parts[i : i + each] for i in range(0, len(parts), each))
            started = [_pool(self.threads).submit(_in_turn, work, share) for share in others]
            done = [_in_turn(work, mine), *(share.result() for share in started)]
            return [result for share in done for result in share]


def _rows_in_block(X: Any, outputs: int, sparse: bool) -> int:
    """Return how many rows make a block; float32 has blocks of as many rows as float64.

    A block of sparse rows has many more numbers than there are features, since each block has its
    own gradient; where there are few features its rows could be made dense.
    """
    features = X.shape[1]
    if not sparse:
        return max(1, BLOCK_BYTES // (8 * (features + 4 * outputs)))
    numbers = X.nnz / max(1, X.shape[0])
    rows = int(max(BLOCK_BYTES // 8, 4 * features * outputs) / (numbers + 4 * outputs))
    if features <= DENSE_FEATURES:
        rows = min(rows, DENSE_BYTES // (8 * features))
    return max(1, rows)


def _in_turn(work: Callable[[Any], Any], parts: Sequence[Any]) -> list[Any]:
    """Return `work(part)` for each of the parts, on the thread that calls this."""
    with np.errstate(over="ignore", invalid="ignore"):
        return [work(part) for part in parts]


def tree_sum(parts: Sequence[Sums]) -> Sums:
    """Add tuples item by item, neighbours first: the order depends on their number alone."""
    return tree_merge(parts, _added)


def tree_merge(parts: Sequence[Any], merge: Callable[[Any, Any], Any]) -> Any:
    """Merge neighbours, then the results, until one is left, in a fixed order."""
    level = list(parts)
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        merged = [merge(left, right) for left, right in pairs]
        level = merged + level[len(level) - len(level) % 2 :]
    return level[0]


def _added(left: Sums, right: Sums) -> Sums:
    return tuple(a + b for a, b in zip(left, right, strict=True))


@cache
def _cores() -> int:
    return os.cpu_count() or 1


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """Return the threads, made once and kept: making them costs more than a small block does."""
    return ThreadPoolExecutor(threads, thread_name_prefix="steepest")


if hasattr(os, "register_at_fork"):
    # A forked process has the pool, but none of its threads.
    os.register_at_fork(after_in_child=_pool.cache_clear)
