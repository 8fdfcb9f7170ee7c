"""Training: the steps of a descent recorded in a trace until they are to stop, and judged."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from math import isfinite, isnan
from typing import NamedTuple

import numpy as np

from steepest.descent.checkpoint import Checkpoint
from steepest.descent.loop import Descent, Method
from steepest.descent.plan.method import is_automatic
from steepest.descent.plan.options import Options
from steepest.descent.plan.stopping import plan_stopping
from steepest.descent.stop import Stop
from steepest.descent.stopping import Stopping
from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.findings import Findings
from steepest.diagnosis.verdicts import judge
from steepest.errors import ChoiceError
from steepest.interrupts import patient
from steepest.numerals import short
from steepest.objective.minimum.identifiability import Identifiability
from steepest.objective.model.model import Array
from steepest.objective.problem import Problem
from steepest.run.callback import Callback
from steepest.run.result import add_minimum_norm, result_of
from steepest.trace import Step, Trace

__all__ = ["Keep", "Outcome", "train"]

OVERRUN = 0.5
"""The share of the seconds given that may be used once they are over, for what is said of the run.

With the step that had begun, and a decomposition before the first, 1 s asked takes 2 at most:
measured of 500 rows of 3,000 features.
"""

Watched = AbstractContextManager[Iterable[Step]]

Keep = Callable[[Trace, Callable[[int], Checkpoint | None]], None]
"""What is handed the trace after each step, with what has the checkpoint there, to keep both."""


@dataclass(frozen=True)
class Outcome:
    """What training has made: the steps, why they ended, what is wrong, where to go on from.

    `checkpoint` is None if an interrupt came where nothing whole was to be kept.
    """

    trace: Trace
    stop: Stop
    findings: Findings
    checkpoint: Checkpoint | None


class AfterStep(NamedTuple):
    """What is called after each step: it may end the run, or keep what there is."""

    callback: Callback
    interrupted: Callable[[], bool]
    keep: Keep | None


def train(
    method: Method,
    options: Options,
    problem: Problem,
    callback: Callback,
    *,
    trace: Trace | None = None,
    checkpoint: Checkpoint | None = None,
    progress: bool = False,
    given_up: Callable[[], bool] = lambda: False,
    keep: Keep | None = None,
    unfinished: bool = False,
) -> Outcome:
    """Return what comes of a method: its steps up to the stop that the options ask for.

    `problem` has the names for what is said of it. With a `trace` and the `checkpoint`
    at its end it is gone on with, and the steps of `options` are those of the whole; so are their
    seconds and patience where it was `unfinished`: it ends as if it had never stopped. Ctrl-C is a
    stop, and so is `given_up`, which is asked after each step; `keep` is called after each. Whoever
    calls sees to BLAS's threads and to warnings.
    """
    anew = None if unfinished else checkpoint
    since, began = (anew.seconds, anew.index) if anew else (0.0, 0)
    stopping = plan_stopping(method.objective, method, options, since=since, began=began)
    trace = Trace(method.start.size, dtype=method.objective.dtype) if trace is None else trace
    descent = Descent(method, checkpoint, stopping.gtol, stopping.gap_tol, stopping.largest_gap)
    with patient() as interrupted:
        after = AfterStep(callback, lambda: interrupted() or given_up(), keep)
        stop = _run_to_stop(descent, trace, stopping, problem, progress, after)
        return _judged(descent, trace, stop, problem, options, callback)


def _judged(
    descent: Descent,
    trace: Trace,
    stop: Stop,
    problem: Problem,
    options: Options,
    callback: Callback,
) -> Outcome:
    """Return what has come of the steps; a Ctrl-C meanwhile loses none of them."""
    method = descent.method
    _check_start(trace, method.objective.count)
    checkpoint = _checkpoint_at_end(descent, trace, stop)
    known = _identifiability(descent, stop, options.seconds)
    evidence = Evidence(
        method,
        trace,
        stop,
        problem,
        identifiability=known,
        to_arrive=options.steps is None,
        flat=_flat_bottom(descent),
        automatic=is_automatic(options) and options.scale == "auto",
        by_validation=options.by_validation,
    )
    verdicts = judge(evidence)
    curvature = method.coordinates.curvature
    result = result_of(trace, stop, verdicts, curvature, options.by_validation)
    if add_minimum_norm(trace, descent, known, stop, result, problem):
        callback(trace.last)
    stop = stop.with_result(evidence.validated or trace.last, trace.last)
    return Outcome(
        trace=trace,
        stop=stop,
        findings=Findings(verdicts, replace(evidence, stop=stop)),
        checkpoint=checkpoint,
    )


def _identifiability(descent: Descent, stop: Stop, seconds: float | None) -> Identifiability | None:
    """Return what the rows do not tell; not where the `seconds` are over and that takes too long.

    A run that they ended is not at its minimum, so no least weights are asked for.
    """
    objective, full_rank = descent.method.objective, descent.coordinates.full_rank
    longer = objective.rank_seconds
    if stop.reason != "seconds" or seconds is None or full_rank or longer <= OVERRUN * seconds:
        return objective.identifiability(full_rank)
    return Identifiability(
        unknown=f"the {seconds:g} s it was given are over, and the rank of {objective.count:,} "
        f"rows takes about {longer:.2g} s more"
    )


def _flat_bottom(descent: Descent) -> Array:
    """Return where params may be with no change of the lowest loss, as far as is known."""
    last = descent.last_step
    return descent.method.step_size.flat_bottom(None if last is None else last.memory)


def _checkpoint_at_end(descent: Descent, trace: Trace, stop: Stop) -> Checkpoint | None:
    """Return where to go on from: after the last step, or before it where the run had arrived.

    There how far to go was not worked out, so whoever goes on takes that step once more.
    """
    return descent.checkpoint(len(trace) - (stop.reason == "arrived"))


def _run_to_stop(
    descent: Descent,
    trace: Trace,
    stopping: Stopping,
    problem: Problem,
    progress: bool,
    after: AfterStep,
) -> Stop:
    """Go on with the trace up to its stop; Ctrl-C is one, once there is a step to keep."""
    stop = stopping.check(trace) if len(trace) else None
    with _watched(descent, stopping, progress) as steps:
        if stop is None:
            stop = _catch_errors(_measured(steps, problem), descent, stopping, trace, after)
    last = trace.last
    if isnan(last.full_loss):
        value = descent.method.objective.value(last.params)
        trace.fill_last(value, problem.validation_loss(last.params))
    return stop


def _measured(steps: Iterable[Step], problem: Problem) -> Iterable[Step]:
    """Return the steps with the loss of the rows kept back, if there are any.

    It is worked out wherever that of all others is: of mini-batches at the end of each epoch.
    """
    if not problem.validation_rows:
        return steps
    loss = problem.validation_loss
    return (
        step if isnan(step.full_loss) else step._replace(validation_loss=loss(step.params))
        for step in steps
    )


def _catch_errors(
    steps: Iterable[Step], descent: Descent, stopping: Stopping, trace: Trace, after: AfterStep
) -> Stop:
    """Return why the steps ended: an error of the objective is a stop, and kept by the callback."""
    try:
        return _append_steps(steps, descent, stopping, trace, after)
    except KeyboardInterrupt:
        if not len(trace):
            raise
        return _interrupted(trace)
    except Exception as error:
        after.callback.keep(error, len(trace))
        if not len(trace):
            raise
        return Stop("failed", f"stopped: the objective failed at step {len(trace):,}: {error}")


def _append_steps(
    steps: Iterable[Step], descent: Descent, stopping: Stopping, trace: Trace, after: AfterStep
) -> Stop:
    """Append the steps to the trace until one of them ends it; return why it does."""
    for step in steps:
        trace.append(step)
        over = after.callback(step)
        if stop := stopping.check(trace):
            return stop
        if over:
            return Stop("callback", f"stopped at step {step.index:,} by the callback")
        if after.interrupted():
            break
        if after.keep is not None:
            after.keep(trace, descent.checkpoint)
    return _interrupted(trace)


def _interrupted(trace: Trace) -> Stop:
    return Stop("interrupted", f"interrupted at step {len(trace) - 1:,}; it is kept")


def _check_start(trace: Trace, rows: int) -> None:
    """Raise ChoiceError if loss or gradient are no finite numbers at the start already."""
    first = trace.first
    wrong = f"loss at the start is {first.loss:g}"
    if isfinite(first.loss):
        sound = np.isfinite(first.gradient)
        if sound.all():
            return
        lost = np.flatnonzero(~sound)
        wrong = (
            f"loss at the start is {short(first.loss)}, but its slope by param {lost[0] + 1} is "
            f"{first.gradient[lost[0]]:g}"
        )
    remedy = "start nearer to 0, let the start be drawn, or give the data in larger units"
    remedy = remedy if rows else "start where loss and gradient of the objective are finite numbers"
    raise ChoiceError(f"the {wrong}: {remedy}")


def _watched(descent: Descent, stopping: Stopping, progress: bool) -> Watched:
    """Return a context that gives the steps, shown by a progress bar if that is wanted."""
    if not progress:
        return nullcontext[Iterable[Step]](descent)
    from steepest.view.progress import watch_steps

    return watch_steps(descent, stopping.steps, stopping.seconds, stopping.since)
