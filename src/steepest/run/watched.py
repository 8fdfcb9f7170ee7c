"""A walk that can be watched, of a run whose rule, rate and scale were left to `auto`.

`auto` takes one step or few, in coordinates without names: right for who wants the weights, nothing
to look at for who wants to see how they are found. From the same start a fixed rate in standard
units takes 20 to 60 steps, each along the gradient that is drawn; of a network 200, at one of the
rates 1, 2, 5, 10, ... at which its loss falls at every step.
"""

from dataclasses import replace
from math import floor, inf, log10
from typing import TYPE_CHECKING, cast

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
    from steepest.trace import Step

__all__ = ["network_walk", "watched"]

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


NETWORK_STEPS = 200
"""Steps of a network's walk: two spirals are then half learned, XOR is."""

MOST_WORK = 20_000_000
"""Rows x params of a network that is walked a few times more: a step of them takes some 3 ms."""

SHORT = 0.01
"""The share of the longest fall that a smaller rate may fall short of it: its path is smoother."""

RUNGS = 12
"""Rates of a network that are tried above the first at most, and as many below it."""


def watched(run: "Run") -> "Run | None":
    """Return a walk of fixed rate in standard units from the start of `run`, to be watched.

    None if it is no run of `auto`, on rows of one or two features or of a network.

    The rate is the smallest of some shares of 1 / curvature by which 99.9 % of the fall to the
    lowest loss is reached within 60 steps, the largest of them if none does. No bound is known of a
    network's curvature: it is the smallest of the rates 1, 2, 5, 10, ... that reaches 99 % of what
    is reached in 200 steps at the best of them at which the loss never rises.
    """
    options = run.options
    if options is None or not _is_left_to_auto(run, options):
        return None
    try:
        return _walk(run, options)
    except SteepestError:
        # What cannot be walked so has nothing else to be watched.
        return None


def network_walk(run: "Run") -> "Run | None":
    """Return the walk from the start of a network's run that `watched` has; None if too large."""
    if run.options is None or not _is_small(cast("TableProblem", run.problem)):
        return None
    try:
        return _walk(run, run.options)
    except SteepestError:
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
        and problem.objective.has_page
        and _is_small(problem)
        and run.stop.reason not in ("interrupted", "failed")
    )


def _is_small(problem: TableProblem) -> bool:
    """Whether one picture shows the walk of a linear model; that of a network is in its own."""
    if problem.objective.linear is None:
        return problem.rows * problem.objective.size <= MOST_WORK
    return 0 < len(problem.feature_names) <= MOST_FEATURES and problem.rows <= MOST_ROWS


def _walk(run: "Run", options: "Options") -> "Run | None":
    """Return a walk at a rate that suits the problem, with as many steps as it needs."""
    how = replace(options, rule="steepest", scale="standard", learning_rate=1.0, steps=1)
    first = _taken(run, how)
    if run.problem.objective.linear is None:
        return _falling(run, how, first.trace[0])
    curvature = first.plan.curvature
    return _arriving(run, how, curvature) if curvature else None


def _arriving(run: "Run", how: "Options", curvature: float) -> "Run":
    """Return the first walk that arrives, with as many steps as it needs."""
    for share in SHARES:
        rate = _rounded(share / curvature)
        walk = _taken(run, replace(how, learning_rate=rate, steps=MOST))
        if (steps := _steps_needed(walk, run.loss)) is not None:
            break
    wanted = min(MOST, max(FEWEST, MOST if steps is None else steps))
    if wanted == len(walk.trace) - 1:
        return walk
    return _taken(run, replace(how, learning_rate=rate, steps=wanted))


def _falling(run: "Run", how: "Options", start: "Step") -> "Run | None":
    """Return the walk at the smallest rate that ends near the lowest end of those that only fall.

    None where there is nothing to fall.
    """
    if not (start.steepness > 0.0 and start.loss):
        return None
    first = round(3.0 * log10(abs(start.loss) / start.steepness**2))
    rung, chosen = _lowest_falling(run, how, first)
    if chosen is None:
        return None
    near = chosen.loss + SHORT * (start.loss - chosen.loss)
    for smaller in range(rung - 1, rung - 1 - RUNGS, -1):
        walk = _trial(run, how, smaller)
        if walk is None or walk.loss > near:
            break
        chosen = walk
    return chosen


def _lowest_falling(run: "Run", how: "Options", first: int) -> "tuple[int, Run | None]":
    """Return the walk of the lowest end of those on which the loss falls at every step, its rung.

    From the first rate upwards as long as that brings more; where it falls at none of these,
    downwards to the first at which it does.
    """
    best = None
    for rung in range(first, first + RUNGS):
        walk = _trial(run, how, rung)
        if walk is None or (best and walk.loss >= best.loss):
            break
        best = walk
    if best is not None:
        return rung - 1, best
    below = ((rung, _trial(run, how, rung)) for rung in range(first - 1, first - RUNGS - 1, -1))
    return next((one for one in below if one[1] is not None), (first, None))


def _trial(run: "Run", how: "Options", rung: int) -> "Run | None":
    """Return the walk at a rate of the ladder 1, 2, 5, 10, ...; None if its loss rises."""
    rate = float(f"{(1, 2, 5)[rung % 3]}e{rung // 3}")
    before = inf

    def rises(step: "Step") -> bool:
        nonlocal before
        before, last = step.loss, before
        return not step.loss < last

    asked = replace(how, learning_rate=rate, steps=NETWORK_STEPS)
    walk = _taken(run, asked, Callback(rises))
    return walk if walk.stop.reason == "steps" else None


@ONE_BLAS_THREAD
@np.errstate(over="ignore", invalid="ignore")
def _taken(run: "Run", options: "Options", callback: Callback | None = None) -> "Run":
    """Return the run of the same problem under other options."""
    asked = callback or Callback(None)
    return descended(run.of, run.problem, options, asked, False, lambda: False)


def _steps_needed(walk: "Run", lowest: float) -> int | None:
    """Return the first step at which no more than `LEFT` of the fall is left; None if none is."""
    losses = walk.trace.full_losses
    near = (losses - lowest <= LEFT * (losses[0] - lowest)).nonzero()[0]
    return int(near[0]) if len(near) else None


def _rounded(rate: float) -> float:
    """Return a rate to two digits, as a person would write it."""
    return round(rate, 1 - floor(log10(rate)))
