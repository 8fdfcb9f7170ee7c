"""How far a convex loss with L2 and biases can be above its lowest, of however many weights.

`f(w) - min f <= g' A^-1 g / 2` where `f''(w + h) >= A` nearby, as in `sure_gap`, whose A is a
matrix of all params squared. L2 curves the weights by `l2`, whatever the rows do, and only the
biases need the rows. With D how the rows' losses curve by their margins, let S be the mean of D, of
the biases alone, and B that of x by D. Since `[G B'; B S] >= [B' S^-1 B, B'; B, S]` of any such
Gram (Schur's complement: Boyd & Vandenberghe 2004, "Convex Optimization", A.5.5),

`A = l2 |h_w|² + (h_b + T h_w)' S (h_b + T h_w)`, `T = S^-1 B`

is sure, and `g' A^-1 g = |g_w - T' g_b|² / l2 + g_b' S^-1 g_b`. Of classes what all biases have in
common changes no loss, and is left out. Lengths `|h|_M` are measured by this A of a sample of the
rows, in which a margin, or the distance of two, moves by at most `|h|_M` times the root of
`|x - T|² / l2 + 1 / S`; within the radius a row's loss keeps a share of its curvature, and S, T are
worked out once more with that, in one pass over a part of the rows, or all.
"""

from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block, Blocks
from steepest.objective.evaluation import Evaluation, Vector, norm
from steepest.objective.linear_algebra.hessian import CurvatureShare
from steepest.objective.loss.loss import weighed
from steepest.objective.minimum.sure_gap import METRIC_ROWS, ROOM, SureGap
from steepest.objective.model.model import Array

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = ["penalty_gap"]

TILTED = 0.1
"""How far T of a sample may be from that of all rows, by the length of a row in features."""

QUICK = 4.0
"""How many times as much as is to be proved the weights may leave by the means of the features."""


class _Bowl(NamedTuple):
    """The curvature A: `root root'` is S, (biases, biases), and `tilt` is T, (biases, weights).

    Of k classes the biases are the k - 1 coordinates along `_contrasts`.
    """

    root: Array
    tilt: Array

    def slopes(self, gradient: Vector, l2: float) -> tuple[Vector, Vector]:
        """Return `(g_w - T' g_b) / sqrt(l2)` and `root^-1 g_b`, whose squares make `g' A^-1 g`."""
        weights = self.tilt.shape[1]
        of_biases = gradient[weights:]
        along = (gradient[:weights] - of_biases @ self.tilt) / np.sqrt(l2)
        return along, np.asarray(np.linalg.solve(self.root, of_biases))

    def length(self, gradient: Vector, l2: float) -> float:
        """Return the root of `g' A^-1 g`."""
        return norm(np.concatenate(self.slopes(gradient, l2)))

    def least_of(self, root: Array) -> float:
        """Return how much another S, of that root, curves at least where this one curves by 1."""
        singular = np.linalg.svd(np.linalg.solve(self.root, root), compute_uv=False)
        return min(1.0, float(singular[-1]) ** 2)


@np.errstate(all="ignore")
def penalty_gap(objective: "LinearObjective", at: Evaluation) -> SureGap | None:
    """Return how far the loss at `at`, with L2, is above the lowest at most; None if too much.

    None too where it is not known how much of a row's curvature is kept nearby. A pass is read only
    where a sample says that it will prove it.
    """
    loss, blocks, enough = objective.loss, objective.blocks, objective.gap_tol * abs(at.loss)
    if loss.curvature_kept(np.zeros(0), np.zeros(0), np.zeros(0)) is None:
        return None
    if _by_means(objective, at) > QUICK * enough:
        return None
    sample = blocks.random_sample(min(METRIC_ROWS, blocks.largest_sample or len(blocks)), 0)
    metric = _bowl(objective, at, sample, sample.total)
    if metric is None or not _bound(objective, at, metric, sample, sample.total)[0] <= enough:
        return None
    passes = 0.0
    # All rows twice where the others' T was too far from theirs.
    for some in (*blocks.proving, blocks):
        gap, metric = _bound(objective, at, metric, some, blocks.total)
        passes += some.total / blocks.total
        if gap <= enough or (gap < np.inf and some is blocks):
            break
    return SureGap(gap, passes)


def _by_means(objective: "LinearObjective", at: Evaluation) -> float:
    """Return about what the weights alone leave, as if all rows curved alike: it reads none."""
    where, biases = objective.layout.weights, at.gradient[-objective.outputs :]
    slope = at.gradient[where] - np.outer(objective.units.mean, biases).ravel()
    return float(slope @ slope) / (2.0 * objective.penalty.l2)


def _bound(
    objective: "LinearObjective", at: Evaluation, metric: _Bowl, some: Blocks, total: float
) -> tuple[float, _Bowl]:
    """Return the bound by what is sure of some rows of `total`, inf if nothing; and their metric.

    Lengths are measured by S of the metric, of so many rows, and by T of the rows themselves, which
    is near the metric's: by how much margins part by the one that are known to by the other.
    The radius is `ROOM` times the step of Newton by the metric.
    """
    l2, gradient = objective.penalty.l2, _along(at.gradient, objective.outputs)
    metric = metric._replace(root=metric.root * np.sqrt(some.total / total))
    radius = ROOM * metric.length(gradient, l2)
    room = TILTED * norm(objective.units.deviation)
    sure = _bowl(objective, at, some, total, _kept(objective, metric, radius, room))
    if sure is None:
        return np.inf, metric
    turned = metric._replace(tilt=sure.tilt)
    change = _pairs(objective.outputs) @ _contrasts(objective.outputs) @ (sure.tilt - metric.tilt)
    near = _lengths(change).max() <= room
    if not near or not radius * turned.least_of(sure.root) >= turned.length(gradient, l2):
        return np.inf, turned._replace(root=turned.root * np.sqrt(total / some.total))
    return 0.5 * sure.length(gradient, l2) ** 2, turned


def _bowl(
    objective: "LinearObjective",
    at: Evaluation,
    some: Blocks,
    total: float,
    kept: CurvatureShare | None = None,
) -> _Bowl | None:
    """Return the curvature of some rows of `total`; None where the biases have none."""
    model, loss = objective.model.at(at.params), objective.loss
    basis = _contrasts(objective.outputs)

    def work(block: Block) -> tuple[Array]:
        margin = model.output(block.X)
        curve = loss.curve(margin, block.y)
        weight = block.weight if kept is None else weighed(kept(block, margin), block.weight)
        slopes = (curve(np.broadcast_to(one, margin.shape)) for one in _moves(basis))
        return (np.array([model.pullback(block.X, weighed(one, weight)) for one in slopes]),)

    (found,) = some.sum(work)
    columns = np.array([_along(one, objective.outputs) for one in found / total])
    try:
        root = np.linalg.cholesky(columns[:, -len(columns) :])
    except np.linalg.LinAlgError:
        return None
    tilt = np.linalg.solve(root.T, np.linalg.solve(root, columns[:, : -len(columns)]))
    return _Bowl(root, tilt)


def _kept(
    objective: "LinearObjective", metric: _Bowl, radius: float, room: float
) -> CurvatureShare:
    """Return what tells of a block how much of its curvature each row keeps within the radius.

    Margins a and b part by `(x - c)(h_a - h_b) + E h_w + z` where c is a mean of features, E what T
    differs from it, with `room` for another T, and z the biases along their bowl.
    """
    outputs, kept = objective.outputs, objective.loss.curvature_kept
    basis, pairs = _contrasts(outputs), _pairs(outputs)
    by_output = (basis @ metric.tilt).reshape(outputs, -1, outputs)
    centre = np.einsum("ifi->f", by_output) / basis.shape[1]
    by_output -= np.einsum("ij,f->ifj", basis @ basis.T, centre)
    offset = room + _lengths(pairs @ by_output.reshape(outputs, -1)).max()
    shifts = _lengths(np.linalg.solve(metric.root, (pairs @ basis).T).T).max()
    several, l2 = norm(pairs[0]), objective.penalty.l2

    def share(block: Block, margin: Array) -> Array:
        lengths = several * _lengths(block.dense() - centre) + offset
        found = kept(margin, block.y, radius * np.sqrt(lengths**2 / l2 + shifts**2))
        assert found is not None
        return found

    return share


def _contrasts(outputs: int) -> Array:
    """Return the directions of biases that change a loss, (outputs, outputs - 1); of one it is 1.

    They are orthonormal, and to what all biases have in common.
    """
    if outputs == 1:
        return np.ones((1, 1))
    together = np.hstack([np.ones((outputs, 1)), np.eye(outputs)[:, 1:]])
    return np.linalg.qr(together)[0][:, 1:]


def _along(params: Vector, outputs: int) -> Vector:
    """Return the params, (size,), with the biases along the contrasts."""
    return np.append(params[:-outputs], params[-outputs:] @ _contrasts(outputs))


def _moves(basis: Array) -> Array:
    """Return by how much margins move along each contrast, (contrasts,) or (contrasts, k)."""
    return basis[0] if len(basis) == 1 else basis.T


def _pairs(outputs: int) -> Array:
    """Return the differences of two outputs, (pairs, outputs); of one it is that itself."""
    unit = np.eye(outputs)
    return np.array([a - b for a, b in combinations(unit, 2)]) if outputs > 1 else unit


def _lengths(matrix: NDArray[np.floating[Any]]) -> Vector:
    """Return the length of each row, (rows,)."""
    return np.sqrt(np.einsum("ij,ij->i", matrix, matrix))
