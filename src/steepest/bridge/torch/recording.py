"""What is kept of a training that is watched: numbers of every step, weights of as many as fit."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from steepest.bridge.torch.heard import Number, number_of
from steepest.bridge.torch.point import Point
from steepest.bridge.torch.projecting import Projecting
from steepest.bridge.torch.rows import CHUNK, MEMORY, Rows
from steepest.bridge.torch.steps import Steps, Waiting, worked_out
from steepest.bridge.torch.tensors import Tensors
from steepest.numerals import counted
from steepest.projections import Projections
from steepest.trace import BUDGET

__all__ = ["Recording"]

Array = NDArray[np.float64]

LAYER_BUDGET = 2**26
"""Bytes of the lengths tensor by tensor, 64 MB: beyond them they are thinned as the weights are."""

BYTES_A_NUMBER = 16
"""Bytes that a trace takes for a param of a kept step: it and its gradient in float64."""

UNKNOWN = float("nan")


class Recording:
    """The points of a training so far; `points` is how many are whole.

    `keeps_gradients` says whether the whole gradient of each is kept; that of the first always is.
    With a `plane`, (2, size), the projection on it is kept of every point; else, once weights are
    thinned, that on two params. Weights take `budget` bytes of a trace at most, of which `memory`
    are not in a file.
    """

    def __init__(
        self,
        tensors: Tensors,
        keeps_gradients: bool,
        plane: Array | None = None,
        budget: int = BUDGET,
        memory: int = MEMORY,
    ) -> None:
        self.tensors, self.keeps_gradients = tensors, keeps_gradients
        self.points = 0
        self.groups: list[Any] = []
        self.several_rates: tuple[float, ...] = ()
        """The rates of all groups where they last were not the same; empty if they never were."""
        self._main = (0, 0)
        self.unused: list[int] = []
        """The points at which a gradient was thrown away: no step was taken by it."""
        self.aside = 0
        """How many gradients were taken elsewhere than at a point: by a closure, or by SAM."""
        self.by_hand = 0
        """How many steps were taken by gradients that no backward pass had made."""
        self.looked_at = 0
        """At how many steps, after the first, it was looked whether gradients had been cleared."""
        self.uncleared = 0
        """How many of these went by a gradient that was added to that of a step before."""
        self.steps_looked_at = self.emptied = 0
        """At how many steps the gradient was looked at, and of how many it was made and gone."""
        self.passes = 0
        """How many backward passes made gradients."""
        self.stepped = True
        """Whether an optimizer stepped, or weights were changed otherwise."""
        self.idle: list[int] = []
        """The places of the tensors that no optimizer holds, where there is one that stepped."""
        self.coarsest = tensors.coarsest
        """The largest rounding unit of the numbers that the loop's losses were worked out with."""
        self.first_gradient: Array | None = None
        share = budget * tensors.dtype.itemsize // BYTES_A_NUMBER
        self._weights = Rows(tensors.size, tensors.dtype, share, memory)
        self._gradients = Rows(tensors.size, tensors.dtype, share, memory)
        self._projecting = Projecting(tensors, plane)
        self._layers = Rows(2 * len(tensors.all), torch.float64, LAYER_BUDGET)
        self._waiting: list[Waiting] = []
        self._numbers: list[Array] = []
        self._last_step: tuple[Tensor, Tensor] | None = None
        self._last_row: Array | None = None
        self._second: Tensor | None = None

    def append(self, point: Point, moves: Tensor, after: Tensor) -> None:
        """Record a point, the lengths of the step from it by tensor, and where it leads.

        What is worked out of these numbers waits for `_bring_over`: here is the training's time.
        """
        index = self.points
        if self._projecting.is_open and self.tensors.size > 1 and self._weights.is_full:
            self._projecting.choose(self._weights.arrays()[1])
        is_held = self._weights.append(index, point.row)
        if index == 1:
            self._second = point.row.clone()
        self._projecting.append(index, point.row)
        self._waiting.append(
            Waiting(
                point.lengths,
                moves,
                point.passes,
                point.given,
                min(point.made, default=0),
                self._alpha(point, after) if self.keeps_gradients else None,
                point.seconds,
                point.scale,
                self._main_rate(point.rates),
            )
        )
        if point.gradient is not None:
            self._keep_gradient(index, point.gradient / point.scale)
        self.points += 1
        if not is_held:
            self.tensors.give_back(point.row)
        self.tensors.give_back(*self._weights.given_up())
        if len(self._waiting) >= CHUNK:
            self._bring_over()

    def _keep_gradient(self, index: int, gradient: Tensor) -> None:
        if index == 0:
            self.first_gradient = gradient.double().cpu().numpy()
        if self.keeps_gradients:
            self._gradients.append(index, gradient)

    def _alpha(self, point: Point, after: Tensor) -> Number | None:
        """Return alpha of the step before this point: by the slopes along it at both its ends."""
        if point.gradient is None:
            return None
        gradient, found = point.gradient / point.scale, None
        if self._last_step is not None:
            step, slope = self._last_step
            found = number_of(-(gradient * step).sum() / slope)
        step = after - point.row
        self._last_step = step, (gradient * step).sum()
        return found

    def _bring_over(self) -> None:
        """Take the numbers that wait off their device, in two readings, and work them out."""
        if self._waiting:
            numbers, layers = worked_out(self._waiting)
            self._layers.extend(sum(map(len, self._numbers)), layers)
            self._numbers.append(numbers)
            self._waiting = []

    def _main_rate(self, rates: tuple[float, ...]) -> float:
        """Return the rate of the group that holds most params, of the groups that there are now."""
        if self._main[0] != len(self.groups):
            held = [sum(one.numel() for one in group["params"]) for group in self.groups]
            self._main = len(held), int(np.argmax(held))
        if len(set(rates)) > 1:
            self.several_rates = rates
        return rates[self._main[1]] if rates else UNKNOWN

    def end(self, point: Point) -> None:
        """Record the last point, from which no step was taken."""
        nothing = self.tensors.moved(point.row, point.row)
        self._last_row = point.row.double().cpu().numpy().copy()
        self.append(point, nothing, point.row)

    def keep_first(self, row: Tensor) -> None:
        """Keep no more than the first point, of a loop that took no step."""
        self.points, self.unused = 1, []
        self._last_row = row.double().cpu().numpy().copy()

    def cut(self) -> None:
        """End a recording that failed at the last point that is whole and kept its weights."""
        kept, rows = self.weights()
        whole = kept < self.points
        self.points = int(kept[whole][-1]) + 1 if whole.any() else 0
        self._last_row = rows[whole][-1] if whole.any() else None

    @property
    def maximizes(self) -> bool:
        """Whether all groups of params go along their gradient."""
        return bool(self.groups) and all(one.get("maximize", False) for one in self.groups)

    @property
    def length_in_words(self) -> str:
        """How many steps there are, or how many backward passes without any."""
        if not self.stepped:
            passes = "one backward pass" if self.passes == 1 else f"{self.passes:,} backward passes"
            return f"{passes} and no step"
        return counted(max(self.points - 1, 0), "step")

    @property
    def stride(self) -> int:
        """Every how many points keep their weights."""
        return self._weights.every

    @property
    def spilled(self) -> int:
        """How many bytes of weights and gradients are in temporary files."""
        return self._weights.spilled + self._gradients.spilled

    @property
    def last_row(self) -> Array:
        """The weights at the end, (size,)."""
        assert self._last_row is not None
        return self._last_row

    def steps(self) -> Steps:
        """Return the numbers of all points."""
        self._bring_over()
        numbers = np.concatenate([np.empty((0, len(Steps._fields))), *self._numbers])[: self.points]
        steps = Steps(*numbers.T)
        return steps._replace(alphas=np.append(steps.alphas[1:], UNKNOWN))

    def weights(self) -> tuple[NDArray[np.intp], Array]:
        """Return which points kept their weights, (kept,), and these, (kept, size).

        The first two always do: what the first step did is told.
        """
        kept, rows = self._whole(self._weights)
        if self._second is None or self.points < 2 or 1 in kept:
            return kept, rows
        second = self._second.double().cpu().numpy()
        return np.insert(kept, 1, 1), np.insert(rows, 1, second, axis=0)

    def gradients(self) -> tuple[NDArray[np.intp], Array]:
        """Return which points kept their gradients, (kept,), and these, (kept, size)."""
        return self._whole(self._gradients)

    def projections(self) -> Projections | None:
        """Return where all points lie on the plane that is drawn; None where none is known."""
        directions = self._projecting.directions
        if directions is None:
            return None
        return Projections(directions, self._whole(self._projecting.rows)[1])

    def _whole(self, rows: Rows) -> tuple[NDArray[np.intp], Array]:
        """Return the rows of points that are whole, in float64."""
        at, kept = rows.arrays()
        whole = at < self.points
        return at[whole], kept[whole].astype(np.float64)

    def layers(self) -> tuple[NDArray[np.intp], Array, Array]:
        """Return the lengths of gradient and step by tensor, (kept, tensors), and of which points.

        The length of a step is measured: what an adaptive rule made of rate and gradient.
        """
        self._bring_over()
        at, rows = self._whole(self._layers)
        lengths, moves = np.split(rows, 2, axis=1)
        return at, lengths, moves
