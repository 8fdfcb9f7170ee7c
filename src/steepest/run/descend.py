"""`descend`: from data and choices to a run."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from steepest.checks import whole_number
from steepest.data.blas import ONE_BLAS_THREAD
from steepest.data.prepare import Data, prepare
from steepest.data.target import Target
from steepest.descent.plan.method import objective_of, plan_walk
from steepest.descent.plan.options import Asked
from steepest.descent.plan.plan import Plan
from steepest.descent.rules import GradientTransformation
from steepest.descent.steps.step_size import Schedule
from steepest.errors import ChoiceError
from steepest.numerals import counted
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.named import wants_classes
from steepest.run.callback import Callback
from steepest.run.run import Run
from steepest.run.training import train
from steepest.trace import Step

__all__ = ["descend", "descend_rows"]


def descend(
    data: Any,
    target: str | None = None,
    features: Sequence[str] | None = None,
    *,
    loss: str | Loss = "auto",
    rule: str | GradientTransformation = "auto",
    learning_rate: float | str | Schedule = "auto",
    steps: int | None = None,
    start: ArrayLike | Run | None = None,
    seed: int = 0,
    scale: str = "auto",
    l1: float = 0.0,
    l2: float = 0.0,
    delta: float | None = None,
    quantile: float | None = None,
    batch: int | None = None,
    tol: float | None = None,
    seconds: float | None = None,
    missing: str = "error",
    drop: Sequence[str] = (),
    sample_weight: Any = None,
    threads: int | None = None,
    progress: bool = False,
    callback: Callable[[Step], object] | None = None,
) -> Run:
    """Train weights and a bias by gradient descent and return the run, every step kept.

    `data` is a path (CSV, TSV, Parquet, Arrow), the name of a shipped data set, any data frame,
    or a pair (X, y) of arrays, X of shape (rows, features): float32 and float64 are read as they
    are, sparse matrices of SciPy by rows (CSR; others are converted once). `target` names the
    column to predict, `features` those to predict it from (all others, less `drop`, if left out).

    - `loss`: squared, absolute, huber (with `delta`, in units of the target, 1 if left out),
      quantile (with `quantile`, the share of the rows that is to lie below the prediction, 0.5 if
      left out), poisson (counts: the prediction is `exp(X w + b)`), cross_entropy, or auto by the
      target's type. A word may bring its number, `huber:3`; an object, `Huber(3.0)`, is one too.
    - `l1` adds `l1 |weights|_1` to the mean loss, `l2` adds `l2 / 2 |weights|^2`, the bias free of
      both, the weights in the units of the data; with both it is an elastic net. L1 brings many
      weights to rest at exactly 0. It needs a smooth loss, steps of all rows, and the rule auto,
      steepest or proximal. The gradient that is told is then the shortest subgradient, 0 in the
      minimum.
    - `rule`: steepest, momentum, nesterov, nesterov_restart, adagrad, rmsprop, adam, adamw,
      schedule_free, plane, proximal, or auto; with numbers of its own as `momentum:0.5` or
      `Momentum(beta=0.5)`. Any object with `init` and `update` is a rule. `adamw` ends elsewhere
      than in the minimum of the loss. `proximal` is what auto and steepest are with `l1`.
    - `learning_rate`: a number, a schedule (`time:0.1`, `step:0.1`, `cosine:0.1`, or a function
      of the step's index), or auto: a search that never lets the loss rise (mini-batches: a safe
      rate that fades over the epochs; nesterov_restart and schedule_free: 1 / curvature). Made
      for the rule steepest, and found by themselves: `adgd`, `backtracking`, `silver`, `exact`
      (squared loss), `polyak:LOWEST` (the lowest loss, 0 if left out), and `dog` for
      mini-batches. `steepest.descent.adaptive` says what each is promised, and where it fails.
    - `scale`: none, standard, block, round, or auto: the coordinates of the steps. The
      objective and all that is told of it stay in the units of the data.
    - `steps`: how many; without it and `tol` the run goes on until the gradient is as good as 0.
      `tol` is on the gradient norm relative to that at which one safe step would take away the
      whole loss of a constant guess. `seconds` ends it after that time.
    - `start`: the weights row by row, then the bias or biases; or a run on the same features,
      where it ended; random with `seed` if left out.
    - `batch`: rows in a mini-batch; a step's loss is then its batch's, and the loss of all rows
      is worked out at the end of each epoch.
    - `missing`: error, or drop to leave out rows with gaps.
    - `sample_weight`: how much each row counts, numbers from 0 up, or the column of the table that
      holds them. The loss is the weighted mean: whole numbers are the same as repeated rows.
    - `threads`: all cores if left out; any number gives the same bits.
    - `progress`: a bar on a terminal, for what takes over a second.
    - `callback`: is told of each step (`Step`) as it is recorded, and ends the run by returning
      what is true. An error in it is raised here, with the run so far as its `run`.

    With `rule="steepest"`, a number as rate and `scale="none"` each step is exactly
    `params - learning_rate * gradient`; with `l1` the gradient is that of all else, and each weight
    is then drawn towards 0 by `learning_rate * l1`, and no further. A run that diverges ends, keeps
    its best point and says why in `run.verdicts`. Ctrl-C ends it too, with what it has.
    `run.resume()` goes on with it.

    Raises DataError, ChoiceError or FileError, each with what to do.

    >>> run = descend("geyser", target="waiting", features=["duration"])
    >>> run.weights.round(3), round(run.bias, 3), round(run.loss, 3)
    (array([10.73]), 33.474, 34.7...)
    """
    rows = prepare(
        data,
        target,
        features,
        drop=drop,
        classify=wants_classes(loss),
        missing=missing,
        sample_weight=sample_weight,
        threads=threads,
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
        l1=l1,
        l2=l2,
        delta=delta,
        quantile=quantile,
        batch=batch,
        tol=tol,
        seconds=seconds,
        threads=threads,
        progress=progress,
        callback=callback,
    )


@ONE_BLAS_THREAD
@np.errstate(over="ignore", invalid="ignore")
def descend_rows(
    rows: Data,
    *,
    threads: int | None = None,
    progress: bool = False,
    callback: Callable[[Step], object] | None = None,
    given_up: Callable[[], bool] = lambda: False,
    start: ArrayLike | Run | None = None,
    **choices: Any,
) -> Run:
    """Descend on rows that are prepared already; the choices are those of `descend`.

    `given_up` is asked between steps; once it says so the run is interrupted.
    """
    options = Asked(start=_start_from(start, rows), **choices)
    threads = None if threads is None else whole_number("threads", threads, least=1)
    objective = objective_of(rows, options, threads)
    method, reasons = plan_walk(objective, options)
    plan = Plan.of(
        options,
        loss=objective.loss,
        rule=method.rule,
        scale=method.scale.name,
        curvature=method.scale.curvature,
        reasons=reasons,
    )
    asked = Callback(callback)
    outcome = train(
        method, options, rows.target.classes, asked, progress=progress, given_up=given_up
    )
    return asked.raise_with_run(Run.of(rows, objective, plan, options, outcome))


def _start_from(start: ArrayLike | Run | None, rows: Data) -> ArrayLike | None:
    """Return the params to start from; ChoiceError if a run's are not those of these rows."""
    if not isinstance(start, Run):
        return start
    ours, theirs = start.feature_names, rows.features.names
    if len(ours) != len(theirs):
        raise ChoiceError(
            f"the run to start from has {counted(len(ours), 'feature')}, but these data have "
            f"{len(theirs)}; "
            f"choose the same: {', '.join(ours)}"
        )
    for one, other in zip(ours, theirs, strict=True):
        if one != other:
            raise ChoiceError(
                f"the run to start from has the feature {one} where these data have {other}; "
                "choose the same features in the same order"
            )
    if start.classes != rows.target.classes:
        raise ChoiceError(
            f"the run to start from predicts {_in_words(start.data.target)}, but these data have "
            f"{_in_words(rows.target)}; start from a run with the same classes"
        )
    return start.params


def _in_words(target: Target) -> str:
    """Return what a target is, for a message."""
    if target.classes is None:
        return f"a number, {target.name}"
    return f"the classes {', '.join(map(str, target.classes))} of {target.name}"
