"""Rows as scikit-learn hands them over, and as a descent takes them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steepest.data.arrays import as_matrix
from steepest.data.features import Features, named_features, plain_features
from steepest.data.gaps import holes_in_words
from steepest.data.prepared import Data
from steepest.data.sparse import Matrix
from steepest.data.target import Target
from steepest.data.weights import WEIGHTS, array_weights, check_weights, weight_holes
from steepest.errors import DataError

__all__ = ["Labels", "SklearnRows"]

Labels = NDArray[np.generic]
"""Numbers or labels, (rows,)."""

NAME = "arrays"
TARGET = "y"


@dataclass(frozen=True)
class SklearnRows:
    """X, (rows, features), y, (rows,), and the sample weights, (rows,), or None for all alike."""

    X: Matrix
    y: Labels
    weights: NDArray[np.float64] | None

    @classmethod
    def of(cls, X: Matrix, y: Labels, sample_weight: ArrayLike | None) -> "SklearnRows":
        """Return X and y, which are checked already, with the weights, which are checked here.

        Raises DataError for weights of another shape, below 0, not finite, or 0 in every row.
        """
        weights = array_weights(sample_weight, len(y))
        if holes := weight_holes(weights, WEIGHTS):
            raise DataError(f"{holes_in_words(holes, _row)}; give every row a number from 0 up")
        if weights is not None:
            check_weights(weights, _row, NAME)
        return cls(as_matrix(X), y, weights)

    def counting(self) -> "SklearnRows":
        """Return the rows that weigh more than 0: the others are as if they were not there."""
        if self.weights is None or self.weights.all():
            return self
        at = np.flatnonzero(self.weights)
        return SklearnRows(self.X[at], self.y[at], self.weights[at])

    def data(self, names: Sequence[str] | None, classes: Labels | None = None) -> Data:
        """Return the rows as a descent takes them; `names` are those of the features, if known.

        With `classes`, (k,), sorted, y becomes their codes. Raises DataError for a label that is
        none of them.
        """
        if classes is None:
            target, y = Target(TARGET), self.y.astype(np.float64)
        else:
            target, y = Target(TARGET, tuple(classes.tolist())), _codes(self.y, classes)
        features = _features(names, self.X.shape[1])
        return Data(self.X, y, features, target, NAME, 0, self.weights)


def _codes(labels: Labels, classes: Labels) -> NDArray[np.float64]:
    """Return which of the classes each label is, (rows,)."""
    codes = np.minimum(np.searchsorted(classes, labels), len(classes) - 1)
    wrong = np.flatnonzero(classes[codes] != labels)
    if wrong.size:
        raise DataError(
            f"y has the class {labels[wrong[0]]!s} in {_row(int(wrong[0]))}; known are: "
            f"{', '.join(map(str, classes))}. Name all classes in the first call of partial_fit"
        )
    return codes.astype(np.float64)


def _features(names: Sequence[str] | None, count: int) -> Features:
    """Return the features by their names, unless these would not tell them from each other."""
    if names is None or len(set(names)) < count or "bias" in names:
        return plain_features(count)
    return named_features([str(name) for name in names])


def _row(index: int) -> str:
    """Return the place of row `index` (from 0), counted from 1."""
    return f"row {index + 1}"
