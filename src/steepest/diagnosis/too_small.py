"""A learning rate that is too small: the run is still where it started, and need not be.

Below half its limit, `rate <= 1/L`, steepest descent on a bowl multiplies the error along each axis
of curvature c by `1 - rate c`, which is from 0 to 1 and falls with the rate: `1/L` brings every one
of them further down in each step. So where the limit is known and the gradient has hardly changed,
it is proved that a larger rate does more. Elsewhere a loss that has fallen as straight as it began,
and by next to nothing, is reported as a rule of thumb.
"""

import numpy as np

from steepest.descent.plan.scale import has_exact_bound
from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.loop_order import judge_emptied
from steepest.diagnosis.unmoved import judge_unmoved
from steepest.diagnosis.verdict import Verdict
from steepest.numerals import counted, percent, short

__all__ = ["judge_too_small"]

SHARE_OF_LIMIT = 0.01
"""The share of its limit below which a rate is small: at a fifth of it nothing is wrong."""

UNCHANGED = 0.9
"""The share of its first length that the gradient has kept where a run has hardly begun."""

FEWEST_STEPS = 20
"""Steps before which nothing is said: every run has hardly begun there."""

LITTLE = 0.01
"""The share of itself by which a loss has fallen that has fallen by next to nothing."""


def judge_too_small(evidence: Evidence) -> Verdict | None:
    """Return the verdict on rates so small that the run has hardly begun; None if they are not.

    Rates that were searched for are none, nor are those of steps that are rounded away: these are
    said so.
    """
    trace, method = evidence.trace, evidence.method
    steps, rates = len(trace) - 1, trace.learning_rates[:-1]
    if not method.step_size.is_given or steps < FEWEST_STEPS or evidence.in_batches:
        return None
    if judge_unmoved(evidence) is not None or judge_emptied(evidence) is not None:
        return None
    norms = trace.gradient_norms
    if not norms[-1] >= UNCHANGED * norms[0] > 0.0 or not np.isfinite(rates).all():
        return None
    if method.clip is not None and (trace.steepnesses[:-1] > method.clip).all():
        return _by_clip(evidence, method.clip)
    curvature = method.coordinates.curvature
    limit = method.rule.limit(curvature) if curvature else None
    rate = float(rates.max())
    if limit is None:
        return _by_straight_fall(evidence, rate)
    return None if rate >= SHARE_OF_LIMIT * limit else _by_limit(evidence, rate, limit)


def _by_clip(evidence: Evidence, clip: float) -> Verdict | None:
    """Return the verdict where each gradient was shortened and the loss hardly fell."""
    losses, steepest = evidence.trace.full_losses, float(evidence.trace.steepnesses.max())
    fall = (losses[0] - losses[-1]) / abs(losses[0]) if losses[0] else 0.0
    if not 0.0 <= fall < LITTLE:
        return None
    steps = counted(len(losses) - 1, "step")
    return Verdict(
        level="measured",
        name="too small",
        message=(
            f"clip {short(clip)} is too small: it shortened the gradient, up to {short(steepest)} "
            f"long, in each of {steps}, and the loss fell by {percent(fall)}"
        ),
        numbers={"clip": clip, "longest": steepest, "fall": fall, "kept": _kept_gradient(evidence)},
        remedy="leave clip out, or take one near the length of the usual gradients",
        source="ours: the length of every gradient was held against clip",
    )


def _by_limit(evidence: Evidence, rate: float, limit: float) -> Verdict:
    """Return the verdict on a rate far below its limit."""
    kept, steps = _kept_gradient(evidence), len(evidence.trace) - 1
    proves = evidence.method.rule.first_step_is_steepest and has_exact_bound(evidence.objective)
    return Verdict(
        level="proved" if proves else "measured",
        name="too small",
        message=(
            f"learning rate {short(rate)} is too small: it is {percent(rate / limit)} of its limit "
            f"{short(limit)}, and after {counted(steps, 'step')} the gradient is still "
            f"{percent(kept)} as long as at the start"
        ),
        numbers={"learning_rate": rate, "limit": limit, "suggested": limit / 2.0, "kept": kept},
        remedy=f"use learning rate {limit / 2.0:.2g}, half its limit",
        source=evidence.method.rule.limit_source,
    )


def _by_straight_fall(evidence: Evidence, rate: float) -> Verdict | None:
    """Return the verdict where no limit is known: the loss fell by next to nothing."""
    losses, kept = evidence.trace.full_losses, _kept_gradient(evidence)
    fall = (losses[0] - losses[-1]) / abs(losses[0]) if losses[0] else 0.0
    if not 0.0 <= fall < LITTLE or kept > 1.0 / UNCHANGED:
        return None
    steps = counted(len(losses) - 1, "step")
    return Verdict(
        level="rule of thumb",
        name="too small",
        message=(
            f"learning rate {short(rate)} is too small: in {steps} the loss fell by "
            f"{percent(fall)}, and the gradient is still {percent(kept)} as long as at the start"
        ),
        numbers={"learning_rate": rate, "suggested": 10.0 * rate, "fall": fall, "kept": kept},
        remedy=f"try {10.0 * rate:.2g}, then ten times that, as long as the loss falls",
        source="ours: no limit of the rate is known here, so ten times it is tried",
    )


def _kept_gradient(evidence: Evidence) -> float:
    norms = evidence.trace.gradient_norms
    return float(norms[-1] / norms[0])
