"""Few rows in place of many: most are far from their kinks, and stay on their side of it.

A sum of rows that stay on one side is a row: `sum weight slope r` with one slope for all is that of
their mean, which weighs as much as they do together (Portnoy & Koenker 1997, "The Gaussian hare and
the Laplacian tortoise", Statist. Sci. 12(4): "globs"). What stands in so is nowhere above the loss
of all rows, wherever they go, so that a lower bound on it is one on that.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block, Blocks
from steepest.data.sparse import stacked
from steepest.objective.evaluation import Evaluation
from steepest.objective.kinks.smoothed import Smoothed
from steepest.objective.model.model import Array

__all__ = ["NearKinks", "near_kinks", "sampled"]

Indices = NDArray[np.intp]

ROWS = 2.0
"""Rows that are enough, by the cube root of rows squared times features: measured."""

FEWER = 4
"""How many times fewer they must be for that to be worth it."""


class NearKinks(NamedTuple):
    """The rows near their kinks and the sums of the others; `chosen` are those, by index."""

    smoothed: Smoothed
    chosen: Indices
    width: float


def _enough_rows(smoothed: Smoothed) -> int:
    """Return how many rows are enough for a sample, and near their kinks; all where not much less.

    The margins that a sample of s rows tells are off like `sqrt(features / s)`, and so many of all
    rows are that near to their kinks: both are few where s is the root (Portnoy & Koenker 1997).
    """
    rows, params = smoothed.objective.count, smoothed.objective.size
    enough = round(ROWS * (rows**2 * params) ** (1 / 3))
    return enough if FEWER * enough <= rows else rows


def sampled(smoothed: Smoothed) -> Smoothed | None:
    """Return the same of rows at equal distances, of those that weigh something.

    None where so many would be needed that all are hardly more.
    """
    weight, count = smoothed.objective.blocks.sample_weight, _enough_rows(smoothed)
    if count == smoothed.objective.count:
        return None
    rows = np.arange(smoothed.objective.count) if weight is None else np.flatnonzero(weight)
    at = np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(np.intp)
    return smoothed.on(smoothed.objective.blocks.take(rows[at]))


def near_kinks(smoothed: Smoothed, at: Evaluation, count: int) -> NearKinks:
    """Return the `count` rows that are nearest to their kinks at some params, and two for the rest.

    Also a width that much of them is within.
    """
    blocks = smoothed.objective.blocks
    residual = smoothed.residual(at)
    chosen = np.sort(np.argpartition(np.abs(residual), count - 1)[:count])
    widest = float(np.abs(residual[chosen]).max())
    width = max(smoothed.least_width, widest / (smoothed.high - smoothed.low))
    far = np.ones(len(residual))
    far[chosen] = 0.0
    far = far if blocks.sample_weight is None else far * blocks.sample_weight
    sides = [_summed(smoothed, far * side) for side in (residual < 0.0, residual > 0.0)]
    return NearKinks(smoothed.on(_joined(blocks, chosen, sides)), chosen, width)


def _summed(smoothed: Smoothed, weight: Array) -> tuple[Array, float, float]:
    """Return the mean row of rows that weigh so much, its target, and what they weigh together."""
    objective = smoothed.objective
    at = objective.model.at(np.zeros(objective.size))

    def work(block: Block) -> tuple[Array]:
        return (at.pullback(block.X, weight[block.at]),)

    (row,) = objective.blocks.sum(work)
    total = float(row[-1])
    unit = total or 1.0
    return row[:-1] / unit, float(weight @ objective.blocks.y) / unit, total


def _joined(blocks: Blocks, chosen: Indices, sides: list[tuple[Array, float, float]]) -> Blocks:
    """Return the chosen rows, and one for each of the sides."""
    few = blocks.take(chosen)
    rows, targets, totals = (np.array(part) for part in zip(*sides, strict=True))
    weight = np.ones(len(chosen)) if few.sample_weight is None else few.sample_weight
    return Blocks(
        stacked(few.X, rows, few.empty),
        np.append(few.y, targets),
        sample_weight=np.append(weight, totals),
        threads=blocks.threads,
    ).within(few)
