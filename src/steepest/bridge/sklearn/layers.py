"""A network as scikit-learn's `MLPClassifier` keeps one: `coefs_` and `intercepts_`, by layer."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from steepest.data.float_types import float_type
from steepest.objective.model.activation import choose_activation
from steepest.objective.model.network import Network

__all__ = ["fitted_layers", "network_of", "params_of"]

Array = NDArray[np.float64]


def network_of(
    inputs: int, hidden: Sequence[int], outputs: int, activation: str, dtype: str
) -> Network:
    """Return the network of so many units; ChoiceError for an unknown activation or type."""
    return Network((inputs, *hidden, outputs), choose_activation(activation), float_type(dtype))


def fitted_layers(network: Network, params: Array) -> dict[str, object]:
    """Return what is fitted, of params, (params,): weights (inputs, units), and biases (units,)."""
    layers = network.layers(params)
    return {
        "coefs_": [layer.weights.copy() for layer in layers],
        "intercepts_": [layer.bias.copy() for layer in layers],
    }


def params_of(coefs: Sequence[Array], intercepts: Sequence[Array]) -> Array:
    """Return the params, (params,), that `fitted_layers` was given."""
    return np.concatenate([*(weights.T.ravel() for weights in coefs), *intercepts])
