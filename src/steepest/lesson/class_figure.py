"""A class in one figure: all its runs over one true surface, and how many ended how."""

from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from steepest.lesson.classroom import ENDS, Classroom
from steepest.numerals import counted
from steepest.surface.surface import Surface
from steepest.view.chart import numbers_on
from steepest.view.format import Format
from steepest.view.pair import draw_pair
from steepest.view.shading import shades_of
from steepest.view.style import CLASSES, MARKS, SURFACE, halo

__all__ = ["draw_class"]

FAINT = 0.35
"""How dark the paths are: a hundred of them lie over each other, and the surface still shows."""


def draw_class(room: Classroom, wanted: Format) -> Figure:
    """Return the figure of a class."""
    surface = room.surface
    how = f"{counted(len(room.runs), 'run')}, each made again from the choices in its link"
    panels = partial(_draw_ways, room=room, surface=surface), partial(_draw_ends, room=room)
    note = "White circle: a start. Each mark is where a run ended; a path may leave the picture."
    return draw_pair(wanted, f"A class on {room.truth.story.title}", how, note, *panels)


def _look(end: str) -> tuple[str, str]:
    """Return colour and mark of an end."""
    at = list(ENDS).index(end)
    return CLASSES[at], MARKS[at]


def _draw_ways(axes: Axes, room: Classroom, surface: Surface) -> None:
    shades = shades_of(surface)
    colours: dict[str, Any] = {"cmap": SURFACE, "norm": shades.norm, "shading": "gouraud"}
    axes.pcolormesh(surface.x, surface.y, surface.loss, rasterized=True, **colours)
    axes.contour(
        surface.x, surface.y, surface.loss, shades.levels, colors="white", linewidths=0.7, alpha=0.6
    )
    for student in room.students:
        if student.run is None:
            continue
        colour, mark = _look(student.end)
        path = surface.axes.read(np.asarray(student.run.trace.params, dtype=np.float64))
        path = path[np.isfinite(path).all(axis=1)]
        axes.plot(*path.T, color="white", lw=0.8, alpha=FAINT)
        axes.plot(*path[0], "o", ms=4, mfc="white", mec=colour, mew=1)
        axes.plot(*path[-1], mark, ms=7, color=colour, mec="white", mew=0.8, path_effects=halo(0.5))
    axes.set_xlim(surface.x[0], surface.x[-1])
    axes.set_ylim(surface.y[0], surface.y[-1])
    axes.set_xlabel(room.truth.story.param_label(surface.x_name))
    axes.set_ylabel(room.truth.story.param_label(surface.y_name))
    axes.set_title("All runs over one loss surface" + (", a slice" if surface.is_slice else ""))
    numbers_on(axes.xaxis)
    numbers_on(axes.yaxis)


def _draw_ends(axes: Axes, room: Classroom) -> None:
    """Draw how many runs ended how."""
    ends = room.ends
    for place, (end, count) in enumerate(ends.items()):
        colour, mark = _look(end)
        axes.barh(place, count, color=colour, height=0.6)
        axes.plot(0, place, mark, ms=9, color=colour, mec="white", clip_on=False, zorder=5)
    axes.set_yticks(range(len(ends)), [f"{end}: {count}" for end, count in ends.items()])
    axes.invert_yaxis()
    axes.set_xlabel("runs")
    axes.set_title("How they ended")
