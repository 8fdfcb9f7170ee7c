"""A walk that can be watched, of a run whose rule, rate and scale were left to `auto`.

`auto` takes one step or few, in coordinates without names: right for who wants the weights, nothing
to look at for who wants to see how they are found. From the same start a fixed rate in standard
units takes 20 to 60 steps, each along the gradient that is drawn.
"""

from dataclasses import replace
from math import floor, log10
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.errors import SteepestError
from steepest.objective.table_problem import TableProblem
from steepest.page.replay import PAGE_LOSSES
from steepest.run.callback import Callback
from steepest.run.descended import descended

if TYPE_CHECKING:
    from steepest.descent.plan.options import Options
    from steepest.run.run import Run

__all__ = ["watched"]

MOST_FEATURES = 2
"""Features of a model whose walk one picture of the rows can show."""

FEWEST, MOST = 20, 60
"""Steps of the walk: a class follows each of some twenty, and a minute is enough for sixty."""

MOST_ROWS = 1_000_000
"""Rows of which so many steps more are taken: sixty of a million rows take 1.5 s."""

SHARES = (0.3, 0.6, 1.0, 1.6)
"""Rates in shares of 1 / curvature, tried in turn until a walk arrives: at 2 it would diverge."""

LEFT = 0.001
"""The share of the fall at which a walk has arrived to the eye: less is no pixel of a picture."""


def watched(run: "Run") -> "Run | None":
    """Return a walk of fixed rate in standard units from the start of `run`, to be watched.

    None if it is no run of `auto` on rows of one or two features.

    The rate is the smallest of some shares of 1 / curvature by which 99.9 % of the fall to the
    lowest loss is reached within 60 steps, the largest of them if none does.
    """
    options = run.options
    if options is None or not _is_left_to_auto(run, options):
        return None
    try:
        return _walk(run, options)
    except SteepestError:
        # What cannot be walked so has nothing else to be watched.
        return None


def _is_left_to_auto(run: "Run", options: "Options") -> bool:
    """Whether all that makes a walk was left open, and the model is small enough to be watched."""
    named = (options.rule, options.learning_rate, options.scale)
    own = (options.steps, options.epochs, options.batch, options.clip, options.seconds)
    problem = run.problem
    return (
        isinstance(problem, TableProblem)
        and named == ("auto", "auto", "auto")
        and own == (None,) * len(own)
        and not options.l1
        and problem.loss.name in PAGE_LOSSES
        and problem.loss.smooth
        and problem.objective.linear is not None
        and problem.objective.has_page
        and 0 < len(problem.feature_names) <= MOST_FEATURES
        and problem.rows <= MOST_ROWS
        and run.stop.reason not in ("interrupted", "failed")
    )


def _walk(run: "Run", options: "Options") -> "Run | None":
    """Return the first walk that arrives, with as many steps as it needs."""
    how = replace(options, rule="steepest", scale="standard", learning_rate=1.0, steps=1)
    curvature = _taken(run, how).plan.curvature
    if not curvature:
        return None
    for share in SHARES:
        rate = _rounded(share / curvature)
        walk = _taken(run, replace(how, learning_rate=rate, steps=MOST))
        if (steps := _steps_needed(walk, run.loss)) is not None:
            break
    wanted = min(MOST, max(FEWEST, MOST if steps is None else steps))
    if wanted == len(walk.trace) - 1:
        return walk
    return _taken(run, replace(how, learning_rate=rate, steps=wanted))


@ONE_BLAS_THREAD
@np.errstate(over="ignore", invalid="ignore")
def _taken(run: "Run", options: "Options") -> "Run":
    """Return the run of the same problem under other options."""
    return descended(run.of, run.problem, options, Callback(None), False, lambda: False)


def _steps_needed(walk: "Run", lowest: float) -> int | None:
    """Return the first step at which no more than `LEFT` of the fall is left; None if none is."""
    losses = walk.trace.full_losses
    near = (losses - lowest <= LEFT * (losses[0] - lowest)).nonzero()[0]
    return int(near[0]) if len(near) else None


def _rounded(rate: float) -> float:
    """Return a rate to two digits, as a person would write it."""
    return round(rate, 1 - floor(log10(rate)))
