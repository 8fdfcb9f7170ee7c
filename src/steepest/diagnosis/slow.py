"""A run that ended far from its minimum: by a rate that is too small, or in a ravine.

On a bowl a step of steepest descent leaves `1 - rate c` of the error along an axis of curvature c,
and the rate is bounded by the largest c: where the smallest is far below it the error along that
axis takes as many steps as the condition, largest by smallest, is large (Nocedal & Wright 2006,
"Numerical optimization", theorem 3.3). What is left along each axis, `g² / 2c`, tells how much the
run lacks, and what the same steps at another rate would have left tells whose fault that is.
"""

import numpy as np

from steepest.descent.plan.scale import has_exact_bound
from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.remedies import STANDARDISE, or_auto, remedy
from steepest.diagnosis.spectrum import Spectrum
from steepest.diagnosis.stability import stability
from steepest.diagnosis.verdict import Verdict
from steepest.numerals import counted, percent, short

__all__ = ["judge_slow"]

LEFT = 0.1
"""The share of the whole fall that is left from which on a run has not come far enough."""

LITTLE = 1e-3
"""The share of a constant guess's loss up to which what is left is little."""

FAR_BELOW = 0.1
"""The share of its limit below which the rate of a network is small: sound ones rise to it."""

FEWEST_STEPS = 100
"""Steps before which nothing is said: fewer are taken to be looked at, not to arrive."""

NEARLY = 0.95
"""The share of the limit that is held to be the best rate: at the limit itself nothing falls."""


def judge_slow(evidence: Evidence) -> Verdict | None:
    """Return the verdict on a run of given rates that ended far from a minimum, or None."""
    given, steps = evidence.method.step_size.is_given, len(evidence.trace) - 1
    ended = evidence.stop.reason in ("steps", "seconds")
    if not given or not ended or steps < FEWEST_STEPS or evidence.in_batches:
        return None
    return _on_bowl(evidence) if evidence.objective.is_convex else _of_network(evidence)


def _on_bowl(evidence: Evidence) -> Verdict | None:
    """Return the verdict on steepest descent of a convex loss."""
    rule, spectrum, trace = evidence.method.rule, evidence.spectrum, evidence.trace
    if spectrum is None or rule.limit(1.0) != 2.0 or not spectrum.top > 0.0:
        return None
    gap = float(spectrum.gaps.sum())
    whole = float(trace.full_losses[0] - trace.full_losses[-1]) + gap
    if not gap > max(LEFT * whole, _little(evidence)):
        return None
    rate, steps = float(trace.learning_rates[:-1].max()), len(trace) - 1
    best = NEARLY * 2.0 / spectrum.top
    if best > rate and spectrum.gap_at(steps, rate, best) < LEFT * whole:
        return _too_small(evidence, spectrum, rate, gap / whole)
    return _ravine(evidence, spectrum, rate, gap / whole)


def _little(evidence: Evidence) -> float:
    """Return a fall that matters to nobody: a run that began at the minimum has nothing to fall."""
    scale = evidence.objective.null_loss or abs(evidence.trace.first.full_loss)
    return LITTLE * float(scale)


def _level(evidence: Evidence) -> str:
    return "proved" if has_exact_bound(evidence.objective) else "measured"


def _too_small(evidence: Evidence, spectrum: Spectrum, rate: float, left: float) -> Verdict:
    limit = 2.0 / spectrum.top
    return Verdict(
        level=_level(evidence),
        name="too small",
        message=(
            f"learning rate {short(rate)} is too small: it is {percent(rate / limit)} of its limit "
            f"{short(limit)}, and {percent(left)} of the fall to the lowest loss is still to come"
        ),
        numbers={"learning_rate": rate, "limit": limit, "suggested": limit / 2.0, "left": left},
        remedy=f"use learning rate {limit / 2.0:.2g}, half its limit{or_auto(evidence)}",
        source=evidence.method.rule.limit_source,
    )


def _ravine(evidence: Evidence, spectrum: Spectrum, rate: float, left: float) -> Verdict:
    """Return the verdict where no rate is enough: the axis on which most is left, and its steps."""
    slowest = float(spectrum.values[int(spectrum.gaps.argmax())])
    condition = spectrum.top / slowest
    steps = float(np.ceil(np.log(LEFT / left) / (2.0 * np.log1p(-rate * slowest))))
    more = f"{counted(int(steps), 'more step')}" if steps < 1e9 else f"{steps:.1g} more steps"
    where = evidence.method.coordinates.in_words
    return Verdict(
        level=_level(evidence),
        name="ravine",
        message=(
            f"a ravine: the loss curves by {short(spectrum.top)} across and {short(slowest)} along "
            f"it {where}".rstrip()
            + f", a condition of {short(condition)}; {percent(left)} of the "
            f"fall to the lowest loss is still to come, and takes {more} at this rate"
        ),
        numbers={
            "condition": condition,
            "top": spectrum.top,
            "along": slowest,
            "left": left,
            "steps": steps,
        },
        remedy=remedy(
            evidence,
            "use scale = standard or round, which make the loss round, or a rule left to auto",
            f"{STANDARDISE}, which makes the loss rounder, or momentum or Adam",
        ),
        source="Nocedal & Wright 2006, Numerical optimization, theorem 3.3",
    )


def _of_network(evidence: Evidence) -> Verdict | None:
    """Return the verdict on a network whose rate is far below its limit, and whose loss falls."""
    losses = evidence.trace.full_losses
    known = stability(evidence)
    if known is None or known.share >= FAR_BELOW:
        return None
    fall, late = losses[0] - losses[-1], losses[len(losses) // 2] - losses[-1]
    if not (fall > 0.0 and late > max(LEFT * fall, _little(evidence))):
        return None
    suggested = known.limit / 4.0
    return Verdict(
        level="measured",
        name="too small",
        message=(
            f"learning rate {short(known.rate)} is too small: it is {percent(known.share)} of "
            f"{known.formula} = {short(known.limit)} (curvature {short(known.curvature)} at step "
            f"{known.step:,}), and {percent(late / fall)} of the fall came in the second half"
        ),
        numbers={"learning_rate": known.rate, "limit": known.limit, "suggested": suggested},
        remedy=f"try {suggested:.2g}, a quarter of that limit{or_auto(evidence)}",
        source=known.source,
    )
