"""The lowest loss that an objective has, where that is known: what a descent may hope for.

A loss that no run has reached must not be guessed, so each of these knows: least
squares, Newton steps on a bowl with a bottom, or a descent that has arrived.
"""

from itertools import islice

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import DENSE_FEATURES
from steepest.descent.plan.method import plan_method
from steepest.descent.plan.options import Options
from steepest.descent.plan.stopping import plan_stopping
from steepest.objective.coordinates.standard import Standard
from steepest.objective.linear import LinearObjective
from steepest.objective.plane.plane import Plane
from steepest.trace import Trace

__all__ = ["lowest_loss"]

Array = NDArray[np.float64]

MOST_DESCENDED = 1e6
"""Numbers of X, times the margins of a row, up to which there is time for a descent."""

MOST_SOLVED = 2048
"""Features up to which there is time to solve the normal equations: 2 s on one core (measured).

With fewer rows than features they are singular, and take seven times as long: see `_of_few_rows`.
"""

SINGULAR_RTOL = 1e-7
"""The share of the longest singular value below which one is rounding."""

MOST_STEPS = 400
"""Steps of a descent that is to arrive."""


@np.errstate(all="ignore")
def lowest_loss(objective: LinearObjective) -> float | None:
    """Return the lowest loss of all rows, penalty included; None if it is not known.

    Nor is there one where the loss falls for ever: it comes as near to its bound as one likes.
    """
    rows = objective.blocks
    if rows.is_sparse and rows.features > DENSE_FEATURES:
        return None
    if objective.is_quadratic and rows.features <= MOST_SOLVED:
        few = len(rows) <= rows.features and not objective.penalty
        return objective.value(_of_few_rows(objective) if few else _least_squares(objective))
    if rows.X.size * objective.outputs > MOST_DESCENDED:
        return None
    if not objective.loss.smooth and objective.smoothed() is None:
        return None
    if objective.size == 2 and objective.loss.smooth and not objective.penalty.l1:
        bowl = objective.on_plane(Plane.of_two(np.zeros(2), 0, 1)).bowl()
        if bowl is not None and bowl.is_lowest:
            falls = objective.recession(bowl.lowest).found
            return None if falls else objective.value(bowl.lowest)
    return _arrived(objective)


def _least_squares(objective: LinearObjective) -> Array:
    """Return the params of the least mean squared error plus penalty, from standard units."""
    standard = Standard(*objective.moments, margins=1)
    hessian = 2 * objective.gram[:-1, :-1]
    hessian[np.diag_indices(len(hessian))] += objective.penalty.l2 / standard.deviation**2
    null = objective.null_params
    slope = standard.pullback(objective.evaluate(null).gradient)[:-1]
    weights = np.linalg.lstsq(hessian, -slope, rcond=1e-13)[0]
    return standard.params(np.append(weights, null[-1]))


def _of_few_rows(objective: LinearObjective) -> Array:
    """Return the params of the least mean squared error of no more rows than features.

    `params - V' diag(1 / s²) V gradient`, s and V the singular values and right directions of the
    rows: no product of all pairs of features is formed.
    """
    lengths, directions = objective.row_directions
    reached = lengths > SINGULAR_RTOL * lengths[0]
    standard = Standard(*objective.moments, margins=1)
    null = objective.null_params
    slope = directions[reached] @ standard.pullback(objective.evaluate(null).gradient)
    step = directions[reached].T @ (slope / lengths[reached] ** 2)
    return standard.params(standard.position(null) - step)


def _arrived(objective: LinearObjective) -> float | None:
    """Return the loss at which a descent arrives that is as fast as they come, if it does."""
    asked = Options(start=np.zeros(objective.size))
    walk, _ = plan_method(objective, asked)
    stops, trace = plan_stopping(objective, walk, asked), Trace(objective.size)
    for step in islice(walk, MOST_STEPS):
        trace.append(step)
        stop = stops.check(trace)
        if stop is not None:
            return trace.best.full_loss if stop.reason in ("arrived", "settled") else None
    return None
