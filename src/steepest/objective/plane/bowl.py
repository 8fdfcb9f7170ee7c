"""The minimum of a loss of margins on a plane, by Newton's method with backtracking."""

import numpy as np
from numpy.typing import NDArray

from steepest.objective.line_search import backtrack
from steepest.objective.loss.loss import Loss
from steepest.objective.plane.newton_step import newton_step
from steepest.objective.plane.plane_loss import Bowl
from steepest.objective.plane.rows_on_plane import RowsOnPlane

__all__ = ["find_bowl"]

Array = NDArray[np.float64]

NEWTON_STEPS = 40
"""Newton steps after which the loss is taken to fall for ever: a bowl takes about 10."""

DECREMENT = 1e-12
"""The share of the loss that one more Newton step may promise at the minimum."""

GRADIENT_RTOL = 1e-10
"""The share of `sqrt(loss curvature)` that the gradient left by a Newton step has by rounding."""


def find_bowl(rows: RowsOnPlane, loss: Loss) -> Bowl | None:
    """Return the minimum of the mean loss plus L2 of the rows; None if Newton's method finds none.

    `is_lowest` tells whether its gradient is 0 but for rounding. Steps are taken by (s, r), in
    which the bowl is as open as can be (`RowsOnPlane.orthogonal`).
    """
    rows, tilt = rows.orthogonal()
    at = np.zeros(2)
    for _ in range(NEWTON_STEPS):
        value, gradient, hessian = _expand(rows, loss, at)
        step = newton_step(gradient, hessian)
        if not np.isfinite(step).all():
            return None
        if -(gradient @ step) <= DECREMENT * abs(value):
            left = gradient + hessian @ step
            stationary = left**2 <= GRADIENT_RTOL**2 * value * np.diag(hessian)
            return _bowl(at, hessian, tilt, bool(stationary.all()))
        at = _backtracked(rows, loss, at, step, value)
    return None


def _bowl(at: Array, hessian: Array, tilt: float, is_lowest: bool) -> Bowl | None:
    """Return the bowl by (a, b), of the point (s, r) and the Hessian there; None if it is flat."""
    along_a = np.array([1.0, tilt])
    curvature = np.array([along_a @ hessian @ along_a, hessian[1, 1]])
    lowest = np.array([at[0], at[1] - tilt * at[0]])
    if not (np.isfinite(lowest).all() and (curvature > 0).all()):
        return None
    return Bowl(lowest, curvature, is_lowest)


def _expand(rows: RowsOnPlane, loss: Loss, at: Array) -> tuple[float, Array, Array]:
    """Return value, gradient (2,) and Hessian (2, 2) at the point `at` of the plane."""
    value, slope = rows.total_and_slope(loss, *at)
    along = [rows.by_a, rows.by_b]
    hessian = loss.hessian_along(rows.margin(*at), rows.target, rows.weight, along) / rows.total
    gradient = np.array([np.vdot(each, slope) for each in along]) / rows.total
    _, ca, cb, caa, cab, cbb = rows.penalty
    of_penalty = np.array([[2 * caa, cab], [cab, 2 * cbb]])
    mean = float(value / rows.total + rows.penalty @ _powers(at))
    return mean, gradient + [ca, cb] + of_penalty @ at, hessian + of_penalty


def _powers(at: Array) -> Array:
    a, b = at
    return np.array([1.0, a, b, a * a, a * b, b * b])


def _backtracked(rows: RowsOnPlane, loss: Loss, at: Array, step: Array, value: float) -> Array:
    """Return where the step leads, halved until the loss is no higher than `value`."""

    def falls(share: float) -> bool:
        there = at + share * step
        total = rows.total_and_slope(loss, *there)[0]
        return bool(total / rows.total + rows.penalty @ _powers(there) <= value)

    share = backtrack(falls)
    return at + share * step if share else at
