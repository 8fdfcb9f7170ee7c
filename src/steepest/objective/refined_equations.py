"""Least squares of very many params: the rows themselves, in coordinates from float32 products.

The products of all pairs of features are nearly all the work of `NormalEquations`, and twice as
quick in float32. With a root of 7 digits a step leaves some 1e-4 of the error, where one of 16 is
the last, but each is evaluated from true residuals, in two products of X with a vector.
"""

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from steepest.objective.coordinates.standard import Standard
from steepest.objective.coordinates.whitening import Whitening
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.linear_algebra.residuals import loss_and_gradient
from steepest.objective.linear_algebra.single_root import single_root
from steepest.objective.linear_algebra.triangle import Triangle
from steepest.objective.objective import Objective

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = ["RefinedEquations"]

LEAST_PARAMS = 1024
"""Params from which float32 saves more than the further steps cost: some 400, estimated."""

LOSS_ROUNDING = 1e-13
"""The share of itself by which two losses may differ by rounding: sums over the rows at each.

Nearer than that the slopes at both ends of a step say whether it falls.
"""


class RefinedEquations(Objective):
    """The squared loss of a `LinearObjective` with L2, whose rows are read at each evaluation.

    `root` is one of the curvature in standard units, to some 7 digits. Params, loss and gradient
    are in the reader's units.
    """

    is_quadratic: ClassVar[bool] = True  # type: ignore[misc]
    rounding: ClassVar[float] = LOSS_ROUNDING  # type: ignore[misc]

    def __init__(self, objective: "LinearObjective", root: Triangle) -> None:
        self.objective, self.root = objective, root
        self.size, self.count = objective.size, objective.count
        self.penalty, self.null_loss = objective.penalty, objective.null_loss

    @classmethod
    def of(cls, objective: "LinearObjective") -> "RefinedEquations | None":
        """Return those of `objective`; None of few params, or where 7 digits do not do.

        Not of rows that are stored elsewhere, of which each further read is dear.
        """
        blocks = objective.blocks
        if objective.size < LEAST_PARAMS or blocks.is_sparse or not blocks.has_columns:
            return None
        root = single_root(blocks, objective.units, _ridge(objective))
        return None if root is None else cls(objective, root)

    @np.errstate(over="ignore", invalid="ignore")
    def evaluate(self, params: Vector) -> Evaluation:
        """Return loss and gradient at `params`, (size,), from true residuals."""
        objective = self.objective
        loss, gradient = loss_and_gradient(objective.blocks, objective.units, params)
        position = self.standard.position(params)
        added = _ridge(objective) * position
        by_params = self.standard.inverse_pullback(gradient + added)
        by_params.setflags(write=False)
        loss += 0.5 * float(added @ position)
        return Evaluation(params, loss, by_params, by_params, self.count)

    @cached_property
    def standard(self) -> Standard:
        """Standard units."""
        return Standard(*self.objective.units, margins=1)

    @cached_property
    def whitening(self) -> Whitening:
        """The coordinates in which the Hessian is 1 but for rounding of float32."""
        return Whitening(self.root, self.standard, full_rank=True)


def _ridge(objective: "LinearObjective") -> Vector:
    """Return what L2 adds to the curvature by each param, in standard units, (params,)."""
    return np.append(objective.penalty.l2 / objective.units.deviation**2, 0.0)
