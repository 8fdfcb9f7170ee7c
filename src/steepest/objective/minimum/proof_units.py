"""Coordinates of the params in which a Hessian measures all that the rows tell, for a proof.

In standard units the sums of products of features tell a curvature from none down to some epsilon
of float64 times the most: of two columns that differ by 1e-8 of a deviation they say nothing, where
the loss may fall by much. So where a direction is flatter than `FLAT` the rows are turned into the
eigenvectors first, each as long as it seems to curve, and multiplied after that: a row's part along
a direction is known to epsilon, its square to epsilon squared (as Cholesky's QR, done again, has no
condition squared: Yamamoto, Nakatsukasa, Yanagisawa & Fukaya 2015, "Roundoff error analysis of the
CholeskyQR2 algorithm", Electron. Trans. Numer. Anal. 44). That is done until none is flat.

Null are directions along which the rows are 0 but for what rounding of each of their products
leaves: twin columns, dummies of all levels. No loss changes along them.

Without L2 what all classes have in common changes no loss, and is given a curvature of its own: the
gradient has nothing along it.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from steepest.data.blocks import Block, Blocks
from steepest.data.moments import Moments
from steepest.limits import check_decomposition
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.linear_algebra.factor import inverse_of_triangles
from steepest.objective.linear_algebra.hessian import CurvatureShare, hessian_block
from steepest.objective.linear_algebra.triangle import Triangle
from steepest.objective.loss.loss import weighed
from steepest.objective.model.model import Array

if TYPE_CHECKING:
    from steepest.objective.margin_risk import MarginRisk

__all__ = ["EPSILON", "FLAT", "Units", "gradient_rounding", "hessian", "inverse_root", "measured"]

FLAT = 1e-12
"""The curvature, against the most, below which a Hessian may be rounding."""

TURNS = 4
"""How often rows are turned at most until no direction is flat: measured, 1 to 3 are enough."""

EPSILON = float(np.finfo(np.float64).eps)
"""Float64's epsilon."""

ROUNDED = 4.0 * EPSILON
"""The share of the sum of sizes by which a sum of few products, or a mean of rows, may be off."""

ROUNDED_ROW = 256.0 * ROUNDED
"""That of the one row that is off by the most, with directions that are rounded themselves."""


class Units(NamedTuple):
    """Units of the params: features less their `mean` by their `deviation`, of so many `biases`.

    The params are `base z` in these, (params, some); None where they are z. `null`, (params, some),
    are directions along which no row of a sample moved.
    """

    mean: Vector
    deviation: Vector
    outputs: int
    biases: int
    null: Array
    base: Array | None = None
    noise: Vector | None = None
    """How much rounding of a row's products may move it along each of the base, (some,)."""

    @classmethod
    def of(cls, objective: "MarginRisk") -> "Units":
        """Return the standard ones of an objective."""
        null = np.empty((objective.size, 0))
        return cls(*objective.proof_units, objective.outputs, objective.layout.biases, null)

    def standard(self, gradient: Vector) -> Vector:
        """Return the gradient by the params in standard units, (params,)."""
        last = len(gradient) - self.biases
        weights, bias = gradient[:last].reshape(-1, self.outputs), gradient[last:]
        if self.biases:
            weights = weights - np.outer(self.mean, bias)
        return np.concatenate([(weights / self.deviation[:, None]).ravel(), bias])

    def pullback(self, gradient: Vector) -> Vector:
        """Return the gradient by the params in these units, (some,)."""
        found = self.standard(gradient)
        return found if self.base is None else self.base.T @ found

    def turned(self, root: Array) -> Array:
        """Return directions in these units, (some, n), in standard ones, (params, n)."""
        return root if self.base is None else self.base @ root

    def of_margin(self, root: Array, margin: int) -> Array:
        """Return how a margin moves along a root's columns, (features + 1, n), for centred X."""
        return self._by_margin(self.turned(root), margin)

    def _by_margin(self, directions: Array, margin: int) -> Array:
        last = len(directions) - self.biases
        weights = directions[margin : last : self.outputs] / self.deviation[:, None]
        bias = directions[last + margin] if self.biases else np.zeros(directions.shape[1])
        return np.vstack([weights, bias])

    def moves(self, X: Array, directions: Array) -> Array:
        """Return how each margin of rows moves along directions, (margins, rows, n).

        Of classes it is less what all have in common.
        """
        Z = X - self.mean
        parts = [self._by_margin(directions, margin) for margin in range(self.outputs)]
        if self.outputs > 1:
            common = sum(parts) / self.outputs
            parts = [one - common for one in parts]
        return np.array([Z @ one[:-1] + one[-1] for one in parts])

    def rounding(self, curves: Array, root: Array) -> float:
        """Return by how much a Hessian may be off by rounding, against 1 along a root's columns."""
        of_sums = ROUNDED * float(np.trace(curves) * np.vdot(root, root))
        if self.noise is None:
            return of_sums
        of_row = float(np.linalg.norm(np.abs(root).T @ self.noise))
        return of_sums + of_row * (2.0 + of_row)

    def is_null_in(self, blocks: Blocks) -> bool:
        """Return whether no row moves along the null directions but by rounding."""
        if not self.null.size:
            return True
        parts = [self._by_margin(self.null, margin) for margin in range(self.outputs)]
        sizes = np.abs(parts).sum(axis=0)

        def moved(block: Block) -> bool:
            X = block.dense()
            most = np.abs(X - self.mean) @ sizes[:-1] + sizes[-1] + np.abs(self.mean) @ sizes[:-1]
            return bool((np.abs(self.moves(X, self.null)) > ROUNDED_ROW * most).any())

        return not any(blocks.map(moved))

    def along_null(self, gradient: Vector, noise: Vector) -> float:
        """Return how long a gradient is along the null directions beyond rounding, `noise`.

        Both are (params,).
        """
        along = np.abs(self.null.T @ self.standard(gradient)) - np.abs(self.null).T @ noise
        return float(np.linalg.norm(np.maximum(along, 0.0)))


def measured(objective: "MarginRisk", at: Evaluation, sample: Blocks) -> tuple[Units, Array | None]:
    """Return units, and lengths `|h| = |z|` of `h = root z` in them, by the Hessian of some rows.

    The root is (some, some), None where no units are found in which no direction is flat.
    """
    units = Units.of(objective)
    found = hessian(objective, at, sample, units)
    if not np.isfinite(found).all():
        return units, None
    root = inverse_root(found)
    _still(found, units)
    far = np.append(np.abs(units.mean).repeat(units.outputs), np.ones(units.biases)) + 1.0
    sizes, curves = np.sqrt(np.abs(found.diagonal())), found
    for _ in range(TURNS):
        if root is not None or not curves.size:
            break
        turned = units.turned(_seeming_root(curves))
        curves = hessian(objective, at, sample, units._replace(base=turned))
        noise = ROUNDED * (np.abs(turned).T @ np.where(sizes, sizes, far))
        moved = curves.diagonal() > np.square(noise)
        null = np.hstack([units.null, _of_length_1(turned[:, ~moved])])
        units = units._replace(base=turned[:, moved], null=null, noise=noise[moved])
        curves = curves[np.ix_(moved, moved)]
        root = inverse_root(curves) if moved.any() else None
    return units, root


def _still(curves: Array, units: Units) -> None:
    """Set what a constant feature curves by to 0: the rounding of its mean, which may be far."""
    far = np.abs(units.mean / units.deviation).repeat(units.outputs)
    own = np.sqrt(np.abs(curves.diagonal()))
    constant = np.flatnonzero(own[: len(far)] <= ROUNDED * far * own.max())
    curves[constant] = curves[:, constant] = 0.0


def _seeming_root(curves: Array) -> Array:
    """Return eigenvectors, each as long as it seems to curve by 1, of params that do so by 1."""
    own = curves.diagonal()
    size = np.sqrt(np.where(own > 0.0, own, 1.0))
    check_decomposition(len(curves))
    values, vectors = np.linalg.eigh(curves / size / size[:, None])
    least = len(curves) * EPSILON * values[-1]
    return vectors / size[:, None] / np.sqrt(np.maximum(values, least))


def _of_length_1(directions: Array) -> Array:
    return directions / np.linalg.norm(directions, axis=0)


def inverse_root(curves: Array) -> Array | None:
    """Return the inverse of Cholesky's root of a Hessian, (some, some); None if one may be flat."""
    check_decomposition(len(curves))
    own = curves.diagonal()
    triangle = Triangle.of(curves) if (own > 0.0).all() else None
    if triangle is None:
        return None
    root = inverse_of_triangles(triangle.upper)
    return root if FLAT * np.trace(curves) * np.vdot(root, root) < 1.0 else None


def gradient_rounding(objective: "MarginRisk", at: Evaluation, sample: Blocks) -> Vector:
    """Return by how much the sums over the rows may be off in the gradient, (params,).

    It is that in standard units, of a mean of `l' x`, of which the mean of `l'` times that of x is
    taken off.
    """
    output, loss, units = objective.model.at(at.params).output, objective.loss, Units.of(objective)

    def work(block: Block) -> tuple[Array]:
        slope = np.square(loss.slope(output(block.X), block.y))
        slope = weighed(slope.reshape(len(block.y), -1), block.weight)
        return (slope.sum(axis=0),)

    mean_slope = np.sqrt(sample.sum(work)[0] / sample.total)
    far = 1.0 + np.abs(units.mean / units.deviation)
    weights = np.outer(far, mean_slope).ravel()
    return ROUNDED * np.append(weights, mean_slope[: units.biases])


def hessian(
    objective: "MarginRisk",
    at: Evaluation,
    blocks: Blocks,
    units: Units,
    kept: CurvatureShare | None = None,
    share: float = 1.0,
) -> Array:
    """Return the Hessian of some rows with the penalty's, in these units, (params, params).

    Rows that are a `share` of all count as much as they do among all. What changes no loss of
    classes, which all have in common, curves by the mean of all params.
    """
    rows = _standard_hessian if units.base is None else _turned_hessian
    found = rows(objective, at, blocks, units, kept)
    found *= share
    size, outputs, l2 = objective.size, units.outputs, objective.penalty.l2
    last = size - units.biases
    penalty = l2 / np.square(units.deviation[np.arange(last) // outputs])
    if units.base is None:
        found[np.diag_indices(last)] += penalty
    elif l2:
        found += (units.base[:last].T * penalty) @ units.base[:last]
    if outputs > 1:
        first = last if l2 else 0
        _add_common(found, units.base, outputs, first, size)
    return found


def _add_common(found: Array, base: Array | None, outputs: int, first: int, size: int) -> None:
    """Add a curvature to what all classes have in common, of params from the `first` on."""
    if base is not None:
        common = base[first:].reshape(-1, outputs, base.shape[1]).sum(axis=1)
        found += common.T @ common
        return
    mean = found.trace() / size / outputs
    for at in range(first, size, outputs):
        found[at : at + outputs, at : at + outputs] += mean


def _standard_hessian(
    objective: "MarginRisk",
    at: Evaluation,
    blocks: Blocks,
    units: Units,
    kept: CurvatureShare | None,
) -> Array:
    """Return the Hessian of the rows in standard units, by products of features."""
    weights = np.arange(objective.size - units.biases)
    output, loss = objective.model.at(at.params).output, objective.loss
    moments = Moments(units.mean, units.deviation)

    def margins(block: Block) -> Array:
        return output(block.X)

    found = hessian_block(blocks, loss, margins, weights, moments, loss.curvature, kept)
    return found[: objective.size, : objective.size]


def _turned_hessian(
    objective: "MarginRisk",
    at: Evaluation,
    blocks: Blocks,
    units: Units,
    kept: CurvatureShare | None,
) -> Array:
    """Return that in the units of a base, each row turned by itself before it is multiplied."""
    output, loss, base = objective.model.at(at.params).output, objective.loss, units.base
    assert base is not None

    def product(block: Block) -> Array:
        margin = output(block.X)
        weight = block.weight if kept is None else weighed(kept(block, margin), block.weight)
        moves = units.moves(block.dense(), base)
        yhat = loss.probabilities(margin) if units.outputs > 1 else None
        if yhat is None:
            curves = loss.curvature(margin, block.y)[:, None]
        else:
            # Classes curve by the variance of their moves.
            moves -= np.einsum("rm,mrn->rn", yhat, moves)
            curves = yhat
        roots = np.sqrt(weighed(curves, weight)).T
        moves *= roots[:, :, None]
        flat = moves.reshape(-1, moves.shape[2])
        return np.asarray(flat.T @ flat)

    return np.asarray(blocks.sum_large(product, len(units.mean))) / blocks.total
