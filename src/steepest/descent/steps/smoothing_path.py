"""The path to the lowest loss by smoothed losses of ever less width, and along edges at the end.

What a path is, when it has proved that nothing is lower, and the one by Newton's steps on all rows.
"""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.kinks.smoothed import Smoothed
from steepest.objective.kinks.smoothed_newton import DualPoint, SmoothedNewton
from steepest.objective.kinks.vertex import Vertex, vertex_near
from steepest.objective.model.model import Array

__all__ = [
    "GAP_RTOL",
    "MOST_TRIES",
    "Evaluate",
    "NarrowingPath",
    "SmoothingPath",
    "gap_left",
    "is_proved",
]

SHRINK = 0.1
"""What is left of the width once the lowest point of the smoothed loss is found."""

MOST_TRIES = 1000
"""Points that are looked at for one step at most."""

GAP_RTOL = 1e-14
"""The share of the loss that the duality gap has by rounding."""

FLAT_ENOUGH = 0.1
"""The share of the slope at the beginning of a line that may be left at its end."""

CUTS = 60
"""Times that a line is doubled or cut at most."""

FEW = 60
"""Rows near their kinks, besides those of a vertex, from which on edges are quicker.

Of 30, 60 and 100 it is the best or near it on seven shapes from 60 x 5 to 2,000 x 100; of 1,000 x
100 edges gain nothing (80 ms, 72 without).
"""

EARLY_EDGES = 5
"""Times so few rows up to which edges are taken before the smoothed loss has its lowest point.

Of 21 problems from 200 x 5 to 2,000 x 100: 10 of 12 with so few rows took 0.5 to 0.9 of the time,
two 1.15 and 1.3; with more rows most took longer, up to 2.5 times.
"""

Indices = NDArray[np.intp]
NONE: Indices = np.empty(0, dtype=np.intp)
Evaluate = Callable[[Vector], Evaluation]


class SmoothingPath(Protocol):
    """A path to the lowest loss.

    `size` is what it goes on from: a width, or a number of rows. `bound` is the best lower bound on
    the loss so far (no loss of straight pieces is below 0), proved by the dual feasible point
    `dual_point`. `flat` is where params may be at the bottom, if that is flat. `rows_read` is
    how many rows were read besides evaluations.
    """

    size: float
    bound: float
    flat: Array | None
    dual_point: DualPoint | None
    rows_read: int
    smoothed: Smoothed
    evaluate: Evaluate

    def begin(self) -> Evaluation:
        """Return a point that does not depend on where the descent is."""

    @property
    def memory(self) -> Any:
        """What the path has to know to go on, as plain numbers and arrays."""

    def go_on(self, *memory: Any) -> None:
        """Go on where the path was, by its memory."""

    def following(self, at: Evaluation) -> Evaluation | None:
        """Return the next point of the path, which may be higher; None where it is over."""


def is_proved(path: SmoothingPath, at: Evaluation, enough: float = GAP_RTOL) -> bool:
    """Return whether no loss is lower by more than this share of it: but for rounding."""
    return at.loss - path.bound <= enough * abs(at.loss) + _rounding(path, at)


def gap_left(path: SmoothingPath, at: Evaluation) -> float:
    """Return by how much a loss can be lower at most; rounding of the margins is in it.

    The loss and the bound are both of margins that are off, as those of a large target are.
    """
    return max(at.loss - path.bound, 0.0) + 2.0 * _rounding(path, at)


def _rounding(path: SmoothingPath, at: Evaluation) -> float:
    """Return how far the loss may be off: as far as residuals, times the steepest slope."""
    return max(path.smoothed.high, -path.smoothed.low) * path.smoothed.rounding(at)


class NarrowingPath:
    """The path of ever less width, by Newton's steps of the loss that is smoothed within it."""

    def __init__(self, smoothed: Smoothed, evaluate: Evaluate) -> None:
        self.smoothed, self.evaluate = smoothed, evaluate
        self.size = self.bound = 0.0
        self.flat: Array | None = None
        self.dual_point: DualPoint | None = None
        self.rows_read = 0
        self.at_kinks = NONE
        """The rows of the vertex where the path is, (params,) by index; none before that."""
        self.has_edges = not smoothed.objective.penalty and not smoothed.least_width
        """Whether edges may lead lower: not once one of them did not."""

    @property
    def memory(self) -> tuple[float, float, Array | None, Indices, bool]:
        """Width, bound and flat bottom, (n, 4); the vertex, (params,); whether edges lead on."""
        return self.size, self.bound, self.flat, self.at_kinks, self.has_edges

    def go_on(
        self,
        size: float,
        bound: float,
        flat: Array | None,
        at_kinks: Indices = NONE,
        has_edges: bool = False,
    ) -> None:
        """Go on where the path was, `flat` (n, 4); a file from before edges were taken has none."""
        self.size, self.bound, self.flat = size, bound, flat
        self.at_kinks, self.has_edges = at_kinks, has_edges

    def begin(self) -> Evaluation:
        """Return least squares, and take a width for it."""
        at = self.evaluate(self.smoothed.begin())
        self.rows_read += self.smoothed.objective.count
        self.size = self.smoothed.first_width(at)
        return at

    def following(self, at: Evaluation) -> Evaluation | None:
        """Return where Newton's step leads, and from the lowest point to where kinks are met.

        Once few rows are near theirs it goes to a vertex, and from there along its edges.
        """
        if self.has_edges and len(self.at_kinks):
            return self._by_edge(at)
        if self.smoothed.is_rounding(at, self.size):
            return None
        newton = SmoothedNewton(self.smoothed, at, self.size)
        self.rows_read += len(newton.near)
        if newton.is_feasible and not self._is_poor(at, newton.bound):
            return self._from_lowest(newton)
        if self.has_edges and self._is_near_vertex(newton):
            return self._to_vertex(newton)
        return self._along(at, newton.change)

    def _is_near_vertex(self, newton: SmoothedNewton) -> bool:
        """Return whether edges are quicker though the smoothed loss is not at its lowest."""
        rows, few = len(newton.residual), self._few
        return rows <= few or (rows <= EARLY_EDGES * few and len(newton.near) <= few)

    def _from_lowest(self, newton: SmoothedNewton) -> Evaluation | None:
        """Return where the path goes on from the lowest point of the smoothed loss."""
        self._prove(newton)
        if self.has_edges and len(newton.near) <= self._few:
            return self._to_vertex(newton)
        self._narrow()
        return self.evaluate(newton.vertex)

    def _prove(self, by: SmoothedNewton | Vertex) -> None:
        """Keep a lower bound that is above the one that is known."""
        if by.bound > self.bound:
            self.bound, self.dual_point = by.bound, by.dual_point

    @property
    def _few(self) -> int:
        return self.smoothed.rank + FEW

    def _to_vertex(self, newton: SmoothedNewton) -> Evaluation | None:
        """Return a vertex of the rows near their kinks; Newton's path goes on if there is none."""
        vertex = vertex_near(newton, self._few)
        if vertex is None:
            self.has_edges = False
            return self.following(newton.at)
        self.at_kinks = vertex.rows
        return self.evaluate(vertex.params)

    def _by_edge(self, at: Evaluation) -> Evaluation | None:
        """Return where an edge of the vertex leads; Newton's path goes on if that is not lower."""
        vertex = Vertex(self.smoothed, at, self.at_kinks)
        if vertex.is_lowest:
            self._prove(vertex)
            self.has_edges = False
            return None if is_proved(self, at) else self.following(at)
        change, rows = vertex.lower
        there = self.evaluate(at.params + change)
        self.rows_read += self.smoothed.objective.count
        self.has_edges = there.loss < at.loss
        self.at_kinks = rows
        return there if self.has_edges else self.following(at)

    def _is_poor(self, at: Evaluation, bound: float) -> bool:
        """Return whether a bound says that Newton's step leads far past kinks that it did not see.

        So it may with L2, which curves beyond them: then the gap is more than rounding a kink takes
        off the loss, twice as much as it is at the lowest point. At the least width it says so by
        being no better.
        """
        if self._is_narrowest:
            return bound <= self.bound
        smoothed_off = self.smoothed.most_smoothed_off(self.size) + GAP_RTOL * at.loss
        return bool(self.smoothed.l2.any()) and at.loss - bound > 2.0 * smoothed_off

    @property
    def _is_narrowest(self) -> bool:
        return self.size <= self.smoothed.least_width

    def _narrow(self) -> None:
        self.size = max(SHRINK * self.size, self.smoothed.least_width)

    def _along(self, at: Evaluation, change: Vector) -> Evaluation | None:
        """Return where the smoothed loss is lowest on the line that a change begins, or beyond."""
        share = _zero(self.smoothed.slope_along(at, change, self.size))
        self.rows_read += self.smoothed.objective.count
        there = self.evaluate(at.params + share * change) if share else at
        if self._is_narrowest:
            return there if there.loss < at.loss else None
        if not share:
            self._narrow()
            return at
        return there


def _zero(slope: Callable[[float], float]) -> float:
    """Return where a slope that never falls is about 0; 1 if it is there, 0 if it is nowhere.

    By the secant through both ends, and by halves in turn (Brent 1973 has more).
    """
    low, at_low, high, at_high = 0.0, slope(0.0), 1.0, slope(1.0)
    enough = FLAT_ENOUGH * abs(at_low)
    if at_low >= 0.0:
        return 0.0
    for _ in range(CUTS):
        if at_high >= -enough:
            break
        low, at_low, high = high, at_high, 2.0 * high
        at_high = slope(high)
    middle, at_middle = high, at_high
    for cut in range(CUTS):
        if abs(at_middle) <= enough:
            break
        by_secant = low - at_low * (high - low) / (at_high - at_low)
        middle = by_secant if cut % 3 < 2 else 0.5 * (low + high)
        at_middle = slope(middle)
        if at_middle < 0.0:
            low, at_low = middle, at_middle
        else:
            high, at_high = middle, at_middle
    return middle
