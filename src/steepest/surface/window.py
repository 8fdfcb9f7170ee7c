"""Which part of a plane to show: start, path and minimum well inside, the bowl around them."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.objective.loss.loss import Loss
from steepest.objective.loss.regression import Huber, Squared
from steepest.objective.plane import Plane, RowsOnPlane, lowest_step
from steepest.objective.risk import LinearObjective

__all__ = ["Bowl", "find_bowl", "window"]

Array = NDArray[np.float64]

MARGIN = 0.3
"""The share of what must be seen that is added on each side."""

WILD = 8.0
"""A loss this many times that of the start is out of sight."""

NEWTON_STEPS = 40

CLOSE = 1e-12
"""The share of the loss that one more Newton step may promise where it is as good as lowest."""

LEFT_OVER = 1e-10
"""The slope that no step takes away, against the root of loss times curvature, that is rounding."""


class Bowl(NamedTuple):
    """The minimum on a plane, as (a, b), the curvature along a and b there; whose minimum it is.

    It is the loss's own (`is_lowest`), or stands in for it: that of the squared loss, or the place
    at which no step leads on though it is not level.
    """

    lowest: Array
    curvature: Array
    is_lowest: bool


def find_bowl(objective: LinearObjective, plane: Plane) -> Bowl | None:
    """Return the bowl on the plane, found by Newton steps, or None if it has no bottom.

    A loss with kinks and the Huber loss may be flat where they stand, so their place is taken by
    the squared loss: the window needs to know where the minimum is, not exactly. So does the bowl
    without L1 stand in for that with its kinks.
    """
    rows, tilt = RowsOnPlane.of(objective, plane).level()
    loss, flat = objective.loss, not objective.loss.smooth or isinstance(objective.loss, Huber)
    if flat:
        loss = Squared()
    stand_in = flat or bool(objective.penalty.l1)
    at = np.zeros(2)
    for _ in range(NEWTON_STEPS):
        value, slope, bend = _expand(rows, loss, at)
        step = lowest_step(slope, bend)
        if not np.isfinite(step).all():
            return None
        if -(slope @ step) <= CLOSE * abs(value):
            break
        at = _downhill(rows, loss, at, step, value)
    else:
        return None
    level = (slope + bend @ step) ** 2 <= LEFT_OVER**2 * value * np.diag(bend)
    along_a = np.array([1.0, tilt])
    curvature = np.array([along_a @ bend @ along_a, bend[1, 1]])
    lowest = np.array([at[0], at[1] - tilt * at[0]])
    sound = np.isfinite(lowest).all() and (curvature > 0).all()
    return Bowl(lowest, curvature, not stand_in and bool(level.all())) if sound else None


def _expand(rows: RowsOnPlane, loss: Loss, at: Array) -> tuple[float, Array, Array]:
    """Return value, slope (2,) and second derivatives (2, 2) at the point `at` of the rows."""
    margin = rows.margin(*at)
    value, slope = loss.total_and_slope(margin, rows.target, rows.weight)
    ways = [rows.by_a, rows.by_b]
    bend = loss.hessian_along(margin, rows.target, rows.weight, ways) / rows.total
    by = np.array([np.vdot(way, slope) for way in ways]) / rows.total
    _, ca, cb, caa, cab, cbb = rows.penalty
    penalty = np.array([[2 * caa, cab], [cab, 2 * cbb]])
    total = float(value / rows.total + rows.penalty @ _powers(at))
    return total, by + [ca, cb] + penalty @ at, bend + penalty


def _powers(at: Array) -> Array:
    a, b = at
    return np.array([1.0, a, b, a * a, a * b, b * b])


def _downhill(rows: RowsOnPlane, loss: Loss, at: Array, step: Any, value: float) -> Array:
    """Return where the step leads, shortened until the loss is no higher."""
    for _ in range(30):
        there = at + step
        total = loss.total_and_slope(rows.margin(*there), rows.target, rows.weight)[0]
        if total / rows.total + rows.penalty @ _powers(there) <= value:
            return there
        step = step / 2
    return at


def window(path: Array, losses: Array, bowl: Bowl | None, size: Array) -> Array:
    """Return the window `[[a low, a high], [b low, b high]]` for a path of points, (points, 2).

    The path is inside (but where it has left all bounds), with the minimum and the end of the
    run, which is (0, 0), and a margin; where they lie close together, as much of the bowl as is
    half as high again as its bottom. `size` is how large the two params are, (2,).
    """
    seen = np.vstack([path[_worth_seeing(losses)], np.zeros(2)])
    if bowl is not None:
        seen = np.vstack([seen, bowl.lowest])
    low, high = seen.min(axis=0), seen.max(axis=0)
    least = _least_span(losses, bowl, size, high - low)
    short = np.maximum(least - (high - low), 0.0) / 2
    low, high = low - short, high + short
    margin = MARGIN * (high - low)
    return np.column_stack([low - margin, high + margin])


def _worth_seeing(losses: Array) -> NDArray[np.bool_]:
    """Return which points to show: all but those that have left all bounds."""
    return np.isfinite(losses) & (losses <= WILD * losses[0])


def _least_span(losses: Array, bowl: Bowl | None, size: Array, spread: Array) -> Array:
    """Return the least that the window may span, by what the bowl rises over it.

    Where the bowl is all but flat that is no measure: then it is by the params' own `size`, and
    by how far what must be seen is `spread`.
    """
    usual = np.maximum(2.0 * np.maximum(size, spread), 1e-3)
    rise = 0.25 * max(float(losses[0]), float(np.nanmin(losses)))
    if bowl is None or not rise > 0:
        return 0.25 * usual
    return np.minimum(2 * np.sqrt(2 * rise / bowl.curvature), usual)
