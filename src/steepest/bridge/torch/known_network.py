"""Modules that are a network of ours: the same loss by our own kernels.

Linear layers one after the other, with one activation between, under a loss that we have, on rows
of numbers. What a module is is read off its structure; that it is the same function is found out
by values (`on_plane`).
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from steepest.bridge.torch.batches import Batches
from steepest.bridge.torch.params import Params
from steepest.objective.loss.cross_entropy import CrossEntropy, Softmax
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.penalty import Penalty
from steepest.objective.loss.regression import Squared
from steepest.objective.model.activity import LayerActivity
from steepest.objective.model.hidden_layers import HiddenLayers
from steepest.objective.network import NetworkObjective
from steepest.objective.plane.network import NetworkPlaneLoss
from steepest.objective.plane.plane import Plane

__all__ = ["known_activity", "known_network"]

Array = NDArray[np.float64]

DTYPES: Mapping[torch.dtype, str] = {torch.float64: "float64", torch.float32: "float32"}
"""Types of numbers in which our kernels work, by their names."""

ACTIVATIONS: Mapping[type, str] = {
    nn.Tanh: "tanh",
    nn.ReLU: "relu",
    nn.Sigmoid: "sigmoid",
}
"""Activations that are the same, by their names here."""


class Evaluated(Protocol):
    """What is asked of the objective of a module."""

    model: nn.Module
    loss: Any
    number_type: torch.dtype
    trainable: Params
    batches: Batches


def known_network(objective: Evaluated, plane: Plane) -> NetworkPlaneLoss | None:
    """Return the loss on a plane by our own kernels; None where the module is not ours.

    The plane is one through the module's params, (params,).
    """
    ours = _ours(objective)
    if ours is None:
        return None
    network, order = ours
    return network.on_plane(Plane(*(one[order] for one in (plane.origin, plane.u, plane.v))))


def known_activity(objective: Evaluated, params: Array) -> Sequence[LayerActivity] | None:
    """Return what the units answer to the rows at params, (params,); None where it is not ours."""
    ours = _ours(objective)
    if ours is None:
        return None
    network, order = ours
    return network.activity(params[order])


def _ours(objective: Evaluated) -> tuple[NetworkObjective, NDArray[np.intp]] | None:
    """Return the network, and which of the module's params is each of its; None if not ours."""
    layers, activation = _layers(objective.model), _activation(objective.model)
    whole = objective.batches.as_one()
    if not layers or activation is None or whole is None:
        return None
    X, y = whole
    found = _loss(objective.loss, layers[-1].out_features, y)
    if found is None or X.ndim != 2 or len(objective.trainable.places) != 2 * len(layers):
        return None
    dtype, units = DTYPES.get(objective.number_type), [one.out_features for one in layers[:-1]]
    hidden = HiddenLayers.of(units, activation, "glorot", dtype) if dtype else None
    if hidden is None:
        return None
    rows = y.reshape(-1).to(torch.float64).cpu().numpy()
    network = NetworkObjective.of(X.cpu().numpy(), rows, found, Penalty(), hidden)
    return network, _order(objective.trainable)


def _layers(model: nn.Module) -> list[nn.Linear]:
    """Return the linear layers of a module that is nothing else, one after the other; else none."""
    if type(model) is not nn.Sequential or len(model) < 3 or len(model) % 2 == 0:
        return []
    layers = [one for one in list(model)[::2] if type(one) is nn.Linear and one.bias is not None]
    fit = all(a.out_features == b.in_features for a, b in pairwise(layers))
    return layers if fit and len(layers) == len(model) // 2 + 1 else []


def _activation(model: nn.Module) -> str | None:
    """Return the one activation between the layers, by its name here; None if it is not one."""
    kinds = {type(one) for one in list(model.children())[1::2]}
    return ACTIVATIONS.get(kinds.pop()) if len(kinds) == 1 else None


def _loss(loss: Any, outputs: int, y: Tensor) -> Loss | None:
    """Return the loss of ours that is the same of targets y; None where there is none."""
    one = outputs == 1 and y.numel() == len(y)
    if one and (type(loss) is nn.MSELoss or loss is functional.mse_loss):
        return Squared()
    if one and (
        type(loss) is nn.BCEWithLogitsLoss or loss is functional.binary_cross_entropy_with_logits
    ):
        return CrossEntropy() if bool(((y == 0) | (y == 1)).all()) else None
    if outputs > 1 and (type(loss) is nn.CrossEntropyLoss or loss is functional.cross_entropy):
        is_whole = not y.is_floating_point() and y.ndim == 1 and int(y.min()) >= 0
        return Softmax(outputs) if is_whole else None
    return None


def _order(params: Params) -> NDArray[np.intp]:
    """Return the place in the module of each param of ours: all weights, then all biases."""
    places = [np.arange(place.at.start, place.at.stop) for place in params.places.values()]
    return np.concatenate([*places[::2], *places[1::2]])
