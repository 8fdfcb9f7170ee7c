"""From what was asked for to a walk and its stops."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from steepest.data.prepare import Data
from steepest.descent.coordinates.gram_whitening import RoundSums, rounded_by_sums
from steepest.descent.coordinates.hessian_whitening import Rounding
from steepest.descent.coordinates.named import choose_scale
from steepest.descent.coordinates.standard import Scale
from steepest.descent.loop import Walk, read_start
from steepest.descent.plan.auto import auto_rule, auto_scale, known_from_sums
from steepest.descent.plan.named_rates import choose_rate, rate_of_rule
from steepest.descent.plan.options import Asked
from steepest.descent.plan.proximal import plan_proximal
from steepest.descent.rules import GradientTransformation, Plane, Steepest, choose_rule
from steepest.descent.sampling import Batches, Growing
from steepest.descent.steps.adaptive import check_rate
from steepest.descent.steps.plane_search import PlaneSearch
from steepest.descent.steps.safe import HeldBack, safe_rate
from steepest.descent.steps.step_size import LearningRate, Schedule, Scheduled, Search, TimeDecay
from steepest.descent.stopping import Stopping
from steepest.errors import ChoiceError
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.named import choose_loss
from steepest.objective.loss.penalty import Penalty
from steepest.objective.loss.regression import Squared
from steepest.objective.model.normal_equations import SquaredSums
from steepest.objective.model.separability import separated_below, told_apart
from steepest.objective.protocol import Objective, Vector, as_objective
from steepest.objective.risk import LinearObjective
from steepest.trace import Step

__all__ = ["objective_of", "objective_on", "plan_stops", "plan_walk", "steps"]

TOLERANCE = 1e-10
"""The `tol` of a run that was told no number of steps."""


def objective_of(data: Data, options: Asked, threads: int | None = None) -> LinearObjective:
    """Return the linear objective of `data` under the loss and the penalty of the options."""
    classes = data.target.classes
    count = None if classes is None else len(classes)
    loss = choose_loss(options.loss, count, options.delta, options.quantile)
    return objective_on(data, loss, Penalty(options.l1, options.l2), threads)


def objective_on(
    data: Data, loss: Loss, penalty: Penalty, threads: int | None = None
) -> LinearObjective:
    """Return the linear objective of `data` under this loss and this penalty."""
    return LinearObjective(
        data.X,
        data.y,
        loss,
        l1=penalty.l1,
        l2=penalty.l2,
        sample_weight=data.sample_weight,
        threads=threads,
    )


def plan_walk(objective: Objective, asked: Asked) -> tuple[Walk, str]:
    """Return the walk that was asked for, and why `auto` became what it did.

    Raises ChoiceError for what cannot be.
    """
    if isinstance(objective, LinearObjective) and objective.l1:
        return plan_proximal(objective, asked)
    rule, scale, reasons = asked.rule, asked.scale, []
    if isinstance(rule, str) and rule == "auto":
        rule, why = auto_rule(objective, asked.learning_rate, asked.batch)
        reasons.append(why)
    if scale == "auto":
        scale, why = auto_scale(objective, rule == "plane")
        reasons.append(why)
    origin = read_start(asked.start, objective, asked.seed)
    if scale == "round" and _by_sums(objective, asked):
        walk = _walk_of_sums(objective, origin)
    elif rule == "plane":
        if asked.learning_rate != "auto" or asked.batch is not None:
            raise _no_plane(asked.batch)
        walk = _plane_walk(objective, origin, scale, asked.seed)
    else:
        walk = _walk(objective, origin, replace(asked, rule=rule, scale=scale))
    return walk, "; ".join(reasons)


def steps(
    objective: Objective | Callable[[Vector], tuple[float, Vector]],
    rule: str | GradientTransformation = "steepest",
    learning_rate: float | str | Schedule = "auto",
    start: ArrayLike | None = None,
    *,
    scale: str = "none",
    batch: int | None = None,
    seed: int = 0,
) -> Iterator[Step]:
    """Yield the start and then the point after each step, without end: the loop itself.

    `objective` is a `LinearObjective`, anything with its `value_and_gradient`, or a function
    `params -> (loss, gradient)`. `start` has one number per param; left out, a linear objective
    draws it with `seed`. With `rule="steepest"`, a number as `learning_rate` and `scale="none"`
    each step is the textbook's `params - learning_rate * gradient`.

    Raises ChoiceError for a choice that cannot be.

    >>> from itertools import islice
    >>> bowl = lambda p: (float(p @ p), 2 * p)
    >>> for step in islice(steps(bowl, "steepest", 0.25, start=[4.0]), 3):
    ...     print(step.index, step.params, step.loss)
    0 [4.] 16.0
    1 [2.] 4.0
    2 [1.] 1.0
    """
    asked = Asked(
        rule=rule,
        learning_rate=learning_rate,
        start=start,
        seed=seed,
        scale=scale,
        batch=batch,
    )
    walk, _ = plan_walk(as_objective(objective), asked)
    return iter(walk)


def _by_sums(objective: Objective, asked: Asked) -> bool:
    """Return whether the objective is known from sums and all that they help with is automatic."""
    auto = asked.rule == "auto" and asked.learning_rate == "auto" and asked.batch is None
    return auto and known_from_sums(objective)


def _walk_of_sums(objective: Any, start: Vector) -> Walk:
    """Return steepest descent on the squared loss from its sums, where its bowl is round."""
    sums = SquaredSums.of(objective)
    scale = rounded_by_sums(sums)
    return Walk(objective, start, Steepest(), Search(scale.curvature), scale, sums=sums)


def _no_plane(batch: int | None) -> ChoiceError:
    asked = "a learning rate" if batch is None else "mini-batches"
    return ChoiceError(
        f"the rule plane finds its own rate from all rows, but {asked} was asked for; leave "
        "that out, or choose the rule steepest or momentum"
    )


def _plane_walk(objective: Objective, start: Vector, scale: str, seed: int) -> Walk:
    """Return a plane search; in round coordinates it starts on samples where rows are very many.

    The squared loss curves the same everywhere, so one rounding of all rows is all it takes.
    """
    if not isinstance(objective, LinearObjective):
        raise ChoiceError("the rule plane needs an objective of weights and a bias; use steepest")
    if scale != "round":
        return Walk(objective, start, Plane(), PlaneSearch(), choose_scale(scale, objective))
    if isinstance(objective.loss, Squared):
        coordinates = Rounding.of(objective, objective).at_first
        return Walk(objective, start, Plane(), PlaneSearch(), coordinates)
    growing = Growing(objective, seed)
    rounding = Rounding.of(objective, growing.first)
    return Walk(
        objective,
        start,
        Plane(),
        PlaneSearch(),
        rounding.at_first,
        growing=growing,
        rounding=rounding,
    )


def _walk(objective: Objective, start: Vector, asked: Asked) -> Walk:
    """Return a walk along the direction of a rule."""
    chosen = choose_scale(asked.scale, objective)
    batches = None if asked.batch is None else _batches(objective, asked.batch, asked.seed)
    leader = choose_rule(asked.rule)
    auto = asked.learning_rate == "auto"
    own = rate_of_rule(leader, chosen.curvature) if auto else None
    if own is not None:
        rate: LearningRate = own
    elif batches is not None and auto:
        rate = _fading(batches, chosen)
    else:
        rate = choose_rate(asked.learning_rate, asked.steps, chosen.curvature)
    check_rate(rate, objective, batches is not None)
    return Walk(objective, start, leader, rate, chosen, batches)


def _batches(objective: Objective, batch: int, seed: int) -> Batches:
    if not isinstance(objective, LinearObjective):
        raise ChoiceError("mini-batches need an objective with rows; leave batch out")
    return Batches(objective, batch, seed)


def _fading(batches: Batches, scale: Scale) -> LearningRate:
    """Return the rate of mini-batches: safe at first, 1/2, 1/3, ... of that in later epochs.

    A rate that fades as one over the epochs lets the noise of the batches die out (Robbins &
    Monro 1951). Where the curvature has no bound, it is safe about the best constant guess, and
    held back elsewhere.
    """
    objective = batches.objective
    guess = objective.loss.guess(objective.rows.y, objective.rows.sample_weight)
    level = np.append(np.zeros(objective.size - len(guess)), guess)
    fading = TimeDecay(safe_rate(objective, scale, level), 1.0 / batches.in_epoch)
    searched = objective.loss.smooth and not scale.curvature
    return HeldBack(fading) if searched else Scheduled(fading)


def plan_stops(
    objective: LinearObjective, scale: Scale, asked: Asked, since: float = 0.0
) -> Stopping:
    """Return when to stop; a run told neither steps nor tol goes on until it has arrived.

    The seconds that were asked for are counted from `since`.
    """
    arriving = asked.steps is None and asked.tol is None
    tol = TOLERANCE if arriving else asked.tol
    null_loss = objective.null_loss
    steep = float(np.sqrt(2 * scale.curvature * null_loss)) if scale.curvature else 0.0
    return Stopping(
        asked.steps,
        asked.seconds,
        tol,
        steep,
        null_loss,
        apart=separated_below(objective),
        tells_apart=lambda params: bool(told_apart(objective, params).size),
        since=since,
        polish=arriving and isinstance(scale, RoundSums),
    )
