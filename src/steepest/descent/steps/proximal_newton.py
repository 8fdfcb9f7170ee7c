"""Proximal Newton steps on a working set: the lowest point of the bowl that few weights see.

Of very many weights few leave 0. A step looks at those that have, and at those which want to most
(`working_set`), works out the Hessian by these alone, and goes to the lowest point of that bowl
with the kinks of L1 (proximal Newton: Lee, Sun & Saunders 2014, "Proximal Newton-type methods for
minimizing composite functions"). The next gradient, one read of X, says which weights were left out
wrongly.

Where many weights stay, the products of pairs cost more than they save. Then a step leads to a
proximal point of the whole bowl, of all weights, found in the space of the rows (`row_space`).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from steepest.descent.evaluator import SearchState
from steepest.descent.steps.row_space import RowSpace, has_row_space
from steepest.descent.steps.step_size import StepLength, StepSize
from steepest.descent.steps.working_set import WorkingSets
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.line_search import SUFFICIENT, backtrack
from steepest.objective.model.model import Array

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = ["ProximalNewton"]

MANY = 256
"""Weights in a working set, of an objective whose rows can be taken at once, that are many."""

READS = 2
"""How often a Newton step through the rows reads all of them."""

FIRST_SIGMA = 100.0
"""The sigma of the first proximal point, by one over the curvature of a feature."""

MOST_SIGMA = 1e6
"""The largest: with it next to nothing is left of the proximal term."""

GROWTH = ((3, 10.0), (8, 3.0), (16, 1.0))
"""Newton steps of a proximal point, and by what sigma grows after as many at most.

Of a lasso with 996 weights these took 100 Newton steps in all; growing later 130, sooner 113.
"""

SLOWER = 0.3
"""By what it grows after more."""

SHORTER = 0.1
"""The same where a proximal point was not found, or the loss does not fall enough to it."""

LEAST_SIGMA = 1e-2
"""Where none is found with this, none is."""

LEAST_NEWTON_SHARE = 0.1
"""A share of the step below which the loss is no quadratic, and one above it is taken for it."""

SYMMETRY_TOL = 1e-6
"""A margin this near to the symmetry point has the curvature there, but for rounding."""

LOSS_RTOL = 1e-14
"""The share of the loss below which two losses are equal, margins being rounded too."""


@dataclass(frozen=True)
class ProximalNewton(StepSize):
    """A step to the lowest point of the bowl with kinks that the working set sees; no loss rises.

    A start that is worse than no weights at all, and has more of them than a working set, is left
    for that. Where the loss is no bowl the step is halved until it falls enough (Armijo 1966; with
    kinks Tseng & Yun 2009, "A coordinate gradient descent method for nonsmooth separable
    minimization"); where even a tenth is too far, a bowl that lies above the loss is taken for it.
    Rate 0 is what is left when nothing lower is found.

    Promised for a convex smooth loss: the loss never rises; near the lowest point, once the
    working set holds what is not 0 there, the error of each step is about the square of the last,
    and of the squared loss nothing but rounding is left. Where many weights stay, steps are
    proximal points (`row_space`), which come to the lowest point for any reach, and the quicker the
    further it is. Fails: where thousands of weights stay of several margins, or of rows too many to
    be copied.
    """

    objective: "LinearObjective"
    never_rises: ClassVar[bool] = True

    def __call__(self, state: SearchState) -> StepLength:
        """Return the share of the step that is taken, with the params to which it leads."""
        if state.arrived:
            # A run may be kept for long, and with it this.
            vars(self).pop("_bowl", None)
            return StepLength(0.0)
        objective, at, sets = self.objective, state.evaluation, self._sets
        if np.count_nonzero(at.params) > sets.enough and objective.null_loss < state.loss:
            return StepLength(1.0, params=objective.null_params)
        reach = None if state.last_step is None else state.last_step.memory
        (chosen, wanting), loss = sets.at(at), objective.loss
        if reach is not None or self._are_many(len(chosen), wanting):
            found = self._through_rows(state, FIRST_SIGMA if reach is None else float(reach))
            if found.rate:
                return found
        chosen, rows = sets.predicted(at, chosen)
        found = self._shortened(state, sets.lowest(at, chosen))
        rows += round(objective.count * len(chosen) / objective.size)
        bounded = loss.margins == 1 and np.isfinite(loss.curvature_bound)
        if found.rate < LEAST_NEWTON_SHARE and bounded:
            found = self._shortened(state, sets.lowest(at, chosen, self._majorant))
            rows *= 2
        return found._replace(rows_read=rows)

    def _are_many(self, chosen: int, wanting: int) -> bool:
        """Return whether a step through the rows costs less than one by products of pairs.

        Products of sparse columns are cheap, so of these only more than have room are many. Where
        few of the chosen want in, as from the end of a run of a penalty near by, the face is all
        but known: along a path to 601 weights of 1,000 rows products took two thirds of the time.
        """
        rows, features = self.objective.count, self.objective.size - self.objective.layout.biases
        beyond = min(rows, self._sets.most) < features
        least = max(MANY, rows // 2 if 2 * wanting > chosen else 2 * rows)
        if self.objective.blocks.is_sparse:
            least = features
        many = chosen >= min(least, self._sets.most)
        return beyond and many and has_row_space(self.objective)

    @cached_property
    def _sets(self) -> WorkingSets:
        return WorkingSets(self.objective)

    def _through_rows(self, state: SearchState, sigma: float) -> StepLength:
        """Return the step to a proximal point, as far as it is found; rate 0 if none is."""
        at, threshold = state.evaluation, self._sets.thresholds[self.objective.layout.weights]
        space, rows = self._row_space(at), 0
        while space.total and sigma >= LEAST_SIGMA:
            target, newton = space.lowest(at, threshold, sigma)
            rows += READS * (newton + 1) * self.objective.count
            if target is not None:
                found = self._shortened(state, target)
                if found.rate >= LEAST_NEWTON_SHARE:
                    further = min(sigma * _growth(newton), MOST_SIGMA)
                    return found._replace(rows_read=rows, memory=further)
            sigma *= SHORTER
        return StepLength(0.0, rows_read=rows)

    def _row_space(self, at: Evaluation) -> RowSpace:
        """Return the objective as a quadratic of its rows; of the squared loss always the same."""
        loss = self.objective.loss
        if loss.is_quadratic:
            return self._bowl
        margins = self.objective.margins(at.params) if at.cache is None else at.cache
        return RowSpace.of(self.objective, margins, loss.curvature)

    @cached_property
    def _bowl(self) -> RowSpace:
        nowhere = np.zeros(self.objective.count)
        return RowSpace.of(self.objective, nowhere, self.objective.loss.curvature)

    def _majorant(self, margin: Array, target: Array) -> Array:
        """Return the curvature of parabolas that touch the rows' losses here, and lie above them.

        Each touches its loss at the other side of its symmetry point too: the sharpest there are
        (de Leeuw & Lange 2009, "Sharp quadratic majorization in one dimension"). A step to the
        lowest point of their sum is never too long.
        """
        loss = self.objective.loss
        middle = loss.symmetry_point(target)
        distance = margin - middle
        change = loss.slope(margin, target) - loss.slope(middle, target)
        near = np.abs(distance) <= SYMMETRY_TOL
        return np.where(near, loss.curvature_bound, change / np.where(near, 1.0, distance))

    def _shortened(self, state: SearchState, target: Vector) -> StepLength:
        """Return the first of the step to `target`, its half, ... that falls enough."""
        at = state.evaluation
        promised = self._promised(at, target)
        if not promised < 0.0:
            return StepLength(0.0)
        there = state.evaluate(target)
        if there.loss <= at.loss + SUFFICIENT * promised or self._halves_slope(at, there):
            return StepLength(1.0, params=target)

        def falls(share: float) -> bool:
            loss = self.objective.value_between(at, there, share)
            return loss <= at.loss + SUFFICIENT * share * promised

        share = backtrack(falls, 0.5)
        landing = at.params + share * (target - at.params) if share else None
        return StepLength(share, params=landing)

    def _promised(self, at: Evaluation, target: Vector) -> float:
        """Return by how much the loss would fall if its smooth part were straight: below 0.

        Weight by weight, since near the lowest point the two parts all but cancel in each.
        """
        where, l1 = self.objective.layout.weights, self.objective.penalty.l1
        fall = at.smooth_gradient * (target - at.params)
        fall[where] += l1 * (np.abs(target) - np.abs(at.params))[where]
        return float(fall.sum())

    def _halves_slope(self, at: Evaluation, there: Evaluation) -> bool:
        """Return whether losses are equal but for rounding, and the gradient is halved."""
        if not there.loss <= at.loss + LOSS_RTOL * abs(at.loss):
            return False
        standard = self.objective.standard
        before, after = standard.pullback(at.gradient), standard.pullback(there.gradient)
        return bool(np.linalg.norm(after) < 0.5 * np.linalg.norm(before))


def _growth(newton: int) -> float:
    """Return how many times as far the next proximal point may be, after so many Newton steps."""
    return next((growth for most, growth in GROWTH if newton <= most), SLOWER)
