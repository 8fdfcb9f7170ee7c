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

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from steepest.descent.evaluator import SearchState
from steepest.descent.steps.fewer_rows_path import FewerRowsPath
from steepest.descent.steps.smoothing_path import (
    MOST_TRIES,
    NarrowingPath,
    SmoothingPath,
    gap_left,
    is_proved,
)
from steepest.descent.steps.step_size import StepLength, StepSize
from steepest.objective.evaluation import Evaluation
from steepest.objective.kinks.face import OptimalFace
from steepest.objective.kinks.smoothed import Smoothed
from steepest.objective.model.model import Array

__all__ = ["FiniteSmoothing"]


@dataclass(frozen=True)
class FiniteSmoothing(StepSize):
    """The first point lower than this one on the path by the smoothed losses and by vertices.

    The path begins at a point that the rows alone tell, wherever the walk itself did, and where the
    bottom is flat it ends in its middle, by a last step of the same loss if need be: the seed does
    not choose. Rate 0 is what is left when nothing lower is found: the gap to the bound then says
    how much lower anything can be.

    Promised for a convex loss of straight pieces: the loss never rises, and after finitely many
    steps it is the lowest there is, but for rounding (Madsen & Nielsen 1993). Huber's loss is such
    a one with its kinks smoothed, and the path ends at its own width. With L2 the gap falls like
    the width, to a tenth each time. Fails: of thousands of features, whose products of pairs cost
    more than the steps save.
    """

    smoothed: Smoothed
    sample: Smoothed | None = None
    """The same of a sample of the rows, where they are so many that one tells the first step."""
    never_rises: ClassVar[bool] = True
    proves_gap: ClassVar[bool] = True

    def __call__(self, state: SearchState) -> StepLength:
        """Return the step, with the params to which it leads and the gap that is left before it."""
        kept = state.last_step.memory if state.last_step is not None else None
        path: SmoothingPath = NarrowingPath(self.smoothed, state.evaluate)
        if self.sample is not None:
            path = FewerRowsPath(self.smoothed, state.evaluate, self.sample)
        if kept is not None:
            path.go_on(*kept)
        there = _lower(path, state.evaluation, begins=kept is None)
        rate, params = (0.0, None) if there is None else (1.0, there.params)
        gap = gap_left(path, state.evaluation)
        return StepLength(
            rate, memory=path.memory, params=params, rows_read=path.rows_read, gap=gap
        )

    def flat_bottom(self, memory: Any) -> Array:
        """Return what the path has found of it, (n, 4), see `StepSize.flat_bottom`."""
        return np.empty((0, 4)) if memory is None or memory[2] is None else memory[2]


def _lower(path: SmoothingPath, at: Evaluation, begins: bool) -> Evaluation | None:
    """Return the first point of the path that is lower than `at`; None if there is none.

    One that is as low will do where the path begins, or where it is the middle of a flat bottom.
    """
    point: Evaluation | None = at
    if begins and not is_proved(path, at):
        point = path.begin()
        if point.loss <= at.loss:
            return point
    for _ in range(MOST_TRIES):
        if point is None or is_proved(path, at):
            break
        point = path.following(point)
        if point is not None and point.loss < at.loss:
            return _middle(path, point)
    if path.dual_point is None or not is_proved(path, at):
        return None
    middle = _middle(path, at)
    return None if middle is at else middle


def _middle(path: SmoothingPath, at: Evaluation) -> Evaluation:
    """Return the middle of a bottom that is flat, and the point itself where it is not.

    Nor where rounding hides which rows are at their kinks: then it seems to have no end.
    """
    if path.dual_point is None or path.dual_point.is_point or not is_proved(path, at):
        return at
    face = OptimalFace(path.smoothed, at, path.dual_point)
    if not face:
        return at
    middle = path.evaluate(face.middle())
    flat = np.reshape(face.intervals(), (-1, 4))
    if not (np.isfinite(flat).all() and is_proved(path, middle)):
        return at
    path.flat = flat
    return middle
