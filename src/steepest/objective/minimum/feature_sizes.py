"""The root of the mean square of features, of as few of them as the duality gap depends on.

A dual point is feasible by the largest of its slopes. So where a slope is well below the largest, a
bound on the size of its feature proves as much as the size itself: no feature is larger than all
of X together (the Frobenius norm), which is known from the check that X is finite. What is left are
the features whose weights are not 0, or nearly so, and of X nothing else is read.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block, Blocks
from steepest.data.sparse import is_sparse
from steepest.objective.evaluation import Vector
from steepest.objective.loss.penalty import Penalty
from steepest.objective.model.model import Array

__all__ = ["feature_sizes", "largest_size", "sizes_that_decide"]

Indices = NDArray[np.intp]

FEW = 16
"""Where more than one feature in so many is asked for, all are read."""

ROUNDED = 1.0 + 1e-6
"""By how much a sum of squares is taken larger: the rounding of 4e9 numbers at most."""


def sizes_that_decide(
    blocks: Blocks, square_sum: float, slope: Vector, change: Array, penalty: Penalty
) -> Vector | None:
    """Return the sizes of the features, (features,), exact where the duality gap depends on them.

    Elsewhere they are an upper bound. None where it depends on so many that all are to be read.
    `slope`, (weights,), is that of the rows' loss, `change`, (margins,), by what a size is
    multiplied in the gap, `square_sum` the sum of the squares of X, or more.
    """
    bound = largest_size(blocks, square_sum)
    by_feature = np.abs(slope).reshape(blocks.features, -1)
    largest = float(by_feature.max(initial=0.0))
    # With L2 a slope beyond L1 counts, and not the largest alone.
    least = min(largest, penalty.l1) if penalty.l2 else largest
    chosen = np.flatnonzero((by_feature + bound * change >= least).any(axis=1))
    if len(chosen) * FEW > blocks.features:
        return None
    sizes = np.full(blocks.features, bound)
    sizes[chosen] = feature_sizes(blocks, chosen)
    return sizes


def largest_size(blocks: Blocks, square_sum: float) -> float:
    """Return what no feature is larger than, by the sum of the squares of X."""
    heaviest = 1.0 if blocks.sample_weight is None else float(blocks.sample_weight.max())
    return sqrt(square_sum * heaviest / blocks.total) * ROUNDED


def feature_sizes(blocks: Blocks, chosen: Indices | None = None) -> Vector:
    """Return the root of the mean square of the `chosen` features, (chosen,), or of all."""

    def work(block: Block) -> tuple[Vector]:
        weight = np.ones(len(block.y)) if block.weight is None else block.weight
        X = block.X if chosen is None else _columns(block.X, chosen)
        X = X.astype(np.float64, copy=False)
        return (weight @ (X * X),)

    (total,) = blocks.sum(work)
    return np.sqrt(np.asarray(total, dtype=np.float64) / blocks.total)


def _columns(X: Array, chosen: Indices) -> Array:
    return X[:, chosen] if is_sparse(X) else X.take(chosen, axis=1)
