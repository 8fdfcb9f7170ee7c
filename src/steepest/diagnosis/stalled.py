"""Stalled: the run found nothing lower, and another way from its end does."""

from steepest.descent.plan.stopping import PROBE_STEPS, lower_than, near
from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.verdict import Verdict

__all__ = ["judge_stalled"]


def judge_stalled(evidence: Evidence) -> Verdict | None:
    """Return the verdict on a run that ended where a lower loss is near, None if it did not.

    A run that stalled where none is found is one that cannot be judged.
    """
    if evidence.stop.reason != "stalled":
        return None
    last = evidence.trace.last
    lower = lower_than(evidence.objective, evidence.trace.first, last)
    if lower is None:
        return None
    return Verdict(
        level="proved",
        name="stalled",
        message=(
            f"not the lowest loss: {PROBE_STEPS} steps as auto takes them from "
            f"{near(evidence.objective)} lower it from {last.full_loss:.6g} to {lower:.6g}"
        ),
        numbers={"loss": last.full_loss, "lower": lower, "steps": float(PROBE_STEPS)},
        remedy=(
            "leave rule, learning rate and scale to auto; where they are, start elsewhere (another "
            "seed), or choose a loss without kinks, such as huber"
        ),
        source="ours: the lower loss was worked out",
    )
