"""The Hessian of a linear model's mean loss: `H = Z' diag(l'') Z / total`, as a whole or in part.

Z is [X - mean, 1]: the means are taken off inside the blocks, before anything is multiplied, so
that a feature far from 0 loses no digits. `weighted_gram` is the product of all pairs of columns,
`hessian_block` that of a few weights, of sparse rows and of classes too.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block, Blocks, Matrix
from steepest.data.moments import Moments
from steepest.data.sparse import Sparse, is_sparse
from steepest.limits import check_decomposition
from steepest.objective.loss.loss import Loss, weighed
from steepest.objective.model.model import Array

__all__ = ["Curvature", "CurvatureShare", "centred", "hessian_block", "weighted_gram"]

Indices = NDArray[np.intp]
Curvature = Callable[[Array, Array], Array]
"""Returns the curvature of each row's loss, (rows,), of its margin and target, both (rows,)."""
CurvatureShare = Callable[[Block, Array], Array]
"""Returns the share of its curvature that each row of a block, with margins, counts by, (rows,)."""

SEVERAL_ROWS = 4
"""Times as many rows that are taken at a time where a fourth or so of them count.

Else adding up matrices takes longer than working them out: of ten of 785, MNIST.
"""

CACHED_NUMBERS = 2**17
"""Numbers of the columns that are multiplied at a time: 1 MB, which stays in the cache."""


def centred(block: Block, mean: Array, last: Array | None = None) -> Array:
    """Return `[X - mean, 1]` of a block, (rows, features + 1); with `last` a further column."""
    X = block.dense()
    width = X.shape[1]
    Z = np.empty((len(X), width + (1 if last is None else 2)))
    np.subtract(X, mean, out=Z[:, :width])
    Z[:, width] = 1.0
    if last is not None:
        Z[:, width + 1] = last
    return Z


def weighted_gram(
    blocks: Blocks,
    mean: Array,
    row_weights: Callable[[Block], Array] | None = None,
    last: Callable[[Block], Array] | None = None,
    base: Array | None = None,
    several: bool = False,
) -> Array:
    """Return `Z' diag(c) Z / total` for each column c of `row_weights`, (columns, width, width).

    `row_weights(block)` is (rows, columns), from 0 up; left out it is 1, one column. The rows'
    sample weights multiply it, and `total` is their sum. `last(block)`, (rows,), is a further
    column of Z, after the ones. With a `base` T, (width, width), it is that of the rows of Z T,
    which are worked out one by one: so no condition of Z is squared. `several` says that there are
    many columns, in each of which few rows count: then more rows are taken at a time.
    """

    def product(block: Block) -> Array:
        Z = centred(block, mean, None if last is None else last(block))
        Z = Z if base is None else Z @ base
        if row_weights is None:
            return _gram(Z, block.weight)[None]
        columns = weighed(row_weights(block), block.weight).T
        if len(columns) == 1:
            return _gram(Z, columns[0])[None]
        found = np.empty((len(columns), Z.shape[1], Z.shape[1]))
        for one, column in zip(found, columns, strict=True):
            _gram_of_counted(Z, column, one)
        return found

    # What is made of the products is decomposed: where that is too long they are too.
    check_decomposition(len(mean) + 1)
    least = 1 if blocks.is_sparse else len(mean) * (SEVERAL_ROWS if several else 1) // 2
    return blocks.sum_large(product, least) / blocks.total


def _gram_of_counted(Z: Array, weight: Array, out: Array) -> None:
    """Work out `Z' diag(weight) Z` from the rows whose weight is not 0; Z stays as it is."""
    counted = np.flatnonzero(weight)
    # A matrix by itself: BLAS works out one half only.
    some = Z[counted]
    some *= np.sqrt(weight[counted])[:, None]
    np.matmul(some.T, some, out=out)


def _gram(Z: Array, weight: Array | None) -> Array:
    """Return `Z' diag(weight) Z`; Z may be changed."""
    if weight is not None:
        Z *= np.sqrt(weight)[:, None]
    return Z.T @ Z


def hessian_block(
    blocks: Blocks,
    loss: Loss,
    margins: Callable[[Block], Array],
    chosen: Indices,
    moments: Moments,
    curvature: Curvature,
    share: CurvatureShare | None = None,
) -> Array:
    """Return the Hessian by the `chosen` weights and all biases, in standard units, biases last.

    `chosen` are indices of params, in order; `margins` gives those of a block, (rows,) or
    (rows, k).
    Standard units are those of `moments`: each feature less its mean, by its standard deviation.
    `curvature` is that of a row's loss with one margin; softmax, with several, has its own. Where
    there is a `share` each row's is multiplied by it. No column of X is read but those of the
    chosen weights. The penalty is not part of it.
    """
    mean, deviation = moments
    biases = loss.margins
    feature, margin = np.divmod(chosen, biases)
    features, column = np.unique(feature, return_inverse=True)
    column = np.append(column, np.full(biases, len(features)))
    margin = np.append(margin, np.arange(biases))

    def product(block: Block) -> Array:
        some, here = _columns(block.X, features), margins(block)
        weight = block.weight if share is None else weighed(share(block, here), block.weight)
        if biases > 1:
            Z = np.column_stack([_less_mean(some, mean[features]), np.ones(len(block.y))])
            return _of_classes(loss, here, weight, Z, column, margin)
        row = weighed(curvature(here, block.y), weight)
        if is_sparse(some):
            return _of_sparse(row, some, mean[features])
        return _of_dense(row, _less_mean(some, mean[features]))

    least = 1 if blocks.is_sparse else CACHED_NUMBERS // (len(features) + 1)
    unit = np.append(deviation[feature], np.ones(biases))
    found = blocks.sum_large(product, least)
    # In place: of many params a second matrix is much.
    found /= blocks.total
    found /= np.outer(unit, unit)
    return found


def _columns(X: Matrix, features: Indices) -> Matrix:
    return X[:, features] if is_sparse(X) else X.take(features, axis=1)


def _less_mean(some: Matrix, mean: Array) -> Array:
    """Return some columns of X, which may be sparse, less their `mean`, as a new array."""
    dense: Array = (some.toarray() if is_sparse(some) else some).astype(np.float64, copy=False)
    dense -= mean
    return dense


def _of_dense(curvature: Array, Z: Array) -> Array:
    """Return `[Z 1]' diag(curvature) [Z 1]` of rows with one margin each; Z is changed.

    Where all rows curve alike, as by the squared loss, nothing is multiplied row by row.
    """
    size, first = Z.shape[1], float(curvature[0])
    alike = bool((curvature == first).all())
    root = np.ones_like(curvature) if alike else np.sqrt(curvature)
    if not alike:
        Z *= root[:, None]
    hessian = np.empty((size + 1, size + 1))
    hessian[:size, :size] = Z.T @ Z
    hessian[size, :size] = hessian[:size, size] = root @ Z
    hessian[size, size] = root @ root
    return hessian * first if alike else hessian


def _of_sparse(curvature: Array, some: Sparse, mean: Array) -> Array:
    """Return the same of sparse columns, which are not filled up: their means are taken off last.

    Of a sparse column the mean is small beside the deviation, so little cancels.
    """
    size, total = some.shape[1], float(curvature.sum())
    weighted: Any = some.multiply(curvature[:, None]).tocsr()
    by = np.asarray(weighted.sum(axis=0)).ravel()
    hessian = np.empty((size + 1, size + 1))
    product = some.T @ weighted
    hessian[:size, :size] = product.toarray()
    hessian[:size, :size] -= np.outer(mean, by) + np.outer(by - total * mean, mean)
    hessian[size, :size] = hessian[:size, size] = by - total * mean
    hessian[size, size] = total
    return hessian


def _of_classes(
    loss: Loss, margin: Array, weight: Array | None, Z: Array, column: Indices, class_of: Indices
) -> Array:
    """Return the same for softmax, whose rows curve by `diag(yhat) - yhat yhat'`.

    Column i of the block is `Z[:, column[i]]`, of the class `class_of[i]`; Z is changed.
    """
    yhat = loss.probabilities(margin)
    assert yhat is not None
    if weight is not None:
        Z *= np.sqrt(weight)[:, None]
    shared = Z[:, column] * yhat[:, class_of]
    hessian: Array = -(shared.T @ shared)
    for one in range(yhat.shape[1]):
        of_class = np.flatnonzero(class_of == one)
        rooted = Z[:, column[of_class]] * np.sqrt(yhat[:, one])[:, None]
        hessian[np.ix_(of_class, of_class)] += rooted.T @ rooted
    return hessian
