"""Weights that no row tells: directions n with `(x_i - mean)' n = 0` for every row that counts.

Along them, the bias taking what they do to the mean, no margin changes and so no loss does: twin
columns, dummies of all levels, a feature that is constant, more features than rows. Of all weights
with the same margins the least are those in the span of the rows less their mean (Penrose 1956, "On
best approximate solutions of linear matrix equations"), which are also the limit of a penalty l2
that goes to 0. The rank is found by singular values of the rows in standard units, never of their
products: these have the square of the condition, and take what is ill-conditioned for dependent.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.data.blocks import DENSE_FEATURES, Blocks
from steepest.data.moments import Moments
from steepest.limits import check_decomposition
from steepest.objective.linear_algebra.factor import reached_by_rows, standardised_svd
from steepest.objective.model.model import Array

__all__ = ["NullSpace", "null_space", "rank_is_affordable", "rank_seconds"]

MOST_SINGULAR = 1024
"""Rows or features, whichever are fewer, up to which the singular values are worked out.

Of 1,024 they take 0.9 s on one core, and eight times as long of twice as many.
"""

RANK_SECONDS = 3e-10
"""Seconds that the rank takes for each row times features squared, or the reverse.

Measured: 0.25 s of 500 rows of 3,000 features on one core; products of 3,000 of 600 0.1 s.
"""

MOST_DIRECTIONS = 2**23
"""The numbers that the singular directions may have: 64 MB."""

UNINVOLVED = 1e-8
"""The share of a direction, squared and in standard units, below which a feature is no part of it.

Rounding leaves some 1e-28; a feature that is a part of a relation among a thousand has 1e-3.
"""

ELIMINATED = 1e-8
"""The coefficient of a relation, in standard units, below which elimination left rounding only."""


PIVOT = 0.5
"""The share of the largest number from which one may be a pivot: no other is then above 2."""


@dataclass(frozen=True)
class NullSpace:
    """The directions of the weights, (features,) each, that change no margin.

    `basis`, (features, some), is orthonormal in the reader's units: of these directions, or where
    they are more than half of all, `of_rows`, of the span of the rows. `columns` are the features
    that have a part in one, `relations`, (dimension, features), says how, in the reader's units:
    `relation @ x` is the same in every row, and each has a feature of its own with the number 1.
    They are worked out where the features are no more than the rows.
    """

    features: int
    dimension: int
    basis: Array
    columns: NDArray[np.intp]
    relations: Array | None = None
    of_rows: bool = False

    @classmethod
    def of_constant(cls, features: int, columns: NDArray[np.intp]) -> "NullSpace | None":
        """Return that of features of which some, `columns`, are constant; None if none is."""
        if not columns.size:
            return None
        own = np.zeros((columns.size, features))
        own[np.arange(columns.size), columns] = 1.0
        return cls(features, columns.size, own.T, columns, own)

    def part(self, weights: Array) -> Array:
        """Return the part of the weights, (features, margins), that lies in these directions."""
        inside: Array = self.basis @ (self.basis.T @ weights)
        return weights - inside if self.of_rows else inside


def rank_is_affordable(blocks: Blocks) -> bool:
    """Return whether there is time and room for the singular values of so many rows."""
    few = min(len(blocks), blocks.features + 1)
    fits = few <= MOST_SINGULAR and few * blocks.features <= MOST_DIRECTIONS
    return fits and not (blocks.is_sparse and blocks.features > DENSE_FEATURES)


def rank_seconds(blocks: Blocks) -> float:
    """Return about how many seconds it takes on one core to tell the rank of so many rows."""
    rows, features = len(blocks), blocks.features
    return RANK_SECONDS * rows * features * min(rows, features)


def null_space(
    blocks: Blocks, moments: Moments, known: tuple[Array, Array] | None = None
) -> NullSpace | None:
    """Return the directions that the rows leave free, reading X once; None if there are none.

    `known` is the `standardised_svd` of the rows, (n,) and (n, features + 1), if it is.

    >>> from steepest.data.moments import moments
    >>> rows = Blocks(np.array([[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]]), np.zeros(3))
    >>> null_space(rows, moments(rows)).part(np.array([[3.0], [0.0]])).ravel()
    array([ 1.5, -1.5])
    """
    with ONE_BLAS_THREAD:
        lengths, directions = known or standardised_svd(blocks, moments)
        reached = reached_by_rows(lengths, directions, moments)
        features = blocks.features
        dimension = features + 1 - int(reached.sum())
        if dimension <= 0:
            return None
        by_rows = _without_bias(directions[reached])
        involved = 1.0 - np.sum(by_rows * by_rows, axis=0) > UNINVOLVED
        columns = np.flatnonzero(involved)
        if 2 * dimension > features or len(lengths) <= features:
            check_decomposition(*by_rows.shape)
            basis = np.linalg.qr((by_rows * moments.deviation).T)[0]
            return NullSpace(features, dimension, basis, columns, of_rows=True)
        free = np.where(involved, directions[~reached, :-1], 0.0)
        check_decomposition(*free.shape)
        basis = np.linalg.qr((free / moments.deviation).T)[0]
    relations = _relations(free, moments.deviation)
    return NullSpace(features, dimension, basis, columns, relations)


def _without_bias(directions: Array) -> Array:
    """Return a basis of the directions within those given, (r, features + 1), that spare the bias.

    They are orthonormal, (r - 1, features): the span of the rows less their mean.
    """
    check_decomposition(len(directions))
    turned = np.linalg.qr(directions[:, -1:], mode="complete")[0]
    spared: Array = (turned[:, 1:].T @ directions)[:, :-1]
    return spared


def _relations(directions: Array, deviation: Array) -> Array:
    """Return the directions, (k, features), each with a feature of its own: Gauss-Jordan's method.

    They come in standard units and go in the reader's. Of the numbers that are large enough to be
    a pivot the last is: `x3` is given by `x1` and `x2`, not `x1` by those after it.
    """
    reduced, left = directions.copy(), list(range(len(directions)))
    own = np.ones(len(directions))
    while left:
        size = np.abs(reduced[left])
        column = int(np.flatnonzero((size >= PIVOT * size.max()).any(axis=0))[-1])
        pivot = left.pop(int(size[:, column].argmax()))
        reduced[pivot] /= reduced[pivot, column]
        others = np.arange(len(reduced)) != pivot
        reduced[others] -= np.outer(reduced[others, column], reduced[pivot])
        own[pivot] = deviation[column]
    reduced[np.abs(reduced) < ELIMINATED] = 0.0
    relations: Array = reduced * own[:, None] / deviation
    return relations
