"""The linear model, one neuron: `margin = X w + b`, one margin a row or one for each of k classes.

Params are the weights row by row, then the bias or biases: for one margin `(features + 1,)`, for k
the same with k numbers in place of each, so that `params.reshape(features + 1, k)` is the weights
with the biases as last row. The model is linear in its params: J is `[X 1]` whatever they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Matrix
from steepest.data.sparse import is_sparse
from steepest.objective.evaluation import Vector
from steepest.objective.model.model import Array, Layer, Layout
from steepest.objective.model.row_product import row_product

__all__ = ["Linear", "LinearAt", "param_names"]

SELECTIVE = 16
"""Where at most one weight in so many is not 0, only their columns are read: measured on lasso."""

WIDE = 1024
"""Features from which that saves time: of shorter rows all is in the cache once some is."""


@dataclass(frozen=True)
class Linear:
    """Weights and a bias for `features` features, for one margin or for `margins` of them."""

    features: int
    margins: int = 1
    activation: ClassVar[None] = None
    params_in_words: ClassVar[str] = "bias and weight"
    weight_prefix: ClassVar[str] = "weight of "
    in_words: ClassVar[str] = ""

    @property
    def layout(self) -> Layout:
        """The weights row by row, then the biases: a matrix of (features + 1, margins)."""
        return Layout.linear(self.features, self.margins)

    def param_names(
        self, features: Sequence[str], classes: Sequence[object] | None
    ) -> tuple[str, ...]:
        """Return the names of all params, (params,), by those of features and classes."""
        return param_names(features, classes)

    def param_units(self, units: Sequence[str], margin: str) -> tuple[str, ...]:
        """Return the unit of each param, (params,): margin per feature; of a bias, the margin's.

        A feature without a unit leaves the margin's; a margin without one, `per` the feature's.
        """
        by = [f"{margin} per {unit}".strip() for unit in units]
        by_feature = [one if unit else margin for one, unit in zip(by, units, strict=True)]
        return tuple(unit for unit in [*by_feature, margin] for _ in range(self.margins))

    def layers(self, params: Vector) -> list[Layer]:
        """Return the one layer of `params`, (params,)."""
        matrix = params.reshape(self.features + 1, self.margins)
        return [Layer(matrix[:-1], matrix[-1])]

    def surface_params(self, start: Vector, end: Vector) -> tuple[int, int]:
        """Return the indices of the first weight and the first bias, wherever (params,) moved."""
        return 0, self.features * self.margins

    def index_of(self, name: str) -> None:
        """Return None: the params have the names of `param_names` alone."""

    def unit_lengths(self, params: Vector) -> Vector:
        """Return for each param, (params,), the length of its margin's weights; 0 of biases."""
        lengths, where = np.zeros(params.shape), self.layout.weights
        by_margin = np.linalg.norm(params[where].reshape(self.features, -1), axis=0)
        lengths[where] = np.tile(by_margin, self.features)
        return lengths

    def split(self, params: Vector) -> tuple[Array, Array]:
        """Return weights and bias in the shapes in which they meet X.

        (features,) and (); of several margins (features, k) and (k,).
        """
        if self.margins == 1:
            return params[:-1], params[-1]
        matrix = params.reshape(self.features + 1, self.margins)
        return matrix[:-1], matrix[-1]

    def at(self, params: Vector) -> "LinearAt":
        """Return the model at `params`; where few weights are not 0 it reads only their columns.

        Where none is, as at many a start, the output reads nothing.
        """
        weights, bias = self.split(params)
        # The first one is asked alone: of few rows a call costs as much as the work.
        if not params[0] and not weights.any():
            return _NoWeightsAt(self, weights, bias)
        if self.features < WIDE:
            return LinearAt(self, weights, bias)
        used = np.flatnonzero(weights if weights.ndim == 1 else weights.any(axis=1))
        if SELECTIVE * len(used) > self.features:
            return LinearAt(self, weights, bias)
        return _FewWeightsAt(self, weights, bias, used)


class LinearAt:
    """The model at weights, (features,) or (features, k), and bias, () or (k,)."""

    is_selective = False
    """Whether the output reads only some columns of dense X."""

    def __init__(self, model: Linear, weights: Array, bias: Array) -> None:
        self.model, self.weights, self.bias = model, weights, bias

    def output(self, X: Matrix) -> Array:
        """Return `X w + b`; of dense X and several margins in Fortran order, class by class."""
        weights = self.weights
        if weights.ndim == 1 or is_sparse(X):
            margin: Array = X @ weights
        else:
            margin = (weights.T @ X.T).T
        margin += self.bias
        return margin

    def output_by_row(self, X: Matrix) -> Array:
        """Return `X w + b`, each row from its own numbers alone: for predictions."""
        if is_sparse(X):
            # SciPy's product goes row by row.
            return self.output(X)
        margin: Array = row_product(X, self.weights.T).T
        margin += self.bias
        return margin

    def pullback(self, X: Matrix, slope: Array) -> Vector:
        """Return `[X 1]' slope`, (params,). BLAS is quicker when the narrow matrix comes first."""
        biases = self.model.margins
        gradient = np.empty(self.weights.size + biases)
        if slope.ndim == 1:
            if is_sparse(X):
                gradient[:-1] = X.T @ slope
            else:
                np.matmul(X.T, slope, out=gradient[:-1])
            gradient[-1] = np.add.reduce(slope)
            return gradient
        by_weight = X.T @ slope if is_sparse(X) else (slope.T @ X).T
        gradient[:-biases] = by_weight.ravel()
        gradient[-biases:] = slope.sum(axis=0)
        return gradient


class _NoWeightsAt(LinearAt):
    """The same where all weights are 0: the margins of each row are the biases."""

    def output(self, X: Matrix) -> Array:
        """Return the biases for each row, in memory as `X w + b` is."""
        rows, numbers = X.shape[0], np.result_type(X.dtype, self.weights.dtype)
        if self.weights.ndim == 1 or is_sparse(X):
            margin = np.empty((rows, *self.weights.shape[1:]), numbers)
        else:
            margin = np.empty((self.weights.shape[1], rows), numbers).T
        margin[...] = self.bias
        return margin

    def output_by_row(self, X: Matrix) -> Array:
        """Return the same as `output` does: each row has the biases alone."""
        return self.output(X)


class _FewWeightsAt(LinearAt):
    """The same where only the weights `used`, indices of features, are not 0."""

    is_selective = True

    def __init__(self, model: Linear, weights: Array, bias: Array, used: NDArray[np.intp]) -> None:
        super().__init__(model, weights, bias)
        self.used = used

    def output(self, X: Matrix) -> Array:
        """Return `X w + b`, of dense X from the columns whose weights are not 0."""
        return super().output(X) if is_sparse(X) else self._few.output(self._columns(X))

    def output_by_row(self, X: Matrix) -> Array:
        """Return the same as `output` does, each row from its own numbers alone."""
        if is_sparse(X):
            return super().output(X)
        return self._few.output_by_row(self._columns(X))

    @property
    def _few(self) -> LinearAt:
        """The model of the used weights alone."""
        return LinearAt(self.model, self.weights[self.used], self.bias)

    def _columns(self, X: Array) -> Array:
        """Return the columns of the used weights, (rows, used)."""
        return X.take(self.used, axis=1)


def param_names(features: Sequence[str], classes: Sequence[object] | None) -> tuple[str, ...]:
    """Return the names of all params: the weights row by row, then the bias or biases."""
    if classes is None or len(classes) == 2:
        return (*features, "bias")
    return tuple(f"{row}[{one}]" for row in (*features, "bias") for one in classes)
