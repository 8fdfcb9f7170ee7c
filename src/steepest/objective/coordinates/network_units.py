"""Standard units of a network: as if features and target had mean 0 and standard deviation 1."""

from dataclasses import dataclass

import numpy as np

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
    `deviation` are (features,); all vectors are (params,).
    """

    network: Network
    mean: Vector
    deviation: Vector
    spread: float
    curvature: float | None = None
    name: str = "standard"
    in_words: str = "in standard units"
    full_rank: bool = False

    def params(self, position: Vector) -> Vector:
        """Return the params in the reader's units, (params,), of a position, (params,)."""
        params = position / self._hidden
        first = self.network.layers(params)[0]
        first.weights[:] /= self.deviation[:, None]
        first.bias[:] -= self.mean @ first.weights
        return params

    def position(self, params: Vector) -> Vector:
        """Return the position, (params,), of params, (params,)."""
        position = params * self._hidden
        first = self.network.layers(position)[0]
        first.bias[:] += self.mean @ first.weights
        first.weights[:] *= self.deviation[:, None]
        return position

    def pullback(self, gradient: Vector) -> Vector:
        """Return the gradient by the position, (params,), of that by the params, (params,)."""
        pulled = gradient / self._hidden
        first = self.network.layers(pulled)[0]
        first.weights[:] -= np.outer(self.mean, first.bias)
        first.weights[:] /= self.deviation[:, None]
        return pulled

    def inverse_pullback(self, slope: Vector) -> Vector:
        """Return the gradient by the params, (params,), of that by the position, (params,)."""
        gradient = slope * self._hidden
        first = self.network.layers(gradient)[0]
        first.weights[:] *= self.deviation[:, None]
        first.weights[:] += np.outer(self.mean, first.bias)
        return gradient

    @property
    def _hidden(self) -> Vector:
        """The spread for each param of a hidden layer, 1 for those of the last, (params,)."""
        factor = np.full(self.network.layout.size, self.spread)
        last = self.network.layers(factor)[-1]
        last.weights[:] = 1.0
        last.bias[:] = 1.0
        return factor
