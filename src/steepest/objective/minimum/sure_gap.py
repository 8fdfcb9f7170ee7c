"""How far a convex loss can be above its lowest, at most, by the curvature that is sure nearby.

`f(w) - min f <= g' A^-1 g / 2` where `f''(w + h) >= A` for all h of a length up to r, and
`r λ >= |g|`, λ the least eigenvalue of A.

At the end of any step h of the length r from w the slope along it is at least `r (r λ - |g|) >= 0`,
so by convexity f rises beyond; within r it is at least `f(w) + g'h + h'A h / 2` (Boyd &
Vandenberghe 2004, "Convex Optimization", 9.1.2, of a ball in the place of all params). Half the
Newton decrement, `g' f''(w)^-1 g / 2`, is no such bound: it is that of A at w alone.

What is sure is worked out row by row: lengths are measured by `|h|² = h' M h`, M the Hessian of
some rows, so that a margin moves by at most `r |x|` in the norm of M^-1, and its loss keeps the
share `exp(-|u|)` of its curvature (Bach 2010, "Self-concordant analysis for logistic regression",
Electron. J. Stat. 4; Sun & Tran-Dinh 2019, Math. Program. 178), or all of it within a width. So
rows that are far out cost their own curvature and no more, and one pass over the rows is enough.
Curvature is never negative (the loss is convex), so that of some rows alone is less than that of
all: a part of them proves a larger gap, which is enough where it is small. So the sample that is
held is asked first, which reads nothing, and no part that would have to curve more than it can.

Where Cholesky's root shows that no direction is flat, products of the features in standard units
are enough; else `proof_units` finds coordinates in which none is, and the directions that no row
tells. Along these nothing is counted, if each row is 0 there but for rounding, and the gradient.
"""

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.data.blocks import Block, Blocks
from steepest.objective.evaluation import Evaluation, Vector, norm
from steepest.objective.linear_algebra.hessian import CurvatureShare
from steepest.objective.linear_algebra.triangle import Triangle
from steepest.objective.loss.loss import weighed
from steepest.objective.minimum.proof_units import (
    EPSILON,
    FLAT,
    Units,
    gradient_rounding,
    hessian,
    inverse_root,
    measured,
)
from steepest.objective.model.model import Array

if TYPE_CHECKING:
    from steepest.objective.margin_risk import MarginRisk

__all__ = ["LEAST_NORMED", "SureGap", "reach", "sure_gap"]

METRIC_ROWS = 2**14
"""Rows whose Hessian measures lengths: of 28 params it is off by a tenth at most."""

ROWS_A_FEATURE = 4
"""Rows a feature that measure lengths: these are off by half at most, and `ROOM` is 4."""

ROOM = 4.0
"""The ball's radius in Newton's steps: so much less may all rows curve than those that measure."""

HOPELESS = 4.0
"""How many times what is to be proved the bound by a sample may be, or nothing is proved."""

NORMED, LEAST_NORMED = 2**15, 2**8
"""Numbers of the rows whose lengths are worked out at a time, and rows at least."""


ERRORS = 4.0
"""Standard deviations by which the mean loss may be off by the rounding of margins."""


class SureGap(NamedTuple):
    """By how much the loss can be lower at most, `inf` if that is not proved, and the passes.

    A part of the rows is a part of a pass.
    """

    gap: float
    passes: float


def _proves(point: "_Point", sure: Array, room: float) -> float:
    """Return `g' A^-1 g / 2` of A, (some, some), less its rounding; inf if not proved.

    The ball's radius is `room` times `|g|`, which is `off` by rounding.
    """
    root, gradient, off = point.root, point.gradient, point.off
    turned = root.T @ (sure @ root)
    turned[np.diag_indices(len(turned))] -= point.units.rounding(sure, root)
    whole = Triangle.of(turned)
    # Where this has a root no eigenvalue is below `1 / room`.
    turned[np.diag_indices(len(turned))] -= 1.0 / room
    if whole is None or Triangle.of(turned) is None:
        return np.inf
    return 0.5 * (norm(whole.solve_transposed(root.T @ gradient)) + off * sqrt(room)) ** 2


@ONE_BLAS_THREAD
@np.errstate(all="ignore")
def sure_gap(objective: "MarginRisk", at: Evaluation) -> SureGap | None:
    """Return how far the loss at `at` is above the lowest at most; None of a loss with kinks.

    None too where it is not known how much of a row's curvature is kept nearby. Where the curvature
    of a sample says that nothing will be proved, `inf` is, and no row is read.
    """
    loss, blocks = objective.loss, objective.blocks
    if not objective.smooth or loss.curvature_kept(np.zeros(0), np.zeros(0), np.zeros(0)) is None:
        return None
    few = max(METRIC_ROWS, ROWS_A_FEATURE * blocks.features)
    few = min(few, blocks.largest_sample or len(blocks))
    sample = blocks.random_sample(few, 0)
    enough = objective.gap_tol * abs(at.loss)
    point, passes = _point(objective, at, sample, enough)
    if point is None:
        return SureGap(np.inf, passes)
    for some in (sample, *blocks.proving):
        share = some.total / blocks.total
        if point.about > enough * share and some is not blocks:
            continue
        sure, gap = _bound(objective, at, point, some, ROOM / share)
        passes += 0.0 if some is sample else share
        if gap <= enough or (gap < np.inf and some is blocks):
            return SureGap(gap, passes)
    root = inverse_root(sure)
    if root is None:
        return SureGap(np.inf, passes)
    _, gap = _bound(objective, at, point._replace(root=root), blocks, ROOM)
    return SureGap(gap, passes + 1.0)


def _point(
    objective: "MarginRisk", at: Evaluation, sample: Blocks, enough: float
) -> tuple["_Point | None", float]:
    """Return what is proved from, None where nothing will be, and the passes that it took.

    It is measured by a sample, or by all rows where these move along what those do not.
    """
    point, blocks = _Point.of(objective, at, sample, sample), objective.blocks
    if point is None or point.about > HOPELESS * enough > 0.0:
        return None, 0.0
    passes = 1.0 if point.units.null.size else 0.0
    if point.is_null_in(blocks):
        return point, passes
    point = _Point.of(objective, at, blocks, sample)
    return point if point is not None and point.is_null_in(blocks) else None, passes + 3.0


class _Point(NamedTuple):
    """Params at which a proof is asked for: the gradient there, (some,), in `units`.

    Lengths are `|h| = |z|` of `h = root z`, (some, some); by rounding the gradient is `off` by such
    a length, and the loss `of_loss`. Along what is null it is `along` more than rounding leaves.
    """

    units: Units
    root: Array
    gradient: Vector
    along: float
    off: float
    of_loss: float

    @classmethod
    def of(
        cls, objective: "MarginRisk", at: Evaluation, rows: Blocks, sample: Blocks
    ) -> "_Point | None":
        """Return those by the Hessian of some rows; None where that measures nothing.

        How far rounding goes is that of a sample.
        """
        units, root = measured(objective, at, rows)
        if root is None:
            return None
        noise = gradient_rounding(objective, at, sample)
        off, of_loss = _rounding(objective, at, sample)
        off += norm(np.abs(units.turned(root)).T @ noise)
        along = units.along_null(at.gradient, noise)
        return cls(units, root, units.pullback(at.gradient), along, off, of_loss)

    @property
    def about(self) -> float:
        """Half the Newton decrement: about what is to be proved."""
        return 0.5 * (norm(self.root.T @ self.gradient) ** 2 + self.along**2 / FLAT)

    def is_null_in(self, blocks: Blocks) -> bool:
        """Return whether what is null is so in all rows, and the gradient has nothing along it."""
        return self.along == 0.0 and self.units.is_null_in(blocks)


def _bound(
    objective: "MarginRisk", at: Evaluation, point: _Point, some: Blocks, room: float
) -> tuple[Array, float]:
    """Return the curvature that is sure by some rows, (some, some), and the bound by it.

    The ball's radius is `room` times the step of Newton by the root, which is off by rounding; the
    bound is inf if nothing is proved.
    """
    units, root = point.units, point.root
    kept = _kept(objective, units, root, room * (norm(root.T @ point.gradient) + point.off))
    share = some.total / objective.blocks.total
    sure = hessian(objective, at, some, units, kept, share)
    if not (np.isfinite(sure).all() and sure.any()):
        return sure, np.inf
    return sure, _proves(point, sure, room) + point.of_loss


def _rounding(objective: "MarginRisk", at: Evaluation, sample: Blocks) -> tuple[float, float]:
    """Return how long the rounding of margins makes a gradient of 0, and by how much f is off.

    A margin is off by about epsilon `|x| |w| + |b|`, e. By Hessian M of the rows a mean of
    `l'' x e` has the length `sqrt(mean(l'' e^2))` at most. The mean of `l' e` over n rows, errors
    independent, has the variance `mean(l'^2 e^2) / n`; it is `ERRORS` times its root.
    """
    sizes = objective.model.at(np.abs(at.params)).output
    output = objective.model.at(at.params).output
    loss, rows = objective.loss, len(sample)

    def work(block: Block) -> tuple[Array, Array]:
        squares = np.square(sizes(abs(block.X))).reshape(len(block.y), -1)
        slope = weighed(loss.slope(output(block.X), block.y), block.weight)
        moved = (np.square(slope.reshape(len(block.y), -1)) * squares).sum()
        return squares.sum(axis=0), np.array([moved])

    squares, moved = sample.sum(work)
    error = EPSILON * sqrt(objective.blocks.features + 1)
    length = sqrt(objective.curvature_or_bound * float(np.max(squares)) / rows)
    of_loss = sqrt(float(moved[0]) / rows * len(objective.blocks)) / objective.blocks.total
    return 2.0 * error * length, ERRORS * error * of_loss


def _kept(objective: "MarginRisk", units: Units, root: Array, radius: float) -> CurvatureShare:
    """Return what tells of a block how much of its curvature each row keeps within the radius."""
    kept = objective.loss.curvature_kept
    by_margin = [units.of_margin(root, margin) for margin in range(units.outputs)]
    if units.outputs > 1:
        # Classes differ by differences of margins, so what all have in common is left out.
        common = sum(by_margin) / units.outputs
        by_margin = [one - common for one in by_margin]

    def share(block: Block, margin: Array) -> Array:
        found = kept(margin, block.y, radius * reach(block.dense(), units.mean, by_margin))
        assert found is not None
        return found

    return share


def reach(X: Array, mean: Vector, by_margin: Sequence[Array]) -> Array:
    """Return how far a row's margins, or two of them, part at most within a unit ball, (rows,).

    Some rows at a time, which stay in the cache: of 12,288 x 28 at once a row took five times as
    long (measured).
    """
    some = max(LEAST_NORMED, NORMED // X.shape[1])
    parts = (X[at : at + some] - mean for at in range(0, len(X), some))
    lengths = [np.sort([_row_norms(Z, one) for one in by_margin], axis=0) for Z in parts]
    return np.concatenate([one[-2:].sum(axis=0) for one in lengths])


def _row_norms(Z: Array, of_margin: Array) -> Array:
    """Return the length of each row of `[Z, 1] of_margin`, (rows,)."""
    product = Z @ of_margin[:-1]
    product += of_margin[-1]
    norms: Array = np.sqrt(np.einsum("ij,ij->i", product, product))
    return norms
