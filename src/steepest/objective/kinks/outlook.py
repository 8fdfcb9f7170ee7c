"""What the rounded loss says at some params: Newton's step, and a lower bound that is proved.

The slopes at the lowest point of the rounded loss are a dual feasible point: `sum weight slope [x
1] = 0`, each slope between those of its row. So `sum weight slope r` is the same at all params and
nowhere above the loss: a lower bound on it (Koenker & Bassett 1978, "Regression quantiles",
Econometrica 46(1)). How far the loss is above that, the duality gap, is a sum of terms none of
which is below 0. With L2 there is one more, of the weights' distance from the lowest point.
"""

from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.kinks.smoothed import ROUNDING, Indices, Smoothed
from steepest.objective.loss.loss import weighed
from steepest.objective.model.model import Array

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = ["Outlook", "Proof"]

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


class Proof(NamedTuple):
    """A dual feasible point: which `rows` and `weights`, by index, are at their kinks by it.

    The `slopes` of all rows, (rows,), and of weights in standard units, (params,), say on which
    side the others are.
    """

    rows: Indices
    weights: Indices
    slopes: Array
    weight_slopes: Vector


class Outlook:
    """What the loss rounded within `width` says at the params of `at`."""

    def __init__(self, smoothed: Smoothed, at: Evaluation, width: float) -> None:
        self.smoothed, self.at, self.width = smoothed, at, width
        self.objective = smoothed.objective
        self.residual = smoothed.residual(at)
        self.position = smoothed.standard.position(at.params)
        self.near = self._near()
        self.few = self.objective.sample(self.near) if len(self.near) else None
        self.held = np.abs(self.position) < smoothed.l1 * width
        """Which weights are within the width of their kink, (params,)."""

    def _near(self) -> Indices:
        """Return the rows within the width of their kink, less those that weigh nothing."""
        low, high, weight = (
            self.smoothed.low,
            self.smoothed.high,
            self.objective.blocks.sample_weight,
        )
        near = (self.residual > low * self.width) & (self.residual < high * self.width)
        return np.flatnonzero(near if weight is None else near & (weight > 0.0))

    @cached_property
    def _parabola(self) -> tuple[Array, Vector]:
        """The curvature and slope of what is within the width, times the width, whitened."""
        root = self.smoothed.root
        held = root * self.held[:, None]
        matrix, slope = held.T @ held, held.T @ self.position
        if self.few is None:
            return matrix, slope
        gram, moment = self.smoothed.products(self.few, self.residual[self.near])
        return matrix + gram, slope + moment

    @cached_property
    def _beyond(self) -> Vector:
        """The slope of all else, whitened: of L2, and of rows and weights beyond the width."""
        gradient = self.at.smooth_gradient
        if self.few is not None:
            gradient = gradient - _slope(self.few, self.at.cache[self.near]) / self._total
        slope = self.smoothed.standard.pullback(gradient)
        slope += np.where(self.held, 0.0, self.smoothed.l1 * np.sign(self.position))
        return self.smoothed.root.T @ slope

    @property
    def _total(self) -> float:
        return self.objective.blocks.total

    def _step(self, width: float) -> tuple[Vector, float]:
        """Return the step to the lowest point of these parabolas of a width, in standard units.

        And the most that is left of the gradient there, times the width: where no row is near its
        kink along a direction there is no such point.
        """
        root, (matrix, slope) = self.smoothed.root, self._parabola
        curved = matrix + width * (root.T * self.smoothed.l2) @ root
        ridge = RIDGE * float(np.trace(curved)) / len(curved) or 1.0
        curved[np.diag_indices(len(curved))] += ridge
        step = -np.linalg.solve(curved, slope + width * self._beyond)
        return root @ step, ridge * float(np.abs(step).max())

    @cached_property
    def _newton(self) -> tuple[Vector, float]:
        return self._step(self.width)

    @property
    def newton(self) -> Vector:
        """The params to which Newton's step leads, (params,)."""
        return self.at.params + self.smoothed.standard.params(self._newton[0])

    @property
    def vertex(self) -> Vector:
        """The params, (params,), where the same rows and weights are at their kinks: exactly 0.

        With L2 they are those of a lesser width, and where the loss is round itself of its own.
        """
        ahead = AHEAD * self.width if self.objective.penalty.l2 else 0.0
        step, _ = self._step(max(ahead, self.smoothed.least_width))
        params = self.at.params + self.smoothed.standard.params(step)
        params[self.held] = 0.0
        return params

    @cached_property
    def _slopes(self) -> tuple[Array, Array]:
        """The slopes after Newton's step of rows near their kinks, and of all weights."""
        step, standard = self._newton[0], self.smoothed.standard
        there = (self.position + step) / self.width
        of_weights = np.where(self.held, there, self.smoothed.l1 * np.sign(self.position))
        if self.few is None:
            return np.empty(0), of_weights
        moved = self.few.margins(standard.params(step))
        return (self.residual[self.near] + moved) / self.width, of_weights

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

    @cached_property
    def proof(self) -> Proof:
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
        return Proof(
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
        smoothed, blocks, (_, _, slopes, of_weights) = (
            self.smoothed,
            self.objective.blocks,
            self.proof,
        )
        value = self.objective.loss.value(self.at.cache, blocks.y)
        value = value - slopes * (self.residual - 0.5 * smoothed.least_width * slopes)
        rows = weighed(value, blocks.sample_weight)
        weights = smoothed.l1 * np.abs(self.position) - of_weights * self.position
        weights += 0.5 * smoothed.l2 * self._newton[0] ** 2
        return self.at.loss - (float(rows.sum()) / blocks.total + float(weights.sum()))


def _slope(few: "LinearObjective", margin: NDArray[np.float64]) -> Vector:
    """Return what some rows add to the gradient of the loss as it is, times the total."""
    at = few.model.at(np.zeros(few.size))

    def work(block: Block) -> tuple[Vector]:
        slope = few.loss.slope(margin[block.at], block.y)
        return (at.pullback(block.X, weighed(slope, block.weight)),)

    (gradient,) = few.blocks.sum(work)
    return np.asarray(gradient)
