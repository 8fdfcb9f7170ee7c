"""Newton's step of the smoothed loss at some params, and the dual bound that it proves.

The slopes at the lowest point of the smoothed loss are a dual feasible point: `sum weight slope [x
1] = 0`, each slope between those of its row. So `sum weight slope r` is the same at all params and
nowhere above the loss: a lower bound on it (Koenker & Bassett 1978, "Regression quantiles",
Econometrica 46(1)). How far the loss is above that, the duality gap, is a sum of terms none of
which is below 0. With L2 there is one more, of the weights' distance from the lowest point.
"""

from functools import cached_property
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.kinks.smoothed import ROUNDING, Indices, Smoothed
from steepest.objective.loss.loss import weighed
from steepest.objective.model.model import Array

__all__ = ["FEASIBLE", "DualPoint", "SmoothedNewton", "bound_by"]

RIDGE = 1e-12
"""What is added to the curvature, against its mean: where it is flat no step is endless.

Then what is left of the gradient after the step says so, and nothing is proved.
"""

FEASIBLE = 1e-9
"""How far a slope may lie outside its bounds, by their distance, and be held to them.

So much may be left of the gradient too, where rows move by 1: both move the bound by that share of
the residuals at most.
"""

AHEAD = 0.1
"""The width, against this one, at whose lowest point L2 holds the rows that are at their kinks."""


class DualPoint(NamedTuple):
    """A dual feasible point: which `rows` and `weights`, by index, are at their kinks by it.

    The `slopes` of all rows, (rows,), and of weights in standard units, (params,), say on which
    side the others are. `is_point` says that nothing can move without one of these rows leaving its
    kink: then the bottom is not flat; False where it is not known.
    """

    rows: Indices
    weights: Indices
    slopes: Array
    weight_slopes: Vector
    is_point: bool = False


class SmoothedNewton:
    """Newton's step of the loss smoothed within `width` at the params of `at`, and what it proves.

    What it proves is a dual feasible point, and with it a lower bound on the loss.
    """

    def __init__(self, smoothed: Smoothed, at: Evaluation, width: float) -> None:
        self.smoothed, self.at, self.width = smoothed, at, width
        self.objective = smoothed.objective
        self.residual = smoothed.residual(at)
        self.near = self._near()
        self.few = smoothed.near_kinks(self.near, self.residual) if len(self.near) else None

    @cached_property
    def position(self) -> Vector:
        """The params in standard units, (params,)."""
        return self.smoothed.standard.position(self.at.params)

    @cached_property
    def held(self) -> NDArray[np.bool_]:
        """Which weights are within the width of their kink, (params,): none without L1."""
        if not self.objective.penalty.l1:
            return np.zeros(self.objective.size, dtype=bool)
        return np.abs(self.position) < self.smoothed.l1 * self.width

    def _near(self) -> Indices:
        """Return the rows within the width of their kink, less those that weigh nothing."""
        low, high, weight = (
            self.smoothed.low,
            self.smoothed.high,
            self.objective.blocks.sample_weight,
        )
        near = (self.residual > low * self.width) & (self.residual < high * self.width)
        return (near if weight is None else near & (weight > 0.0)).nonzero()[0]

    @cached_property
    def _parabola(self) -> tuple[Array, Vector]:
        """The curvature and slope of what is within the width, times the width, whitened."""
        curved, slope = self._of_rows[0], self._of_rows[1][:, 0]
        if not self.objective.penalty.l1:
            return curved, slope
        held = self.smoothed.root * self.held[:, None]
        return curved + held.T @ held, slope + held.T @ self.position

    @cached_property
    def _of_rows(self) -> tuple[Array, Array]:
        """The rows near their kinks: their curvature, and two slopes, (params, 2), whitened.

        Those of the parabolas, times the width, and of the loss as it is.
        """
        if self.few is None:
            rank = self.smoothed.rank
            return np.zeros((rank, rank)), np.zeros((rank, 2))
        slope = self.objective.loss.slope(
            self.at.cache[self.near], self.objective.blocks.y[self.near]
        )
        return self.few.gram(), self.few.pullback(np.array([self.few.blocks.y, slope]).T)

    @cached_property
    def _beyond(self) -> Vector:
        """The slope of all else, whitened: of L2, and of rows and weights beyond the width."""
        slope = self.smoothed.standard.pullback(self.at.smooth_gradient)
        if self.objective.penalty.l1:
            slope += np.where(self.held, 0.0, self.smoothed.l1 * np.sign(self.position))
        return np.asarray(self.smoothed.root.T @ slope - self._of_rows[1][:, 1])

    def _step(self, width: float) -> tuple[Vector, float]:
        """Return the step to the lowest point of these parabolas of a width, whitened.

        And the most that is left of the gradient there, times the width: where no row is near its
        kink along a direction there is no such point.
        """
        root, (curved, slope) = self.smoothed.root, self._parabola
        if self.objective.penalty.l2:
            curved = curved + width * (root.T * self.smoothed.l2) @ root
        ridge = RIDGE * float(curved.trace()) / len(curved) or 1.0
        ridged = curved.copy()
        ridged.ravel()[:: len(ridged) + 1] += ridge
        step = -np.linalg.solve(ridged, slope + width * self._beyond)
        return np.asarray(step, dtype=np.float64), ridge * float(np.abs(step).max())

    @cached_property
    def _newton(self) -> tuple[Vector, float]:
        return self._step(self.width)

    @cached_property
    def _standard_change(self) -> Vector:
        """Newton's step in standard units."""
        return np.asarray(self.smoothed.root @ self._newton[0])

    @property
    def change(self) -> Vector:
        """The change of the params, (params,), that is Newton's step."""
        return self.smoothed.standard.params(self._standard_change)

    @property
    def vertex(self) -> Vector:
        """The params, (params,), where the same rows and weights are at their kinks: exactly 0.

        With L2 they are those of a lesser width, and where the loss is round itself of its own.
        """
        ahead = AHEAD * self.width if self.objective.penalty.l2 else 0.0
        step, _ = self._step(max(ahead, self.smoothed.least_width))
        params = self.at.params + self.smoothed.standard.params(self.smoothed.root @ step)
        if self.objective.penalty.l1:
            params[self.held] = 0.0
        return params

    @cached_property
    def _slopes(self) -> tuple[Array, Array]:
        """The slopes after Newton's step of rows near their kinks, and of all weights."""
        of_weights = np.zeros(self.objective.size)
        if self.objective.penalty.l1:
            there = (self.position + self._standard_change) / self.width
            of_weights = np.where(self.held, there, self.smoothed.l1 * np.sign(self.position))
        if self.few is None:
            return np.empty(0), of_weights
        moved = self.few.moves(self._newton[0])
        return (self.few.blocks.y + moved) / self.width, of_weights

    @cached_property
    def _slack(self) -> float:
        """How far a slope may be off."""
        margins = self.at.cache[self.near]
        rounding = ROUNDING * float(np.abs(margins).max(initial=0.0)) / self.width
        return FEASIBLE * (self.smoothed.high - self.smoothed.low) + rounding

    @cached_property
    def is_feasible(self) -> bool:
        """Whether these slopes are a dual feasible point."""
        rows, weights = self._slopes
        low, high, l1 = self.smoothed.low, self.smoothed.high, self.smoothed.l1
        off = max(self._newton[1] / self.width, float((np.abs(weights) - l1).max()))
        if len(rows):
            off = max(off, low - float(rows.min()), float(rows.max()) - high)
        return off <= self._slack

    @property
    def distances(self) -> Array:
        """How far rows are from their kinks, (rows,), in no unit; infinite of no weight.

        At the lowest point of the smoothed loss the slopes tell more than the residuals: those in
        the middle between the slopes of both sides are surest to be at their kinks in the end.
        """
        weight = self.objective.blocks.sample_weight
        far = np.abs(self.residual)
        if self.is_feasible:
            middle = 0.5 * (self.smoothed.low + self.smoothed.high)
            slopes = self.residual / self.width
            slopes[self.near] = self._slopes[0]
            far = np.abs(slopes - middle)
        return far if weight is None else np.where(weight > 0.0, far, np.inf)

    @cached_property
    def dual_point(self) -> DualPoint:
        """The dual feasible point that the slopes are, if they are one."""
        rows, weights = self._slopes
        low, high, l1, off = (
            self.smoothed.low,
            self.smoothed.high,
            self.smoothed.l1,
            2 * self._slack,
        )
        slopes = np.clip(self.residual / self.width, low, high)
        slopes[self.near] = np.clip(rows, low, high)
        return DualPoint(
            rows=self.near[(rows > low + off) & (rows < high - off)],
            weights=np.flatnonzero(self.held & (np.abs(weights) < l1 - off)),
            slopes=slopes,
            weight_slopes=np.clip(weights, -l1, l1),
        )

    @cached_property
    def bound(self) -> float:
        """The lower bound on the loss that the slopes prove; -inf if they are not feasible."""
        if not self.is_feasible:
            return -inf
        smoothed, dual_point = self.smoothed, self.dual_point
        bound = bound_by(smoothed, self.at, dual_point.slopes)
        if not self.objective.penalty:
            return bound
        weights = smoothed.l1 * np.abs(self.position) - dual_point.weight_slopes * self.position
        weights += 0.5 * smoothed.l2 * self._standard_change**2
        return bound - float(weights.sum())


def bound_by(smoothed: Smoothed, at: Evaluation, slopes: Array) -> float:
    """Return what the slopes of rows, (rows,), prove: `loss - mean(l(r) - slope r)`.

    A kink that is round itself, within t, takes off `t / 2 slope^2` more.
    """
    blocks = smoothed.objective.blocks
    value = smoothed.objective.loss.value(at.cache, blocks.y)
    value = value - slopes * (smoothed.residual(at) - 0.5 * smoothed.least_width * slopes)
    off = weighed(value, blocks.sample_weight)
    return at.loss - float(off.sum()) / blocks.total
