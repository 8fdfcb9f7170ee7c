"""A wrong gradient: it promises a slope that the loss does not have."""

from math import isfinite

from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.verdict import Verdict
from steepest.objective.gradient_check import Disagreement, disagreement
from steepest.objective.objective import Vector

__all__ = ["judge_gradient"]

SUSPECT = ("failed", "diverged", "stalled", "risen")
"""Ends that a wrong gradient may have brought; so may any at which the loss is no lower."""


def judge_gradient(evidence: Evidence) -> Verdict | None:
    """Return the verdict on an objective of the reader's own whose gradient is not its loss's.

    It is looked at where the run has not brought the loss down: `is_suspect`.
    """
    trace = evidence.trace
    if not is_suspect(evidence):
        return None
    wrong = _disagreement(evidence, trace.last.params) or _disagreement(
        evidence, trace.first.params
    )
    return None if wrong is None else _wrong(wrong)


def is_suspect(evidence: Evidence) -> bool:
    """Return whether the gradient is somebody else's, and the run may have ended because of it.

    Of a run without a step it has not.
    """
    trace = evidence.trace
    if len(trace) < 2:
        return False
    fell = trace.full_losses[-1] < trace.full_losses[0]
    return not evidence.objective.count and (not fell or evidence.stop.reason in SUSPECT)


def _disagreement(evidence: Evidence, params: Vector) -> Disagreement | None:
    """Return what `disagreement` finds; None too where the reader's own code fails there."""
    if not all(map(isfinite, params)):
        return None
    try:
        return disagreement(evidence.objective, params)
    except Exception:
        # Whatever it raises has been raised of the run already, or is not the run's.
        return None


def _wrong(wrong: Disagreement) -> Verdict:
    promised, measured = wrong
    goes = "rises" if measured > 0 else "falls"
    return Verdict(
        level="measured",
        name="gradient",
        message=(
            f"loss and gradient disagree: along minus the gradient the loss {goes} by "
            f"{abs(measured):.4g} a unit of length, where by the gradient it falls by "
            f"{-promised:.4g}"
        ),
        numbers={"promised": promised, "measured": measured, "ratio": measured / promised},
        remedy="check the gradient of the objective: its sign, its factor, each param's part",
        source=(
            "Nocedal & Wright 2006, Numerical optimization, section 8.1: the central difference"
        ),
    )
