"""Risks whose margins are linear in the params: what follows from that alone, bias or none."""

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from math import isfinite
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import PROOF_MATRICES, Block
from steepest.data.moments import Moments, moments
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.loss.loss import weighed
from steepest.objective.loss.penalty import Penalty
from steepest.objective.minimum.duality_gap import duality_gap, groups_of
from steepest.objective.minimum.feature_sizes import (
    feature_sizes,
    largest_size,
    sizes_that_decide,
)
from steepest.objective.minimum.sure_gap import SureGap, sure_gap
from steepest.objective.model.linear import Linear
from steepest.objective.model.model import Array
from steepest.objective.plane.linear import LinearPlaneLoss
from steepest.objective.plane.plane import Plane
from steepest.objective.risk import Risk

__all__ = ["MarginRisk"]


OF_ROWS = (
    "moments",
    "square_sum",
    "feature_sizes",
    "units",
    "standard",
    "guess",
    "null_loss",
    "every_row_counts",
)
"""What is worked out once, and the same under any penalty."""


GAP_ROUNDING = 1e-13
"""The share of the loss by which a gap may be larger than the sizes of features would prove it."""

ALONG_PATH = ("kept_gram", "_sums", "_keeps_sums")
"""What is kept from one run of a path to the next one alone."""


class Sums(NamedTuple):
    """Of the rows at some params: the loss and its gradient added up, and the margins."""

    params: Vector
    total: float
    gradient: Vector
    margins: Array | None


class MarginRisk(Risk):
    """`mean(loss(J params, y)) + l2 / 2 |w|^2 + l1 |w|_1`, J the same whatever the params are."""

    model: Linear
    square_sum: float | None = None
    """The sum of the squares of X, or of more rows than these; None if it is not known."""
    _sums: Sums | None = None
    _keeps_sums = False
    _proved: tuple[Vector, SureGap] | None = None
    is_pointwise = False
    has_inverse_root = True

    @property
    def slope_is_bounded(self) -> bool:  # type: ignore[override]
        """Whether the gradient has a bound: that of the loss has one, and L2 has none."""
        return isfinite(self.loss.slope_bound) and not self.penalty.l2

    @property
    def is_quadratic(self) -> bool:  # type: ignore[override]
        """Whether the Hessian is the same everywhere: that of the squared loss without L1."""
        return self.loss.is_quadratic and self.penalty.smooth

    @property
    def has_curvature(self) -> bool:  # type: ignore[override]
        """Whether the loss has second derivatives: not at kinks."""
        return self.loss.smooth

    def penalised(self, penalty: Penalty) -> Self:
        """Return the same loss of the same rows under another penalty, by what is known of them."""
        other = self.on(self.blocks, penalty)
        known = vars(self)
        kept = (*OF_ROWS, *ALONG_PATH)
        vars(other).update({name: known[name] for name in kept if name in known})
        return other

    def along_path(self) -> None:
        """Keep what the next run of a path asks, which begins where the last one ended.

        These are the sums over the rows where it was evaluated last, and the sizes of features.
        """
        self._keeps_sums = True
        if self.penalty.l1 and self.layout.biases:
            _ = self.feature_sizes

    def left_behind(self) -> None:
        """Drop what only the next run of a path needed: a run may be kept for long."""
        for name in ALONG_PATH:
            vars(self).pop(name, None)

    def evaluate(self, params: Vector) -> Evaluation:
        """Return loss and gradient at `params`, (size,), reading X once.

        Of few rows with few weights the margins come from those columns, and the gradient then from
        columns of all rows: so no gradients of blocks are to be added up.
        """
        sums = self._sums
        if sums is not None and np.array_equal(sums.params, params):
            kept = self._evaluation(params, sums.total, sums.gradient.copy(), sums.margins)
            return kept._replace(rows_read=0)
        at = self.model.at(params)
        if not (at.is_selective and self.outputs == 1 and self.blocks.is_wide):
            return super().evaluate(params)
        blocks = self.blocks
        margins = at.output(blocks.X)
        total, slope = self.loss.total_and_slope(margins, blocks.y, blocks.sample_weight)
        smooth = np.empty(self.size)

        def work(features: slice) -> None:
            np.matmul(blocks.X[:, features].T, slope, out=smooth[features])

        blocks.by_columns(work)
        smooth[-1] = np.add.reduce(slope)
        return self._evaluation(params, float(total), smooth, margins)

    def _evaluation(
        self, params: Vector, total: float, smooth: Vector, margins: Array | None
    ) -> Evaluation:
        if self._keeps_sums:
            self._sums = Sums(params, total, smooth.copy(), margins)
        return super()._evaluation(params, total, smooth, margins)

    def split(self, params: Vector) -> tuple[Array, Array]:
        """Return weights and bias, in the shapes in which they meet X."""
        return self.model.split(params)

    def curvature_along(
        self, at: Evaluation, directions: Sequence[Vector], before: Evaluation | None = None
    ) -> Array:
        """Return `u' H v` for directions u, v, (k, k), H = `Z' diag(l'') Z / total + l2`.

        Along a direction d the margins move by X d, which reads X once; along the last step, from
        `before`, they moved by the difference of margins that are known.
        """
        margins, hessian_along = self.margins_in(at), self.loss.hessian_along
        moves = self._moves(at, directions, before)

        def work(block: Block) -> tuple[Array]:
            along = [move(block) for move in moves]
            return (hessian_along(margins(block), block.y, block.weight, along),)

        (total,) = self.blocks.sum(work)
        hessian: Array = total / self.blocks.total
        if not self.penalty.l2:
            return hessian
        weights = np.array([direction[self.layout.weights] for direction in directions])
        return hessian + self.penalty.l2 * (weights @ weights.T)

    def _moves(
        self, at: Evaluation, directions: Sequence[Vector], before: Evaluation | None
    ) -> list[Callable[[Block], Array]]:
        """Return what gives by how much the margins of a block move along each direction."""
        known = at.cache is not None and before is not None
        unread = directions[:-1] if known else directions
        moves: list[Callable[[Block], Array]] = [
            partial(_output, self.model.at(one).output) for one in unread
        ]
        if before is not None and known:
            moves.append(partial(_of_block, at.cache - before.cache))
        return moves

    def hessian_at(self, params: Vector) -> Callable[[Vector], Vector] | None:
        """Return what takes a direction d, (size,), to `J' l'' J d / total + l2 w(d)`, (size,)."""
        if not self.has_curvature:
            return None
        margins, blocks, loss = self.margins(params), self.blocks, self.loss
        pairs = blocks.map(lambda b: (b.at.start, loss.curve(margins[b.at], b.y)))
        curves, where = dict(pairs), self.layout.weights

        def product(direction: Vector) -> Vector:
            at = self.model.at(direction)

            def work(block: Block) -> tuple[Vector]:
                slope = curves[block.at.start](at.output(block.X))
                return (at.pullback(block.X, weighed(slope, block.weight)),)

            (total,) = blocks.sum(work)
            found: Vector = total / blocks.total
            found[where] += self.penalty.l2 * direction[where]
            return found

        return product

    def on_plane(self, plane: Plane) -> LinearPlaneLoss:
        """Return the loss on a plane, by a closed form, reading X three times for its margins."""
        return LinearPlaneLoss(self, plane)

    def value_between(self, at: Evaluation, there: Evaluation, share: float) -> float:
        """Return the loss a `share` of the straight line from `at` to `there`; X is not read."""
        blocks, params = self.blocks, at.params + share * (there.params - at.params)
        if at.cache is None:
            return self.value(params)
        margins = at.cache + share * (there.cache - at.cache)
        total, _ = self.loss.total_and_slope(margins, blocks.y, blocks.sample_weight)
        return total / blocks.total + self.penalty.value(params[self.layout.weights])

    def proved_gap(self, at: Evaluation, cheaply: bool = False) -> SureGap | None:
        """Return by how much the loss can be lower at most, by the curvature near `at`.

        None where that is not known, or is a matrix larger than memory has room for. The last
        answer is kept, and then costs no pass.
        """
        if self._proved is not None and np.array_equal(self._proved[0], at.params):
            return self._proved[1]
        found = self._proof(at, cheaply)
        if found is not None:
            self._proved = at.params, found._replace(passes=0)
        return found

    def _proof(self, at: Evaluation, cheaply: bool) -> SureGap | None:
        """Return what the curvature of the rows proves; None if it is not worked out."""
        if cheaply or not self.has_room_for_curvature:
            return None
        return sure_gap(self, at)

    @property
    def has_room_for_curvature(self) -> bool:
        """Whether the curvature by all pairs of params fits the memory that a proof may take."""
        return self.size**2 <= self.blocks.most_curvature

    @property
    def unproved(self) -> str:
        """Why `proved_gap` is not known, and what to do."""
        if self.has_room_for_curvature or not self.penalty.smooth or not self.loss.smooth:
            return ""
        takes = 8e-6 * PROOF_MATRICES * self.size**2
        l2 = "a larger l2" if self.penalty.l2 else "an l2, such as 1e-4,"
        return (
            f"the curvature of the rows by all pairs of {self.size:,} params would prove it, and "
            f"takes {takes:,.0f} MB; give so much (memory=, --memory), or {l2} which proves it by "
            "itself"
        )

    @property
    def proof_units(self) -> Moments:
        """The units in which curvature is worked out for a proof."""
        raise NotImplementedError

    def duality_gap(self, at: Evaluation) -> float | None:
        """Return how much lower than `at` any loss can be, with L1, by the slopes of the rows.

        None without L1, at kinks of the loss, or where that is no finite number.
        """
        if not self.penalty.l1 or not self.loss.smooth:
            return None
        where, free = self.layout.weights, self.layout.biases
        margins = self.margins(at.params) if at.cache is None else at.cache
        groups = groups_of(self.loss, self.blocks, margins, at.params[self.size - free :])
        weights = at.params[where]
        slope = at.smooth_gradient[where] - self.penalty.l2 * weights
        shares = groups.shares() if free else np.ones(len(groups.loss))
        by_size = partial(duality_gap, groups, shares, self.penalty, weights, slope)
        gap = self._gap(by_size, at.loss, slope, groups.change(shares))
        return gap if isfinite(gap) else None

    def _gap(
        self, by_size: Callable[[Vector], float], loss: float, slope: Vector, change: Array
    ) -> float:
        """Return the gap by the sizes of the features, or by bounds where these prove as much.

        Where the shares change nothing, as without a bias, no size counts.
        """
        nothing = np.zeros(self.model.features)
        if not change.any():
            return by_size(nothing)
        few = None
        if self.square_sum is not None and "feature_sizes" not in vars(self):
            bounded = by_size(nothing + largest_size(self.blocks, self.square_sum))
            if bounded - by_size(nothing) <= GAP_ROUNDING * abs(loss):
                return bounded
            few = sizes_that_decide(self.blocks, self.square_sum, slope, change, self.penalty)
        return by_size(self.feature_sizes if few is None else few)

    @cached_property
    def feature_sizes(self) -> Vector:
        """The root of the mean square of each feature, (features,)."""
        return feature_sizes(self.blocks)

    @cached_property
    def moments(self) -> Moments:
        """The mean and the standard deviation of each feature; 1 for a constant one."""
        return moments(self.blocks)

    def largest_margin_change(self, direction: Vector) -> float:
        """Return how far a step, (size,), moves the margin of any row at most: `max |X d|`."""
        return float(np.abs(self.margins(direction)).max())

    def largest_loss(self, params: Vector, rows: NDArray[np.intp]) -> float:
        """Return the largest loss of some rows at `params`, (size,)."""
        some = self.sample(rows)
        return float(self.loss.value(some.margins(params), some.blocks.y).max())

    @cached_property
    def curvature_or_bound(self) -> float:
        """The bound on a row's curvature, or what stands in where there is none.

        That is the curvature when every row gets the same best margin; 1 where it has kinks.
        """
        loss = self.loss
        if isfinite(loss.curvature_bound):
            return loss.curvature_bound
        if not loss.smooth:
            return 1.0
        return float(loss.curvature(self.guess, self.blocks.y[:1])[0])


def _output(output: Callable[[Array], Array], block: Block) -> Array:
    return output(block.X)


def _of_block(margins: Array, block: Block) -> Array:
    found: Array = margins[block.at]
    return found
