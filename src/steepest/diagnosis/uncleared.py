"""Gradients that were not cleared: each step goes by the sum of all gradients so far."""

from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.verdict import Verdict

__all__ = ["judge_uncleared"]

MOST_BY_CHANCE = 0.5
"""The share of gradients, of those looked at, that were added to used ones: a loop does or not."""


def judge_uncleared(evidence: Evidence) -> Verdict | None:
    """Return the verdict on a loop that adds each gradient to those of the steps before it."""
    training = evidence.training
    if training is None or training.uncleared <= MOST_BY_CHANCE * training.looked_at:
        return None
    return Verdict(
        level="proved",
        name="uncleared",
        message=(
            f"gradients are not cleared: in {training.uncleared:,} of the first "
            f"{training.looked_at:,} steps after the first one the gradient was added to that of a "
            "step that had been taken, so each step goes by the sum of all before it"
        ),
        numbers={"uncleared": float(training.uncleared), "looked_at": float(training.looked_at)},
        remedy="call optimizer.zero_grad() once in each step, before backward()",
        source="ours: the gradients before each backward pass were looked at",
    )
