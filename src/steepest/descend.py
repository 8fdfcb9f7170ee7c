"""`descend`: from data and choices to a run."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import is_dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from steepest.data.prepare import Data, prepare
from steepest.descent.checks import number, whole_number
from steepest.descent.loop import Walk
from steepest.descent.plan import Choices, plan_stops, plan_walk
from steepest.descent.rates import Schedule, Search
from steepest.descent.rules import Rule
from steepest.descent.scale import MOST_BOUNDED
from steepest.descent.stops import Stop, Stopping
from steepest.diagnosis.divergence import judge_divergence
from steepest.diagnosis.verdict import Verdict
from steepest.errors import ChoiceError
from steepest.interrupts import patient
from steepest.objective.choice import LOSSES
from steepest.objective.linear import LinearObjective
from steepest.objective.regression import Squared
from steepest.run import Run, objective_of
from steepest.trace import Step, Trace

__all__ = ["descend", "descend_rows"]


def descend(
    data: Any,
    target: str | None = None,
    features: Sequence[str] | None = None,
    *,
    loss: str = "auto",
    rule: str | Rule = "auto",
    learning_rate: float | str | Schedule = "auto",
    steps: int | None = None,
    start: ArrayLike | None = None,
    seed: int = 0,
    scale: str = "auto",
    l2: float = 0.0,
    delta: float = 1.0,
    batch: int | None = None,
    tol: float | None = None,
    seconds: float | None = None,
    missing: str = "error",
    drop: Sequence[str] = (),
    threads: int | None = None,
    progress: bool = False,
) -> Run:
    """Train weights and a bias by gradient descent and return the run, every step kept.

    `data` is a path (CSV, TSV, Parquet, Arrow), the name of a shipped data set, any data frame,
    or a pair (X, y) of arrays, X of shape (rows, features). `target` names the column to predict,
    `features` those to predict it from (all others, less `drop`, if left out).

    - `loss`: squared, absolute, huber (with `delta`, in units of the target), cross_entropy, or
      auto by the target's type. `l2` adds `l2 / 2 |weights|^2` to the mean loss.
    - `rule`: steepest, momentum, nesterov, adagrad, rmsprop, adam, or auto.
    - `learning_rate`: a number, a schedule (`time:0.1`, `step:0.1`, `cosine:0.1`, or a function
      of the step's index), or auto: a search that never lets the loss rise (mini-batches: a safe
      rate that fades over the epochs).
    - `scale`: none, standard, round, or auto: in which coordinates the steps are taken. The
      objective and all that is told of it stay in the units of the data.
    - `steps`: how many; without it and `tol` the run goes on until the gradient is as good as 0.
      `tol` is on the gradient norm relative to that at which one safe step would take away the
      whole loss of a constant guess. `seconds` ends it after that time.
    - `start`: the weights row by row, then the bias or biases; random with `seed` if left out.
    - `batch`: rows in a mini-batch; a step's loss is then its batch's, and the loss of all rows
      is worked out at the end of each epoch.
    - `missing`: error, or drop to leave out rows with gaps.
    - `threads`: all cores if left out; any number gives the same bits.

    With `rule="steepest"`, a number as rate and `scale="none"` each step is exactly
    `params - learning_rate * gradient`. A run that diverges ends, keeps its best point and says
    why in `run.verdicts`. Ctrl-C ends it too, with what it has.

    Raises DataError, ChoiceError or FileError, each with what to do.

    >>> run = descend("geyser", target="waiting", features=["duration"])
    >>> run.weights.round(3), round(run.bias, 3), round(run.loss, 3)
    (array([10.73]), 33.474, 34.7...)
    """
    rows = prepare(
        data, target, features, drop=drop, classify=_wants_classes(loss), missing=missing
    )
    return descend_rows(
        rows,
        loss=loss,
        rule=rule,
        learning_rate=learning_rate,
        steps=steps,
        start=start,
        seed=seed,
        scale=scale,
        l2=l2,
        delta=delta,
        batch=batch,
        tol=tol,
        seconds=seconds,
        threads=threads,
        progress=progress,
    )


@np.errstate(over="ignore", invalid="ignore")
def descend_rows(
    rows: Data,
    *,
    loss: str = "auto",
    rule: str | Rule = "auto",
    learning_rate: float | str | Schedule = "auto",
    steps: int | None = None,
    start: ArrayLike | None = None,
    seed: int = 0,
    scale: str = "auto",
    l2: float = 0.0,
    delta: float = 1.0,
    batch: int | None = None,
    tol: float | None = None,
    seconds: float | None = None,
    threads: int | None = None,
    progress: bool = False,
    given_up: Callable[[], bool] = lambda: False,
) -> Run:
    """Descend on rows that are prepared already; the choices are those of `descend`.

    `given_up` is asked between steps; once it says so the run is interrupted.
    """
    l2, delta = number("l2", l2), number("delta", delta, above=0)
    seed = whole_number("seed", seed, least=0)
    steps = None if steps is None else whole_number("steps", steps, least=0)
    batch = None if batch is None else whole_number("batch", batch, least=1)
    threads = None if threads is None else whole_number("threads", threads, least=1)
    objective = objective_of(rows, loss, l2, delta, threads)
    walk = plan_walk(
        objective,
        rule=rule,
        learning_rate=learning_rate,
        scale=scale,
        start=start,
        seed=seed,
        steps=steps,
        batch=batch,
    )
    stops = plan_stops(objective, walk.scale, steps, tol, seconds)
    choices = Choices(
        loss=objective.loss.name,
        rule=walk.rule.name,
        learning_rate=_in_words(learning_rate),
        scale=walk.scale.name,
        l2=l2,
        delta=delta,
        seed=seed,
        random_start=start is None,
        steps=steps,
        batch=batch,
        curvature=walk.scale.curvature,
    )
    trace, stop = _record(walk, stops, progress, given_up)
    _check_start(trace)
    return Run(rows, objective, choices, trace, stop, _judge(walk, trace, stop))


def _in_words(learning_rate: float | str | Schedule) -> float | str:
    """Return the learning rate as a number or a word; of a bare function, that it is one."""
    if isinstance(learning_rate, int | float):
        return float(learning_rate)
    bare = callable(learning_rate) and not is_dataclass(learning_rate)
    return "a function of the step" if bare else str(learning_rate)


def _wants_classes(loss: str) -> bool | None:
    """Return whether the loss needs classes; None if the target's type decides."""
    return None if loss not in LOSSES else loss == "cross_entropy"


def _record(
    walk: Walk, stops: Stopping, progress: bool, given_up: Callable[[], bool]
) -> tuple[Trace, Stop]:
    """Return the trace of the walk up to its stop; Ctrl-C is one, once there is a step to keep."""
    trace = Trace(walk.start.size)
    with _watched(walk, stops, progress) as watched, patient() as interrupted:
        stop = _follow(watched, stops, trace, lambda: interrupted() or given_up())
    last = trace[-1]
    if np.isnan(last.full_loss):
        trace.know_last(walk.objective.value(last.params))
    return trace, stop


def _follow(
    steps: Iterable[Step], stops: Stopping, trace: Trace, interrupted: Callable[[], bool]
) -> Stop:
    """Append the steps to the trace until they are to stop; return why they are."""
    try:
        for step in steps:
            trace.append(step)
            if stop := stops.why(trace):
                return stop
            if interrupted():
                break
    except KeyboardInterrupt:
        if not len(trace):
            raise
    return Stop("interrupted", f"interrupted at step {len(trace) - 1:,}; it is kept")


def _check_start(trace: Trace) -> None:
    """Raise ChoiceError if the loss is no finite number at the start already."""
    if not np.isfinite(trace.full_losses[0]):
        raise ChoiceError(
            f"the loss at the start is {trace.full_losses[0]:g}: start nearer to 0, let the start "
            "be drawn, or tell the data in larger units"
        )


def _watched(walk: Walk, stops: Stopping, progress: bool) -> Any:
    """Return a context that gives the steps, shown by a progress bar if that is wanted."""
    if not progress:
        return nullcontext[Iterable[Step]](walk)
    from steepest.view.progress import watch_steps

    return watch_steps(walk, stops.steps)


def _judge(walk: Walk, trace: Trace, stop: Stop) -> list[Verdict]:
    """Return what is wrong with the run; a search cannot diverge, mini-batches may wander."""
    assert isinstance(walk.objective, LinearObjective)
    wandered = walk.batches is not None and stop.reason != "diverged"
    if isinstance(walk.rate, Search) or wandered:
        return []
    bounded = walk.objective.shape[0] > MOST_BOUNDED or walk.batches is not None
    proves = isinstance(walk.objective.loss, Squared) and not bounded
    verdict = judge_divergence(trace, walk.rule, walk.scale.curvature, proves, walk.scale.name)
    return [verdict] if verdict else []
