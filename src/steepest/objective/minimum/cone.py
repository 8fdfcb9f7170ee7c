"""The projection of a vector of ones on the cone of all `z = A d` that have no negative number.

It is 0 exactly where the cone is: every z of the cone has `<1, z> > 0`. By Moreau's decomposition
the projection is `1 + m` less its part across the columns of A, for the least `|A' (1 + m)|` with
`m >= 0`: non-negative least squares, which Lawson & Hanson 1974, "Solving Least Squares Problems",
chapter 23, solve in finitely many steps. Where the least is 0, all rows of A, each counted at least
once, add up to 0, which proves that the cone has nothing but 0 (Stiemke 1915).
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["project_ones"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

SUM_RTOL = 1e-12
"""The share of what was added up below which a sum of rows is 0: some hundreds of roundings."""

ENTRIES = 10
"""Rows that may enter, for each column, before the search ends where it is: about 1 does."""


def project_ones(rows: Array) -> Array | None:
    """Return g whose `rows @ g`, (n,), is the point of the cone nearest to ones; None if that is 0.

    `rows` are (n, width), their columns of length 1 and at right angles to each other.
    """
    ones, size = rows.sum(axis=0), np.abs(rows).sum(axis=0)
    lengths = np.linalg.norm(rows, axis=1)
    used, counts = np.empty(0, dtype=np.intp), np.empty(0)
    g = ones
    for _ in range(ENTRIES * rows.shape[1]):
        added = size + counts @ np.abs(rows[used])
        if np.linalg.norm(g) <= SUM_RTOL * np.linalg.norm(added):
            return None
        z = rows @ g
        z[used] = np.inf
        worst = int(np.argmin(z))
        if z[worst] >= -SUM_RTOL * lengths[worst] * np.linalg.norm(added):
            return g
        entered = np.append(used, worst), np.append(counts, 0.0)
        used, counts = _least_squares(rows, ones, *entered)
        before, g = g, ones + counts @ rows[used]
        if not np.linalg.norm(g) < np.linalg.norm(before):
            return before
    return g


def _least_squares(rows: Array, ones: Array, used: Indices, counts: Array) -> tuple[Indices, Array]:
    """Return which rows count how much in the least `|ones + counts @ rows|`, all above 0.

    From counts of some rows, the last at 0, straight towards the least of all signs, as far as
    they stay above 0; whichever is 0 then leaves.
    """
    while True:
        best = _stationary(rows[used], ones)
        if (best > 0.0).all():
            return used, best
        falling = best <= 0.0
        shares = np.where(falling, counts, np.inf) / np.where(falling, counts - best, 1.0)
        first = int(np.argmin(np.where(falling, shares, np.inf)))
        counts = counts + min(1.0, shares[first]) * (best - counts)
        stays = counts > 0.0
        stays[first] = False
        used, counts = used[stays], counts[stays]


def _stationary(some: Array, ones: Array) -> Array:
    """Return the counts of the least `|ones + counts @ some|`, each of any sign."""
    gram = some @ some.T
    try:
        counts = np.linalg.solve(gram, -some @ ones)
        return counts - np.linalg.solve(gram, some @ (ones + counts @ some))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(some.T, -ones, rcond=None)[0], dtype=np.float64)
