"""The linear model without a bias: `margin = X w`, 0 where all features are.

Params are the weights row by row, (features, margins). For models with a column of ones, or of
levels, of the reader's own, and for what is known to be 0 at 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from steepest.data.blocks import Matrix
from steepest.objective.evaluation import Vector
from steepest.objective.model.linear import Linear, LinearAt, param_names
from steepest.objective.model.model import Array, Layer, Layout

__all__ = ["ThroughOrigin"]


@dataclass(frozen=True)
class ThroughOrigin(Linear):
    """Weights for `features` features, for one margin or for `margins` of them."""

    params_in_words: ClassVar[str] = "weight"
    in_words: ClassVar[str] = "no bias"

    @property
    def layout(self) -> Layout:
        """The weights row by row: a matrix of (features, margins)."""
        size = self.features * self.margins
        return Layout((self.features, self.margins), size, 0, slice(0, size))

    def param_names(
        self, features: Sequence[str], classes: Sequence[object] | None
    ) -> tuple[str, ...]:
        """Return the names of the weights, (params,), by those of features and classes."""
        return param_names(features, classes)[: self.layout.size]

    def param_units(self, units: Sequence[str], margin: str) -> tuple[str, ...]:
        """Return the unit of each weight, (params,): the margin's by the feature's."""
        return super().param_units(units, margin)[: self.layout.size]

    def layers(self, params: Vector) -> list[Layer]:
        """Return the one layer of `params`, (params,), with biases that are 0."""
        return [Layer(params.reshape(self.features, self.margins), np.zeros(self.margins))]

    def surface_params(self, start: Vector, end: Vector) -> tuple[int, int]:
        """Return the indices of the two weights, of (params,), that moved most; 0 of one alone."""
        moved = np.sort(np.argsort(-np.abs(end - start), kind="stable")[:2])
        return int(moved[0]), int(moved[-1])

    def split(self, params: Vector) -> tuple[Array, Array]:
        """Return weights, (features,) or (features, k), and a bias of 0, () or (k,)."""
        if self.margins == 1:
            return params, np.zeros(())
        return params.reshape(self.features, self.margins), np.zeros(self.margins)

    def at(self, params: Vector) -> "_ThroughOriginAt":
        """Return the model at `params`, (params,)."""
        return _ThroughOriginAt(self, *self.split(params))


class _ThroughOriginAt(LinearAt):
    """The model at weights, (features,) or (features, k)."""

    def pullback(self, X: Matrix, slope: Array) -> Vector:
        """Return `X' slope`, (params,)."""
        return super().pullback(X, slope)[: self.weights.size]
