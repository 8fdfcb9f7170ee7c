"""A panel: one picture, drawn once, whose moving parts follow a point of the drawn path."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from numpy.typing import NDArray

from steepest.view.scene import Scene, drawn_points
from steepest.view.story import Story

__all__ = ["DrawnPath", "Panel", "path_of", "path_of_steps"]

Array = NDArray[np.float64]


class Panel(Protocol):
    """One picture of the scene. Its still parts are drawn when it is made."""

    def settle(self) -> None:
        """Fit into the final place, once the words and the other panels have theirs."""
        return None

    def add_scale(self, figure: Figure) -> None:
        """Add the losses of the colours beside it; nothing where no colour stands for a loss."""
        return None

    @property
    def moving(self) -> list[Artist]:
        """The parts that `show` changes."""

    def show(self, at: int) -> None:
        """Show the run up to point `at` of the drawn path."""


@dataclass(frozen=True)
class DrawnPath:
    """The points of the path that are drawn, each with all that a panel may want of it.

    `steps`, `losses`, `x` and `y` are (points,), `params` is (points, params).
    """

    steps: NDArray[np.intp]
    params: Array
    losses: Array
    x: Array
    y: Array
    slice_losses: Array
    """The loss of the surface below each point: the point's own, but where it lies off a slice."""
    result: int
    """Which of the points is the run's result: the last one, unless the run diverged."""


def path_of(scene: Scene) -> DrawnPath:
    """Return the drawn path of a scene; points whose loss is no finite number are left out."""
    trace, surface, rows = scene.trace, scene.surface, drawn_points(scene)
    x, y = surface.path[rows].T
    losses = surface.path_loss[rows]
    return DrawnPath(
        steps=trace.kept[rows],
        params=trace.params[rows],
        losses=losses,
        x=x,
        y=y,
        slice_losses=surface.plane_loss_of(rows) if surface.is_slice else losses,
        result=int(np.searchsorted(trace.kept[rows], scene.result.index)),
    )


def path_of_steps(story: Story) -> DrawnPath:
    """Return the drawn path of a story without a surface, over which it has no x and no y."""
    trace, rows = story.trace, drawn_points(story)
    losses = trace.shown_losses[trace.kept[rows]]
    nowhere = np.full(len(rows), np.nan)
    return DrawnPath(
        steps=trace.kept[rows],
        params=trace.params[rows],
        losses=losses,
        x=nowhere,
        y=nowhere,
        slice_losses=losses,
        result=min(int(np.searchsorted(trace.kept[rows], story.result.index)), len(rows) - 1),
    )
