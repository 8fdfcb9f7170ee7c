"""Directions of recession in whole numbers, for which a gain of 0 is proved to be 0.

Rounding never tells 0 from next to 0. But the rows that a direction leaves where they are often
are so by small whole numbers: a level has 0 or 1 in each row, a line through points of a grid has
a slope of few digits. So a basis of all that moves none of these rows is brought to echelon form,
its numbers are read as fractions of small denominators, and what they make is checked on every
row: a gain clearly above its own rounding is above 0, and any other must be 0 in exact arithmetic.
"""

from fractions import Fraction
from math import fsum, lcm

import numpy as np

from steepest.data.sparse import dense_rows
from steepest.objective.evaluation import Vector
from steepest.objective.linear_algebra.double_double import products
from steepest.objective.minimum.recession_gains import Gains, Indices, Mask, evenly
from steepest.objective.minimum.recession_search import ZERO, null_space_within
from steepest.objective.model.model import Array

__all__ = ["exact_direction"]

MOST_DENOMINATOR = 1000
"""Denominators up to which a number of the basis is read as a fraction."""

FRACTION_TOL = 1e-7
"""How near to its fraction such a number must be, against 1: what is wrong fails the proof."""

COEFFICIENT_BITS = 20
"""Bits of the coefficients by which the vectors of the basis are added up."""

INTEGERS = 2.0**53
"""Whole numbers below this, and their sums below it, are exact."""

SAFE_LARGEST, SAFE_SMALLEST = 1e290, 1e-270
"""Between these the halves of Dekker's product neither overflow nor lose a bit to underflow."""

NULL = 1e-9
"""The share of the longest direction that rows reach below which they do not move another."""

ROWS = 16
"""Rows for each param from which the basis is read at first."""

TRIES = 5
"""Times that rows which a try moves are joined to those from which the next basis is read."""


def exact_direction(gains: Gains, direction: Vector) -> Vector | None:
    """Return params, (size,), near a direction in standard units, whose gains are proved.

    All gains of the counted rows are then >= 0 and one is above, in exact arithmetic. None if no
    such params were found.
    """
    unmoved = _unmoved(gains, gains.params(direction))
    chosen = _some(unmoved, ROWS * gains.size)
    for _ in range(TRIES):
        params = _in_whole_numbers(gains, direction, chosen)
        if params is None:
            return None
        wrong = _wrong(gains, params)
        if wrong is None:
            return None
        if not wrong.any():
            return params
        chosen = np.unique(np.vstack([chosen, _some(wrong, gains.size)]), axis=0)
    return None


def _unmoved(gains: Gains, params: Vector) -> Mask:
    """Return which gains, (rows, gains), are 0 but for rounding."""
    gain, added = gains.along(params)
    return (np.abs(gain) <= ZERO * added[:, None]) & gains.counted[:, None]


def _some(gains: Mask, most: int) -> Indices:
    """Return rows and numbers of some gains, (n, 2), at equal distances among all."""
    flat = evenly(gains.ravel(), most)
    return np.column_stack(np.divmod(flat, gains.shape[1]))


def _in_whole_numbers(gains: Gains, direction: Vector, chosen: Indices) -> Vector | None:
    """Return params in whole numbers that leave the `chosen` gains where they are."""
    every = gains.matrix(chosen[:, 0])[np.arange(len(chosen)), chosen[:, 1]]
    free = null_space_within(every, np.eye(gains.size), NULL)
    if not free.shape[1]:
        return None
    order = _pivots(free)
    basis = np.column_stack([gains.params(column) for column in free.T])
    basis = np.linalg.solve(basis[order].T, basis.T).astype(np.float64, copy=False)
    wanted = gains.params(direction)[order]
    whole = [_whole(vector) for vector in basis]
    if any(one is None for one in whole):
        return None
    return _combined(wanted, np.array(whole), order)


def _pivots(basis: Array) -> Indices:
    """Return as many rows of a basis, (size, n), as it has columns, that span them best.

    Gaussian elimination by columns, with the largest number that is left as the next pivot.
    """
    left, order = basis.copy(), []
    for _ in range(basis.shape[1]):
        row, column = np.unravel_index(int(np.argmax(np.abs(left))), left.shape)
        order.append(int(row))
        pivot = left[:, column] / left[row, column]
        left = left - np.outer(pivot, left[row])
        left[row] = 0.0
    return np.array(order, dtype=np.intp)


def _whole(vector: Vector) -> Vector | None:
    """Return a vector times the least number that makes it whole; None if none is small enough."""
    fractions = [Fraction(float(one)).limit_denominator(MOST_DENOMINATOR) for one in vector]
    read = np.array([float(one) for one in fractions])
    if (np.abs(read - vector) > FRACTION_TOL * np.maximum(1.0, np.abs(vector))).any():
        return None
    factor = lcm(*(one.denominator for one in fractions))
    whole = np.array([float(one * factor) for one in fractions])
    return whole if np.abs(whole).max() < 2.0 ** (52 - COEFFICIENT_BITS) else None


def _combined(wanted: Vector, whole: Array, order: Indices) -> Vector:
    """Return the sum of the vectors `whole`, (n, size), that has nearly `wanted` at its pivots."""
    coefficients = wanted / whole[np.arange(len(whole)), order]
    coefficients = coefficients / np.abs(coefficients).max()
    if len(coefficients) > 1:
        coefficients = np.rint(coefficients * 2.0**COEFFICIENT_BITS)
    total: Vector = coefficients @ whole
    return total / float(np.gcd.reduce(np.abs(total).astype(np.int64)) or 1)


def _wrong(gains: Gains, params: Vector) -> Mask | None:
    """Return which gains of counted rows are not proved to be >= 0, (rows, gains).

    None if no gain is proved to be above 0.
    """
    gain, added = gains.along(params)
    rounding = (gains.blocks.features + 4) * np.finfo(np.float64).eps * added[:, None]
    above = (gain > rounding) & ~gains.pinned[:, None]
    if not above[gains.counted].any():
        return None
    doubtful = np.argwhere(~above & gains.counted[:, None])
    zero = _are_zero(gains, params, doubtful)
    wrong = np.zeros(gain.shape, dtype=bool)
    wrong[tuple(doubtful[~zero].T)] = True
    return wrong


def _are_zero(gains: Gains, params: Vector, doubtful: Indices) -> Mask:
    """Return which of some gains, rows and numbers (n, 2), are exactly 0 along whole params."""
    rows, numbers = doubtful.T
    by_margin = gains.by_margin(rows)[np.arange(len(rows)), numbers]
    kinds, kind = np.unique(by_margin, axis=0, return_inverse=True)
    zero = np.zeros(len(rows), dtype=bool)
    for i, of_margins in enumerate(kinds):
        along = gains.with_bias(params) @ of_margins
        mine = np.flatnonzero(kind.ravel() == i)
        zero[mine] = _sums_are_zero(gains, along, rows[mine])
    return zero


def _sums_are_zero(gains: Gains, along: Vector, rows: Indices) -> Mask:
    """Return whether `X along[:-1] + along[-1]` is exactly 0 in some rows, (n,)."""
    used = np.flatnonzero(along[:-1])
    if not len(used):
        return np.full(len(rows), along[-1] == 0.0)
    X = _columns(gains, rows, used)
    terms = X * along[used]
    if (np.rint(X) == X).all() and np.abs(terms).sum(axis=1).max() + abs(along[-1]) < INTEGERS:
        return np.asarray(terms.sum(axis=1) + along[-1] == 0.0)
    high, low = products(X, np.broadcast_to(along[used], X.shape))
    exact = np.isfinite(high) & ((high == 0.0) == (terms == 0.0)) & (np.abs(high) < SAFE_LARGEST)
    exact &= (high == 0.0) | (np.abs(high) > SAFE_SMALLEST)
    parts = np.column_stack([high, low, np.full(len(X), along[-1])]).tolist()
    return exact.all(axis=1) & np.array([fsum(part) == 0.0 for part in parts], dtype=bool)


def _columns(gains: Gains, rows: Indices, used: Indices) -> Array:
    """Return some numbers of X, (rows, used)."""
    X = gains.blocks.X
    if gains.blocks.is_sparse:
        return dense_rows(X[:, used], rows)
    return dense_rows(X, rows)[:, used]
