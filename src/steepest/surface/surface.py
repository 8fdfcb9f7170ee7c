"""The surface as a record: the grid, the loss on it, the path over it, and what it leaves out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steepest.errors import ChoiceError
from steepest.objective.plane import Plane
from steepest.objective.protocol import Objective
from steepest.objective.risk import LinearObjective
from steepest.surface.axes import Axes
from steepest.surface.grid import loss_at, loss_on_grid
from steepest.surface.window import find_bowl, window
from steepest.trace import Step, Trace

__all__ = ["Surface", "look_at", "look_over"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Surface:
    """The true loss over two params, all others held where the path ends.

    `loss[i, j]` is the loss at `(x[j], y[i])`; every value is the loss of all rows, so `exact` is
    True. The end of the path is a point of the grid. `path` holds x and y of each kept step,
    (kept, 2), and `path_loss` their recorded losses. With more than two params the surface is a
    slice: `held` names the others and their values, and `distance` is how far from the slice each
    point of the path lies, in params; the loss of the slice below it is `at(*path[i])`.
    """

    x: Array
    y: Array
    loss: Array
    path: Array
    path_loss: Array
    distance: Array
    x_name: str
    y_name: str
    held: Mapping[str, float]
    exact: bool
    objective: Objective = field(repr=False)
    plane: Plane = field(repr=False)
    axes: Axes = field(repr=False)
    lowest: Array | None = None
    """Where on this plane the loss is lowest, (x, y), where that is known."""

    @property
    def is_slice(self) -> bool:
        """Whether there are params that the surface does not show."""
        return bool(self.held)

    def at(self, x: ArrayLike, y: ArrayLike) -> Array:
        """Return the true loss at the points (x, y) of the plane, (points,)."""
        x, y = np.broadcast_arrays(np.atleast_1d(x), np.atleast_1d(y))
        origin = self._origin()
        return loss_at(self.objective, self.plane, x - origin[0], y - origin[1])

    def _origin(self) -> Array:
        return self.axes.read(self.plane.origin)


@np.errstate(over="ignore", invalid="ignore")
def look_at(
    objective: Objective,
    trace: Trace,
    end: Step,
    names: Sequence[str],
    x: str,
    y: str,
    points: int = 101,
) -> Surface:
    """Return the surface over params `x` and `y` through the step `end`, with the path in sight.

    `names` are those of all params, in order. The loss drawn at `end` is checked against the one
    recorded there. Raises ChoiceError for names that are no params, for twice the same, and for
    fewer than 2 points.
    """
    axes = Axes.of_params(names, x, y)
    losses = trace.full_losses[trace.kept]
    surface = look_over(objective, axes, end.params, trace.params, losses, points)
    a, b = axes.read(end.params)
    drawn = surface.loss[np.argmin(np.abs(surface.y - b)), np.argmin(np.abs(surface.x - a))]
    _check_centre(float(drawn), end.full_loss, getattr(objective, "null_loss", 0.0))
    return surface


@np.errstate(over="ignore", invalid="ignore")
def look_over(
    objective: Objective,
    axes: Axes,
    base: Array,
    seen: Array,
    losses: Array,
    points: int = 101,
    shown: Array | None = None,
) -> Surface:
    """Return the surface over two axes through `base`, with the params `seen` in sight.

    `seen` has shape (n, params) and `losses` (n,): the first is the start, NaN where the loss is
    not known. `base` is a point of the grid, unless the window is given: `shown`, which is
    `[[x low, x high], [y low, y high]]`. Raises ChoiceError for fewer than 2 points.
    """
    if points < 2:
        raise ChoiceError(f"points is {points}, but a surface needs at least 2 a side")
    plane = Plane(base, axes.u, axes.v)
    centre, path = axes.read(base), axes.read(seen)
    bowl = find_bowl(objective, plane) if isinstance(objective, LinearObjective) else None
    if shown is None:
        known = ~np.isnan(losses)
        seen_at = window((path - centre)[known], losses[known], bowl, np.abs(centre))
        a, b = (_through_zero(low, high, points) for low, high in seen_at)
    else:
        a, b = (np.linspace(low, high, points) for low, high in shown - centre[:, None])
    return Surface(
        x=centre[0] + a,
        y=centre[1] + b,
        loss=loss_on_grid(objective, plane, a, b),
        path=path,
        path_loss=losses,
        distance=np.linalg.norm(axes.off(seen - base), axis=1),
        x_name=axes.x_name,
        y_name=axes.y_name,
        held=axes.held(base),
        exact=True,
        objective=objective,
        plane=plane,
        axes=axes,
        lowest=centre + bowl.lowest if bowl is not None and bowl.is_lowest else None,
    )


def _check_centre(drawn: float, recorded: float, usual: float) -> None:
    """Refuse to draw a surface that is not the one the run walked on: that is our fault.

    Rounding is forgiven: that of margins with large terms, and of a loss that is next to nothing
    of a constant guess's, the `usual`.
    """
    if not np.isclose(drawn, recorded, rtol=1e-6, atol=1e-9 * usual):
        raise RuntimeError(f"the surface has {drawn!r} where the run recorded {recorded!r}")


def _through_zero(low: float, high: float, points: int) -> Array:
    """Return evenly spaced points from about `low` to about `high`, one of them exactly 0."""
    spacing = (high - low) / (points - 1)
    first = np.round(low / spacing)
    return spacing * (first + np.arange(points))
