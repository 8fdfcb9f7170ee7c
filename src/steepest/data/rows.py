"""Rows by blocks: read once, while they are in the cache, by as many threads as there are.

A block is some 4 MB of rows, so that whatever is computed from it still finds it in the cache.
The blocks depend on the shape of the data alone and their results are added in a fixed tree, so
one thread and many give the same bits (the aim of Demmel & Nguyen 2013, "Fast reproducible
floating-point summation"; pairwise sums also grow the error by log n only, Higham 1993). NumPy
and BLAS let go of the interpreter while they compute, so plain threads do; BLAS itself is held to
one thread, since how it shares out a product changes the bits.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

__all__ = ["BLOCK_BYTES", "Rows", "tree_sum"]

BLOCK_BYTES = 2**22

Sums = tuple[Any, ...]


class Rows:
    """The data, X of shape (rows, features) with a target per row, in blocks of about 4 MB.

    `outputs` is how many numbers a row gives rise to at a time (its margins and what is made of
    them): they share the cache with the row. `threads` is all cores unless told.
    """

    def __init__(
        self, X: NDArray[Any], y: NDArray[Any], *, outputs: int = 1, threads: int | None = None
    ) -> None:
        self.X = X
        self.y = y
        self.threads = threads or os.cpu_count() or 1
        size = max(1, BLOCK_BYTES // (8 * (X.shape[1] + 4 * outputs)))
        self.blocks = [slice(i, min(i + size, len(X))) for i in range(0, len(X), size)]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.X)

    def sum(self, work: Callable[[NDArray[Any], NDArray[Any]], Sums]) -> Sums:
        """Return what `work(X_block, y_block)` returns, summed over all blocks item by item."""
        return tree_sum(self.map(lambda rows: work(self.X[rows], self.y[rows])))

    def map(self, work: Callable[[slice], Any]) -> list[Any]:
        """Return `work(rows)` for every block, in order; `rows` is the block's slice.

        A number too large for float64 becomes infinite without a warning: what diverges is told
        by its verdict.
        """
        quietly = np.errstate(over="ignore", invalid="ignore")(work)
        with _blas().limit(limits=1):
            if len(self.blocks) == 1 or self.threads == 1:
                return [quietly(rows) for rows in self.blocks]
            return self._shared(quietly)

    def _shared(self, work: Callable[[slice], Any]) -> list[Any]:
        """Return the same from all threads: each has its run of neighbouring blocks as one task.

        A task a block would hand the interpreter to and fro: measured, a third slower.
        """
        each = -(-len(self.blocks) // self.threads)
        shares = [self.blocks[i : i + each] for i in range(0, len(self.blocks), each)]
        done = _pool(self.threads).map(lambda share: [work(rows) for rows in share], shares)
        return [result for share in done for result in share]


def tree_sum(parts: Sequence[Sums]) -> Sums:
    """Add tuples item by item, neighbours first: the order depends on their number alone."""
    level = list(parts)
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        added = [tuple(a + b for a, b in zip(*pair, strict=True)) for pair in pairs]
        level = added + level[len(level) - len(level) % 2 :]
    return level[0]


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """Return the threads, made once and kept: making them costs more than a small block does."""
    return ThreadPoolExecutor(threads, thread_name_prefix="steepest")


if hasattr(os, "register_at_fork"):
    # A forked process has the pool, but none of its threads.
    os.register_at_fork(after_in_child=_pool.cache_clear)


@cache
def _blas() -> ThreadpoolController:
    """Return the control of BLAS's own threads; finding the library is the slow part."""
    return ThreadpoolController().select(user_api="blas")
