"""How a linear objective bends along some of its weights: no other column of X is read.

Of very many features few have weights that are not 0 in the end, and the products of all pairs of
those few are soon worked out, where those of all features never would be.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.moments import Moments
from steepest.data.sparse import is_sparse
from steepest.objective.loss.cross_entropy import Softmax
from steepest.objective.risk import LinearObjective

__all__ = ["Curvature", "bend_of_part"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Curvature = Callable[[Array, Array], Array]

ROOM = 2**17
"""Numbers of the columns that are multiplied at a time: 1 MB, which stays in the cache."""


def bend_of_part(
    objective: LinearObjective,
    margins: Array,
    chosen: Indices,
    moments: Moments,
    curvature: Curvature,
) -> Array:
    """Return the second derivatives along the `chosen` weights and all biases, L2 included.

    `chosen` are indices of params, in order; the rows have these `margins`, (rows,) or (rows, k).
    The result is square, the biases last, in the standard units of `moments` (each feature less
    its mean, by its standard deviation). `curvature` tells that of each row's loss of its margin
    and target; softmax, with several margins, has its own.
    """
    rows, (mean, deviation), biases = objective.rows, moments, objective.shape[1]
    feature, own = np.divmod(chosen, biases)
    features, place = np.unique(feature, return_inverse=True)
    place = np.append(place, np.full(biases, len(features)))
    own = np.append(own, np.arange(biases))

    def product(at: slice) -> Array:
        some = rows.read(at)[:, features] if rows.is_sparse else rows.X[at].take(features, axis=1)
        if isinstance(objective.loss, Softmax):
            away = _away(some, mean[features])
            return _of_classes(objective.loss, margins[at], rows.weight(at), away, place, own)
        bent = rows.weigh(curvature(margins[at], rows.y[at]), at)
        if rows.is_sparse:
            return _of_sparse(bent, some, mean[features])
        return _of_one(bent, _away(some, mean[features]))

    least = 1 if rows.is_sparse else ROOM // (len(features) + 1)
    unit = np.append(deviation[feature], np.ones(biases))
    bend = rows.sum_large(product, least) / rows.total / np.outer(unit, unit)
    bend[np.diag_indices(len(chosen))] += objective.l2 / deviation[feature] ** 2
    return bend


def _away(some: Any, mean: Array) -> Array:
    """Return some columns of X, which may be sparse, less their `mean`, as a new array."""
    away: Array = (some.toarray() if is_sparse(some) else some).astype(np.float64, copy=False)
    away -= mean
    return away


def _of_one(curvature: Array, away: Array) -> Array:
    """Return `[away 1]' diag(curvature) [away 1]` of rows with one margin each; away is changed.

    Where all rows curve alike, as by the squared loss, nothing is multiplied row by row.
    """
    size, level = away.shape[1], float(curvature[0])
    alike = bool((curvature == level).all())
    root = np.ones_like(curvature) if alike else np.sqrt(curvature)
    if not alike:
        away *= root[:, None]
    bend = np.empty((size + 1, size + 1))
    bend[:size, :size] = away.T @ away
    bend[size, :size] = bend[:size, size] = root @ away
    bend[size, size] = root @ root
    return bend * level if alike else bend


def _of_sparse(curvature: Array, some: Any, mean: Array) -> Array:
    """Return the same of sparse columns, which are not filled up: their means are taken off last.

    Of a sparse column the mean is small beside the deviation, so little cancels.
    """
    size, total = some.shape[1], float(curvature.sum())
    weighted = some.multiply(curvature[:, None]).tocsr()
    by = np.asarray(weighted.sum(axis=0)).ravel()
    bend = np.empty((size + 1, size + 1))
    bend[:size, :size] = (some.T @ weighted).toarray()
    bend[:size, :size] -= np.outer(mean, by) + np.outer(by - total * mean, mean)
    bend[size, :size] = bend[:size, size] = by - total * mean
    bend[size, size] = total
    return bend


def _of_classes(
    loss: Softmax, margin: Array, weight: Array | None, away: Array, place: Indices, own: Indices
) -> Array:
    """Return the same for softmax, whose rows bend by `diag(yhat) - yhat yhat'`.

    Column i of the part is that of feature `place[i]`, for the class `own[i]`.
    """
    yhat, Z = loss.probabilities(margin), np.column_stack([away, np.ones(len(away))])
    if weight is not None:
        Z *= np.sqrt(weight)[:, None]
    shared = Z[:, place] * yhat[:, own]
    bend: Array = -(shared.T @ shared)
    for one in range(yhat.shape[1]):
        of_class = np.flatnonzero(own == one)
        mine = Z[:, place[of_class]] * np.sqrt(yhat[:, one])[:, None]
        bend[np.ix_(of_class, of_class)] += mine.T @ mine
    return bend
