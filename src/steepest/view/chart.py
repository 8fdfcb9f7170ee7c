"""The flat panels: the surface from above, and the loss against the step."""

from typing import TypedDict

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.patheffects import Normal, Stroke
from matplotlib.ticker import (
    FixedLocator,
    Formatter,
    FuncFormatter,
    LogLocator,
    MaxNLocator,
    NullLocator,
)
from numpy.typing import NDArray

from steepest.numerals import short
from steepest.view.panel import DrawnPath, Panel
from steepest.view.scene import Scene
from steepest.view.shading import shades_of
from steepest.view.story import Story
from steepest.view.style import PATH, SURFACE, halo, theme_in_use

__all__ = ["MOST_TICKS", "Gradients", "Losses", "Map", "numbers_on", "path_style"]


class Readable(Formatter):
    """Ticks as a person reads them: log10(largest / range) + 3 digits, from 4 to 12 of them."""

    def __call__(self, value: float, pos: int | None = None) -> str:
        """Return the label of the tick at `value`."""
        assert self.axis is not None
        low, high = sorted(self.axis.get_view_interval())
        size = max(abs(low), abs(high))
        digits = 4 if high <= low else int(np.ceil(np.log10(size / (high - low)))) + 3
        return short(value, int(np.clip(digits, 4, 12)))


MOST_TICKS = 5
"""Parts between the numbers at an axis, at most."""


def numbers_on(axis: Axis, parts: int = MOST_TICKS) -> None:
    """Label an axis with numbers as a person reads them, with at most so many parts between."""
    axis.set_major_locator(MaxNLocator(nbins=parts, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(Readable())


class PathStyle(TypedDict):
    """How the line of the path is drawn, as `plot` takes it."""

    color: str
    linestyle: str
    linewidth: float
    marker: str
    markersize: float
    path_effects: list[Stroke | Normal]
    zorder: float


def path_style(path: DrawnPath) -> PathStyle:
    """Return how a path is drawn; beyond 80 points the line is finer and without marks.

    One between whose points there are steps of which the place is not known is dotted.
    """
    many = len(path.steps) > 80
    width = 1.5 if many else 1.8
    return {
        "color": PATH,
        "linestyle": ":" if path.is_broken else "-",
        "linewidth": width,
        "marker": "" if many and not path.is_broken else "o",
        "markersize": 2.8,
        "path_effects": halo(width + 1.6),
        "zorder": 6,
    }


ARROW = 0.22
"""The length of the arrow at the start, as a share of the window."""


class Map(Panel):
    """The loss surface from above: contours of equal loss, and the path over them."""

    def __init__(self, axes: Axes, scene: Scene, path: DrawnPath) -> None:
        self._axes, self._path = axes, path
        surface, shades = scene.surface, shades_of(scene.surface)
        self.image = axes.pcolormesh(
            surface.x,
            surface.y,
            surface.loss,
            cmap=SURFACE,
            norm=shades.norm,
            shading="gouraud",
            rasterized=True,
        )
        axes.contour(
            surface.x,
            surface.y,
            surface.loss,
            shades.levels,
            colors="white",
            linewidths=0.7,
            alpha=0.65,
        )
        axes.set_xlim(surface.x[0], surface.x[-1])
        axes.set_ylim(surface.y[0], surface.y[-1])
        axes.set_xlabel(scene.param_label(surface.x_name))
        axes.set_ylabel(scene.param_label(surface.y_name))
        numbers_on(axes.xaxis)
        numbers_on(axes.yaxis)
        axes.set_title("The loss from above" + (", a slice" if surface.is_slice else ""))
        self._ticks = shades.norm.inverse(np.linspace(0.0, 1.0, 6))
        self._lowest(scene)
        (self._line,) = axes.plot([], [], **path_style(path))
        if path.route is not None:
            self._line.set_marker("")
        (self._start,) = axes.plot(
            path.x[:1], path.y[:1], "o", mfc="white", mec=PATH, mew=2, ms=9, zorder=7
        )
        (self._here,) = axes.plot([], [], "o", color=PATH, mec="white", mew=1.6, ms=10, zorder=8)
        self._arrow = self._first_step(scene)

    def _first_step(self, scene: Scene) -> Artist:
        """Return the arrow at the start in the direction of the first step."""
        path, surface = self._path, scene.surface
        start = np.array([path.x[0], path.y[0]])
        step = np.array([path.x[1], path.y[1]]) - start if len(path.x) > 1 else np.zeros(2)
        window = np.array([np.ptp(surface.x), np.ptp(surface.y)])
        length = float(np.linalg.norm(step / window)) or 1.0
        tip = start + step * (ARROW / length)
        return self._axes.annotate(
            "",
            tuple(tip),
            tuple(start),
            zorder=9,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-|>", "color": "white", "lw": 2.4, "mutation_scale": 18},
        )

    def _lowest(self, scene: Scene) -> None:
        if scene.surface.lowest is not None:
            x, y = scene.surface.lowest
            self._axes.plot(x, y, "+", color="white", ms=12, mew=2.2, zorder=3)

    def add_scale(self, figure: Figure) -> None:
        """Draw the colours with their losses beside the map."""
        bar = figure.colorbar(self.image, ax=self._axes, fraction=0.05, pad=0.02)
        muted = theme_in_use().muted
        bar.ax.set_title("loss", fontsize=9.5, fontweight="normal", color=muted, loc="left")
        bar.set_ticks(list(self._ticks), labels=[short(tick) for tick in self._ticks])
        bar.outline.set_visible(False)

    @property
    def moving(self) -> list[Artist]:
        """Path, start, current point, and the arrow of the first step."""
        return [self._line, self._start, self._here, self._arrow]

    def show(self, at: int) -> None:
        """Draw the path up to point `at`; at the start, the arrow of the first step too."""
        self._arrow.set_visible(at == 0 and len(self._path.x) > 1)
        x, y = self._path.x[: at + 1], self._path.y[: at + 1]
        self._here.set_data(x[-1:], y[-1:])
        route = self._path.route
        if route is not None:
            taken = route.up_to(int(self._path.steps[at]))
            x, y = route.x[:taken], route.y[:taken]
        self._line.set_data(x, y)


ROOM_BELOW = 0.16
"""The share of the losses' span that is free below the lowest: a line of words fits in it."""

ROOM_ABOVE = 0.27
"""The share that is free above the highest for each line that says what is drawn beside the loss.

Such a line is 18 pixels high, and a chart 115 where words take the most room: two fit (measured).
"""

FEW_TENS = 20.0
"""The highest by the lowest up to which an axis is plain: of a logarithmic one 20 has at least four
of its numbers, at 1, 2 and 5 times a power of ten, a range of 2 may have one or none."""

LINE = 13.0
"""The distance of such lines, in points: their type is 9.5 points high."""


MOST_DRAWN = 1e300
"""The largest loss, with either sign, to which an axis goes: of larger ones the span, with the room
above and below, is no float64."""

TENS_DRAWN = (-305.0, 305.0)
"""The powers of ten between which a logarithmic axis ends: float64 has no normal number below
1e-308 and none above 1.8e308, and the numbers beside the axis go a power further."""


MOST_TENS = 150
"""Powers of ten on an axis for which matplotlib finds numbers: it looks beyond both ends of the
axis, which of more may be no float64."""

SOME_POWERS = tuple(10.0**tens for tens in range(-300, 301, 50))
"""The numbers beside an axis of more."""


def _line_in_words(scene: Story) -> str:
    """Return what dots and line of the losses are, where steps are on losses of their own."""
    each = "step" if scene.plan.batch == 0 else scene.batch_in_words
    if not np.isfinite(scene.trace.full_losses).any():
        return f"each {each}'s own; that of all rows is not known"
    where = "at the end of each epoch" if scene.rows else "where that was worked out"
    return f"dots: each {each}'s own; line: all rows, {where}"


Said = list[tuple[str, str]]
"""Lines of words, each with its colour."""


class Losses(Panel):
    """The loss against the step."""

    def __init__(self, axes: Axes, scene: Story, path: DrawnPath) -> None:
        self._path = path
        losses = scene.trace.shown_losses
        known = np.flatnonzero(np.isfinite(losses))
        steps, values = known, losses[known]
        self._y = path.losses
        axes.plot(steps, values, color=theme_in_use().faint, lw=1.4, zorder=1)
        said = [*self._batches(axes, scene), *self._held_out(axes, scene)]
        dots = scene.trace.losses if scene.plan.by_batches else values
        drawn = np.concatenate([values, dots, scene.trace.validation_losses])
        drawn = drawn[np.isfinite(drawn)]
        if (np.abs(drawn) > MOST_DRAWN).any():
            said.append((f"beyond ±{short(MOST_DRAWN)}: out of sight", theme_in_use().muted))
        self._scales(axes, drawn, int(steps[-1]), above=len(said))
        self._say(axes, said)
        self._lowest(axes, float(values.min()))
        axes.set_xlabel("step")
        axes.set_ylabel(scene.loss_label)
        axes.set_title("Loss against step")
        (self._line,) = axes.plot([], [], color=PATH, lw=1.8, zorder=3)
        (self._here,) = axes.plot([], [], "o", color=PATH, mec="white", mew=1.6, ms=9, zorder=4)

    def _lowest(self, axes: Axes, lowest: float) -> None:
        """Draw how low the steps came, and say it below the line, where no curve can be.

        Of a loss beyond the axis both are at its end, the words above the line.
        """
        theme, at = theme_in_use(), float(np.clip(lowest, *axes.get_ylim()))
        side = -1 if at == lowest else 1
        axes.axhline(at, ls="--", lw=1, color=theme.muted, zorder=0)
        axes.annotate(
            f"lowest of these steps: {short(lowest)}",
            (0, at),
            xycoords=("axes fraction", "data"),
            xytext=(4, 4 * side),
            textcoords="offset points",
            va="top" if side < 0 else "bottom",
            fontsize=9.5,
            color=theme.muted,
            bbox={"facecolor": theme.paper, "edgecolor": "none", "pad": 1, "alpha": 0.8},
            zorder=2,
        )

    def _batches(self, axes: Axes, scene: Story) -> Said:
        """Draw the losses of the mini-batches, if there are any, faint, behind that of all rows."""
        if not scene.plan.by_batches:
            return []
        theme, losses = theme_in_use(), scene.trace.losses
        axes.plot(np.arange(len(losses)), losses, ".", ms=2, color=theme.edge, zorder=0)
        return [(_line_in_words(scene), theme.muted)]

    def _held_out(self, axes: Axes, scene: Story) -> Said:
        """Draw the loss of the rows kept back, if there are any, with a ring where it chose."""
        losses, colour = scene.trace.validation_losses, theme_in_use().held_out
        known, best = np.flatnonzero(np.isfinite(losses)), scene.trace.best_validated
        if best is None:
            return []
        axes.plot(known, losses[known], color=colour, ls=(0, (4, 2)), lw=1.6, zorder=2)
        rows = f"{scene.validation_rows:,} rows kept back"
        chosen = scene.plan.by_validation and scene.result.index == best.index
        if chosen:
            at = [best.index], [best.validation_loss]
            axes.plot(*at, "o", mfc="none", mec=colour, mew=1.6, ms=10, zorder=5)
        where = f"lowest at step {best.index:,}{' (ring), the result' if chosen else ''}"
        return [(f"dashed: {rows}, {where}", colour)]

    def _say(self, axes: Axes, said: Said) -> None:
        """Write what is drawn beside the loss, a line each, above all that is drawn."""
        for i, (words, colour) in enumerate(said):
            axes.annotate(
                words,
                (1, 1),
                xycoords="axes fraction",
                xytext=(-4, -2 - LINE * i),
                textcoords="offset points",
                ha="right",
                va="top",
                fontsize=9.5,
                color=colour,
            )

    def _scales(self, axes: Axes, values: NDArray[np.float64], last: int, above: int) -> None:
        """Choose logarithmic axes where a plain one would show a corner and nothing else.

        So many lines of words are to fit `above` the values.
        """
        low, high = np.clip([values.min(), values.max()], -MOST_DRAWN, MOST_DRAWN).tolist()
        room = 0.05 + ROOM_ABOVE * above
        if low > 0 and high > FEW_TENS * low:
            axes.set_yscale("log")
            _numbers_on_powers(axes, low, high)
            ends = np.log10([low, high])
            tens = ends + np.array([-ROOM_BELOW, room]) * (ends[1] - ends[0])
            axes.set_ylim(10.0 ** np.clip(tens, *TENS_DRAWN))
        else:
            span = high - low or abs(high) or 1.0
            axes.set_ylim(low - ROOM_BELOW * span, high + room * span)
            numbers_on(axes.yaxis)
        _over_steps(axes, last)

    @property
    def moving(self) -> list[Artist]:
        """The curve so far and its current point."""
        return [self._line, self._here]

    def show(self, at: int) -> None:
        """Draw the curve up to point `at`."""
        steps, losses = self._path.steps[: at + 1], self._y[: at + 1]
        self._line.set_data(steps, losses)
        self._here.set_data(steps[-1:], losses[-1:])


class Gradients(Panel):
    """The length of the gradient against the step: 0 where the loss is flat, as at a minimum."""

    def __init__(self, axes: Axes, scene: Story, path: DrawnPath) -> None:
        lengths = scene.trace.gradient_norms
        known = np.flatnonzero(np.isfinite(lengths))
        axes.plot(known, lengths[known], color=theme_in_use().faint, lw=1.4, zorder=1)
        if (lengths[known] > 0).any():
            self._scale(axes, lengths[known][lengths[known] > 0])
        _over_steps(axes, len(lengths) - 1)
        axes.set_xlabel("step")
        axes.set_ylabel("length of the gradient")
        axes.set_title("Gradient against step")
        # Of steps on mini-batches each length is another: a line through some of them tells none.
        self._path, self._known, self._lengths = path, known, lengths
        (self._line,) = axes.plot([], [], color=PATH, lw=1.8, zorder=3)
        (self._here,) = axes.plot([], [], "o", color=PATH, mec="white", mew=1.6, ms=9, zorder=4)

    def _scale(self, axes: Axes, lengths: NDArray[np.float64]) -> None:
        """Choose a logarithmic axis where several powers of ten are on it, else a plain one."""
        if float(lengths.max()) > FEW_TENS * float(lengths.min()):
            axes.set_yscale("log")
            _numbers_on_powers(axes, float(lengths.min()), float(lengths.max()))
        else:
            numbers_on(axes.yaxis)

    @property
    def moving(self) -> list[Artist]:
        """The curve so far and its current point."""
        return [self._line, self._here]

    def show(self, at: int) -> None:
        """Draw the curve up to point `at`."""
        here = self._path.steps[at : at + 1]
        steps = self._known[: np.searchsorted(self._known, here[-1], side="right")]
        self._line.set_data(steps, self._lengths[steps])
        self._here.set_data(here, self._lengths[here])


def _numbers_on_powers(axes: Axes, low: float, high: float) -> None:
    """Label a logarithmic axis from `low` to `high`: between powers of ten too where few are."""
    marks = (1.0, 2.0, 5.0) if high < 1e3 * low else (1.0,)
    wide = np.log10(high) - np.log10(low) > MOST_TENS
    some = FixedLocator(SOME_POWERS) if wide else LogLocator(subs=marks, numticks=9)
    axes.yaxis.set_major_locator(some)
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))


def _over_steps(axes: Axes, last: int) -> None:
    """Make the x axis one of steps up to the last, logarithmic if they are many."""
    if last > 100:
        axes.set_xscale("symlog", linthresh=1)
        axes.set_xlim(-0.3, last * 1.3)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    else:
        axes.set_xlim(-0.03 * max(last, 1), 1.04 * max(last, 1))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
