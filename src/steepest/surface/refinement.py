"""A surface from coarse to fine: what grids of half the spacing, one in the other, have found.

Between the points of a grid a picture is interpolated. How well, the next finer grid tells: the
largest gap between the loss at its new points and the bilinear interpolation of the points before.
For a smooth loss each halving leaves about a quarter of it; where it does not, the loss has more
in it than the grid shows.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.objective.plane.plane_loss import PlaneLoss

__all__ = ["Level", "Show", "loss_on_grid", "refinement"]

Array = NDArray[np.float64]

Indices = NDArray[np.intp]

Show = Callable[[float, Callable[[], str]], None]
"""What is given the number of lines, and asked for words on it if it likes."""

FEWEST = 9
"""Points a side of the coarsest grid: with fewer it would be chance what they meet."""

TOGETHER = 16
"""Lines between two words on how far it is: enough for the threads to share."""


class Level(NamedTuple):
    """A grid of so many `points` a side, and the `error` found: what the grid before it missed."""

    points: int
    error: float


def refinement(x: Array, y: Array, loss: Array) -> tuple[Level, ...]:
    """Return the levels of a grid after its coarsest; `loss` is (points, points).

    Points at which the loss is no finite number, and those beside them, are left out.

    >>> t = np.linspace(-1.0, 1.0, 17)
    >>> refinement(t, t, t[:, None] ** 2 + t**2)
    (Level(points=17, error=0.03125),)
    """
    found = []
    for some, more in pairwise(_nested(len(x))):
        guess = _between(x[some], x[more], loss[np.ix_(some, some)])
        guess = _between(y[some], y[more], guess.T).T
        with np.errstate(invalid="ignore"):
            gap = np.abs(guess - loss[np.ix_(more, more)])
        error = float(np.max(gap, where=np.isfinite(gap), initial=0.0))
        found.append(Level(len(more), error))
    return tuple(found)


def loss_on_grid(on_plane: PlaneLoss, a: Array, b: Array, show: Show | None) -> Array:
    """Return the loss on a grid, (len(b), len(a)), the lines of coarser grids first.

    Which lines are worked out together changes nothing; where it would, or nothing is shown, they
    all are.
    """
    if show is None or not getattr(on_plane, "by_lines", False):
        return on_plane.grid(a, b)
    loss, done = np.empty((len(b), len(a))), 0
    for some in _coarse_to_fine(len(a)):
        loss[:, some] = on_plane.grid(a[some], b)
        done += len(some)
        show(done / len(a), f"{done:,} of {len(a):,} lines".__str__)
    return loss


def _nested(count: int) -> list[Indices]:
    """Return the indices of ever finer grids of `count` points, each in the next, ends in all."""
    step = 1
    while -(-(count - 1) // (2 * step)) + 1 >= FEWEST:
        step *= 2
    levels = []
    while step:
        levels.append(np.union1d(np.arange(0, count, step), [count - 1]))
        step //= 2
    return levels


def _coarse_to_fine(count: int) -> Iterator[Indices]:
    """Yield all indices, each once, those of coarser grids first, some at a time."""
    before = np.empty(0, dtype=np.intp)
    for level in _nested(count):
        new = np.setdiff1d(level, before)
        for first in range(0, len(new), TOGETHER):
            yield new[first : first + TOGETHER]
        before = level


def _between(known: Array, wanted: Array, values: Array) -> Array:
    """Return values at the points `wanted`, linear between those `known`, (lines, known)."""
    right = np.clip(np.searchsorted(known, wanted), 1, len(known) - 1)
    share = (wanted - known[right - 1]) / (known[right] - known[right - 1])
    with np.errstate(invalid="ignore"):
        between: Array = (1.0 - share) * values[:, right - 1] + share * values[:, right]
    return between
