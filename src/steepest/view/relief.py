"""The loss surface in three dimensions, with the path lying on it."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, cast

import numpy as np
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from mpl_toolkits.mplot3d.art3d import Line3D, Poly3DCollection
from mpl_toolkits.mplot3d.axes3d import Axes3D
from mpl_toolkits.mplot3d.proj3d import proj_transform
from numpy.typing import NDArray

from steepest.numerals import short
from steepest.surface.surface import Surface
from steepest.view.chart import MOST_TICKS, numbers_on, path_style
from steepest.view.heights import heights_of
from steepest.view.panel import DrawnPath, Panel, Route
from steepest.view.scene import Scene
from steepest.view.shading import clipped_polygons, shades_of
from steepest.view.story import shortened
from steepest.view.style import PATH, SURFACE, theme_in_use

__all__ = ["Relief"]

Array = NDArray[np.float64]

ELEVATION = 38.0
"""The elevation of the camera above the plane of the params, in degrees."""

AZIMUTHS = range(-120, -59, 5)
"""The azimuths of the camera: x runs to the right, and y, upwards on the map, to the back."""

HEIGHT = 0.72
"""The height of the box by its depth, along y."""

WIDEST = 1.7
"""The width of the box by its depth at most: where there is room it is wide, as the map is."""

FITTINGS = 3
"""How often the drawing is measured and scaled to its cell: type does not grow with it."""

HANGS = 0.02
"""The share of the height by which a point is off the slice before a stem joins the two."""

FEW, FEW_BELOW = 2, 2.4
"""Parts between the numbers of an axis in a cell lower than so many inches: five lie on each other
there, looked at on a film of a table with long numbers, whose cell is 2 inches high."""

LETTER = 1.6
"""How much further from the box, in points, the numbers of heights stand for each letter."""

MOST_LETTERS = 22
"""Letters of a name at an axis in three dimensions; the map has it in full, with its unit."""

FEW_LETTERS = 12
"""The same in a low cell, where a long name would leave no room for the box."""


STEM: Mapping[str, Any] = {"color": PATH, "linestyle": (0, (2, 1.5)), "lw": 1.6, "zorder": 5}
"""How the stem of the start, and of the current point, is drawn."""

FAINT: Mapping[str, Any] = {**STEM, "lw": 1.1, "alpha": 0.7}
"""How the stems of points between are drawn."""

MOST_STEMS = 16
"""Points of the path that may have a stem: of more the stems are a fence that hides the surface."""


class Relief(Panel):
    """The loss surface in three dimensions, from where most of the path is visible.

    What is drawn is at `Heights` of its loss, 0 to 1, in axes of its own above those of its cell,
    which hold the title.
    """

    def __init__(self, cell: Axes, scene: Scene, path: DrawnPath) -> None:
        self._cell, self._scene, self._path = cell, scene, path
        self._heights = heights_of(scene.surface)
        added = cast(Figure, cell.figure).add_axes((0, 0, 1, 1), projection="3d")
        self.axes = axes = cast(Axes3D, added)
        axes.set_in_layout(False)
        axes.patch.set_visible(False)
        self._entitle(cell, scene)
        self._draw_surface(axes, scene)
        self._frame(axes, scene)
        self._z = _inside(scene, path, self._heights.of(path.losses))
        self._below = _inside(scene, path, np.minimum(self._heights.of(path.slice_losses), 1.0))
        self._shadow = _line(axes, ":", color="white", lw=1.6, zorder=5)
        self._shadow.set_visible(scene.surface.is_slice)
        self._stems = [_line(axes, **STEM) for _ in range(2)]
        self._between = _line(axes, **FAINT)
        self._stemmed = np.unique(np.linspace(0, len(path.x) - 1, MOST_STEMS).astype(np.intp))
        self._line = _line(axes, **path_style(path))
        self._route_z = self._heights_of_route(path.route)
        if path.route is not None:
            self._line.set_marker("" if self._route_z is not None else "o")
            self._line.set_linestyle("-" if self._route_z is not None else ":")
        self._start = _line(axes, "o", mfc="white", mec=PATH, mew=2, ms=9, zorder=7)
        self._start.set_data_3d(path.x[:1], path.y[:1], self._z[:1])
        self._here = _line(axes, "o", color=PATH, mec="white", mew=1.6, ms=10, zorder=8)

    def _heights_of_route(self, route: Route | None) -> Array | None:
        """Return the heights of all steps; None where the loss of all rows is not known of each."""
        if route is None or not np.isfinite(route.losses).all():
            return None
        return _inside(self._scene, route, self._heights.of(route.losses))

    def _draw_surface(self, axes: Axes3D, scene: Scene) -> None:
        """Draw the surface up to its cut, and lines of equal loss on it."""
        surface, shades, heights = scene.surface, shades_of(scene.surface), self._heights
        axes.computed_zorder = False
        patches = clipped_polygons(surface, heights.cut)
        colours = colormaps[SURFACE](shades.norm(patches[:, :, 2].mean(axis=1)))
        patches[:, :, 2] = heights.of(patches[:, :, 2])
        below = Poly3DCollection(
            patches, facecolors=colours, linewidths=0, antialiased=False, zorder=1
        )
        below.set_rasterized(True)
        below.set_in_layout(False)
        axes.add_collection3d(below, autolim=False)
        axes.contour(
            surface.x,
            surface.y,
            heights.of(surface.loss),
            heights.of(shades.levels[shades.levels < heights.cut]),
            colors="white",
            linewidths=0.7,
            alpha=0.6,
            zorder=2,
        )

    def _frame(self, axes: Axes3D, scene: Scene) -> None:
        surface, theme = scene.surface, theme_in_use()
        axes.set_xlim(surface.x[0], surface.x[-1])
        axes.set_ylim(surface.y[0], surface.y[-1])
        axes.set_zlim(0.0, 1.0)
        axes.set_xlabel(_axis_word(scene, surface.x_name), labelpad=9)
        axes.set_ylabel(_axis_word(scene, surface.y_name))
        axes.set_zticks(*self._heights.ticks())
        for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
            axis.set_pane_color(theme.wall)
            axis._axinfo["grid"].update(color=theme.faint, linewidth=0.6)

    def _entitle(self, cell: Axes, scene: Scene) -> None:
        """Say what is drawn, and what its height is: beside a turned axis there is no room."""
        cell.set_axis_off()
        surface, muted = scene.surface, theme_in_use().muted
        cell.set_title("Loss surface" + (", a slice" if surface.is_slice else ""), pad=18)
        said = f"height: {scene.loss_label}{self._how_high(surface)}"
        cell.annotate(
            said, (0, 1), (0, 5), "axes fraction", "offset points", fontsize=9.5, color=muted
        )

    def settle(self) -> None:
        """Fill the cell: as large as all that is drawn, names and numbers too, fits into it."""
        room = self._room()
        centre, side = np.array([room.x0 + room.x1, room.y0 + room.y1]) / 2, room.height
        middle, wide = centre, np.clip(0.75 * room.width / room.height, 1.0, WIDEST)
        self.axes.set_box_aspect((wide, 1, HEIGHT))
        self.axes.view_init(elev=ELEVATION, azim=_best_side(self._scene, self._path, wide))
        few = room.height < FEW_BELOW * self.axes.figure.dpi
        for axis in (self.axes.xaxis, self.axes.yaxis):
            numbers_on(axis, FEW if few else MOST_TICKS)
            most = FEW_LETTERS if few else MOST_LETTERS
            axis.set_label_text(shortened(axis.get_label_text(), most))
        self._stand_off()
        for _ in range(FITTINGS):
            self._place(middle, side)
            drawn = self._extent()
            share = min(room.width / drawn.width, room.height / drawn.height)
            off = np.array([drawn.x0 + drawn.x1, drawn.y0 + drawn.y1]) / 2 - middle
            middle, side = centre - share * off, share * side
        self._place(middle, side)

    def _room(self) -> Bbox:
        """Return the cell, and below it what its neighbours take for the numbers at their axes."""
        room, spec = self._cell.get_window_extent(), self._cell.get_subplotspec()
        assert spec is not None
        bottom = room.y0
        for axes in cast(Figure, self._cell.figure).axes:
            beside = axes.get_subplotspec()
            if beside is None or beside.rowspan.start != spec.rowspan.start:
                continue
            numbers = axes.xaxis.get_tightbbox()
            bottom = bottom if numbers is None else min(bottom, numbers.y0)
        return Bbox.from_extents(room.x0, bottom, room.x1, room.y1)

    def _stand_off(self) -> None:
        """Move long numbers beside the box away from it: they are centred where they stand."""
        self._extent()
        for name, axis in (("y", self.axes.yaxis), ("z", self.axes.zaxis)):
            longest = max((len(text.get_text()) for text in axis.get_ticklabels()), default=0)
            self.axes.tick_params(axis=name, pad=LETTER * longest)
            axis.labelpad = 3.0 + 2.0 * LETTER * longest

    def _place(self, middle: Array, side: float) -> None:
        """Put the square of the axes, in pixels, where its middle and its side say."""
        size = np.array([self.axes.figure.bbox.width, self.axes.figure.bbox.height])
        low = (middle - side / 2) / size
        self.axes.set_position((low[0], low[1], side / size[0], side / size[1]))

    def _extent(self) -> Bbox:
        """Return the extent, in pixels, of the box with the numbers and names at its axes."""
        axes = self.axes
        self._draw_alone()
        corners = product(axes.get_xlim(), axes.get_ylim(), axes.get_zlim())
        across, up, _ = proj_transform(*np.array(list(corners)).T, axes.get_proj())
        box = Bbox.null()
        box.update_from_data_xy(axes.transData.transform(np.column_stack([across, up])))
        named = [axis.get_tightbbox() for axis in (axes.xaxis, axes.yaxis, axes.zaxis)]
        return Bbox.union([box, *(one for one in named if one is not None)])

    def _draw_alone(self) -> None:
        """Work out where the axes' numbers and names stand, without drawing anything else."""
        figure = cast(Figure, self.axes.figure)
        panels = [one for one in figure.axes if one is not self.axes]
        others = [one for one in (*panels, *self.axes.collections) if one.get_visible()]
        for one in others:
            one.set_visible(False)
        figure.draw_without_rendering()
        for one in others:
            one.set_visible(True)

    def _how_high(self, surface: Surface) -> str:
        """Return how a loss becomes a height, where that is not plain."""
        if self._heights.is_root:
            return ", square-root axis"
        cut = self._heights.cut
        return f", cut at {short(cut)}" if cut < np.nanmax(surface.loss) else ""

    @property
    def moving(self) -> list[Artist]:
        """Path, start, current point; where it lies off a slice, its shadow and stems there."""
        return [self._shadow, self._between, self._line, *self._stems, self._start, self._here]

    def show(self, at: int) -> None:
        """Draw the path up to point `at`, at its true losses; what left the box is not drawn."""
        shown = slice(0, at + 1)
        x, y, z = self._path.x[shown], self._path.y[shown], self._z[shown]
        self._line.set_data_3d(*self._way(at, (x, y, z)))
        self._here.set_data_3d(x[-1:], y[-1:], z[-1:])
        self._shadow.set_data_3d(x, y, self._below[shown])
        for stem, point in zip(self._stems, (0, at), strict=True):
            stem.set_data_3d(*self._stem(point))
        between = [self._stem(int(point)) for point in self._stemmed[self._stemmed < at]]
        self._between.set_data_3d(*_joined(between))

    def _way(self, at: int, points: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        """Return the line up to point `at`: through all steps, where the loss of each is known."""
        route, z = self._path.route, self._route_z
        if route is None or z is None:
            return points
        taken = route.up_to(int(self._path.steps[at]))
        return route.x[:taken], route.y[:taken], z[:taken]

    def _stem(self, at: int) -> tuple[Array, Array, Array]:
        """Return the line from a point to the slice below or above it, empty where it is on it."""
        ends = np.array([self._z[at], self._below[at]])
        hangs = abs(ends[0] - ends[1]) > HANGS
        ends = ends if hangs else np.empty(0)
        return np.full(len(ends), self._path.x[at]), np.full(len(ends), self._path.y[at]), ends


def _joined(lines: Sequence[tuple[Array, Array, Array]]) -> Array:
    """Return lines as x, y and z of one, (3, points), with a gap after each."""
    parts = [np.pad(line, ((0, 0), (0, 1)), constant_values=np.nan) for line in lines]
    return np.concatenate([np.empty((3, 0)), *parts], axis=1)


def _line(axes: Axes3D, *mark: str, **style: Any) -> Line3D:
    """Return a line, or the points of a mark, that is drawn nowhere yet."""
    (line,) = axes.plot([], [], [], *mark, **style)
    return cast(Line3D, line)


def _axis_word(scene: Scene, name: str) -> str:
    """Return what an axis is called in three dimensions."""
    names = scene.param_names
    return scene.param_words[names.index(name)] if name in names else name


def _inside(scene: Scene, path: DrawnPath | Route, heights: Array) -> Array:
    """Return the heights of the path, NaN where it is outside the box that is drawn."""
    x, y = scene.surface.x, scene.surface.y
    across = (path.x >= x[0]) & (path.x <= x[-1]) & (path.y >= y[0]) & (path.y <= y[-1])
    return np.where(across & (heights <= 1.0), heights, np.nan)


def _best_side(scene: Scene, path: DrawnPath, wide: float) -> float:
    """Return the azimuth, in degrees, with the highest `_visibility`, of those of `AZIMUTHS`.

    `wide` is the width of the box by its depth.
    """
    heights = heights_of(scene.surface)
    inside = np.flatnonzero(np.isfinite(_inside(scene, path, heights.of(path.losses))))[:60]
    scores = {azimuth: _visibility(azimuth, scene, path, inside, wide) for azimuth in AZIMUTHS}
    return float(max(scores, key=lambda azimuth: scores[azimuth]))


def _visibility(
    azimuth: int, scene: Scene, path: DrawnPath, inside: NDArray[np.intp], wide: float
) -> float:
    """Return the share of points that no surface hides + 0.25 times their spread across the view.

    A point is hidden where the ray from it towards the camera, sampled at 50 distances, lies below
    the surface. All is measured in the box, which is `wide`, 1 deep and `HEIGHT` high;
    `u` and `v` are shares of its sides.
    """
    surface, heights = scene.surface, heights_of(scene.surface)
    u = (path.x[inside] - surface.x[0]) / (surface.x[-1] - surface.x[0])
    v = (path.y[inside] - surface.y[0]) / (surface.y[-1] - surface.y[0])
    h = heights.of(path.losses[inside]) * HEIGHT
    angle = np.deg2rad(azimuth)
    toward = np.array([np.cos(angle), np.sin(angle), np.tan(np.deg2rad(ELEVATION))])
    distance = np.linspace(0.02, 1.2 * wide, 50)[:, None]
    at_u, at_v = u + distance * toward[0] / wide, v + distance * toward[1]
    over = (at_u >= 0) & (at_u <= 1) & (at_v >= 0) & (at_v <= 1)
    cells = len(surface.x) - 1
    column = np.clip(at_u * cells, 0, cells).astype(int)
    row = np.clip(at_v * cells, 0, cells).astype(int)
    height = heights.of(surface.loss[row, column])
    height = np.where(height <= 1.0, height, 0.0) * HEIGHT
    hidden = (over & (height > h + distance * toward[2] + 0.01)).any(axis=0)
    across = -u * wide * np.sin(angle) + v * np.cos(angle)
    return float((~hidden).mean() + 0.25 * np.ptp(across) if len(inside) else 0.0)
