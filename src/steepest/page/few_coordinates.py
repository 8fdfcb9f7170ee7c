"""A path through many params in the few numbers that a page tells of it.

    p -> (p_T, Q p, r cos t, r sin t),    r = |(I - P)(p - o)|

with T the params that are told one by one, Q the directions of the surface's plane without what
lies along those, P the projection on both together, and o the point that the plane goes through.
What is left of a point of the path is a length r; the angles t unroll the path onto a plane, so
that the distance of each two points that follow each other is the true one as well. So the length
of every step and of every gradient, where the path lies on the plane, and how far from it, are
those of all params: a page of a network of a million holds a dozen numbers a step.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from steepest.objective.evaluation import length_of

__all__ = ["FewCoordinates"]

Array = NDArray[np.float64]

BEYOND = ("beside them, along x", "beside them, along y", "off the plane", "off the plane, too")
"""What the coordinates beside the params that are told are called."""

SPANNED = 1e-9
"""The share of a direction below which what is left of it is rounding."""


class FewCoordinates:
    """The coordinates of params: those `told`, by their places, and four for all the others.

    `u` and `v`, (params,), span the plane through `origin`, (params,).
    """

    def __init__(self, told: Sequence[int], u: Array, v: Array, origin: Array) -> None:
        self._told = np.array(told, dtype=np.intp)
        self._origin = origin
        self._across = _without(u, self._told, [])
        self._up = _without(v, self._told, [self._across])

    def direction(self, vector: Array) -> Array:
        """Return a vector of the plane's span, (params,), in these coordinates, (told + 4,)."""
        along = [vector @ self._across, vector @ self._up]
        return np.concatenate([vector[self._told], along, [0.0, 0.0]])

    def gradient(self, vector: Array) -> Array:
        """Return a vector, (params,), with its length: what is left of it is one number."""
        found = self.direction(vector)
        found[-1] = length_of(self._left(vector))
        return found

    def path(self, points: Array) -> Array:
        """Return the points of a path, (n, params), (n, told + 4)."""
        found = np.array([self.direction(point) for point in points])
        left, angle = self._left(points[0] - self._origin), 0.0
        for at, point in enumerate(points):
            now = self._left(point - self._origin)
            radius = length_of(now)
            angle += _angle(length_of(left), radius, length_of(now - left))
            found[at, -2:] = radius * np.cos(angle), radius * np.sin(angle)
            left = now
        return found

    def _left(self, step: Array) -> Array:
        """Return what a step, (params,), has beside the params that are told and the plane."""
        left = step - (step @ self._across) * self._across - (step @ self._up) * self._up
        left[self._told] = 0.0
        return left


def _without(vector: Array, told: NDArray[np.intp], others: Sequence[Array]) -> Array:
    """Return the direction of a vector beside some params and directions, of length 1; else 0."""
    left = vector.copy()
    left[told] = 0.0
    for other in others:
        left -= (left @ other) * other
    length = length_of(left)
    return left / length if length > SPANNED * length_of(vector) else np.zeros_like(left)


def _angle(one: float, other: float, apart: float) -> float:
    """Return the angle between two lengths whose ends are so far apart: the law of cosines.

    By the half angle, which keeps the digits of a small one.
    """
    if not one * other > 0.0:
        return 0.0
    square = (apart - abs(one - other)) * (apart + abs(one - other)) / (4.0 * one * other)
    return float(2.0 * np.arcsin(np.sqrt(np.clip(square, 0.0, 1.0))))
