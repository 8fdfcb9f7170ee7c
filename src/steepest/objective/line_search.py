"""Backtracking: the one place where to shorten a step until it is good enough."""

from collections.abc import Callable

__all__ = ["SUFFICIENT", "backtrack"]

SUFFICIENT = 1e-4
"""The share of the fall that the slope promises which a step must bring (Armijo 1966)."""

HALVINGS = 60
"""Halvings after which a step is too short to change a float64."""


def backtrack(accepts: Callable[[float], bool], first: float = 1.0) -> float:
    """Return the first of `first`, its half, its quarter, ... that is accepted; 0 if none is.

    Armijo 1966, "Minimization of functions having Lipschitz continuous first partial derivatives".

    >>> backtrack(lambda share: share < 0.3)
    0.25
    """
    length = first
    for _ in range(HALVINGS):
        if accepts(length):
            return length
        length *= 0.5
    return 0.0
