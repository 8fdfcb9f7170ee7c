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

Without L2 what all classes have in common changes no loss, and is given a curvature of its own: the
gradient has nothing along it. So Cholesky's root is enough wherever features do not depend on each
other, and eigenvectors, 27 times the work, are worked out only where they do.
"""

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.data.blocks import Block, Blocks
from steepest.data.moments import Moments
from steepest.limits import check_decomposition
from steepest.objective.evaluation import Evaluation, Vector, norm
from steepest.objective.linear_algebra.factor import inverse_of_triangles
from steepest.objective.linear_algebra.hessian import CurvatureShare, hessian_block
from steepest.objective.linear_algebra.triangle import Triangle
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

FLAT = 1e-12
"""The curvature, against the most, along which the rows tell nothing: rounding is below it."""

HOPELESS = 4.0
"""How many times what is to be proved the bound by a sample may be, or nothing is proved."""

NORMED, LEAST_NORMED = 2**15, 2**8
"""Numbers of the rows whose lengths are worked out at a time, and rows at least."""


class SureGap(NamedTuple):
    """By how much the loss can be lower at most, `inf` if that is not proved, and the passes.

    A part of the rows is a part of a pass.
    """

    gap: float
    passes: float


class _Metric(NamedTuple):
    """Lengths `|h| = |z|` of `h = root z`; `flat` are directions that did not curve.

    Both are (params, some), in standard units.
    """

    root: Array
    flat: Array

    @classmethod
    def of(cls, hessian: Array) -> "_Metric":
        """Return the lengths by a Hessian, (params, params).

        The root is the inverse of Cholesky's where that shows that no direction is flat.
        """
        check_decomposition(len(hessian))
        triangle = Triangle.of(hessian)
        if triangle is not None:
            root = inverse_of_triangles(triangle.upper)
            if FLAT * np.trace(hessian) * np.vdot(root, root) < 1.0:
                return cls(root, np.empty((len(hessian), 0)))
        values, vectors = np.linalg.eigh(hessian)
        curves = values > FLAT * values[-1]
        return cls(vectors[:, curves] / np.sqrt(values[curves]), vectors[:, ~curves])

    def bound(self, sure: Array, gradient: Vector, room: float, off: float) -> float:
        """Return `g' A^-1 g / 2` of A, (params, params), and g, (params,); inf if not proved.

        The ball's radius is `room` times `|g|`, and g is `off` by so much by rounding at most.
        Along flat directions f is a constant if all rows are flat there, so they are counted as if
        they curved by `FLAT`: a slope that is rounding adds next to nothing, any other too much.
        """
        most = FLAT * float(np.diag(sure).max())
        if ((self.flat.T @ sure) * self.flat.T).sum(axis=1).max(initial=0.0) > most:
            return np.inf
        slope, along = self.root.T @ gradient, self.flat.T @ gradient
        flat = float(along @ along) / (2.0 * most) if along.any() else 0.0
        turned = self.root.T @ (sure @ self.root)
        whole = Triangle.of(turned)
        # Where this has a root no eigenvalue is below `1 / room`.
        turned[np.diag_indices(len(turned))] -= 1.0 / room
        if whole is None or Triangle.of(turned) is None:
            return np.inf
        return 0.5 * (norm(whole.solve_transposed(slope)) + off * sqrt(room)) ** 2 + flat


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
    gradient = _Units.of(objective).pullback(at.gradient)
    few = max(METRIC_ROWS, ROWS_A_FEATURE * blocks.features)
    few = min(few, blocks.largest_sample or len(blocks))
    sample = blocks.random_sample(few, 0)
    measured = _hessian(objective, at, sample)
    if not np.isfinite(measured).all():
        return SureGap(np.inf, 0.0)
    metric = _Metric.of(measured)
    enough, passes, off = objective.gap_tol * abs(at.loss), 0.0, _rounding(objective, at, sample)
    about = 0.5 * norm(metric.root.T @ gradient) ** 2
    if about > HOPELESS * enough > 0.0:
        return SureGap(np.inf, 0.0)
    for some in (sample, *blocks.proving):
        share = some.total / blocks.total
        if about > enough * share and some is not blocks:
            continue
        sure, gap = _bound(objective, at, metric, gradient, some, ROOM / share, off)
        passes += 0.0 if some is sample else share
        if gap <= enough or (gap < np.inf and some is blocks):
            return SureGap(gap, passes)
    if not (np.isfinite(sure).all() and sure.any()):
        return SureGap(np.inf, passes)
    _, gap = _bound(objective, at, _Metric.of(sure), gradient, blocks, ROOM, off)
    return SureGap(gap, passes + 1.0)


class _Units(NamedTuple):
    """Units of the params: features less their `mean` by their `deviation`, of so many `biases`."""

    mean: Vector
    deviation: Vector
    outputs: int
    biases: int

    @classmethod
    def of(cls, objective: "MarginRisk") -> "_Units":
        """Return those of an objective."""
        return cls(*objective.proof_units, objective.outputs, objective.layout.biases)

    def pullback(self, gradient: Vector) -> Vector:
        """Return the gradient by the params in these units, (params,)."""
        last = len(gradient) - self.biases
        weights, bias = gradient[:last].reshape(-1, self.outputs), gradient[last:]
        if self.biases:
            weights = weights - np.outer(self.mean, bias)
        return np.concatenate([(weights / self.deviation[:, None]).ravel(), bias])

    def of_margin(self, root: Array, margin: int) -> Array:
        """Return the rows of a root that are of one margin, (features + 1, some), for centred X."""
        last = len(root) - self.biases
        weights = root[margin : last : self.outputs] / self.deviation[:, None]
        bias = root[last + margin] if self.biases else np.zeros(root.shape[1])
        return np.vstack([weights, bias])


def _bound(
    objective: "MarginRisk",
    at: Evaluation,
    metric: _Metric,
    gradient: Vector,
    some: Blocks,
    room: float,
    off: float,
) -> tuple[Array, float]:
    """Return the curvature that is sure by some rows, (params, params), and the bound by it.

    The ball's radius is `room` times the step of Newton by the metric, which is `off` by rounding;
    the bound is inf if nothing is proved.
    """
    radius = room * (norm(metric.root.T @ gradient) + off)
    kept = _kept(objective, metric.root, radius)
    share = some.total / objective.blocks.total
    sure = _hessian(objective, at, some, kept, share)
    if not (np.isfinite(sure).all() and sure.any()):
        return sure, np.inf
    return sure, metric.bound(sure, gradient, room, off)


def _rounding(objective: "MarginRisk", at: Evaluation, sample: Blocks) -> float:
    """Return how long the rounding of margins, about `|x| |w| + |b|`, makes a gradient of 0.

    By Hessian M of the rows a mean of `l'' x e` has the length `sqrt(mean(l'' e^2))` at most.
    """
    output = objective.model.at(np.abs(at.params)).output
    squares, features = objective.curvature_or_bound, objective.blocks.features

    def work(block: Block) -> tuple[Array]:
        return (np.square(output(abs(block.X))).sum(axis=0),)

    squares *= float(np.max(sample.sum(work)[0])) / len(sample)
    return 2.0 * float(np.finfo(np.float64).eps) * sqrt(features + 1) * sqrt(squares)


def _hessian(
    objective: "MarginRisk",
    at: Evaluation,
    blocks: Blocks,
    kept: CurvatureShare | None = None,
    share: float = 1.0,
) -> Array:
    """Return the Hessian of some rows with the penalty's, in these units, (params, params).

    Rows that are a `share` of all count as much as they do among all. What changes no loss of
    classes, which all have in common, curves by the mean of all params.
    """
    units = _Units.of(objective)
    weights = np.arange(objective.size - units.biases)
    output, loss = objective.model.at(at.params).output, objective.loss
    moments = Moments(units.mean, units.deviation)

    def margins(block: Block) -> Array:
        return output(block.X)

    found = hessian_block(blocks, loss, margins, weights, moments, loss.curvature, kept)
    found = found[: objective.size, : objective.size]
    found *= share
    l2, outputs = objective.penalty.l2, units.outputs
    found[np.diag_indices(len(weights))] += l2 / units.deviation[weights // outputs] ** 2
    if outputs > 1:
        common = found.trace() / objective.size / outputs
        first = len(weights) if l2 else 0
        for at_feature in range(first, objective.size, outputs):
            found[at_feature : at_feature + outputs, at_feature : at_feature + outputs] += common
    return found


def _kept(objective: "MarginRisk", root: Array, radius: float) -> CurvatureShare:
    """Return what tells of a block how much of its curvature each row keeps within the radius."""
    units, kept = _Units.of(objective), objective.loss.curvature_kept
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
