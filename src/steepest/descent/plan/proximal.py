"""The walk where an L1 penalty is asked for: what goes with it, and what does not."""

from typing import Any

from steepest.descent.loop import Method
from steepest.descent.named_rules import choose_rule
from steepest.descent.plan.named_rates import choose_step_size
from steepest.descent.plan.options import Options
from steepest.descent.plan.scale import coordinates_of
from steepest.descent.plan.start import read_start
from steepest.descent.rules import Proximal
from steepest.descent.sampling import AllRows
from steepest.descent.steps.proximal_gradient import ProximalGradient, thresholds
from steepest.descent.steps.proximal_newton import ProximalNewton
from steepest.descent.steps.step_size import Fixed, Scheduled, StepSize
from steepest.errors import ChoiceError
from steepest.objective.coordinates.bounded import rough_standard
from steepest.objective.coordinates.coordinates import Coordinates

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


def plan_proximal(objective: Any, options: Options) -> tuple[Method, str]:
    """Return the parts of a descent by proximal steps, and why `auto` became what it did.

    A rate that is given is that of the textbook's step; left to `auto`, steps are Newton's on a
    working set. Raises ChoiceError for what does not go with it.
    """
    _check(objective, options)
    auto, reasons = options.learning_rate == "auto", []
    if options.rule == "auto":
        reasons.append(WHY[auto])
    if options.scale == "auto" and objective.has_hessian_blocks:
        reasons.append("standard: weights are drawn towards 0 one by one, so they stay apart")
    start = read_start(options.start, objective, options.seed)
    coordinates = _coordinates(objective, options)
    step_size = ProximalNewton(objective) if auto else _given(objective, coordinates, options)
    sampler = AllRows(objective)
    return Method(objective, start, Proximal(), step_size, coordinates, sampler), "; ".join(reasons)


def _coordinates(objective: Any, options: Options) -> Coordinates:
    """Return the coordinates in which to walk: standard units, where there are any, for `auto`."""
    if options.scale != "auto" or not objective.has_hessian_blocks:
        return coordinates_of(objective, "none" if options.scale == "auto" else options.scale)
    if options.learning_rate == "auto":
        return rough_standard(objective)
    return coordinates_of(objective, "standard")


def _given(objective: Any, coordinates: Coordinates, options: Options) -> StepSize:
    """Return the textbook's proximal step, at the rate that is given."""
    unit = objective.moments.deviation if coordinates.name == "standard" else 1.0
    plain = choose_step_size(options.learning_rate, options.steps, coordinates.curvature)
    if not isinstance(plain, Fixed | Scheduled):
        raise ChoiceError(_no_rate(options.learning_rate))
    by_param = thresholds(objective.layout, objective.penalty.l1, unit)
    return ProximalGradient(plain, coordinates, by_param)


def _check(objective: Any, options: Options) -> None:
    """Raise ChoiceError for a rule, mini-batches or a scale that do not go with it."""
    rule = options.rule if isinstance(options.rule, str) else choose_rule(options.rule).name
    given = f"l1 is {objective.penalty.l1:g}"
    if rule not in RULES:
        raise ChoiceError(
            f"{given}, but the rule is {rule}, which would walk past the kinks at 0 and bring no "
            "weight to rest there; choose the rule auto or proximal, or l2 in place of l1"
        )
    if options.batch is not None:
        raise ChoiceError(
            f"{given}, but mini-batches were asked for, whose noise keeps weights from 0; leave "
            "batch out, or choose l2 in place of l1"
        )
    if options.learning_rate == "auto" and not objective.has_hessian_blocks:
        raise ChoiceError(
            f"{given}, but the learning rate is auto, and steps that find their own rate need an "
            "objective of weights and a bias; choose a number, or a schedule such as time:0.1"
        )
    if options.scale == "round":
        raise ChoiceError(
            f"{given}, but the scale is round, in which coordinates mix the weights, and none can "
            "be held at 0; choose the scale standard, none or auto"
        )


def _no_rate(rate: Any) -> str:
    return (
        f"the learning rate is {rate}, which is made for steps along the gradient, and not for "
        "proximal ones; choose a number, a schedule such as time:0.1, or auto"
    )
