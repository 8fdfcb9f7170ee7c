"""When a descent stops, by its options; and whether one that finds nothing lower has settled."""

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from math import inf, isfinite, sqrt

import numpy as np

from steepest.descent.loop import Method
from steepest.descent.plan.method import is_automatic, plan_method
from steepest.descent.plan.options import Options
from steepest.descent.sampling import AllRows
from steepest.descent.stop import Stop, least_rise
from steepest.descent.stopping import (
    MOST_NETWORK_STEPS,
    MOST_STEPS,
    MOST_WITHOUT_PROGRESS,
    Stopping,
)
from steepest.errors import ChoiceError
from steepest.numerals import short
from steepest.objective.coordinates.coordinates import Identity
from steepest.objective.evaluation import Evaluation, Vector, length_of
from steepest.objective.gradient_check import disagreement, is_rough
from steepest.objective.objective import Objective
from steepest.trace import Step

__all__ = [
    "PROBE_STEPS",
    "SETTLED",
    "TOLERANCE",
    "lower_loss",
    "lower_than",
    "near",
    "plan_stopping",
    "settled_share",
]

TOLERANCE = 1e-10
"""The `tol` of a run for which neither it nor a number of steps was given."""

PROBE_STEPS = 20
"""Steps that look for a lower loss: in whitened coordinates each takes off most of what is left."""

SHARPEST_KINK = 1e12
"""How many times a loss with a rounded kink, such as Huber's, may be as wide as that: measured.

From 1e6 its steps still arrive; at 1e15 residuals are rounded more coarsely than the kink.
"""

BESIDE = 0.1
"""The deviation by which each param is moved off a saddle, in standard units.

Of 0.001, 0.01 and 0.1 the last leads away from where all weights of two hidden layers are 0, within
`PROBE_STEPS`.
"""

SETTLED = 1e-7
"""The share of a constant guess's loss by which those may find lower what is called settled.

Of losses that come from float32 it is their own rounding; see `settled_share`.
"""


def plan_stopping(
    objective: Objective, method: Method, options: Options, since: float = 0.0, began: int = 0
) -> Stopping:
    """Return when to stop; a run given neither steps nor tol goes on until it has arrived.

    The seconds that were asked for are counted from `since`, and what has to be lower than the best
    loss of the rows kept back from step `began`.
    """
    arriving = options.steps is None and options.tol is None
    null_loss, curvature = objective.null_loss, method.coordinates.curvature
    most = min(sqrt(2 * null_loss), objective.slope_by_curvature)
    # A constant guess has no weights, so a penalty makes the loss no steeper there.
    of_rows = objective.curvature_of_rows(method.coordinates.name)
    steepness = most * sqrt(min(curvature, of_rows)) if curvature else 0.0
    by_slope = not (curvature or null_loss)
    on_batches = method.rule.begins_on_batches
    in_epoch = method.sampler.in_epoch if on_batches else 1
    return Stopping(
        steps=options.steps,
        seconds=options.seconds,
        tol=TOLERANCE if arriving else options.tol,
        reference_steepness=None if by_slope else steepness,
        null_loss=null_loss,
        recession=objective.recession,
        largest_loss=objective.largest_loss,
        safe_steepness=sqrt(2 * (curvature or 0.0) * null_loss),
        since=since,
        most_steps=MOST_STEPS if objective.is_convex else MOST_NETWORK_STEPS * in_epoch,
        most_passes=MOST_NETWORK_STEPS if on_batches else inf,
        # Where batches begin anew losses are higher at first, for up to a third of all passes.
        most_without_progress=MOST_NETWORK_STEPS // 3 if on_batches else MOST_WITHOUT_PROGRESS,
        gap_tol=objective.gap_tol if arriving else 0.0,
        proved_gap=lambda last: objective.proved_gap(_at(last)),
        proved_by=lambda: objective.proved_by,
        exact=arriving and method.step_size.proves_gap and not objective.gap_tol,
        refine=arriving and method.sampler.refines,
        slope_is_bounded=objective.slope_is_bounded,
        is_convex=objective.is_convex,
        searches=method.step_size.searches,
        objection=_objection(objective, is_automatic(options) and options.scale == "auto"),
        patience=options.patience if options.by_validation else None,
        rounding=objective.rounding,
        slope_tol=None if objective.is_convex or curvature or by_slope else options.tol,
        began=began,
    )


def _at(step: Step) -> Evaluation:
    """Return a step of all rows as an evaluation, without what that keeps of them."""
    return Evaluation(step.params, step.loss, step.gradient, step.gradient)


def _objection(objective: Objective, automatic: bool) -> Callable[[Step, Step], Stop | None]:
    """Return what says, of the start and the last step, why a run has not settled there.

    A run that auto has chosen has tried itself what would be tried here; beside a point of a loss
    that is not convex nobody has looked yet.
    """
    tried = automatic and objective.is_convex

    def objection(first: Step, last: Step) -> Stop | None:
        at_last = (found for one in OBJECTIONS if (found := one(objective, last)) is not None)
        lower = next(at_last, None) or (None if tried else _lower(objective, first, last))
        return lower or _kinks_unproved(objective, last)

    return objection


def _wrong_gradient(objective: Objective, last: Step) -> Stop | None:
    """Return that a gradient of the reader's own is not that of its loss."""
    if objective.count or disagreement(objective, last.params) is None:
        return None
    return Stop("failed", "stopped: the gradient is not that of the loss")


def _out_of_room(objective: Objective, last: Step) -> Stop | None:
    """Return that params are so large that their squares have no room in their type."""
    if isfinite(last.params @ last.params):
        return None
    return Stop(
        "stalled",
        f"stalled: params have left {objective.dtype.name}'s room: their length is "
        f"{short(length_of(last.params))}, which has no square",
    )


def _rough(objective: Objective, last: Step) -> Stop | None:
    """Return that an objective of the reader's own is not smooth here; see `is_rough`."""
    if objective.count or not is_rough(objective, last.params):
        return None
    return Stop(
        "stalled",
        "stalled: no lower loss is found, but the objective is not smooth here, as far as "
        "differences tell: it has a kink, or is rounded coarsely, so there may be a lower "
        "loss another way; give one that is smooth, in params that count alike, or start "
        "elsewhere and compare",
    )


def _too_sharp(objective: Objective, last: Step) -> Stop | None:
    """Return that targets are too large for a loss with a rounded kink, such as Huber's."""
    if not objective.null_loss > SHARPEST_KINK * objective.slope_by_curvature**2:
        return None
    return Stop(
        "stalled",
        "stalled: no lower loss is found, but the loss bends far too sharply for targets "
        "so large to tell; choose the rule auto without l1, a larger delta, or the loss "
        "absolute",
    )


def _above_guess(objective: Objective, last: Step) -> Stop | None:
    """Return that a constant guess, all weights 0, has a lower loss, where it does.

    From a start whose slopes have no squares in float64 no search leads anywhere.
    """
    if not objective.count:
        return None
    guess = objective.value(objective.null_params)
    if not guess < last.full_loss - least_rise(objective.rounding) * abs(last.full_loss):
        return None
    return Stop(
        "stalled",
        f"stalled: no lower loss than {short(last.full_loss)} is found, but with all weights 0 it "
        f"is {short(guess)}; start nearer to 0, or take a larger learning rate",
    )


OBJECTIONS = (_wrong_gradient, _out_of_room, _rough, _too_sharp, _above_guess)
"""What may be known at the last step alone against its having settled, in this order."""


def _kinks_unproved(objective: Objective, last: Step) -> Stop | None:
    """Return that nothing is known at a kink where no duality gap proves that it is the lowest.

    Along the gradient at a kink the loss may rise though it falls in another direction, so that
    neither a search nor steps of any rule from there prove anything (Wolfe 1975, "A method of
    conjugate subgradients for minimizing nondifferentiable functions"). Next to nothing is proved
    by itself: no such loss is below 0.
    """
    if last.full_loss <= settled_share(objective) * objective.null_loss:
        return None
    if objective.smooth or objective.has_curvature or objective.smoothed() is not None:
        return None
    return Stop(
        "stalled",
        "stalled: no lower loss is found, but the loss has kinks, at which steps may find none "
        "where there is one, and nothing proves that there is none here; choose the loss huber, "
        f"{objective.without_kinks}",
    )


def _lower(objective: Objective, first: Step, last: Step) -> Stop | None:
    """Return that steps as auto takes them find a lower loss, where they do."""
    lower = lower_than(objective, first, last)
    if lower is None:
        return None
    return Stop(
        "stalled",
        f"stalled: this way no lower loss is found, but {PROBE_STEPS} steps as auto takes them "
        f"from {near(objective)} lower it by {short(last.full_loss - lower)}, to {short(lower)}",
    )


def lower_than(objective: Objective, first: Step, last: Step) -> float | None:
    """Return the loss that steps as auto takes them find from `last`, None if it is not lower.

    By `settled_share` of the loss of a constant guess, or of the fall since `first` where there is
    none. Where the loss is not convex they begin beside `last` too: at a saddle the gradient is 0,
    and only from beside it a step leads down (Jin et al. 2017, "How to escape saddle points
    efficiently", arXiv 1703.00887).
    """
    lower = lower_loss(objective, last.params)
    if not objective.is_convex:
        lower = min(lower, lower_loss(objective, _beside(objective, last.params)))
    gap = last.full_loss - lower
    scale = objective.null_loss or abs(first.full_loss - last.full_loss)
    return lower if gap > settled_share(objective) * scale else None


def settled_share(objective: Objective) -> float:
    """Return the share of a constant guess's loss by which one must be lower to count as such."""
    return max(SETTLED, objective.rounding)


def near(objective: Objective) -> str:
    """Return from where `lower_than` looks, in words."""
    return "there" if objective.is_convex else "there, or from beside it,"


def _beside(objective: Objective, params: Vector) -> Vector:
    """Return params, (params,), `BESIDE` away, drawn at random and always the same."""
    coordinates = objective.coordinates("standard") or Identity()
    position = coordinates.position(params)
    drawn = np.random.default_rng(0).normal(size=position.size)
    return coordinates.params(position + BESIDE * drawn)


@np.errstate(all="ignore")
def lower_loss(objective: Objective, params: Vector) -> float:
    """Return the lowest loss of `PROBE_STEPS` steps from `params`, (params,), as auto takes them.

    They begin with the gradient itself, and see all rows; the loss at `params` counts too. It is
    infinite where auto has no method for this objective.
    """
    try:
        method, _ = plan_method(objective, Options(start=params))
    except ChoiceError:
        return np.inf
    if not method.sampler.refines:
        method = replace(method, sampler=AllRows(objective))
    return min(step.full_loss for step in islice(method, PROBE_STEPS + 1))
