"""The Moreau envelope of a loss with kinks, of width t: `l_t(r) = min_z l(z) + (r - z)^2 / 2t`.

Its slope is `r / t`, held between the slopes on both sides of the kink, so the smoothed loss is
made of parabolas and straight lines: Newton's step is exact as long as no row changes from one to
the other, and as t goes to 0 its lowest points go to one of the loss itself, in a straight line
once no row changes any more (Madsen & Nielsen 1993, "A finite smoothing algorithm for linear l1
estimation", SIAM J. Optim. 3(2); Chen 2007, "A finite smoothing algorithm for quantile
regression", J. Comput. Graph. Stat. 16(1)).

L1 is a kink of each weight by itself; L2 curves already, and is left as it is.
"""

from collections.abc import Callable
from functools import cached_property
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block, Blocks
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.linear_algebra.factor import (
    Factor,
    cholesky,
    qr_factor,
    reached_by_rows,
    standardised_svd,
)
from steepest.objective.linear_algebra.hessian import centred, weighted_gram
from steepest.objective.loss.loss import weighed
from steepest.objective.minimum.null_space import rank_is_affordable
from steepest.objective.model.model import Array

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = ["NearRows", "Smoothed"]

Indices = NDArray[np.intp]

LEAST_PIVOT = 1e-4
"""A pivot of `Z'Z` below which it is not trusted: half of the digits of a root may be gone."""

ROUNDING = 8.0 * float(np.finfo(np.float64).eps)
"""The share of the margins by which a residual may be off."""

SHARP = 1e3
"""How many times the width of its rounded kink a residual is where a loss is all but straight:
measured of Huber's. The plane search takes 20 to 60 steps there, and ever more beyond it.
"""

GUESS_ROWS = 2**14
"""Rows that tell where to begin: a quantile to half a percent of its rank."""


class Smoothed:
    """A linear objective of one margin that is straight on both sides of its kinks.

    `low` and `high` are the slopes of a row's loss below and above its target. Standard units are
    those of the features' mean and deviation; `l1` and `l2`, (params,), are the penalties by these,
    0 for the bias, and all matrices are too. `least_width` is that within which the loss is round
    by itself: Huber's, with the slopes -delta and delta, within 1.
    """

    def __init__(
        self, objective: "LinearObjective", low: float, high: float, least_width: float = 0.0
    ) -> None:
        self.objective = objective
        self.low, self.high, self.least_width = low, high, least_width
        self.standard = objective.standard
        deviation = self.standard.deviation
        self.l1 = np.append(objective.penalty.l1 / deviation, 0.0)
        self.l2 = np.append(objective.penalty.l2 / deviation**2, 0.0)

    def on(self, blocks: Blocks) -> "Smoothed":
        """Return the same of other rows."""
        return Smoothed(self.objective.on(blocks), self.low, self.high, self.least_width)

    def residual(self, at: Evaluation) -> Array:
        """Return how far the margins are above the targets, (rows,)."""
        return np.asarray(at.cache - self.objective.blocks.y)

    @cached_property
    def _normal_equations(self) -> tuple[Array, Vector]:
        """`Z'Z / total` and `Z'y / total`, from one read of X."""
        blocks, (mean, deviation) = self.objective.blocks, self.objective.units
        product = weighted_gram(blocks, mean, last=lambda block: block.y)[0]
        unit = np.append(deviation, 1.0)
        return product[:-1, :-1] / np.outer(unit, unit), product[:-1, -1] / unit

    @property
    def _pulled_targets(self) -> Vector:
        """`Z'y / total`, (params,)."""
        if not self._has_few_rows:
            return self._normal_equations[1]
        blocks, (mean, deviation) = self.objective.blocks, self.objective.units

        def work(block: Block) -> tuple[Array]:
            return (weighed(block.y, block.weight) @ centred(block, mean),)

        (total,) = blocks.sum(work)
        return np.asarray(total / np.append(deviation, 1.0) / blocks.total)

    @cached_property
    def root(self) -> Array:
        """T, (params, n), with `T' (Z'Z / total + t l2) T = I`: T s moves rows by 1 for |s| = 1.

        L2 counts as it does at a typical width t: without it a weight of a feature in a small unit,
        which L2 curves by far the most, would be mixed with all others. Without a penalty nothing
        moves along directions in which no row does, and n is the rank; with one it is as if rows
        moved there as far as along any. With L1 each weight's own kink counts as a row.
        """
        if not self._has_few_rows and self._factor is not None:
            return np.asarray(self._factor.inverse[0])
        objective = self.objective
        # The squared loss curves by twice that.
        if objective.penalty:
            factor = qr_factor(objective.blocks, objective.units, 2.0 * self._typical_l2)
            return np.asarray(sqrt(2.0) * factor.inverse[0])
        known = self._has_few_rows and objective.units is objective.moments
        lengths, directions = (
            objective.row_directions
            if known
            else standardised_svd(objective.blocks, objective.units)
        )
        reached = reached_by_rows(lengths, directions, objective.units)
        return np.asarray(sqrt(2.0) * directions[reached].T / lengths[reached])

    @property
    def _has_few_rows(self) -> bool:
        """Whether rows are fewer than features, and so few that their span is worked out."""
        blocks = self.objective.blocks
        few = len(blocks) <= blocks.features and not self.objective.penalty
        return few and rank_is_affordable(blocks)

    @property
    def rank(self) -> int:
        """How many directions a step is made of."""
        return self.root.shape[1]

    @cached_property
    def _factor(self) -> Factor | None:
        """The root of `Z'Z / total`, L2 and the kinks of L1; None where that is near singular."""
        if self._has_few_rows:
            return None
        curvature = self._normal_equations[0] + np.diag((self.l1 > 0.0) + self._typical_l2)
        factor = cholesky(curvature[None])
        if factor is None:
            return None
        pivots = factor.root[0].diagonal() ** 2 / np.maximum(1.0, self._typical_l2)
        return None if pivots.min() <= LEAST_PIVOT else factor

    @cached_property
    def _typical_l2(self) -> Vector:
        """What L2 curves by at a typical width, times that, (params,)."""
        if not self.objective.penalty.l2:
            return self.l2
        return np.asarray(max(self.least_width, self._typical_residual) * self.l2)

    @property
    def reaches_all(self) -> bool:
        """Whether it is known that the rows reach every direction of the weights."""
        return self._factor is not None and not self.objective.penalty

    def gram(self, rows: Blocks) -> Array:
        """Return `T' Z'Z T` of some rows, by the total of all.

        Rows are whitened before they are multiplied, so that no condition is squared.
        """
        total = rows.sum_large(lambda block: _gram(self._whiten(block), block.weight))
        return total / self.objective.blocks.total

    def near_kinks(self, rows: Indices, residual: Array) -> "NearRows":
        """Return some rows, by their indices, with the residuals, (rows,), that all have."""
        blocks = self.objective.blocks
        weight = None if blocks.sample_weight is None else blocks.sample_weight[rows]
        few = Blocks(
            self.whitened(rows), residual[rows], sample_weight=weight, threads=blocks.threads
        )
        return NearRows(few.within(blocks), blocks.total)

    def whitened(self, rows: Indices) -> Array:
        """Return some rows, by their indices, as `Z T`, (rows, params)."""
        if self._kept is None:
            return self._whitened(self.objective.blocks.take(rows))
        return np.asarray(self._kept[rows])

    def _whitened(self, rows: Blocks) -> Array:
        """Return rows as `Z T`, (rows, params)."""
        found = rows.empty((len(rows), self.rank))

        def work(block: Block) -> None:
            found[block.at] = self._whiten(block)

        rows.map(work)
        return found

    def _whiten(self, block: Block) -> Array:
        return np.asarray(centred(block, self.standard.mean) @ self._root_by_unit)

    @cached_property
    def _root_by_unit(self) -> Array:
        return self.root / np.append(self.standard.deviation, 1.0)[:, None]

    @cached_property
    def _kept(self) -> Array | None:
        """All rows whitened, where they are one block; else only those that are asked for are."""
        blocks = self.objective.blocks
        return blocks.map(self._whiten)[0] if len(blocks.slices) == 1 else None

    def begin(self) -> Vector:
        """Return params to begin at, from the rows alone: least squares, moved to the quantile."""
        params = self.standard.params(self.root @ (self.root.T @ self._pulled_targets))
        blocks, at = self.objective.blocks, self.objective.model.at(params)
        some = blocks.every(max(1, len(blocks) // GUESS_ROWS))
        if some.total == 0.0:
            some = blocks
        left = some.map(lambda block: np.asarray(block.y - at.output(block.X)))
        params[-1] += self.objective.loss.guess(np.concatenate(left), some.sample_weight)[0]
        return params

    def first_width(self, at: Evaluation) -> float:
        """Return a width that a typical residual is within: the loss by both slopes' product."""
        return max(self.least_width, at.loss / self.high / -self.low)

    @property
    def is_sharp(self) -> bool:
        """Whether next to all residuals are beyond the least width: kinks are the better picture.

        By the loss of a constant guess, which is that of a typical residual.
        """
        return not self.least_width or self._typical_residual > SHARP * self.least_width

    @property
    def _typical_residual(self) -> float:
        # Twice divided: the product of small slopes is 0.
        return self.objective.null_loss / self.high / -self.low

    def most_smoothed_off(self, width: float) -> float:
        """Return how far the smoothed loss is below the loss at most: `t / 2` slopes squared.

        And so is the gap at its lowest point: its slopes prove a bound that is nowhere below it.
        """
        steepest = max(self.high, -self.low)
        return 0.5 * width * (steepest**2 + float(self.l1 @ self.l1))

    def rounding(self, at: Evaluation) -> float:
        """Return how far residuals may be off."""
        return ROUNDING * float(np.maximum.reduce(np.abs(at.cache)))

    def is_rounding(self, at: Evaluation, width: float) -> bool:
        """Return whether residuals within the width are no more than rounding."""
        return width * min(self.high, -self.low) <= self.rounding(at)

    def slope_along(self, at: Evaluation, change: Vector, width: float) -> Callable[[float], float]:
        """Return the slope of the smoothed loss at `at.params` and a share of a change, (params,).

        That reads X once.
        """
        blocks, standard = self.objective.blocks, self.standard
        moves = self.objective.margins(change)
        weighted = weighed(moves, blocks.sample_weight) / blocks.total
        begins, moves = self.residual(at) / width, moves / width
        position, step = standard.position(at.params), standard.position(change)

        def of_rows(share: float) -> float:
            slopes = share * moves
            slopes += begins
            np.maximum(slopes, self.low, out=slopes)
            np.minimum(slopes, self.high, out=slopes)
            return float(weighted.dot(slopes))

        def of_all(share: float) -> float:
            weights = position + share * step
            own = np.clip(weights / width, -self.l1, self.l1) + self.l2 * weights
            return of_rows(share) + float(step @ own)

        return of_all if self.objective.penalty else of_rows


class NearRows:
    """Rows near their kinks, whitened, (near, params), with their residuals as targets.

    Sums are by the `total` that all rows weigh.
    """

    def __init__(self, blocks: Blocks, total: float) -> None:
        self.blocks, self.total = blocks, total

    def gram(self) -> Array:
        """Return `T' Z'Z T`, (params, params)."""
        return self.blocks.sum_large(lambda block: _gram(block.X, block.weight)) / self.total

    def pullback(self, slopes: Array) -> Array:
        """Return `T' Z' slopes` of some slopes a row, (rows, k), as (params, k)."""

        def work(block: Block) -> tuple[Array]:
            return (block.X.T @ weighed(slopes[block.at], block.weight),)

        (total,) = self.blocks.sum(work)
        return np.asarray(total / self.total)

    def moves(self, step: Vector) -> Array:
        """Return how far a whitened step moves each row, (rows,)."""
        return np.concatenate(self.blocks.map(lambda block: block.X @ step))


def _gram(rows: Array, weight: Array | None) -> Array:
    """Return `rows' diag(weight) rows`."""
    if weight is not None:
        rows = rows * np.sqrt(weight)[:, None]
    return np.asarray(rows.T @ rows)
