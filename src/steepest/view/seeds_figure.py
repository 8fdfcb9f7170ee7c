"""Several runs from different seeds in one figure: their paths on one plane, their losses."""

from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from steepest.numerals import short
from steepest.view.chart import numbers_on
from steepest.view.format import Format
from steepest.view.pair import draw_pair
from steepest.view.seeds_story import SeedsScene
from steepest.view.shading import shades_of
from steepest.view.story import label
from steepest.view.style import CLASSES, MARKS, SURFACE, halo

__all__ = ["draw_seeds"]

MARKED = 8
"""Steps of a loss that wear the run's mark, beside its colour."""

WIDE_RANGE = 100.0
"""Losses whose highest is so many times the lowest are drawn on a logarithmic axis."""


def draw_seeds(scene: SeedsScene, wanted: Format) -> Figure:
    """Return the figure: on the left the plane from above, on the right the loss by the step."""
    story = scene.story
    panels = partial(_draw_plane, scene=scene), partial(_draw_losses, scene=scene)
    return draw_pair(wanted, story.title, story.how, _footnote(scene), *panels)


def _footnote(scene: SeedsScene) -> str:
    marks, far = "Each mark is the end of a run, each line its path", scene.off_plane
    if not scene.surface.is_slice:
        return f"{marks}."
    return (
        f"{marks}, as they lie nearest to the plane. "
        f"{scene.surface.in_words} The ends lie {short(float(far.min()))} to "
        f"{short(float(far.max()))} off the plane {scene.surface.axes.units_in_words}, so the "
        "loss drawn under a mark is that of the plane, and its own stands in the list."
    )


def _style(at: int) -> tuple[str, str]:
    """Return colour and mark of the run at a place."""
    return CLASSES[at % len(CLASSES)], MARKS[at % len(MARKS)]


def _draw_plane(axes: Axes, scene: SeedsScene) -> None:
    surface, shades = scene.surface, shades_of(scene.surface)
    colours: dict[str, Any] = {"cmap": SURFACE, "norm": shades.norm, "shading": "gouraud"}
    axes.pcolormesh(surface.x, surface.y, surface.loss, rasterized=True, **colours)
    lines: dict[str, Any] = {"colors": "white", "linewidths": 0.7, "alpha": 0.65}
    axes.contour(surface.x, surface.y, surface.loss, shades.levels, **lines)
    for at, (one, result) in enumerate(zip(scene.paths, scene.story.runs, strict=True)):
        colour, mark = _style(at)
        x, y = one.path.T
        axes.plot(x, y, color=colour, lw=1.6, path_effects=halo(3.2))
        axes.plot(x[:1], y[:1], "o", mfc="white", mec=colour, mew=1.8, ms=7, zorder=5)
        named = f"seed {result.seed}: loss {short(result.loss)}"
        end: dict[str, Any] = {"color": colour, "mec": "white", "ms": 10, "zorder": 6, "ls": ""}
        axes.plot(x[-1:], y[-1:], marker=mark, label=named, **end)
    axes.set_xlim(surface.x[0], surface.x[-1])
    axes.set_ylim(surface.y[0], surface.y[-1])
    axes.set_xlabel(label(surface.x_name, ""))
    axes.set_ylabel(label(surface.y_name, ""))
    slice_word = ", a slice" if surface.is_slice else ""
    axes.set_title(f"Where they began (white) and ended{slice_word}")


def _draw_losses(axes: Axes, scene: SeedsScene) -> None:
    for at, (one, result) in enumerate(zip(scene.paths, scene.story.runs, strict=True)):
        colour, mark = _style(at)
        known = np.flatnonzero(np.isfinite(one.losses))
        line: dict[str, Any] = {"color": colour, "marker": mark, "ms": 5, "lw": 1.6}
        line["markevery"] = max(1, len(known) // MARKED)
        named = f"seed {result.seed}: loss {short(result.loss)}"
        axes.plot(known, one.losses[known], label=named, **line)
    losses = np.concatenate([one.losses for one in scene.paths])
    losses = losses[np.isfinite(losses)]
    if losses.min() > 0.0 and losses.max() > WIDE_RANGE * losses.min():
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(numticks=9))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    else:
        numbers_on(axes.yaxis)
    numbers_on(axes.xaxis)
    axes.set_xlabel("step")
    axes.set_ylabel(scene.story.loss_label)
    axes.set_title("Loss of all rows")
    axes.legend(loc="best")
