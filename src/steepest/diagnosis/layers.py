"""Gradients that vanish or explode from the last layer to the first.

By how much a layer's gradient differs from another's, per weight; thresholds are those of
AutoTrainer (Zhang et al. 2021, "AutoTrainer: an automatic DNN training problem detection and repair
system"), looked at where the run has not brought the loss down.
"""

from typing import NamedTuple

import numpy as np

from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.remedies import STANDARDISE, remedy
from steepest.diagnosis.verdict import Verdict
from steepest.numerals import short
from steepest.trace import Step

__all__ = ["Ratio", "judge_layers", "layer_ratio", "learns_little"]

VANISHING = 1e-3
"""The first layer's gradient by the last's, below which it vanishes."""

EXPLODING = 70.0
"""The same above which it explodes."""

SOURCE = "Zhang et al. 2021, AutoTrainer"

LITTLE = 0.9
"""The share of a constant guess's loss that is left where a run has not brought the loss down."""


class Ratio(NamedTuple):
    """The mean size of the gradients of the first layer and of the last."""

    first: float
    last: float

    @property
    def value(self) -> float:
        """The first by the last."""
        return self.first / self.last if self.last else float("nan")

    @property
    def numbers(self) -> dict[str, float]:
        """All three by name."""
        return {"first": self.first, "last": self.last, "ratio": self.value}


def judge_layers(evidence: Evidence) -> Verdict | None:
    """Return the verdict on gradients that vanish or explode; None where they do neither."""
    if not learns_little(evidence):
        return None
    start = layer_ratio(evidence, evidence.trace.first)
    if start is None:
        return None
    if start.value < VANISHING:
        return _vanishing(evidence, start)
    return _exploding(evidence, start) if start.value > EXPLODING else None


def learns_little(evidence: Evidence) -> bool:
    """Return whether it is a network of several layers whose loss is hardly lower."""
    objective, losses = evidence.objective, evidence.trace.full_losses
    if objective.missing or len(objective.layer_names) < 2 or evidence.stop.at_minimum:
        return False
    of = objective.null_loss or float(losses[0])
    return not evidence.looked_at.full_loss < LITTLE * of


@np.errstate(over="ignore", invalid="ignore")
def layer_ratio(evidence: Evidence, step: Step) -> Ratio | None:
    """Return the ratio at a step; None where that is not known."""
    params = np.asarray(step.params, dtype=np.float64)
    if evidence.objective.missing or not np.isfinite(params).all():
        return None
    layers = evidence.objective.by_layer(evidence.objective.evaluate(params).gradient)
    first, last = (float(np.abs(layers[i]).mean()) for i in (0, -1))
    return Ratio(first, last)


def _vanishing(evidence: Evidence, start: Ratio) -> Verdict:
    return _verdict(
        "vanishing",
        f"the gradient vanishes on its way back: {_sizes(evidence, start)}, a share of "
        f"{short(start.value)}, at the start",
        start,
        remedy(
            evidence,
            "use fewer layers, activation = relu, init = auto, or the rule adam",
            "use fewer layers, nn.ReLU with torch.nn.init.kaiming_uniform_, layers of "
            "normalisation, or torch.optim.Adam",
        ),
        f"a share below {VANISHING:g}",
    )


def _exploding(evidence: Evidence, start: Ratio) -> Verdict:
    return _verdict(
        "exploding",
        f"the gradient grows on its way back: {_sizes(evidence, start)}, "
        f"{short(start.value)} times as large",
        start,
        remedy(
            evidence,
            "use scale = standard, init = auto, a clip, or a smaller learning rate",
            f"{STANDARDISE}, torch.nn.init.xavier_uniform_, torch.nn.utils.clip_grad_norm_, or a "
            "smaller learning rate",
        ),
        f"more than {EXPLODING:g} times",
    )


def _verdict(name: str, said: str, start: Ratio, change: str, threshold: str) -> Verdict:
    return Verdict(
        level="rule of thumb",
        name=name,
        message=f"{said}, and the loss is hardly lower",
        numbers=start.numbers,
        remedy=change,
        source=f"{SOURCE}: {threshold}",
    )


def _sizes(evidence: Evidence, start: Ratio) -> str:
    names = evidence.objective.layer_names
    first, last = short(start.first), short(start.last)
    return f"per weight it is {first} in {names[0]} and {last} in {names[-1]}"
