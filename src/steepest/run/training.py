"""From a walk to a run: its steps recorded until they are to stop, judged, and gone on with."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import fields, replace
from typing import Any

import numpy as np

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.descent.checkpoint import Checkpoint
from steepest.descent.loop import Descent, Method
from steepest.descent.plan.method import Choices, plan_method, plan_stopping
from steepest.descent.plan.options import Options
from steepest.descent.stopping import Stop, Stopping
from steepest.diagnosis.divergence import judge_divergence
from steepest.diagnosis.separation import judge_separation
from steepest.diagnosis.verdict import Verdict
from steepest.errors import ChoiceError
from steepest.interrupts import patient
from steepest.objective.coordinates.bounded import MOST_EXACT_BOUND
from steepest.run.run import Run
from steepest.trace import Step, Trace

__all__ = ["Told", "check_start", "judge", "record", "resume", "stands"]


@ONE_BLAS_THREAD
@np.errstate(over="ignore", invalid="ignore")
def resume(
    run: Run,
    *,
    steps: int | None = None,
    tol: float | None = None,
    seconds: float | None = None,
    callback: Callable[[Step], object] | None = None,
    progress: bool = False,
) -> Run:
    """Return the run gone on with; see `Run.resume`."""
    more = Options(steps=steps, tol=tol, seconds=seconds)
    asked, walk, standing = _taken_up(run)
    trace, told = run.trace.reopened(standing.index), Told(callback)
    if more.steps is not None:
        more = replace(more, steps=len(run.trace) - 1 + more.steps)
    stops = plan_stopping(run.objective, walk, more, since=standing.seconds)
    descent = Descent(walk, standing, stops.enough)
    stop = record(descent, trace, stops, progress, told, lambda: False)
    afresh = run.choices.afresh
    if standing is not run.standing:
        afresh = f"gone on afresh from step {standing.index:,}: what its rule carried was not kept"
    return told.kept(
        replace(
            run,
            choices=replace(run.choices, steps=more.steps, afresh=afresh),
            trace=trace,
            stop=stop,
            verdicts=judge(walk, trace, stop, run.classes),
            asked=asked,
            standing=stands(descent, trace, stop),
        )
    )


def stands(descent: Descent, trace: Trace, stop: Stop) -> Checkpoint | None:
    """Return where to go on from: after the last step, or before it where the run had arrived.

    There how far to go was not worked out, so whoever goes on takes that step once more.
    """
    return descent.checkpoint(len(trace) - (stop.reason == "arrived"))


def _taken_up(run: Run) -> tuple[Options, Method, Checkpoint]:
    """Return what was asked for, the walk once more, and where it stands.

    A run whose file has nothing of that begins anew where it ended.
    """
    if run.asked is not None and run.standing is not None:
        asked = replace(run.asked, start=run.trace[0].params)
        return asked, plan_method(run.objective, asked)[0], run.standing
    last = run.trace[-1]
    try:
        asked = replace(run.asked or _asked_once(run.choices), start=last.params)
        walk, _ = plan_method(run.objective, asked)
    except ChoiceError as error:
        raise ChoiceError(
            "the run's file does not hold all that is needed to go on with it: "
            f"{error}; say it to descend(..., start=run)"
        ) from None
    first = Descent(walk).checkpoints[-1]
    return asked, walk, replace(first, index=last.index, passes=last.passes, seconds=last.seconds)


def _asked_once(choices: Choices) -> Options:
    """Return what was asked for as far as an old file, or one of a reader's own rule, says it."""
    same = {field.name for field in fields(Options)} & {field.name for field in fields(Choices)}
    return Options(**{name: getattr(choices, name) for name in same})


class Told:
    """A callback that is told of every step; an error of its own waits until the run is whole."""

    def __init__(self, callback: Callable[[Step], object] | None) -> None:
        self._callback = callback
        self._error: Exception | None = None

    def __call__(self, step: Step) -> bool:
        """Return whether the run is to end."""
        try:
            return self._callback is not None and bool(self._callback(step))
        except Exception as error:
            self._error = error
            return True

    def kept(self, run: Run) -> Run:
        """Return the run; raise what the callback has raised, with the run so far as its `run`."""
        if self._error is None:
            return run
        vars(self._error)["run"] = run
        self._error.add_note("steepest: the run so far is this error's `run`")
        raise self._error


def record(
    descent: Descent,
    trace: Trace,
    stops: Stopping,
    progress: bool,
    told: Told,
    given_up: Callable[[], bool],
) -> Stop:
    """Go on with the trace up to its stop; Ctrl-C is one, once there is a step to keep."""
    stop = stops.check(trace) if len(trace) else None
    with _watched(descent, stops, progress) as watched, patient() as interrupted:
        if stop is None:
            stop = _follow(watched, stops, trace, told, lambda: interrupted() or given_up())
    last = trace[-1]
    if np.isnan(last.full_loss):
        trace.fill_last(descent.method.objective.value(last.params))
    return stop


def _follow(
    steps: Iterable[Step],
    stops: Stopping,
    trace: Trace,
    told: Told,
    interrupted: Callable[[], bool],
) -> Stop:
    """Append the steps to the trace until they are to stop; return why they are."""
    try:
        for step in steps:
            trace.append(step)
            over = told(step)
            if stop := stops.check(trace):
                return stop
            if over:
                return Stop("callback", f"stopped at step {step.index:,} by the callback")
            if interrupted():
                break
    except KeyboardInterrupt:
        if not len(trace):
            raise
    return Stop("interrupted", f"interrupted at step {len(trace) - 1:,}; it is kept")


def check_start(trace: Trace) -> None:
    """Raise ChoiceError if the loss is no finite number at the start already."""
    if not np.isfinite(trace.losses[0]):
        raise ChoiceError(
            f"the loss at the start is {trace.losses[0]:g}: start nearer to 0, let the start "
            "be drawn, or tell the data in larger units"
        )


def _watched(descent: Descent, stops: Stopping, progress: bool) -> Any:
    """Return a context that gives the steps, shown by a progress bar if that is wanted."""
    if not progress:
        return nullcontext[Iterable[Step]](descent)
    from steepest.view.progress import watch_steps

    return watch_steps(descent, stops.steps, stops.seconds, stops.since)


def judge(
    method: Method, trace: Trace, stop: Stop, classes: Sequence[object] | None
) -> list[Verdict]:
    """Return what is wrong with the run; `classes` are the names of what it tells apart."""
    last = trace[-1]
    separation = judge_separation(method.objective, last.params, last.full_loss, classes)
    return [verdict for verdict in (_divergence(method, trace, stop), separation) if verdict]


def _divergence(method: Method, trace: Trace, stop: Stop) -> Verdict | None:
    """Return the verdict on a run that left its best point; a search does not, batches may."""
    objective, step_size, in_batches = (
        method.objective,
        method.step_size,
        method.sampler.in_epoch > 1,
    )
    wandered = in_batches and stop.reason != "diverged"
    if step_size.never_rises or wandered:
        return None
    bounded = objective.layout.shape[0] > MOST_EXACT_BOUND or in_batches
    # A kink of L1 may hold what would grow without it.
    proves = objective.is_quadratic and not bounded
    # The limit of a rule is one of rates that were given: some that are found go beyond on purpose.
    curvature = method.coordinates.curvature if step_size.is_given else None
    return judge_divergence(trace, method.rule, curvature, proves, method.coordinates.name)
