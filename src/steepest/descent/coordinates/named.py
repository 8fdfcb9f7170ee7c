"""Scales: the coordinates in which the steps are taken.

A scale changes the walk, never the objective: params, loss and gradient stay those of the
reader's units, and only the position that the rule moves is another. With `params = T position`
the gradient by the position is `T' gradient`, and a bowl that is a ravine in one set of
coordinates is round in another. Nothing of X is copied.

The bound on the curvature in these coordinates, which the safe learning rate needs, is the
largest eigenvalue of `c Z'Z/rows + penalty`, with c the most that the loss can bend.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.descent.coordinates.block_whitening import Blocks, root_of_bound
from steepest.descent.coordinates.standard import Scale, Standard, Unscaled
from steepest.errors import ChoiceError
from steepest.objective.model.hessian import usual_bend
from steepest.objective.protocol import Objective, Vector
from steepest.objective.risk import LinearObjective

__all__ = ["SCALES", "Rounded", "choose_scale", "rough_standard"]

Array = NDArray[np.float64]

SCALES = ("none", "standard", "block", "round")

MOST_ROUNDED = 512
"""Features up to which `auto` rounds: d² numbers and d³ work, less than a few reads of X."""

COMMON = 0.1
"""The scale, against the full one, of what all classes have in common."""

MOST_BOUNDED = 2048
"""Features up to which the curvature bound is the largest eigenvalue, not the sum of all."""


@dataclass(frozen=True)
class Rounded:
    """Coordinates in which the bound on the curvature is the same, 1, in every direction.

    `whiten` is a matrix W, (features + 1) squared, with `W' B W = 1` for the bound B in standard
    units: for the squared loss B is the curvature itself, so that the bowl is truly round; for
    cross entropy it holds by Böhning & Lindsay 1988. With k margins the bound of Böhning 1992,
    `(1 - 11'/k) / 2`, leaves out what all classes have in common: only the penalty bends along
    that, so it has its own scale, `common`, one number a row.
    """

    standard: Standard
    whiten: Array
    unwhiten: Array
    common: Vector | None = None
    curvature: float | None = 1.0
    name: str = "round"

    def params(self, position: Vector) -> Vector:
        """Return the params in the reader's units."""
        return self.standard.params(self._turn(self.whiten, self.common, position))

    def position(self, params: Vector) -> Vector:
        """Return the position in the round coordinates."""
        common = None if self.common is None else 1.0 / self.common
        return self._turn(self.unwhiten, common, self.standard.position(params))

    def pull(self, gradient: Vector) -> Vector:
        """Return the gradient by the round coordinates."""
        return self._turn(self.whiten.T, self.common, self.standard.pull(gradient))

    def _turn(self, matrix: Array, common: Vector | None, vector: Vector) -> Vector:
        if common is None:
            return matrix @ vector
        by_class = vector.reshape(len(matrix), -1)
        mean = by_class.mean(axis=1, keepdims=True)
        return (matrix @ (by_class - mean) + common[:, None] * mean).ravel()


def choose_scale(name: str, objective: Objective) -> Scale:
    """Return the scale called `name` for `objective`.

    `auto` rounds up to 512 features and standardises beyond. Objectives that are not linear know
    only `none`, and `auto` is that. Raises ChoiceError for an unknown name or one that does not
    fit.
    """
    if name not in ("auto", *SCALES):
        raise ChoiceError(f"there is no scale {name!r}; choose one of auto, {', '.join(SCALES)}")
    if not isinstance(objective, LinearObjective):
        if name in ("auto", "none"):
            return Unscaled()
        raise ChoiceError(f"the scale {name} needs an objective of weights and a bias; use none")
    if name == "auto":
        name = "round" if objective.shape[0] <= MOST_ROUNDED else "standard"
    return MAKERS[name](objective)


def _unscaled(objective: LinearObjective) -> Unscaled:
    mean, deviation = objective.moments
    return Unscaled(_largest_curvature(objective, mean, deviation, np.ones_like(deviation)))


def _standard(objective: LinearObjective) -> Standard:
    mean, deviation = objective.moments
    at, spread = np.zeros_like(mean), np.ones_like(deviation)
    curvature = _largest_curvature(objective, at, spread, deviation)
    return Standard(mean, deviation, objective.shape[1], curvature)


def rough_standard(objective: LinearObjective) -> Standard:
    """Return standard units as far as they are coordinates only: X need not be read for them.

    Of very many rows they are those of a few. The bound on the curvature is the sum of the
    eigenvalues; where there is no most, it is that about the best constant guess.
    """
    mean, deviation = objective.units
    curvature = usual_bend(objective) * objective.shape[0]
    curvature += float((objective.l2 / deviation**2).max())
    return Standard(mean, deviation, objective.shape[1], curvature)


def _rounded(objective: LinearObjective) -> Rounded:
    mean, deviation = objective.moments
    bound = objective.gram * usual_bend(objective)
    bound[np.diag_indices(len(deviation))] += objective.l2 / deviation**2
    whiten, unwhiten = root_of_bound(bound)
    margins = objective.shape[1]
    return Rounded(
        standard=Standard(mean, deviation, margins),
        whiten=whiten,
        unwhiten=unwhiten,
        common=None if margins == 1 else _common(objective.l2, deviation),
        curvature=1.0 if np.isfinite(objective.loss.curvature_bound) else None,
    )


def _common(l2: float, deviation: Vector) -> Vector:
    """Return the scale of what all classes have in common; any will do where nothing bends.

    Where a model fits well its loss curves far less than the bound. Only the penalty's curvature
    is not a bound but the curvature itself, so in full it would be the steepest there is, and the
    steps would go to and fro along what changes no prediction: measured, 3 to 5 times as many.
    """
    if not l2:
        return np.ones(len(deviation) + 1)
    return np.append(COMMON * deviation / np.sqrt(l2), 1.0)


def _largest_curvature(
    objective: LinearObjective, mean: Vector, spread: Vector, unit: Vector
) -> float | None:
    """Return the most that the objective can curve, None if there is no most.

    The walk sees features of this `mean` and `spread` (standard deviation), and its weights are
    `unit` times the reader's. Many features have the sum of the eigenvalues as their bound, which
    needs no matrix.
    """
    bend = objective.loss.curvature_bound
    if not np.isfinite(bend):
        return None
    penalty = objective.l2 / unit**2
    if len(mean) > MOST_BOUNDED:
        return float(bend * (1.0 + np.sum(mean**2 + spread**2)) + penalty.max())
    features = np.diag(np.append(spread, 1.0))
    features[-1, :-1] = mean
    bound = bend * features.T @ objective.gram @ features
    bound[np.diag_indices(len(mean))] += penalty
    return float(np.linalg.eigvalsh(bound)[-1])


MAKERS: dict[str, Callable[[LinearObjective], Scale]] = {
    "none": _unscaled,
    "standard": _standard,
    "block": Blocks.of,
    "round": _rounded,
}
