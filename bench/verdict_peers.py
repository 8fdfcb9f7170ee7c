"""What the tools that people use say of the runs of `bench.verdicts`, by the names of our verdicts.

Each is as its README says, with its own thresholds. What it tells at a level of information is left
out, and a finding has all names that it could be meant as. Tools that read the log of a training
have that of every run: step, loss, length of the gradient, rate. Those that look at a module while
it trains have the trainings that torch takes the steps of.
"""

import contextlib
import io
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple, Protocol

import numpy as np

__all__ = ["Log", "Trained", "logged", "meant", "missing", "of_log", "of_training"]

TOO_LARGE = frozenset({"divergence", "unsettled", "oscillation"})

NOT_LEARNING = frozenset(
    {"too small", "ravine", "vanishing", "saturation", "saddle", "symmetry", "dead units"}
)

MEANT: Mapping[str, frozenset[str]] = {
    "training plateau": NOT_LEARNING,
    "early training plateau": NOT_LEARNING,
    "rate likely too high": TOO_LARGE,
    "rate may be too low": frozenset({"too small"}),
    "gradient instability": TOO_LARGE | {"exploding"},
    "tp-nan": frozenset({"divergence"}),
    "tp-diverge": TOO_LARGE,
    "tp-flat": NOT_LEARNING,
    "tp-dead-run": NOT_LEARNING | TOO_LARGE,
    "tp-zero-grad": NOT_LEARNING,
    "tp-grad-spike": TOO_LARGE | {"exploding"},
    "nan_detector": frozenset({"divergence"}),
    "loss_spike": TOO_LARGE,
    "gradient explosion": TOO_LARGE | {"exploding"},
    "gradient vanishing": NOT_LEARNING,
    "plateau": NOT_LEARNING,
    "gradients exceed": frozenset({"divergence"}),
    "non-finite": frozenset({"divergence"}),
    "vanished": NOT_LEARNING,
    "very large": TOO_LARGE | {"exploding"},
    "ratio is high": TOO_LARGE,
    "ratio is tiny": NOT_LEARNING,
    "ratio too high": TOO_LARGE,
    "ratio too low": NOT_LEARNING,
    "divergence": TOO_LARGE,
    "edge of stability": TOO_LARGE,
    "exploding": TOO_LARGE | {"exploding"},
    "weight norm explosion": TOO_LARGE,
    "vanishing": NOT_LEARNING,
    "stalling": NOT_LEARNING,
    "stagnant": NOT_LEARNING,
    "saturation": frozenset({"saturation", "vanishing"}),
    "dead units": frozenset({"dead units"}),
    "rank collapse": frozenset({"symmetry", "dead units"}),
    "nan in loss": frozenset({"divergence"}),
    "learning rate too high": TOO_LARGE,
    "learning rate too low": frozenset({"too small"}),
}
"""The names of our verdicts that words of a finding may mean; of any other words none."""


class Log(NamedTuple):
    """What is logged of a training: losses and lengths of gradients, (steps,) each; the rate."""

    losses: Sequence[float]
    norms: Sequence[float]
    rate: float
    X: Any
    """The rows, (rows, features)."""


class Trained(Protocol):
    """A training of torch that is about to take its steps."""

    model: Any
    optimizer: Any
    loss: Any
    X: Any
    y: Any
    steps: int


def logged(training: Trained) -> Log:
    """Return the log of a training, which takes its steps here."""
    params, losses, norms = list(training.model.parameters()), [], []
    for loss in _steps(training):
        losses.append(loss)
        norms.append(float(sum(float(one.grad.square().sum()) for one in params) ** 0.5))
    return Log(losses, norms, training.optimizer.param_groups[0]["lr"], training.X.numpy())


def meant(finding: str) -> frozenset[str]:
    """Return the names that a finding could be meant as."""
    said = finding.lower()
    return frozenset().union(*(names for words, names in MEANT.items() if words in said))


def _doctor(log: Log) -> list[str]:
    from training_doctor import Doctor

    doctor = Doctor().set_auto_print(False)
    for i, (loss, norm) in enumerate(zip(log.losses, log.norms, strict=True)):
        doctor.log(step=i, loss=loss, grad_norm=norm, lr=log.rate)
    return [one.problem for one in doctor.diagnoses if one.severity.value != "info"]


def _trainproof(log: Log) -> list[str]:
    from trainproof.epoch import check_records

    records = [
        {"step": i, "loss": loss, "grad_norm": norm, "lr": log.rate}
        for i, (loss, norm) in enumerate(zip(log.losses, log.norms, strict=True))
    ]
    found = check_records(records)["findings"]
    return [one["id"] for one in found if one["level"] in ("WARN", "FAIL")]


def _trainpulse(log: Log) -> list[str]:
    from trainpulse import Monitor

    monitor = Monitor()
    for i, (loss, norm) in enumerate(zip(log.losses, log.norms, strict=True)):
        monitor.log("loss", i, loss)
        monitor.log("grad_norm", i, norm)
        monitor.log("learning_rate", i, log.rate)
    return [
        f"{one.detector}: {one.message}" for one in monitor.alerts if one.severity.value != "info"
    ]


def _umlaut(log: Log) -> list[str]:
    """Return what three rules of UMLAUT (Schoop et al. 2021) say, which have what they ask about.

    It is of Keras and is not installed: the rules are those of its `heuristics.py`.
    """
    found = ["input outside -1 to 1"] if np.abs(log.X).max() > 1.0 else []
    found += ["NaN in loss"] if np.isnan(log.losses).any() else []
    found += ["learning rate too high"] if log.rate > 0.01 else []
    return found + (["learning rate too low"] if log.rate < 1e-7 else [])


def _traintools(training: Trained) -> list[str]:
    from traintools import GradientHealthMonitor

    monitor, found = GradientHealthMonitor(), []
    rate = training.optimizer.param_groups[0]["lr"]
    for step, _ in enumerate(_steps(training)):
        found += monitor.inspect(training.model, step=step, lr=rate).warnings
    return found


def _torchmortem(training: Trained) -> list[str]:
    from torchmortem import Autopsy

    with Autopsy(training.model, optimizer=training.optimizer) as autopsy:
        for loss in _steps(training):
            autopsy.step(loss=loss)
    report = autopsy.get_report()
    return [one.title for one in report.findings if one.severity.name != "INFO"]


def _steps(training: Trained) -> Iterator[float]:
    """Yield the loss of each step, while its gradient is there."""
    for _ in range(training.steps):
        training.optimizer.zero_grad()
        loss = training.loss(training.model(training.X), training.y)
        loss.backward()
        yield float(loss.detach())
        training.optimizer.step()


LOGGED: Mapping[str, tuple[str | None, Callable[[Log], list[str]]]] = {
    "training-doctor": ("training_doctor", _doctor),
    "trainproof": ("trainproof", _trainproof),
    "trainpulse": ("trainpulse", _trainpulse),
    "rules of UMLAUT": (None, _umlaut),
}

WATCHING: Mapping[str, tuple[str | None, Callable[[Trained], list[str]]]] = {
    "traintools": ("traintools", _traintools),
    "torchmortem": ("torchmortem", _torchmortem),
}


def missing() -> list[str]:
    """Return the tools that are not installed."""
    known = {name: package for name, (package, _) in {**LOGGED, **WATCHING}.items()}
    return [name for name, package in known.items() if package and not find_spec(package)]


def of_log(log: Log) -> dict[str, list[str]]:
    """Return the findings of each tool that reads a log, by its name."""
    absent = missing()
    with _quiet():
        return {name: work(log) for name, (_, work) in LOGGED.items() if name not in absent}


def of_training(made: Callable[[], Trained]) -> dict[str, list[str]]:
    """Return the findings of each tool that looks on while a training of its own takes steps."""
    absent = missing()
    with _quiet():
        return {name: work(made()) for name, (_, work) in WATCHING.items() if name not in absent}


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the tools say off the terminal."""
    logging.getLogger("torchmortem").setLevel(logging.ERROR)
    said = io.StringIO()
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
    ):
        warnings.simplefilter("ignore")
        yield
