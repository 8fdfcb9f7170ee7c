"""Data and fit of two features: their plane with the rows, over what is predicted everywhere.

Classes: their colours mixed by probability, and a line where the likeliest class changes. A number:
its colour, and lines of equal prediction. The page has the same (`page/web/cards/fit_plane.js`).
"""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from contourpy import contour_generator
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from steepest.numerals import short
from steepest.view.chart import numbers_on
from steepest.view.panel import DrawnPath, Panel
from steepest.view.scene import Scene
from steepest.view.style import CLASSES, MARKS, SURFACE, theme_in_use

__all__ = ["ClassRegions", "FittedHeights"]

Array = NDArray[np.float64]

SIDE = 80
"""Points a side at which the model is asked; what is between is drawn between."""

STRENGTH = 0.45
"""How strong the colours of classes are below the marks of the rows."""

LEVELS = 8
"""Lines of equal prediction, about."""

MOST_COLUMNS = 4
"""Names of classes that fit side by side."""


class _OverPlane(Panel):
    """The plane of two features; who inherits it draws the rows, and what is predicted."""

    def __init__(self, axes: Axes, scene: Scene, path: DrawnPath) -> None:
        self._scene, self._path = scene, path
        self._x, self._y = (_span(scene.X[:, j]) for j in (0, 1))
        across, up = np.meshgrid(self._x, self._y)
        self._cells = np.column_stack([across.ravel(), up.ravel()])
        extent = (self._x[0], self._x[-1], self._y[0], self._y[-1])
        blank = np.ones((SIDE, SIDE, 3))
        self._image = axes.imshow(
            blank, extent=extent, origin="lower", aspect="auto", interpolation="bilinear", zorder=0
        )
        self._lines = LineCollection([], zorder=1)
        axes.add_collection(self._lines)
        axes.set_xlim(extent[:2])
        axes.set_ylim(extent[2:])
        axes.set_xlabel(scene.feature_labels[0])
        axes.set_ylabel(scene.feature_labels[1])
        axes.set_title("Data and fit")
        numbers_on(axes.xaxis)
        numbers_on(axes.yaxis)
        self._rows: list[Artist] = []

    @property
    def moving(self) -> list[Artist]:
        """What is predicted; and the rows, which lie over it."""
        return [self._image, self._lines, *self._rows]

    def _trace(self, heights: Array, levels: Sequence[float]) -> list[Array]:
        """Return the lines, (points, 2) each, along which heights, (cells,), have a level."""
        found: Any = contour_generator(self._x, self._y, heights.reshape(SIDE, SIDE))
        return [line for level in levels for line in found.lines(level)]


class ClassRegions(_OverPlane):
    """The regions of the classes."""

    def __init__(self, axes: Axes, scene: Scene, path: DrawnPath) -> None:
        super().__init__(axes, scene, path)
        count = len(scene.class_labels)
        colours = [CLASSES[i % len(CLASSES)] for i in range(count)]
        self._colours = np.array([to_rgb(colour) for colour in colours])
        self._paper = np.array(to_rgb(theme_in_use().paper))
        self._lines.set(color=theme_in_use().ink, linewidth=1.6)
        self._rows = [_marks_of(axes, scene, i, colour) for i, colour in enumerate(colours)]
        if count <= len(CLASSES):
            axes.legend(
                loc="lower right",
                bbox_to_anchor=(1.0, 1.0),
                ncols=min(count, MOST_COLUMNS),
                fontsize=9.5,
                handletextpad=0.2,
                columnspacing=1.0,
                borderaxespad=0.1,
            )

    def show(self, at: int) -> None:
        """Draw the regions of point `at`."""
        shares = self._scene.probabilities_at(self._path.params[at], self._cells)
        mixed = STRENGTH * (shares @ self._colours) + (1 - STRENGTH) * self._paper
        self._image.set_data(mixed.reshape(SIDE, SIDE, 3))
        self._lines.set_segments(
            [line for lead in _leads(shares) for line in self._trace(lead, [0.0])]
        )


class FittedHeights(_OverPlane):
    """The number that is predicted, by its colour, which is that of the rows' own numbers."""

    def __init__(self, axes: Axes, scene: Scene, path: DrawnPath) -> None:
        super().__init__(axes, scene, path)
        self._low, self._high = float(scene.y.min()), float(scene.y.max())
        self._shades = mpl.colormaps[SURFACE]
        self._levels = [
            float(one) for one in MaxNLocator(LEVELS).tick_values(self._low, self._high)
        ]
        self._lines.set(color=theme_in_use().paper, linewidth=1.0, alpha=0.8)
        shades = self._shades(self._share(scene.y))
        edge = theme_in_use().paper
        x, y = scene.X.T
        self._rows = [axes.scatter(x, y, c=shades, s=30, edgecolors=edge, linewidths=0.7)]
        self._scale(axes, scene)

    def _share(self, values: Array) -> Array:
        """Return how far numbers are from the lowest to the highest of the rows, 0 to 1."""
        return np.clip((values - self._low) / (self._high - self._low or 1.0), 0.0, 1.0)

    def _scale(self, axes: Axes, scene: Scene) -> None:
        """Add the colours of three numbers."""
        numbers = np.linspace(self._low, self._high, 3)
        shades = self._shades(self._share(numbers))
        names = [f"{scene.target_label}: {short(numbers[0])}", *map(short, numbers[1:].tolist())]
        handles = [
            Line2D([], [], marker="o", ls="", color=shade, label=name)
            for shade, name in zip(shades, names, strict=True)
        ]
        axes.legend(
            handles=handles,
            loc="lower right",
            bbox_to_anchor=(1.0, 1.0),
            ncols=3,
            fontsize=9.5,
            handletextpad=0.2,
            columnspacing=1.0,
            borderaxespad=0.1,
        )

    def show(self, at: int) -> None:
        """Draw the predictions of point `at`."""
        predicted = self._scene.predictions(self._path.params[at], self._cells)
        shades = self._shades(self._share(predicted))[:, :3]
        self._image.set_data(shades.reshape(SIDE, SIDE, 3))
        self._lines.set_segments(self._trace(predicted, self._levels))


def _span(values: Array) -> Array:
    """Return the places of the cells along a feature, (SIDE,): its range and a little beyond."""
    low, high = float(values.min()), float(values.max())
    room = 0.08 * (high - low) or 1.0
    return np.linspace(low - room, high + room, SIDE)


def _marks_of(axes: Axes, scene: Scene, i: int, colour: str) -> Artist:
    """Return the rows of class i."""
    chosen = scene.y == i
    (marks,) = axes.plot(
        *scene.X[chosen].T,
        MARKS[(i + i // len(CLASSES)) % len(MARKS)],
        ms=5,
        mec=theme_in_use().paper,
        mew=0.5,
        color=colour,
        label=f"actual {scene.class_labels[i]}",
    )
    return marks


def _leads(shares: Array) -> list[Array]:
    """Return by how much each class is likelier than all others, (cells,): 0 on its border."""
    count = shares.shape[1]
    if count == 2:
        return [shares[:, 1] - shares[:, 0]]
    others = [np.delete(shares, i, axis=1).max(axis=1) for i in range(count)]
    return [shares[:, i] - others[i] for i in range(count)]
