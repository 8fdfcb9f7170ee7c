"""Products of pairs of columns that are kept: those of a path, whose runs ask for nearly the same.

Of the squared loss each row curves alike, whatever the params are and whatever the penalty. So
what one run has worked out of its working set the next run needs once more, and of columns that are
new only their products with all that are kept are worked out. The columns lie side by side, less
their means and in standard units: a copy of at most `MOST_COLUMNS` of them.
"""

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Blocks
from steepest.data.moments import Moments
from steepest.objective.loss.loss import Loss, weighed
from steepest.objective.model.model import Array

__all__ = ["KeptGram", "has_kept_gram"]

Indices = NDArray[np.intp]

MOST_COLUMNS = 2048
"""Columns that are kept at most; with more the products of those asked for are begun anew."""

LEAST_COLUMNS = 256
"""Columns for which there is room at first; it doubles."""


def has_kept_gram(blocks: Blocks, loss: Loss) -> bool:
    """Return whether it is worth it: few rows of very many features, all of which curve alike."""
    return blocks.is_wide and loss.is_quadratic and loss.margins == 1


class KeptGram:
    """`Z'Z` of columns Z of the standardised features, each row by the root of its curvature."""

    def __init__(self, blocks: Blocks, loss: Loss, units: Moments) -> None:
        self.blocks, self.units = blocks, units
        curvature = loss.curvature(np.zeros(len(blocks)), blocks.y)
        self.root = np.sqrt(weighed(curvature, blocks.sample_weight) / blocks.total)
        self._clear(LEAST_COLUMNS)

    def _clear(self, room: int) -> None:
        self.count = 0
        self.place = np.full(self.blocks.features, -1, dtype=np.intp)
        self.columns = np.empty((room, len(self.blocks)))
        self.products = np.empty((room, room))
        self.with_bias = np.empty(MOST_COLUMNS)

    def block(self, chosen: Indices) -> Array:
        """Return the products of the `chosen` features and, as last one, of the bias.

        They are (chosen + 1, chosen + 1); `chosen`, (chosen,), are at most `MOST_COLUMNS`, none
        twice.
        """
        new = chosen[self.place[chosen] < 0]
        if self.count + len(new) > MOST_COLUMNS:
            self._clear(self.columns.shape[0])
            new = chosen
        if len(new):
            self._add(new)
        places, size = self.place[chosen], len(chosen)
        found = np.empty((size + 1, size + 1))
        found[:size, :size] = self.products.take(places, axis=0).take(places, axis=1)
        found[size, :size] = found[:size, size] = self.with_bias[places]
        found[size, size] = self.root @ self.root
        return found

    def _add(self, new: Indices) -> None:
        """Copy columns, and work out their products with all that are kept and one another."""
        first, count = self.count, self.count + len(new)
        self._make_room(count)
        mean, deviation = self.units
        Z = self.blocks.X.take(new, axis=1) - mean[new]
        Z /= deviation[new]
        Z *= self.root[:, None]
        self.columns[first:count] = Z.T
        between = self.columns[first:count] @ self.columns[:count].T
        self.products[first:count, :count] = between
        self.products[:count, first:count] = between.T
        self.with_bias[first:count] = self.columns[first:count] @ self.root
        self.place[new] = np.arange(first, count)
        self.count = count

    def _make_room(self, count: int) -> None:
        """Double the room until so many columns fit."""
        room = len(self.columns)
        while room < count:
            room *= 2
        if room > len(self.columns):
            columns, products = self.columns, self.products
            self.columns, self.products = np.empty((room, len(self.blocks))), np.empty((room, room))
            self.columns[: self.count] = columns[: self.count]
            self.products[: self.count, : self.count] = products[: self.count, : self.count]
