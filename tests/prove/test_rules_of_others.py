"""Fifty steps of each rule, and of each loss, against the optimisers of PyTorch and of optax."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import steepest as st
from steepest.descent.rules import AdamW, RMSProp

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1200)]

Array = NDArray[np.float64]

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 3)) * [1.0, 3.0, 0.5] + [0.0, 1.0, 2.0]
Y = X @ [1.0, -2.0, 0.5] + 3.0 + RANDOM.normal(size=60)
CLASSES = (np.median(Y) < Y).astype(int)
THREE = np.digitize(Y, np.quantile(Y, [0.3, 0.6]))
COUNTS = RANDOM.poisson(2.0, 60)
START = RANDOM.normal(size=4)
TARGETS = {"squared": Y, "cross_entropy": CLASSES}

STEPS = 50

RATE = 0.01

Make = Callable[[Any, Any, float], Any]

TORCH: dict[str, tuple[Any, Make]] = {
    "steepest": ("steepest", lambda o, p, lr: o.SGD(p, lr)),
    "momentum": ("momentum", lambda o, p, lr: o.SGD(p, lr, momentum=0.9)),
    "nesterov": ("nesterov", lambda o, p, lr: o.SGD(p, lr, momentum=0.9, nesterov=True)),
    "adagrad": ("adagrad", lambda o, p, lr: o.Adagrad(p, lr)),
    "rmsprop": ("rmsprop", lambda o, p, lr: o.RMSprop(p, lr, alpha=0.9)),
    "rmsprop 0.99": (RMSProp(decay=0.99), lambda o, p, lr: o.RMSprop(p, lr)),
    "adam": ("adam", lambda o, p, lr: o.Adam(p, lr)),
    "adamw": ("adamw", lambda o, p, lr: o.AdamW(p, lr)),
}
"""A rule of ours, and PyTorch's with the same numbers."""

OPTAX: dict[str, tuple[Any, Callable[[Any, float], Any], float]] = {
    "steepest": ("steepest", lambda o, lr: o.sgd(lr), 1e-12),
    "momentum": ("momentum", lambda o, lr: o.sgd(lr, momentum=0.9), 1e-12),
    "nesterov": ("nesterov", lambda o, lr: o.sgd(lr, momentum=0.9, nesterov=True), 1e-12),
    # Theirs starts from 0.1 and keeps its epsilon within the root.
    "adagrad": (
        "adagrad",
        lambda o, lr: o.adagrad(lr, initial_accumulator_value=0.0, eps=1e-20),
        1e-9,
    ),
    "rmsprop": ("rmsprop", lambda o, lr: o.rmsprop(lr, eps_in_sqrt=False), 1e-12),
    "adam": ("adam", lambda o, lr: o.adam(lr), 1e-12),
    "adamw": (AdamW(weight_decay=1e-4), lambda o, lr: o.adamw(lr), 1e-12),
    "schedule_free": (
        "schedule_free",
        lambda o, lr: o.contrib.schedule_free(o.sgd(lr), learning_rate=lr, b1=0.9),
        1e-12,
    ),
}
"""A rule of ours, optax's, and how far they may part in all the steps."""


def ours(target: Array, loss: str, rule: Any, start: Array = START, **options: Any) -> st.Run:
    walk = {"rule": rule, "learning_rate": RATE, "scale": "none", "start": start, "steps": STEPS}
    return st.descend((X, target), loss=loss, **{**walk, **options})


def distance(run: st.Run, others: list[Array]) -> float:
    """Return how far two walks are apart at most, against the params there."""
    found, wanted = run.trace.params, np.array(others).reshape(len(others), -1)
    size = np.abs(wanted).max(axis=1)
    return float((np.abs(found - wanted).max(axis=1) / size).max())


def walk_of_torch(make: Make, loss: Callable[[Any], Any], start: Array = START) -> list[Array]:
    """Return the params of PyTorch's walk; `loss` is of the margins, (rows,) or (rows, k)."""
    import torch

    params, rows = torch.tensor(start.copy(), requires_grad=True), torch.tensor(X)
    optimiser, walk = make(torch.optim, [params], RATE), [start.copy()]
    for _ in range(STEPS):
        optimiser.zero_grad()
        loss(rows @ params[:3] + params[3]).backward()
        optimiser.step()
        walk.append(params.detach().numpy().copy())
    return walk


@pytest.mark.parametrize("loss", TARGETS)
@pytest.mark.parametrize("rule", TORCH)
def test_a_rule_is_pytorchs(rule: str, loss: str) -> None:
    torch = pytest.importorskip("torch")
    target = torch.tensor(TARGETS[loss].astype(float))
    functional = torch.nn.functional
    value = {
        "squared": lambda margin: functional.mse_loss(margin, target),
        "cross_entropy": lambda m: functional.binary_cross_entropy_with_logits(m, target),
    }[loss]
    mine, make = TORCH[rule]
    assert distance(ours(TARGETS[loss], loss, mine), walk_of_torch(make, value)) < 1e-12


def test_l2_is_weight_decay_of_the_weights_alone() -> None:
    torch = pytest.importorskip("torch")
    weights = torch.tensor(START[:3].copy(), requires_grad=True)
    bias = torch.tensor(START[3:].copy(), requires_grad=True)
    groups = [{"params": [weights], "weight_decay": 0.1}, {"params": [bias]}]
    optimiser, walk = torch.optim.SGD(groups, RATE), [START]
    for _ in range(STEPS):
        optimiser.zero_grad()
        margin = torch.tensor(X) @ weights + bias
        torch.nn.functional.mse_loss(margin, torch.tensor(Y)).backward()
        optimiser.step()
        walk.append(np.append(weights.detach().numpy(), bias.detach().numpy()))
    assert distance(ours(Y, "squared", "steepest", l2=0.1), walk) < 1e-12


LOSSES: dict[str, tuple[str, Array, dict[str, float], Callable[[Any, Any, Any], Any]]] = {
    "huber 1": ("huber", Y, {}, lambda f, m, y: f.huber_loss(m, y)),
    "huber 2": ("huber", Y, {"delta": 2.0}, lambda f, m, y: f.huber_loss(m, y, delta=2.0)),
    "absolute": ("absolute", Y, {}, lambda f, m, y: f.l1_loss(m, y)),
    "softmax": ("cross_entropy", THREE, {}, lambda f, m, y: f.cross_entropy(m, y)),
    "poisson": (
        "poisson",
        COUNTS.astype(float),
        {},
        lambda f, m, y: f.poisson_nll_loss(m, y, log_input=True),
    ),
}


@pytest.mark.parametrize("kind", LOSSES)
def test_a_loss_is_pytorchs(kind: str) -> None:
    torch = pytest.importorskip("torch")
    loss, target, numbers, theirs = LOSSES[kind]
    start = START if kind != "softmax" else np.outer(START, [1.0, -0.5, 0.2]).ravel()
    shape = (4,) if kind != "softmax" else (4, 3)
    their_target, values = torch.tensor(target), []

    def value(margin: Any) -> Any:
        loss = theirs(torch.nn.functional, margin, their_target)
        values.append(loss.item())
        return loss

    walk = walk_of_torch(lambda o, p, lr: o.SGD(p, lr), value, start.reshape(shape))
    run = ours(target, loss, "steepest", start, **numbers)
    assert distance(run, walk) < 1e-12
    # Ours is half the deviance: the Poisson loss less that of the best fit of each row.
    best = target * np.log(np.where(target > 0, target, 1.0)) - target if kind == "poisson" else 0.0
    known = np.mean(-best) if kind == "poisson" else 0.0
    assert np.allclose(run.trace.losses[:STEPS], np.array(values) - known, rtol=1e-12)


@pytest.mark.parametrize("loss", TARGETS)
@pytest.mark.parametrize("rule", OPTAX)
def test_a_rule_is_optaxs(rule: str, loss: str) -> None:
    optax, jax = pytest.importorskip("optax"), pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    numbers, target = jax.numpy.array(X), jax.numpy.array(TARGETS[loss].astype(float))

    def value(params: Any) -> Any:
        margin = numbers @ params[:3] + params[3]
        if loss == "squared":
            return jax.numpy.mean((margin - target) ** 2)
        return jax.numpy.mean(optax.sigmoid_binary_cross_entropy(margin, target))

    mine, make, near = OPTAX[rule]
    optimiser, params = make(optax, RATE), jax.numpy.array(START)
    state, gradient, walk = optimiser.init(params), jax.grad(value), [START]
    for _ in range(STEPS):
        update, state = optimiser.update(gradient(params), state, params)
        params = optax.apply_updates(params, update)
        walk.append(np.array(params))
    assert distance(ours(TARGETS[loss], loss, mine), walk) < near
