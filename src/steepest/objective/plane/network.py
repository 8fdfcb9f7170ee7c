"""The loss of a network on a plane: many points at a time, with as little work as the plane allows.

Any plane: `network_margins`. One hidden ReLU layer: a line at a time by its kinks, `ramps`. Where
the outputs are a sum of a function of a and one of b, as over two weights of different units, two
lines of points stand for the whole grid: `separable`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block, Blocks
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.penalty import Penalty
from steepest.objective.model.model import Layout
from steepest.objective.model.network import Network
from steepest.objective.plane.network_margins import (
    LayerOnPlane,
    Margins,
    layers_on_plane,
    row_tiles,
)
from steepest.objective.plane.plane import Plane
from steepest.objective.plane.ramps import Ramps, are_ramps
from steepest.objective.plane.rows_on_plane import l1_on_plane
from steepest.objective.plane.separable import Parts, separable_parts, tables, totals_of_sums

__all__ = ["NetworkPlaneLoss"]

Array = NDArray[np.float64]


class NetworkRisk(Protocol):
    """What is asked of the objective of a network."""

    model: Network
    loss: Loss
    penalty: Penalty
    blocks: Blocks
    layout: Layout


@dataclass(frozen=True, eq=False)
class NetworkPlaneLoss:
    """The loss of a network on a plane, exactly, with its penalty."""

    objective: NetworkRisk
    plane: Plane

    @np.errstate(over="ignore", invalid="ignore")
    def at(self, a: Array, b: Array) -> Array:
        """Return the loss at the points `(a[i], b[i])`, (points,)."""
        layers, loss = self._layers(), self.objective.loss

        def work(block: Block, points: slice) -> Array:
            total = np.zeros(points.stop - points.start)
            for some in row_tiles(block, Margins.rows(self.objective.model)):
                for at, margins in self._margins(layers, some).at(a[points], b[points]):
                    total[at] += loss.totals(margins, some.y, some.weight)
            return total

        return self._mean(self.objective.blocks.sum_lines(work, len(a)), a, b)

    @np.errstate(over="ignore", invalid="ignore")
    def grid(self, a: Array, b: Array) -> Array:
        """Return the loss on a grid, (len(b), len(a)): `[i, j]` is that at `(a[j], b[i])`."""
        layers = self._layers()
        parts = separable_parts(layers)
        if parts is not None:
            return self._separable(layers, parts, a, b)

        def work(block: Block, lines: slice) -> Array:
            return self._lines(layers, block, a[lines], b)

        total = self.objective.blocks.sum_lines(work, len(a)).T
        return self._mean(total, a[None, :], b[:, None])

    @property
    def by_lines(self) -> bool:
        """Whether the loss on a line is the same whichever others are asked for with it."""
        return separable_parts(self._layers()) is None

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
        found = self._mean(total, a[None, :], b[:, None])
        rows, columns = np.nonzero(doubtful)
        if len(rows):
            found[rows, columns] = self.at(a[columns], b[rows])
        return found

    def _lines(self, layers: list[LayerOnPlane], block: Block, a: Array, b: Array) -> Array:
        """Return the sum over rows of the loss at (a[j], b[i]), (len(a), len(b))."""
        loss, total = self.objective.loss, np.zeros((len(a), len(b)))
        for some, outputs in self._outputs(layers, block, a, b):
            for j, at, margins in outputs:
                total[j, at] += loss.totals(margins, some.y, some.weight)
        return total

    def _outputs(
        self, layers: list[LayerOnPlane], block: Block, a: Array, b: Array
    ) -> Iterator[tuple[Block, Iterator[tuple[int, slice, Array]]]]:
        """Yield some rows and their outputs on a grid, by the quickest method that is exact."""
        model = self.objective.model
        by_kinks = are_ramps(model, b)
        for some in row_tiles(block, (Ramps if by_kinks else Margins).rows(model)):
            ramps = Ramps(layers, some.X.T, b) if by_kinks else None
            if ramps is not None and ramps.is_small:
                yield some, ramps.on_grid(a)
            else:
                yield some, self._margins(layers, some).on_grid(a, b)

    def _mean(self, total: Array, a: Array, b: Array) -> Array:
        """Return the mean over rows of a sum over them, and the penalty."""
        loss: Array = total / self.objective.blocks.total
        loss = loss + self._l2(a, b)
        if not self.objective.penalty.l1:
            return loss
        return loss + l1_on_plane(self.objective, self.plane, a, b)

    def _layers(self) -> list[LayerOnPlane]:
        return layers_on_plane(self.objective.model, self.plane)

    def _margins(self, layers: list[LayerOnPlane], block: Block) -> Margins:
        return Margins(self.objective.model, layers, block.dense().T)

    def _l2(self, a: Array, b: Array) -> Array:
        """Return L2 at points that broadcast together: a quadratic of a and b."""
        where, l2 = self.objective.model.layout.weights, self.objective.penalty.l2
        if not l2:
            return np.zeros(np.broadcast_shapes(a.shape, b.shape))
        three = np.stack(
            [vector[where] for vector in (self.plane.origin, self.plane.u, self.plane.v)]
        )
        (c, ca, cb), (_, caa, cab), (_, _, cbb) = three @ three.T
        penalty: Array = c + 2 * ca * a + 2 * cb * b + caa * a * a + 2 * cab * a * b + cbb * b * b
        return 0.5 * l2 * penalty
