"""The squared loss from sums: X is read once, and then any number of steps costs nothing of X.

The squared loss of a linear model is a quadratic in its params, so its curvature `2 Z'Z / total`
and its loss and slope at one point tell all of it: with d params each look costs d² numbers, not
rows times features, for any start, any penalty and any number of steps.

What this costs in digits is won back. Worked out from far away a small loss is the difference of
large numbers, so loss and slope are told from a point of reference, and where a look has lost
digits, X is read again there: that point becomes the next reference (iterative refinement of
least squares, Björck 1967, "Iterative refinement of linear least squares solutions I"; with the
slope from true residuals even a root of the sums alone leads to the last digits, Björck 1987,
"Stability analysis of the method of seminormal equations"). Where the rows are ill-conditioned
and few, the residuals there are in twice the precision.
"""

from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from steepest.errors import ChoiceError
from steepest.objective.loss.regression import Squared
from steepest.objective.model.factor import Root, root_of_curvature, root_of_rows
from steepest.objective.model.residuals import loss_and_slope, sharp_loss_and_slope
from steepest.objective.protocol import Vector
from steepest.objective.risk import LinearObjective

__all__ = ["Reference", "SquaredSums"]

Array = NDArray[np.float64]

LOST = 1e-6
"""A loss or slope that is less than this share of what may have cancelled in it is read anew."""

ILL = 1e6
"""The condition of the rows from which the root is taken of the rows, not of the sums."""

SHARP = 300.0
"""The condition of the rows from which true residuals are worked out in twice the precision."""

FEW = 2**18
"""The numbers in X up to which they are."""


@dataclass(frozen=True)
class Reference:
    """A point whose loss and slope are known, by the params in standard units."""

    params: Vector
    loss: float
    slope: Vector


class SquaredSums:
    """The squared loss of a `LinearObjective` with penalty, worked out from sums.

    `level` is the curvature without the penalty, in standard units, (params, params), `null` the
    point at which all weights are 0, known without a penalty. Params, loss and gradient are in
    the reader's units, as those of the linear objective are. `reference` is the point from which
    loss and slope are told; it moves to where X is read, so the last bits depend on what was
    looked at before.

    >>> line = LinearObjective([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.5], "squared")
    >>> sums = SquaredSums.of(line)
    >>> params = np.array([2.0, 1.0])
    >>> round(sums.value(params), 12), round(line.value(params), 12)
    (0.083333333333, 0.083333333333)
    """

    def __init__(self, objective: LinearObjective, level: Array, null: Reference) -> None:
        self.objective = objective
        self.level = level
        self._null = null
        self.reference = self._penalised(null)

    @classmethod
    def of(cls, objective: LinearObjective) -> "SquaredSums":
        """Return the sums of `objective`, reading X once.

        Raises ChoiceError if its loss is not the squared one.
        """
        if not isinstance(objective.loss, Squared):
            raise ChoiceError(
                f"the loss is {objective.loss.name}, but only the squared loss is known from sums; "
                "use the objective itself"
            )
        rows = objective.rows
        guess = float(np.average(rows.y, weights=rows.sample_weight))
        sums = _products(objective, guess) * (2.0 / rows.total)
        params = np.append(np.zeros(len(sums) - 2), guess)
        null = Reference(params, float(0.5 * sums[-1, -1]), -sums[:-1, -1])
        return cls(objective, sums[:-1, :-1], null)

    def with_penalty(self, l2: float) -> "SquaredSums":
        """Return the same sums with another penalty; X is not read."""
        objective = copy(self.objective)
        objective.l2 = l2
        return SquaredSums(objective, self.level, self._null)

    @property
    def read_at(self) -> Vector | None:
        """The params of the reference, if X was read there."""
        known = self.reference.params
        return None if np.array_equal(known, self._null.params) else known

    def value(self, params: Vector) -> float:
        """Return the loss at `params`, penalty included."""
        return self._look(params)[0]

    def value_and_gradient(self, params: Vector) -> tuple[float, Vector]:
        """Return the loss at `params` and its gradient."""
        loss, slope = self._look(params)
        mean, deviation = self.objective.units
        return loss, np.append(slope[:-1] * deviation + mean * slope[-1], slope[-1])

    @np.errstate(over="ignore", invalid="ignore")
    def _look(self, params: Vector) -> tuple[float, Vector]:
        """Return the loss and the slope at `params`, read anew if too few digits are left."""
        known = self.reference
        moved = self._standard(params - known.params)
        turned = self.bend @ moved
        slope = known.slope + turned
        loss = known.loss + float(moved @ (known.slope + 0.5 * turned))
        far, steep = np.linalg.norm(moved), np.linalg.norm(known.slope)
        most_turned = self._most_bend * far
        may_cancel = known.loss + far * (steep + 0.5 * most_turned), steep + most_turned
        if loss < LOST * may_cancel[0] or np.linalg.norm(slope) < LOST * may_cancel[1]:
            self.reference = self.read(params)
            return self.reference.loss, self.reference.slope
        return loss, slope

    def read(self, params: Vector) -> Reference:
        """Return loss and slope at `params` from true residuals, reading X once."""
        look = sharp_loss_and_slope if self.sharp else loss_and_slope
        return self._penalised(Reference(params.copy(), *look(self.objective, params)))

    def _penalised(self, at: Reference) -> Reference:
        """Return the reference with the penalty added to loss and slope."""
        standard = self._standard(at.params)
        added = self.penalty * standard
        return Reference(at.params, at.loss + 0.5 * float(added @ standard), at.slope + added)

    def _standard(self, params: Vector) -> Vector:
        """Return params in standard units, as `descent.scale.Standard` has them."""
        mean, deviation = self.objective.units
        return np.append(params[:-1] * deviation, params[-1] + mean @ params[:-1])

    @cached_property
    def penalty(self) -> Vector:
        """What the penalty adds to the curvature by each param, in standard units."""
        return np.append(self.objective.l2 / self.objective.units[1] ** 2, 0.0)

    @cached_property
    def bend(self) -> Array:
        """The curvature in standard units, (params, params), penalty included."""
        return self.level + np.diag(self.penalty)

    @cached_property
    def _most_bend(self) -> float:
        """A bound on the curvature in any direction."""
        return float(np.linalg.norm(self.bend))

    @cached_property
    def root(self) -> Root:
        """The coordinates in which the bowl is round: from the sums, or the rows if they must."""
        root = root_of_curvature(self.bend)
        if root is None or not root.condition < ILL:
            return root_of_rows(self.objective, self.penalty)
        return root

    @cached_property
    def sharp(self) -> bool:
        """Whether true residuals are worked out in twice the precision."""
        rows = self.objective.rows
        return bool(len(rows) * rows.X.shape[1] <= FEW and self.root.condition > SHARP)


def _products(objective: LinearObjective, guess: float) -> Array:
    """Return `A'A`, A the standardised rows, ones, and the target less `guess`, all weighted."""
    rows = objective.rows
    mean, deviation = objective.units

    def product(at: slice) -> Array:
        A = np.empty((at.stop - at.start, len(mean) + 2))
        np.subtract(rows.dense(at), mean, out=A[:, :-2])
        A[:, -2] = 1.0
        np.subtract(rows.y[at], guess, out=A[:, -1])
        weight = rows.weight(at)
        if weight is not None:
            A *= np.sqrt(weight)[:, None]
        return A.T @ A

    least = 1 if rows.is_sparse else len(mean) // 2
    total = rows.sum_large(product, least)
    unit = np.append(deviation, [1.0, 1.0])
    return total / np.outer(unit, unit)
