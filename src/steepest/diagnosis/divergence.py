"""Divergence: the run left its best point behind, and why.

On a bowl of curvature L, steepest descent with a fixed rate multiplies the error along the
steepest axis by `1 - rate L` each step, so it grows exactly when the rate is above 2 / L. The
squared loss is such a bowl: the number is a proof. Other losses curve less elsewhere, so there L
is the most they can curve, and a rate below 2 / L is certainly safe.
"""

from steepest.descent.rule import Rule
from steepest.descent.stopping import RISEN
from steepest.diagnosis.verdict import Verdict
from steepest.trace import Trace

__all__ = ["judge_divergence"]

GRADIENT_DESCENT = "Polyak 1987, Introduction to Optimization, section 1.4"


def judge_divergence(
    trace: Trace, rule: Rule, curvature: float | None, proves: bool, coordinates: str
) -> Verdict | None:
    """Return the verdict on a run that left its best point for worse, or None if it did not.

    `curvature` is the most that the objective curves in the coordinates of the steps, which
    `coordinates` says in words; `proves` whether it curves just so everywhere, so that the limit
    is a theorem.
    """
    best, last = trace.best, float(trace.full_losses[-1])
    if last - best.full_loss <= RISEN * abs(best.full_loss):
        return None
    rate = float(trace.learning_rates[best.index : -1].max())
    limit = rule.limit(curvature) if curvature else None
    if limit is not None and curvature is not None and rate > limit:
        return _beyond_limit(trace, rule, rate, curvature, limit, proves, coordinates)
    if last <= trace.full_losses[0]:
        return None
    return _unexplained(trace, rule, rate)


def _beyond_limit(
    trace: Trace,
    rule: Rule,
    rate: float,
    curvature: float,
    limit: float,
    proves: bool,
    coordinates: str,
) -> Verdict:
    """Return the verdict on a rate above the limit of its rule."""
    most, where = "" if proves else "at most ", f" {coordinates}".rstrip()
    # As many digits as it takes to see which of the two is larger.
    digits = next(d for d in range(3, 18) if f"{rate:.{d}g}" != f"{limit:.{d}g}")
    return Verdict(
        level="proved" if proves else "measured",
        name="divergence",
        message=(
            f"diverged: learning rate {rate:.{digits}g} is above {rule.limit_formula} = "
            f"{limit:.{digits}g} "
            f"({most}curvature {curvature:.3g}{where}), "
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
        source="ours: a step that is too long is ten times too long at most, so try a tenth",
    )
