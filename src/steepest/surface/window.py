"""The part of a plane that is drawn: start, path and minimum well inside, the bowl around them."""

import numpy as np
from numpy.typing import NDArray

from steepest.objective.plane.plane_loss import Bowl

__all__ = ["square", "window"]

Array = NDArray[np.float64]

MARGIN = 0.3
"""The share of the span of the points shown that is added on each side."""

MOST_RISE = 8.0
"""A point whose loss is this many times that of the start is not shown."""


def window(path: Array, losses: Array, bowl: Bowl | None, size: Array) -> Array:
    """Return the window `[[a low, a high], [b low, b high]]` for a path of points, (points, 2).

    The path is inside (but where its loss is `MOST_RISE` times that of the start), with the
    minimum and the end of the run, which is (0, 0), and a margin; where they lie close together,
    as much of the bowl as is half as high again as its bottom. `losses` has shape (points,),
    `size` is how large the two params are, (2,).
    """
    shown = np.vstack([path[_in_bounds(losses)], np.zeros(2)])
    if bowl is not None:
        shown = np.vstack([shown, bowl.lowest])
    low, high = shown.min(axis=0), shown.max(axis=0)
    least = _least_span(losses, bowl, size, high - low)
    short = np.maximum(least - (high - low), 0.0) / 2
    low, high = low - short, high + short
    margin = MARGIN * (high - low)
    return np.column_stack([low - margin, high + margin])


def square(sides: Array) -> Array:
    """Return a window, (2, 2), as wide as it is high about its middle.

    >>> square(np.array([[0.0, 4.0], [1.0, 2.0]])).tolist()
    [[0.0, 4.0], [-0.5, 3.5]]
    """
    spans = sides[:, 1] - sides[:, 0]
    more = (spans.max() - spans) / 2
    return sides + np.column_stack([-more, more])


def _in_bounds(losses: Array) -> NDArray[np.bool_]:
    """Return which points to show: all but those of a path that has diverged there."""
    most = losses[0] + (MOST_RISE - 1.0) * abs(losses[0])
    return np.isfinite(losses) & (losses <= most)


def _least_span(losses: Array, bowl: Bowl | None, size: Array, spread: Array) -> Array:
    """Return the least that the window may span, `2 sqrt(2 rise / curvature)` of the bowl, (2,).

    Where the bowl is all but flat that is no measure: then it is by the params' own `size`, and
    by `spread`, the span of the points shown.
    """
    usual = np.maximum(2.0 * np.maximum(size, spread), 1e-3)
    rise = 0.25 * max(float(losses[0]), float(np.nanmin(losses)))
    if bowl is None or not rise > 0:
        return 0.25 * usual
    return np.minimum(2 * np.sqrt(2 * rise / bowl.curvature), usual)
