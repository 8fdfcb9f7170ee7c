"""Standard units of a network: as if features and target had mean 0 and standard deviation 1."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from steepest.data.float_types import FLOAT64
from steepest.objective.evaluation import Vector
from steepest.objective.model.network import Network

__all__ = ["NetworkUnits"]


@dataclass(frozen=True)
class NetworkUnits:
    """`s w deviation` and `s (b + mean . w)` in layer 1, `s w` and `s b` in other hidden layers.

    The params of the last layer are as they are; s is the spread of the margins.

    In these a step is that of a network of the same initial size on standardised features and
    target: the second derivatives by the hidden layers' params grow as s², those by the last
    layer's do not grow, so one learning rate fits both only after such a change. `mean` and
    `deviation` are (features,); all vectors are (params,), of the type that is handed in, if that
    is `dtype` or wider.
    """

    network: Network
    mean: Vector
    deviation: Vector
    spread: float
    curvature: float | None = None
    name: str = "standard"
    in_words: str = "in standard units"
    full_rank: bool = False
    dtype: np.dtype[Any] = FLOAT64

    def params(self, position: Vector) -> Vector:
        """Return the params in the reader's units, (params,), of a position, (params,)."""
        params = position * self._factor
        weights, shape, bias = self._first
        moved = params[bias]
        moved -= params[weights].reshape(shape).dot(self._mean)
        return params

    def position(self, params: Vector) -> Vector:
        """Return the position, (params,), of params, (params,)."""
        moved = params.copy()
        weights, bias = self.network.matrix(moved, 0)
        bias += weights.dot(self._mean)
        moved /= self._factor
        return moved

    def pullback(self, gradient: Vector) -> Vector:
        """Return the gradient by the position, (params,), of that by the params, (params,)."""
        pulled = gradient.copy()
        weights, shape, bias = self._first
        first = pulled[weights].reshape(shape)
        first -= pulled[bias, None] * self._mean
        pulled *= self._factor
        return pulled

    def inverse_pullback(self, slope: Vector) -> Vector:
        """Return the gradient by the params, (params,), of that by the position, (params,)."""
        gradient = slope / self._factor
        weights, bias = self.network.matrix(gradient, 0)
        weights += bias[:, None] * self._mean
        return gradient

    @cached_property
    def _first(self) -> tuple[slice, tuple[int, int], slice]:
        """Where the first layer's weights are among the params, their shape, and its biases."""
        return self.network.places[0]

    @cached_property
    def _mean(self) -> Vector:
        return self.mean.astype(self.dtype)

    @cached_property
    def _factor(self) -> Vector:
        """By how much each param moves as its position does, but for the mean, (params,)."""
        factor = np.full(self.network.layout.size, 1.0 / self.spread)
        last, first = self.network.matrices(factor)[-1], self.network.matrix(factor, 0)
        last.weights[:], last.bias[:] = 1.0, 1.0
        first.weights[:] /= self.deviation
        return factor.astype(self.dtype)
