"""The loss surface in three dimensions, with the path lying on it."""

import numpy as np
from matplotlib import colormaps
from matplotlib.artist import Artist
from mpl_toolkits.mplot3d.art3d import Poly3DCollection
from mpl_toolkits.mplot3d.axes3d import Axes3D
from numpy.typing import NDArray

from steepest.numerals import short
from steepest.view.chart import numbers_on, path_style
from steepest.view.panel import DrawnPath
from steepest.view.scene import Scene
from steepest.view.shading import clipped_polygons, cut_of, shades_of
from steepest.view.style import PATH, SURFACE

__all__ = ["Relief", "surface_title"]

Array = NDArray[np.float64]

ELEVATION = 38.0
"""The elevation of the camera above the plane of the params, in degrees."""

HEIGHT = 0.72
"""The height of the box; its sides are 1."""


def surface_title(scene: Scene) -> str:
    """Return what the panel shows, and at which loss it is cut."""
    cut = cut_of(scene.surface)
    title = "Loss surface" + (", a slice" if scene.surface.is_slice else "")
    return title if cut >= scene.surface.loss.max() else f"{title}, cut at {short(cut)}"


class Relief:
    """The loss surface in three dimensions, from where most of the path is visible."""

    def __init__(self, axes: Axes3D, scene: Scene, path: DrawnPath) -> None:
        self._path = path
        self._draw_surface(axes, scene)
        self._frame(axes, scene)
        self._z = _inside(scene, path, path.losses)
        self._below = _inside(scene, path, path.slice_losses)
        (self._shadow,) = axes.plot([], [], [], ":", color="white", lw=1.6, zorder=5)
        self._shadow.set_visible(scene.surface.is_slice)
        (self._line,) = axes.plot([], [], [], **path_style(path))
        (self._start,) = axes.plot(
            path.x[:1],
            path.y[:1],
            path.losses[:1],
            "o",
            mfc="white",
            mec=PATH,
            mew=2,
            ms=9,
            zorder=7,
        )
        (self._here,) = axes.plot(
            [], [], [], "o", color=PATH, mec="white", mew=1.6, ms=10, zorder=8
        )

    def _draw_surface(self, axes: Axes3D, scene: Scene) -> None:
        """Draw the surface up to its cut, and lines of equal loss on it."""
        surface, shades, cut = scene.surface, shades_of(scene.surface), cut_of(scene.surface)
        axes.computed_zorder = False
        patches = clipped_polygons(surface, cut)
        colours = colormaps[SURFACE](shades.norm(patches[:, :, 2].mean(axis=1)))
        below = Poly3DCollection(
            patches, facecolors=colours, linewidths=0, antialiased=False, zorder=1
        )
        below.set_rasterized(True)
        axes.add_collection3d(below, autolim=False)
        axes.contour(
            surface.x,
            surface.y,
            surface.loss,
            shades.levels[shades.levels < cut],
            colors="white",
            linewidths=0.7,
            alpha=0.6,
            zorder=2,
        )
        axes.set_zlim(float(np.nanmin(surface.loss)), cut)

    def _frame(self, axes: Axes3D, scene: Scene) -> None:
        surface = scene.surface
        axes.view_init(elev=ELEVATION, azim=_best_side(scene, self._path))
        axes.set_box_aspect((1, 1, HEIGHT), zoom=0.9)
        axes.set_xlim(surface.x[0], surface.x[-1])
        axes.set_ylim(surface.y[0], surface.y[-1])
        axes.set_xlabel(scene.param_label(surface.x_name), labelpad=6)
        axes.set_ylabel(scene.param_label(surface.y_name), labelpad=6)
        axes.set_zlabel(scene.loss_label, labelpad=14 if surface.loss.max() > 1e5 else 7)
        for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
            numbers_on(axis)
            axis.set_pane_color((0.965, 0.972, 0.98, 1.0))
            axis._axinfo["grid"].update(color="#dde3e9", linewidth=0.6)

    @property
    def moving(self) -> list[Artist]:
        """Path (and where it lies off a slice, its shadow there), start and current point."""
        return [self._shadow, self._line, self._start, self._here]

    def show(self, at: int) -> None:
        """Draw the path up to point `at`, at its true losses; what left the box is not drawn."""
        shown = slice(0, at + 1)
        x, y, z = self._path.x[shown], self._path.y[shown], self._z[shown]
        self._line.set_data_3d(x, y, z)
        self._here.set_data_3d(x[-1:], y[-1:], z[-1:])
        self._shadow.set_data_3d(x, y, self._below[shown])


def _inside(scene: Scene, path: DrawnPath, losses: Array) -> Array:
    """Return the losses of the path, NaN where it is outside the box that is drawn."""
    x, y, cut = scene.surface.x, scene.surface.y, cut_of(scene.surface)
    across = (path.x >= x[0]) & (path.x <= x[-1]) & (path.y >= y[0]) & (path.y <= y[-1])
    return np.where(across & (losses <= cut), losses, np.nan)


def _best_side(scene: Scene, path: DrawnPath) -> float:
    """Return the azimuth, in degrees, with the highest `_visibility`, of every tenth one."""
    inside = np.flatnonzero(np.isfinite(_inside(scene, path, path.losses)))[:60]
    scores = {
        azimuth: _visibility(azimuth, scene, path, inside) for azimuth in range(-170, 181, 10)
    }
    return float(max(scores, key=lambda azimuth: scores[azimuth]))


def _visibility(azimuth: int, scene: Scene, path: DrawnPath, inside: NDArray[np.intp]) -> float:
    """Return the share of points that no surface hides + 0.25 times their spread across the view.

    A point is hidden where the ray from it towards the camera, sampled at 50 distances, lies below
    the surface. All is measured in the box, whose sides are 1 and whose height is `HEIGHT`.
    """
    surface = scene.surface
    low, high = np.nanmin(surface.loss), cut_of(surface)
    u = (path.x[inside] - surface.x[0]) / (surface.x[-1] - surface.x[0])
    v = (path.y[inside] - surface.y[0]) / (surface.y[-1] - surface.y[0])
    h = (path.losses[inside] - low) / (high - low) * HEIGHT
    angle = np.deg2rad(azimuth)
    toward = np.array([np.cos(angle), np.sin(angle), np.tan(np.deg2rad(ELEVATION))])
    distance = np.linspace(0.02, 1.2, 50)[:, None]
    at_u, at_v = u + distance * toward[0], v + distance * toward[1]
    over = (at_u >= 0) & (at_u <= 1) & (at_v >= 0) & (at_v <= 1)
    cells = len(surface.x) - 1
    column = np.clip(at_u * cells, 0, cells).astype(int)
    row = np.clip(at_v * cells, 0, cells).astype(int)
    loss = surface.loss[row, column]
    height = np.where(loss <= high, loss - low, 0.0) / (high - low) * HEIGHT
    hidden = (over & (height > h + distance * toward[2] + 0.01)).any(axis=0)
    across = -u * np.sin(angle) + v * np.cos(angle)
    return float((~hidden).mean() + 0.25 * np.ptp(across) if len(inside) else 0.0)
