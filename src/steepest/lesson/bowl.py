"""The loss over two params: from above as far as it has been walked on, and as a bowl."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from mpl_toolkits.mplot3d.axes3d import Axes3D
from numpy.typing import NDArray

from steepest.lesson.lesson import Lesson
from steepest.lesson.marks import Inks, number_axes
from steepest.lesson.stages import Stage, stage_of
from steepest.lesson.walks import BIAS, WEIGHT
from steepest.lesson.written import in_language
from steepest.view.style import SURFACE, halo, theme_in_use

__all__ = ["draw_bowl", "draw_map", "draw_network_map"]

Array = NDArray[np.float64]

POINTS = 121
"""Points a side of what is drawn of the loss."""

ROOM = 1.35
"""How far beyond the start, from the lowest loss, the window reaches."""

AROUND = 0.8
"""Half the window of the four steps, by the distance from the start to the lowest loss."""

SURFACE_WIDTH = 0.085
"""How far round the walk the surface is drawn, by the side of the window."""


class Window(NamedTuple):
    """The two params along the sides, (points,), and the loss on them, (points, points)."""

    x: Array
    y: Array
    loss: Array
    is_thin: bool = False
    """Whether it is narrower than a point, so that contours would be of points."""


def _window(
    best: Array, center: Array, half: Array, x_of: Array, lowest: float, is_thin: bool = False
) -> Window:
    """Return the loss of a line over `x_of`, (rows,), in a window, d from its lowest point.

    It is `lowest + Var x d_w**2 + (d_b + mean x d_w)**2`: sums of centred numbers, whatever the
    mean. Where it is narrower than a point, `is_thin`, each has the lowest loss within it.
    """
    mean, variance = float(x_of.mean()), float(x_of.var())
    x, y = (
        middle + np.linspace(-side, side, POINTS) for middle, side in zip(center, half, strict=True)
    )
    dx, dy = np.meshgrid(x - best[0], y - best[1])
    if is_thin:
        far = (y[1] - y[0]) / 2
        dy = np.clip(-mean * dx, dy - far, dy + far)
    return Window(x, y, lowest + variance * dx**2 + (dy + mean * dx) ** 2, is_thin)


def _window_of(lesson: Lesson, key: str) -> Window:
    """Return the window of the line's loss at a build, in standard units or the feature's own.

    It is round the lowest point; that of the four steps is round the walk there.
    """
    line, lowest = lesson.line, float(lesson.values["lowest"])
    best, start, rows = line.best, line.start, line.z
    far = np.full(2, np.max(np.abs(start - best)))
    if key in OWN_UNITS:
        best, start, rows = *map(line.in_own_units, (best, start)), line.x
        far = np.abs(start - best)
    if key == "momentum" and line.race.is_stretched:
        _, start, best = valley = line.race.valley
        rows, far = valley.x, np.full(2, np.max(np.abs(start - best)))
    if key != "bowl" and stage_of(key).walks == ("walk",):
        return _window(best, (start + best) / 2, AROUND * far, rows, lowest)
    is_own = key in OWN_UNITS and not (key == "momentum" and line.race.is_stretched)
    return _window(best, best, ROOM * far, rows, lowest, is_own and line.is_thin)


OWN_UNITS = ("ravine", "momentum")
"""The builds in the feature's own units."""


def _paths(lesson: Lesson, stage: Stage) -> list[Array]:
    """Return the walks on the map of a build, each (points, 2)."""
    count = None if stage.at is None else stage.at + 1
    runs = [lesson.walk_called(name) for name in stage.walks]
    return [np.asarray(run.trace.params, dtype=np.float64)[:count] for run in runs]


def draw_map(axes: Axes, lesson: Lesson, key: str, inks: Inks) -> None:
    """Draw the map of a build: the walk so far, the arrows, and what is known of the loss."""
    stage = stage_of(key, Stage(0))
    window, paths = _window_of(lesson, key), _paths(lesson, stage)
    _frame(axes, window, lesson.language, inks)
    if stage.surface:
        _draw_loss(axes, window, paths[-1] if stage.surface == "round" else None)
    for path in paths[:-1]:
        _draw_path(axes, path, theme_in_use().edge)
    if paths:
        _draw_path(axes, paths[-1], inks.now)
    _draw_arrows(axes, lesson, stage.arrows, inks)
    if stage.arrows:
        share = in_language(ARROW, lesson.language)
        axes.set_title(f"→ = −{share} × {lesson.words['titles']['gradient']}", loc="left")
    axes.set_xlabel(lesson.word("weight"), color=inks.weight)
    axes.set_ylabel(lesson.word("bias"), color=inks.bias)


def draw_network_map(axes: Axes, lesson: Lesson, key: str, inks: Inks) -> None:
    """Draw the map of weight 15 and bias 14: at first empty, then the loss and the walk on it."""
    walk = lesson.network
    window = Window(*walk.window)
    _frame(axes, window, lesson.language, inks)
    path = np.asarray(walk.walk.trace.params, dtype=np.float64)
    if key == "surface":
        _draw_loss(axes, window, None)
    _draw_path(axes, path if key == "surface" else path[:1], inks.now)
    words = lesson.words["ui"]
    axes.set_xlabel(WEIGHT.replace("weight", words["weight"]), color=inks.weight)
    axes.set_ylabel(BIAS.replace("bias", words["bias"]), color=inks.bias)


def _frame(axes: Axes, window: Window, language: str, inks: Inks) -> None:
    axes.set_facecolor(inks.ground)
    axes.set_xlim(window.x[0], window.x[-1])
    axes.set_ylim(window.y[0], window.y[-1])
    axes.set_box_aspect(1)
    number_axes(language, axes.xaxis, axes.yaxis)


def _colours(window: Window) -> PowerNorm:
    """Return the share of the colours that a loss has: the root of what it is above the lowest."""
    return PowerNorm(0.5, float(window.loss.min()), float(window.loss.max()))


def _draw_loss(axes: Axes, window: Window, path: Array | None) -> None:
    """Draw the loss from above; of a path only what lies round it."""
    norm = _colours(window)
    colours = colormaps[SURFACE](norm(window.loss))
    if path is not None:
        colours[..., 3] = _seen(window, path)
    sides = (window.x[0], window.x[-1], window.y[0], window.y[-1])
    axes.imshow(colours, extent=sides, origin="lower", aspect="auto", interpolation="bilinear")
    levels = norm.inverse(np.linspace(0, 1, 12)[1:-1])
    shown = (
        np.where(_seen(window, path) > 0.3, window.loss, np.nan)
        if path is not None
        else window.loss
    )
    if not window.is_thin:
        axes.contour(window.x, window.y, shown, levels, colors="white", linewidths=0.7, alpha=0.55)


def _seen(window: Window, path: Array) -> Array:
    """Return how well each point is known from the path, 0 to 1: it fades with the distance."""
    spans = np.array([np.ptp(window.x), np.ptp(window.y)])
    x, y = np.meshgrid(window.x / spans[0], window.y / spans[1])
    near = np.zeros_like(x)
    for point in _filled(path / spans):
        far = (x - point[0]) ** 2 + (y - point[1]) ** 2
        near = np.maximum(near, np.exp(-far / (2 * SURFACE_WIDTH**2)))
    return near


def _filled(path: Array) -> Array:
    """Return a path with points between its own, so that what is drawn has no gaps."""
    between = [
        start + (end - start) * share
        for start, end in pairwise(path)
        for share in (0.25, 0.5, 0.75)
    ]
    return np.vstack([path, *between])


def _draw_path(axes: Axes, path: Array, colour: str) -> None:
    """Draw the steps, and where they have come to."""
    style: dict[str, Any] = {"color": colour, "path_effects": halo(3.2)}
    if len(path) > 1:
        axes.plot(*path.T, "-", lw=1.8, zorder=5, **style)
        axes.plot(*path[:-1].T, "o", ms=3.2, mfc="white", mec=colour, mew=1.0, zorder=6)
    axes.plot(*path[-1], "o", ms=9, color=colour, mec="white", mew=1.6, zorder=7)


ARROW = 0.25
"""The share of the gradient's length that arrows have: no step that is asked for has it."""


def _draw_arrows(axes: Axes, lesson: Lesson, which: tuple[str, ...], inks: Inks) -> None:
    """Draw each param's part of the step against the gradient, and both: a share of its length."""
    at = lesson.line.walk.trace[0]
    start, step = at.params, -ARROW * at.gradient
    ends = {"weight": [step[0], 0.0], "bias": [0.0, step[1]], "sum": list(step)}
    colours = {"weight": inks.weight, "bias": inks.bias, "sum": inks.now}
    for name in which:
        axes.annotate(
            "",
            tuple(start + np.array(ends[name])),
            tuple(start),
            zorder=8,
            arrowprops={
                "arrowstyle": "-|>",
                "color": colours[name],
                "lw": 2.4,
                "shrinkA": 0,
                "shrinkB": 0,
                "mutation_scale": 15,
            },
        )


ELEVATION, AZIMUTH, ZOOM = 36.0, -60.0, 1.05
"""From where the bowl is looked at, in degrees, and how large: its names have room below."""


def draw_bowl(axes: Axes, lesson: Lesson, key: str, inks: Inks) -> None:
    """Draw the loss as a bowl, with the walk on it once there is one."""
    assert isinstance(axes, Axes3D)
    window, stage = _window_of(lesson, key), stage_of(key)
    x, y = np.meshgrid(window.x, window.y)
    axes.computed_zorder = False
    colours = colormaps[SURFACE](_colours(window)(window.loss))
    axes.plot_surface(
        x, y, window.loss, facecolors=colours, rcount=60, ccount=60, shade=False, lw=0, zorder=1
    )
    for path in _paths(lesson, stage):
        heights = lesson.line.walk.trace.losses[: len(path)]
        axes.plot(
            *path.T, heights, "-o", color=inks.now, lw=1.8, ms=3.5, zorder=5, path_effects=halo(3.2)
        )
        axes.plot(*path[-1:].T, heights[-1:], "o", ms=9, color=inks.now, mec="white", zorder=6)
    axes.set_xlabel(lesson.word("weight"), color=inks.weight)
    axes.set_ylabel(lesson.word("bias"), color=inks.bias)
    said = f"↑ {lesson.word('loss')}"
    loss = axes.text2D(0.08, 0.95, said, transform=axes.transAxes, color=inks.now)
    axes.tick_params(axis="z", pad=7)
    axes.view_init(ELEVATION, AZIMUTH)
    axes.set_box_aspect((1, 1, 0.7), zoom=ZOOM)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        number_axes(lesson.language, axis)
        named = loss if axis is axes.zaxis else axis.label
        named.set_text(f"{named.get_text()}  {axis.get_major_formatter().get_offset()}".strip())
        axis.offsetText.set_visible(False)
        axis.set_pane_color(theme_in_use().wall)
        axis._axinfo["grid"].update(color=theme_in_use().faint, linewidth=0.6)
