"""How many rows, or columns, make a block: by their bytes, and by what each block costs beside."""

from typing import Any

__all__ = ["DENSE_FEATURES", "columns_in_block", "rows_in_block"]

BLOCK_BYTES = 3 * 2**19
"""Bytes of a block: with its numbers by row it stays in a core's cache from margin to gradient.

Twenty classes took 790, 639, 616 ms of CPU in blocks of 3, 1.5, 1 MB. A lasso of 5,000 features
took as long with 1.5 as with 3, and a third longer with 1.
"""

BLOCKS_OF_ONE_OUTPUT = 2
"""How many such blocks make one where a row gives rise to one number: calls take longer than cache.

Whole fits of 1,000,000 x 28, with 1 MB of cache a core, took in blocks of 1.5, 2, 2.5, 3 MB: two
classes 83.1, 80.6, 79.7, 80.9 ms of CPU; of many scales 104.9, 101.9, 99.9, 98.5; Huber's loss
96.9, 94.4, 94.6, 91.7; counts 111.7, 108.4, 107.7, 105.1.
"""

MOST_LARGER = 4
"""How many times as large a block may be that is to have more rows."""

SPARSE_NUMBERS = 16
"""Numbers of a block of sparse rows by those of its gradient, at least.

With 4 a fit of 100,000 x 50,000, 0.1 % filled, had 27 blocks in place of 6 and took an eighth more
CPU: each block has a gradient to be added up, and a transpose for SciPy to check.
"""

DENSE_BYTES = 2**25
"""The most that a block of sparse rows may take when it is made dense."""

DENSE_FEATURES = 2048
"""Features up to which blocks of sparse rows may be made dense: for products of all pairs."""


def rows_in_block(X: Any, outputs: int, sparse: bool, least: int) -> int:
    """Return how many rows make a block; float32 has blocks of as many rows as float64.

    A block of sparse rows has many more numbers than there are features, since each block has its
    own gradient; where there are few features its rows could be made dense.
    """
    features = X.shape[1]
    if not sparse:
        room = BLOCK_BYTES * (BLOCKS_OF_ONE_OUTPUT if outputs == 1 else 1)
        fit = room // (8 * (features + 4 * outputs))
        size = max(1, fit, min(least, MOST_LARGER * fit))
        return _evenly(X.shape[0], size) if least > 1 else size
    numbers = X.nnz / max(1, X.shape[0])
    rows = int(max(BLOCK_BYTES // 8, SPARSE_NUMBERS * features * outputs) / (numbers + 4 * outputs))
    if features <= DENSE_FEATURES:
        rows = min(rows, DENSE_BYTES // (8 * features))
    size = max(1, rows)
    return _evenly(X.shape[0], size) if least > 1 or features > DENSE_FEATURES else size


def columns_in_block(rows: int) -> int:
    """Return how many columns of so many rows make a block of columns."""
    return BLOCK_BYTES // (8 * rows)


def _evenly(count: int, size: int) -> int:
    """Return how many rows each of an even number of blocks has: about `size`, at most 5/4 of it.

    Blocks of exactly `size` leave a rest: of 1,797 rows two of 847 and one of 103, so that the
    first of two threads has 94 % of the rows. As many rows as fit into one block make one.
    """
    if count <= size:
        return size
    return -(-count // (2 * -(-2 * count // (5 * size))))
