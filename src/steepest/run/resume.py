"""A run gone on with: from its checkpoint, or afresh from its last step where there is none."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.data.read_again import check_not_given, read_again
from steepest.descent.checkpoint import Checkpoint
from steepest.descent.loop import Descent, Method
from steepest.descent.plan.method import objective_of, plan_method
from steepest.descent.plan.options import Options
from steepest.errors import ChoiceError
from steepest.objective.stored_problem import problem_on
from steepest.run.callback import Callback
from steepest.run.checkpoint_file import CheckpointFile
from steepest.run.passes import passes_shown
from steepest.run.training import train
from steepest.trace import Step

if TYPE_CHECKING:
    from steepest.run.run import Run

__all__ = ["resume"]


UNFINISHED = ("interrupted", "failed")
"""The reasons of runs that were cut short: by a signal or a kill, or by an error in a step."""


@ONE_BLAS_THREAD
@np.errstate(over="ignore", invalid="ignore")
def resume(
    run: "Run",
    more: Options,
    callback: Callable[[Step], object] | None,
    progress: bool,
    keeping: CheckpointFile | None = None,
    data: Any = None,
    cluster: Any = None,
) -> "Run":
    """Return the run gone on with by the `steps`, `tol` and `seconds` of `more`.

    See `Run.resume`.
    """
    run = _with_rows(run, progress, data, cluster)
    run.problem.check_whole()
    options, method, checkpoint = _taken_up(run)
    said = (more.steps, more.epochs, more.tol, more.seconds)
    unfinished = run.stop.reason in UNFINISHED and said == (None,) * len(said)
    more = _as_asked(run, options) if unfinished else _further(run, options, more)
    _check_schedule(run, method, checkpoint.index, more.steps)
    asked = Callback(callback)
    afresh = run.plan.afresh
    if checkpoint is not run.checkpoint:
        at = checkpoint.index
        afresh = f"gone on afresh from step {at:,}: what its rule carried was not kept"
    plan = replace(run.plan, steps=more.steps, afresh=afresh)
    run_of = partial(run.of, run.problem, plan, options)
    outcome = train(
        method,
        more,
        run.problem,
        asked,
        trace=run.trace.reopened(checkpoint.index),
        checkpoint=checkpoint,
        progress=progress,
        keep=None if keeping is None else keeping.of(run.problem, plan, run_of),
        unfinished=unfinished,
    )
    gone_on = run_of(outcome)
    if keeping is not None:
        keeping.write(gone_on)
    return asked.raise_with_run(gone_on)


def _with_rows(run: "Run", progress: bool, data: Any, cluster: Any) -> "Run":
    """Return the run with its rows; those of a checkpoint in passes are read anew: `read_again`.

    Raises ChoiceError for data or a cluster that a run with its rows is given.
    """
    origin = run.problem.origin
    if run.problem.has_rows or origin is None or run.options is None:
        check_not_given(data)
        _check_no_cluster(cluster)
        return run
    with passes_shown(progress) as show:
        rows = read_again(origin, show, data, cluster)
    threads = origin.asked["threads"]
    return replace(run, problem=problem_on(rows, objective_of(rows, run.options, threads)))


def _check_no_cluster(cluster: Any) -> None:
    """Raise ChoiceError for a cluster that is to hold rows which a run has already."""
    if cluster is not None:
        raise ChoiceError(
            f"cluster is {cluster!r}, but this run has its rows; a cluster holds those of a "
            "checkpoint that are read in passes: leave cluster out"
        )


def _as_asked(run: "Run", options: Options) -> Options:
    """Return when a run that was interrupted was to end."""
    return replace(options, steps=run.plan.steps, epochs=None)


def _further(run: "Run", options: Options, more: Options) -> Options:
    """Return when a run is to end that goes on by `more`."""
    more = replace(more, batch=options.batch).in_steps(run.problem.rows)
    more = replace(more, stop=options.stop, patience=options.patience)
    if more.steps is not None:
        more = replace(more, steps=run.trace.walked - 1 + more.steps)
    return more


def _check_schedule(run: "Run", method: Method, begin: int, end: int | None) -> None:
    """Raise ChoiceError where the schedule is over before the steps asked for: they have rate 0.

    It is over where two steps in turn have that rate, the last one asked for and the one after it;
    of no number of steps these are the next two. One alone a schedule may have that starts again.
    """
    last = begin if end is None else end - 1
    rates = [method.step_size.given_rate(index) for index in (last, last + 1)]
    if last < begin or rates != [0.0, 0.0]:
        return
    asked = f"resume would take steps up to {last + 1:,}" if end else "resume would take more steps"
    raise ChoiceError(
        f"{asked}, but the schedule of the learning rate, {run.plan.rate_in_words}, is over before "
        "that: its rate is 0 there, and such steps lead nowhere; descend anew with all those steps "
        "for one longer schedule, or descend(..., start=run, learning_rate=...) for another rate"
    )


def _taken_up(run: "Run") -> tuple[Options, Method, Checkpoint]:
    """Return the options of a run, its method once more, and where to go on from.

    A run whose file has nothing of that begins anew where it ended.
    """
    if run.options is not None and run.checkpoint is not None:
        options = replace(run.options, start=run.trace[0].params)
        method, _ = plan_method(run.objective, options)
        if method.rule.name != run.plan.rule.name:
            # What auto became once is what the run goes on with.
            options = replace(options, rule=run.plan.rule, scale=run.plan.scale)
            method, _ = plan_method(run.objective, options)
        return options, method, run.checkpoint
    last = run.trace[-1]
    if not np.isfinite(last.params).all():
        raise ChoiceError(
            f"the run ended at step {last.index:,}, where its params are no finite numbers, so no "
            "step leads on; start=run.params begins at its best point, at a lower learning rate"
        )
    try:
        options = replace(run.options or run.plan.to_options(), start=last.params)
        method, _ = plan_method(run.objective, options)
    except ChoiceError as error:
        raise ChoiceError(
            "the run's file does not hold all that is needed to go on with it: "
            f"{error}; say it to descend(..., start=run)"
        ) from None
    first = Descent(method).checkpoints[-1]
    began = first._replace(index=last.index, passes=last.passes, seconds=last.seconds)
    return options, method, began
