"""The scene: a story with what is needed to draw it, the rows and the surface."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.data.prepare import Data
from steepest.data.sparse import dense_rows
from steepest.objective.model.linear import Linear
from steepest.surface.surface import Surface
from steepest.view.story import Story, label, shortened

__all__ = ["MOST_ROWS", "Scene", "some_rows", "thinned"]

Array = NDArray[np.float64]

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

    @classmethod
    def set(cls, story: Story, data: Data, surface: Surface) -> "Scene":
        """Return the scene of a story, on its data and its surface."""
        features = data.features
        room = MOST_NUMBERS // len(features.names)
        shown = some_rows(len(data.y), max(2, min(MOST_ROWS, room)))
        return cls(
            **vars(story),
            X=dense_rows(data.X, shown),
            y=data.y[shown],
            feature_labels=tuple(map(label, features.names, features.units)),
            target_label=label(data.target.name, data.target.unit),
            surface=surface,
        )

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
        X = self.X if X is None else X
        return Linear(X.shape[1], self.loss.margins).at(params).output(X)

    def probabilities_at(self, params: Array, X: Array | None = None) -> Array:
        """Return the probability of each class for the drawn rows, or for X, (rows, k).

        Raises ValueError where the target is a number.
        """
        probabilities = self.loss.probabilities(self.margins(params, X))
        if probabilities is None:
            raise ValueError(f"the loss {self.loss.name} knows no classes")
        return probabilities

    def predictions(self, params: Array, X: Array | None = None) -> Array:
        """Return the numbers predicted for the drawn rows, or for X, (rows,)."""
        return self.loss.prediction(self.margins(params, X))


def some_rows(count: int, most: int = MOST_ROWS) -> NDArray[np.intp]:
    """Return which rows to draw, (drawn,): all, or the same `most` random ones each time."""
    if count <= most:
        return np.arange(count)
    chosen = np.random.default_rng(0).choice(count, most, replace=False)
    return np.sort(chosen)


def thinned(count: int, most: int) -> NDArray[np.intp]:
    """Return at most about `most` of the indices 0 to count - 1: the first ones all, then fewer.

    They are (chosen,). The first half are neighbours, the rest ever further apart, the last one
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
