"""Newton's steps on a loss whose kinks are smoothed, ever less: finite smoothing.

Each step is one of the smoothed loss, or to where the rows near their kinks would be at them; it is
taken if the loss itself falls. Once no row changes its side any more the second is the lowest
point, and the slopes of the smoothed loss prove it. See `objective.kinks.smoothed` for the sources.

Without a penalty, and once few rows are near their kinks, each step goes along an edge of the loss
instead, from one vertex to the next (`objective.kinks.vertex`): about as many steps, each of a
fraction of the work. Where ties make an edge lead nowhere Newton's steps go on from there.

Of many rows a sample tells the first step, and then those near their kinks, with all others as the
two that they sum up to (`objective.kinks.fewer_rows`): each time until these have their lowest
point. It is a step if the loss of all rows is lower there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from steepest.descent.evaluator import SearchState
from steepest.descent.steps.step_size import StepLength, StepSize
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.kinks.face import OptimalFace
from steepest.objective.kinks.fewer_rows import near_kinks
from steepest.objective.kinks.smoothed import Smoothed
from steepest.objective.kinks.smoothed_newton import DualPoint, SmoothedNewton
from steepest.objective.kinks.vertex import Vertex, vertex_near
from steepest.objective.model.model import Array

__all__ = ["FiniteSmoothing"]

SHRINK = 0.1
"""What is left of the width once the lowest point of the smoothed loss is found."""

MOST_TRIES = 1000
"""Points that are looked at for one step at most."""

EXACT = 1e-14
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

MORE = 2
"""How many times as many rows are looked at where those near their kinks were not enough."""

BY_CHANCE = 0.1
"""The gap in a sample, against what chance makes of its lowest point: features over rows."""

Indices = NDArray[np.intp]
NONE: Indices = np.empty(0, dtype=np.intp)
Evaluate = Callable[[Vector], Evaluation]


@dataclass(frozen=True)
class FiniteSmoothing(StepSize):
    """The first point lower than this one on the way by the smoothed losses and by vertices.

    The way begins at a point that the rows alone tell, wherever the walk itself did, and where the
    bottom is flat it ends in its middle, by a last step of the same loss if need be: the seed does
    not choose. Rate 0 is what is left when nothing lower is found: the gap to the bound then says
    how much lower anything can be.

    Promised for a convex loss of straight pieces: the loss never rises, and after finitely many
    steps it is the lowest there is, but for rounding (Madsen & Nielsen 1993). Huber's loss is such
    a one with its kinks smoothed, and the way ends at its own width. With L2 the gap falls like the
    width, to a tenth each time. Fails: of thousands of features, whose products of
    pairs cost more than the steps save.
    """

    smoothed: Smoothed
    sample: Smoothed | None = None
    """The same of a sample of the rows, where they are so many that one tells the first step."""
    never_rises: ClassVar[bool] = True

    def __call__(self, state: SearchState) -> StepLength:
        """Return the step, with the params to which it leads and the gap that is left before it."""
        kept = state.last_step.memory if state.last_step is not None else None
        way: _Way = _Narrowing(self.smoothed, state.evaluate)
        if self.sample is not None:
            way = _ByFewerRows(self.smoothed, state.evaluate, self.sample)
        if kept is not None:
            way.go_on(*kept)
        there = _lower(way, state.evaluation, begins=kept is None)
        rate, params = (0.0, None) if there is None else (1.0, there.params)
        gap = max(state.loss - way.bound, 0.0)
        return StepLength(rate, memory=way.memory, params=params, rows=way.rows, gap=gap)

    def flat_bottom(self, memory: Any) -> Array:
        """Return what the way has found of it, (n, 4), see `StepSize.flat_bottom`."""
        return np.empty((0, 4)) if memory is None or memory[2] is None else memory[2]


class _Way(Protocol):
    """A way to the lowest loss.

    `size` is what it goes on from: a width, or a number of rows. `bound` is the best lower bound on
    the loss so far (no loss of straight pieces is below 0), proved by the dual feasible point
    `dual_point`. `flat` is where params may be at the bottom, if that is flat. `rows` is how many
    rows were read besides evaluations.
    """

    size: float
    bound: float
    flat: Array | None
    dual_point: DualPoint | None
    rows: int
    smoothed: Smoothed
    evaluate: Evaluate

    def begin(self) -> Evaluation:
        """Return a point that does not depend on where the descent is."""

    @property
    def memory(self) -> Any:
        """What the way has to know to go on, as plain numbers and arrays."""

    def go_on(self, *memory: Any) -> None:
        """Go on where the way was, by its memory."""

    def following(self, at: Evaluation) -> Evaluation | None:
        """Return the next point of the way, which may be higher; None where it is over."""


def _lower(way: _Way, at: Evaluation, begins: bool) -> Evaluation | None:
    """Return the first point of the way that is lower than `at`; None if there is none.

    One that is as low will do where the way begins, or where it is the middle of a flat bottom.
    """
    point: Evaluation | None = at
    if begins and not _is_proved(way, at):
        point = way.begin()
        if point.loss <= at.loss:
            return point
    for _ in range(MOST_TRIES):
        if point is None or _is_proved(way, at):
            break
        point = way.following(point)
        if point is not None and point.loss < at.loss:
            return _middle(way, point)
    if way.dual_point is None or not _is_proved(way, at):
        return None
    middle = _middle(way, at)
    return None if middle is at else middle


def _is_proved(way: _Way, at: Evaluation, enough: float = EXACT) -> bool:
    """Return whether no loss is lower by more than this share of it: but for rounding."""
    rounding = max(way.smoothed.high, -way.smoothed.low) * way.smoothed.rounding(at)
    return at.loss - way.bound <= enough * abs(at.loss) + rounding


def _middle(way: _Way, at: Evaluation) -> Evaluation:
    """Return the middle of a bottom that is flat, and the point itself where it is not.

    Nor where rounding hides which rows are at their kinks: then it seems to have no end.
    """
    if way.dual_point is None or way.dual_point.is_point or not _is_proved(way, at):
        return at
    face = OptimalFace(way.smoothed, at, way.dual_point)
    if not face:
        return at
    middle = way.evaluate(face.middle())
    flat = np.reshape(face.intervals(), (-1, 4))
    if not (np.isfinite(flat).all() and _is_proved(way, middle)):
        return at
    way.flat = flat
    return middle


class _Narrowing:
    """The way of ever less width, by Newton's steps of the loss that is smoothed within it."""

    def __init__(self, smoothed: Smoothed, evaluate: Evaluate) -> None:
        self.smoothed, self.evaluate = smoothed, evaluate
        self.size = self.bound = 0.0
        self.flat: Array | None = None
        self.dual_point: DualPoint | None = None
        self.rows = 0
        self.at_kinks = NONE
        """The rows of the vertex where the way is, (params,) by index; none before that."""
        self.has_edges = not smoothed.objective.penalty and not smoothed.least_width
        """Whether edges may lead lower: not once one of them did not."""

    @property
    def memory(self) -> tuple[float, float, Array | None, Indices, bool]:
        """Width, bound and flat bottom; the rows of the vertex, and whether edges lead on."""
        return self.size, self.bound, self.flat, self.at_kinks, self.has_edges

    def go_on(
        self,
        size: float,
        bound: float,
        flat: Array | None,
        at_kinks: Indices = NONE,
        has_edges: bool = False,
    ) -> None:
        """Go on where the way was; one of a file from before edges were taken takes none."""
        self.size, self.bound, self.flat = size, bound, flat
        self.at_kinks, self.has_edges = at_kinks, has_edges

    def begin(self) -> Evaluation:
        """Return least squares, and take a width for it."""
        at = self.evaluate(self.smoothed.begin())
        self.rows += self.smoothed.objective.count
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
        self.rows += len(newton.near)
        if newton.is_feasible and not self._is_poor(at, newton.bound):
            return self._from_lowest(newton)
        if self.has_edges and len(newton.residual) <= self._few:
            return self._to_vertex(newton)
        return self._along(at, newton.change)

    def _from_lowest(self, newton: SmoothedNewton) -> Evaluation | None:
        """Return where the way goes on from the lowest point of the smoothed loss."""
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
        return self.smoothed.objective.size + FEW

    def _to_vertex(self, newton: SmoothedNewton) -> Evaluation | None:
        """Return a vertex of the rows near their kinks; Newton's way goes on if there is none."""
        vertex = vertex_near(newton, self._few)
        if vertex is None:
            self.has_edges = False
            return self.following(newton.at)
        self.at_kinks = vertex.rows
        return self.evaluate(vertex.params)

    def _by_edge(self, at: Evaluation) -> Evaluation | None:
        """Return where an edge of the vertex leads; Newton's way goes on if that is not lower."""
        vertex = Vertex(self.smoothed, at, self.at_kinks)
        if vertex.is_lowest:
            self._prove(vertex)
            self.has_edges = False
            return None if _is_proved(self, at) else self.following(at)
        change, rows = vertex.lower
        there = self.evaluate(at.params + change)
        self.rows += self.smoothed.objective.count
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
        smoothed_off = self.smoothed.most_smoothed_off(self.size) + EXACT * at.loss
        return bool(self.smoothed.l2.any()) and at.loss - bound > 2.0 * smoothed_off

    @property
    def _is_narrowest(self) -> bool:
        return self.size <= self.smoothed.least_width

    def _narrow(self) -> None:
        self.size = max(SHRINK * self.size, self.smoothed.least_width)

    def _along(self, at: Evaluation, change: Vector) -> Evaluation | None:
        """Return where the smoothed loss is lowest on the line that a change begins, or beyond."""
        share = _zero(self.smoothed.slope_along(at, change, self.size))
        self.rows += self.smoothed.objective.count
        there = self.evaluate(at.params + share * change) if share else at
        if self._is_narrowest:
            return there if there.loss < at.loss else None
        if not share:
            self._narrow()
            return at
        return there


class _ByFewerRows:
    """The way of many rows: a sample, then those near their kinks, more of them each time."""

    def __init__(self, smoothed: Smoothed, evaluate: Evaluate, sample: Smoothed) -> None:
        self.smoothed, self.evaluate, self.sample = smoothed, evaluate, sample
        self.size = self.bound = 0.0
        self.flat: Array | None = None
        self.dual_point: DualPoint | None = None
        self.rows = 0

    @property
    def memory(self) -> tuple[float, float, Array | None]:
        """How many rows, the bound, and the flat bottom."""
        return self.size, self.bound, self.flat

    def go_on(self, size: float, bound: float, flat: Array | None) -> None:
        """Go on where the way was."""
        self.size, self.bound, self.flat = size, bound, flat

    def begin(self) -> Evaluation:
        """Return the lowest point of a sample."""
        few = self.sample
        self.size = few.objective.count
        way = _Narrowing(few, few.objective.evaluate)
        enough = BY_CHANCE * few.objective.size / few.objective.count
        return self.evaluate(self._lowest(way, way.begin(), enough).params)

    def following(self, at: Evaluation) -> Evaluation | None:
        """Return the lowest point of the rows near their kinks; None once these were all rows."""
        count, most = int(self.size), self.smoothed.objective.count
        if count > most:
            return None
        near = near_kinks(self.smoothed, at, min(count, most))
        objective = near.smoothed.objective
        way = _Narrowing(near.smoothed, objective.evaluate)
        way.size = near.width
        there = self._lowest(way, objective.evaluate(at.params))
        point = self.evaluate(there.params)
        self.size = count if point.loss < at.loss else MORE * count
        if way.dual_point is not None and way.bound > self.bound:
            self.bound, self.dual_point = (
                way.bound,
                _of_all(way.dual_point, near.chosen, at, self.smoothed),
            )
        return point

    def _lowest(self, way: _Narrowing, at: Evaluation, enough: float = EXACT) -> Evaluation:
        """Return the lowest point of some rows, from a point of theirs.

        A gap that is `enough`, as a share of the loss, will do.
        """
        point: Evaluation | None = at
        for _ in range(MOST_TRIES):
            if point is None or _is_proved(way, point, enough):
                break
            at = point if point.loss <= at.loss else at
            point = way.following(point)
            self.rows += way.smoothed.objective.count
        self.rows += way.rows
        return at if point is None else point


def _of_all(
    dual_point: DualPoint, chosen: Indices, at: Evaluation, smoothed: Smoothed
) -> DualPoint:
    """Return that of some rows and two sums as one of all rows: each has its sum's slope."""
    below, above = dual_point.slopes[-2:]
    slopes = np.where(smoothed.residual(at) > 0.0, above, below)
    slopes[chosen] = dual_point.slopes[:-2]
    few = dual_point.rows[dual_point.rows < len(chosen)]
    is_point = dual_point.is_point and len(few) == len(dual_point.rows)
    return dual_point._replace(rows=chosen[few], slopes=slopes, is_point=is_point)


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
