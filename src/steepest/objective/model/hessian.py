"""How a linear objective bends where its rows have given margins: along ways, and as a whole.

The second derivative of a row's loss by its margins is all that is needed of the loss. Along a
direction the rows' margins move by its `way`, `X direction`, and X itself is not read.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import tree_sum
from steepest.objective.loss.cross_entropy import Softmax
from steepest.objective.loss.loss import Loss
from steepest.objective.protocol import Vector
from steepest.objective.risk import LinearObjective

__all__ = ["bend_along", "bends", "gram", "grams", "mean_gram", "usual_bend"]

Array = NDArray[np.float64]


def bends(
    objective: LinearObjective, margins: Array, directions: Sequence[Vector], ways: Sequence[Array]
) -> Array:
    """Return the second derivatives of the objective along `directions`, penalty included.

    The rows have these `margins`, (rows,) or (rows, k); `ways` are the margins of the directions,
    of the same shape. The result is square, a row and a column for each direction.
    """
    rows, loss = objective.rows, objective.loss

    def block(at: slice) -> tuple[Array]:
        each = [way[at] for way in ways]
        return (bend_along(loss, margins[at], rows.y[at], rows.weight(at), each),)

    (total,) = tree_sum(rows.map(block))
    if not objective.l2:
        return np.asarray(total / rows.total)
    weights = [direction[: -objective.shape[1]] for direction in directions]
    penalty = np.array([[u @ v for v in weights] for u in weights])
    return np.asarray(total / rows.total + objective.l2 * penalty)


def bend_along(
    loss: Loss, margin: Array, target: Array, weight: Array | None, ways: Sequence[Array]
) -> Array:
    """Return the sum of the rows' second derivatives along `ways`, each of the margin's shape."""
    if isinstance(loss, Softmax):
        return _along_classes(loss, margin, weight, ways)
    return _along(loss, margin, target, weight, ways)


def usual_bend(objective: LinearObjective) -> float:
    """Return the most that a row's loss bends, or what stands in where there is no most.

    That is what it bends when every row gets the same best margin; 1 where it has kinks.
    """
    rows, loss = objective.rows, objective.loss
    if np.isfinite(loss.curvature_bound):
        return loss.curvature_bound
    if not loss.smooth:
        return 1.0
    guess = np.full(1, loss.guess(rows.y, rows.sample_weight))
    return float(loss.curvature(guess, rows.y[:1])[0])


def _along(
    loss: Loss, margin: Array, target: Array, weight: Array | None, ways: Sequence[Array]
) -> Array:
    """Return it for rows with one margin each."""
    curvature = loss.curvature(margin, target)
    if weight is not None:
        curvature *= weight
    return np.array([[(curvature * u) @ v for v in ways] for u in ways])


def _along_classes(
    loss: Softmax, margin: Array, weight: Array | None, ways: Sequence[Array]
) -> Array:
    """Return the same for softmax: `sum yhat u v - (sum yhat u) (sum yhat v)` of each row.

    `diag(yhat) - yhat yhat'` is never formed, k numbers a row do; class by class, as margins are
    in memory.
    """
    yhat = loss.probabilities(margin).T
    moved = [np.ascontiguousarray(way.T) for way in ways]
    shares = [yhat * way for way in moved]
    means = np.array([share.sum(axis=0) for share in shares])
    if weight is not None:
        shares = [share * weight for share in shares]
    own = np.array([[share.ravel() @ way.ravel() for way in moved] for share in shares])
    return own - (means if weight is None else means * weight) @ means.T


def grams(objective: LinearObjective, margins: Array, mean: Vector, each: int = 1) -> Array:
    """Return `Z' C Z / rows` for each margin, (margins, features + 1, features + 1).

    Z are the features less `mean`, with a last column of ones; C is the curvature of each row's
    loss by that margin. These are the blocks on the diagonal of the matrix of all second
    derivatives: what one class's margin does to another's is left out. With `each` only every so
    many-th row is read, and stands for those next to it.
    """
    rows, loss = objective.rows, objective.loss

    def columns(at: slice) -> Array:
        return rows.weigh(_own(loss, margins[at], rows.y[at]), at)

    return _summed(objective, columns, mean, each)


def mean_gram(objective: LinearObjective, margins: Array, mean: Vector, each: int = 1) -> Array:
    """Return the mean of `grams` over the margins, (1, features + 1, features + 1).

    It costs no more than one of them.
    """
    rows, loss = objective.rows, objective.loss

    def column(at: slice) -> Array:
        own = _own(loss, margins[at], rows.y[at])
        return rows.weigh(own.mean(axis=1, keepdims=True), at)

    return _summed(objective, column, mean, each)


def gram(objective: LinearObjective, mean: Vector) -> Array:
    """Return `Z' Z / rows`, (features + 1, features + 1), with Z as for `grams`."""
    rows = objective.rows

    def column(at: slice) -> Array:
        return rows.weigh(np.ones((at.stop - at.start, 1)), at)

    return _summed(objective, column, mean)[0]


def _summed(
    objective: LinearObjective, columns: Callable[[slice], Array], mean: Vector, each: int = 1
) -> Array:
    """Return the mean of `Z' diag(column) Z` by weight, one for each of the columns."""
    rows = objective.rows

    def block(at: slice) -> Array:
        X = rows.dense(at, each)
        Z = np.empty((len(X), len(mean) + 1))
        np.subtract(X, mean, out=Z[:, :-1])
        Z[:, -1] = 1.0
        roots = np.sqrt(columns(rows.every(at, each)).T)
        if len(roots) == 1:
            Z *= roots[0][:, None]
            return (Z.T @ Z)[None]
        weighted = np.empty_like(Z)
        # A matrix by itself: BLAS works out one half only.
        every = (np.multiply(Z, root[:, None], out=weighted) for root in roots)
        return np.stack([one.T @ one for one in every])

    total = rows.sum_large(block, 1 if rows.is_sparse else len(mean) // 2)
    return total / rows.total_of(each)


def _own(loss: Loss, margin: Array, target: Array) -> Array:
    """Return what each margin alone bends each row's loss, (rows, margins)."""
    if not isinstance(loss, Softmax):
        return loss.curvature(margin, target)[:, None]
    yhat = loss.probabilities(margin)
    return yhat * (1.0 - yhat)
