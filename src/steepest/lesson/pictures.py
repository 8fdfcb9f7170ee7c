"""The pictures of the builds: what is to come is not drawn yet."""

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from steepest.lesson.bowl import draw_bowl, draw_map, draw_network_map
from steepest.lesson.diagrams import draw_network, draw_ring, draw_unit
from steepest.lesson.lesson import Lesson
from steepest.lesson.marks import Inks, number_axes, sketch
from steepest.lesson.stages import stage_of
from steepest.lesson.values import NAME
from steepest.lesson.walks import RATES, ClassWalks
from steepest.lesson.written import TIMES, in_language
from steepest.page.lesson.builds import Build
from steepest.view.story import shortened
from steepest.view.style import CLASSES, MARKS, theme_in_use

__all__ = ["DRAWN", "WIDTHS", "picture"]

Array = NDArray[np.float64]

Draw = Callable[[Axes, Lesson, Build, Inks], None]

CLASS = 30
"""Letters of the name of a class: it may be from one number to another, each with its power."""

EQUATION = 14
"""Letters of a name in the equation over a picture: of two names of 24 it ran into the next one."""

LETTER = 0.4
"""How wide a letter of an equation is by its size, in a picture that is to be laid out yet."""

SHRUNK = 0.85
"""The share of its size down to which an equation is made smaller to have fewer lines."""

DASHES: Mapping[str, str] = {"good": "--", "large": "-.", "momentum": "--"}
"""How the curves of walks are drawn that stand beside others; all others as whole lines."""

RULES: Mapping[str, str] = {"without": "without", "momentum": "with"}
"""The words for walks that differ by their rule."""

MOST_SQUARES = 20
"""Rows whose square is drawn: of more each hides the next."""


def picture(lesson: Lesson, build: Build, size: tuple[float, float]) -> bytes | None:
    """Return the pictures of a build side by side as PNG, for `size` inches; None of words alone.

    What is a table on a slide is not drawn.
    """
    names = [name for name in build.pictures if name in DRAWN]
    if not names:
        return None
    widths = [WIDTHS.get(name, 1.0) for name in names]
    turned = [name == "bowl" for name in names]
    with sketch(lesson.theme, size, widths, turned) as drawing:
        for name, axes in zip(names, drawing.axes, strict=True):
            DRAWN[name](axes, lesson, build, drawing.inks)
        return drawing.png()


def _draw_data(axes: Axes, lesson: Lesson, build: Build, inks: Inks) -> None:
    """Draw the rows, and the line as far as the walk has come, with its errors or squares."""
    line, stage, theme = lesson.line, stage_of(build.key), theme_in_use()
    z, y = line.z, line.y
    axes.plot(z, y, "o", ms=3.6, mec="none", color=theme.muted, alpha=0.7)
    low, high = z.min(), z.max()
    room = 0.06 * (high - low)
    ends = np.array([low - room, high + room])
    first = line.start[0] * ends + line.start[1]
    heights = np.concatenate([y, first]) if stage.at is not None else y
    axes.set_xlim(*ends)
    axes.set_ylim(heights.min() - 0.06 * np.ptp(heights), heights.max() + 0.06 * np.ptp(heights))
    axes.set_xlabel(lesson.word("standard", x=lesson.values["x"]))
    axes.set_ylabel(shortened(line.rows["yLabel"], NAME))
    number_axes(lesson.language, axes.xaxis, axes.yaxis)
    if stage.at is None:
        return
    w, b = line.walk.trace[stage.at].params
    if stage.errors:
        _draw_errors(axes, z, y, w * z + b, stage.errors, inks)
    axes.plot(ends, w * ends + b, color=inks.now, lw=2.6)
    x, target = (shortened(one, EQUATION) for one in (line.rows["x"], line.rows["y"]))
    x = lesson.word("scaled", x=x)
    parts = [in_language(float(one), lesson.language) for one in (w, b)]
    bias = f"+ {parts[1]}".replace("+ −", "− ")
    _write_equation(axes, f"{target} = {parts[0]}", f"× {x}", bias)


def _write_equation(axes: Axes, *parts: str) -> None:
    """Write an equation above a picture, no wider than it: in more lines, smaller if it must be.

    The room is that before the picture is laid out, which makes it somewhat wider.
    """
    said = axes.set_title(" ".join(parts), loc="left")
    figure, size = axes.figure, float(said.get_fontsize())
    across = 72 * figure.get_size_inches()[0] * axes.get_position().width  # type: ignore[union-attr]
    room = across / (LETTER * size)
    lines = [parts[0]]
    for part in parts[1:]:
        longer = f"{lines[-1]} {part}"
        is_one = len(longer) * SHRUNK <= room
        lines = [*lines[:-1], longer] if is_one else [*lines, part]
    said.set_text("\n".join(lines))
    said.set_fontsize(size * min(1.0, room / max(map(len, lines))))


def _draw_errors(axes: Axes, z: Array, y: Array, line: Array, how: str, inks: Inks) -> None:
    """Draw each row's error as a line, or of some rows as a square whose side it is."""
    if how == "lines":
        axes.vlines(z, np.minimum(y, line), np.maximum(y, line), color=inks.now, lw=0.7, alpha=0.6)
        return
    figure = axes.figure
    figure.draw_without_rendering()  # type: ignore[union-attr]
    box = axes.get_window_extent()
    shape = np.ptp(axes.get_xlim()) / np.ptp(axes.get_ylim()) * box.height / box.width
    chosen = np.unique(np.linspace(0, len(z) - 1, MOST_SQUARES).astype(int))
    for i in chosen:
        error = y[i] - line[i]
        side = abs(error) * shape
        axes.fill(
            [z[i], z[i] - side, z[i] - side, z[i]],
            [y[i], y[i], line[i], line[i]],
            color=inks.now,
            alpha=0.1,
            lw=0.8,
        )


def _draw_knobs(axes: Axes, lesson: Lesson, build: Build, inks: Inks) -> None:
    """Draw weight and bias as two dials, each with its value."""
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_xlim(-1.4, 1.4)
    axes.set_ylim(-4.4, 1.4)
    values = lesson.line.start
    for place, (name, colour, value) in enumerate(
        zip(("weight", "bias"), (inks.weight, inks.bias), values, strict=True)
    ):
        down = -3.0 * place
        text = _in_two_lines(in_language(float(value), lesson.language))
        widest = max(map(len, text.split("\n"))) + (2 if "\n" in text else 0)
        turn = np.deg2rad(np.linspace(225, -45, 100))
        axes.plot(np.cos(turn), np.sin(turn) + down, color=theme_in_use().faint, lw=4)
        axes.text(
            *(0, down),
            text,
            ha="center",
            va="center",
            fontsize=min(15, 75 / widest),
            fontweight="bold",
            color=colour,
        )
        axes.text(0, down - 1.15, lesson.word(name), ha="center", va="center", color=colour)


def _in_two_lines(number: str) -> str:
    """Return a number with its power of ten, where it has one, below it."""
    figures, times, power = number.partition(TIMES)
    return f"{figures}\n{times.strip()}{power}" if times else number


def _draw_square(axes: Axes, lesson: Lesson, build: Build, inks: Inks) -> None:
    """Draw the average square: its side is the root of the loss, in the target's units."""
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.fill([0, 1, 1, 0], [0, 0, 1, 1], color=inks.now, alpha=0.35, lw=0)
    loss = float(lesson.line.walk.trace.losses[0])
    text = _in_two_lines(in_language(loss, lesson.language))
    axes.text(0.5, 0.5, text, ha="center", va="center", fontsize=18, fontweight="bold")
    axes.text(0.5, -0.1, lesson.word("average"), ha="center", va="center")
    axes.set_xlim(-0.15, 1.15)
    axes.set_ylim(-0.3, 1.2)


def _draw_loss(axes: Axes, lesson: Lesson, build: Build, inks: Inks) -> None:
    """Draw the loss as one bar, and what it was before as a fainter one."""
    if build.part == "classes":
        now = before = highest = float(lesson.classes.walk.trace.losses[0])
    else:
        losses, stage = lesson.line.walk.trace.losses, stage_of(build.key)
        at = stage.at or 0
        now, before, highest = (float(losses[i]) for i in (at, max(at - 1, 0), 0))
    axes.bar([0], [before], width=0.8, color=inks.now, alpha=0.2)
    axes.bar([0], [now], width=0.8, color=inks.now)
    axes.set_ylim(0, 1.06 * highest)
    axes.set_xlim(-0.6, 0.6)
    axes.set_xticks([0], [lesson.word("loss")])
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    # A title is given no room of its own across; a text is, so that it is not cut.
    axes.annotate(
        in_language(now, lesson.language),
        (0.5, 1.0),
        (0, 5),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="center",
        va="bottom",
        color=inks.now,
        fontweight="bold",
    )


def _draw_curve(axes: Axes, lesson: Lesson, build: Build, inks: Inks) -> None:
    """Draw the loss by the round, of all walks of this part so far."""
    theme, stage = theme_in_use(), stage_of(build.key)
    for name in stage.walks:
        losses = _losses_of(lesson, name)[: None if stage.at is None else stage.at + 1]
        last = name == stage.walks[-1]
        colour = inks.now if last else theme.edge
        (curve,) = axes.plot(losses, color=colour, lw=2.2 if last else 1.4)
        curve.set(linestyle=DASHES.get(name, "-"), label=_name_of(lesson, name))
        axes.plot([len(losses) - 1], losses[-1:], "o", color=colour, ms=6, clip_on=False)
    if len(stage.walks) > 1:
        axes.legend(loc="upper left" if build.key == "diverge" else "upper right")
    first = _losses_of(lesson, stage.walks[-1])[0]
    tallest = max(_losses_of(lesson, name).max() for name in stage.walks)
    axes.set_ylim(0, 1.06 * max(first, tallest if build.key == "diverge" else first))
    axes.set_xlim(-0.5, max(len(_losses_of(lesson, name)) for name in stage.walks) - 0.5)
    axes.set_xlabel(lesson.word("round"))
    axes.set_ylabel(lesson.word("loss"))
    number_axes(lesson.language, axes.xaxis, axes.yaxis)


def _name_of(lesson: Lesson, name: str) -> str:
    """Return what tells a walk from the others of its picture: its rate, or its rule."""
    if name in RATES:
        return in_language(RATES[name], lesson.language)
    return lesson.word(RULES[name]) if name in RULES else ""


def _losses_of(lesson: Lesson, name: str) -> Array:
    """Return the losses of one of the walks, by its name."""
    return lesson.walk_called(name).trace.losses


def _draw_parts(axes: Axes, lesson: Lesson, build: Build, inks: Inks) -> None:
    """Draw what each row adds to the gradient of the weight, and their average."""
    line, theme = lesson.line, theme_in_use()
    w, b = line.start
    parts = -2.0 * (line.y - w * line.z - b) * line.z
    axes.vlines(line.z, 0, parts, color=inks.weight, lw=0.8, alpha=0.5)
    axes.plot(line.z, parts, "o", ms=3, color=inks.weight, mec="none")
    axes.axhline(0, color=theme.edge, lw=1)
    axes.axhline(parts.mean(), color=inks.now, lw=2)
    said = in_language(float(parts.mean()), lesson.language)
    axes.set_title(f"{lesson.word('part')}: {said}", color=inks.now, loc="left")
    axes.set_xlabel(lesson.word("standard", x=lesson.values["x"]))
    number_axes(lesson.language, axes.xaxis, axes.yaxis)


def _draw_classes(axes: Axes, lesson: Lesson, build: Build, inks: Inks) -> None:
    """Draw the rows by their class, and the probability of each class over the feature."""
    classes = lesson.classes
    step = len(classes.walk.trace) - 1 if build.key == "class_walk" else 0
    x = classes.rows["X"]
    over = np.linspace(x.min(), x.max(), 200)
    curves = classes.probabilities(step, (over - x.mean()) / x.std())
    jitter = np.random.default_rng(0).uniform(-0.02, 0.02, len(x))
    for i, name in enumerate(classes.classes):
        own, colour = classes.codes == i, CLASSES[i % len(CLASSES)]
        lane = -0.08 - 0.07 * i
        axes.plot(over, curves[:, i], color=colour, lw=2.4, label=shortened(name, CLASS))
        axes.plot(
            x[own], lane + jitter[own], MARKS[i % len(MARKS)], ms=3.5, color=colour, mec="none"
        )
    if build.key == "class_row":
        _ring_row(axes, classes, jitter, inks)
    axes.set_ylim(-0.12 - 0.07 * len(classes.classes), 1.02)
    axes.set_yticks([0, 0.5, 1], [in_language(tick, lesson.language) for tick in (0.0, 0.5, 1.0)])
    axes.set_xlabel(shortened(classes.rows["xLabel"]))
    axes.set_ylabel(lesson.word("probability"))
    number_axes(lesson.language, axes.xaxis)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def _ring_row(axes: Axes, classes: ClassWalks, jitter: Array, inks: Inks) -> None:
    """Draw a ring round the row that is explained."""
    row = classes.row
    lane = -0.08 - 0.07 * float(classes.codes[row]) + jitter[row]
    axes.plot(classes.rows["X"][row], lane, "o", ms=12, mfc="none", mec=inks.now, mew=2)


def _draw_net(axes: Axes, lesson: Lesson, build: Build, inks: Inks) -> None:
    if build.key == "neuron":
        draw_unit(axes, lesson.words["ui"], inks)
        return
    marked = build.key in ("two", "surface")
    draw_network(axes, (2, 8, 8, 1), inks, lesson.words["ui"], marked)


def _draw_map(axes: Axes, lesson: Lesson, build: Build, inks: Inks) -> None:
    if build.part == "network":
        draw_network_map(axes, lesson, build.key, inks)
        return
    draw_map(axes, lesson, build.key, inks)


DRAWN: Mapping[str, Draw] = {
    "data": _draw_data,
    "knobs": _draw_knobs,
    "square": _draw_square,
    "loss": _draw_loss,
    "map": _draw_map,
    "curve": _draw_curve,
    "bowl": lambda axes, lesson, build, inks: draw_bowl(axes, lesson, build.key, inks),
    "parts": _draw_parts,
    "classes": _draw_classes,
    "network": _draw_net,
    "ring": lambda axes, lesson, build, inks: draw_ring(axes, inks),
}
"""How each of the pictures is drawn that a build names; the others are words and tables."""

WIDTHS = {
    "data": 1.3,
    "knobs": 0.5,
    "square": 0.8,
    "loss": 0.22,
    "map": 1.0,
    "curve": 0.9,
    "bowl": 1.5,
}
"""How wide pictures are beside each other."""
