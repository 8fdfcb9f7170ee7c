"""The walk where an L1 penalty is asked for: what goes with it, and what does not."""

from typing import Any

from steepest.descent.loop import Method
from steepest.descent.named_rules import choose_rule
from steepest.descent.plan.auto import has_many_rows, why_batches
from steepest.descent.plan.batches_then_all import plan_batches_then_all
from steepest.descent.plan.named_rates import choose_step_size
from steepest.descent.plan.options import Options
from steepest.descent.plan.scale import coordinates_of
from steepest.descent.plan.start import read_start
from steepest.descent.rules import AdamProximal, Proximal
from steepest.descent.sampling import AllRows
from steepest.descent.steps.proximal_backtracking import ProximalBacktracking
from steepest.descent.steps.proximal_gradient import ProximalGradient, thresholds_in
from steepest.descent.steps.proximal_newton import ProximalNewton
from steepest.descent.steps.step_size import Fixed, Scheduled, StepSize
from steepest.errors import ChoiceError
from steepest.objective.coordinates.bounded import rough_standard
from steepest.objective.coordinates.coordinates import Coordinates

__all__ = ["plan_proximal"]

RULES = ("auto", "steepest", "proximal", "adam_proximal")
"""Rules that mean proximal steps where there is L1."""

KINK = "l1 has a kink wherever a weight is 0"

WHY_NEWTON = (
    f"proximal Newton steps: {KINK}, and few weights leave it, so a step looks at those few"
)

WHY_SEARCHED = (
    f"proximal steps at a searched rate: {KINK}, where the gradient has a jump, and the curvature "
    "that the last step met tells how far to go"
)

WHY_GIVEN = f"proximal steps: {KINK}, where the gradient has a jump"


def plan_proximal(objective: Any, options: Options) -> tuple[Method, str]:
    """Return the parts of a descent by proximal steps, and why `auto` became what it did.

    A rate that is given is that of the textbook's step; left to `auto`, steps are Newton's on a
    working set, and where Hessians have no blocks, as those of networks, their rate is searched.
    Raises ChoiceError for what does not go with it.
    """
    _check(objective, options)
    if _begins_on_batches(objective, options):
        return _on_batches(objective, options)
    reasons = [_why(objective, options)] if options.rule == "auto" else []
    if options.scale == "auto" and objective.standard_units is not None:
        reasons.append("standard: weights are drawn towards 0 one by one, so they stay apart")
    start = read_start(options.start, objective, options.seed)
    coordinates = _coordinates(objective, options)
    step_size = _step_size(objective, coordinates, options)
    sampler = AllRows(objective)
    return Method(objective, start, Proximal(), step_size, coordinates, sampler), "; ".join(reasons)


def _begins_on_batches(objective: Any, options: Options) -> bool:
    """Return whether the first steps see mini-batches: by the rule's name, or as auto has it."""
    rule = options.rule if isinstance(options.rule, str) else choose_rule(options.rule).name
    if rule != "auto":
        return choose_rule(options.rule).begins_on_batches
    automatic = options.learning_rate == "auto" and options.steps is None
    for_network = objective.plane_is_dear and objective.has_curvature
    return automatic and for_network and has_many_rows(objective)


def _on_batches(objective: Any, options: Options) -> tuple[Method, str]:
    """Return the parts of a descent that begins on mini-batches, and why."""
    auto, scale, reasons = options.rule == "auto", options.scale, []
    if auto:
        reasons.append(why_batches(objective, "proximal steps"))
    if scale == "auto":
        scale, why = objective.suggested_scale(plane_search=False)
        reasons.append(why)
    rule = AdamProximal() if auto else choose_rule(options.rule)
    start = read_start(options.start, objective, options.seed)
    return plan_batches_then_all(objective, start, rule, scale, options), "; ".join(reasons)


def _why(objective: Any, options: Options) -> str:
    if options.learning_rate != "auto":
        return WHY_GIVEN
    return WHY_NEWTON if objective.has_hessian_blocks else WHY_SEARCHED


def _step_size(objective: Any, coordinates: Coordinates, options: Options) -> StepSize:
    """Return the steps of a given rate, Newton's, or those whose rate is searched."""
    if options.learning_rate != "auto":
        return _given(objective, coordinates, options)
    if objective.has_hessian_blocks:
        return ProximalNewton(objective)
    return ProximalBacktracking(coordinates, thresholds_in(coordinates, objective))


def _coordinates(objective: Any, options: Options) -> Coordinates:
    """Return the coordinates in which to walk: standard units, where there are any, for `auto`."""
    if options.scale != "auto":
        return coordinates_of(objective, options.scale)
    if objective.standard_units is None:
        return coordinates_of(objective, "none")
    if options.learning_rate == "auto" and objective.has_hessian_blocks:
        return rough_standard(objective)
    return coordinates_of(objective, "standard")


def _given(objective: Any, coordinates: Coordinates, options: Options) -> StepSize:
    """Return the textbook's proximal step, at the rate that is given."""
    plain = choose_step_size(options.learning_rate, options.steps, coordinates.curvature)
    if not isinstance(plain, Fixed | Scheduled):
        raise ChoiceError(_no_rate(options.learning_rate))
    return ProximalGradient(plain, coordinates, thresholds_in(coordinates, objective))


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
