"""`descend`: from data and options to a run."""

from collections.abc import Callable, Sequence
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike

from steepest.checks import whole_number
from steepest.data.blas import ONE_BLAS_THREAD
from steepest.data.prepare import Data, prepare
from steepest.data.target import Target
from steepest.descent.plan.keywords import OptionKeywords
from steepest.descent.plan.method import objective_of, plan_method
from steepest.descent.plan.options import Options
from steepest.descent.plan.plan import Plan
from steepest.descent.plan.signature import takes_options
from steepest.errors import ChoiceError
from steepest.numerals import counted
from steepest.objective.loss.named import wants_classes
from steepest.run.callback import Callback
from steepest.run.run import Run
from steepest.run.training import train
from steepest.trace import Step

__all__ = ["descend", "descend_rows"]


@takes_options()
@ONE_BLAS_THREAD
@np.errstate(over="ignore", invalid="ignore")
def descend(
    data: Any,
    target: str | None = None,
    features: Sequence[str] | None = None,
    *,
    start: ArrayLike | Run | None = None,
    missing: str = "error",
    drop: Sequence[str] = (),
    sample_weight: Any = None,
    threads: int | None = None,
    progress: bool = False,
    callback: Callable[[Step], object] | None = None,
    **options: Unpack[OptionKeywords],
) -> Run:
    """Train weights and a bias by gradient descent and return the run, every step kept.

    `data` is a path (CSV, TSV, Parquet, Arrow), the name of a shipped data set, any data frame,
    or a pair (X, y) of arrays, X of shape (rows, features): float32 and float64 are read as they
    are, sparse matrices of SciPy by rows (CSR; others are converted once). `target` names the
    column to predict, `features` those to predict it from (all others, less `drop`, if left out).

    {options}
    - `missing`: error, or drop to leave out rows with gaps.
    - `sample_weight`: how much each row counts, numbers from 0 up, or the column of the table that
      holds them. The loss is the weighted mean: whole numbers are the same as repeated rows.
    - `threads`: all cores if left out; any number gives the same bits.
    - `progress`: a bar on a terminal, for what takes over a second.
    - `callback`: is called with each step (`Step`) as it is recorded, and ends the run by returning
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
        classify=wants_classes(options.get("loss", "auto")),
        missing=missing,
        sample_weight=sample_weight,
        threads=threads,
    )
    return _descended(rows, threads, progress, callback, _never, start, options)


def _never() -> bool:
    """Return False: nobody gives up."""
    return False


@takes_options()
@ONE_BLAS_THREAD
@np.errstate(over="ignore", invalid="ignore")
def descend_rows(
    rows: Data,
    *,
    threads: int | None = None,
    progress: bool = False,
    callback: Callable[[Step], object] | None = None,
    given_up: Callable[[], bool] = _never,
    start: ArrayLike | Run | None = None,
    **options: Unpack[OptionKeywords],
) -> Run:
    """Descend on rows that are prepared already; the options are those of `descend`.

    `given_up` is asked between steps; once it says so the run is interrupted.
    """
    return _descended(rows, threads, progress, callback, given_up, start, options)


def _descended(
    rows: Data,
    threads: int | None,
    progress: bool,
    callback: Callable[[Step], object] | None,
    given_up: Callable[[], bool],
    start: ArrayLike | Run | None,
    options: OptionKeywords,
) -> Run:
    """Return the run on these rows; whoever calls sees to BLAS's threads and to warnings."""
    given = Options(start=_start_from(start, rows), **options)
    threads = None if threads is None else whole_number("threads", threads, least=1)
    objective = objective_of(rows, given, threads)
    method, reasons = plan_method(objective, given)
    plan = Plan.of(
        given,
        loss=objective.loss,
        rule=method.rule,
        scale=method.coordinates.name,
        curvature=method.coordinates.curvature,
        reasons=reasons,
    )
    asked = Callback(callback)
    outcome = train(method, given, rows.target.classes, asked, progress=progress, given_up=given_up)
    return asked.raise_with_run(Run.of(rows, objective, plan, given, outcome))


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
