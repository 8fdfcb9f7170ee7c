"""One row forward through a model and back: every number of the chain rule, for people to read.

Forward `z_l = W_l a_(l-1) + b_l`, `a_l = s(z_l)`, from `a_0 = x` to the loss; backward from
`delta_L`, the derivative of the loss by the output, `delta_(l-1) = s'(z_(l-1)) W_l' delta_l`; the
gradient by W_l is `delta_l a_(l-1)'`, by b_l `delta_l` (see `network.py`, which does that for all
rows at once). A linear model is one layer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from steepest.objective.evaluation import Vector
from steepest.objective.loss.loss import Loss
from steepest.objective.model.activation import Activation
from steepest.objective.model.model import Array, Layer, Model

__all__ = ["RowPass"]


@dataclass(frozen=True)
class RowPass:
    """What a row makes of a model, layer by layer; each array is of one layer, (units,)."""

    layers: Sequence[Layer]
    inputs: Sequence[Array]
    """What goes into each layer, (inputs,): the row itself, then the units' activations."""
    sums: Sequence[Array]
    """z of each layer; that of the last are the margins."""
    slopes: Sequence[Array]
    """`s'(z)` of each hidden layer."""
    loss: float
    arrived: Sequence[Array]
    """The loss by the activations of each hidden layer: `W' delta` of the layer after it."""
    deltas: Sequence[Array]
    """The loss by z of each layer."""

    @classmethod
    def of(cls, model: Model, params: Vector, x: Array, loss: Loss, y: float) -> "RowPass":
        """Return the pass of one row x, (features,), with target y, at params, (params,)."""
        layers, activation = model.layers(params), model.activation
        inputs, sums = _forward(layers, activation, x)
        margin, target = np.atleast_2d(sums[-1]), np.array([y])
        margin = margin[:, 0] if loss.margins == 1 else margin
        slopes = (
            []
            if activation is None
            else [activation.slope(z, a) for z, a in zip(sums, inputs[1:], strict=False)]
        )
        deltas, arrived = _backward(layers, slopes, loss.slope(margin, target).reshape(-1))
        cost = float(loss.value(margin, target)[0])
        return cls(layers, inputs, sums, slopes, cost, arrived, deltas)

    def gradient(self, model: Model) -> Vector:
        """Return the gradient of the row's loss by all params, (params,)."""
        gradient = np.zeros(model.layout.size)
        for by, a, delta in zip(model.layers(gradient), self.inputs, self.deltas, strict=True):
            by.weights[:], by.bias[:] = np.outer(a, delta), delta
        return gradient


def _forward(
    layers: Sequence[Layer], activation: Activation | None, x: Array
) -> tuple[list[Array], list[Array]]:
    """Return what goes into each layer, and its sums."""
    inputs, sums = [x], [x @ layers[0].weights + layers[0].bias]
    for weights, bias in layers[1:]:
        assert activation is not None
        inputs.append(activation.value(sums[-1]))
        sums.append(inputs[-1] @ weights + bias)
    return inputs, sums


def _backward(
    layers: Sequence[Layer], slopes: Sequence[Array], delta: Array
) -> tuple[list[Array], list[Array]]:
    """Return the loss by the sums of all layers, and by the activations of the hidden ones."""
    deltas, arrived = [delta], []
    for layer, slope in zip(reversed(layers[1:]), reversed(slopes), strict=True):
        arrived.append(layer.weights @ deltas[-1])
        deltas.append(slope * arrived[-1])
    return deltas[::-1], arrived[::-1]
