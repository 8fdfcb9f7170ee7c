"""The squared loss and its gradient from the residuals themselves, whose digits sums have lost.

`loss_and_gradient` works in float64, `double_double_loss_and_gradient` in twice that precision (the
arithmetic is in `double_double.py`, which knows of no loss). Both take params in the reader's
units and return `sum w r^2 / total` and its gradient by the params in standard units, (params,),
without the penalty; both read X once.
"""

import numpy as np

from steepest.data.blocks import Block, Blocks
from steepest.data.moments import Moments
from steepest.objective.evaluation import Vector
from steepest.objective.linear_algebra import double_double
from steepest.objective.loss.loss import weighed
from steepest.objective.model.model import Array

__all__ = ["double_double_loss_and_gradient", "loss_and_gradient"]


def loss_and_gradient(blocks: Blocks, moments: Moments, params: Vector) -> tuple[float, Vector]:
    """Return loss and gradient from residuals in float64.

    The mean is taken off each feature inside the blocks: in `X' residual` of a feature far from 0
    the mean's part would cancel, and take as many digits along as the mean is deviations.
    """
    mean, deviation = moments
    weights, bias = params[:-1], params[-1] + mean @ params[:-1]

    def work(block: Block) -> tuple[float, Array, float]:
        centred = block.dense() - mean
        residual = centred @ weights + (bias - block.y)
        slope = weighed(residual, block.weight)
        return slope @ residual, slope @ centred, slope.sum()

    loss, by_weight, by_bias = blocks.sum(work)
    gradient = np.append(by_weight / deviation, by_bias)
    return float(loss / blocks.total), gradient * (2.0 / blocks.total)


def double_double_loss_and_gradient(
    blocks: Blocks, moments: Moments, params: Vector
) -> tuple[float, Vector]:
    """Return both from residuals in twice the precision, for some thirty times the work.

    The gradient has some 31 digits before it is rounded; the loss is summed in float64.

    Where features are nearly dependent the gradient is what is left of numbers that cancel, and
    the lowest point is found where it is 0: each of its digits is one of the params'.
    """

    def work(block: Block) -> tuple[float, Array, Array]:
        X = block.dense()
        residual, rest = double_double.residuals(X, block.y, params[:-1], float(params[-1]))
        weight = weighed(np.ones_like(residual), block.weight)
        slope, lost = double_double.products(residual, weight)
        ones = np.column_stack([X, np.ones(len(X))])
        high, low = double_double.products(ones, slope[:, None])
        low += ones * (lost + rest * weight)[:, None]
        return float(slope @ residual), *double_double.sums(high, low)

    losses, highs, lows = zip(*blocks.map(work), strict=True)
    high, low = double_double.sums(np.stack(highs), np.stack(lows))
    mean, deviation = moments
    by_weight = (high[:-1] - mean * high[-1]) + (low[:-1] - mean * low[-1])
    gradient = np.append(by_weight / deviation, high[-1] + low[-1])
    return float(sum(losses) / blocks.total), gradient * (2.0 / blocks.total)
