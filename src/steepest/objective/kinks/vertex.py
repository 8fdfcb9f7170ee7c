"""A vertex: as many rows at their kinks as directions move rows, and the edges from there.

The slopes of these rows with which the gradient is 0 are the only ones. If each is between those on
both sides of its kink no loss is lower. Else one of them leaves its kink, and the others stay:
along that edge the loss falls, until enough other rows have come to theirs (Barrodale & Roberts
1973, "An improved algorithm for discrete l1 linear approximation", SIAM J. Numer. Anal. 10(5);
Koenker & d'Orey 1987, "Computing regression quantiles", Appl. Statist. 36(3)).
"""

from functools import cached_property

import numpy as np

from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.kinks.smoothed import Indices, Smoothed
from steepest.objective.kinks.smoothed_newton import FEASIBLE, DualPoint, SmoothedNewton, bound_by
from steepest.objective.loss.loss import weighed
from steepest.objective.model.model import Array

__all__ = ["Vertex", "vertex_near"]

MOVED = 1e-9
"""The share of the largest move that is none: one by rounding would leave no vertex."""

INDEPENDENT = 0.01
"""The share of a row's length that those chosen before it must leave of it, to be chosen too."""


class Vertex:
    """A vertex of the loss: `rows`, (rank,) by index, are at their kinks, or will be."""

    def __init__(self, smoothed: Smoothed, at: Evaluation, rows: Indices) -> None:
        self.smoothed, self.at, self.rows = smoothed, at, rows
        self.residual = smoothed.residual(at)
        self._X = smoothed.whitened(rows)
        self.edges: Array = np.linalg.inv(self._X).astype(np.float64, copy=False)
        """Whitened steps, each a column, that move one of the rows by 1 and no other."""

    @property
    def params(self) -> Vector:
        """The params, (params,), at which the rows are at their kinks."""
        return self.at.params - self._change(self.edges @ self.residual[self.rows])

    def _change(self, step: Vector) -> Vector:
        return self.smoothed.standard.params(self.smoothed.root @ step)

    @cached_property
    def _weight(self) -> Array | float:
        """The share of each row in the loss."""
        blocks = self.smoothed.objective.blocks
        weight = blocks.sample_weight
        return (1.0 if weight is None else weight[self.rows]) / blocks.total

    @cached_property
    def slopes(self) -> Array:
        """The slopes of the rows with which the gradient is 0, (params,); NaN where none are."""
        smoothed, objective = self.smoothed, self.smoothed.objective
        gradient = smoothed.root.T @ smoothed.standard.pullback(self.at.smooth_gradient)
        change = -(self.edges.T @ gradient) / self._weight
        left = np.abs(self._X.T @ (self._weight * change) + gradient).max()
        if not left <= FEASIBLE * np.abs(gradient).max():
            return np.full(len(change), np.nan)
        own = objective.loss.slope(self.at.cache[self.rows], objective.blocks.y[self.rows])
        return np.asarray(own + change)

    @cached_property
    def _beyond(self) -> Array:
        """How far each slope is beyond those of its row's sides, (params,)."""
        return np.maximum(self.slopes - self.smoothed.high, self.smoothed.low - self.slopes)

    @property
    def _slack(self) -> float:
        return FEASIBLE * (self.smoothed.high - self.smoothed.low)

    @property
    def is_lowest(self) -> bool:
        """Whether no loss is lower, as the slopes prove."""
        return bool(self._beyond.max() <= self._slack)

    @cached_property
    def dual_point(self) -> DualPoint:
        """The dual feasible point that all slopes are, where this is the lowest."""
        smoothed, blocks, at = self.smoothed, self.smoothed.objective.blocks, self.at
        low, high, off = smoothed.low, smoothed.high, 2.0 * self._slack
        slopes = smoothed.objective.loss.slope(at.cache, blocks.y)
        slopes[self.rows] = np.clip(self.slopes, low, high)
        inside = (slopes > low + off) & (slopes < high - off)
        inside = inside if blocks.sample_weight is None else inside & (blocks.sample_weight > 0.0)
        none = np.zeros(len(at.params))
        is_point = bool(inside[self.rows].all())
        return DualPoint(inside.nonzero()[0], np.empty(0, dtype=np.intp), slopes, none, is_point)

    @property
    def bound(self) -> float:
        """The lower bound on the loss that they prove: the loss here, but for rounding."""
        return bound_by(self.smoothed, self.at, self.dual_point.slopes)

    @property
    def lower(self) -> tuple[Vector, Indices]:
        """The change of the params that leads to the lowest point of the steepest edge.

        And the rows that are at their kinks there. Edges are compared by their lengths in whitened
        units (Goldfarb & Reid 1977, "A practicable steepest-edge simplex algorithm", Math.
        Program. 12).
        """
        falls = self._beyond * self._weight
        leaves = int((falls / np.sqrt((self.edges**2).sum(axis=0))).argmax())
        edge = self.edges[:, leaves] if self.slopes[leaves] > 0.0 else -self.edges[:, leaves]
        change = self._change(edge)
        share, enters = self._median(self.smoothed.objective.margins(change), falls[leaves])
        rows = self.rows.copy()
        rows[leaves] = enters
        return share * change, rows

    def _median(self, moves: Array, fall: float) -> tuple[float, int]:
        """Return how far the loss falls along an edge, and the row at its kink there.

        The rows are met one after the other, and each makes the slope larger: it is a weighted
        median.
        """
        blocks = self.smoothed.objective.blocks
        sizes = np.abs(moves)
        sizes[self.rows] = 0.0
        met = ((self.residual * moves < 0.0) & (sizes > MOVED * sizes.max())).nonzero()[0]
        if not len(met):
            return 0.0, int(self.rows[0])
        shares = np.abs(self.residual[met]) / sizes[met]
        steeper = weighed(sizes, blocks.sample_weight)[met] / blocks.total
        order = shares.argsort(kind="stable")
        steeper = steeper[order].cumsum() * (self.smoothed.high - self.smoothed.low)
        last = order[min(int(steeper.searchsorted(fall)), len(order) - 1)]
        return float(shares[last]), int(met[last])


def vertex_near(newton: SmoothedNewton, among: int) -> Vertex | None:
    """Return a vertex of the rows nearest to their kinks, `among` so many; None without one."""
    smoothed = newton.smoothed
    nearest = newton.distances.argsort(kind="stable")[:among]
    chosen = _independent(smoothed.near_kinks(nearest, newton.residual).blocks.X)
    return None if chosen is None else Vertex(smoothed, newton.at, nearest[chosen])


def _independent(rows: Array) -> list[int] | None:
    """Return the first rows that are independent, as many as there are columns; None if too few.

    By Gram-Schmidt's method: each that is chosen is taken out of all others.
    """
    least = INDEPENDENT**2 * np.einsum("ij,ij->i", rows, rows)
    chosen: list[int] = []
    for _ in range(rows.shape[1]):
        squares = np.einsum("ij,ij->i", rows, rows)
        squares[chosen] = 0.0
        first = int((squares > least).argmax())
        if not squares[first] > least[first]:
            return None
        unit = rows[first] / np.sqrt(squares[first])
        rows = rows - np.outer(rows @ unit, unit)
        chosen.append(first)
    return chosen
