"""Coordinates of a walk: how a position is told as params, and a gradient by params as one by it.

With `params = T position` the gradient by the position is `T' gradient`.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from steepest.objective.protocol import Vector

__all__ = ["Scale", "Standard", "Unscaled"]

Array = NDArray[np.float64]


class Scale(Protocol):
    """The coordinates of the walk."""

    @property
    def name(self) -> str:
        """The word by which the scale is chosen."""

    @property
    def curvature(self) -> float | None:
        """The most that the objective can curve in these coordinates, if that is known."""

    def params(self, position: Vector) -> Vector:
        """Return the params, in the reader's units, at a position of the walk."""

    def position(self, params: Vector) -> Vector:
        """Return the position of the walk at `params`."""

    def pull(self, gradient: Vector) -> Vector:
        """Return the gradient by the position, of the gradient by the params."""


@dataclass(frozen=True)
class Unscaled:
    """The reader's own units: the textbook's descent."""

    curvature: float | None = None
    name: str = "none"

    def params(self, position: Vector) -> Vector:
        """Return `position`."""
        return position

    def position(self, params: Vector) -> Vector:
        """Return `params`."""
        return params

    def pull(self, gradient: Vector) -> Vector:
        """Return `gradient`."""
        return gradient


@dataclass(frozen=True)
class Standard:
    """Weights as if each feature had mean 0 and standard deviation 1."""

    mean: Vector
    deviation: Vector
    margins: int
    curvature: float | None = None
    name: str = "standard"

    def params(self, position: Vector) -> Vector:
        """Return weights / deviation, and the bias less mean times those."""
        weights, bias = self._split(position)
        weights = weights / self.deviation[:, None]
        return np.append(weights, bias - self.mean @ weights)

    def position(self, params: Vector) -> Vector:
        """Return weights x deviation, and the bias at the mean of the features."""
        weights, bias = self._split(params)
        return np.append(weights * self.deviation[:, None], bias + self.mean @ weights)

    def pull(self, gradient: Vector) -> Vector:
        """Return the gradient by the standardised weights and the bias at the mean."""
        weights, bias = self._split(gradient)
        weights = (weights - np.outer(self.mean, bias)) / self.deviation[:, None]
        return np.append(weights, bias)

    def _split(self, vector: Vector) -> tuple[Array, Array]:
        matrix = vector.reshape(-1, self.margins)
        return matrix[:-1], matrix[-1]
