"""A path over penalties in one figure: the weights, and the loss of the rows kept back."""

from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from steepest.numerals import short
from steepest.view.chart import numbers_on
from steepest.view.format import Format
from steepest.view.pair import draw_pair
from steepest.view.path_story import PathStory
from steepest.view.story import shortened
from steepest.view.style import CLASSES, MARKS, theme_in_use

__all__ = ["draw_path"]

MOST_NAMED = 8
"""Weights that are named: those that are largest at the least penalty."""


def draw_path(story: PathStory, wanted: Format) -> Figure:
    """Return the figure: on the left each weight, on the right the loss, by the penalty."""
    panels = partial(_draw_weights, story=story), partial(_draw_losses, story=story)
    return draw_pair(wanted, story.title, story.how, _footnote(story), *panels)


def _footnote(story: PathStory) -> str:
    if not len(story.fold_losses):
        return ""
    return (
        f"Upright line: the lowest mean loss of {len(story.fold_losses)} folds. Broken: the "
        "largest penalty within one standard error of it."
    )


def _by_penalty(axes: Axes, story: PathStory) -> None:
    """Have the penalties across, the largest on the left, on a logarithmic axis."""
    axes.set_xscale("log" if story.penalties[-1] > 0 else "symlog")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axes.set_xlim(story.penalties[0], story.penalties[-1])
    axes.set_xlabel(f"penalty {story.penalty}")
    for at, style in _chosen(story).items():
        axes.axvline(story.penalties[at], color=theme_in_use().muted, lw=1.2, ls=style)


def _chosen(story: PathStory) -> dict[int, str]:
    """Return the indices of the penalties that the folds choose, each with its line."""
    if not len(story.fold_losses):
        return {}
    return {story.within_error: "--", story.best: "-"}


def _draw_weights(axes: Axes, story: PathStory) -> None:
    largest = np.argsort(-np.abs(story.weights[-1]), kind="stable")[:MOST_NAMED]
    others = np.setdiff1d(np.arange(story.weights.shape[1]), largest)
    if len(others):
        axes.plot(story.penalties, story.weights[:, others], color=theme_in_use().muted, lw=0.7)
    every = max(1, len(story.penalties) // MOST_NAMED)
    for place, at in enumerate(largest):
        mark: dict[str, Any] = {"marker": MARKS[place % len(MARKS)], "ms": 5, "markevery": every}
        mark |= {"color": CLASSES[place % len(CLASSES)], "lw": 1.6}
        axes.plot(
            story.penalties,
            story.weights[:, at],
            label=shortened(story.weight_names[at]),
            **mark,
        )
    _by_penalty(axes, story)
    numbers_on(axes.yaxis)
    axes.set_ylabel("weight")
    axes.set_title("Weights of all rows")
    axes.legend(loc="best")


def _draw_losses(axes: Axes, story: PathStory) -> None:
    colour, other = CLASSES[0], CLASSES[1]
    axes.plot(story.penalties, story.losses, color=other, lw=1.6, label="rows learnt from", ls="--")
    if len(story.fold_losses):
        mean, error = story.mean_losses, story.errors
        axes.fill_between(story.penalties, mean - error, mean + error, color=colour, alpha=0.2)
        axes.plot(story.penalties, mean, color=colour, lw=1.6, label="rows kept back")
    _by_penalty(axes, story)
    numbers_on(axes.yaxis)
    axes.set_ylabel(story.loss_label)
    said = " (band: one standard error)" if len(story.fold_losses) else ""
    axes.set_title(f"Loss without the penalty{said}")
    axes.legend(loc="best")
