"""Whitening by the Hessian at some params: with one margin a unit step there is Newton's.

The bound on the curvature that `scale="round"` uses holds everywhere and is met nowhere: where the
model is sure of a row, the row hardly curves the loss. So a run may later take the Hessian
where it stands, class by class, and go on in coordinates in which each class's block of it is 1.
What one class does to another is left to the plane search.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import inf, sqrt
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.blocks import Block, Blocks
from steepest.data.moments import Moments
from steepest.objective.coordinates.whitening import MarginRoot, Whitening
from steepest.objective.evaluation import Evaluation, Vector, norm
from steepest.objective.linear_algebra.factor import (
    Factor,
    cholesky_or_spectral,
    diagonals,
    least_moves,
    penalised_directions,
)
from steepest.objective.linear_algebra.hessian import weighted_gram
from steepest.objective.loss.loss import weighed
from steepest.objective.minimum.null_space import rank_is_affordable
from steepest.objective.model.model import Array

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = ["CURVATURE_TOL", "HESSIAN_RTOL", "HessianWhitening", "bound_share", "free_rows"]

Margins = Callable[[Block], Array]
"""Gives of a block a number, or one for each margin, of each row."""

BOUND_SHARE = 1e-3
"""The share of the bound that is added: no direction is flat only because all rows are sure."""

NEAR = 1e5
"""From which share of the safe steepness on, inverted, that share falls with L2: measured.

There 1e-10 of a constant guess's loss is left. Of 180 fits of one margin in mixed units none then
took more than 251 steps, where without it some took 4,173.
"""

CURVATURE_TOL = 1e-12
"""The curvature, against 1 along each param, below which a direction is flat but for rounding."""

FLATTEST_PIVOT = 1e-6
"""The most that features far from 0 raise that to: a constant one may be off by any amount."""

LATER = 1e3
"""How many times that a direction must curve at first, or rows are turned: by `BOUND_SHARE`.

Of two columns that differ by 1e-6 of a deviation the curvature was just above that at first, and
below it later, where rows were sure: the walk ended 0.7 % above the lowest loss.
"""

HESSIAN_RTOL = 1e-8
"""The share of the bound below which the Hessian says nothing of the loss around."""

LIGHT = 0.5
"""The curvature of a row, against the mean of all, below which its part of a margin's Hessian is
taken for that of an average row."""

LEAST_VARIANCE_SHARE = 1e-2
"""The share of a feature's variance below which a sample of rows does not see the feature.

One that 2 of 6,000 rows have was in none of 1,500: its weight never moved, and the loss stayed
1.6 % above the lowest.
"""

COMMON_RTOL = 1e-12
"""What the margins' weights have in common, against the largest, that is rounding of many steps."""

CONSTANT = 1e-20
"""The curvature along a param, against the largest, that is rounding."""


@dataclass(frozen=True)
class HessianWhitening:
    """Makes whitened coordinates of an objective: at first by the bound, later by the Hessian.

    `mean` and `deviation` are those of the features, `bound` the bound on the Hessian by each
    margin's params, (1, features + 1, features + 1), as some of the rows tell it; `l2` the
    penalty, `free` the rows of (features + 1, margins) in which only differences of margins matter.
    The loss must be smooth. Where its curvature has no bound, that of a constant guess
    stands in.

    Products of features tell a direction from none down to `CURVATURE_TOL`, a condition of 1e6.
    Where one is flatter rows and penalty are turned by a `base` first, in which together they are
    orthonormal, by their singular values (to a condition of 1e14); all matrices are then by the
    params in it.
    """

    mean: Vector
    deviation: Vector
    bound: Array
    l2: float
    free: slice | None = None
    base: Factor | None = None

    @classmethod
    def of(
        cls,
        objective: "LinearObjective",
        sample: "LinearObjective",
        start: Vector | None = None,
    ) -> "HessianWhitening":
        """Return that of `objective`, with the bound as a `sample` of its rows tells it.

        `start`, (params,), is where the walk begins, if that is known; see `free_rows`.
        """
        mean, deviation = objective.units
        gram = weighted_gram(sample.blocks, mean)
        unseen = _lift_unseen(gram, deviation)
        bound = objective.curvature_or_bound * gram
        l2, free = objective.penalty.l2, free_rows(objective, start)
        made = cls(mean, deviation, bound, l2, free)
        if unseen or made._tells_directions or not rank_is_affordable(sample.blocks):
            return made
        base = _orthonormal(sample, objective.units, l2 / objective.curvature_or_bound)
        turned = weighted_gram(sample.blocks, mean, base=base.inverse[0])
        bound = objective.curvature_or_bound * turned
        return cls(mean, deviation, bound, l2, free, base)

    @property
    def size(self) -> int:
        """How many rows and columns a matrix of it has."""
        return self.bound.shape[-1]

    @cached_property
    def at_first(self) -> Whitening:
        """The coordinates in which the bound is 1: sound wherever the walk starts."""
        return self._whitening(self.bound.copy())

    def at(
        self, objective: "LinearObjective", at: Evaluation, shared: bool, thinning: int
    ) -> Whitening | None:
        """Return the coordinates in which each margin's block of the Hessian is 1, from `at` on.

        With `shared` all margins have the mean of their blocks. Every so many-th row is read. None
        where all rows are so sure of themselves that nothing curves, nor does L2.
        """
        blocks = objective.blocks.every(thinning)
        thinned = at if at.cache is None else at._replace(cache=at.cache[::thinning])
        columns, left = _curvatures(objective, objective.margins_in(thinned), blocks, shared)
        base = None if self.base is None else self.base.inverse[0]
        hessian = weighted_gram(blocks, self.mean, columns, base=base, several=left is not None)
        if left is not None:
            hessian += (left / objective.curvature_or_bound)[:, None, None] * self.bound
        sure = self._trace(hessian) / self._bound_trace
        if not (self.l2 or (sure > HESSIAN_RTOL).all()):
            return None
        share = bound_share(objective, at, self.at_first) * np.maximum(sure, HESSIAN_RTOL)
        hessian += share[:, None, None] * self.bound
        return self._whitening(hessian)

    def _trace(self, hessian: Array) -> Array:
        """Return the sum of the curvatures along all params, in standard units, by margin."""
        return (hessian.diagonal(axis1=1, axis2=2) / self._square).sum(axis=1)

    @cached_property
    def _bound_trace(self) -> Array:
        return self._trace(self.bound)

    @cached_property
    def _square(self) -> Vector:
        """The variances of the features, and 1 beside the bias: of the params of the base all 1."""
        square = np.ones(len(self.deviation) + 1)
        if self.base is not None:
            return square
        np.square(self.deviation, out=square[:-1])
        return square

    @property
    def _tells_directions(self) -> bool:
        """Whether products tell each direction from none, but for constant features.

        They have to later too, when rows count by their curvature: of the bound only its share is
        sure to be there.
        """
        return self._factored(self.bound.copy(), LATER)[0].full_rank

    def _whitening(self, hessian: Array) -> Whitening:
        """Return the coordinates in which `hessian` plus the penalty is 1; it is changed."""
        factor, has_constant = self._factored(hessian)
        return self._in_units(factor, factor.full_rank and not has_constant)

    def _factored(self, hessian: Array, room: float = 1.0) -> tuple[Factor, bool]:
        """Return the factor of `hessian` plus the penalty, and whether a feature is constant.

        Such a feature curves by rounding only, or by the penalty; else it is left as it is. The
        Hessian is changed. Flat is a direction that curves less than `room` times rounding.
        """
        has_constant = False
        if not self.l2:
            own = diagonals(hessian)
            alike = own / self._square
            largest = alike.max()
            constant = alike <= CONSTANT * largest
            np.copyto(own, largest * self._square, where=constant)
            has_constant = bool(constant.any())
        self._penalise(hessian)
        factor = cholesky_or_spectral(
            hessian, FLATTEST_PIVOT, lambda: min(room * self._flattest, FLATTEST_PIVOT)
        )
        return factor, has_constant

    @cached_property
    def _flattest(self) -> float:
        """The curvature, against 1 along each param, below which rounding has it."""
        least = least_moves(Moments(self.mean, self.deviation)).max() if self.base is None else 0.0
        return max(CURVATURE_TOL, min(float(least) ** 2, FLATTEST_PIVOT))

    def _penalise(self, hessian: Array) -> None:
        """Add what L2 curves by; the bias is free of it."""
        if self.base is None:
            weights = diagonals(hessian)[:, :-1]
            weights += self.l2
        elif self.l2:
            turned = self.base.inverse[0, :-1]
            hessian += self.l2 * turned.T @ turned

    def _in_units(self, factor: Factor, full_rank: bool) -> Whitening:
        """Return the coordinates by the factor for features less their mean, which is changed."""
        root, inverse = factor.root, factor.inverse
        if self.base is not None:
            root, inverse = root @ self.base.root, self.base.inverse @ inverse
        inverse[:, -1] -= self.mean @ inverse[:, :-1]
        root[:, :, :-1] += root[:, :, -1:] * self.mean
        return Whitening(MarginRoot(Factor(root, inverse), self.free), full_rank=full_rank)


def bound_share(objective: "LinearObjective", at: Evaluation, at_first: Whitening) -> float:
    """Return the share of the bound that is added to the Hessian at `at`.

    With L2 it goes to 0 as the gradient does at last, so that Newton's steps end as fast as ever
    where all rows are sure and only L2 curves: they converge quadratically with any share of the
    gradient's length (Li, Fukushima, Qi & Yamashita 2004, "Regularized Newton methods for convex
    minimization problems with singular solutions", Comput. Optim. Appl. 28(2)).
    """
    if not objective.penalty.l2:
        return BOUND_SHARE
    steepness = norm(at_first.pullback(at.gradient))
    return BOUND_SHARE * min(1.0, NEAR * steepness / sqrt(2.0 * objective.null_loss or inf))


def _lift_unseen(gram: Array, deviation: Vector) -> bool:
    """Give features that a sample does not see the variance of all rows; whether there are any.

    `gram` is (1, features + 1, features + 1) and is changed; a `deviation` of 1 is a constant's.
    """
    own, variance = diagonals(gram)[:, :-1], deviation * deviation
    unseen = own < LEAST_VARIANCE_SHARE * variance
    unseen &= deviation != 1.0
    if not unseen.any():
        return False
    np.copyto(own, variance, where=unseen)
    return True


def free_rows(objective: "LinearObjective", start: Vector | None = None) -> slice | None:
    """Return the rows of (features + 1, margins) in which only differences of margins matter.

    What all margins' weights have in common moves no prediction, and L2 draws it to 0: a walk from
    a `start`, (params,), at which it is 0 has it 0 all along. Margins that are whitened each by
    itself would bring it in, and L2, which alone curves there, take it out slowly: MNIST took 55
    steps, and takes 21.
    """
    if objective.outputs == 1:
        return None
    bound = objective.penalty.l2 and (start is None or _has_common(start, objective.outputs))
    return slice(-1, None) if bound else slice(None)


def _has_common(start: Vector, margins: int) -> bool:
    """Return whether the weights of all margins have more in common than rounding leaves."""
    weights = start.reshape(-1, margins)[:-1]
    common = np.abs(weights.mean(axis=1)).max(initial=0.0)
    return bool(common > COMMON_RTOL * np.abs(weights).max(initial=0.0))


def _orthonormal(objective: "LinearObjective", units: Moments, l2: float) -> Factor:
    """Return the params in which rows and penalty are orthonormal, by features less their mean.

    `l2` is the penalty by what a row curves at most. Without it a weight of a feature in a small
    unit is mixed with all others, and what curves it then hides what curves these. Along directions
    that neither reaches they are as long as the longest; without L2 nothing moves there, whatever
    rounding leaves of a gradient.
    """
    penalty = np.append(2.0 * l2 / units.deviation**2, 0.0)
    own = np.sqrt(1.0 + 0.5 * penalty)
    lengths, directions, reached = penalised_directions(objective.blocks, units, penalty)
    unit = np.append(units.deviation, 1.0) * own
    inverse = directions.T / lengths / unit[:, None]
    if not objective.penalty.l2:
        inverse[:, ~reached] = 0.0
    return Factor((lengths[:, None] * directions * unit)[None], inverse[None])


def _curvatures(
    objective: "LinearObjective", margins: Margins, blocks: Blocks, shared: bool
) -> tuple[Margins, Array | None]:
    """Return what each row curves by each margin, (rows, margins), or by all at once, (rows, 1).

    Of several margins rows that are sure of one curve it next to nothing, and most are of most:
    those below `LIGHT` of the mean are 0, and what a row curves less for that on average comes with
    it, (margins,) (as of a sample of rows by what they curve: Xu, Yang, Roosta-Khorasani, Ré &
    Mahoney 2016, "Sub-sampled Newton methods with non-uniform sampling").
    """
    curvature = objective.loss.own_curvature

    def own(block: Block) -> Array:
        return curvature(margins(block), block.y)

    if objective.outputs == 1 or shared:
        return lambda block: own(block).mean(axis=1, keepdims=True), None
    total = _summed(own, blocks)
    floor = LIGHT * total / blocks.total

    def heavy(block: Block) -> Array:
        every = own(block)
        return np.where(every >= floor, every, 0.0)

    return heavy, (total - _summed(heavy, blocks)) / blocks.total


def _summed(columns: Margins, blocks: Blocks) -> Array:
    """Return the sum over the rows of each column, (columns,), each row by its sample weight."""
    (total,) = blocks.sum(lambda block: (weighed(columns(block), block.weight).sum(axis=0),))
    return np.asarray(total)
