"""The surface as a record: the grid, the loss on it, the path over it, and what it leaves out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steepest.errors import ChoiceError
from steepest.objective.linear import LinearObjective
from steepest.objective.protocol import Objective
from steepest.surface.grid import loss_at, loss_on_grid
from steepest.surface.plane import Plane
from steepest.surface.window import find_bowl, window
from steepest.trace import Step, Trace

__all__ = ["Surface", "look_at"]

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

    def _origin(self) -> tuple[float, float]:
        at = self.plane.origin
        return float(at @ self.plane.u), float(at @ self.plane.v)


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
    first, second = (_index(name, names) for name in (x, y))
    if first == second:
        raise ChoiceError(f"a surface needs two different params, but both are {x!r}")
    if points < 2:
        raise ChoiceError(f"points is {points}, but a surface needs at least 2 a side")
    plane = Plane.of_two(end.params, first, second)
    centre = end.params[[first, second]]
    path = trace.params[:, [first, second]]
    path_loss = trace.full_losses[trace.kept]
    bowl = find_bowl(objective, plane) if isinstance(objective, LinearObjective) else None
    known = ~np.isnan(path_loss)
    shown = window((path - centre)[known], path_loss[known], bowl, np.abs(centre))
    a, b = (_through_zero(low, high, points) for low, high in shown)
    loss = loss_on_grid(objective, plane, a, b)
    drawn = float(loss[np.argmin(np.abs(b)), np.argmin(np.abs(a))])
    _check_centre(drawn, end.full_loss, getattr(objective, "null_loss", 0.0))
    off = np.delete(trace.params - end.params, [first, second], axis=1)
    return Surface(
        x=centre[0] + a,
        y=centre[1] + b,
        loss=loss,
        path=path,
        path_loss=path_loss,
        distance=np.linalg.norm(off, axis=1),
        x_name=x,
        y_name=y,
        held={
            name: float(end.params[i]) for i, name in enumerate(names) if i not in (first, second)
        },
        exact=True,
        objective=objective,
        plane=plane,
        lowest=centre + bowl.lowest if bowl is not None and bowl.is_lowest else None,
    )


def _check_centre(drawn: float, recorded: float, usual: float) -> None:
    """Refuse to draw a surface that is not the one the run walked on: that is our fault.

    Rounding is forgiven: that of margins with large terms, and of a loss that is next to nothing
    of a constant guess's, the `usual`.
    """
    if not np.isclose(drawn, recorded, rtol=1e-6, atol=1e-9 * usual):
        raise RuntimeError(f"the surface has {drawn!r} where the run recorded {recorded!r}")


def _index(name: str, names: Sequence[str]) -> int:
    if name not in names:
        known = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
        raise ChoiceError(f"there is no param {name!r}; the params are {known}")
    return list(names).index(name)


def _through_zero(low: float, high: float, points: int) -> Array:
    """Return evenly spaced points from about `low` to about `high`, one of them exactly 0."""
    spacing = (high - low) / (points - 1)
    first = np.round(low / spacing)
    return spacing * (first + np.arange(points))
