"""The figure: four panels on a page, at the end of the run; two where there is no surface."""

import os
import textwrap

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from steepest.files import FIGURES, check_writable, whole_file
from steepest.numerals import counted, short
from steepest.view.chart import Gradients, Losses, Map
from steepest.view.fit import draw_fit
from steepest.view.panel import Panel, path_of, path_of_steps
from steepest.view.relief import Relief, surface_title
from steepest.view.scene import Scene
from steepest.view.story import Story
from steepest.view.style import MUTED, PATH, look, title_size
from steepest.view.words import verdict_line

__all__ = ["draw", "draw_charts", "save_figure"]


def draw(scene: Scene) -> Figure:
    """Return the figure of a scene: data and fit, surface, map, and loss against step."""
    with look():
        figure = Figure(figsize=(13.2, 9.6), dpi=110)
        FigureCanvasAgg(figure)
        grid = figure.add_gridspec(
            2,
            2,
            left=0.065,
            right=0.96,
            top=0.865,
            bottom=0.14 if scene.surface.is_slice else 0.105,
            wspace=0.34,
            hspace=0.28,
        )
        path = path_of(scene)
        relief = figure.add_axes((0.51, 0.485, 0.47, 0.41), projection="3d")
        figure.text(0.545, 0.872, surface_title(scene), fontsize=11.5, fontweight="bold")
        above = figure.add_subplot(grid[1, 0])
        chart = Map(above, scene, path)
        panels: list[Panel] = [
            draw_fit(figure.add_subplot(grid[0, 0]), scene, path),
            Relief(relief, scene, path),
            chart,
            Losses(figure.add_subplot(grid[1, 1]), scene, path),
        ]
        for panel in panels[1:]:
            panel.show(len(path.steps) - 1)
        panels[0].show(path.result)
        bar = figure.colorbar(chart.image, ax=above, fraction=0.05, pad=0.02)
        bar.ax.set_title("loss", fontsize=9.5, fontweight="normal", color=MUTED, loc="left")
        bar.set_ticks(list(chart.ticks), labels=[short(tick, 3) for tick in chart.ticks])
        bar.outline.set_visible(False)
        _headings(figure, scene, _footnote(scene))
        return figure


def draw_charts(story: Story, why: str) -> Figure:
    """Return the figure of a story without a surface, and `why` there is none: the two charts."""
    with look():
        figure = Figure(figsize=(13.2, 5.6), dpi=110)
        FigureCanvasAgg(figure)
        grid = figure.add_gridspec(1, 2, left=0.065, right=0.96, top=0.79, bottom=0.17, wspace=0.34)
        path = path_of_steps(story)
        panels: list[Panel] = [
            Losses(figure.add_subplot(grid[0, 0]), story, path),
            Gradients(figure.add_subplot(grid[0, 1]), story, path),
        ]
        for panel in panels:
            panel.show(len(path.steps) - 1)
        _headings(figure, story, textwrap.fill(f"No surface is drawn: {why}.", 170))
        return figure


def _headings(figure: Figure, scene: Story, footnote: str) -> None:
    """Write what is drawn above the panels, and what they leave out below."""
    figure.text(0.065, 0.955, scene.title, fontsize=title_size(scene.title), fontweight="bold")
    figure.text(0.065, 0.928, _summary(scene), fontsize=11.5, color=MUTED)
    figure.text(0.065, 0.012, footnote, fontsize=9.5, color=MUTED, va="bottom")
    verdict = textwrap.fill(verdict_line(scene), 140)
    figure.text(0.065, 0.918, verdict, fontsize=10, color=PATH, fontweight="bold", va="top")


def _summary(scene: Story) -> str:
    plan, steps = scene.plan, len(scene.trace) - 1
    return (
        f"{plan.rule.word} descent, learning rate {plan.rate_in_words}, scale {plan.scale}: "
        f"loss {short(scene.trace.full_losses[0])} -> {short(scene.result.full_loss)} in "
        f"{counted(steps, 'step')}"
    )


def _footnote(scene: Scene) -> str:
    """Return what the marks mean, and what a slice holds still and how far the path is off it."""
    surface = scene.surface
    marks = "White circle: the start. Filled circle: the last step."
    if surface.lowest is not None:
        marks += " Cross: the minimum."
    if not np.all(surface.path_loss <= surface.loss.max()):
        marks += " The path leaves the picture."
    if not surface.is_slice:
        return marks
    named = [f"{name} = {short(value)}" for name, value in list(surface.held.items())[:4]]
    more = f" and {len(surface.held) - 4} more" if len(surface.held) > 4 else ""
    start = float(surface.path_loss[0]), float(surface.at(*surface.path[0])[0])
    held = f"The surface is a slice through the result, with {', '.join(named)}{more}."
    off = (
        f"The path comes from off the slice: at its start {short(float(surface.distance[0]))} away "
        f"in params, its loss is {short(start[0])}, that of the slice there {short(start[1])} "
        "(dotted: the path on the slice)."
    )
    return textwrap.fill(f"{marks} {held} {off}", 170)


def save_figure(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write the figure to a .png, .svg or .pdf file, whole or not at all; FileError if not."""
    target = check_writable(path, FIGURES)
    metadata = {"Date": None} if target.suffix.lower() == ".svg" else None
    with look(), whole_file(target) as draft:
        figure.savefig(draft, metadata=metadata)
