"""Gains: what a change of the params for ever brings each row, `gain(Z d, y)`, linear in d.

A loss of a margin that never rises along a change of it, however far, says so by its `gain`
(`Loss.gain`). Directions d are in standard units here, (features + 1, margins) as one vector, so
that no feature outweighs another by its unit.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block, Blocks
from steepest.data.moments import Moments
from steepest.data.sparse import dense_rows
from steepest.limits import check_decomposition
from steepest.objective.evaluation import Vector
from steepest.objective.loss.loss import Loss, weighed
from steepest.objective.model.linear import Linear
from steepest.objective.model.model import Array

__all__ = ["Gains", "Indices", "Mask", "evenly"]

Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]


class Gains:
    """The gains of the rows of a linear model under a loss that has some, each (rows, gains).

    Rows that weigh 0 are not `counted`; those that are `pinned` must not be moved at all.
    """

    def __init__(self, blocks: Blocks, loss: Loss, model: Linear, units: Moments) -> None:
        self.blocks, self.loss, self.model, self.units = blocks, loss, model, units
        self.size = model.layout.size

    @cached_property
    def counted(self) -> Mask:
        """Which rows count, (rows,)."""
        weight, count = self.blocks.sample_weight, len(self.blocks)
        return np.ones(count, dtype=bool) if weight is None else weight > 0.0

    @cached_property
    def each(self) -> int:
        """How many gains a row has; 0 where the loss does not say what rows gain."""
        k = self.model.margins
        gain = self.loss.gain(np.zeros(1 if k == 1 else (1, k)), self.blocks.y[:1])
        return 0 if gain is None else gain.shape[1]

    @cached_property
    def pinned(self) -> Mask:
        """Which rows must not be moved, (rows,)."""
        return self.loss.pinned(self.blocks.y)

    def params(self, direction: Vector) -> Vector:
        """Return a direction in standard units, (size,), in those of the params."""
        matrix, (mean, deviation) = self._matrix(direction), self.units
        weights = matrix[:-1] / deviation[:, None]
        return np.append(weights, matrix[-1] - mean @ weights)

    def position(self, params: Vector) -> Vector:
        """Return a direction of params, (size,), in standard units."""
        matrix, (mean, deviation) = self._matrix(params), self.units
        return np.append(matrix[:-1] * deviation[:, None], matrix[-1] + mean @ matrix[:-1])

    def along(self, params: Vector) -> tuple[Array, Array]:
        """Return the gains along a direction of params, and the size of what was added up, (rows,).

        A gain is exact to some roundings of that size. Reads X once.
        """
        at, size = self.model.at(params), self.model.at(self._sizes(params))

        def work(block: Block) -> tuple[Array, Array]:
            gain = self.loss.gain(at.output(block.X), block.y)
            assert gain is not None
            added = size.output(abs(block.X))
            return gain, added if added.ndim == 1 else 2.0 * added.max(axis=1)

        parts = self.blocks.map(work)
        gain, added = zip(*parts, strict=True)
        return np.concatenate(gain), np.concatenate(added)

    def matrix(self, chosen: Indices) -> Array:
        """Return the gains of some rows as a matrix, (rows, gains, size): `matrix @ direction`."""
        check_decomposition(len(chosen) * self.model.margins, self.size)
        Z, by_margin = self.rows(chosen), self.by_margin(chosen)
        every: Array = by_margin[:, :, None, :] * Z[:, None, :, None]
        return every.reshape(len(chosen), by_margin.shape[1], self.size)

    def rows(self, chosen: Indices) -> Array:
        """Return some rows in standard units, with a 1 for the bias, (rows, features + 1)."""
        mean, deviation = self.units
        X = (dense_rows(self.blocks.X, chosen) - mean) / deviation
        return np.column_stack([X, np.ones(len(X))])

    def by_margin(self, chosen: Indices) -> Array:
        """Return how much of each margin's change the gains of some rows have, as `matrix` does.

        (rows, gains, margins), each -1, 0 or 1.
        """
        y, each = self.blocks.y[chosen], []
        for one in np.eye(self.model.margins):
            change = np.tile(one, (len(y), 1))
            each.append(self.loss.gain(change[:, 0] if len(one) == 1 else change, y))
        return np.stack(each, axis=2)  # type: ignore[arg-type]

    def slopes(self, params: Vector, chosen: Indices) -> Array:
        """Return how fast the loss of some rows falls by each of their gains, (rows, gains).

        Of the margins' slopes it is the size: by that of another class the loss rises.
        """
        margins = self.model.at(params).output(dense_rows(self.blocks.X, chosen))
        slope = np.abs(self.loss.slope(margins, self.blocks.y[chosen]))
        weight = self.blocks.sample_weight
        slope = weighed(slope, None if weight is None else weight[chosen])
        return slope[:, None] if slope.ndim == 1 else slope

    def pullback(self, gradient: Vector) -> Vector:
        """Return a gradient by the params, (size,), as one by a direction in standard units."""
        matrix, (mean, deviation) = self._matrix(gradient), self.units
        by_weight = (matrix[:-1] - np.outer(mean, matrix[-1])) / deviation[:, None]
        return np.append(by_weight, matrix[-1])

    def with_bias(self, params: Vector) -> Array:
        """Return params, (size,), as a matrix, (features + 1, margins), the biases last."""
        return self._matrix(params)

    def own(self, gain: Array) -> Array:
        """Return the least gain of each row, (rows,), leaving out that of its class over itself."""
        return np.sort(gain, axis=1)[:, int(self.model.margins > 1)]

    def _matrix(self, vector: Vector) -> Array:
        return vector.reshape(-1, self.model.margins)

    def _sizes(self, params: Vector) -> Vector:
        """Return the sizes of params, and in the bias what its sum with the means had, (size,)."""
        large = np.abs(self._matrix(params))
        large[-1] += np.abs(self.units.mean) @ large[:-1]
        return large.ravel()


def evenly(mask: Mask, most: int) -> Indices:
    """Return the places that a mask, (n,), has, at most so many of them, at equal distances.

    >>> evenly(np.array([True, False, True, True, True]), 2)
    array([0, 4])
    """
    where = np.flatnonzero(mask)
    if len(where) <= most:
        return where
    return where[np.linspace(0, len(where) - 1, most).astype(np.intp)]
