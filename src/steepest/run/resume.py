"""A run gone on with: from its checkpoint, or afresh from its last step where there is none."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.descent.checkpoint import Checkpoint
from steepest.descent.loop import Descent, Method
from steepest.descent.plan.method import plan_method
from steepest.descent.plan.options import Options
from steepest.errors import ChoiceError
from steepest.run.callback import Callback
from steepest.run.training import train
from steepest.trace import Step

if TYPE_CHECKING:
    from steepest.run.run import Run

__all__ = ["resume"]


@ONE_BLAS_THREAD
@np.errstate(over="ignore", invalid="ignore")
def resume(
    run: "Run", more: Options, callback: Callable[[Step], object] | None, progress: bool
) -> "Run":
    """Return the run gone on with by the `steps`, `tol` and `seconds` of `more`.

    See `Run.resume`.
    """
    run.problem.check_whole()
    options, method, checkpoint = _taken_up(run)
    more = replace(more, batch=options.batch).in_steps(run.problem.rows)
    more = replace(more, stop=options.stop, patience=options.patience)
    if more.steps is not None:
        more = replace(more, steps=run.trace.walked - 1 + more.steps)
    asked = Callback(callback)
    outcome = train(
        method,
        more,
        run.problem,
        asked,
        trace=run.trace.reopened(checkpoint.index),
        checkpoint=checkpoint,
        progress=progress,
    )
    afresh = run.plan.afresh
    if checkpoint is not run.checkpoint:
        at = checkpoint.index
        afresh = f"gone on afresh from step {at:,}: what its rule carried was not kept"
    plan = replace(run.plan, steps=more.steps, afresh=afresh)
    return asked.raise_with_run(run.of(run.problem, plan, options, outcome))


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
