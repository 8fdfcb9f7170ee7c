"""What a model is: a function of rows and params, with its derivatives.

    layout                       how the vector of params falls into weights and biases
    param_names, param_units     what these are called, by the names and units of the features
    params_in_words, weight_prefix, in_words   the same in words
    layers, surface_params       the params as matrices, and which two span a surface
    index_of                     which param another form of a name says
    unit_lengths                 how long the weights into each unit are, for random directions
    at(params)                   the model at these params, unpacked once for all blocks of rows
    .output(X)                   f(X), the margin of each row, (rows,) or (rows, k)
    .output_by_row(X)            the same to the bits that each row has alone: for predictions
    .pullback(X, slope)          J' slope, (params,): the gradient by the params, of that by f

The margin is what a loss is of: the linear predictor, logit or raw score. J is the Jacobian of all
outputs by all params, which is never formed; `pullback` is its vector-Jacobian product. An
object with `layout` and `at` is enough for any smooth loss, L2, and the rules of first order
(`Risk`, `st.steps`); a table's model says the rest as well.
"""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Matrix
from steepest.objective.evaluation import Vector
from steepest.objective.model.activation import Activation

__all__ = ["Array", "Layer", "Layout", "Model", "ModelAt"]

Array = NDArray[np.float64]


class Layout(NamedTuple):
    """How params, (size,), fall into weights and, after them, biases that no penalty touches.

    `shape` is that of the matrix in which a start may be given: of the linear model (features + 1,
    margins), weights row by row, the biases as last row, and without a bias (features, margins);
    else (size, 1). `weights` is where the weights are among the params.
    """

    shape: tuple[int, int]
    size: int
    biases: int
    weights: slice

    @classmethod
    def linear(cls, features: int, margins: int) -> "Layout":
        """Return the layout of the linear model: a weight for each feature and margin, then biases.

        >>> Layout.linear(2, 2).weights
        slice(0, 4, None)
        """
        weights = features * margins
        return cls((features + 1, margins), weights + margins, margins, slice(0, weights))


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


class Model(Protocol):
    """A model of rows with a number of features."""

    params_in_words: ClassVar[str]
    """What a start consists of: `bias and weight`."""
    weight_prefix: ClassVar[str]
    """What stands before the name of a weight where it stands alone: `weight of `."""

    @property
    def activation(self) -> Activation | None:
        """What a hidden unit answers to its sum; None of a model without any."""

    @property
    def in_words(self) -> str:
        """The model in words; empty for the linear one."""

    @property
    def layout(self) -> Layout:
        """How the params fall into weights and biases."""

    def param_names(
        self, features: Sequence[str], classes: Sequence[object] | None
    ) -> tuple[str, ...]:
        """Return the names of all params, (params,), by those of features and classes."""

    def param_units(self, units: Sequence[str], margin: str) -> tuple[str, ...]:
        """Return the unit of each param, (params,), by the `units` of features and of a margin."""

    def layers(self, params: Vector) -> list[Layer]:
        """Return the layers of `params`, (params,), from the inputs on; a neuron is one."""

    def surface_params(self, start: Vector, end: Vector) -> tuple[int, int]:
        """Return the indices of the two params that span the surface of a walk, (params,) each."""

    def index_of(self, name: str) -> int | None:
        """Return the index of the param that a name of another form says; None without such forms.

        Raises ChoiceError for a name that says none that is there.
        """

    def unit_lengths(self, params: Vector) -> Vector:
        """Return for each param, (params,), the length of all weights into its unit; 0 of biases.

        A unit is what receives: `|W_l[i]|` for all of `W_l[i]`.
        """

    def at(self, params: Vector) -> ModelAt:
        """Return the model at `params`, (params,)."""
