"""The story of a path over penalties: all that its words and its figure say, as plain data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["PathStory"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PathStory:
    """Penalties, the largest first, with what the weights and the rows kept back came to."""

    title: str
    how: str
    penalty: str
    """Which penalty it is: l1 or l2."""
    loss_label: str
    """The loss without the penalty."""
    penalties: Array
    """(penalties,), falling."""
    weights: Array
    """The weights of all rows at each, (penalties, weights)."""
    weight_names: Sequence[str]
    losses: Array
    """The loss of all rows at each, without the penalty, (penalties,)."""
    fold_losses: Array
    """The loss of the rows kept back by fold, (folds, penalties); of no rows without folds."""
    ends: Sequence[str]
    """Why each run on all rows ended."""

    @property
    def mean_losses(self) -> Array:
        """The mean over the folds, (penalties,)."""
        return self.fold_losses.mean(axis=0)

    @property
    def errors(self) -> Array:
        """The standard error of that mean, `sd / sqrt(folds)`, (penalties,)."""
        spread: Array = self.fold_losses.std(axis=0, ddof=1)
        return spread / np.sqrt(len(self.fold_losses))

    @property
    def best(self) -> int:
        """The index of the lowest mean loss of rows kept back; of equal ones the first."""
        return int(np.argmin(np.where(np.isfinite(self.mean_losses), self.mean_losses, np.inf)))

    @property
    def within_error(self) -> int:
        """The index of the largest penalty whose mean is within one standard error of the best's.

        The one-standard-error rule (Breiman, Friedman, Olshen & Stone 1984, "Classification and
        Regression Trees", 3.4.3).
        """
        best = self.best
        return int(np.argmax(self.mean_losses <= self.mean_losses[best] + self.errors[best]))

    @property
    def used(self) -> NDArray[np.intp]:
        """How many weights are not 0 at each penalty, (penalties,)."""
        return np.count_nonzero(self.weights, axis=1)
