"""The colours and levels of the surface, the same in three dimensions and on the map."""

from dataclasses import dataclass

import numpy as np
from matplotlib.colors import FuncNorm, Normalize
from numpy.typing import NDArray

from steepest.surface.surface import Surface

__all__ = ["Shades", "clipped_polygons", "shades_of"]

Array = NDArray[np.float64]

BANDS = 16

POWER = 3.0
"""Levels rise with this power, so that the floor of the bowl, where the path ends, has some too."""


@dataclass(frozen=True)
class Shades:
    """`norm` maps a loss to a share of the colours, `levels`, (n,), are the losses of contours."""

    norm: Normalize
    levels: Array


def shades_of(surface: Surface) -> Shades:
    """Return the shades of a surface: share = ((loss - low) / (high - low))^(1 / POWER).

    `low` and `high` are its lowest and highest finite loss.
    """
    finite = surface.loss[np.isfinite(surface.loss)]
    low, high = float(finite.min()), float(finite.max())
    if high <= low:
        high = low + max(abs(low), 1.0) * 1e-6
    span = high - low
    norm = FuncNorm(
        (
            lambda loss: np.clip((loss - low) / span, 0.0, None) ** (1 / POWER),
            lambda share: low + span * np.clip(share, 0.0, None) ** POWER,
        ),
        vmin=low,
        vmax=high,
    )
    levels = low + span * np.linspace(0.0, 1.0, BANDS + 1)[1:-1] ** POWER
    return Shades(norm, levels)


CORNERS = 5
"""The most corners that a cell of the grid has once the cut goes through it."""


def clipped_polygons(surface: Surface, cut: float) -> Array:
    """Return the surface below `cut` as polygons of (x, y, loss), shape (polygons, 5, 3).

    A polygon of fewer corners repeats its last one.

    Every cell of the grid is a polygon; those that the cut goes through end at it. Cells with a
    corner that has no finite loss stay holes.
    """
    x, y = np.meshgrid(surface.x, surface.y)
    grid = np.stack([x, y, surface.loss], axis=2)
    cells = np.stack([grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]], axis=2)
    cells = cells.reshape(-1, 4, 3)
    height = cells[:, :, 2]
    whole = cells[(height <= cut).all(axis=1)]
    crossed = (height <= cut).any(axis=1) & (height > cut).any(axis=1)
    crossed &= np.isfinite(height).all(axis=1)
    below = [_below(cell, cut) for cell in cells[crossed]]
    return np.array([*np.concatenate([whole, whole[:, -1:]], axis=1), *below])


def _below(cell: Array, cut: float) -> Array:
    """Return the part of a cell below `cut`, (5, 3): its sides are cut where they reach it."""
    corners = []
    for here, there in zip(cell, np.roll(cell, -1, axis=0), strict=True):
        if here[2] <= cut:
            corners.append(here)
        if (here[2] <= cut) != (there[2] <= cut):
            corners.append(here + (cut - here[2]) / (there[2] - here[2]) * (there - here))
    return np.array((corners + CORNERS * corners[-1:])[:CORNERS])
