"""The figure: panels on a page, at the end of the run, with what is said of it above and below."""

import os
from collections.abc import Sequence
from itertools import islice

import numpy as np
from matplotlib.figure import Figure

from steepest.errors import ChoiceError
from steepest.files import FIGURES, check_writable, whole_file
from steepest.numerals import counted, short
from steepest.surface.surface import Surface
from steepest.view.closing import write_closing
from steepest.view.format import FIGURE_PANELS, Format
from steepest.view.metrics import fit_in_brief
from steepest.view.panel import DrawnPath, path_of, path_of_steps
from steepest.view.panels import draw_panels
from steepest.view.scene import Scene
from steepest.view.sheet import Sheet
from steepest.view.story import Story, shortened
from steepest.view.style import look, theme_in_use, title_size
from steepest.view.words import rate_in_words

__all__ = ["draw", "draw_charts", "line_in_words", "marks_in_words", "save_figure"]

UNDER = 0.02
"""The share of the window within which one mark hides another."""


def draw(scene: Scene, wanted: Format) -> Figure:
    """Return the figure of a scene: data and fit, surface, map, and loss against step."""
    names = wanted.panels_of(FIGURE_PANELS)
    path = path_of(scene)
    return _drawn(scene, path, names, wanted, _footnote(scene, path, names))


def draw_charts(story: Story, wanted: Format, why: str) -> Figure:
    """Return the figure of a story without a surface, and `why` there is none: the charts.

    Raises ChoiceError where no loss of it is known.
    """
    if not np.isfinite(story.trace.shown_losses).any():
        raise ChoiceError(f"no loss of this run is known, so there is nothing to draw: {why}")
    names = wanted.panels_of(FIGURE_PANELS, no_surface=why)
    return _drawn(story, path_of_steps(story), names, wanted, f"No surface is drawn: {why}.")


def _drawn(
    story: Story, path: DrawnPath, names: Sequence[str], wanted: Format, footnote: str
) -> Figure:
    with look(wanted.theme):
        sheet, muted = Sheet(wanted.size), theme_in_use().muted
        sheet.head(story.title, fontsize=title_size(story.title), fontweight="bold")
        sheet.head(_summary(story), fontsize=11.5, color=muted)
        write_closing(sheet, story)
        if fit := fit_in_brief(story):
            sheet.head(fit, fontsize=9.5, color=muted)
        sheet.foot(footnote, fontsize=9.5, color=muted)
        for name, panel in draw_panels(sheet, names, story, path, with_scale=True).items():
            is_model = name == "fit" and story.rows
            panel.show(path.result if is_model else len(path.steps) - 1)
        return sheet.figure


def _summary(story: Story) -> str:
    plan, result = story.plan, story.result
    if len(story.trace) == 1:
        return f"at its start, without a step: loss {short(result.full_loss)}"
    taken = counted(len(story.trace) - 1, "step")
    is_last = result.index == len(story.trace) - 1
    after = f"in {taken}" if is_last else f"at step {result.index:,}, the best of {taken}"
    losses = story.trace.shown_losses
    known = losses[np.isfinite(losses)]
    end = known[-1] if np.isnan(result.full_loss) else result.full_loss
    return (
        f"{plan.rule.word} descent, learning rate {rate_in_words(story)}, scale {plan.scale}: "
        f"loss {short(losses[0])} → {short(end)} {after}"
    )


def _footnote(scene: Scene, path: DrawnPath, names: Sequence[str]) -> str:
    """Return what the marks on surface and map mean, and what a slice leaves out."""
    if not {"surface", "map"} & set(names):
        return ""
    parts = [marks_in_words(scene, "the last step"), *line_in_words(scene, path)]
    return " ".join([*parts, *_path_left_out(scene, path, names), *_slice_in_words(scene)])


def line_in_words(scene: Scene, path: DrawnPath) -> list[str]:
    """Return what the line of a run without rows does between the points that are drawn."""
    taken, count = len(scene.trace) - 1, len(path.steps)
    if path.is_broken:
        return [
            f"The path is dotted between {count:,} points: where the others of its {taken:,} "
            "steps are on this plane was not kept."
        ]
    if path.route is None or count == len(path.route.steps):
        return []
    kept = len(scene.trace.kept)
    of = f" ({kept:,} points kept their weights)" if kept <= taken else ""
    parts = [f"On the map the line goes through all {taken:,} steps{of}."]
    if not np.isfinite(path.route.losses).all():
        parts.append(
            f"In 3D it is dotted between the {count:,} points where the loss of all rows is known."
        )
    return parts


def _path_left_out(scene: Scene, path: DrawnPath, names: Sequence[str]) -> list[str]:
    """Return where points of the path are not drawn: beyond the edges, or above the surface."""
    surface = scene.surface
    x, y = surface.path.T
    if path.route is not None:
        x, y = np.append(x, path.route.x), np.append(y, path.route.y)
    across = (surface.x, x), (surface.y, y)
    within = [(grid[0] <= at) & (at <= grid[-1]) for grid, at in across]
    if not np.all(within):
        return ["The path leaves the picture."]
    above = np.any(surface.path_loss > np.nanmax(surface.loss))
    return (
        ["The path is not drawn where it is above the box."] if above and "surface" in names else []
    )


def marks_in_words(scene: Scene, filled: str, at_last: str = "") -> str:
    """Return what the marks of start, minimum and, `filled`, the step mean.

    One mark may hide another: `at_last` is when the filled one is that of the last step.
    """
    marks, surface = f"White circle: the start. Filled circle: {filled}.", scene.surface
    if len(surface.path) == 1:
        marks = "Filled circle: the start, without a step."
    if surface.lowest is None:
        return marks
    minimum = "the minimum of the slice" if surface.is_slice else "the minimum"
    window = np.array([np.ptp(surface.x), np.ptp(surface.y)])
    off = np.abs(surface.axes.read(scene.trace[-1].params) - surface.lowest) / window
    hidden = f", {at_last}under the filled circle" if off.max() < UNDER else ""
    return f"{marks} Cross{hidden}: {minimum}."


def _slice_in_words(scene: Scene) -> list[str]:
    """Return what a slice holds, and how far from it the path starts; nothing of no slice."""
    surface = scene.surface
    if not surface.is_slice:
        return []
    start = float(surface.path_loss[0]), float(surface.plane_loss[0])
    through = f"The surface is a slice through the result{_held_in_words(surface)}."
    if surface.in_words:
        through = f"{through} {surface.in_words}"
    if len(surface.path) == 1:
        return [through]
    if not surface.off_plane[0]:
        dotted = "The path leaves the slice after its start (dotted: the path on the slice)."
        return [through, dotted]
    return [
        through,
        f"The path comes from off the slice: at its start {short(float(surface.off_plane[0]))} "
        f"away {surface.axes.units_in_words}, its loss is {short(start[0])}, that of the slice "
        f"there {short(start[1])} (dashed: from a point to the slice; dotted: the path on the "
        "slice).",
    ]


def _held_in_words(surface: Surface) -> str:
    """Return what a slice over two params holds; of one over directions nothing."""
    held = list(islice(surface.held.items(), 4))  # each a look-up through all names
    if not held:
        return ""
    named = [f"{shortened(name)} = {short(value)}" for name, value in held]
    more = f" and {len(surface.held) - 4} more" if len(surface.held) > 4 else ""
    return f", with {', '.join(named)}{more}"


def save_figure(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write the figure to a .png, .svg or .pdf file, whole or not at all; FileError if not."""
    target = check_writable(path, FIGURES)
    metadata = {"Date": None} if target.suffix.lower() == ".svg" else None
    with look(), whole_file(target) as draft:
        figure.savefig(draft, metadata=metadata)
