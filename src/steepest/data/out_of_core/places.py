"""A sample by a hash of each row's place: `hash(place, seed) < threshold`, whoever reads the row.

So it depends on no order and no thread, and files with a period do not fool it as every k-th row
would.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["HASHED", "hashed", "hashes_of", "threshold"]

_STEP, _FIRST, _SECOND = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)
"""The constants of SplitMix64 (Steele, Lea & Flood 2014, "Fast splittable pseudorandom number
generators")."""

ENOUGH = 5.0
"""How many deviations more rows than are wanted pass, so that hardly ever fewer do."""

HASHED = 2**14
"""Places that are hashed at a time: of 64 Ki at once a place took four times as long (measured)."""


def hashed(start: int, count: int, seed: int) -> NDArray[np.uint64]:
    """Return the hash of each of `count` places from `start` on, (count,), by SplitMix64.

    >>> bool((hashed(3, 2, 0) == hashed(0, 5, 0)[3:]).all())
    True
    """
    found, stop = np.empty(count, np.uint64), start + count
    for at in range(start, stop, HASHED):
        places = np.arange(at, min(at + HASHED, stop), dtype=np.uint64)
        found[at - start : at - start + HASHED] = hashes_of(places, seed)
    return found


def hashes_of(places: NDArray[np.integer], seed: int) -> NDArray[np.uint64]:
    """Return the hash of each place, (n,)."""
    with np.errstate(over="ignore"):
        z = places.astype(np.uint64, copy=False)
        z = (z + np.uint64(1)) * _STEP + np.uint64(seed % 2**64) * _SECOND
        z = (z ^ (z >> np.uint64(30))) * _FIRST
        z = (z ^ (z >> np.uint64(27))) * _SECOND
        return z ^ (z >> np.uint64(31))


def threshold(wanted: int, rows: int) -> np.uint64:
    """Return the hash below which about `wanted` of so many `rows` are, and some more."""
    share = (wanted + ENOUGH * wanted**0.5 + ENOUGH) / max(1, rows)
    return np.uint64(2**64 - 1) if share >= 1.0 else np.uint64(int(share * 2**64))
