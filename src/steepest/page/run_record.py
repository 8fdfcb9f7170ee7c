"""What a page is told of a run: its choices, its steps, how it ended and what is said of it.

A page gets as many steps of a long run as it can hold, with start, best, result and last.
"""

import numpy as np
from numpy.typing import NDArray

from steepest.descent.plan.plan import Plan
from steepest.diagnosis.verdict import Verdict
from steepest.objective.risk import Risk
from steepest.page.schema import ChoicesRecord, HeldOutRecord, RunRecord, VerdictRecord
from steepest.trace import Trace
from steepest.view.scene import thinned
from steepest.view.story import Story

__all__ = ["MOST_STEPS", "kept_steps", "run_record", "told_run", "verdict_record"]

Array = NDArray[np.float64]

MOST_STEPS = 100_001
"""Points of a run that a page gets: all of the longest that it can ask for."""

MOST_STEP_NUMBERS = 1_000_000
"""Params and gradients of all those steps together: 8 MB."""

MOST_WORK = 5e7
"""Numbers of X that are read to fill in the losses that mini-batches left open."""


def run_record(
    story: Story,
    objective: Risk,
    most: int = MOST_STEPS,
    known: dict[int, float] | None = None,
) -> RunRecord:
    """Return a run for a page: its choices, its steps, how it ended and what is said of it.

    `most` is how many points are told, of longer runs the first ones and ever fewer after them.
    `known` has losses of all rows by step, and gets those that are worked out here: whoever keeps
    it has each worked out once.
    """
    trace = story.trace
    index = kept_steps(trace, story.result.index, most, trace.size)
    place = np.searchsorted(trace.kept, index)
    params = trace.params[place]
    losses = _full_losses(trace, index, params, objective, {} if known is None else known)
    return told_run(story, index, params, trace.gradients[place], losses)


def told_run(
    story: Story, index: NDArray[np.intp], params: Array, gradients: Array, losses: Array
) -> RunRecord:
    """Return a run by its steps `index`, (kept,): params and gradients, (kept, size), losses."""
    plan, trace = story.plan, story.trace
    return {
        "choices": _choices(plan, trace, params[0]),
        "size": params.shape[1],
        "count": len(trace),
        "least": trace.last.least,
        "index": index.astype(np.int32),
        "params": params.ravel(),
        "gradient": gradients.ravel(),
        "loss": trace.losses[index],
        "fullLoss": losses,
        "heldOut": _held_out(story, index),
        "norm": trace.gradient_norms[index],
        "rate": trace.learning_rates[index],
        "momentum": trace.momenta[index],
        "curvature": plan.curvature,
        "limit": plan.limit,
        "exactLimit": story.exact_limit,
        "best": _best(losses),
        "result": int(np.searchsorted(index, story.result.index)),
        "lowest": None if story.lowest is None else float(np.nanmin([story.lowest, *losses])),
        "stop": {"reason": story.stop.reason, "message": story.stop.message},
        "verdicts": [verdict_record(one) for one in story.verdicts],
        "notes": [
            {"name": one.name, "message": one.message, "numbers": dict(one.numbers)}
            for one in story.notes
        ],
        "checks": [
            {"name": one.name, "state": one.state, "message": one.message} for one in story.checks
        ],
    }


def verdict_record(one: Verdict) -> VerdictRecord:
    """Return a verdict for a page."""
    return {
        "level": one.level,
        "name": one.name,
        "message": one.message,
        "numbers": dict(one.numbers),
        "remedy": one.remedy,
        "source": one.source,
    }


def kept_steps(trace: Trace, result: int, most: int, size: int) -> NDArray[np.intp]:
    """Return the steps that a page gets, (kept,), of `size` params each.

    Start, best, `result` and last are among them.
    """
    kept = trace.kept
    room = MOST_STEP_NUMBERS // (2 * max(size, 1))
    chosen = kept[thinned(len(kept), max(2, min(most, room)))]
    always = [0, trace.best.index, result, len(trace) - 1]
    return np.union1d(chosen, np.array(always, dtype=np.intp))


def _full_losses(
    trace: Trace,
    index: NDArray[np.intp],
    params: Array,
    objective: Risk,
    known: dict[int, float],
) -> Array:
    """Return the losses of all rows, those that mini-batches left open worked out if few."""
    losses = trace.full_losses[index]
    holes = np.flatnonzero(np.isnan(losses))
    if len(holes) * objective.blocks.X.size > MOST_WORK:
        return losses
    with np.errstate(over="ignore", invalid="ignore"):
        for i, step in zip(holes, index[holes].tolist(), strict=True):
            if step not in known:
                known[step] = objective.value(params[i])
            losses[i] = known[step]
    return losses


def _held_out(story: Story, index: NDArray[np.intp]) -> HeldOutRecord | None:
    """Return the losses of the rows kept back at some steps, and how many rows they are."""
    best = story.trace.best_validated
    if best is None:
        return None
    losses = story.trace.validation_losses[index]
    return {"rows": story.validation_rows, "loss": losses, "best": best.index}


def _best(losses: Array) -> int:
    """Return where the lowest loss of all rows is; the start, if none is known."""
    return 0 if np.isnan(losses).all() else int(np.nanargmin(losses))


def _choices(plan: Plan, trace: Trace, start: Array) -> ChoicesRecord:
    """Return what was chosen; a run that was given no number of steps chose those it took."""
    return {
        "loss": plan.loss_name,
        "rule": plan.rule.word,
        "learning_rate": plan.rate_in_words,
        "scale": plan.scale,
        "l1": plan.penalty.l1,
        "l2": plan.penalty.l2,
        "delta": plan.delta,
        "quantile": plan.quantile,
        "batch": plan.batch,
        "clip": plan.clip,
        "dropout": plan.dropout,
        "seed": plan.seed,
        "steps": max(1, trace.walked - 1) if plan.steps is None else plan.steps,
        "start": None if plan.random_start else start.tolist(),
    }
