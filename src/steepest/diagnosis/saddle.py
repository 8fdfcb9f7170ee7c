"""A saddle: the gradient is nearly 0, and along one direction the loss curves down.

Dauphin et al. 2014, "Identifying and attacking the saddle point problem in high-dimensional
non-convex optimization". That a lower loss is near is not left to the curvature: it is worked out.
"""

import numpy as np

from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.remedies import seed
from steepest.diagnosis.verdict import Verdict
from steepest.numerals import short
from steepest.objective.linear_algebra.lanczos import Ends
from steepest.objective.model.model import Array

__all__ = ["is_nearly_flat", "judge_saddle"]

FLAT = 1e-3
"""The share of the loss, `g² / (2 top)`, that a gradient promises which is nearly 0.

That is how much lower the parabola along the steepest axis goes, of curvature `top`.
"""

DOWNWARDS = -0.01
"""The smallest eigenvalue by the largest from which down the loss curves down: else it is flat."""

LOWER = 0.1
"""The share of the fall from the start to it by which a point along that direction is lower."""

LENGTHS = (0.1, 0.3, 1.0, 3.0)
"""How far along it is looked, in the coordinates of the walk, to both sides."""


def judge_saddle(evidence: Evidence) -> Verdict | None:
    """Return the verdict on a network that stands at a saddle; None where it does not."""
    trace, step = evidence.trace, evidence.looked_at
    if evidence.objective.is_convex or evidence.in_batches or evidence.stop.reason == "diverged":
        return None
    ends = evidence.ends
    if ends is None or not is_nearly_flat(evidence, ends):
        return None
    bottom, top = ends.bottom.value, ends.top.value
    lower = _lower(evidence, ends.bottom.vector) if bottom < DOWNWARDS * top else np.inf
    if not step.full_loss - lower > LOWER * (trace.first.full_loss - lower):
        return None
    steepness = short(trace.last.steepness)
    return Verdict(
        level="measured",
        name="saddle",
        message=(
            f"a saddle, not a minimum: the gradient is nearly 0, {steepness} long, and the "
            f"curvature goes from {short(bottom)} to {short(top)}; along the direction that curves "
            f"down the loss falls from {short(step.full_loss)} to {short(lower)}"
        ),
        numbers={"bottom": bottom, "top": top, "lower": lower},
        remedy=f"take more steps, a rule with momentum, or another start {seed(evidence)}",
        source="Dauphin et al. 2014, Identifying and attacking the saddle point problem",
    )


def is_nearly_flat(evidence: Evidence, ends: Ends) -> bool:
    """Return whether the gradient at the end promises less than `FLAT` of the loss."""
    last, top = evidence.trace.last, ends.top.value
    return top > 0.0 and last.steepness**2 <= 2.0 * top * FLAT * abs(last.full_loss)


@np.errstate(over="ignore", invalid="ignore")
def _lower(evidence: Evidence, axis: Array) -> float:
    """Return the lowest loss found along a direction in the coordinates of the walk, (params,)."""
    coordinates, objective = evidence.method.coordinates, evidence.objective
    here, along = np.asarray(evidence.looked_at.params), coordinates.params(axis)
    moves = [sign * length for length in LENGTHS for sign in (-1.0, 1.0)]
    return float(np.nanmin([objective.value(here + move * along) for move in moves]))
