"""Whitening of ridge where rows are fewer than features: by a matrix of rows times rows.

With Z the centred rows, each by the root of twice its share, the Hessian by the weights is
`H = l2 + Z'Z`. Its inverse is `(1 - Z' S^-1 Z) / l2` with `S = l2 + ZZ'` (Woodbury 1950), and with
Cholesky's `S = LL'` and `G = L + sqrt(l2)` a root of that, and the root's inverse, are

    T = (1 - Z' L'^-1 G^-1 Z) / sqrt(l2),   T^-1 = sqrt(l2) + Z' G'^-1 Z,   T T' = H^-1

(Andrews 1968, "A square root formulation of the Kalman covariance equations", AIAA J. 6(6)). So
nothing of features times features is formed, nor any direction of the rows: T is two reads of X.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.data.blocks import Blocks
from steepest.objective.coordinates.standard import Standard
from steepest.objective.coordinates.whitening import Whitening
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.linear_algebra.triangle import Triangle
from steepest.objective.model.model import Array

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = ["RowRoot", "RowWhitening", "is_whitened_by_rows"]

LEAST_L2 = 1e-10
"""L2 against the mean of what the rows curve, below which rounding of their products hides it."""

MOST_ROWS = 4096
"""Rows up to which their products are formed: 128 MB."""

CURVED = 2.0
"""What the squared loss curves by its margin."""


@dataclass(frozen=True)
class RowRoot:
    """`T^-1` by its products with a vector, (params,); by the bias it is `sqrt(2)`.

    `blocks` are the rows, `mean` that of their features, (features,), `share` what each is
    multiplied by, (rows,); `first` is `L'` and `second` `G'`, (rows, rows), solved with and never
    inverted.
    """

    blocks: Blocks
    mean: Vector
    share: Vector
    l2: float
    first: Triangle
    second: Triangle

    def times(self, vector: Vector) -> Vector:
        """Return `T^-1 vector`."""
        root = sqrt(self.l2)
        found = self._with(vector, lambda by_row: self.second.solve(by_row) / root)
        return self._scaled(found, root, sqrt(CURVED))

    def solve(self, vector: Vector) -> Vector:
        """Return `T vector`."""
        found = self._with(vector, self._first_last)
        return self._scaled(found, 1.0 / sqrt(self.l2), 1.0 / sqrt(CURVED))

    def solve_transposed(self, vector: Vector) -> Vector:
        """Return `T' vector`."""
        found = self._with(vector, self._second_last)
        return self._scaled(found, 1.0 / sqrt(self.l2), 1.0 / sqrt(CURVED))

    def _first_last(self, by_row: Vector) -> Vector:
        return -self.first.solve(self.second.solve_transposed(by_row))

    def _second_last(self, by_row: Vector) -> Vector:
        return -self.second.solve(self.first.solve_transposed(by_row))

    def _with(self, vector: Vector, turned: Callable[[Array], Array]) -> Vector:
        """Return `v + Z' turned(Z v)` by the weights, and the bias as it is."""
        weights, blocks = vector[:-1], self.blocks
        moved = np.concatenate(blocks.map(lambda block: block.X @ weights))
        by_row = self.share * turned(self.share * (moved - self.mean @ weights))
        (back,) = blocks.sum(lambda block: (block.X.T @ by_row[block.at],))
        return np.append(weights + (back - self.mean * by_row.sum()), vector[-1])

    def _scaled(self, vector: Vector, by_weights: float, by_bias: float) -> Vector:
        vector[:-1] *= by_weights
        vector[-1] *= by_bias
        return vector


@dataclass(frozen=True)
class RowWhitening:
    """The coordinates in which ridge curves by 1 in every direction, `at_first` and ever after."""

    at_first: Whitening
    size: int

    @classmethod
    def of(cls, objective: "LinearObjective") -> "RowWhitening | None":
        """Return that of `objective`; None where it is no ridge of few rows."""
        if not is_whitened_by_rows(objective):
            return None
        blocks, l2, share = objective.blocks, objective.penalty.l2, _shares(objective.blocks)
        with ONE_BLAS_THREAD:
            products, mean = _row_products(blocks)
            products *= share
            products *= share[:, None]
            if not l2 > LEAST_L2 * np.trace(products) / len(share):
                return None
            _add_to_diagonal(products, l2)
            upper = np.ascontiguousarray(np.linalg.cholesky(products).T, dtype=np.float64)
        first, second = Triangle(upper), Triangle(upper.copy())
        _add_to_diagonal(second.upper, sqrt(l2))
        standard = Standard(mean, np.ones_like(mean), margins=1)
        row_root = RowRoot(blocks, mean, share, l2, first, second)
        return cls(Whitening(row_root, standard, full_rank=True), len(share))

    def at(self, objective: "LinearObjective", at: Evaluation, shared: bool, thinning: int) -> None:
        """Return None: it curves the same everywhere."""


def is_whitened_by_rows(objective: "LinearObjective") -> bool:
    """Return whether the loss is the squared one with L2 and no L1, of fewer rows than features."""
    blocks = objective.blocks
    few = len(blocks) < blocks.features and len(blocks) <= MOST_ROWS
    dense = blocks.has_columns and not blocks.is_sparse and blocks.X.dtype == np.float64
    return bool(few and dense and objective.is_quadratic and objective.penalty.l2)


def _shares(blocks: Blocks) -> Vector:
    """Return the root of what each row curves: twice its share of the total weight, (rows,)."""
    weight = np.ones(len(blocks)) if blocks.sample_weight is None else blocks.sample_weight
    return np.asarray(np.sqrt(CURVED * weight / blocks.total))


def _row_products(blocks: Blocks) -> tuple[Array, Vector]:
    """Return the products of all pairs of rows, less the mean of the features, and that mean.

    They are (rows, rows) and (features,), in one read of X.
    """
    mean = np.empty(blocks.features)
    weight = np.ones(len(blocks)) if blocks.sample_weight is None else blocks.sample_weight
    share = weight / blocks.total

    def product(at: slice) -> Array:
        columns = blocks.X[:, at]
        mean[at] = share @ columns
        centred = columns - mean[at]
        found: Array = centred @ centred.T
        return found

    return blocks.sum_columns(product, least=len(blocks)), mean


def _add_to_diagonal(matrix: Array, number: float) -> None:
    matrix.flat[:: len(matrix) + 1] += number
