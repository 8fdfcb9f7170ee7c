"""The model as a module of PyTorch, in float64."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from steepest.extras import check_installed
from steepest.objective.model.activation import LeakyReLU
from steepest.objective.model.model import Layer
from steepest.run.export.parts import Parts

if TYPE_CHECKING:
    from torch import nn

__all__ = ["torch_module"]

STRAIGHT_FROM = 40.0
"""z from which `log(1 + exp z)` is z: to a part of 1e-19. PyTorch's own, 20, is off by 2e-9."""


def torch_module(parts: Parts) -> "nn.Sequential":
    """Return the layers, (rows, features) to margins, (rows, outputs), in float64.

    Raises ChoiceError if PyTorch is not installed.
    """
    check_installed("torch", "run.to_torch")
    import torch

    modules: list[Any] = []
    for layer in parts.layers:
        if modules and parts.activation is not None:
            modules.append(_activations()[parts.activation.name]())
        modules.append(_linear(layer))
    return torch.nn.Sequential(*modules)


def _linear(layer: Layer) -> "nn.Linear":
    """Return one layer with its own copy of weights, (inputs, units), and bias, (units,)."""
    import torch

    inputs, units = layer.weights.shape
    made = torch.nn.Linear(inputs, units, dtype=torch.float64)
    with torch.no_grad():
        made.weight.copy_(torch.from_numpy(layer.weights.T.copy()))
        made.bias.copy_(torch.from_numpy(layer.bias.copy()))
    return made


def _activations() -> "dict[str, Callable[[], nn.Module]]":
    """Return PyTorch's module of each activation, by our name."""
    from torch import nn

    return {
        "tanh": nn.Tanh,
        "relu": nn.ReLU,
        "sigmoid": nn.Sigmoid,
        "softplus": lambda: nn.Softplus(threshold=STRAIGHT_FROM),
        "gelu": lambda: nn.GELU(approximate="tanh"),
        "leaky": lambda: nn.LeakyReLU(LeakyReLU.leak),
        "identity": nn.Identity,
    }
