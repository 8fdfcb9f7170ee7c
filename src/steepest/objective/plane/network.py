"""The loss of a network on a plane: many points at a time, with as little work as the plane allows.

Any plane: `network_margins`. Where the outputs are a sum of a function of a and one of b, as over
two weights of different units, two lines of points stand for the whole grid: `separable`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block, Blocks
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.penalty import Penalty
from steepest.objective.model.network import Network
from steepest.objective.plane.network_margins import LayerOnPlane, Margins, layers_on_plane
from steepest.objective.plane.plane import Plane
from steepest.objective.plane.separable import Parts, separable_parts, tables, totals_of_sums

__all__ = ["NetworkPlaneLoss"]

Array = NDArray[np.float64]


class NetworkRisk(Protocol):
    """What is asked of the objective of a network."""

    model: Network
    loss: Loss
    penalty: Penalty
    blocks: Blocks


@dataclass(frozen=True, eq=False)
class NetworkPlaneLoss:
    """The loss of a network on a plane, exactly, with its penalty."""

    objective: NetworkRisk
    plane: Plane

    @np.errstate(over="ignore", invalid="ignore")
    def at(self, a: Array, b: Array) -> Array:
        """Return the loss at the points `(a[i], b[i])`, (points,)."""
        layers, loss = self._layers(), self.objective.loss

        def work(block: Block) -> tuple[Array]:
            total = np.empty(len(a))
            for at, margins in self._margins(layers, block).at(a, b):
                total[at] = loss.totals(margins, block.y, block.weight)
            return (total,)

        return self._mean(work, a, b)

    @np.errstate(over="ignore", invalid="ignore")
    def grid(self, a: Array, b: Array) -> Array:
        """Return the loss on a grid, (len(b), len(a)): `[i, j]` is that at `(a[j], b[i])`."""
        layers, loss = self._layers(), self.objective.loss
        parts = separable_parts(layers)
        if parts is not None:
            return self._separable(layers, parts, a, b)

        def work(block: Block) -> tuple[Array]:
            total = np.empty((len(b), len(a)))
            for j, at, margins in self._margins(layers, block).on_grid(a, b):
                total[at, j] = loss.totals(margins, block.y, block.weight)
            return (total,)

        return self._mean(work, a[None, :], b[:, None])

    def bowl(self) -> None:
        """Return None: a network's minimum on a plane is not known."""

    def _separable(self, layers: list[LayerOnPlane], parts: Parts, a: Array, b: Array) -> Array:
        """Return the loss on a grid whose outputs are sums of two tables.

        Cells in which that cancels, or of next to no loss, are worked out by themselves.
        """
        model, loss = self.objective.model, self.objective.loss

        def work(block: Block) -> tuple[Array, Array]:
            along_a, along_b = tables(model, layers, parts, block.dense().T, a, b)
            return totals_of_sums(loss, along_a, along_b, block)

        total, doubtful = self.objective.blocks.sum(work)
        found = total / self.objective.blocks.total
        found += self._l2(a[None, :], b[:, None])
        rows, columns = np.nonzero(doubtful)
        if len(rows):
            found[rows, columns] = self.at(a[columns], b[rows])
        return found

    def _mean(self, work: Callable[[Block], tuple[Array]], a: Array, b: Array) -> Array:
        """Return the mean over rows of what `work` sums up, and the penalty."""
        (total,) = self.objective.blocks.sum(work)
        loss: Array = total / self.objective.blocks.total
        return loss + self._l2(a, b)

    def _layers(self) -> list[LayerOnPlane]:
        return layers_on_plane(self.objective.model, self.plane)

    def _margins(self, layers: list[LayerOnPlane], block: Block) -> Margins:
        return Margins(self.objective.model, layers, block.dense().T)

    def _l2(self, a: Array, b: Array) -> Array:
        """Return the penalty at points that broadcast together: a quadratic of a and b."""
        where, l2 = self.objective.model.layout.weights, self.objective.penalty.l2
        if not l2:
            return np.zeros(np.broadcast_shapes(a.shape, b.shape))
        three = np.stack(
            [vector[where] for vector in (self.plane.origin, self.plane.u, self.plane.v)]
        )
        (c, ca, cb), (_, caa, cab), (_, _, cbb) = three @ three.T
        penalty: Array = c + 2 * ca * a + 2 * cb * b + caa * a * a + 2 * cab * a * b + cbb * b * b
        return 0.5 * l2 * penalty
