"""The plane of a path: the two principal directions of its points.

With M the points of the path less their mean, `M = U S V'`, the directions are the first two rows
of V', and `s_k² / sum s²` is the share of the path's variance that direction k holds (Li et al.
2018, "Visualizing the loss landscape of neural nets", section 7).

They come of the products of the points with each other, `M M' = U S² U'` and `v = M' u / s`: of 100
points of 101,770 params in 0.1 s where all of the decomposition takes 7. Squares lose half the
digits of what is small beside the first, so the first direction is taken out of M before the second
is looked for likewise: both are then as exact as the decomposition has them.

Two directions hold most of any path, of pure noise too: of a random walk of n points in very many
dimensions direction k holds `3 / (2 (n² - 1) sin²(pi k / 2n))`, for many points `6 / (pi k)²`, so
the first two 76 % (Antognini & Sohl-Dickstein 2018, "PCA of high dimensional random walks with
comparison to neural network training"). So that share, of as many params and of points as many
steps apart, is given beside the path's own.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import isqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.errors import ChoiceError
from steepest.objective.evaluation import length_of

__all__ = ["PathDirections", "path_directions", "walk_share"]

Array = NDArray[np.float64]

WORK = 4e9
"""Points squared times params of the decomposition: about a second on one core."""

FEWEST_POINTS = 64
"""Points of the path that are taken even where so many params make that slower."""

STRAIGHT = 1e-12
"""The second direction's extent by the first's, below which it is rounding."""

MOST_UNEVEN = 400
"""Points of a walk, unevenly spaced in steps, that are decomposed: in 40 ms; some of more."""

LARGEST = 1e100
"""Params up to which a point is one of the path: the squares of larger ones leave float64."""

WALKS = 200
"""Random walks whose shares are averaged: the mean is then known to a third of a per cent."""

ENDLESS = 200
"""Params from which the share of a random walk is that of endlessly many: 0.761 is 0.760."""

MOST_WAVES = 60
"""Cosines of a random walk that are drawn one by one: the rest hold 1 % of it, all alike."""


class PathDirections(NamedTuple):
    """Two directions of length 1, (2, params), the `share` each holds, (2,), of `taken` points."""

    directions: Array
    share: Array
    taken: NDArray[np.intp]


def path_directions(points: Array) -> PathDirections:
    """Return the principal directions of the points of a path, (points, params).

    Of very many points some are taken, evenly. Raises ChoiceError where they span no plane.
    """
    known = np.flatnonzero((np.abs(points) <= LARGEST).all(axis=1))
    at = known[_evenly(len(known), max(FEWEST_POINTS, isqrt(int(WORK // points.shape[1]))))]
    directions, extent, whole = _two_directions(points[at])
    if not extent[1] > STRAIGHT * extent[0]:
        raise ChoiceError(_no_plane(len(known), len(points), bool(extent.any())))
    return PathDirections(directions, (extent / whole) ** 2, at)


@ONE_BLAS_THREAD
def _two_directions(points: Array) -> tuple[Array, Array, float]:
    """Return the principal directions, (2, params), both extents, (2,), and that of all of them.

    Extents are in units of the largest number; 0 of points, (points, params), that are all one.
    """
    left = points - points.mean(axis=0)
    largest = float(np.abs(left).max(initial=0.0))
    if not largest > 0.0 or min(left.shape) < 2:
        return np.zeros((2, points.shape[1])), np.array([largest, 0.0]), largest
    left /= largest
    whole = float(np.linalg.norm(left))
    first = _longest(left)
    along = left @ first
    left -= np.outer(along, first)
    second = _longest(left)
    second = second - (second @ first) * first
    second /= length_of(second) or 1.0
    extents = np.linalg.norm([along, left @ second], axis=1)
    return np.array([first, second]), extents, whole


def _longest(points: Array) -> Array:
    """Return the direction along which points, (points, params), have most, of length 1 or 0."""
    is_tall = len(points) > points.shape[1]
    gram = points.T @ points if is_tall else points @ points.T
    _, vectors = np.linalg.eigh(gram)
    direction: Array = vectors[:, -1] if is_tall else vectors[:, -1] @ points
    return direction / (length_of(direction) or 1.0)


def _no_plane(known: int, count: int, is_line: bool) -> str:
    """Return why `known` of so many points span no plane, and what to do.

    Of a path that leaves all range the longest step is the line, and all before it is rounding.
    """
    line = "on one straight line" if is_line else "a single point"
    if known == count:
        of, do = f"{known:,}", "take more steps"
    else:
        line += " beside rounding" if is_line else ""
        of = f"{known:,} of {count:,}; the others are not finite or above {LARGEST:g}"
        do = "take a lower learning rate"
    return (
        f"plane is 'path', but the path's points ({of}) are {line}, so they span no plane; {do}, "
        "or choose plane='random' or two params, x and y"
    )


def _evenly(count: int, most: int) -> NDArray[np.intp]:
    """Return the numbers of at most so many of `count` points, the first and the last of them."""
    return np.unique(np.linspace(0, count - 1, most).round().astype(np.intp))


def walk_share(params: int, steps: Sequence[int] | NDArray[np.intp]) -> float:
    """Return the share of a random walk that its first two principal directions hold.

    The mean of random walks of so many params, known at `steps`, (points,), in order; a formula for
    very many params. Two params have two directions, which hold all.

    >>> round(walk_share(10**6, range(10**4)), 3), walk_share(2, range(100))
    (0.76, 1.0)

    A walk of which every tenth step is kept is a walk; one whose kept steps are ever sparser is
    more like a line:

    >>> steps = [2**i for i in range(12)]
    >>> round(walk_share(10**6, range(12)), 2), round(walk_share(10**6, steps), 2)
    (0.77, 0.86)
    """
    if params <= 2 or len(steps) <= 3:
        return 1.0
    gaps = np.diff(steps)
    if (gaps == gaps[0]).all():
        return _even_share(params, len(steps))
    return _share(params, _uneven_variances(np.asarray(steps, dtype=np.float64)))


@lru_cache
def _even_share(params: int, points: int) -> float:
    """Return the share of walks known at equally spaced points."""
    k = np.arange(1, points)
    return _share(params, 0.25 / np.sin(0.5 * np.pi * k / points) ** 2)


def _uneven_variances(steps: Array) -> Array:
    """Return the eigenvalues, falling, of the covariance `min(s, t)` of a walk less its mean."""
    some = steps[_evenly(len(steps), MOST_UNEVEN)]
    covariance = np.minimum(some[:, None], some)
    covariance -= covariance.mean(axis=0)
    covariance -= covariance.mean(axis=1, keepdims=True)
    return np.linalg.eigvalsh(covariance)[:0:-1]


def _share(params: int, variance: Array) -> float:
    """Return the mean share of the first two directions, from the variances of a param's waves."""
    if params >= ENDLESS:
        return float(variance[:2].sum() / variance.sum())
    generator = np.random.default_rng(0)
    return float(np.mean([_share_of_walk(variance, params, generator) for _ in range(WALKS)]))


def _share_of_walk(variance: Array, params: int, generator: np.random.Generator) -> float:
    """Return the share of the first two directions of one walk.

    Along each param a walk, less its mean, is a sum of waves (of cosines, at even steps) whose
    amplitudes are independent and normal, with these variances: its covariance's decomposition.
    """
    drawn = np.sqrt(variance[:MOST_WAVES])
    waves = drawn[:, None] * generator.standard_normal((len(drawn), params))
    gram = waves @ waves.T if len(drawn) < params else waves.T @ waves
    extent = np.linalg.eigvalsh(gram)
    rest = params * variance[MOST_WAVES:].sum()
    return float(extent[-2:].sum() / (extent.sum() + rest))
