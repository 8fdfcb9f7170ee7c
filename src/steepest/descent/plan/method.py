"""From options to the parts of a descent.

What only some of the models and rules need is loaded where they are chosen: a first fit on the
command line is short.
"""

from collections.abc import Callable, Iterator
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from steepest.data.prepared import Data
from steepest.descent.loop import Method
from steepest.descent.named_rules import choose_rule
from steepest.descent.plan.auto import auto_rule
from steepest.descent.plan.clip_and_dropout import with_clip_and_dropout
from steepest.descent.plan.keywords import MethodKeywords
from steepest.descent.plan.named_rates import choose_step_size, step_size_of_rule
from steepest.descent.plan.option import Part
from steepest.descent.plan.options import Options
from steepest.descent.plan.scale import coordinates_of
from steepest.descent.plan.signature import takes_options
from steepest.descent.plan.smoothing import plan_smoothing, wants_smoothing
from steepest.descent.plan.start import read_start
from steepest.descent.renewal import Renewal, WhenItPays
from steepest.descent.rule import GradientTransformation, Rule
from steepest.descent.rules import Steepest
from steepest.descent.sampling import AdaptiveSample, AllRows, Batches, Sampler, sample_sizes
from steepest.descent.steps.adaptive import check_step_size
from steepest.descent.steps.plane_search import PlaneSearch
from steepest.descent.steps.quasi_newton import QuasiNewton
from steepest.descent.steps.safe import ArmijoSchedule, safe_rate
from steepest.descent.steps.sampled_newton import (
    FAST_NEWTON,
    NewtonIfSlow,
    SampledNewton,
    suits_sampled_newton,
)
from steepest.descent.steps.step_size import (
    BarzilaiBorwein,
    Schedule,
    Scheduled,
    StepSize,
    TimeDecay,
)
from steepest.errors import ChoiceError
from steepest.objective.coordinates.coordinates import Coordinates
from steepest.objective.function import as_objective
from steepest.objective.linear import LinearObjective
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.named import choose_loss
from steepest.objective.loss.penalty import Penalty
from steepest.objective.model.hidden_layers import HiddenLayers
from steepest.objective.model.linear import Linear
from steepest.objective.model.model import Model
from steepest.objective.model.through_origin import ThroughOrigin
from steepest.objective.objective import Objective, Vector
from steepest.objective.risk import Risk
from steepest.trace import Step

__all__ = [
    "coordinates_of",
    "is_automatic",
    "model_on",
    "neuron_of",
    "objective_of",
    "objective_on",
    "plan_method",
    "steps",
]


def objective_of(data: Data, options: Options, threads: int | None = None) -> Risk:
    """Return the objective of `data` under the model, loss and penalty of the options.

    Raises ChoiceError for hidden layers without biases.
    """
    hidden = HiddenLayers.of(options.hidden or (), options.activation, options.init, options.dtype)
    if hidden is not None and not options.bias:
        raise ChoiceError(
            "bias is false, but units of a hidden layer have biases; leave bias out, or hidden"
        )
    loss, penalty = _loss_of(data, options), Penalty(options.l1, options.l2)
    return objective_on(data, loss, penalty, hidden, threads, bias=options.bias)


def neuron_of(data: Data, options: Options, threads: int | None = None) -> LinearObjective:
    """Return the objective of `data` under loss and penalty of the options, of one neuron."""
    return _neuron_on(data, _loss_of(data, options), Penalty(options.l1, options.l2), threads)


def model_on(features: int, loss: Loss, hidden: HiddenLayers | None, *, bias: bool) -> Model:
    """Return the model that `objective_on` would make for so many features."""
    if not bias:
        return ThroughOrigin(features, loss.margins)
    if hidden is None:
        return Linear(features, loss.margins)
    return hidden.network(features, loss.margins)


def objective_on(
    data: Data,
    loss: Loss,
    penalty: Penalty,
    hidden: HiddenLayers | None = None,
    threads: int | None = None,
    *,
    bias: bool = True,
) -> Risk:
    """Return the objective of `data` under this loss and penalty: a neuron's, or a network's."""
    if not bias:
        from steepest.objective.through_origin import ThroughOriginObjective

        weight = data.sample_weight
        return ThroughOriginObjective.of(
            data.X, data.y, loss, penalty, sample_weight=weight, threads=threads
        )
    if hidden is None:
        return _neuron_on(data, loss, penalty, threads)
    from steepest.objective.network import NetworkObjective

    return NetworkObjective.of(
        data.X, data.y, loss, penalty, hidden, sample_weight=data.sample_weight, threads=threads
    )


def _loss_of(data: Data, options: Options) -> Loss:
    classes = data.target.classes
    count = None if classes is None else len(classes)
    return choose_loss(options.loss, count, options.delta, options.quantile)


def _neuron_on(data: Data, loss: Loss, penalty: Penalty, threads: int | None) -> LinearObjective:
    objective = LinearObjective(
        data.X,
        data.y,
        loss,
        l1=penalty.l1,
        l2=penalty.l2,
        sample_weight=data.sample_weight,
        threads=threads,
    )
    objective.square_sum = data.square_sum
    return objective


def plan_method(objective: Objective, options: Options) -> tuple[Method, str]:
    """Return the parts of the descent that was asked for, and why `auto` became what it did.

    Raises ChoiceError for what cannot be.
    """
    method, reasons = _planned(objective, options)
    return with_clip_and_dropout(method, options), reasons


def _planned(objective: Objective, options: Options) -> tuple[Method, str]:
    """Return the same before gradients are clipped or units left out."""
    if wants_smoothing(objective, options):
        return plan_smoothing(objective, options)
    if objective.penalty.l1:
        from steepest.descent.plan.proximal import plan_proximal

        return plan_proximal(objective, options)
    rule, scale, reasons = options.rule, options.scale, []
    if isinstance(rule, str) and rule == "auto":
        rule, why = auto_rule(objective, options.learning_rate, options.batch, options.steps)
        reasons.append(why)
    leader = choose_rule(rule)
    if scale == "auto":
        scale, why = objective.suggested_scale(leader.searches_plane)
        reasons.append(why)
    start = read_start(options.start, objective, options.seed)
    if scale == "round" and is_automatic(options) and objective.has_normal_equations:
        method = _least_squares(objective, start)
    else:
        method = _way_of(leader)(objective, start, leader, scale, options)
    if method.step_size.why:
        reasons.append(method.step_size.why)
    return method, "; ".join(reasons)


def _way_of(rule: Rule) -> Callable[[Objective, Vector, Rule, str, Options], Method]:
    """Return what makes the method of a rule: of objective, start, rule, scale and options."""
    if rule.begins_on_batches:
        from steepest.descent.plan.batches_then_all import plan_batches_then_all

        return plan_batches_then_all
    if rule.turns_gradient:
        return _quasi_newton
    return _plane_search if rule.searches_plane else _along_rule


@takes_options(Part.METHOD, scale="none")
def steps(
    objective: Objective | Callable[[Vector], tuple[float, Vector]],
    rule: str | GradientTransformation = "steepest",
    learning_rate: float | str | Schedule = "auto",
    start: ArrayLike | None = None,
    **options: Unpack[MethodKeywords],
) -> Iterator[Step]:
    """Yield the start and then the point after each step, without end: the loop itself.

    `objective` is a `LinearObjective`, anything with its `value_and_gradient`, or a function
    `params -> (loss, gradient)`. `start` has one number per param; left out, a linear objective
    draws it with `seed`. With `rule="steepest"`, a number as `learning_rate` and `scale="none"`
    each step is the textbook's `params - learning_rate * gradient`.

    {options}

    Raises ChoiceError for a choice that cannot be.

    >>> from itertools import islice
    >>> bowl = lambda p: (float(p @ p), 2 * p)
    >>> for step in islice(steps(bowl, "steepest", 0.25, start=[4.0]), 3):
    ...     print(step.index, step.params, step.loss)
    0 [4.] 16.0
    1 [2.] 4.0
    2 [1.] 1.0
    """
    given = Options(rule=rule, learning_rate=learning_rate, start=start, **options)
    size = None if start is None else np.size(start)
    method, _ = plan_method(as_objective(objective, size), given)
    return iter(method)


def is_automatic(options: Options) -> bool:
    """Return whether rule and rate are left to us, on all rows."""
    rule = isinstance(options.rule, str) and options.rule == "auto"
    return rule and options.learning_rate == "auto" and options.batch is None


def _least_squares(objective: Objective, start: Vector) -> Method:
    """Return steepest descent on the normal equations, in coordinates of curvature 1."""
    equations = objective.normal_equations()
    assert equations is not None
    coordinates = equations.whitening
    return Method(
        objective,
        start,
        Steepest(),
        BarzilaiBorwein(coordinates.curvature),
        coordinates,
        AllRows(objective, equations),
        rows_read=objective.count,
    )


def _plane_search(
    objective: Objective, start: Vector, rule: Rule, scale: str, options: Options
) -> Method:
    """Return a plane search; in whitened coordinates it starts on samples of very many rows.

    A quadratic curves the same everywhere, so one whitening of all rows is all it takes.
    """
    _check_plane(objective, rule, options)
    if scale != "round":
        coordinates = coordinates_of(objective, scale)
        return Method(objective, start, rule, PlaneSearch(), coordinates, AllRows(objective))
    sizes = () if objective.is_quadratic else sample_sizes(objective)
    sampler: Sampler = AllRows(objective)
    if sizes:
        sampler = AdaptiveSample(objective, options.seed, sizes)
    whitening = objective.hessian_whitening(sampler.first, start)
    if whitening is None:
        coordinates = coordinates_of(objective, scale)
        return Method(objective, start, rule, PlaneSearch(), coordinates, sampler)
    at_first, renewal = whitening.at_first, Renewal()
    thins = not objective.gap_tol
    if is_automatic(options) and suits_sampled_newton(objective):
        renewal = WhenItPays(whitening, thins, fast=FAST_NEWTON)
        return Method(objective, start, rule, SampledNewton(), at_first, sampler, renewal)
    if not objective.is_quadratic:
        renewal = WhenItPays(whitening, thins)
    turns = is_automatic(options) and thins and objective.outputs > 1
    step_size = NewtonIfSlow() if turns else PlaneSearch()
    return Method(objective, start, rule, step_size, at_first, sampler, renewal)


def _quasi_newton(
    objective: Objective, start: Vector, rule: Rule, scale: str, options: Options
) -> Method:
    """Return a descent along the gradient as the curvature of its last steps turns it."""
    _check_own_rate(rule, options)
    if not objective.smooth:
        raise ChoiceError(
            f"the rule {rule.name} learns from how the gradient changes, but at a kink it jumps; "
            f"choose the loss huber, {objective.without_kinks}, or the rule steepest"
        )
    coordinates = coordinates_of(objective, scale)
    return Method(objective, start, rule, QuasiNewton(), coordinates, AllRows(objective))


def _check_own_rate(rule: Rule, options: Options) -> None:
    """Raise ChoiceError for what does not go with a rule that finds its rate from all rows."""
    if options.learning_rate != "auto" or options.batch is not None:
        given = "a learning rate was" if options.batch is None else "mini-batches were"
        raise ChoiceError(
            f"the rule {rule.name} finds its own rate from all rows, but {given} asked for; "
            "leave that out, or choose the rule steepest or momentum"
        )


def _check_plane(objective: Objective, rule: Rule, options: Options) -> None:
    """Raise ChoiceError for what does not go with the rule plane."""
    _check_own_rate(rule, options)
    if objective.smooth and not objective.has_curvature:
        raise ChoiceError(
            "the rule plane needs second derivatives, but of this objective only loss and "
            "gradient are known; give it curvature_along(params, directions), or use steepest"
        )


def _along_rule(
    objective: Objective, start: Vector, rule: Rule, scale: str, options: Options
) -> Method:
    """Return a descent along the direction of a rule."""
    coordinates = coordinates_of(objective, scale)
    sampler = _sampler(objective, options)
    step_size = _step_size(rule, coordinates, sampler, options)
    check_step_size(step_size, objective, options.batch is not None)
    return Method(objective, start, rule, step_size, coordinates, sampler)


def _sampler(objective: Objective, options: Options) -> Sampler:
    """Return which rows the steps are evaluated on."""
    if options.batch is None:
        return AllRows(objective)
    if not objective.count:
        raise ChoiceError("mini-batches need an objective with rows; leave batch out")
    return Batches(objective, options.batch, options.seed)


def _step_size(
    rule: Rule, coordinates: Coordinates, sampler: Sampler, options: Options
) -> StepSize:
    """Return how far to go: as it was asked, as the rule needs it, or as batches do."""
    curvature = coordinates.curvature
    if options.learning_rate == "auto":
        own = step_size_of_rule(rule, curvature)
        if own is not None:
            return own
        if sampler.in_epoch > 1 or options.batch is not None:
            return _fading(sampler, coordinates)
    return choose_step_size(options.learning_rate, options.steps, curvature)


def _fading(sampler: Sampler, coordinates: Coordinates) -> StepSize:
    """Return the rate of mini-batches: safe at first, 1/2, 1/3, ... of that in later epochs.

    A rate that fades as one over the epochs lets the noise of the batches die out (Robbins &
    Monro 1951). Where the curvature has no bound, it is safe about the best constant guess, and
    shortened elsewhere.
    """
    objective = sampler.objective
    rate = safe_rate(objective, coordinates, objective.null_params)
    fading = TimeDecay(rate, 1.0 / sampler.in_epoch)
    searched = objective.has_curvature and not coordinates.curvature
    return ArmijoSchedule(fading) if searched else Scheduled(fading)
