"""Standard units: weights as if each feature had mean 0 and standard deviation 1."""

from dataclasses import dataclass

import numpy as np

from steepest.objective.evaluation import Vector
from steepest.objective.model.model import Array

__all__ = ["Standard"]


@dataclass(frozen=True)
class Standard:
    """`position = (weight x deviation, bias + mean . weights)`, by margin: z-scored features.

    `mean` and `deviation` are (features,); with several margins each vector is the matrix
    (features + 1, margins), row by row.
    """

    mean: Vector
    deviation: Vector
    margins: int
    curvature: float | None = None
    name: str = "standard"
    in_words: str = "in standard units"
    full_rank: bool = False

    def params(self, position: Vector) -> Vector:
        """Return weights / deviation, and the bias less mean times those."""
        weights, bias = self._split(position)
        weights = weights / self.deviation[:, None]
        return np.concatenate([weights.ravel(), bias - self.mean @ weights])

    def position(self, params: Vector) -> Vector:
        """Return weights x deviation, and the bias at the mean of the features."""
        weights, bias = self._split(params)
        there = weights * self.deviation[:, None]
        return np.concatenate([there.ravel(), bias + self.mean @ weights])

    def pullback(self, gradient: Vector) -> Vector:
        """Return the gradient by the standardised weights and the bias at the mean."""
        weights, bias = self._split(gradient)
        weights = (weights - self.mean[:, None] * bias) / self.deviation[:, None]
        return np.concatenate([weights.ravel(), bias])

    def inverse_pullback(self, slope: Vector) -> Vector:
        """Return the gradient by the params, of the one by the position."""
        weights, bias = self._split(slope)
        return np.append(weights * self.deviation[:, None] + np.outer(self.mean, bias), bias)

    def _split(self, vector: Vector) -> tuple[Array, Array]:
        matrix = vector.reshape(-1, self.margins)
        return matrix[:-1], matrix[-1]
