"""Divergence: the run left its best point behind, and why.

On a bowl of curvature L, steepest descent with a fixed rate multiplies the error along the
steepest axis by `1 - rate L` each step, so it grows exactly when the rate is above 2 / L. The
squared loss is such a bowl: the number is a proof. Other losses curve less elsewhere, so there L
is the most they can curve, and a rate below 2 / L is certainly safe.
"""

from steepest.descent.rules import Rule
from steepest.diagnosis.verdict import Verdict
from steepest.trace import Trace

__all__ = ["judge_divergence"]

GRADIENT_DESCENT = "Polyak 1987, Introduction to Optimization, section 1.4"
COORDINATES = {"none": "", "standard": " in standard units", "round": " where the bowl is round"}
ROUNDING = 1e-9
"""The share of the loss by which it may end higher without having risen."""
NONSMOOTH = "Shor 1985, Minimization Methods for Non-Differentiable Functions"


def judge_divergence(
    trace: Trace, rule: Rule, curvature: float | None, quadratic: bool, scale: str
) -> Verdict | None:
    """Return the verdict on a run that ended above its start, or None if it did not.

    `curvature` is the most that the objective curves in the coordinates of the walk, those of
    `scale`; `quadratic` whether it curves so everywhere.
    """
    first, last = trace.full_losses[0], trace.full_losses[-1]
    if last - first <= ROUNDING * abs(first):
        return None
    rate = float(trace.learning_rates[-1])
    limit = rule.limit(curvature) if curvature else None
    if limit is None or rate <= limit:
        return _unexplained(trace, rule, rate)
    assert curvature is not None
    return Verdict(
        level="proved" if quadratic else "measured",
        name="divergence",
        message=(
            f"diverged: learning rate {rate:.3g} is above {_limit_in_words(rule)} = {limit:.3g} "
            f"({'' if quadratic else 'at most '}curvature {curvature:.3g}{COORDINATES[scale]}), "
            "so steps across the steepest slope overshoot and grow"
        ),
        numbers={
            "learning_rate": rate,
            "curvature": curvature,
            "limit": limit,
            "suggested": 1.0 / curvature,
            "best_step": trace.best.index,
            "best_loss": trace.best.full_loss,
        },
        remedy=f"use learning rate {1.0 / curvature:.2g} (1/curvature), or auto",
        source=GRADIENT_DESCENT,
    )


def _limit_in_words(rule: Rule) -> str:
    """Return the rule's limit as a formula."""
    return {
        "steepest": "2/curvature",
        "momentum": "2 (1 + beta)/curvature",
        "nesterov": "2 (1 + beta)/((1 + 2 beta) curvature)",
    }.get(rule.name, "its limit")


def _unexplained(trace: Trace, rule: Rule, rate: float) -> Verdict:
    """Return the verdict where no limit is known: the numbers, and the plain remedy."""
    best = trace.best
    return Verdict(
        level="rule of thumb",
        name="divergence",
        message=(
            f"ended higher than it started: loss {trace.full_losses[-1]:.3g} after "
            f"{trace.full_losses[0]:.3g}; learning rate {rate:.3g} steps too far for {rule.name}"
        ),
        numbers={
            "learning_rate": rate,
            "suggested": rate / 10,
            "best_step": best.index,
            "best_loss": best.full_loss,
        },
        remedy=f"try a learning rate of {rate / 10:.2g}, or auto",
        source=NONSMOOTH,
    )
