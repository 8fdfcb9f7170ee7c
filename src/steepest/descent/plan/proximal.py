"""The walk where an L1 penalty is asked for: what goes with it, and what does not."""

from typing import Any

from steepest.descent.coordinates.named import choose_scale, rough_standard
from steepest.descent.loop import Walk, read_start
from steepest.descent.plan.named_rates import choose_rate
from steepest.descent.plan.options import Asked
from steepest.descent.rules import Proximal, choose_rule
from steepest.descent.steps.proximal_gradient import ProximalGradient, thresholds
from steepest.descent.steps.proximal_newton import ProximalNewton
from steepest.descent.steps.step_size import Fixed, Scheduled
from steepest.errors import ChoiceError
from steepest.objective.risk import LinearObjective

__all__ = ["plan_proximal"]

RULES = ("auto", "steepest", "proximal")
"""Rules that mean proximal steps where there is L1."""

WHY = {
    True: (
        "proximal Newton steps: l1 has a kink wherever a weight is 0, and few weights leave it, so "
        "a step looks at those few"
    ),
    False: "proximal steps: l1 has a kink wherever a weight is 0, where the gradient has a jump",
}
"""Why the rule is proximal, by whether it finds its own rate."""


def plan_proximal(objective: LinearObjective, asked: Asked) -> tuple[Walk, str]:
    """Return the walk of proximal steps, and why `auto` became what it did.

    A rate that is told is that of the textbook's step; left to `auto`, steps are Newton's on a
    working set. Raises ChoiceError for what does not go with it.
    """
    _check(objective, asked)
    reasons = []
    auto = asked.learning_rate == "auto"
    if asked.rule == "auto":
        reasons.append(WHY[auto])
    start = read_start(asked.start, objective, asked.seed)
    if asked.scale == "auto":
        reasons.append("standard: weights are drawn towards 0 one by one, so they stay apart")
        scale = rough_standard(objective) if auto else choose_scale("standard", objective)
    else:
        scale = choose_scale(asked.scale, objective)
    if auto:
        rate: Any = ProximalNewton(objective)
    else:
        unit = objective.moments.deviation if scale.name == "standard" else 1.0
        plain = choose_rate(asked.learning_rate, asked.steps, scale.curvature)
        if not isinstance(plain, Fixed | Scheduled):
            raise ChoiceError(_no_rate(asked.learning_rate))
        rate = ProximalGradient(plain, scale, thresholds(objective, unit))
    return Walk(objective, start, Proximal(), rate, scale), "; ".join(reasons)


def _check(objective: LinearObjective, asked: Asked) -> None:
    """Raise ChoiceError for a rule, mini-batches or a scale that do not go with it."""
    rule = asked.rule if isinstance(asked.rule, str) else choose_rule(asked.rule).name
    given = f"l1 is {objective.l1:g}"
    if rule not in RULES:
        raise ChoiceError(
            f"{given}, but the rule is {rule}, which would walk past the kinks at 0 and bring no "
            "weight to rest there; choose the rule auto or proximal, or l2 in place of l1"
        )
    if asked.batch is not None:
        raise ChoiceError(
            f"{given}, but mini-batches were asked for, whose noise keeps weights from 0; leave "
            "batch out, or choose l2 in place of l1"
        )
    if asked.scale == "round":
        raise ChoiceError(
            f"{given}, but the scale is round, in which coordinates mix the weights, and none can "
            "be held at 0; choose the scale standard, none or auto"
        )


def _no_rate(rate: Any) -> str:
    return (
        f"the learning rate is {rate}, which is made for steps along the gradient, and not for "
        "proximal ones; choose a number, a schedule such as time:0.1, or auto"
    )
