"""Least squares from its normal equations: X is read once, then any step costs nothing of X.

The squared loss of a linear model is a quadratic in its params, `Z'Z` and its value and gradient at
one point are all of it: with d params an evaluation costs d^2 numbers, not rows times features,
for any start, any penalty and any number of steps.

What this costs in digits is won back. Worked out from far away a small loss is the difference of
large numbers, so the quadratic is expanded about a point, and where an evaluation has lost digits,
X is read again there: that point becomes the next expansion point (iterative refinement of least
squares, Björck 1967, "Iterative refinement of linear least squares solutions I"; with the gradient
from true residuals even a root of the normal equations alone leads to the last digits, Björck
1987, "Stability analysis of the method of seminormal equations"). Where the rows are
ill-conditioned and few, the residuals there are in twice the precision.
"""

from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from steepest.errors import ChoiceError
from steepest.objective.coordinates.standard import Standard
from steepest.objective.coordinates.whitening import MarginRoot, Whitening
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.linear_algebra.factor import Factor, cholesky, least_moves, qr_factor
from steepest.objective.linear_algebra.hessian import weighted_gram
from steepest.objective.linear_algebra.residuals import (
    double_double_loss_and_gradient,
    loss_and_gradient,
)
from steepest.objective.linear_algebra.triangle import Triangle
from steepest.objective.model.model import Array
from steepest.objective.objective import Objective

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = ["Expansion", "NormalEquations"]

CANCELLED = 1e-6
"""A loss or gradient below this share of what may have cancelled in it is read anew."""

ILL_CONDITIONED = 1e6
"""The condition of the rows from which the root is taken of the rows, not of the Gram matrix."""

MANY = 512
"""Params from which a root is solved with, and not inverted.

An inverse takes twice the work of Cholesky's root, of 2,001 params a fifth of the whole fit.
"""

NEEDS_DOUBLE_DOUBLE = 300.0
"""The condition of the rows from which true residuals are worked out in twice the precision."""

MOST_DOUBLE_DOUBLE = 2**18
"""The numbers in X up to which they are."""


@dataclass(frozen=True)
class Expansion:
    """A point whose loss and gradient, in standard units, are known."""

    params: Vector
    loss: float
    gradient: Vector


class NormalEquations(Objective):
    """The squared loss of a `LinearObjective` with L2, as a quadratic about an expansion point.

    `gram` is the Hessian without the penalty, in standard units, (params, params), `null` the
    point at which all weights are 0, known without a penalty. Params, loss and gradient are in
    the reader's units, as those of the linear objective are. The expansion point moves to where X
    is read, so the last bits depend on what was evaluated before: each descent has its own copy
    (`copy_for_descent`).

    >>> from steepest import LinearObjective
    >>> line = LinearObjective([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.5], "squared")
    >>> equations = NormalEquations.of(line)
    >>> params = np.array([2.0, 1.0])
    >>> round(equations.value(params), 12), round(line.value(params), 12)
    (0.083333333333, 0.083333333333)
    """

    is_quadratic = True
    is_stateful = True

    def __init__(self, objective: "LinearObjective", gram: Array, null: Expansion) -> None:
        self.objective = objective
        self.size, self.count = objective.size, objective.count
        self.penalty, self.null_loss = objective.penalty, objective.null_loss
        self.gram = gram
        self._null = null
        self.expansion = self._penalised(null)

    @classmethod
    def of(cls, objective: "LinearObjective") -> "NormalEquations":
        """Return those of `objective`, reading X once.

        Raises ChoiceError if its loss is not the squared one.
        """
        if not objective.loss.is_quadratic:
            raise ChoiceError(
                f"the loss is {objective.loss.name}, but only the squared loss has normal "
                "equations; use the objective itself"
            )
        blocks, (mean, deviation) = objective.blocks, objective.units
        guess = float(objective.guess[0])
        products = weighted_gram(blocks, mean, last=lambda block: block.y - guess)[0]
        unit = np.append(deviation, [1.0, 1.0])
        gram = 2.0 * products / np.outer(unit, unit)
        params = np.append(np.zeros(len(mean)), guess)
        null = Expansion(params, float(0.5 * gram[-1, -1]), -gram[:-1, -1])
        return cls(objective, gram[:-1, :-1], null)

    @property
    def reference(self) -> Vector | None:  # type: ignore[override]
        """The expansion point, if X was read there."""
        known = self.expansion.params
        return None if np.array_equal(known, self._null.params) else known

    def copy_for_descent(self, reference: Vector | None = None) -> "NormalEquations":
        """Return a copy for one descent, expanded about `reference` if that is given."""
        equations = copy(self)
        if reference is not None:
            equations.expansion = equations.read(reference)
        return equations

    @np.errstate(over="ignore", invalid="ignore")
    def evaluate(self, params: Vector) -> Evaluation:
        """Return loss and gradient at `params`; rows are read where digits were lost."""
        known = self.expansion
        step = self.standard.position(params - known.params)
        curved = self.hessian @ step
        gradient = known.gradient + curved
        loss = known.loss + float(step @ (known.gradient + 0.5 * curved))
        length, steepness = np.linalg.norm(step), np.linalg.norm(known.gradient)
        most = self._hessian_norm * length
        may_cancel = known.loss + length * (steepness + 0.5 * most), steepness + most
        rows = 0
        if loss < CANCELLED * may_cancel[0] or np.linalg.norm(gradient) < CANCELLED * may_cancel[1]:
            self.expansion, rows = self.read(params), self.count
            loss, gradient = self.expansion.loss, self.expansion.gradient
        by_params = self.standard.inverse_pullback(gradient)
        by_params.setflags(write=False)
        return Evaluation(params, loss, by_params, by_params, rows)

    def read(self, params: Vector) -> Expansion:
        """Return loss and gradient at `params` from true residuals, reading X once."""
        from_residuals = (
            double_double_loss_and_gradient if self.needs_double_double else loss_and_gradient
        )
        found = from_residuals(self.objective.blocks, self.objective.units, params)
        return self._penalised(Expansion(params.copy(), *found))

    def _penalised(self, at: Expansion) -> Expansion:
        """Return the expansion with the penalty added to loss and gradient."""
        position = self.standard.position(at.params)
        added = self.ridge * position
        return Expansion(at.params, at.loss + 0.5 * float(added @ position), at.gradient + added)

    @cached_property
    def standard(self) -> Standard:
        """Standard units."""
        return Standard(*self.objective.units, margins=1)

    @cached_property
    def ridge(self) -> Vector:
        """What L2 adds to the curvature by each param, in standard units, (params,)."""
        return np.append(self.penalty.l2 / self.objective.units.deviation**2, 0.0)

    @cached_property
    def hessian(self) -> Array:
        """The Hessian in standard units, (params, params), penalty included."""
        return self.gram + np.diag(self.ridge)

    @cached_property
    def _hessian_norm(self) -> float:
        """The Frobenius norm: a bound on the curvature in any direction."""
        return float(np.linalg.norm(self.hessian))

    @cached_property
    def factor(self) -> Factor | Triangle:
        """A root of the Hessian: from the Gram matrix, or from the rows if they are ill-posed."""
        factor = self._from_gram()
        largest = 1.0 / float(least_moves(self.objective.units).max())
        if factor is None or not factor.condition < min(ILL_CONDITIONED, largest):
            return qr_factor(self.objective.blocks, self.objective.units, self.ridge)
        return replace(factor, full_rank=True)

    def _from_gram(self) -> Factor | Triangle | None:
        """Return Cholesky's root, of many params without its inverse; None by rounding."""
        return cholesky(self.hessian[None]) if self.size < MANY else Triangle.of(self.hessian)

    @cached_property
    def whitening(self) -> Whitening:
        """The coordinates in which the Hessian is 1: a unit step leads to the lowest point."""
        factor = self.factor
        root = factor if isinstance(factor, Triangle) else MarginRoot(factor)
        return Whitening(root, self.standard, full_rank=factor.full_rank)

    @cached_property
    def needs_double_double(self) -> bool:
        """Whether true residuals are worked out in twice the precision."""
        blocks = self.objective.blocks
        few = len(blocks) * blocks.features <= MOST_DOUBLE_DOUBLE
        return bool(few and self.factor.condition > NEEDS_DOUBLE_DOUBLE)
