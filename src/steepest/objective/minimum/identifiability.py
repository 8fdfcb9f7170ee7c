"""Which params the loss identifies: where it does not, its minimum is no single point.

Without a penalty the loss is the same along the directions of `null_space`; and of several classes
only differences move a probability, so what they have in common is free (with a penalty: what
their biases have in common). Of all params with the same loss the least are those of the least
weights, with the mean over the classes taken off.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import DENSE_FEATURES
from steepest.objective.evaluation import Vector
from steepest.objective.linear_algebra.factor import cholesky, least_moves
from steepest.objective.minimum.null_space import NullSpace, null_space, rank_is_affordable
from steepest.objective.model.model import Array

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = ["Identifiability", "identifiability", "is_independent"]

LEAST_PIVOT = 1e-10
"""The pivot of the rows' products, against 1, above which their rank is full beyond rounding.

Rounding of the products is some 1e-16 times the features; what is below is looked at closer.
"""


VARIES = 0.5
"""The mean square of a feature in standard units is 1; of one that is constant it is rounding."""


@dataclass(frozen=True)
class Identifiability:
    """The directions of the params, (size,), along which the loss does not change.

    `null_space` is None where the weights have none, or where `unknown` says why that is not
    known. `shared` is what all classes have in common and is free of: "weights and biases",
    "biases", "weights" where there is no bias, or nothing where it is empty.
    """

    null_space: NullSpace | None = None
    shared: str = ""
    unknown: str = ""

    def __bool__(self) -> bool:
        """Return whether there is such a direction, as far as is known."""
        return bool(self.shared) or self.null_space is not None

    def minimum_norm(self, params: Vector, objective: "LinearObjective") -> Vector:
        """Return the params, (size,), with the least weights that have the same loss.

        At the mean of the features the biases take what the weights give up.
        """
        matrix = params.reshape(-1, objective.outputs).copy()
        if self.null_space is not None:
            part = self.null_space.part(matrix[:-1])
            matrix[:-1] -= part
            matrix[-1] += objective.feature_means @ part
        if self.shared:
            free = matrix if self.shared == "weights and biases" else matrix[-1:]
            free -= free.mean(axis=1, keepdims=True)
        return matrix.ravel()


def identifiability(objective: "LinearObjective", full_rank: bool) -> Identifiability:
    """Return what the loss of `objective` does not tell.

    A penalty l2 that is below rounding counts as none. With `full_rank` the rows are known to reach
    every direction of the weights; else the products of all pairs of features say it, or where
    these are near dependent the rows themselves.
    """
    penalty, several = objective.penalty, objective.outputs > 1
    if penalty.l1 or _is_felt(objective):
        # With L1 alone weights of dependent features may not be unique, but their size is least.
        return Identifiability(shared="biases" if several else "")
    shared = "weights and biases" if several else ""
    if full_rank and not penalty:
        return Identifiability(shared=shared)
    found, unknown = _null_space(objective)
    return Identifiability(found, shared, unknown)


def _is_felt(objective: "LinearObjective") -> bool:
    """Return whether L2 curves the loss beyond rounding along every weight.

    If not, a walk leaves the weights where it began along what the rows do not tell, and taking
    that off lowers the penalty too.
    """
    least = objective.penalty.l2 / float(objective.units.deviation.max()) ** 2
    return least > LEAST_PIVOT * objective.curvature_or_bound


def _null_space(objective: "LinearObjective") -> tuple[NullSpace | None, str]:
    """Return the directions that the rows leave free, or why they are not known."""
    blocks, features = objective.blocks, objective.blocks.features
    constant: NDArray[np.intp] = np.empty(0, dtype=np.intp)
    held = features**2 <= blocks.most_matrix
    if features < len(blocks) and features <= DENSE_FEATURES and held:
        constant = np.flatnonzero(objective.gram.diagonal()[:-1] < VARIES)
        gram = np.delete(np.delete(objective.gram[:-1, :-1], constant, 0), constant, 1)
        if is_independent(gram, float(least_moves(objective.moments).max()) ** 2):
            return NullSpace.of_constant(features, constant), ""
    if not rank_is_affordable(blocks):
        return None, f"{len(blocks):,} rows of {features:,} features are too many for their rank"
    known = objective.row_directions if len(blocks) <= features else None
    return null_space(blocks, objective.moments, known), ""


def is_independent(gram: Array, least: float = 0.0) -> bool:
    """Return whether the products of features, (n, n) with 1 on the diagonal, have full rank.

    A pivot below `least` is rounding of the margins.
    """
    if not len(gram):
        return True
    factor = cholesky(gram[None])
    return factor is not None and bool(
        factor.root.diagonal(axis1=1, axis2=2).min() ** 2 > max(LEAST_PIVOT, least)
    )
