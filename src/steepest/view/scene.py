"""The scene: a story with what is needed to draw it, the rows and the surface."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from steepest.diagnosis.sharpness_along import SharpnessAlong, sharpness_along
from steepest.objective.problem import Problem
from steepest.surface.surface import Surface
from steepest.view.story import Story, label, shortened

__all__ = ["MOST_POINTS", "MOST_ROWS", "Scene", "drawn_points", "some_rows", "thinned"]

Array = NDArray[np.float64]

MOST_POINTS = 400
"""Points of the path that are drawn: neighbours at its start, ever fewer further on."""

MOST_ROWS = 2000
"""Rows that a picture shows at most: more would be one blot."""

MOST_NUMBERS = 10_000_000
"""Numbers of X in those rows: of very many features fewer rows are drawn."""


@dataclass(frozen=True)
class Scene(Story):
    """What is drawn of a run: `X` and `y` are the rows that are drawn."""

    X: Array
    y: Array
    feature_labels: tuple[str, ...]
    target_label: str
    surface: Surface
    problem: Problem
    """What predicts at any params, where anything does."""

    @classmethod
    def set(cls, story: Story, problem: Problem, surface: Surface) -> "Scene":
        """Return the scene of a story, on the rows of its problem and its surface."""
        room = MOST_NUMBERS // max(1, len(problem.feature_names))
        most = max(2, min(MOST_ROWS, room))
        X, y = problem.rows_at(some_rows(len(problem.row_numbers), most))
        return cls(
            **vars(story),
            X=X,
            y=y,
            feature_labels=tuple(map(label, problem.feature_names, problem.feature_units)),
            target_label=label(problem.target_name, problem.unit),
            surface=surface,
            problem=problem,
        )

    @cached_property
    def sharpness(self) -> SharpnessAlong:
        """The largest curvature along the run; ChoiceError where it is not known."""
        return sharpness_along(self.problem.objective, self.plan, self.trace)

    @property
    def class_labels(self) -> tuple[str, ...]:
        """The names of the classes, cut to what a picture has room for."""
        return tuple(map(shortened, self.classes or ()))

    @property
    def sampled(self) -> str:
        """How many of the rows a picture shows, if not all."""
        return "" if len(self.y) == self.rows else f"{len(self.y):,} of {self.rows:,} rows drawn"

    def margins(self, params: Array, X: Array | None = None) -> Array:
        """Return the margins of the drawn rows, or of X, (rows,) or (rows, k)."""
        return self.problem.margins(params, self.X if X is None else X)

    def predictions(self, params: Array, X: Array | None = None) -> Array:
        """Return the numbers predicted for the drawn rows, or for X, (rows,)."""
        return self.problem.prediction(self.margins(params, X))

    def probabilities_at(self, params: Array, X: Array | None = None) -> Array:
        """Return the probability of each class for the drawn rows, or for X, (rows, k).

        Raises ValueError where the target is a number.
        """
        probabilities = self.problem.probabilities(self.margins(params, X))
        if probabilities is None:
            raise ValueError(f"{self.target_name} is a number, which has no classes")
        return probabilities


def some_rows(count: int, most: int = MOST_ROWS) -> NDArray[np.intp]:
    """Return which rows to draw, (drawn,): all, or the same `most` random ones each time."""
    if count <= most:
        return np.arange(count)
    chosen = np.random.default_rng(0).choice(count, most, replace=False)
    return np.sort(chosen)


def drawn_points(story: Story) -> NDArray[np.intp]:
    """Return which of the kept steps are drawn, (drawn,), the result among them."""
    trace = story.trace
    rows = np.flatnonzero(np.isfinite(trace.shown_losses[trace.kept]))
    best = np.flatnonzero(trace.kept[rows] == story.result.index)
    return rows[np.union1d(thinned(len(rows), MOST_POINTS), best)]


def thinned(count: int, most: int) -> NDArray[np.intp]:
    """Return at most about `most` of the indices 0 to count - 1: the first ones all, then fewer.

    They are (chosen,). The first half are neighbours, the gaps of the rest grow, the last one
    always among them, since a descent does most at its start.

    >>> thinned(5, 100)
    array([0, 1, 2, 3, 4])
    >>> len(thinned(100_000, 200)) <= 200, thinned(100_000, 200)[-1]
    (True, np.int64(99999))
    """
    if count <= most:
        return np.arange(count)
    near = most // 2
    far = np.geomspace(near, count - 1, most - near)
    return np.unique(np.concatenate([np.arange(near), far.round().astype(np.intp)]))
