"""A panel: one picture, drawn once, whose moving parts follow a point of the drawn path."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from numpy.typing import NDArray

from steepest.view.scene import Scene, drawn_points, thinned
from steepest.view.story import Story

__all__ = ["DrawnPath", "Panel", "Route", "path_of", "path_of_steps"]

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


MOST_ON_ROUTE = 4000
"""Steps that the line of a route goes through: more than a picture has pixels across."""


@dataclass(frozen=True)
class Route:
    """Where the line of the path goes from one drawn point to the next, (steps,) each.

    Of a run without rows, whose drawn points are those at which the loss of all rows is known.
    """

    steps: NDArray[np.intp]
    x: Array
    y: Array
    losses: Array
    """NaN where the loss of all rows is not known."""

    def up_to(self, step: int) -> int:
        """Return how many of its steps are taken by then."""
        return int(np.searchsorted(self.steps, step, side="right"))


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
    route: Route | None = None
    """All steps between the points, where these are not all; None where they are not known."""
    is_broken: bool = False
    """Whether there are steps between the points, and it is not known where on this plane."""


def path_of(scene: Scene) -> DrawnPath:
    """Return the drawn path of a scene; points whose loss is no finite number are left out."""
    trace, surface, rows = scene.trace, scene.surface, drawn_points(scene)
    x, y = surface.path[rows].T
    losses, route = surface.path_loss[rows], route_of(scene)
    has_gaps = not scene.rows and bool((np.diff(trace.kept[rows]) > 1).any())
    return DrawnPath(
        steps=trace.kept[rows],
        params=trace.params[rows],
        losses=losses,
        x=x,
        y=y,
        slice_losses=surface.plane_loss_of(rows) if surface.is_slice else losses,
        result=int(np.searchsorted(trace.kept[rows], scene.result.index)),
        route=route,
        is_broken=has_gaps and route is None,
    )


def route_of(scene: Scene) -> Route | None:
    """Return the path through all steps of a run without rows, as far as they are finite.

    None where it is not known: weights were given up, and this plane was not that which was kept.
    """
    whole = scene.surface.whole_path
    if scene.rows or whole is None or np.isnan(whole).any():
        return None
    steps = thinned(len(whole), MOST_ON_ROUTE)
    x, y = whole[steps].T
    return Route(steps, x, y, scene.trace.full_losses[steps])


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
