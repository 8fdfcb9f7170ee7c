"""The walk on a loss that is straight but for kinks: what goes with it, and what does not."""

from dataclasses import replace
from typing import Any

from steepest.descent.loop import Method
from steepest.descent.named_rules import choose_rule
from steepest.descent.plan.auto import WHY_SMOOTHING
from steepest.descent.plan.options import Options
from steepest.descent.plan.scale import coordinates_of
from steepest.descent.plan.start import read_start
from steepest.descent.rules import Smoothing
from steepest.descent.sampling import AllRows
from steepest.descent.steps.finite_smoothing import FiniteSmoothing
from steepest.errors import ChoiceError
from steepest.objective.coordinates.coordinates import Coordinates
from steepest.objective.kinks.fewer_rows import sampled
from steepest.objective.kinks.smoothed import Smoothed
from steepest.objective.objective import Objective

__all__ = ["plan_smoothing", "wants_smoothing"]

WHY_STANDARD = "standard: the steps are the same in any units"


def wants_smoothing(objective: Objective, options: Options) -> bool:
    """Return whether the walk is this one: by its name, by `auto`, or since L1 leaves no other."""
    rule = options.rule if isinstance(options.rule, str) else choose_rule(options.rule).name
    if rule == Smoothing.name:
        return True
    smoothed = objective.smoothed()
    if smoothed is None:
        return False
    automatic = rule == "auto" and options.learning_rate == "auto" and options.batch is None
    return (automatic and smoothed.is_sharp) or bool(objective.penalty.l1)


def plan_smoothing(objective: Any, options: Options) -> tuple[Method, str]:
    """Return the parts of a descent by finite smoothing, and why `auto` became what it did.

    Raises ChoiceError for what does not go with it.
    """
    smoothed = _checked(objective, options)
    reasons = [WHY_SMOOTHING] if options.rule == "auto" else []
    if options.scale == "auto":
        reasons.append(WHY_STANDARD)
    start = read_start(options.start, objective, options.seed)
    sample = sampled(smoothed)
    step_size = FiniteSmoothing(smoothed, sample)
    coordinates = _coordinates(objective, sample or smoothed, options)
    method = Method(objective, start, Smoothing(), step_size, coordinates, AllRows(objective))
    return method, "; ".join(reasons)


def _coordinates(objective: Any, some: Smoothed, options: Options) -> Coordinates:
    """Return the coordinates in which steps are reported: for `auto` those units that are at hand.

    Where `some` rows reach every direction all do.
    """
    if options.scale != "auto":
        return coordinates_of(objective, options.scale)
    return replace(objective.standard, full_rank=some.reaches_all)


def _checked(objective: Objective, options: Options) -> Smoothed:
    """Return the objective with its kinks smoothed; ChoiceError for what does not go with that."""
    smoothed, given = objective.smoothed(), f"l1 is {objective.penalty.l1:g}"
    if smoothed is None:
        raise ChoiceError(
            f"the rule smoothing is for the losses absolute and quantile, and for huber without "
            f"l1, of up to some thousands of features, but this is {objective.kind}; use the rule "
            "auto"
        )
    rule = options.rule if isinstance(options.rule, str) else choose_rule(options.rule).name
    what = "the rule is smoothing" if rule == Smoothing.name else f"{given}, and {objective.kind}"
    what = what if rule == Smoothing.name else f"{what} has kinks itself"
    if rule not in ("auto", Smoothing.name):
        raise ChoiceError(
            f"{what}, but the rule is {rule}, which stops at one of these; choose the rule auto, "
            "or l2 in place of l1"
        )
    if options.learning_rate != "auto" or options.batch is not None:
        also = "mini-batches were" if options.batch is not None else "a learning rate was"
        raise ChoiceError(
            f"{what}, which needs steps that find their own rate from all rows, but {also} asked "
            "for; leave that out"
        )
    return smoothed
