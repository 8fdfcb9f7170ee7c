"""A loss with kinks, rounded within a width t: `l_t(r) = min_z l(z) + (r - z)^2 / 2t`.

Its slope is `r / t`, held between the slopes on both sides of the kink, so the rounded loss is
made of parabolas and straight lines: Newton's step is exact as long as no row changes from one to
the other, and as t goes to 0 its lowest points go to one of the loss itself, in a straight line
once no row changes any more (Madsen & Nielsen 1993, "A finite smoothing algorithm for linear l1
estimation", SIAM J. Optim. 3(2); Chen 2007, "A finite smoothing algorithm for quantile
regression", J. Comput. Graph. Stat. 16(1)).

The slopes at such a lowest point are a dual feasible point: `sum weight slope [x 1] = 0` with each
slope between those of its row. So `sum weight slope r` is nowhere larger than the loss and the
same at all params, a lower bound (Koenker & Bassett 1978, "Regression quantiles"). Its distance
from the loss, the duality gap, is a sum of terms that are none below 0.

L1 is a kink of each weight by itself; L2 curves already, and is left as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block, Blocks
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.loss.loss import weighed
from steepest.objective.model.factor import whitened
from steepest.objective.model.hessian import weighted_gram
from steepest.objective.model.model import Array

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = ["Outlook", "Smoothed"]

Indices = NDArray[np.intp]

CONSTANT = 1e-20
"""The curvature along a param, against the largest, that is rounding."""

FLATTEST = 1e-12
"""The curvature, against 1 along each param, below which the rows do not reach a direction."""

RIDGE = 1e-12
"""What is added to the curvature, against its mean: where no row is near a kink no step is endless.

Measured: from 1e-14 to 1e-11 the 240 problems of the tests take the same steps within one in ten.
"""

ROUNDING = 8.0 * float(np.finfo(np.float64).eps)
"""The share of the margins by which a residual may be off."""

FEASIBLE = 1e-9
"""How far a slope may lie outside its bounds, by their distance, and be held to them."""

GUESS_ROWS = 2**14
"""Rows that tell where to begin: a quantile to half a percent of its rank."""


@dataclass(frozen=True)
class Outlook:
    """What the rounded loss says at some params: where to go, and what is proved by the way.

    `newton` is where Newton's step leads, `vertex` where the same rows and weights would be at
    their kinks, both params. `bound` is a lower bound on the loss, -inf if the slopes after that
    step would not all lie between those of their rows. `rows` and `weights` are those, by index,
    that are at their kinks wherever the loss is that bound; the `slopes` of all rows, (rows,),
    and of weights in standard units, (params,), say on which side the others are.
    """

    newton: Vector
    vertex: Vector
    bound: float
    rows: Indices
    weights: Indices
    slopes: Array
    weight_slopes: Vector
    near: int
    """The rows that were within the width, and read."""


class Smoothed:
    """A linear objective of one margin whose loss has `side_slopes`, with its kinks rounded.

    Standard units are those of the features' mean and deviation; all matrices are by these.
    """

    def __init__(self, objective: "LinearObjective", low: float, high: float) -> None:
        self.objective = objective
        self.low, self.high = low, high
        self.standard = objective.standard
        deviation = self.standard.deviation
        self.l1 = np.append(objective.penalty.l1 / deviation, 0.0)
        self.l2 = np.append(objective.penalty.l2 / deviation**2, 0.0)

    def on(self, blocks: Blocks) -> "Smoothed":
        """Return the same of other rows."""
        return Smoothed(self.objective.on(blocks), self.low, self.high)

    @cached_property
    def _moments(self) -> tuple[Array, Vector]:
        """`Z'Z / total` and `Z'y / total` in standard units, from one read of X."""
        return self._products(self.objective, self.objective.blocks.y)

    def _products(self, rows: "LinearObjective", last: Array) -> tuple[Array, Vector]:
        """Return `Z'Z` and `Z' last` of some rows, by the total of all."""
        mean, unit = self.standard.mean, np.append(self.standard.deviation, 1.0)
        product = weighted_gram(rows.blocks, mean, last=lambda block: last[block.at])[0]
        product *= rows.blocks.total / self.objective.blocks.total
        return product[:-1, :-1] / np.outer(unit, unit), product[:-1, -1] / unit

    def gram(self, rows: Indices | None = None) -> Array:
        """Return `Z'Z` in standard units of some rows, by the total of all; of all if None."""
        if rows is None:
            return self._moments[0]
        few = self.objective.sample(rows)
        return self._products(few, np.zeros(len(rows)))[0]

    @cached_property
    def root(self) -> Array:
        """The matrix T with `T' Z'Z T = 1 total` where the rows reach: a step is T times one in it.

        Along directions in which the rows do not reach it is as if they did as far as anywhere.
        """
        gram = self._moments[0].copy()
        own = np.einsum("ii->i", gram)
        np.copyto(own, 1.0, where=own <= CONSTANT * own.max())
        return np.asarray(whitened(gram[None], FLATTEST).inverse[0])

    def begin(self) -> Vector:
        """Return params to begin at, from the rows alone: least squares, moved to the quantile."""
        objective, blocks = self.objective, self.objective.blocks
        position = self.root @ (self.root.T @ self._moments[1])
        params = self.standard.params(position)
        every = max(1, len(blocks) // GUESS_ROWS)
        some = blocks.every(every)
        if every > 1 and some.sample_weight is not None and not some.sample_weight.any():
            some = blocks
        at = objective.model.at(params)
        (left,) = zip(*some.map(lambda block: (block.y - at.output(block.X),)), strict=True)
        params[-1] += objective.loss.guess(np.concatenate(left), some.sample_weight)[0]
        return params

    def first_width(self, at: Evaluation) -> float:
        """Return a width that a typical residual is within: the loss by both slopes' product."""
        return at.loss / (self.high * -self.low)

    def rounding(self, at: Evaluation) -> float:
        """Return how far residuals may be off."""
        return ROUNDING * max(abs(float(at.cache.min())), abs(float(at.cache.max())))

    def is_rounding(self, at: Evaluation, width: float) -> bool:
        """Return whether residuals within the width are no more than rounding."""
        return width * min(self.high, -self.low) <= self.rounding(at)

    def outlook(self, at: Evaluation, width: float) -> Outlook:
        """Return what the loss rounded within `width` says at the params of `at`."""
        objective, standard, root = self.objective, self.standard, self.root
        residual = at.cache - objective.blocks.y
        free = self._free(residual, width)
        few = objective.sample(free) if len(free) else None
        position = standard.position(at.params)
        held = np.abs(position) < self.l1 * width
        matrix, pull = np.diag(held.astype(np.float64)), np.where(held, position, 0.0)
        gradient = at.smooth_gradient
        if few is not None:
            gram, moment = self._products(few, residual[free])
            matrix, pull = matrix + gram, pull + moment
            gradient = gradient - self._true_slopes(few, at.cache[free])
        # The slope of all that the step will not round: of the rows and weights beyond the width.
        rest = standard.pullback(gradient)
        rest += np.where(held, 0.0, self.l1 * np.sign(position))
        newton, left = self._step(matrix, pull, rest, width)
        vertex, _ = self._step(matrix, pull, rest, AHEAD * width if objective.penalty.l2 else 0.0)
        return self._proved(at, residual, free, few, held, width, newton, left, vertex)

    def _free(self, residual: Array, width: float) -> Indices:
        """Return the rows within the width of their kink, less those that weigh nothing."""
        near = (residual > self.low * width) & (residual < self.high * width)
        if not self.objective.every_row_counts:
            near &= self.objective.blocks.sample_weight > 0.0
        return np.flatnonzero(near)

    def _true_slopes(self, few: "LinearObjective", margin: Array) -> Vector:
        """Return what some rows add to the gradient of the loss as it is, (params,)."""
        at, total = few.model.at(np.zeros(few.size)), self.objective.blocks.total

        def work(block: Block) -> tuple[Vector]:
            slope = few.loss.slope(margin[block.at], block.y)
            return (at.pullback(block.X, weighed(slope, block.weight)),)

        (gradient,) = few.blocks.sum(work)
        return np.asarray(gradient / total)

    def _step(
        self, matrix: Array, pull: Vector, rest: Vector, width: float
    ) -> tuple[Vector, float]:
        """Return the step, in standard units, to the lowest point of the parabolas of a width.

        And the most that is left of the gradient there, times the width: where no row is near
        its kink along a direction there is no such point.
        """
        root = self.root
        curved = root.T @ (matrix + np.diag(width * self.l2)) @ root
        mean = float(np.trace(curved)) / len(curved)
        ridge = RIDGE * mean or 1.0
        curved[np.diag_indices(len(curved))] += ridge
        step = -np.linalg.solve(curved, root.T @ (pull + width * rest))
        return root @ step, ridge * float(np.abs(step).max())

    def _proved(self, at, residual, free, few, held, width, newton, left, vertex) -> Outlook:
        """Return the outlook, with the bound that the slopes after Newton's step prove."""
        standard, loss, blocks = self.standard, self.objective.loss, self.objective.blocks
        position = standard.position(at.params)
        there = position + newton
        slopes = np.clip(residual / width, self.low, self.high)
        of_weights = np.where(held, there / width, self.l1 * np.sign(position))
        off, inside = left / width, np.zeros(0, dtype=bool)
        slack = FEASIBLE * (self.high - self.low)
        if few is not None:
            after = (residual[free] + few.margins(standard.params(newton))) / width
            slack += ROUNDING * float(np.abs(at.cache[free]).max()) / width
            off = max(off, self.low - float(after.min()), float(after.max()) - self.high)
            slopes[free] = np.clip(after, self.low, self.high)
            inside = (after > self.low + 2 * slack) & (after < self.high - 2 * slack)
        off = max(off, float((np.abs(of_weights) - self.l1).max()))
        of_weights = np.clip(of_weights, -self.l1, self.l1)
        bound = -inf
        if off <= slack:
            terms = weighed(
                loss.value(at.cache, blocks.y) - slopes * residual, blocks.sample_weight
            )
            gap = float(terms.sum()) / blocks.total
            gap += float((self.l1 * np.abs(position) - of_weights * position).sum())
            gap += 0.5 * float(self.l2 @ newton**2)
            bound = at.loss - gap
        still = held & (np.abs(of_weights) < self.l1 - 2 * slack)
        return Outlook(
            newton=at.params + self._change(newton),
            vertex=self._resting(at.params + self._change(vertex), held),
            bound=bound,
            rows=free[inside],
            weights=np.flatnonzero(still),
            slopes=slopes,
            weight_slopes=of_weights,
            near=len(free),
        )

    def _change(self, step: Vector) -> Vector:
        """Return a step in standard units as a change of the params."""
        return self.standard.params(step)

    def _resting(self, params: Vector, held: NDArray[np.bool_]) -> Vector:
        """Return the params with the weights that are held at their kink exactly 0."""
        params[held] = 0.0
        return params

    def slope_along(
        self, at: Evaluation, there: Evaluation, width: float
    ) -> Callable[[float], float]:
        """Return the slope of the rounded loss at a share of the way from `at` to `there`."""
        blocks, standard = self.objective.blocks, self.standard
        residual, moves = at.cache - blocks.y, there.cache - at.cache
        position, step = standard.position(at.params), standard.position(there.params - at.params)
        weighted = weighed(moves, blocks.sample_weight) / blocks.total

        def slope(share: float) -> float:
            slopes = np.clip((residual + share * moves) / width, self.low, self.high)
            weights = position + share * step
            own = np.clip(weights / width, -self.l1, self.l1) + self.l2 * weights
            return float(weighted @ slopes) + float(step @ own)

        return slope


AHEAD = 0.1
"""The width, against this one, at whose lowest point L2 holds the rows that are at their kinks."""
