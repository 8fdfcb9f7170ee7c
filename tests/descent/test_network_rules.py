"""Steps of each rule on a network, of all rows and of mini-batches, against PyTorch's own."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import steepest as st
from steepest.descent.rules import AdamW, RMSProp

RATE, STEPS = 0.01, 25

TORCH: dict[str, tuple[Any, Callable[[Any, Any], Any]]] = {
    "SGD": ("steepest", lambda o, p: o.SGD(p, RATE)),
    "momentum": ("momentum", lambda o, p: o.SGD(p, RATE, momentum=0.9)),
    "Nesterov": ("nesterov", lambda o, p: o.SGD(p, RATE, momentum=0.9, nesterov=True)),
    "Adagrad": ("adagrad", lambda o, p: o.Adagrad(p, RATE)),
    "RMSprop": (RMSProp(decay=0.99), lambda o, p: o.RMSprop(p, RATE)),
    "Adam": ("adam", lambda o, p: o.Adam(p, RATE)),
    "AdamW": (AdamW(weight_decay=0.1), lambda o, p: o.AdamW(p, RATE, weight_decay=0.1)),
}


def rows() -> tuple[Any, Any]:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(40, 3))
    return X, np.digitize(X[:, 0] * X[:, 1], [-0.3, 0.3])


def walk_of_torch(run: st.Run, X: Any, y: Any, make: Callable[[Any, Any], Any]) -> Any:
    """Return the losses and params of PyTorch's walk from the start of ours, on the same rows."""
    torch = pytest.importorskip("torch")
    nn, net = torch.nn, run.objective.model
    kind = getattr(torch, run.params.dtype.name)
    linear = [nn.Linear(a, b, dtype=kind) for a, b in pairwise(net.sizes)]
    for mine, layer in zip(linear, net.matrices(np.array(run.trace.first.params)), strict=True):
        mine.weight.data, mine.bias.data = torch.tensor(layer.weights), torch.tensor(layer.bias)
    module = nn.Sequential(linear[0], nn.Tanh(), linear[1], nn.Tanh(), linear[2])
    optimiser, losses = make(torch.optim, module.parameters()), []
    for _ in range(STEPS):
        optimiser.zero_grad()
        margins = module(torch.tensor(X, dtype=kind))
        loss = nn.functional.cross_entropy(margins, torch.tensor(y))
        loss.backward()
        losses.append(loss.item())
        optimiser.step()
    weights = [one.weight.detach().numpy().ravel() for one in linear]
    return losses, np.concatenate([*weights, *(one.bias.detach().numpy() for one in linear)])


TOLERANCES = {"float64": 1e-11, "float32": 5e-6}
"""By how much losses and params may differ, as shares: in float32 they do by 1.2e-6 (RMSprop)."""


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("name", TORCH)
def test_steps_on_a_network_are_pytorchs(name: str, dtype: str) -> None:
    (X, y), (rule, make) = rows(), TORCH[name]
    run = st.descend(
        (X, np.array(["a", "b", "c"])[y]),
        hidden=(5, 4),
        rule=rule,
        learning_rate=RATE,
        scale="none",
        steps=STEPS,
        dtype=dtype,
    )
    losses, end = walk_of_torch(run, X, y, make)
    assert end.dtype == run.params.dtype == dtype
    assert np.allclose(run.trace.losses[:-1], losses, rtol=TOLERANCES[dtype])
    assert np.abs(run.params - end).max() <= TOLERANCES[dtype] * np.abs(end).max()


def test_a_mini_batch_is_the_mean_over_its_rows_as_pytorchs_is() -> None:
    X, y = rows()
    words = np.array(["a", "b", "c"])[y]
    options: dict[str, Any] = {"hidden": (5, 4), "scale": "none", "learning_rate": RATE}
    whole = st.descend((X, words), **options, rule="steepest", batch=40, steps=STEPS)
    losses, end = walk_of_torch(whole, X, y, TORCH["SGD"][1])
    assert np.allclose(whole.trace.losses[:-1], losses, rtol=1e-11)
    assert np.abs(whole.params - end).max() <= 1e-11 * np.abs(end).max()
