"""The bottom of a loss with kinks where it is flat: how far params may go with no change.

At the bottom some rows and weights are at their kinks, and stay there; all others stay on their
side of it. Whatever params do so have the lowest loss, and no others have (complementary slackness:
Dantzig 1963, "Linear programming and extensions", chapter 6). So the bottom is flat along the
directions that move nothing that is at its kink, up to where the first of the others comes to its
own.
"""

from functools import cached_property
from math import inf
from typing import NamedTuple

import numpy as np

from steepest.limits import check_decomposition
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.kinks.furthest import furthest
from steepest.objective.kinks.smoothed import Smoothed
from steepest.objective.kinks.smoothed_newton import DualPoint
from steepest.objective.model.model import Array

__all__ = ["Interval", "OptimalFace"]

UNMOVED = 1e-12
"""The square of a length, against the longest, by which rounding alone moves rows at their kinks.

So these distinguish their directions up to a condition of 1e6.
"""

SHORTEST_SQUARE = 1e-8
"""The square of a length in whitened units, in which rows move by 1, that is none."""

MOVED = 1e-9
"""The share of the largest move that is none."""

EXACT_DIRECTIONS = 8
"""Directions up to which the range of each param is worked out, not that of one line alone."""

EXACT_WORK = 1e7
"""Moves times params up to which it is: a few seconds' work at most."""

SWEEPS = 2
"""How often each bound in turn is gone halfway from: once is enough where one direction is flat."""


class Interval(NamedTuple):
    """Where a param, by its index, may be, from `low` to `high`, with no change of the loss.

    `exact` says that it may be nowhere else.
    """

    param: int
    low: float
    high: float
    exact: bool

    def rounded(self, off: float) -> "Interval":
        """Return it with ends of 0 where they are so but for rounding, which is `off`."""
        low, high = (0.0 if abs(end) <= off else end for end in (self.low, self.high))
        return self._replace(low=low, high=high)


class OptimalFace:
    """The minimisers of a piecewise linear loss about `at`, a face of a polyhedron.

    A dual feasible point tells them.
    """

    def __init__(self, smoothed: Smoothed, at: Evaluation, dual_point: DualPoint) -> None:
        self.smoothed, self.at, self.dual_point = smoothed, at, dual_point
        self.params = at.params.copy()

    @cached_property
    def directions(self) -> Array:
        """Steps in standard units along which the loss is flat, (params, k)."""
        smoothed, rows, weights = self.smoothed, self.dual_point.rows, self.dual_point.weights
        root = smoothed.root
        matrix = root[weights].T @ root[weights] + (root.T * smoothed.l2) @ root
        if len(rows):
            matrix += smoothed.gram(smoothed.objective.blocks.take(rows))
        check_decomposition(len(matrix))
        values, vectors = np.linalg.eigh(matrix)
        flat = vectors[:, values <= UNMOVED * values[-1]]
        if not flat.shape[1]:
            return flat
        # A direction in which no row moves at all is no part of it: there weights mean nothing.
        gram = smoothed.gram(smoothed.objective.blocks)
        reach, turned = np.linalg.eigh(flat.T @ gram @ flat)
        found: Array = root @ flat @ turned[:, reach > SHORTEST_SQUARE]
        # What is at its kink stays there, by rounding too: a weight of 0 is exactly 0.
        found[weights] = 0.0
        return found

    @cached_property
    def changes(self) -> Array:
        """The same steps as changes of the params, (params, k)."""
        params = self.smoothed.standard.params
        return np.array([params(step) for step in self.directions.T]).T

    def __bool__(self) -> bool:
        """Return whether the bottom is flat at all."""
        return bool(self.directions.shape[1])

    def intervals(self) -> list[Interval]:
        """Return where each param may be, while others change with it; not those that stay.

        Of many directions it is the straight line along which the param changes the most.
        """
        lines = self._lines()
        many = self._moves.shape[1] > EXACT_DIRECTIONS or self._moves.size * len(lines) > EXACT_WORK
        found = [(self._on_one_line if many else self._range)(*line) for line in lines]
        off = self.smoothed.rounding(self.at) / np.append(self.smoothed.standard.deviation, 1.0)
        return [one.rounded(off[one.param]) for one in found if one.high - one.low > off[one.param]]

    def _range(self, index: int, along: Vector) -> Interval:
        """Return the least and the largest that a param is on the face."""
        kinks = self._side != 0.0
        side, slack = self._side[kinks], self._side[kinks] * self._left[kinks]
        normals = side[:, None] * self._moves[kinks]
        unit, at = float(self.changes[index] @ along), float(self.params[index])
        (below, low), (above, high) = (furthest(normals, slack, end) for end in (-along, along))
        return Interval(index, at - unit * below, at + unit * above, low and high)

    def _on_one_line(self, index: int, along: Vector) -> Interval:
        """Return where a param may be on a straight line."""
        change = float(self.changes[index] @ along)
        ends = [float(self.params[index]) + end * change for end in self._chord(along).ends]
        return Interval(index, min(ends), max(ends), self._moves.shape[1] == 1)

    def middle(self) -> Vector:
        """Return the params, (params,), moved to the middle of the face, between its bounds.

        These are rows and weights that are met: each direction that moves one of them the most
        is gone to its middle, in turn. Of a box, as the medians of groups make one, that is the
        middle itself.
        """
        bounds = self._bounds()
        for _ in range(SWEEPS):
            for met in bounds:
                along = self._moves[met] / np.linalg.norm(self._moves[met])
                middle = 0.5 * sum(self._chord(along).ends)
                self.params += middle * (self.changes @ along)
                self._left += middle * (self._moves @ along)
        return self.params

    def _bounds(self) -> list[int]:
        """Return rows and weights that bound the face, enough to distinguish all its directions.

        Each time along a direction that moves none of those that are known.
        """
        found: list[int] = []
        for _ in range(self.directions.shape[1]):
            _, sizes, turned = np.linalg.svd(self._moves[found])
            if int(np.sum(sizes > MOVED)) == len(turned):
                break
            found += self._chord(turned[-1]).met
        return found

    def _lines(self) -> list[tuple[int, Vector]]:
        """Return each param that may change, and the combination of directions that does it."""
        sizes = np.linalg.norm(self.changes, axis=1)
        own = sizes * np.append(self.smoothed.standard.deviation, 1.0)
        return [
            (int(i), self.changes[i] / sizes[i]) for i in np.flatnonzero(own > MOVED * own.max())
        ]

    @cached_property
    def _moves(self) -> Array:
        """How far each direction moves rows and weights from their kinks, (rows + params, k)."""
        objective, rows = self.smoothed.objective, self.smoothed.objective.count
        params, count = self.directions.shape
        moves = objective.blocks.empty((count, rows + params))
        for move, change, direction in zip(moves, self.changes.T, self.directions.T, strict=True):
            move[:rows], move[rows:] = objective.margins(change), direction
        return moves.T

    @cached_property
    def _left(self) -> Array:
        """How far rows and weights are from their kinks, (rows + params,): from where these end."""
        smoothed, at = self.smoothed, self.at
        rows = smoothed.residual(at) - smoothed.least_width * self.dual_point.slopes
        return np.append(rows, smoothed.standard.position(at.params))

    @cached_property
    def _side(self) -> Array:
        """On which side of its kink each must stay: 1, -1, and 0 where there is no kink to come to.

        Rows of no weight may go anywhere, and what is at its kink already stays there.
        """
        smoothed, dual_point = self.smoothed, self.dual_point
        side = np.sign(dual_point.slopes - 0.5 * (smoothed.low + smoothed.high))
        weight = smoothed.objective.blocks.sample_weight
        side[dual_point.rows] = 0.0
        of_weights = np.sign(dual_point.weight_slopes)
        of_weights[dual_point.weights] = 0.0
        return np.append(side if weight is None else side * (weight > 0.0), of_weights)

    def _chord(self, along: Vector) -> "_Chord":
        """Return from where to where the face goes along a combination of directions.

        Without end, in both directions, where nothing is known that bounds it.
        """
        moves = self._moves @ along
        bound = np.flatnonzero((self._side != 0.0) & (np.abs(moves) > MOVED * np.abs(moves).max()))
        if not len(bound):
            return _Chord((-inf, inf), ())
        ends, ahead = -self._left[bound] / moves[bound], (self._side * moves)[bound] < 0.0
        below, above = np.where(ahead, -np.inf, ends), np.where(ahead, ends, np.inf)
        first, last = int(below.argmax()), int(above.argmin())
        low, high = min(float(below[first]), 0.0), max(float(above[last]), 0.0)
        return _Chord((low, high), (int(bound[first]), int(bound[last])))


class _Chord(NamedTuple):
    """From where to where a line is in the face, and what is at its kink there: two, or nothing."""

    ends: tuple[float, float]
    met: tuple[int, ...]
