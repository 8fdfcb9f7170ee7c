"""Whether a gradient is that of its loss: the slope that it promises against the one measured."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from steepest.objective.evaluation import Vector, norm
from steepest.objective.objective import Objective

__all__ = ["Disagreement", "disagreement", "is_rough"]

DISTANCES = tuple(10.0**power for power in range(-10, 1))
"""How far the params are moved, by their own length: up from where rounding hides all slopes."""

MEASURABLE = 2e3
"""The roundings of the loss by which it must change: they are a thousandth of that, or less."""

ALIKE = 0.1
"""How far the slopes on both sides may differ, by the larger, where there is no kink between."""

KINK = 0.5
"""What is left of the difference of both slopes at a kink, a tenth as near: all, but for rounding.

Of a loss with a second derivative it is a tenth.
"""

LEAST, MOST = 0.5, 2.0
"""Measured by promised slope: between these a curve may explain it, and no fault is claimed."""


class Disagreement(NamedTuple):
    """Slopes of the loss along minus the gradient: as the gradient has it, and as measured."""

    promised: float
    measured: float


@np.errstate(all="ignore")
def disagreement(objective: Objective, params: Vector) -> Disagreement | None:
    """Return `-|g|` and `(f(x - h u) - f(x + h u)) / 2h`, u = g / |g|, where they contradict.

    That is where the central difference at `params`, (params,), is not between half and twice
    what the gradient g promises at the two smallest h at which the loss changes, or should, by
    more than rounding; None otherwise. At a kink, where the slopes on both sides differ, nothing
    is claimed. A gradient that is 0 or no number promises nothing.

    >>> from steepest.objective.function import as_objective
    >>> uphill = as_objective(lambda p: (float(p @ p), -2 * p), 1)
    >>> promised, measured = disagreement(uphill, np.array([3.0]))
    >>> promised, round(measured, 6)
    (-6.0, 6.0)
    """
    at = objective.evaluate(params)
    promised = norm(at.gradient)
    if not (0.0 < promised < np.inf and np.isfinite(at.loss)):
        return None
    unit = at.gradient / promised
    measured = list(islice(_slopes(objective, at.loss, params, unit, promised), 2))
    if len(measured) < 2 or any(LEAST <= slope / promised <= MOST for slope in measured):
        return None
    return Disagreement(-promised, -measured[0])


@np.errstate(all="ignore")
def is_rough(objective: Objective, params: Vector) -> bool:
    """Return whether the loss is not smooth at `params`, (params,), along its gradient.

    `(f(x + h u) - 2 f(x) + f(x - h u)) / h`, the difference of the slopes on both sides, shrinks
    with h where there is a second derivative. At a kink it stays what it is, and where the loss
    is rounded coarsely (large terms cancel) it grows. It is measured at the two smallest h, one ten
    times the other, at which it is more than rounding of the loss itself.

    >>> from steepest.objective.function import as_objective
    >>> valley = as_objective(lambda p: (float(np.abs(p).sum()), np.where(p < 0, -1.0, 1.0)), 2)
    >>> is_rough(valley, np.array([0.0, 3.0])), is_rough(valley, np.array([2.0, 3.0]))
    (True, False)
    """
    at = objective.evaluate(params)
    length = norm(at.gradient)
    if not (0.0 < length < np.inf and np.isfinite(at.loss)):
        return False
    differences = (
        (rise - fall) / h
        for h, rise, fall, rounding in _changes(objective, at.loss, params, at.gradient / length)
        if abs(rise - fall) > rounding
    )
    found = list(islice(differences, 2))
    return len(found) == 2 and abs(found[0]) > KINK * abs(found[1])


def _slopes(
    objective: Objective, loss: float, params: Vector, unit: Vector, promised: float
) -> Iterator[float]:
    """Yield the slope along `unit`, measured over ever longer distances on both sides."""
    for h, rise, fall, rounding in _changes(objective, loss, params, unit):
        is_measurable = max(h * promised, abs(rise + fall) / 2.0) > rounding
        if is_measurable and abs(rise - fall) <= ALIKE * max(abs(rise), abs(fall)):
            yield (rise + fall) / (2.0 * h)


def _changes(
    objective: Objective, loss: float, params: Vector, unit: Vector
) -> Iterator[tuple[float, float, float, float]]:
    """Yield h, `f(x + h u) - f(x)`, `f(x) - f(x - h u)` and what rounding may have of them."""
    for share in DISTANCES:
        h = share * (norm(params) or 1.0)
        above, below = (objective.value(params + side * h * unit) for side in (1.0, -1.0))
        rounding = MEASURABLE * objective.rounding * max(abs(loss), abs(above), abs(below))
        yield h, above - loss, loss - below, rounding
