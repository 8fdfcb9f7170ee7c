"""Sums of products in twice the precision of a float64, for the last digits of small data.

A number is kept as two, `high + low`: products are exact (short of overflow and underflow), and
sums keep about 106 bits: what `X w + b - y` leaves after all digits in front have cancelled is
then right in all of its own. The error-free steps are Knuth's sum (The Art of Computer Programming
2, 4.2.2) and Veltkamp and Dekker's product (Dekker 1971, "A floating-point technique for extending
the available precision"); adding up with them is as good as in twice the precision (Ogita, Rump &
Oishi 2005, "Accurate sum and dot product"). Some thirty times the work of a plain product.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["products", "residuals", "sums"]

Array = NDArray[np.float64]
DoubleDouble = tuple[Array, Array]

SPLIT = 2.0**27 + 1.0
"""Times this, a float64 is split into two halves of 26 bits, whose products are exact."""


def residuals(X: Array, y: Array, weights: Array, bias: float) -> DoubleDouble:
    """Return `X weights + bias - y` of each row, X (rows, features), as two arrays (rows,)."""
    high, low = products(X.T, weights[:, None])
    whole = np.stack([np.full_like(y, bias), -y])
    return sums(np.vstack([high, whole]), np.vstack([low, np.zeros_like(whole)]))


def products(a: Array, b: Array) -> DoubleDouble:
    """Return `a b` of arrays of one shape, exact, as the rounded product and what it lacks."""
    high = a * b
    (a1, a2), (b1, b2) = _halves(a), _halves(b)
    return high, ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2


def sums(high: Array, low: Array) -> DoubleDouble:
    """Return the sums over the first axis of `high + low`, of one shape, added in a tree."""
    while len(high) > 1:
        half = len(high) // 2
        added, lost = _added(high[:half], high[half : 2 * half])
        lost += low[:half] + low[half : 2 * half]
        high, low = np.vstack([added, high[2 * half :]]), np.vstack([lost, low[2 * half :]])
    return _added(high[0], low[0])


def _added(a: Array, b: Array) -> DoubleDouble:
    """Return `a + b` as the rounded sum and what it lacks, whichever of the two is larger."""
    high = a + b
    part = high - a
    return high, (a - (high - part)) + (b - part)


def _halves(a: Array) -> DoubleDouble:
    """Return the upper and the lower half of the bits of `a`."""
    large = SPLIT * a
    upper = large - (large - a)
    return upper, a - upper
