"""What a model is: a function of rows and params, with its derivatives.

    layout                       how the vector of params falls into weights and biases
    param_names, param_units     what these are called, by the names and units of the features
    layers, usual_params         the params as matrices, and which two to look at
    at(params)                   the model at these params, unpacked once for all blocks of rows
    .output(X)                   f(X), the margin of each row, (rows,) or (rows, k)
    .output_by_row(X)            the same to the bits that each row has alone: for predictions
    .pullback(X, slope)          J' slope, (params,): the gradient by the params, of that by f
    .pushforward(X, direction)   J direction, the output's shape: how f moves with the params

J is the matrix of derivatives of all outputs by all params; it is never formed. A new model is a
module here with these, and every loss, penalty, rule and picture is there for it.
"""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Matrix
from steepest.objective.evaluation import Vector

__all__ = ["Array", "Layer", "Layout", "Model", "ModelAt"]

Array = NDArray[np.float64]


class Layout(NamedTuple):
    """How params, (size,), fall into weights and, after them, biases that no penalty touches.

    `shape` is that of the matrix of both, weights row by row, the biases as last row; `weights`
    is where the weights are among the params.
    """

    shape: tuple[int, int]
    size: int
    biases: int
    weights: slice

    @classmethod
    def of(cls, rows: int, biases: int) -> "Layout":
        """Return the layout of a matrix of so many rows, the last of them the biases.

        >>> Layout.of(3, 2).weights
        slice(0, 4, None)
        """
        size = rows * biases
        return cls((rows, biases), size, biases, slice(0, size - biases))


class Layer(NamedTuple):
    """The params of one layer: `weights` (inputs, units), and `bias` (units,)."""

    weights: Array
    bias: Array


class ModelAt(Protocol):
    """A model at some params."""

    def output(self, X: Matrix) -> Array:
        """Return the margin of each row of X, (rows,) or (rows, k)."""

    def output_by_row(self, X: Matrix) -> Array:
        """Return the same, the bits of each row those that it has alone: for predictions."""

    def pullback(self, X: Matrix, slope: Array) -> Vector:
        """Return `J' slope`, (params,), `slope` of the output's shape."""

    def pushforward(self, X: Matrix, direction: Vector) -> Array:
        """Return `J direction`, of the output's shape, `direction` (params,)."""


class Model(Protocol):
    """A model of rows with a number of features."""

    params_in_words: ClassVar[str]
    """What a start consists of: `bias and weight`."""
    weight_prefix: ClassVar[str]
    """What stands before the name of a weight where it stands alone: `weight of `."""

    @property
    def in_words(self) -> str:
        """What it is beside one neuron; empty of that."""

    @property
    def layout(self) -> Layout:
        """How the params fall into weights and biases."""

    def param_names(
        self, features: Sequence[str], classes: Sequence[object] | None
    ) -> tuple[str, ...]:
        """Return the names of all params, (params,), by those of features and classes."""

    def param_units(self, features: Sequence[str], margin: str) -> tuple[str, ...]:
        """Return the unit of each param, (params,), by those of the features and of a margin."""

    def layers(self, params: Vector) -> list[Layer]:
        """Return the layers of `params`, (params,), from the inputs on; a neuron is one."""

    def usual_params(self, start: Vector, end: Vector) -> tuple[int, int]:
        """Return the indices of a weight and a bias to look at, where params, (params,), moved."""

    def at(self, params: Vector) -> ModelAt:
        """Return the model at `params`, (params,)."""
