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
all: a part of them proves a larger gap, which is enough where it is small.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from steepest.data.blocks import Block, Blocks
from steepest.objective.evaluation import Evaluation, Vector, norm
from steepest.objective.linear_algebra.hessian import CurvatureShare, hessian_block
from steepest.objective.model.model import Array

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = ["LEAST_NORMED", "SureGap", "reach", "sure_gap"]

METRIC_ROWS = 2**14
"""Rows whose Hessian measures lengths: of 28 params it is off by a tenth at most."""

ROOM = 4.0
"""The ball's radius in Newton's steps: so much less may all rows curve than those that measure."""

FLAT = 1e-12
"""The curvature, against the most, along which the rows tell nothing: rounding is below it."""

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
        """Return the lengths by a Hessian, (params, params)."""
        values, vectors = np.linalg.eigh(hessian)
        curves = values > FLAT * values[-1]
        return cls(vectors[:, curves] / np.sqrt(values[curves]), vectors[:, ~curves])

    def bound(self, sure: Array, gradient: Vector, radius: float) -> float:
        """Return `g' A^-1 g / 2` of A, (params, params), and g, (params,); inf if not proved.

        Along flat directions f is a constant if all rows are flat there, so they are counted as if
        they curved by `FLAT`: a slope that is rounding adds next to nothing, any other too much.
        """
        most = FLAT * float(np.diag(sure).max())
        if ((self.flat.T @ sure) * self.flat.T).sum(axis=1).max(initial=0.0) > most:
            return np.inf
        slope, along = self.root.T @ gradient, self.flat.T @ gradient
        flat = float(along @ along) / (2.0 * most) if along.any() else 0.0
        if not slope.any():
            return flat
        values, vectors = np.linalg.eigh(self.root.T @ sure @ self.root)
        if not radius * values[0] >= norm(slope):
            return np.inf
        return 0.5 * float(((vectors.T @ slope) ** 2 / values).sum()) + flat


@np.errstate(all="ignore")
def sure_gap(objective: "LinearObjective", at: Evaluation) -> SureGap | None:
    """Return how far the loss at `at` is above the lowest at most; None of a loss with kinks.

    None too where it is not known how much of a row's curvature is kept nearby.
    """
    loss, blocks = objective.loss, objective.blocks
    if not objective.smooth or loss.curvature_kept(np.zeros(0), np.zeros(0), np.zeros(0)) is None:
        return None
    gradient = objective.standard.pullback(at.gradient)
    few = min(METRIC_ROWS, blocks.largest_sample or len(blocks))
    metric = _Metric.of(_hessian(objective, at, blocks.random_sample(few, 0)))
    enough, passes = objective.gap_tol * abs(at.loss), 0.0
    for some in blocks.proving:
        share = some.total / blocks.total
        sure, gap = _bound(objective, at, metric, gradient, some, ROOM / share)
        passes += share
        if gap <= enough or (gap < np.inf and some is blocks):
            return SureGap(gap, passes)
    if not (np.isfinite(sure).all() and sure.any()):
        return SureGap(np.inf, passes)
    _, gap = _bound(objective, at, _Metric.of(sure), gradient, blocks, ROOM)
    return SureGap(gap, passes + 1.0)


def _bound(
    objective: "LinearObjective",
    at: Evaluation,
    metric: _Metric,
    gradient: Vector,
    some: Blocks,
    room: float,
) -> tuple[Array, float]:
    """Return the curvature that is sure by some rows, (params, params), and the bound by it.

    The ball's radius is `room` times the step of Newton by the metric; the bound is inf if nothing
    is proved.
    """
    radius = room * norm(metric.root.T @ gradient)
    kept = _kept(objective, metric.root, radius)
    share = some.total / objective.blocks.total
    sure = _hessian(objective, at, some, kept, share)
    if not (np.isfinite(sure).all() and sure.any()):
        return sure, np.inf
    return sure, metric.bound(sure, gradient, radius)


def _hessian(
    objective: "LinearObjective",
    at: Evaluation,
    blocks: Blocks,
    kept: CurvatureShare | None = None,
    share: float = 1.0,
) -> Array:
    """Return the Hessian of some rows with the penalty's, in standard units, (params, params).

    Rows that are a `share` of all count as much as they do among all.
    """
    units, biases = objective.units, objective.outputs
    weights = np.arange(objective.size - biases)
    output, loss = objective.model.at(at.params).output, objective.loss

    def margins(block: Block) -> Array:
        return output(block.X)

    found = hessian_block(blocks, loss, margins, weights, units, loss.curvature, kept) * share
    found[np.diag_indices(len(weights))] += (
        objective.penalty.l2 / units.deviation[weights // biases] ** 2
    )
    return found


def _kept(objective: "LinearObjective", root: Array, radius: float) -> CurvatureShare:
    """Return what tells of a block how much of its curvature each row keeps within the radius."""
    (mean, deviation), biases = objective.units, objective.outputs
    kept = objective.loss.curvature_kept
    by_margin = [_of_margin(root, margin, biases, deviation) for margin in range(biases)]
    if biases > 1:
        # Classes differ by differences of margins, so what all have in common is left out.
        common = sum(by_margin) / biases
        by_margin = [one - common for one in by_margin]

    def share(block: Block, margin: Array) -> Array:
        found = kept(margin, block.y, radius * reach(block.dense(), mean, by_margin))
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


def _of_margin(root: Array, margin: int, biases: int, deviation: Vector) -> Array:
    """Return the rows of a root that are of one margin, (features + 1, some), for centred X."""
    last = len(root) - biases
    weights = root[margin:last:biases] / deviation[:, None]
    return np.vstack([weights, root[last + margin]])
