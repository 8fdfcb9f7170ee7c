"""Whether a gradient is that of its loss: the slope that it promises against the one measured."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from steepest.objective.evaluation import Vector, norm
from steepest.objective.objective import Objective

__all__ = ["Disagreement", "disagreement"]

DISTANCES = tuple(10.0**power for power in range(-10, 1))
"""How far the params are moved, by their own length: up from where rounding hides all slopes."""

MEASURABLE = 1e4 * float(np.finfo(np.float64).eps)
"""The share of the loss by which it must change: then rounding is a ten-thousandth of that."""

ALIKE = 0.1
"""How far the slopes on both sides may differ, by the larger, where there is no kink between."""

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
    measured = list(
        islice(_slopes(objective, at.loss, params, at.gradient / promised, promised), 2)
    )
    if len(measured) < 2 or any(LEAST <= slope / promised <= MOST for slope in measured):
        return None
    return Disagreement(-promised, -measured[0])


def _slopes(
    objective: Objective, loss: float, params: Vector, unit: Vector, promised: float
) -> Iterator[float]:
    """Yield the slope along `unit`, measured over ever longer distances on both sides."""
    for share in DISTANCES:
        h = share * (norm(params) or 1.0)
        above, below = (objective.value(params + side * h * unit) for side in (1.0, -1.0))
        rise, fall = above - loss, loss - below
        rounding = MEASURABLE * max(abs(loss), abs(above), abs(below))
        is_measurable = max(h * promised, abs(rise + fall) / 2.0) > rounding
        if is_measurable and abs(rise - fall) <= ALIKE * max(abs(rise), abs(fall)):
            yield (rise + fall) / (2.0 * h)
