"""The products of a network's pass, each in the form in which BLAS or NumPy is quickest.

All arrays are (units, rows), but for X, (rows, inputs), and a layer `[W b]'`, (inputs + 1, units).
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from steepest.objective.model.model import Array

__all__ = ["parts_of_rows", "put_back", "put_sum_of_parts", "put_sums"]

LARGE_OUTER = 2**17
"""Numbers of an outer product from which NumPy is quicker than BLAS, which is twice as quick below.

Measured: 2.6 and 5.8 us of 8 x 500, 32 and 53 of 32 x 1,797, 632 and 160 of 128 x 3,000.
"""

SMALL = 10**6
"""Multiplications up to which OpenBLAS multiplies matrices as they lie, by kernels for small ones.

`interface/gemm.c` with SMALL_MATRIX_OPT, since 0.3.16. Measured of the first layer's sums and its
gradient, 569 rows of 30-64-1: 50 and 71 us at once, 34 and 48 by two halves; of digits, 1,797 of
64-32-10: 140 and 190, by four parts 107 and 151.
"""

LEAST_ROWS = 128
"""Rows of a part at least: below, what each call costs is as much as is won."""


def parts_of_rows(each: int, rows: int) -> list[slice]:
    """Return the rows, evenly, in parts of at most `SMALL` multiplications, `each` of a row.

    At once where that were parts of few rows.

    >>> parts_of_rows(30 * 64, 569), parts_of_rows(784 * 128, 600)
    ([slice(0, 284, None), slice(284, 569, None)], [slice(0, 600, None)])
    """
    count = max(1, -(-each * rows // SMALL))
    if count * LEAST_ROWS > rows:
        count = 1
    ends = [rows * i // count for i in range(count + 1)]
    return [slice(begin, end) for begin, end in pairwise(ends)]


def put_sums(layer: Array, inputs: Array, out: Array, parts: Sequence[slice] = ()) -> None:
    """Put `[W b] [a; 1]`, (units, rows), into `out`; of inputs without ones `W a + b`."""
    if len(inputs) == len(layer):
        _put_product(layer.T, inputs, out, parts)
    else:
        _put_product(layer[:-1].T, inputs, out, parts)
        out += layer[-1][:, None]


def _put_product(left: Array, right: Array, out: Array, parts: Sequence[slice]) -> None:
    """Put the product into `out`, by `parts` of its columns if there are several."""
    if len(parts) < 2:
        left.dot(right, out)
        return
    for part in parts:
        np.matmul(left, right[:, part], out=out[:, part])


def put_sum_of_parts(delta: Array, X: Array, parts: Sequence[slice], out: Array) -> None:
    """Put `delta X`, (units, inputs), into `out`: the sum of that of some rows at a time."""
    if len(parts) == 1:
        delta.dot(X, out)
        return
    np.matmul(delta[:, parts[0]], X[parts[0]], out=out)
    for part in parts[1:]:
        out += delta[:, part] @ X[part]


def put_back(transposed: Array, delta: Array, out: Array) -> Array:
    """Put `W' delta` into `out`, by W', and return it; of one unit it is an outer product."""
    if len(delta) == 1 and out.size > LARGE_OUTER:
        return np.multiply(transposed, delta, out=out)
    return transposed.dot(delta, out)
