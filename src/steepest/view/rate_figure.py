"""A found learning rate as a figure: the loss of each trial by its rate, and the range test."""

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
from steepest.view.rate_story import RateStory
from steepest.view.rate_words import limit_in_words
from steepest.view.style import PATH, theme_in_use

__all__ = ["draw_rate"]

ROOM = 1.6
"""Losses are shown up to so many times the start's: beyond it a rate has diverged."""


def draw_rate(story: RateStory, wanted: Format) -> Figure:
    """Return the figure: on the left the trials, on the right the range test."""
    title = f"Learning rate {short(story.learning_rate)} for {story.title}"
    panels = partial(_trials, story=story), partial(_range_test, story=story)
    return draw_pair(wanted, title, limit_in_words(story), "", *panels)


def _trials(axes: Axes, story: RateStory) -> None:
    """Draw the loss at the end of each trial; what diverged stands at the top."""
    top = _axes(axes, story, f"Loss after {story.steps} steps")
    for one in story.trials:
        mark: dict[str, Any] = {"ms": 7, "color": theme_in_use().data, "ls": ""}
        if one.diverged:
            axes.plot([one.rate], [top], marker="x", **(mark | {"color": PATH}))
        else:
            axes.plot([one.rate], [one.loss], marker="o", **mark)
    best = story.best
    axes.plot([best.rate], [best.loss], "o", ms=12, mfc="none", mec=PATH, mew=2.0)
    axes.annotate(
        f"{short(best.rate)}: {short(best.loss)}",
        (best.rate, best.loss),
        xytext=(0, 14),
        textcoords="offset points",
        ha="center",
        color=PATH,
    )
    steady = story.steady
    if steady is not None and steady is not best:
        axes.axvline(steady.rate, color=theme_in_use().muted, ls=":", lw=1.4)
        axes.annotate(
            f"below the jumps {short(steady.rate, 3)} ",
            (steady.rate, 0.02),
            xycoords=("data", "axes fraction"),
            ha="right",
            color=theme_in_use().muted,
        )


def _range_test(axes: Axes, story: RateStory) -> None:
    """Draw the losses of the descent whose rate grows."""
    top = _axes(axes, story, "Range test: the rate grows at each step")
    test = story.range_test
    known = np.isfinite(test.losses) & (test.losses <= top)
    axes.plot(test.rates[known], test.losses[known], color=theme_in_use().data, lw=2.0)
    axes.axvline(test.steepest, color=theme_in_use().muted, ls=":", lw=1.4)
    axes.annotate(
        f"falls fastest at {short(test.steepest, 3)}",
        (test.steepest, 0.02),
        xycoords=("data", "axes fraction"),
        xytext=(5, 0),
        textcoords="offset points",
        color=theme_in_use().muted,
    )


def _axes(axes: Axes, story: RateStory, title: str) -> float:
    """Set the axes that both have, with the limit and the chosen rate; return their top."""
    top = ROOM * abs(story.start_loss)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(numticks=7))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axes.set_xlim(story.trials[0].rate / 1.5, story.trials[-1].rate * 1.5)
    lowest = min(one.loss for one in story.trials)
    axes.set_ylim(lowest - 0.08 * (top - lowest), top * 1.04)
    axes.axhline(story.start_loss, color=theme_in_use().muted, ls="--", lw=1.0)
    axes.axvline(story.learning_rate, color=PATH, lw=1.2, alpha=0.7)
    if story.limit is not None:
        axes.axvline(story.limit, color=theme_in_use().ink, lw=1.4)
        axes.annotate(
            "limit ",
            (story.limit, 0.98),
            xycoords=("data", "axes fraction"),
            ha="right",
            va="top",
        )
    axes.set_xlabel("learning rate")
    axes.set_ylabel(story.loss_label)
    axes.set_title(title)
    numbers_on(axes.yaxis)
    return top
