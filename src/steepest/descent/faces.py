"""The lowest point of a bowl with kinks, `1/2 x'Bx + slope x + threshold |x|`, of a few numbers.

Where the signs of all x are held the kinks are out of sight, and the lowest point of such a face is
the solution of linear equations. A proximal step says which numbers leave 0, and on which side;
the face they make is solved; what would change its sign on the way there comes to rest at 0 and
leaves the face. No such round leads up, and once the face is the right one the next solution is
the lowest point itself (in the manner of Lee, Battle, Raina & Ng 2006, "Efficient sparse coding
algorithms", and of Chen, Curtis & Robinson 2017, "A reduced-space algorithm for minimizing
l1-regularized convex functions").
"""

import numpy as np
from numpy.typing import NDArray

from steepest.objective.penalty import shortest, soft

__all__ = ["lowest_point"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

ROUNDS = 100
"""Faces that are tried at most; where the walk then stands is lower than where it began."""

REACHED = 1e-14
"""The slope that is left, against the first, below which the point is lowest but for rounding."""

FLAT = 1e-11
"""What is added to the curvature, of 1 along each number: where it is flat no step is endless."""

SUFFICIENT = 1e-4
"""The share of the fall that the slope promises which a step must bring (Armijo 1966)."""

HALVINGS = 4
"""Steps that are tried in full, by half, ... before one that stops at the first change of sign."""


def lowest_point(bend: Array, slope: Array, threshold: Array, start: Array) -> Array:
    """Return the lowest point, (n,), from `start`; never one that is higher than that.

    `bend` is (n, n), symmetric and nowhere below 0, `slope` that of the smooth part at x = 0,
    `threshold` 0 or above, each (n,). What rests at a kink is exactly 0.
    """
    own = np.sqrt(np.diag(bend))
    unit = np.where(own > 0.0, own, 1.0)
    bowl = _Bowl(bend / np.outer(unit, unit), slope / unit, threshold / unit)
    return bowl.lowest(start * unit) / unit


class _Bowl:
    """The bowl told in units in which it curves by 1 along each number."""

    def __init__(self, bend: Array, slope: Array, threshold: Array) -> None:
        self.bend, self.slope, self.threshold = bend, slope, threshold
        most = float(np.abs(bend).sum(axis=0).max(initial=0.0))
        self.rate = 1.0 / most if most else 1.0
        self.free = threshold == 0.0

    def lowest(self, x: Array) -> Array:
        """Return the lowest point, by proximal steps and faces in turn."""
        enough = REACHED * max(1e-300, float(np.abs(self.slope).max(initial=0.0)))
        for _ in range(ROUNDS):
            slope = self.bend @ x + self.slope
            if np.abs(shortest(slope, x, self.threshold)).max(initial=0.0) <= enough:
                break
            x = soft(x - self.rate * slope, self.rate * self.threshold)
            x = self._down_the_face(x)
        return x

    def _down_the_face(self, x: Array) -> Array:
        """Return the lowest point of the face of x, or of the smaller faces met on the way."""
        for _ in range(ROUNDS):
            face = np.flatnonzero((x != 0.0) | self.free)
            there, whole = self._across(x, face)
            if whole or np.array_equal(there, x):
                return there
            x = there
        return x

    def _across(self, x: Array, face: NDArray[np.intp]) -> tuple[Array, bool]:
        """Return where a step on the face leads, and whether no number has left it."""
        bend, at = self.bend[np.ix_(face, face)], x[face]
        slope = (self.bend @ x + self.slope + self.threshold * np.sign(x))[face]
        move = _solved(bend, -slope)
        there = x.copy()
        if not float(slope @ move) < 0.0:
            return there, True
        there[face], whole = _held(bend, slope, at, move, self.free[face])
        return there, whole


def _solved(bend: Array, right: Array) -> Array:
    """Return the solution of equations that may be singular, if only just."""
    level = bend.copy()
    level[np.diag_indices(len(level))] += FLAT
    return np.asarray(np.linalg.solve(level, right), dtype=np.float64)


def _held(bend: Array, slope: Array, at: Array, move: Array, free: Mask) -> tuple[Array, bool]:
    """Return where a move leads when what changes its sign is held at 0; whether nothing did.

    The move is halved until the bowl falls enough; else it goes as far as signs stay.
    """
    for share in 0.5 ** np.arange(HALVINGS):
        there = at + share * move
        turned = (there * at <= 0.0) & ~free
        there[turned] = 0.0
        went = there - at
        promised = float(slope @ went)
        if promised + 0.5 * float(went @ bend @ went) <= SUFFICIENT * promised < 0.0:
            return there, share == 1.0 and not turned.any()
    # The first to come to 0 does so exactly.
    stops = np.where(~free & (move * at < 0.0), -at / np.where(move == 0.0, 1.0, move), np.inf)
    first = min(1.0, float(stops.min(initial=np.inf)))
    there = at + first * move
    there[stops <= first] = 0.0
    return there, False
