"""Proximal Newton steps on a working set: the lowest point of the bowl that few weights see.

Of very many weights few leave 0. A step looks at those that have, and at those which want to most
(the working set: Massias, Gramfort & Salmon 2018, "Celer: a fast solver for the lasso with dual
extrapolation"), works out how the loss bends along these alone, and goes to the lowest point of
that bowl with the kinks of L1 (proximal Newton: Lee, Sun & Saunders 2014, "Proximal Newton-type
methods for minimizing composite functions"). The next gradient, one read of X, says which weights
were left out wrongly.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.descent.coordinates.standard import Standard
from steepest.descent.evaluator import Around
from steepest.descent.steps.l1_quadratic import lowest_point
from steepest.descent.steps.proximal_gradient import thresholds
from steepest.descent.steps.step_size import SUFFICIENT, Here, Stride
from steepest.objective.loss.cross_entropy import CrossEntropy
from steepest.objective.model.hessian_block import Curvature, bend_of_part
from steepest.objective.protocol import Vector
from steepest.objective.risk import LinearObjective

__all__ = ["ProximalNewton"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

ROOM = 2.0
"""Weights let in at a time, by the root of all: then their products take about a read of X."""

LEAST = 128
"""Weights let in at a time, if there are so many: their products take less than the reads saved."""

AGAIN = 3
"""How many weights are let in for each that wants to."""

MOST = 2048
"""Weights in a working set at most: 32 MB of products of pairs."""

SHORT = 0.1
"""A share of the way below which the loss is no bowl, and a safe one is taken for it."""

NEAR = 1e-6
"""A margin this near to the middle has the curvature there, but for rounding."""

HALVINGS = 60

LEVEL = 1e-14
"""The share of the loss below which two losses cannot be told apart, margins being rounded too."""


@dataclass(frozen=True)
class ProximalNewton:
    """A step to the lowest point of the bowl with kinks that the working set sees; no loss rises.

    A start that is worse than no weights at all, and has more of them than a working set, is left
    for that. Where the loss is no bowl the step is halved until it falls enough (Armijo 1966; with
    kinks Tseng & Yun 2009, "A coordinate gradient descent method for nonsmooth separable
    minimization"); where even a tenth is too far, a bowl that lies above the loss is taken for it.
    Rate 0 is what is left when nothing lower is found.

    Promised for a convex smooth loss: the loss never rises; near the lowest point, once the
    working set holds what is not 0 there, the error of each step is about the square of the last,
    and of the squared loss nothing but rounding is left. Fails: where thousands of weights stay
    their products cost more than they save.
    """

    objective: LinearObjective

    def __call__(self, here: Here) -> Stride:
        """Return the share of the way that is gone, with the params to which it leads."""
        if here.arrived:
            return Stride(0.0)
        objective, place = self.objective, here.around
        if np.count_nonzero(place.params) > self._room and objective.null_loss < here.loss:
            return Stride(1.0, to=self._null)
        chosen = self._working_set(place)
        stride = self._down(place, self._lowest(place, chosen, objective.loss.curvature))
        read = round(len(objective.rows) * len(chosen) / objective.size)
        bounded = objective.shape[1] == 1 and np.isfinite(objective.loss.curvature_bound)
        if stride.rate < SHORT and bounded:
            stride = self._down(place, self._lowest(place, chosen, self._above))
            read *= 2
        return stride._replace(read=read)

    def _above(self, margin: Array, target: Array) -> Array:
        """Return the curvature of parabolas that touch the rows' losses here, and lie above them.

        Each touches its loss at the other side of the middle too: the sharpest there are (de Leeuw
        & Lange 2009, "Sharp quadratic majorization in one dimension"). A step to the lowest point
        of their bowl is never too long.
        """
        loss = self.objective.loss
        middle = np.zeros_like(margin) if isinstance(loss, CrossEntropy) else target
        away = margin - middle
        turned = loss.slope(margin, target) - loss.slope(middle, target)
        near = np.abs(away) <= NEAR
        return np.where(near, loss.curvature_bound, turned / np.where(near, 1.0, away))

    @property
    def _room(self) -> int:
        return max(LEAST, round(ROOM * sqrt(self.objective.size)))

    @property
    def _null(self) -> Vector:
        """The params without weights, and with the best constant guess."""
        objective = self.objective
        guess = objective.loss.guess(objective.rows.y, objective.rows.sample_weight)
        return np.append(np.zeros(objective.size - len(guess)), guess)

    @property
    def _standard(self) -> Standard:
        return Standard(*self.objective.units, self.objective.shape[1])

    def _working_set(self, at: Around) -> Indices:
        """Return which weights may move, as indices of params in order.

        They are those that are not 0, unless these are too many, and of the others those with the
        most slope, in standard units, beyond what L1 holds; and twice as many that it only just
        holds, since the step itself may set them free.
        """
        standard = self._standard
        size = self.objective.size - self.objective.shape[1]
        slope, weights = standard.pull(at.seen.smooth)[:size], at.params[:size]
        threshold = thresholds(self.objective, standard.deviation)[:size]
        moving = weights != 0.0
        pull = np.abs(slope + threshold * np.sign(weights)) - np.where(moving, 0.0, threshold)
        held = int(np.count_nonzero(moving))
        wanting = int(np.count_nonzero(pull[~moving] > 0.0))
        more = min(AGAIN * wanting, max(self._room, held))
        # One that stays at 0 does no harm, where the bias alone has a way to go.
        count = min(MOST, size, max(1, held + more))
        # What moves already comes before all that wants to.
        pull[moving & (held < MOST)] = np.inf
        return np.sort(np.argpartition(pull, size - count)[size - count :])

    def _lowest(self, at: Around, chosen: Indices, curvature: Curvature) -> Vector:
        """Return the lowest point, in params, of the bowl that the working set sees from there.

        `curvature` is what the rows' losses curve by their margins and targets.
        """
        objective, standard = self.objective, self._standard
        biases = objective.shape[1]
        part = np.append(chosen, np.arange(objective.size - biases, objective.size))
        moments = objective.units
        bend = bend_of_part(objective, at.seen.margins, chosen, moments, curvature)
        threshold = thresholds(objective, standard.deviation)[part]
        position = standard.position(at.params)[part]
        slope = standard.pull(at.seen.smooth)[part] - bend @ position
        there = lowest_point(bend, slope, threshold, position)
        if biases > 1:
            # What all biases have in common moves no prediction: it stays.
            there[-biases:] -= (there - position)[-biases:].mean()
        deviation = standard.deviation[chosen // biases]
        target = at.params.copy()
        target[chosen] = there[: len(chosen)] / deviation
        weights = target[: objective.size - biases].reshape(-1, biases)
        target[-biases:] = there[len(chosen) :] - standard.mean @ weights
        return target

    def _down(self, at: Around, target: Vector) -> Stride:
        """Return the whole way to `target`, a half, a quarter, ...: the first that falls enough."""
        promised = self._promised(at, target)
        if not promised < 0.0:
            return Stride(0.0)
        there = at.look(target)
        if there.loss <= at.seen.loss + SUFFICIENT * promised or self._level(at, there):
            return Stride(1.0, to=target)
        way, move = there.margins - at.seen.margins, target - at.params
        for share in 0.5 ** np.arange(1.0, HALVINGS):
            loss = self._loss(at.seen.margins + share * way, at.params + share * move)
            if loss <= at.seen.loss + SUFFICIENT * share * promised:
                return Stride(float(share), to=at.params + share * move)
        return Stride(0.0)

    def _promised(self, at: Around, target: Vector) -> float:
        """Return by how much the loss would fall if its smooth part were straight: below 0.

        Weight by weight, since near the lowest point the two parts all but cancel in each.
        """
        weights = slice(self.objective.size - self.objective.shape[1])
        fall = at.seen.smooth * (target - at.params)
        fall[weights] += self.objective.l1 * (np.abs(target) - np.abs(at.params))[weights]
        return float(fall.sum())

    def _level(self, at: Around, there: Any) -> bool:
        """Return whether losses are too near to be told apart, and the slope is halved."""
        if not there.loss <= at.seen.loss + LEVEL * abs(at.seen.loss):
            return False
        before, after = (self._standard.pull(seen.gradient) for seen in (at.seen, there))
        return bool(np.linalg.norm(after) < 0.5 * np.linalg.norm(before))

    def _loss(self, margins: Array, params: Vector) -> float:
        """Return the loss at params whose margins are known; X is not read."""
        rows = self.objective.rows
        total, _ = self.objective.loss.total_and_slope(margins, rows.y, rows.sample_weight)
        return total / rows.total + self.objective.penalty(self.objective.split(params)[0])
