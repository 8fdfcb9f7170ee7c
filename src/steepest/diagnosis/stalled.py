"""Stalled: the run found nothing lower, and another descent from its end does."""

import numpy as np

from steepest.data.float_types import FLOAT64
from steepest.descent.plan.stopping import PROBE_STEPS, lower_than, near
from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.symmetry import judge_symmetry
from steepest.diagnosis.verdict import Verdict
from steepest.objective.objective import Objective

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
        remedy=_remedy(evidence),
        source="ours: the lower loss was worked out",
    )


def _remedy(evidence: Evidence) -> str:
    """Return what to do: only what is not done yet, and what this run depends on."""
    objective, alike = evidence.objective, judge_symmetry(evidence)
    if alike is not None:
        return alike.remedy
    changes = [] if evidence.automatic else ["leave rule, learning rate and scale to auto"]
    changes += [] if objective.dtype == FLOAT64 else ["compute with dtype = float64"]
    changes += [] if objective.is_convex else [f"start elsewhere ({_other_start(objective)})"]
    changes += [] if objective.smooth else ["choose a loss without kinks, such as huber"]
    return ", or ".join(changes) or "start elsewhere"


def _other_start(objective: Objective) -> str:
    """Return what leads to another start: a seed does not where none is drawn."""
    one, other = (objective.random_start(np.random.default_rng(seed)) for seed in (0, 1))
    if one is None or other is None:
        return "another start"
    return "leave out init and start" if np.array_equal(one, other) else "another seed or start"
