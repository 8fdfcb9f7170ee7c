"""The surface as a record: the grid, the loss on it, the path over it, and what it leaves out."""

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steepest.checks import as_numbers, whole_number
from steepest.errors import ChoiceError
from steepest.objective.objective import Objective
from steepest.objective.plane.plane import Plane
from steepest.objective.plane.plane_loss import Bowl
from steepest.surface.axes import Axes
from steepest.surface.refinement import Level, Show, loss_on_grid, refinement
from steepest.surface.window import square, window
from steepest.trace import Step, Trace

__all__ = ["Surface", "surface_of_trace", "surface_on_plane", "whole_path"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Surface:
    """The true loss on a plane through the params, `origin + a u + b v`, where the path ends.

    `loss[i, j]` is the loss at `(x[j], y[i])`; `exact` says that it is of all rows, not of some.
    The end of the path is a point of the grid. `path` holds x and y of each kept step,
    (kept, 2), and `path_loss` their recorded losses. With more than two params the surface is a
    slice: `held` names the others and their values (none of a plane of two vectors), `off_plane`,
    (kept,), is how far from the slice each point of the path lies, in params (of a plane that a
    word chose in the units in which that was found), and `plane_loss` the loss at its projection
    on the slice.
    """

    x: Array
    y: Array
    loss: Array
    path: Array
    path_loss: Array
    off_plane: Array
    x_name: str
    y_name: str
    held: Mapping[str, float]
    exact: bool
    objective: Objective = field(repr=False)
    plane: Plane = field(repr=False)
    axes: Axes = field(repr=False)
    lowest: Array | None = None
    """Where on this plane the loss is lowest, (x, y), where that is known."""
    whole_path: Array | None = None
    """Of a run, x and y of each of its steps, (steps + 1, 2).

    NaN of those that gave their params up, but on a plane along which the place of all was kept.
    """

    @property
    def distance(self) -> Array:
        """How far from the slice each point of the path lies, (kept,): `off_plane`."""
        return self.off_plane

    @cached_property
    def plane_loss(self) -> Array:
        """The true loss at the projection of each point of the path on the plane, (kept,).

        Where the path is on the plane it is `path_loss`.
        """
        return self.at(self.path[:, 0], self.path[:, 1])

    def plane_loss_of(self, points: NDArray[np.intp]) -> Array:
        """Return the same of some points of the path alone, by their places, (points,)."""
        known = vars(self).get("plane_loss")
        return self.at(*self.path[points].T) if known is None else known[points]

    @property
    def in_words(self) -> str:
        """What plane it is, where a word chose it, with the numbers that say how good it is."""
        rows = self.objective.rows_in_words
        return (
            f"{self.axes.in_words} The loss is of {rows}.".strip() if rows else self.axes.in_words
        )

    @property
    def numbers(self) -> Mapping[str, float]:
        """The numbers of `in_words`, by name.

        Of a path's plane `first`, `second` and `share`, what its directions hold of the path, and
        `random_walk`, what those of a random walk hold; of the sharpest `top`, `bottom` and their
        residuals, `top_residual` and `bottom_residual`; of a random one the `seed`.
        """
        return self.axes.numbers

    def to_report(self) -> dict[str, object]:
        """Return what is reported of the plane as JSON has it."""
        finite = {name: one if np.isfinite(one) else None for name, one in self.numbers.items()}
        return {
            "x": self.x_name,
            "y": self.y_name,
            "in_words": self.in_words,
            "numbers": finite,
            "refinement": [level._asdict() for level in self.refinement],
        }

    @cached_property
    def refinement(self) -> tuple[Level, ...]:
        """What each grid of half the spacing found that the one before it had missed.

        The last `error` is how far bilinear interpolation between every second point is off from
        the true loss there; of this grid itself it is about a quarter where the loss is smooth.
        """
        return refinement(self.x, self.y, self.loss)

    @property
    def is_slice(self) -> bool:
        """Whether there are params that the surface does not show."""
        return len(self.plane.origin) > 2

    def refined(self) -> "Surface":
        """Return the surface on a grid of half the spacing; the losses that are known are kept.

        So a preview of few points grows to what is wanted, and `refinement` tells after each
        halving what the grid before it had missed.

        >>> import steepest as st
        >>> preview = st.descend("geyser", "waiting", ["duration"]).surface(points=9)
        >>> finer = preview.refined()
        >>> finer.loss.shape, bool((finer.loss[::2, ::2] == preview.loss).all())
        ((17, 17), True)
        """
        x, y = map(_halved, (self.x, self.y))
        centre = self.axes.read(self.plane.origin)
        a, b, on_plane = x - centre[0], y - centre[1], self.objective.on_plane(self.plane)
        loss = np.empty((len(y), len(x)))
        loss[::2, ::2] = self.loss
        loss[::2, 1::2] = on_plane.grid(a[1::2], b[::2])
        loss[1::2] = on_plane.grid(a, b[1::2])
        return replace(self, x=x, y=y, loss=loss)

    def at(self, x: ArrayLike, y: ArrayLike) -> Array:
        """Return the true loss at the points (x, y) of the plane, (points,).

        Raises ChoiceError for what are no numbers, and for shapes that do not go together.
        """
        x, y = _points(x, y)
        centre = self.axes.read(self.plane.origin)
        return self.objective.on_plane(self.plane).at(x - centre[0], y - centre[1])


@np.errstate(over="ignore", invalid="ignore")
def surface_of_trace(
    objective: Objective,
    axes: Axes,
    trace: Trace,
    end: Step,
    points: int = 101,
    show: Show | None = None,
) -> Surface:
    """Return the surface over two axes through the step `end`, with the path inside.

    `show` is given the progress. The loss drawn at `end` is checked against the one recorded there.
    Raises ChoiceError for fewer than 2 points.
    """
    losses = trace.full_losses[trace.kept]
    # A plane is of float64, also that of a descent in float32.
    origin, path = (np.asarray(one, dtype=np.float64) for one in (end.params, trace.params))
    surface = surface_on_plane(objective, axes, origin, path, losses, points, show=show)
    surface = replace(surface, whole_path=whole_path(axes, trace, surface.path))
    a, b = axes.read(origin)
    drawn = surface.loss[np.argmin(np.abs(surface.y - b)), np.argmin(np.abs(surface.x - a))]
    usual = objective.null_loss or abs(float(trace.full_losses[0]))
    _check_centre(float(drawn), end.full_loss, usual, objective.rounding)
    return surface


@np.errstate(over="ignore", invalid="ignore")
def surface_on_plane(
    objective: Objective,
    axes: Axes,
    origin: Array,
    path: Array,
    losses: Array,
    points: int = 101,
    shown: Array | None = None,
    show: Show | None = None,
) -> Surface:
    """Return the surface over two axes through `origin`, with the params of a `path` inside.

    `path` has shape (n, params) and `losses` (n,): the first is the start, NaN where the loss is
    not known. `origin` is a point of the grid, unless the window is given: `shown`, which is
    `[[x low, x high], [y low, y high]]`. Raises ChoiceError for fewer than 2 points.
    """
    points = whole_number("points", points, least=2)
    plane = Plane(origin, axes.u, axes.v)
    on_plane = objective.on_plane(plane)
    centre, bowl = axes.read(origin), on_plane.bowl()
    projected = axes.read(path)
    if shown is None:
        known = ~np.isnan(losses)
        about = (projected - centre)[known]
        shown_about = window(about, losses[known], bowl, axes.size(origin))
        sides = square(shown_about) if axes.has_one_scale else shown_about
        a, b = (_through_zero(low, high, points) for low, high in sides)
        x, y = centre[0] + a, centre[1] + b
    else:
        x, y = (_between(low, high, points) for low, high in shown)
        a, b = x - centre[0], y - centre[1]
    return Surface(
        x=x,
        y=y,
        loss=loss_on_grid(on_plane, a, b, show),
        path=projected,
        path_loss=losses,
        off_plane=axes.off_plane(path - origin),
        x_name=axes.x_name,
        y_name=axes.y_name,
        held=axes.held(origin),
        exact=not objective.rows_in_words,
        objective=objective,
        plane=plane,
        axes=axes,
        lowest=_lowest(objective, origin, centre, bowl),
    )


def whole_path(axes: Axes, trace: Trace, path: Array) -> Array:
    """Return x and y of all steps of a trace, of which `path`, (kept, 2), has some; else NaN."""
    known = trace.projections
    along = None if known is None else known.along(np.array(axes.reading))
    whole = np.full((len(trace), 2), np.nan) if along is None else path[0] + (along - along[0])
    whole[trace.kept] = path
    return whole


def _points(x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """Return x and y as float64 of the same shape, (points,)."""
    one, other = _numbers("x", x), _numbers("y", y)
    try:
        a, b = np.broadcast_arrays(one, other)
    except ValueError:
        raise ChoiceError(
            f"x has the shape {np.shape(x)} and y {np.shape(y)}, but each point has one x and one y"
        ) from None
    return a, b


def _numbers(name: str, given: ArrayLike) -> Array:
    """Return coordinates as float64, at least (1,)."""
    numbers = as_numbers(given)
    if numbers is None:
        got = reprlib.repr(given)
        raise ChoiceError(f"{name} is {got}, but it must be a number, or a list of numbers")
    return np.atleast_1d(numbers)


def _lowest(objective: Objective, origin: Array, centre: Array, bowl: Bowl | None) -> Array | None:
    """Return where the loss is lowest on a plane; None where it is not known to be, anywhere.

    A loss that falls for ever has no minimum, and what is lowest on a slice would pass for one.
    """
    if bowl is None or not bowl.is_lowest or objective.recession(origin).found:
        return None
    lowest: Array = centre + bowl.lowest
    return lowest


def _check_centre(drawn: float, recorded: float, usual: float, rounding: float) -> None:
    """Refuse to draw a surface that is not the one the run walked on: that is our fault.

    Rounding is forgiven: that of margins with large terms, and of a loss that is next to nothing
    of a constant guess's, or where that means nothing of the start's, the `usual`. By `rounding`
    two losses may differ, by its share of them.
    """
    rtol, atol = max(1e-6, 10 * rounding), max(1e-9, rounding) * usual
    if not np.isclose(drawn, recorded, rtol=rtol, atol=atol):
        raise RuntimeError(f"the surface has {drawn!r} where the run recorded {recorded!r}")


def _through_zero(low: float, high: float, points: int) -> Array:
    """Return evenly spaced points from about `low` to about `high`, one of them exactly 0."""
    spacing = (high - low) / (points - 1)
    first = np.round(low / spacing)
    return spacing * (first + np.arange(points))


def _halved(grid: Array) -> Array:
    """Return a grid with the middle of each two neighbours, (2 points - 1,)."""
    finer = np.empty(2 * len(grid) - 1)
    finer[::2], finer[1::2] = grid, 0.5 * (grid[:-1] + grid[1:])
    return finer


def _between(low: float, high: float, points: int) -> Array:
    """Return `middle + half k` for evenly spaced k from -1 to 1: ends, middle, mirror are exact."""
    k = np.arange(1 - points, points, 2) / (points - 1)
    grid: Array = 0.5 * (low + high) + 0.5 * (high - low) * k
    grid[0], grid[-1] = low, high
    return grid
