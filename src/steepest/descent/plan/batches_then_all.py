"""A descent that begins on mini-batches and ends on all rows: see `plan_batches_then_all`."""

from steepest.descent.batches_then_all import BatchesThenAll
from steepest.descent.loop import Method
from steepest.descent.plan.options import Options
from steepest.descent.plan.scale import coordinates_of
from steepest.descent.plan.successive_halving import successive_halving
from steepest.descent.rule import Rule
from steepest.descent.steps.proximal_backtracking import ProximalBacktracking
from steepest.descent.steps.proximal_gradient import thresholds_in
from steepest.descent.steps.quasi_newton import QuasiNewton
from steepest.descent.steps.rate_then import RateThen
from steepest.descent.steps.step_size import StepSize
from steepest.errors import ChoiceError
from steepest.objective.evaluation import Vector
from steepest.objective.objective import Objective

__all__ = ["plan_batches_then_all"]

RATES = (0.001, 0.003, 0.01, 0.03, 0.1)
"""Rates of Adam among which one is found, for margins of spread 1: from its usual one up.

A param moves by about the rate at each step, whatever the gradient.
"""

MARGIN = 3.0
"""By what the best rate is divided: the lowest after 400 steps is too large for those that follow.

After 50 passes over the rows, without and with it: 20,000 rows of a number 0.0079 and 0.0053,
100,000 rows 0.0055 and 0.0041, spirals with noise 0.1756 and 0.1752.
"""


def plan_batches_then_all(
    objective: Objective, start: Vector, rule: Rule, scale: str, options: Options
) -> Method:
    """Return Adam on mini-batches, at a rate that is found and falls, then steps on all rows.

    These are L-BFGS or, of a rule that draws weights to 0, proximal. From `start`, (params,).
    Raises ChoiceError for what does not go with it.
    """
    _check(objective, rule, options)
    coordinates = coordinates_of(objective, scale)
    sampler = BatchesThenAll(objective, options.seed)
    rates = [objective.margin_spread * rate for rate in RATES]

    def find() -> tuple[float, int]:
        found = successive_halving(rule, coordinates, sampler.batches, start, rates)
        return found.rate / MARGIN, found.rows_read

    on_all: StepSize = QuasiNewton()
    if rule.draws_to_zero:
        on_all = ProximalBacktracking(coordinates, thresholds_in(coordinates, objective))
    return Method(objective, start, rule, RateThen(find, on_all), coordinates, sampler)


def _check(objective: Objective, rule: Rule, options: Options) -> None:
    """Raise ChoiceError for what does not go with a rule of mini-batches and of all rows."""
    other = "proximal" if rule.draws_to_zero else "adam"
    if options.learning_rate != "auto" or options.batch is not None:
        given = "a learning rate" if options.batch is None else "a size of mini-batches"
        raise ChoiceError(
            f"the rule {rule.name} finds its own rate and batches, but {given} was asked for; "
            f"leave that out, or choose the rule {other}"
        )
    if not objective.plane_is_dear or not objective.has_curvature or not objective.every_row_counts:
        raise ChoiceError(
            f"the rule {rule.name} is for networks, a smooth loss, and rows of which none weighs "
            f"nothing; choose the rule auto or {other}"
        )
