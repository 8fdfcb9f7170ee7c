"""How far the lowest loss still is, by how a walk in whitened coordinates came near to it."""

from math import inf

__all__ = ["fall_to_come", "remaining_gap"]

MOST_LEFT = 0.5
"""The share of the steepness that a step may leave, so that what follows is known from it."""


def remaining_gap(steepness: float, before: float, fall: float) -> float:
    """Return the loss above the lowest, of a convex one; inf where that is not known yet.

    In coordinates of curvature 1 it is `steepness² / 2`. A step that left a share r of the
    steepness `before` it shows how far from 1 the curvature is along it: by at most r, so that
    it is `steepness² / (2 (1 - r))`. By the `fall` of the loss in that step it is also
    `fall r² / (1 - r²)`, were each next step to leave as much. The larger of the two is returned.

    >>> remaining_gap(1e-3, 1e-1, 5e-3)
    5.05...e-07
    """
    left = steepness / before if before else inf
    if not left <= MOST_LEFT:
        return inf
    return max(steepness**2 / (2.0 * (1.0 - left)), fall_to_come(steepness, before, fall))


def fall_to_come(steepness: float, before: float, fall: float) -> float:
    """Return by how much a loss falls yet if each next step leaves the share of the last one.

    A step that left a share r of the steepness leaves about r² of what is to fall, so that after
    its `fall` it is `fall r² / (1 - r²)`; inf where the step left all.

    >>> fall_to_come(1e-3, 1e-1, 5e-3)
    5.00...e-07
    """
    left = steepness / before if before else inf
    return fall * left**2 / (1.0 - left**2) if left < 1.0 else inf
