"""Seeded runs to be judged: small problems of five kinds, at rates and settings that are drawn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import steepest as st
from bench.timing import has_torch

__all__ = ["Case", "cases"]

Array = NDArray[np.float64]

SEEDS = 12
"""Seeds of each kind; even ones are those that rules are written on."""


@dataclass(frozen=True)
class Case:
    """A run to be judged: rows, the options of its descent, and whether torch takes the steps."""

    family: str
    seed: int
    title: str
    X: Array
    y: Any
    options: Mapping[str, Any]
    usual: Mapping[str, Any] = field(default_factory=dict)
    """The options that would be usual, where the run has others."""
    in_torch: bool = False

    def run(self) -> st.Run:
        """Return the run."""
        return watched(self) if self.in_torch else st.descend((self.X, self.y), **self.options)

    def end(self) -> float:
        """Return the loss of its last step; infinite where that is no number."""
        try:
            last = Training(self).walk() if self.in_torch else self.run().trace.full_losses[-1]
        except st.SteepestError:
            return np.inf
        return float(last) if np.isfinite(last) else np.inf

    def changed(self, **options: Any) -> "Case":
        """Return the same run with other options."""
        return replace(self, options={**self.options, **options})

    @property
    def rate(self) -> float:
        """Its learning rate."""
        return float(self.options["learning_rate"])


def cases(quick: bool = False) -> Iterator[Case]:
    """Yield all runs; of a quick look two seeds of each kind."""
    for seed in range(2 if quick else SEEDS):
        yield from convex(seed, "linear")
        yield from convex(seed, "logistic")
        yield from convex(seed, "softmax")
        yield from networks(seed)
        yield from torch_networks(seed) if has_torch() else ()


def convex(seed: int, family: str) -> Iterator[Case]:
    """Yield runs of a linear model: at a sound share of the limit, and one that may not be."""
    made = np.random.default_rng([seed, len(family)])
    X, y, loss = rows(made, family)
    usual = {"loss": loss, "rule": "steepest", "scale": "none", "steps": 300}
    limit = limit_of(X, y, usual)
    sound = made.uniform(0.5, 0.98) * limit
    yield Case(family, seed, f"{family} {seed} A", X, y, {**usual, "learning_rate": sound})
    kind = made.integers(0, 4)
    if kind == 0:
        rate = limit * 10.0 ** made.uniform(-4.5, -2.0)
    elif kind == 1:
        rate = limit * made.uniform(1.02, 3.0 if family == "linear" else 40.0)
    elif kind == 2:
        X = X * np.geomspace(1.0, 10.0 ** made.uniform(1.5, 2.5), X.shape[1])
        rate = limit_of(X, y, usual) * made.uniform(0.5, 0.95)
    else:
        X, y = apart(X, y, family)
        rate = limit_of(X, y, usual) * made.uniform(0.3, 0.9)
    yield Case(family, seed, f"{family} {seed} B", X, y, {**usual, "learning_rate": rate})


def rows(made: np.random.Generator, family: str) -> tuple[Array, Any, str]:
    """Return rows, targets, and the loss of a kind of problem."""
    X = made.normal(size=(150, int(made.integers(2, 6))))
    X = X * made.uniform(0.7, 1.5, X.shape[1])
    z = X @ made.normal(size=X.shape[1]) + 0.5 * made.normal(size=len(X))
    if family == "linear":
        return X, z, "squared"
    if family == "logistic":
        return X, np.where(z + made.logistic(size=len(X)) > 0, "yes", "no"), "cross_entropy"
    noisy = z + 0.7 * made.normal(size=len(X))
    return X, np.array(["low", "mid", "high"])[np.digitize(noisy, [-0.7, 0.7])], "cross_entropy"


def apart(X: Array, y: Any, family: str) -> tuple[Array, Any]:
    """Return rows of which a number tells the classes apart; of a number as they are."""
    if family == "linear":
        return X, y
    codes = np.unique(y, return_inverse=True)[1]
    return np.column_stack([X, 3.0 * codes]), y


def limit_of(X: Array, y: Any, usual: Mapping[str, Any]) -> float:
    """Return the limit of the rate that the plan of a run knows."""
    limit = st.descend((X, y), **{**usual, "steps": 1, "learning_rate": 1e-6}).plan.limit
    assert limit is not None
    return float(limit)


def networks(seed: int) -> Iterator[Case]:
    """Yield runs of small networks: one at a rate that may be sound, and one of other settings."""
    made = np.random.default_rng([seed, 77])
    X, y, loss = curved(made)
    activation = str(made.choice(["tanh", "relu"]))
    usual = {
        "loss": loss,
        "rule": "steepest",
        "hidden": [8, 6],
        "activation": activation,
        "init": "auto",
        "scale": "standard",
        "steps": 250,
        "seed": seed,
    }
    middle = 0.3 if loss == "squared" else 1.0
    for letter, decades in (("A", (-0.5, 0.4)), ("B", (-0.5, 0.4)), ("C", (-3.5, 2.0))):
        rate = middle * 10.0 ** made.uniform(*decades)
        title = f"network {seed} {letter}"
        yield Case("network", seed, title, X, y, {**usual, "learning_rate": rate}, usual)
    rate, kind = middle * made.uniform(0.3, 1.0), int(made.integers(0, 4))
    other: dict[str, Any] = [
        {"init": "zeros"},
        {"hidden": [6] * 8, "activation": "sigmoid"},
        {"scale": "none"},
        {"activation": "relu", "learning_rate": rate * 10.0 ** made.uniform(0.7, 1.7)},
    ][kind]
    far = X * 50.0 + 100.0 if kind == 2 else X
    options = {**usual, "learning_rate": rate, **other}
    yield Case("network", seed, f"network {seed} D", far, y, options, usual)


def curved(made: np.random.Generator) -> tuple[Array, Any, str]:
    """Return rows of two features whose target bends, and the loss."""
    X = made.uniform(-1.0, 1.0, size=(120, 2))
    if made.integers(0, 2):
        return X, np.sin(3.0 * X[:, 0]) * X[:, 1] + 0.05 * made.normal(size=120), "squared"
    radius = np.hypot(*X.T) + 0.05 * made.normal(size=120)
    return X, np.where(radius > 0.75, "out", "in"), "cross_entropy"


def torch_networks(seed: int) -> Iterator[Case]:
    """Yield trainings that torch takes the steps of, and that are watched."""
    made = np.random.default_rng([seed, 99])
    X, y, loss = curved(made)
    target = y if loss == "squared" else (y == "in").astype(float)
    usual = {"loss": loss, "steps": 300, "seed": seed, "hidden": 8, "bias": 0.0}
    decades = (-1.0, 0.2) if made.integers(0, 2) else (-4.0, 2.5)
    rate = (0.3 if loss == "squared" else 1.0) * 10.0 ** made.uniform(*decades)
    options = {**usual, "learning_rate": rate}
    if made.integers(0, 4) == 0:
        options["bias"] = -30.0
    yield Case("torch", seed, f"torch {seed}", X, target, options, usual, in_torch=True)


class Training:
    """2-8-1 under torch's SGD, from a seed."""

    def __init__(self, case: Case) -> None:
        import torch

        chosen = case.options
        torch.manual_seed(chosen["seed"])
        width = chosen["hidden"]
        self.model = torch.nn.Sequential(
            torch.nn.Linear(2, width), torch.nn.ReLU(), torch.nn.Linear(width, 1)
        ).double()
        with torch.no_grad():
            self.model[0].bias += chosen["bias"]
        self.X, self.y = torch.tensor(case.X), torch.tensor(case.y)[:, None]
        squared = chosen["loss"] == "squared"
        self.loss = torch.nn.MSELoss() if squared else torch.nn.BCEWithLogitsLoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=case.rate)
        self.steps = chosen["steps"]

    def walk(self) -> float:
        """Take all steps, and return the loss at the end."""
        for _ in range(self.steps):
            self.optimizer.zero_grad()
            self.loss(self.model(self.X), self.y).backward()
            self.optimizer.step()
        return float(self.loss(self.model(self.X), self.y).detach())


def watched(case: Case) -> st.Run:
    """Return the run of a watched training."""
    made = Training(case)
    data = made.X, made.y
    with st.torch.watch(made.model, made.optimizer, loss=made.loss, data=data) as watching:
        made.walk()
    return watching.run
