"""The quadratic that a linear objective is near some params, of its rows at once, bias taken out.

With D the rows' curvatures over the sum of the sample weights it is `1/2 |A d|² + slope d`, of
`A = D^1/2 (X - mean) / deviation`: the mean of each feature by D, its deviation a unit only. The
bias that is best for weights is then `b - g / sum D - mean (w - w0)`, g its slope. All columns of A
are at hand, which takes half as much room again as X in float64: it is for steps in the space of
the rows, `semismooth_newton`.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block
from steepest.data.sparse import is_sparse
from steepest.descent.steps.semismooth_newton import Quadratic
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.linear_algebra.hessian import Curvature
from steepest.objective.loss.loss import weighed
from steepest.objective.model.model import Array

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = ["RowSpace", "has_row_space"]

MOST_NUMBERS = 2**26
"""Numbers of X up to which a copy of it is made: 512 MB, and half of that in float32."""

MOST_EQUATIONS = 4096
"""Rows or features, whichever are fewer, up to which a matrix over them is worked out: 128 MB."""


def has_row_space(objective: "LinearObjective") -> bool:
    """Return whether its rows can be taken at once: in memory, of one margin, few enough."""
    blocks = objective.blocks
    fits = len(blocks) * blocks.features <= MOST_NUMBERS
    few = min(len(blocks), blocks.features) <= MOST_EQUATIONS
    whole = blocks.has_columns and blocks.shares_memory
    return bool(fits and few and whole and objective.outputs == 1)


@dataclass(frozen=True)
class RowSpace:
    """A of an objective whose rows curve by D, (rows,), and what params are in it."""

    objective: "LinearObjective"
    row_curvature: Vector

    @classmethod
    def of(cls, objective: "LinearObjective", margins: Array, curvature: Curvature) -> "RowSpace":
        """Return that of rows which have, at such margins, (rows,), a `curvature`."""
        blocks = objective.blocks
        curves = weighed(curvature(margins, blocks.y), blocks.sample_weight)
        return cls(objective, curves / blocks.total)

    @cached_property
    def total(self) -> float:
        """The curvature along the bias."""
        return float(self.row_curvature.sum())

    @cached_property
    def mean(self) -> Vector:
        """The mean of each feature by the rows' curvature, (features,)."""

        def work(block: Block) -> tuple[Vector]:
            return (self.row_curvature[block.at] @ block.X,)

        (total,) = self.objective.blocks.sum(work)
        mean: Vector = total / self.total
        return mean

    @cached_property
    def rows(self) -> Array:
        """A, (rows, features)."""
        found = np.empty((self.objective.count, self.objective.blocks.features))
        mean, deviation, root = self.mean, self.objective.units.deviation, self._root

        def work(block: Block) -> None:
            X = block.X.toarray() if is_sparse(block.X) else block.X
            np.subtract(X, mean, out=found[block.at])
            found[block.at] /= deviation
            found[block.at] *= root[block.at, None]

        self.objective.blocks.map(work)
        return found

    @cached_property
    def _root(self) -> Vector:
        return np.sqrt(self.row_curvature)

    @cached_property
    def rough(self) -> NDArray[np.float32]:
        """A in float32."""
        return self.rows.astype(np.float32)

    def lowest(self, at: Evaluation, threshold: Vector, sigma: float) -> tuple[Vector | None, int]:
        """Return the params, (size,), of the proximal point from `at`, and its Newton steps.

        `threshold` is L1 by each weight in standard units, (features,), `sigma` relative to the
        curvature of a feature in these. None where it is not reached.
        """
        slope, ridge, slope_of_bias = self._slopes(at)
        deviation = self.objective.units.deviation
        weights = at.params[:-1]
        quadratic = Quadratic(self.rows, self.rough, slope, ridge, threshold, weights * deviation)
        found = quadratic.proximal_point(sigma / self.total)
        if not found.converged:
            return None, found.newton
        params = np.append(found.x / deviation, 0.0)
        moved = float(self.mean @ (params[:-1] - weights))
        params[-1] = at.params[-1] - slope_of_bias / self.total - moved
        return params, found.newton

    def _slopes(self, at: Evaluation) -> tuple[Vector, Vector, float]:
        """Return slope and ridge by each weight in these units, (features,), and by the bias."""
        l2, deviation = self.objective.penalty.l2, self.objective.units.deviation
        of_bias = float(at.smooth_gradient[-1])
        of_rows = at.smooth_gradient[:-1] - l2 * at.params[:-1] - self.mean * of_bias
        return of_rows / deviation, np.full(len(deviation), l2) / deviation**2, of_bias
