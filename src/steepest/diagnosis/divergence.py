"""Divergence, or a run that does not settle: it left its best point behind, and why.

On a bowl of curvature L, steepest descent with a fixed rate multiplies the error along the
steepest axis by `1 - rate L` each step, so it grows exactly when the rate is above 2 / L. The
squared loss is such a bowl: the number is a proof. Other losses curve less elsewhere, so there L
is the most they can curve, and a rate below 2 / L is certainly safe; above it a run may go to and
fro for ever and come no further. So "diverged" is said of a bowl, or where the run ended for that.
"""

from dataclasses import replace

import numpy as np

from steepest.descent.plan.scale import has_exact_bound
from steepest.descent.stop import least_rise
from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.remedies import or_auto, remedy
from steepest.diagnosis.verdict import Verdict
from steepest.numerals import counted
from steepest.trace import Step, Trace

__all__ = ["judge_divergence", "too_far"]

WANDERED = 2.0
"""How many times the start's loss the end of mini-batches may be by chance: more is reported."""

ABOVE = 1.1
"""The same where the last mini-batches are above the start too, by more than their noise.

Of 36 runs of moons, geyser and diabetes that began where one had ended, those that ended up to
1.48 of that by noise had the last mini-batches' mean at most 2.5 standard errors above it; those
that a rate led away 8.5, and moons at rate 5 and batch 1 (1.95 of its start) 5.7.
"""

NOISE = 3.0
"""Standard errors by which the mean of the last mini-batches' losses may be above by chance."""


FEW = 10
"""Mini-batches whose losses are looked at together where that of all rows is not known."""


def judge_divergence(evidence: Evidence) -> Verdict | None:
    """Return the verdict on a run that left its best point for worse, or None if it did not.

    A search does not leave it, and mini-batches may by chance: more than their noise is reported.
    """
    trace, method = evidence.trace, evidence.method
    if method.step_size.never_rises or evidence.lost is not None:
        return None
    if evidence.in_batches and evidence.stop.reason != "diverged":
        return _of_batches(evidence)
    if not _left_best(evidence):
        return None
    rate = float(trace.learning_rates[trace.best.index : -1].max())
    # The limit of a rule is one of rates that were given: some that are found exceed it on purpose.
    curvature = method.coordinates.curvature if method.step_size.is_given else None
    limit = method.rule.limit(curvature) if curvature else None
    if limit is not None and curvature is not None and rate > limit:
        return _with_place(evidence, _beyond_limit(evidence, rate, curvature, limit))
    if trace.full_losses[-1] <= trace.full_losses[0]:
        return None
    if method.rule.fault:
        return _with_place(evidence, _by_rule(evidence))
    return _with_place(evidence, _unexplained(evidence, rate, float(trace.full_losses[-1])))


def _of_batches(evidence: Evidence) -> Verdict | None:
    """Return the verdict on mini-batches whose loss of all rows ends above the start's."""
    trace, last = evidence.trace, evidence.trace.last
    if evidence.objective.missing:
        return _of_batches_alone(evidence)
    loss = evidence.objective.value(last.params) if np.isnan(last.full_loss) else last.full_loss
    first = abs(trace.first.full_loss)
    if not (loss > WANDERED * first or (loss > ABOVE * first and _late_mean(evidence) > first)):
        return None
    rate = float(trace.learning_rates[trace.best.index : -1].max())
    return _unexplained(evidence, rate, float(loss))


def _late_mean(evidence: Evidence) -> float:
    """Return the least that the mean loss of the last epoch's mini-batches may be; NaN of a few."""
    losses = evidence.trace.losses
    count = min(max(evidence.method.sampler.in_epoch, FEW), len(losses) // 2)
    if count < FEW:
        return float("nan")
    last = losses[-count:]
    return float(last.mean() - NOISE * last.std(ddof=1) / np.sqrt(count))


def _of_batches_alone(evidence: Evidence) -> Verdict | None:
    """Return the verdict where only the mini-batches' own losses are known, which vary by chance.

    So the middle one of the last is held against the highest of the first.
    """
    known = evidence.trace.losses[np.isfinite(evidence.trace.losses)]
    if len(known) < 2 * FEW:
        return None
    last, first = float(np.median(known[-FEW:])), float(np.abs(known[:FEW]).max())
    if not last > WANDERED * first:
        return None
    rate = float(evidence.trace.learning_rates[:-1].max())
    return _unexplained(evidence, rate, last)


def _with_place(evidence: Evidence, verdict: Verdict) -> Verdict:
    """Return the verdict with where in a network a number first was not finite, if one was."""
    if np.isfinite(evidence.trace.last.full_loss):
        return verdict
    first = _first_not_finite(evidence.trace)
    where = evidence.objective.first_not_finite(first.params)
    if not where:
        return verdict
    said = f"at step {first.index:,} {where} is the first number that is not finite"
    return replace(verdict, message=f"{verdict.message}; {said}")


def _first_not_finite(trace: Trace) -> Step:
    """Return the first kept step with params that are not finite: a loop may go on after it.

    Without one it is the last.
    """
    lost = ~np.isfinite(trace.params).all(axis=1)
    return trace[int(trace.kept[lost.argmax()])] if lost.any() else trace.last


def _left_best(evidence: Evidence) -> bool:
    best, last = evidence.trace.best.full_loss, float(evidence.trace.full_losses[-1])
    return not last - best <= least_rise(evidence.objective.rounding) * abs(best)


def _name(evidence: Evidence) -> str:
    """Return what is measured of a run that left its best point: growth, or that it goes on."""
    return "divergence" if evidence.stop.reason == "diverged" else "unsettled"


def _risen(trace: Trace) -> str:
    """Return how often the loss rose, where it ended and where it was lowest."""
    rises = int(np.sum(np.diff(trace.full_losses) > 0))
    return (
        f"the loss rose in {rises:,} of {counted(len(trace) - 1, 'step')} and ended at "
        f"{trace.full_losses[-1]:.3g}, lowest {trace.best.full_loss:.3g} at step "
        f"{trace.best.index:,}"
    )


def _beyond_limit(evidence: Evidence, rate: float, curvature: float, limit: float) -> Verdict:
    """Return the verdict on a rate above the limit of its rule."""
    best, method = evidence.trace.best, evidence.method
    proves = has_exact_bound(evidence.objective) and not evidence.in_batches
    name = "divergence" if proves else _name(evidence)
    most, where = "" if proves else "at most ", f" {method.coordinates.in_words}".rstrip()
    led, so = "diverged: ", "so steps across the steepest slope overshoot and grow"
    if name == "unsettled":
        led, so = f"has not settled: {_risen(evidence.trace)}; ", "so steps can overshoot"
    # As many digits as it takes to see which of the two is larger.
    digits = next(d for d in range(3, 18) if f"{rate:.{d}g}" != f"{limit:.{d}g}")
    return Verdict(
        level="proved" if proves else "measured",
        name=name,
        message=(
            f"{led}learning rate {rate:.{digits}g} is above {method.rule.limit_formula} = "
            f"{limit:.{digits}g} "
            f"({most}curvature {curvature:.3g}{where}), "
            f"{so}"
        ),
        numbers={
            "learning_rate": rate,
            "curvature": curvature,
            "limit": limit,
            "suggested": 1.0 / curvature,
            "best_step": best.index,
            "best_loss": best.full_loss,
        },
        remedy=f"use learning rate {1.0 / curvature:.2g} (1/curvature){or_auto(evidence)}",
        source=method.rule.limit_source,
    )


def _by_rule(evidence: Evidence) -> Verdict:
    """Return the verdict on a rule that no learning rate could have saved."""
    trace, rule = evidence.trace, evidence.method.rule
    best = trace.best
    return Verdict(
        level="measured",
        name=_name(evidence),
        message=(
            f"ended higher than it started: loss {trace.full_losses[-1]:.3g} after "
            f"{trace.full_losses[0]:.3g}; of the rule {rule.name} {rule.fault}"
        ),
        numbers={"best_step": best.index, "best_loss": best.full_loss},
        remedy=remedy(
            evidence,
            f"use a beta below 1, such as the rule {rule.name} without a number: 0.9",
            "use momentum below 1, such as 0.9",
        ),
        source=rule.limit_source,
    )


def too_far(rate: float, rule: str) -> str:
    """Return what is said of a rate of which no limit is known."""
    return f"learning rate {rate:.3g} steps too far for {rule}"


def _ended(trace: Trace, loss: float) -> str:
    """Return that a run ended higher than it started, or at no number, after its first loss."""
    losses = trace.full_losses if np.isfinite(trace.full_losses[0]) else trace.losses
    known = losses[np.isfinite(losses)]
    after = f" after {known[0]:.3g}" if len(known) else ", and no loss before is known"
    if np.isnan(loss):
        return f"ended at no number: loss {loss:.3g}{after}"
    return f"ended higher than it started: loss {loss:.3g}{after}"


def _unexplained(evidence: Evidence, rate: float, loss: float) -> Verdict:
    """Return the verdict where no limit is known: the numbers, and the plain remedy."""
    trace, rule = evidence.trace, evidence.method.rule
    best = trace.best
    return Verdict(
        level="rule of thumb",
        name=_name(evidence),
        message=f"{_ended(trace, loss)}; {too_far(rate, rule.name)}",
        numbers={
            "learning_rate": rate,
            "suggested": rate / 10,
            "best_step": best.index,
            "best_loss": best.full_loss,
        },
        remedy=(
            f"try {rate / 10:.2g}, then a tenth of that{or_auto(evidence)}; "
            "find_rate tries them all"
        ),
        source="ours: no limit of the rate is known here, so tenths of it are tried in turn",
    )
