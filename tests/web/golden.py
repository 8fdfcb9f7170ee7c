"""Golden runs: what Python makes of choices, as numbers that JavaScript is held to.

A case is plain data: a scene with as much as the engine needs, choices, and the run that Python
made of them with `st.descend`.
"""

from dataclasses import asdict
from typing import Any

import numpy as np

import steepest as st
from steepest.descent.named_rules import RULES
from steepest.descent.plan.method import coordinates_of
from steepest.descent.rule import Rule
from steepest.objective.loss.named import LOSSES
from steepest.page.replay import PAGE_RULES

Case = dict[str, Any]

DATA = {
    "squared": ("geyser", "waiting", ("duration",)),
    "absolute": ("geyser", "waiting", ("duration",)),
    "huber": ("geyser", "waiting", ("duration",)),
    "cross_entropy": ("orings", "damaged", ("temperature",)),
    "softmax": ("penguins", "species", ("bill_length_mm",)),
}
"""The data of each loss: one feature, as in the page."""

MANY = {
    "many numbers": ("diabetes", "progression", None),
    "many of two": ("breast_cancer", "diagnosis", None),
    "many of three": ("penguins", "species", None),
}
"""Data with many features, for what is no matter of one."""

NETWORKED = {
    "squared": ("diabetes", "progression"),
    "absolute": ("geyser", "waiting"),
    "huber": ("geyser", "waiting"),
    "quantile": ("geyser", "waiting"),
    "poisson": ("geyser", "waiting"),
    "cross_entropy": ("breast_cancer", "diagnosis"),
    "softmax": ("penguins", "species"),
}
"""The data of each loss that a network can have, most with many features."""

SCALES = ("none", "standard", "round")

RATED = tuple(rule for rule in PAGE_RULES if rule not in ("plane", "lbfgs"))
"""The rules of a page that go by a learning rate; the plane search finds its own."""

NUMBERED = (
    "momentum:0.5",
    "momentum:0",
    "nesterov:0.5",
    "rmsprop:0.5",
    "rmsprop:0.99:0.001",
    "adagrad:0.01",
    "adam:0.5:0.9",
    "adam:0.9:0.99:0.001",
)
"""Rules with numbers of their own, as words."""

CURVED = tuple(kind for kind in DATA if kind != "absolute")
"""The losses that a plane search can walk on: those without a kink."""

SCHEDULES = (
    "time:0.05",
    "time:0.05:0.2",
    "step:0.05",
    "step:0.05:0.7",
    "step:0.05:0.7:5",
    "cosine:0.05",
    "cosine:0.05:150",
)

USUAL: dict[str, Any] = {
    "rule": "steepest",
    "learning_rate": "auto",
    "scale": "none",
    "steps": 40,
    "seed": 0,
    "start": None,
    "batch": None,
    "l2": 0.0,
    "delta": 3.5,
}


def run_of(kind: str, **choices: Any) -> st.Run:
    """Return Python's run on the data of a loss, or on those with many features."""
    data, target, features = (DATA | MANY)[kind]
    asked = USUAL | {"loss": kind if kind in LOSSES else "auto", "missing": "drop"} | choices
    if kind != "huber" and "delta" not in choices:
        del asked["delta"]
    return st.descend(data, target, features, **asked)


def rule_of(word: str) -> Rule:
    """Return the rule of a word such as `momentum:0.5`, made without `choose_rule`."""
    name, *numbers = word.split(":")
    return RULES[name](*map(float, numbers))


def scene_of(run: st.Run) -> Case:
    """Return as much of a scene as the engine needs to compute with the rows of a run."""
    names, classes = run.param_names, run.classes
    losses = ("squared", "absolute", "huber") if classes is None else ("cross_entropy",)
    separation = next((one for one in run.verdicts if one.name == "separation"), None)
    return {
        "X": run.data.X.ravel().tolist(),
        "y": run.data.y.tolist(),
        "rows": len(run.data.y),
        "shown": len(run.data.y),
        "margins": run.objective.layout.shape[1],
        "separation": None if separation is None else asdict(separation),
        "features": [{"name": name} for name in run.feature_names],
        "target": {
            "name": run.data.target.name,
            "classes": None if classes is None else list(classes),
        },
        "params": [{"name": name, "unit": "", "label": f"weight of {name}"} for name in names],
        "losses": [{"name": name, "label": f"mean {name}"} for name in losses],
        "engine": "page",
    }


def record_of(run: st.Run) -> Case:
    """Return a run as JavaScript tells it, less what each works out in its own way."""
    trace, plan = run.trace, run.plan
    full = [
        run.objective.value(step.params) if np.isnan(step.full_loss) else step.full_loss
        for step in trace
    ]
    return {
        "size": run.objective.size,
        "count": len(trace),
        "params": trace.params.ravel().tolist(),
        "gradient": trace.gradients.ravel().tolist(),
        "loss": trace.losses.tolist(),
        "fullLoss": full,
        "norm": trace.gradient_norms.tolist(),
        "rate": trace.learning_rates.tolist(),
        "momentum": trace.momenta.tolist(),
        "curvature": plan.curvature,
        "limit": plan.limit,
        "exactLimit": run.objective.is_quadratic,
        "stop": asdict(run.stop),
        "verdicts": [asdict(verdict) for verdict in run.findings.at_once],
    }


def choices_of(run: st.Run, **asked: Any) -> Case:
    """Return the choices of a run as the page keeps them."""
    return {"loss": run.plan.loss.name} | USUAL | asked


def case(kind: str, **asked: Any) -> Case:
    """Return one golden case."""
    run = run_of(kind, **asked)
    return {"scene": scene_of(run), "choices": choices_of(run, **asked), "run": record_of(run)}


def network_case(kind: str, hidden: tuple[int, ...], **asked: Any) -> Case:
    """Return a golden case of a network on the data of a loss."""
    data, target = NETWORKED[kind]
    loss = "cross_entropy" if kind == "softmax" else kind
    usual = USUAL | {"steps": 50, "scale": "standard", "learning_rate": 0.01}
    made = {name: asked.pop(name) for name in ("activation", "init") if name in asked}
    choices = usual | {"loss": loss, "quantile": 0.3} | asked
    given = {name: value for name, value in choices.items() if fits(name, loss)}
    run = st.descend(data, target, hidden=hidden, missing="drop", **made, **given)
    return {"scene": network_scene_of(run), "choices": choices, "run": record_of(run), "of": run}


def fits(name: str, loss: str) -> bool:
    return name not in ("delta", "quantile") or {"delta": "huber"}.get(name, name) == loss


def network_scene_of(run: st.Run) -> Case:
    objective: Any = run.objective
    return scene_of(run) | {
        "margins": objective.loss.margins,
        "losses": [{"name": objective.loss.name, "label": "loss"}],
        "network": {
            "sizes": list(objective.model.sizes),
            "activation": objective.model.activation.name,
            "initial": objective.initial,
        },
    }


def safe_rate(kind: str, rule: str, scale: str, share: float = 0.7) -> float:
    """Return a rate that is a share of the rule's limit, or a plain small one if it has none."""
    curvature = coordinates_of(run_of(kind, steps=0).objective, scale).curvature
    limit = rule_of(rule).limit(curvature) if curvature else None
    return share * limit if limit else 0.05


def small_cases() -> dict[str, Case]:
    """Return a few of each kind, for a second place to run them in."""
    cases = {
        f"{kind} {rule}": case(kind, rule=rule, learning_rate=safe_rate(kind, rule, "standard"),
                               scale="standard", l2=0.01)
        for kind in DATA
        for rule in (*RATED, *NUMBERED)
    }  # fmt: skip
    for kind in CURVED:
        cases[f"{kind} plane"] = case(kind, rule="plane", scale="round", l2=0.01, steps=4)
    cases |= {rate: case("huber", learning_rate=rate) for rate in SCHEDULES}
    cases["batch"] = case("softmax", learning_rate=0.002, batch=32, seed=5)
    cases["diverged"] = case("squared", learning_rate=0.08)
    for kind in ("softmax", "poisson"):
        made = network_case(kind, (4, 3), learning_rate=0.01, l2=0.01, activation="gelu", steps=20)
        del made["of"]
        cases[f"network {kind}"] = made
    return cases
