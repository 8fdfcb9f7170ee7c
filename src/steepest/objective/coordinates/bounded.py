"""Coordinates with a bound on the curvature: what `scale=` chooses for a linear objective.

The bound is the largest eigenvalue of `c Z'Z / total + l2`, c the largest curvature of the loss: 1
by it is a learning rate that is safe everywhere. Where the loss has none (Poisson), or a kink, what
it curves about the best constant guess, or 1, stands in, and no bound is claimed.
"""

from collections.abc import Callable
from math import isqrt
from typing import TYPE_CHECKING

import numpy as np

from steepest.errors import ChoiceError
from steepest.objective.coordinates.coordinates import Coordinates, Identity
from steepest.objective.coordinates.standard import Standard
from steepest.objective.coordinates.whitening import BlockRoot, ClassRoot, MarginRoot, Whitening
from steepest.objective.evaluation import Vector
from steepest.objective.linear_algebra.factor import Factor, spectral
from steepest.objective.linear_algebra.hessian import weighted_gram
from steepest.objective.model.model import Array

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = [
    "BLOCK_FEATURES",
    "MOST_EXACT_BOUND",
    "SCALES",
    "bounded_coordinates",
    "most_exact_bound",
    "neighbours_correlate",
    "param_coordinates",
    "rough_standard",
]

SCALES = ("none", "standard", "block", "round")
"""The words that `scale=` takes, beside auto."""

COMMON_SCALE = 0.1
"""The scale, against the full one, of what all classes have in common: measured, see `_common`."""

MOST_EXACT_BOUND = 2048
"""Features up to which the curvature bound is the largest eigenvalue, not the sum of all."""

EIGENVALUE_RTOL = 1e-13
"""The eigenvalue, against the largest, that is rounding: some 500 epsilons of float64."""

BLOCK_FEATURES = 256
"""Features in a block at most: its matrix stays in the cache, and costs less than a few steps."""

CORRELATION_ROWS = 512
"""Rows that tell a correlation to a twentieth."""

CORRELATED = 0.7
"""The correlation of neighbours from which blocks save more than they cost: measured."""


def bounded_coordinates(objective: "LinearObjective", name: str) -> Coordinates:
    """Return the coordinates called `name`, one of `SCALES`, with their bound if there is one.

    Raises ChoiceError for another name.
    """
    makers: dict[str, Callable[[LinearObjective], Coordinates]] = {
        "none": _identity,
        "standard": _standard,
        "block": _block,
        "round": _round,
    }
    if name not in makers:
        raise ChoiceError(f"there is no scale {name!r}; choose one of auto, {', '.join(SCALES)}")
    return makers[name](objective)


def param_coordinates(objective: "LinearObjective", name: str) -> Coordinates | None:
    """Return the coordinates called `name`, without their bound, where each is that of one param.

    None where they mix the params, as whitened ones do. It costs no more than the moments of X.
    """
    makers: dict[str, Callable[[], Coordinates]] = {
        "none": Identity,
        "standard": lambda: Standard(*objective.moments, objective.model.margins),
    }
    return makers[name]() if name in makers else None


def rough_standard(objective: "LinearObjective") -> Standard:
    """Return standard units as far as they are coordinates only: X need not be read for them.

    Of very many rows they are those of a sample. The bound on the curvature is the sum of the
    eigenvalues; where there is none, that about the best constant guess.
    """
    mean, deviation = objective.units
    curvature = objective.curvature_or_bound * (objective.model.features + 1)
    curvature += float((objective.penalty.l2 / deviation**2).max())
    return Standard(mean, deviation, objective.model.margins, curvature)


def _identity(objective: "LinearObjective") -> Identity:
    mean, deviation = objective.moments
    return Identity(_largest_curvature(objective, mean, deviation, np.ones_like(deviation)))


def _standard(objective: "LinearObjective") -> Standard:
    mean, deviation = objective.moments
    centre, spread = np.zeros_like(mean), np.ones_like(deviation)
    curvature = _largest_curvature(objective, centre, spread, deviation)
    return Standard(mean, deviation, objective.model.margins, curvature)


def _round(objective: "LinearObjective") -> Whitening:
    """Return coordinates in which the bound is 1 in every direction.

    For the squared loss the bound is the Hessian itself; for cross entropy it holds by Böhning &
    Lindsay 1988. With k margins the bound of Böhning 1992, `(1 - 11'/k) / 2`, leaves out what all
    classes have in common: that has a scale of its own.
    """
    mean, deviation = objective.moments
    margins, l2 = objective.model.margins, objective.penalty.l2
    bound = objective.gram * objective.curvature_or_bound
    factor = _with_penalty(bound, l2 / deviation**2)
    root = MarginRoot(factor) if margins == 1 else ClassRoot(factor, _common(l2, deviation))
    curvature = 1.0 if np.isfinite(objective.loss.curvature_bound) else None
    return Whitening(root, Standard(mean, deviation, margins), curvature)


def _with_penalty(bound: Array, penalty: Vector) -> Factor:
    """Return the root of a bound, (n, n), plus what a penalty adds to the first params, (some,).

    Flat is what is so beside its own param's curvature: beside a large penalty the bias, which
    has none, is as steep as ever.
    """
    own = np.ones(len(bound))
    own[: len(penalty)] += penalty
    bound[np.diag_indices(len(penalty))] += penalty
    own = np.sqrt(own)
    factor = spectral((bound / np.outer(own, own))[None], EIGENVALUE_RTOL, stiffen=False)
    return Factor(factor.root * own, factor.inverse / own[:, None])


def _common(l2: float, deviation: Vector) -> Vector:
    """Return the scale of what all classes have in common; any will do where nothing curves.

    Where a model fits well its loss curves far less than the bound. Only the penalty's curvature
    is not a bound but the curvature itself, so in full it would be the steepest there is, and the
    steps would go to and fro along what changes no prediction: measured, 3 to 5 times as many.
    """
    if not l2:
        return np.ones(len(deviation) + 1)
    return np.append(COMMON_SCALE * deviation / np.sqrt(l2), 1.0)


def _block(objective: "LinearObjective") -> Whitening:
    """Return coordinates in which each block of neighbouring features curves by 1 at most.

    For so many features that one matrix of all is too much: features that stand next to each other
    are often alike (the pixels of a row, the levels of a category). All blocks together curve by
    at most as many times 1 as there are blocks, as any sum of so many parts does.
    """
    mean, deviation = objective.moments
    count = -(-len(mean) // BLOCK_FEATURES)
    size = -(-len(mean) // count)
    starts = range(0, len(mean), size)
    bounds = (_block_bound(objective, slice(at, min(at + size, len(mean)))) for at in starts)
    factors = tuple(spectral(bound[None], EIGENVALUE_RTOL, stiffen=False) for bound in bounds)
    unit, margins = float(np.sqrt(objective.curvature_or_bound)), objective.model.margins
    bounded = np.isfinite(objective.loss.curvature_bound)
    curvature = float(len(factors)) if bounded else None
    standard = Standard(mean, deviation, margins)
    return Whitening(BlockRoot(factors, unit, margins), standard, curvature, name="block")


def _block_bound(objective: "LinearObjective", features: slice) -> Array:
    """Return the bound on the Hessian of some features, in standard units."""
    mean, deviation = (moment[features] for moment in objective.moments)
    gram = weighted_gram(objective.blocks.columns(features), mean)[0, :-1, :-1]
    bound = gram / np.outer(deviation, deviation) * objective.curvature_or_bound
    bound[np.diag_indices(len(mean))] += objective.penalty.l2 / deviation**2
    return bound


def most_exact_bound(most_matrix: int) -> int:
    """Return the features up to which the bound is the largest eigenvalue, not the sum of all.

    `most_matrix` is how many numbers a matrix over pairs of features may have.
    """
    return min(MOST_EXACT_BOUND, isqrt(most_matrix))


def neighbours_correlate(objective: "LinearObjective") -> bool:
    """Return whether features next to each other are correlated, as a sample of rows tells."""
    count = len(objective.blocks)
    chosen = np.linspace(0, count - 1, min(count, CORRELATION_ROWS)).astype(np.intp)
    centred = np.asarray(objective.blocks.X[chosen], dtype=np.float64)
    centred -= centred.mean(axis=0)
    square = np.mean(centred * centred, axis=0)
    both = np.mean(centred[:, 1:] * centred[:, :-1], axis=0)
    squares = square[1:] * square[:-1]
    found = both[squares > 0.0] / np.sqrt(squares[squares > 0.0])
    return bool(found.size and np.mean(found**2) > CORRELATED**2)


def _largest_curvature(
    objective: "LinearObjective", mean: Vector, spread: Vector, unit: Vector
) -> float | None:
    """Return a bound on the objective's curvature, None if there is none.

    The walk has features of this `mean` and `spread` (standard deviation), and its weights are
    `unit` times the reader's. Many features have the sum of the eigenvalues as their bound, which
    needs no matrix.
    """
    curvature = objective.loss.curvature_bound
    if not np.isfinite(curvature):
        return None
    penalty = objective.penalty.l2 / unit**2
    if len(mean) > most_exact_bound(objective.most_matrix):
        return float(curvature * (1.0 + np.sum(mean**2 + spread**2)) + penalty.max())
    features = np.diag(np.append(spread, 1.0))
    features[-1, :-1] = mean
    bound = curvature * features.T @ objective.gram @ features
    bound[np.diag_indices(len(mean))] += penalty
    return float(np.linalg.eigvalsh(bound)[-1])
