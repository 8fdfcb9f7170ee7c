"""Gains of the rows of a linear model without a bias: see `recession_gains`."""

import numpy as np

from steepest.data.sparse import dense_rows
from steepest.objective.evaluation import Vector
from steepest.objective.minimum.recession_gains import Gains, Indices
from steepest.objective.model.model import Array

__all__ = ["OriginGains"]


class OriginGains(Gains):
    """The same where all params are weights: directions are in units of the features' size."""

    def params(self, direction: Vector) -> Vector:
        """Return a direction in units of the features' size, (size,), in those of the params."""
        return (self._matrix(direction) / self.units.deviation[:, None]).ravel()

    def position(self, params: Vector) -> Vector:
        """Return a direction of params, (size,), in units of the features' size."""
        return (self._matrix(params) * self.units.deviation[:, None]).ravel()

    def rows(self, chosen: Indices) -> Array:
        """Return some rows in units of the features' size, (rows, features)."""
        return dense_rows(self.blocks.X, chosen) / self.units.deviation

    def pullback(self, gradient: Vector) -> Vector:
        """Return a gradient by the params, (size,), as one by a direction of these."""
        return self.params(gradient)

    def with_bias(self, params: Vector) -> Array:
        """Return params, (size,), as a matrix, (features + 1, margins), with biases of 0."""
        matrix = self._matrix(params)
        return np.vstack([matrix, np.zeros((1, matrix.shape[1]))])

    def _sizes(self, params: Vector) -> Vector:
        return np.abs(params)
