"""The squared loss and its slope from the residuals themselves, whose digits sums have lost.

Both functions take params in the reader's units and return the mean squared residual and its
slope by the params in standard units, (params,), without the penalty; both read X once.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import tree_sum
from steepest.objective.model import double_double as twofold
from steepest.objective.protocol import Vector
from steepest.objective.risk import LinearObjective

__all__ = ["loss_and_slope", "sharp_loss_and_slope"]

Array = NDArray[np.float64]


def loss_and_slope(objective: LinearObjective, params: Vector) -> tuple[float, Vector]:
    """Return loss and slope from residuals in float64.

    The mean is taken off each feature inside the blocks: in `X' residual` of a feature far from 0
    the mean's part would cancel, and take as many digits along as the mean is deviations.
    """
    rows = objective.rows
    mean, deviation = objective.units
    weights, bias = params[:-1], params[-1] + mean @ params[:-1]

    def block(at: slice) -> tuple[Any, ...]:
        centred = rows.dense(at) - mean
        residual = centred @ weights + (bias - rows.y[at])
        pull = rows.weigh(residual, at)
        return pull @ residual, pull @ centred, pull.sum()

    loss, by_weight, by_bias = tree_sum(rows.map(block))
    slope = np.append(by_weight / deviation, by_bias)
    return float(loss / rows.total), slope * (2.0 / rows.total)


def sharp_loss_and_slope(objective: LinearObjective, params: Vector) -> tuple[float, Vector]:
    """Return loss and slope from residuals in twice the precision, for some thirty times the work.

    Where features are nearly dependent the slope is what is left of numbers that cancel, and the
    lowest point is found where it is 0: each of its digits is one of the params'.
    """
    rows = objective.rows

    def block(at: slice) -> tuple[Any, ...]:
        X = rows.dense(at)
        residual, rest = twofold.residuals(X, rows.y[at], params[:-1], float(params[-1]))
        weight = rows.weigh(np.ones_like(residual), at)
        pull, lost = twofold.products(residual, weight)
        ones = np.column_stack([X, np.ones(len(X))])
        high, low = twofold.products(ones, pull[:, None])
        low += ones * (lost + rest * weight)[:, None]
        return pull @ residual, *twofold.sums(high, low)

    losses, highs, lows = zip(*rows.map(block), strict=True)
    high, low = twofold.sums(np.stack(highs), np.stack(lows))
    mean, deviation = objective.units
    by_weight = (high[:-1] - mean * high[-1]) + (low[:-1] - mean * low[-1])
    slope = np.append(by_weight / deviation, high[-1] + low[-1])
    return float(sum(losses) / rows.total), slope * (2.0 / rows.total)
