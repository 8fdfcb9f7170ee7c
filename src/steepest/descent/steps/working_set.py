"""The working set: which weights a proximal Newton step moves, and where their bowl is lowest.

Of very many weights few leave 0. Those that have are in it, and those which want to most (Massias,
Gramfort & Salmon 2018, "Celer: a fast solver for the lasso with dual extrapolation"). Of very many
rows the products of all their pairs are dear, and a sample tells well enough which of them will not
move at all: the bowl has the slope of all rows and the Hessian of some (sub-sampled Newton: Byrd,
Chin, Neveitt & Nocedal 2011, "On the use of stochastic Hessian information in optimization methods
for machine learning"), and what is far from leaving 0 at its lowest point is left out. The next
gradient of all rows says which weights were left out wrongly; what wants to move then does.
"""

from dataclasses import dataclass
from functools import cached_property
from math import isqrt, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.descent.steps.l1_quadratic import minimise_l1_quadratic
from steepest.descent.steps.proximal_gradient import thresholds
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.linear_algebra.hessian import Curvature
from steepest.objective.model.model import Array

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = ["Indices", "WorkingSets"]

Indices = NDArray[np.intp]

ADDED_BY_ROOT = 2.0
"""Weights let in at a time, by the root of all: then their products take about a read of X."""

LEAST_ADDED = 128
"""Weights let in at a time, if there are so many: their products take less than the reads saved."""

ADDED_BY_WANTING = 3
"""How many weights are let in for each that wants to."""

MOST_WEIGHTS = 2048
"""Weights in a working set at most: 32 MB of products of pairs."""

SAMPLE_ROWS = 2**12
"""Rows whose Hessian tells which weights stay at 0: slopes that it predicts are off by 2 %."""

LEAST_SAMPLED = 32
"""Weights from which their products of all pairs, of 16 times as many rows, take longer."""

KEPT = 0.7
"""The share of L1 that a predicted slope must have for its weight to be in the working set."""


class WorkingSet(NamedTuple):
    """Which weights may move, as indices of params in order, and how many of them want to."""

    chosen: Indices
    wanting: int


@dataclass(frozen=True)
class WorkingSets:
    """The working sets of an objective, wherever it is evaluated."""

    objective: "LinearObjective"

    @property
    def most(self) -> int:
        """The weights in a working set at most."""
        return min(MOST_WEIGHTS, isqrt(self.objective.most_matrix))

    @property
    def room(self) -> int:
        """How many weights at 0 may be let in at a time, however few want to move."""
        return max(LEAST_ADDED, round(ADDED_BY_ROOT * sqrt(self.objective.size)))

    @property
    def enough(self) -> int:
        """How many weights a start may have that is worse than none at all."""
        return LEAST_SAMPLED if self._sample_rows else self.room

    @cached_property
    def thresholds(self) -> Vector:
        """L1 by each param, (params,), in standard units."""
        objective = self.objective
        unit = objective.units.deviation
        return thresholds(objective.layout, objective.penalty.l1, unit)

    def at(self, at: Evaluation) -> WorkingSet:
        """Return the working set there.

        They are those that are not 0, unless these are too many, and of the others those with the
        largest slope, in standard units, beyond what L1 holds; and twice as many that it only just
        holds, since the step itself may set them free.
        """
        moving, excess = self._excess(at)
        held, size = int(np.count_nonzero(moving)), len(moving)
        wanting = int(np.count_nonzero(excess[~moving] > 0.0))
        more = min(ADDED_BY_WANTING * wanting, max(self.room, held))
        # One that stays at 0 does no harm, where the bias alone has far to go.
        count = min(self.most, size, max(1, held + more))
        # What moves already comes before all that wants to.
        excess[moving & (held < self.most)] = np.inf
        return WorkingSet(np.sort(np.argpartition(excess, size - count)[size - count :]), wanting)

    def _excess(self, at: Evaluation) -> tuple[NDArray[np.bool_], Array]:
        """Return which weights are not 0, and how far slopes go beyond what L1 holds."""
        where = self.objective.layout.weights
        slope = self.objective.standard.pullback(at.smooth_gradient)[where]
        weights, threshold = at.params[where], self.thresholds[where]
        moving = weights != 0.0
        held = np.where(moving, 0.0, threshold)
        return moving, np.abs(slope + threshold * np.sign(weights)) - held

    @property
    def _sample_rows(self) -> int:
        """How many rows tell which weights stay at 0; 0 where the products of all are cheap."""
        blocks = self.objective.blocks
        is_dear = blocks.largest_sample >= SAMPLE_ROWS and not blocks.is_sparse
        return SAMPLE_ROWS if is_dear else 0

    def predicted(self, at: Evaluation, chosen: Indices) -> tuple[Indices, int]:
        """Return those of the `chosen` that are to move as far as a sample tells, and its rows.

        They are those that its lowest point moves, or nearly so. What is not 0 stays in the set,
        and, once anything is not, whatever wants to move: so a weight that the sample got wrong
        moves with the next step.
        """
        rows, count = self._sample_rows, len(chosen)
        if not rows or count <= LEAST_SAMPLED:
            return chosen, 0
        some = WorkingSets(self.objective.sample_in_units(rows))
        there = some.objective.evaluate(at.params)
        lowest, slope = some._lowest(there, chosen, some._hessian(there, chosen))
        moving, excess = self._excess(at)
        near = np.abs(slope[:count]) >= KEPT * self.thresholds[chosen]
        kept, wants = near | (lowest[:count] != 0.0) | moving[chosen], excess[chosen] > 0.0
        if moving.any():
            kept |= wants
        return chosen[kept] if (kept & wants).any() or not wants.any() else chosen, rows

    def lowest(self, at: Evaluation, chosen: Indices, curvature: Curvature | None = None) -> Vector:
        """Return the lowest point, (params,), of the quadratic with L1 of the set, (chosen,).

        `curvature` is what the rows' losses curve by their margins and targets, if not their own.
        """
        hessian = self._hessian(at, chosen, curvature)
        return self._in_units(at.params, chosen, self._lowest(at, chosen, hessian)[0])

    def _hessian(
        self, at: Evaluation, chosen: Indices, curvature: Curvature | None = None
    ) -> Array:
        curvature = self.objective.loss.curvature if curvature is None else curvature
        return self.objective.hessian_block(at, chosen, curvature)

    def _lowest(self, at: Evaluation, chosen: Indices, hessian: Array) -> tuple[Array, Array]:
        """Return the lowest point of the quadratic with L1, and its slope there.

        Both are (chosen + biases,), in standard units, the biases last.
        """
        objective, standard = self.objective, self.objective.standard
        biases = objective.layout.biases
        part = np.append(chosen, np.arange(objective.size - biases, objective.size))
        position = standard.position(at.params)[part]
        slope = standard.pullback(at.smooth_gradient)[part] - hessian @ position
        there = minimise_l1_quadratic(hessian, slope, self.thresholds[part], position)
        if biases > 1:
            # What all biases have in common moves no prediction: it stays.
            there[-biases:] -= (there - position)[-biases:].mean()
        return there, slope + hessian @ there

    def _in_units(self, params: Vector, chosen: Indices, there: Vector) -> Vector:
        """Return the params with the chosen weights and the biases as they are `there`."""
        objective, (mean, deviation) = self.objective, self.objective.units
        biases = objective.layout.biases
        target = params.copy()
        target[chosen] = there[: len(chosen)] / deviation[chosen // biases]
        weights = target[objective.layout.weights].reshape(-1, biases)
        target[-biases:] = there[len(chosen) :] - mean @ weights
        return target
