"""The proximal step at a rate that is searched: for a smooth loss with L1 that need not be convex.

From x it leads to `p(t) = soft(x - t g, t l1)`, g the gradient of all but L1. The first t is one
over the curvature that the last step met (Barzilai & Borwein 1988), halved until

    F(p) <= F(x) - c |p - x|² / t,

F the loss with L1 (Wright, Nowak & Figueiredo 2009, "Sparse reconstruction by separable
approximation", algorithm SpaRSA, equation 22; Beck & Teboulle 2009, "A fast iterative
shrinkage-thresholding algorithm for linear inverse problems", ask as much with c = 1/2). So the
loss never rises, but by rounding. Where params stay bounded and g is locally Lipschitz, such a fall
and a subgradient of the size of the step lead to one critical point, where the minimum-norm
subgradient is 0, though F is not convex (Attouch, Bolte & Svaiter 2013, "Convergence of descent
methods for semi-algebraic and tame problems", theorem 5.1); that it is the lowest is not proved.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from steepest.descent.evaluator import SearchState
from steepest.descent.steps.step_size import StepLength, StepSize
from steepest.objective.coordinates.coordinates import Coordinates
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.line_search import SUFFICIENT, backtrack
from steepest.objective.loss.penalty import soft_threshold

__all__ = ["ProximalBacktracking"]


@dataclass(frozen=True)
class ProximalBacktracking(StepSize):
    """The proximal step at the largest of a proposed rate, its half, ... that lowers the loss.

    In some `coordinates`, in which `threshold` is L1 by each coordinate, (params,), 0 for a bias.
    One evaluation a step, where the first rate is taken. No rate, 0, is what is left where the step
    leads nowhere or nothing lower is found.
    """

    coordinates: Coordinates
    threshold: Vector
    never_rises: ClassVar[bool] = True

    def __call__(self, state: SearchState) -> StepLength:
        """Return the rate, with the params to which the step leads."""
        if state.arrived or not state.gradient.any():
            return StepLength(0.0)
        trial = _Trial(self, state)
        rate = backtrack(trial.falls_enough, self._proposal(state))
        return StepLength(rate, params=trial.params) if rate else StepLength(0.0)

    def _proposal(self, state: SearchState) -> float:
        """Return the first rate to try: one over the curvature that was met, if any was."""
        last, before = state.last_step, state.last_evaluation
        if last is not None and before is not None and state.same_rows:
            change = self.smooth(state.evaluation) - self.smooth(before)
            curvature, square = float(last.step @ change), float(last.step @ last.step)
            if curvature > 0.0 and square > 0.0:
                return square / curvature
        if last is not None and last.rate:
            return 2.0 * last.rate
        return min(1.0, abs(state.loss) / float(state.gradient @ state.gradient)) or 1.0

    def smooth(self, at: Evaluation) -> Vector:
        """Return the gradient of all but L1 in the coordinates, (params,)."""
        return self.coordinates.pullback(at.smooth_gradient)


class _Trial:
    """Proximal steps from one point, at rates that are tried; `params` are those of the last."""

    def __init__(self, step_size: ProximalBacktracking, state: SearchState) -> None:
        self.step_size, self.state = step_size, state
        self.slope, self.begin = step_size.smooth(state.evaluation), state.position
        self.params = state.evaluation.params

    def falls_enough(self, rate: float) -> bool:
        """Return whether the loss falls by a share of `|step|² / rate`.

        Where two losses differ by no more than rounding, slopes at both ends tell by how much the
        smooth part falls: their mean along the step is that of a quadratic (Hager & Zhang 2005).
        """
        state, threshold = self.state, self.step_size.threshold
        landing = soft_threshold(self.begin - rate * self.slope, rate * threshold)
        step = landing - self.begin
        least = SUFFICIENT * float(step @ step) / rate
        if not least > 0.0:
            return False
        self.params = self.step_size.coordinates.params(landing)
        found = state.evaluate(self.params)
        if found.loss <= state.loss - least:
            return True
        if not found.loss <= state.loss + state.objective.rounding * abs(state.loss):
            return False
        slope = 0.5 * (self.slope + self.step_size.smooth(found))
        kinks = threshold @ (np.abs(landing) - np.abs(self.begin))
        return float(slope @ step + kinks) <= -least
