"""Rounding anew: coordinates in which the bowl is round as it curves here, made again on the way.

The bound on the curvature that `scale="round"` uses holds everywhere and is met nowhere: where
the model is sure of a row, the row hardly bends the loss. So from time to time a walk may take
the true curvature at the place where it stands, by class, and go on in coordinates in which
each class's part of the bowl is round. With one margin a steepest descent of rate 1 from there is
Newton's step; what one class does to another, and how the bowl changes on the way, is left to
the plane search.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.descent.coordinates.standard import Standard
from steepest.objective.model.factor import inverse_of_triangles
from steepest.objective.model.hessian import gram, grams, mean_gram, usual_bend
from steepest.objective.protocol import Vector
from steepest.objective.risk import LinearObjective

__all__ = ["SWIFT", "RoundedHere", "Rounding"]

Array = NDArray[np.float64]

BOUND_SHARE = 1e-3
"""The share of the bound that is added: no direction is flat only because all rows are sure."""

FLATTEST = 1e-12
"""The curvature, against 1 along each param, below which a direction is flat but for rounding."""

NOTHING = 1e-8
"""The share of the bound below which the curvature here says nothing of the bowl."""

DEAD = 1e-20
"""The curvature along a param, against the largest, that is rounding."""

SWIFT = 0.1
"""A gradient that shrinks to this share in a step needs no better coordinates."""

GRAM_SPEED = 64
"""Features at which a product of X by itself takes the time of a step with one margin: measured."""

LEAST_STEPS = 3
"""Steps between two roundings: the plane search needs some to gain speed."""

PATIENCE = 2
"""Times that a rounding's cost has to have been walked before the next."""

AFFORDABLE = 25
"""Steps that it may cost to round each margin by itself."""

ENOUGH_ROWS = 500
"""Rows for each feature that tell the curvature: it is then off by a twentieth or so."""

FEW_NUMBERS = 2**18
"""The numbers in X up to which all rows are read: they are in the cache anyway."""

DEAREST = 4
"""Times that a rounding takes as long as a step with one margin, of all rows: measured."""

MOST_MARGINS = 8
"""Margins from which a step too is products of matrices, which are as quick for each number."""


@dataclass(frozen=True)
class RoundedHere:
    """Coordinates in which each margin's own curvature, at one place, is 1 in every direction.

    `forward` leads from a position to params, in the reader's units, and `back` from there: a
    matrix of (features + 1) squared for each margin, or one for all.
    """

    forward: Array
    back: Array
    curvature: float | None = 1.0
    name: str = "round"

    @classmethod
    def of(cls, standard: Standard, bend: Array, l2: float) -> "RoundedHere":
        """Return the coordinates in which `bend`, as of `grams`, plus the penalty is round."""
        own = np.diagonal(bend, axis1=1, axis2=2)
        square = np.append(standard.deviation**2, 1.0)
        alike = own / square
        # A constant feature bends by rounding only; it is left as it is.
        own = np.where(alike > DEAD * alike.max(), own, alike.max() * square)
        own[:, :-1] += l2
        unit = np.sqrt(own)
        ratio = bend / unit[:, :, None] / unit[:, None, :]
        every = np.arange(len(square))
        ratio[:, every, every] = 1.0
        whiten, unwhiten = _roots(ratio)
        return cls._about(standard.mean, whiten / unit[:, :, None], unwhiten * unit[:, None, :])

    @classmethod
    def _about(cls, mean: Vector, whiten: Array, unwhiten: Array) -> "RoundedHere":
        """Return coordinates that are told of features less their mean; the matrices change."""
        whiten[:, -1] -= mean @ whiten[:, :-1]
        unwhiten[:, :, :-1] += unwhiten[:, :, -1:] * mean
        return cls(whiten, unwhiten)

    def params(self, position: Vector) -> Vector:
        """Return the params in the reader's units."""
        return _turn(self.forward, position)

    def position(self, params: Vector) -> Vector:
        """Return the position in the round coordinates."""
        return _turn(self.back, params)

    def pull(self, gradient: Vector) -> Vector:
        """Return the gradient by the round coordinates."""
        return _turn(self.forward.transpose(0, 2, 1), gradient)


def _roots(bend: Array) -> tuple[Array, Array]:
    """Return `(W, U)` with `U' U = bend` and W the inverse of U, for each of the matrices.

    They are triangular, but where a direction is flat but for rounding: the data do not reach
    there, so it is taken to be as curved as any, lest the rounding be taken for a way to go.
    """
    try:
        root = np.linalg.cholesky(bend).astype(np.float64, copy=False)
        if (np.diagonal(root, axis1=1, axis2=2) ** 2).min() > FLATTEST:
            upper = root.transpose(0, 2, 1)
            return inverse_of_triangles(upper), upper
    except np.linalg.LinAlgError:
        pass
    lengths, ways = np.linalg.eigh(bend)
    most = lengths[:, -1:]
    far = np.sqrt(np.where(lengths > FLATTEST * most, lengths, most))
    return ways / far[:, None, :], ways.transpose(0, 2, 1) * far[:, :, None]


def _turn(matrices: Array, vector: Vector) -> Vector:
    """Return `vector` turned: by one matrix for all margins, or each margin's part by its own."""
    if matrices.shape[1] == len(vector):
        return np.asarray(matrices[0] @ vector)
    if len(matrices) == 1:
        turned: Vector = (matrices[0] @ vector.reshape(matrices.shape[-1], -1)).ravel()
        return turned
    by_class = vector.reshape(-1, len(matrices)).T[:, :, None]
    return (matrices @ by_class)[:, :, 0].T.ravel()


@dataclass(frozen=True)
class Rounding:
    """When to round anew, and from how many rows: after twice the steps that it costs.

    So the roundings take half the time that the steps do, and not many more steps are taken than
    the best moments for them would need (as whoever rents skis until the rent has come to their
    price). A walk whose gradient shrinks swiftly is left alone.
    """

    standard: Standard
    bound: Array
    """`grams` of the curvature bound, to be added in a small share."""
    l2: float

    @classmethod
    def of(cls, objective: LinearObjective, sample: LinearObjective) -> "Rounding":
        """Return the rounding of `objective`, with the bound as a `sample` of its rows tells it.

        The loss must be smooth. Where its curvature has no bound, that of a constant guess stands
        in, until the first rounding anew.
        """
        mean, deviation = objective.units
        bound = usual_bend(objective) * gram(sample, mean)
        return cls(Standard(mean, deviation, objective.shape[1]), bound[None], objective.l2)

    @property
    def at_first(self) -> RoundedHere:
        """The coordinates in which the bound is round: good wherever the walk starts."""
        return RoundedHere.of(self.standard, self.bound, self.l2)

    def due(self, objective: LinearObjective, since: int, shrunk: float, each: int = 1) -> bool:
        """Return whether to round anew, `since` steps after the last time.

        `shrunk` is what is left of the steepness of the step before. One in `each` of the rows
        would be read.
        """
        matrices = objective.shape[1] if self._by_margin(objective, each) else 1
        cost = _cost(objective, matrices, each)
        return since >= max(LEAST_STEPS, PATIENCE * cost) and shrunk > SWIFT

    def here(self, objective: LinearObjective, margins: Array, each: int = 1) -> RoundedHere | None:
        """Return coordinates in which the bowl is round where the rows have these `margins`.

        One in `each` of the rows is read. None where all rows are so sure of themselves that
        nothing bends.
        """
        bends = grams if self._by_margin(objective, each) else mean_gram
        bend = bends(objective, margins, self.standard.mean, each)
        sure = self._size(bend) / self._size(self.bound)
        if not (sure > NOTHING).all():
            return None
        bend += BOUND_SHARE * sure[:, None, None] * self.bound
        return RoundedHere.of(self.standard, bend, self.l2)

    def _by_margin(self, objective: LinearObjective, each: int) -> bool:
        """Return whether each margin can afford a matrix of its own; else all share one."""
        return _cost(objective, objective.shape[1], each) <= AFFORDABLE

    def each(self, objective: LinearObjective) -> int:
        """Return of how many rows one mostly tells how the bowl curves.

        Not so where a few rows alone have a feature: whoever finds that it does not do reads all.
        """
        features, margins = objective.shape
        if len(objective.rows) * features <= FEW_NUMBERS:
            return 1
        spare = len(objective.rows) // (ENOUGH_ROWS * features)
        return max(1, min(spare, DEAREST * min(margins, MOST_MARGINS)))

    def _size(self, bend: Array) -> Array:
        """Return the sum of the curvatures along all params, in standard units, by margin."""
        own = np.diagonal(bend, axis1=1, axis2=2)
        return own[:, :-1] @ self.standard.deviation**-2.0 + own[:, -1]


def _cost(objective: LinearObjective, matrices: int, each: int) -> float:
    """Return how many steps take as long as to make so many matrices from one row in `each`."""
    return objective.shape[0] * min(matrices, MOST_MARGINS) / GRAM_SPEED / each
