"""The sharpness along a run: the largest curvature at some of its steps, and where it is held.

Gradient descent at a rate that lasts lets the sharpness of a network rise until it is at

    L = 2 / learning rate

(of another rule: where that rate is its limit), and hovers there while the loss goes on falling:
the edge of stability (Cohen et al. 2021, arXiv 2103.00065).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.descent.plan.plan import Plan
from steepest.descent.plan.scale import param_coordinates_of
from steepest.diagnosis.spectrum import ends_at, no_spectrum
from steepest.errors import ChoiceError
from steepest.numerals import short
from steepest.objective.objective import Objective
from steepest.trace import Trace

__all__ = ["SharpnessAlong", "sharpness_along"]

Array = NDArray[np.float64]

POINTS = 40
"""Steps at which it is measured: each takes some 30 products with the Hessian."""


class SharpnessAlong(NamedTuple):
    """The largest curvature at some `steps`, and the `limits` at which the rate is stable yet.

    Each is (points,). A limit is NaN where none is known: of rules that have none, of rates that
    are not, and of mini-batches, which are not held by the loss of all rows.
    """

    steps: NDArray[np.intp]
    largest: Array
    limits: Array
    formula: str
    """The limits as a formula of the rate: `2/learning rate`, with their number if it is one."""


def sharpness_along(
    objective: Objective, plan: Plan, trace: Trace, points: int = POINTS
) -> SharpnessAlong:
    """Return the sharpness at so many of the kept steps, evenly among them, ends too.

    It is that of the coordinates in which the steps were taken. Raises ChoiceError where the
    largest curvature of a loss is not known, or would take too long.
    """
    coordinates = param_coordinates_of(objective, plan.scale)
    why = objective.no_hessian or no_spectrum(objective)
    if coordinates is None:
        why = f"the coordinates of scale {plan.scale} are made anew along the run"
    if coordinates is None or why:
        raise ChoiceError(f"the sharpness along this run is not worked out: {why}")
    places = np.unique(np.linspace(0, len(trace.kept) - 1, points).astype(int))
    ends = [
        ends_at(objective, coordinates, np.asarray(params, dtype=np.float64), top_alone=True)
        for params in trace.params[places]
    ]
    known = np.array([one is not None for one in ends])
    if not known.any():
        raise ChoiceError("the sharpness along this run is not known: no second derivative is")
    steps = trace.kept[places[known]]
    largest = np.array([one.top.value for one in ends if one is not None])
    limits = _limits(plan, trace, steps)
    return SharpnessAlong(steps, largest, limits, _formula(plan, limits))


def _formula(plan: Plan, limits: Array) -> str:
    formula = plan.rule.limit_formula.replace("curvature", "learning rate")
    return f"{formula} = {short(float(limits[0]))}" if np.ptp(limits) == 0.0 else formula


def _limits(plan: Plan, trace: Trace, steps: NDArray[np.intp]) -> Array:
    """Return the curvature at which each step's rate is the limit of its rule, (points,)."""
    unit = plan.rule.limit(1.0)
    if unit is None or plan.by_batches:
        return np.full(len(steps), np.nan)
    rates = trace.learning_rates[np.minimum(steps, max(len(trace) - 2, 0))]
    return np.divide(unit, rates, out=np.full(len(steps), np.nan), where=rates > 0.0)
