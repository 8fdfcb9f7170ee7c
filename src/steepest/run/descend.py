"""`descend`: from data, or an objective, and options to a run."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike

from steepest.checks import whole_number
from steepest.data.blas import ONE_BLAS_THREAD
from steepest.data.distinct_files import check_distinct
from steepest.data.exposure import Exposure, exposure_of
from steepest.data.float_types import FLOAT32, FLOAT64, float_type
from steepest.data.moments import moments
from steepest.data.out_of_core.cluster import Cluster
from steepest.data.out_of_core.limits import limits_of
from steepest.data.prepare import prepare
from steepest.data.prepared import Data
from steepest.data.span import check_digits, check_span
from steepest.data.target import Target
from steepest.data.text.reading import Reading
from steepest.descent.plan.keywords import OptionKeywords
from steepest.descent.plan.method import objective_of
from steepest.descent.plan.option import Part, described
from steepest.descent.plan.options import OPTIONS, Options
from steepest.descent.plan.signature import takes_options
from steepest.errors import ChoiceError, RowError
from steepest.numerals import counted
from steepest.objective.function import is_objective
from steepest.objective.loss.named import wants_classes
from steepest.objective.loss.penalty import Penalty
from steepest.objective.margin_risk import MarginRisk
from steepest.objective.problem import problem_of
from steepest.objective.stored_problem import problem_on
from steepest.run.callback import Callback
from steepest.run.checkpoint_file import EVERY, CheckpointFile, checkpoint_file
from steepest.run.descended import descended
from steepest.run.passes import passes_shown
from steepest.run.run import Run
from steepest.trace import Step

__all__ = ["descend", "descend_objective", "descend_rows"]


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
    category: Sequence[str] = (),
    date: Mapping[str, str] | None = None,
    terms: str | None = None,
    positive: Any = None,
    sample_weight: Any = None,
    class_weight: str | Mapping[Any, float] | None = None,
    exposure: Any = None,
    offset: Any = None,
    validation: Any = None,
    decimal: str | None = None,
    thousands: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    query: str | None = None,
    memory: int | str | None = None,
    cache: str | None = None,
    keep_cache: str | None = None,
    cluster: Any = None,
    threads: int | None = None,
    progress: bool = False,
    callback: Callable[[Step], object] | None = None,
    checkpoint: str | os.PathLike[str] | CheckpointFile | None = None,
    every: float | str = EVERY,
    **options: Unpack[OptionKeywords],
) -> Run:
    """Train weights and a bias by gradient descent and return the run, every step kept.

    `data` may also be an objective of your own: anything with `size` and
    `value_and_gradient(params)`, or a function `params -> (loss, gradient)`; see below.

    `data` is a path (CSV, TSV, Parquet, Arrow, a spreadsheet, a file of SPSS, Stata, SAS, R, Weka,
    Orange, svmlight, JSON, SQLite, DuckDB or NumPy), the name of a shipped data set, any
    data frame, or a pair (X, y) of arrays, X of shape (rows, features): float32 and float64 are
    read as they are, sparse matrices of SciPy by rows (CSR; others are converted once). `target`
    names the column to predict, `features` those to predict it from (all others, less `drop`, if
    left out).

    {options}
    - `missing`: what becomes of gaps: error; drop leaves their rows out; mean, most (the most
      frequent value) or indicator (the mean, and a feature that is 1 at a gap) stand for them in
      features. Words have no mean, so the most frequent level stands for it, and with indicator a
      level of their own. Fills go by the rows to learn from, each with its weight, and are kept:
      rows kept back and new ones have the same. Rows with a gap in the target are left out.
    - `sample_weight`: how much each row counts, numbers from 0 up, or the column of the table that
      holds them. The loss is the weighted mean: whole numbers are the same as repeated rows.
    - `category`: columns that are categories, though they hold numbers: codes 1, 2, 3 of a form.
    - `date`: what columns of dates become: `{"day": "days"}`, since 1970; year, with its part; or
      season, the sine and cosine of what of the year is over.
    - `terms`: powers and products of columns, instead of `features`: `"age + age^2 + sex:age"`;
      `a * b` is `a + b + a:b`, and a dot is every column that would be a feature.
    - `positive`: which of two classes is the second: log-odds, AUC and `threshold` are of it. Left
      out, the later one by the alphabet, or the column's own order.
    - `class_weight`: "balanced", so that each class counts the same, or a number for each class,
      by which its rows count: `{"yes": 5.0}`.
    - `exposure`: of counts (loss poisson), over how much each was counted, years or square miles:
      the column that holds it, or numbers above 0. What is learnt is then the rate, and a row
      counts by its exposure, which is the fit of counts with their offset. `predict` of a table
      gives counts, by its own column. `offset` is the logarithm of it instead.
    - `validation`: the rows to keep back from training, on which the loss is measured at each step
      (`run.trace.validation_losses`): a share drawn at random by `seed` (of each class the same),
      `"last:0.2"` for the last ones, `"last:COLUMN:0.2"` for the last by a column such as the date
      (which is then no feature unless it is named as one), `"COLUMN:0.2"` for whole groups, a
      column that marks them, true or false for each row, or a second table or pair (X, y).
    - `decimal`, `thousands`, `delimiter`, `encoding`: of a text file, where looking at it finds
      another: `decimal=","` reads 1,234 as little more than 1.
    - `sheet`: of a spreadsheet, a table of a database, an object of a file of R; the first with
      rows if left out. `query`: what to read from a database, in SQL.
    - `memory`: how many bytes a run takes of files that are read in passes, and not held: a number,
      or such as "512MB", which is usual. A folder, a pattern and a list of files are always read
      so, a single file if `memory` is said.
    - `cache`: the folder for the scratch file of decoded rows, gone at the end; "none" decodes the
      files anew in each pass. Left out it is the system's folder, if there is room.
    - `keep_cache`: the name by which the decoded files are kept in the folder `cache`: the next run
      finds them there, as long as the files have the same bytes, and has nothing to decode.
    - `cluster`: the workers of Dask that hold the rows: the address of a scheduler, such as
      "tcp://host:8786", a client, or "local". They must see the files. The bits are those of one
      process, whoever holds what.
    - `threads`: all cores if left out; any number gives the same bits.
    - `progress`: a bar on a terminal, for what takes over a second.
    - `callback`: is called with each step (`Step`) as it is recorded, and ends the run by returning
      what is true. An error in it is raised here, with the run so far as its `run`.
    - `checkpoint`: a file in which the run is kept while it goes on, written whole or not at all
      `every` so many seconds (or "30s", "5min"), and at the end: `load(checkpoint).resume()` goes
      on after a kill or a loss of power, to the bit. Of rows that are read in passes it says from
      which files, and is refused where one of these has changed.

    With `rule="steepest"`, a number as rate and `scale="none"` each step is exactly
    `params - learning_rate * gradient`; with `l1` the gradient is that of all else, and each weight
    is then drawn towards 0 by `learning_rate * l1`, and no further. A run that diverges ends, keeps
    its best point and says why in `run.verdicts`. Ctrl-C ends it too, with what it has.
    `run.resume()` goes on with it.

    An objective may also have `value(params)`, `curvature_along(params, directions)`, which is
    `u' H v` for directions u, v, (k, k), H the Hessian, `on_plane(plane)`, `param_names` and
    `name`. It needs a `start`, (params,), and takes the options of rule, rate and stopping; a run
    of it has no data, so nothing to predict. An error that it raises is raised here, with the
    run so far as its `run`.

    Raises DataError, ChoiceError or FileError, each with what to do.

    >>> run = descend("geyser", target="waiting", features=["duration"])
    >>> run.weights.round(3), round(run.bias, 3), round(run.loss, 3)
    (array([10.73]), 33.474, 34.7...)
    >>> run = descend(lambda p: (float(p @ p), 2 * p), start=[3.0, 4.0])
    >>> run.loss, run.stop.reason
    (0.0, 'arrived')
    """
    keeping = checkpoint_file(checkpoint, every)
    if keeping is not None:
        check_distinct([keeping.path], _names(data, validation))
    if is_objective(data):
        given: dict[str, object] = {"target": target, "features": features, "drop": drop or None}
        given |= {"category": category or None, "class_weight": class_weight}
        given |= {"date": date or None, "terms": terms, "positive": positive}
        given |= {"validation": validation, "exposure": exposure, "offset": offset}
        given |= {"decimal": decimal, "thousands": thousands, "delimiter": delimiter}
        given |= {"sample_weight": sample_weight, "threads": threads, "encoding": encoding}
        given |= {"sheet": sheet, "query": query, "memory": memory, "cache": cache}
        given |= {"cluster": cluster, "keep_cache": keep_cache}
        _check_alone(given, missing, options)
        return descend_objective(
            data, progress=progress, callback=callback, checkpoint=keeping, start=start, **options
        )
    _check_numbers(options)
    _check_init(start, options)
    how: dict[str, Any] = {
        "target": target,
        "features": features,
        "drop": drop,
        "category": category,
        "date": date,
        "terms": terms,
        "positive": positive,
        "reading": Reading(delimiter, encoding, decimal, thousands, sheet, query),
        "classify": wants_classes(options.get("loss", "auto")),
        "missing": missing,
        "sample_weight": sample_weight,
        "class_weight": class_weight,
        "validation": validation,
        "seed": options.get("seed", 0),
        "bias": bool(options.get("bias", True)),
        "exposure": _exposure(exposure, offset, options),
    }
    within = {"memory": memory, "cache": cache, "threads": threads}
    within |= {"cluster": Cluster.address(cluster)}
    within |= {"keep_cache": keep_cache}
    with passes_shown(progress) as show:
        limits = limits_of(memory, cache, threads, cluster, keep_cache)
        rows = prepare(data, **how, threads=threads, limits=limits, progress=show)
    rows = rows.from_where(data, {**how, **within})
    return _on_rows(rows, threads, progress, callback, _never, start, options, keeping)


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
    like: MarginRisk | None = None,
    **options: Unpack[OptionKeywords],
) -> Run:
    """Descend on rows that are prepared already; the options are those of `descend`.

    `start` is params, (params,), or a run. `given_up` is asked between steps; once it says so the
    run is interrupted. `like` is the objective of a run on these rows with the same options but for
    its penalties: what it knows of the rows is not worked out again.
    """
    return _on_rows(rows, threads, progress, callback, given_up, start, options, like=like)


def _on_rows(
    rows: Data,
    threads: int | None,
    progress: bool,
    callback: Callable[[Step], object] | None,
    given_up: Callable[[], bool],
    start: ArrayLike | Run | None,
    options: OptionKeywords,
    keeping: CheckpointFile | None = None,
    like: MarginRisk | None = None,
) -> Run:
    """Return the run on these rows; whoever calls sees to BLAS's threads and to warnings."""
    _check_network(options)
    given = Options(start=_start_from(start, rows), **options)
    threads = None if threads is None else whole_number("threads", threads, least=1)
    penalty = Penalty(given.l1, given.l2)
    try:
        objective = objective_of(rows, given, threads) if like is None else like.penalised(penalty)
    except RowError as error:
        raise error.found(rows.place) from None
    one = objective.linear
    units = moments(objective.blocks) if one is None else one.units
    names, dtype = (rows.features.names, rows.target.name), objective.dtype
    check_span(rows.X, rows.y, units.deviation, *names, dtype, rows.place)
    if dtype == FLOAT32:
        check_digits(units.mean, units.deviation, rows.y, *names)
    problem = problem_on(rows, objective)
    return descended(Run.of, problem, given, Callback(callback), progress, given_up, keeping)


@takes_options()
@ONE_BLAS_THREAD
@np.errstate(over="ignore", invalid="ignore")
def descend_objective(
    objective: object,
    *,
    progress: bool = False,
    callback: Callable[[Step], object] | None = None,
    checkpoint: CheckpointFile | None = None,
    start: ArrayLike | Run | None = None,
    **options: Unpack[OptionKeywords],
) -> Run:
    """Descend on an objective of the reader's own; the options are those of `descend`.

    `start` is params, (params,), or a run. Raises ChoiceError for what is no objective, and for a
    start that does not fit.
    """
    params = start.params if isinstance(start, Run) else start
    given = Options(start=params, **options)
    problem = problem_of(objective, None if params is None else np.size(params))
    return descended(Run.of, problem, given, Callback(callback), progress, _never, checkpoint)


def _check_numbers(options: OptionKeywords) -> None:
    """Raise ChoiceError for a number of a loss that is not the one chosen."""
    loss = options.get("loss", "auto")
    name = loss.split(":")[0] if isinstance(loss, str) else getattr(loss, "name", "")
    for number, its in (("delta", "huber"), ("quantile", "quantile")):
        given = options.get(number)
        # The words of any plan have the usual ones.
        if given not in (None, OPTIONS[number].value) and name != its:
            raise ChoiceError(
                f"{number} is {given:g}, but it is a number of the loss {its}, and the loss is "
                f"{name}; choose the loss {its}, or leave {number} out"
            )


def _check_network(options: OptionKeywords) -> None:
    """Raise ChoiceError for what is said of hidden layers where there are none."""
    if options.get("hidden"):
        return
    if float_type(options.get("dtype", OPTIONS["dtype"].default)) != FLOAT64:
        raise ChoiceError(
            "dtype is float32, but without hidden layers the model is one neuron, of which the "
            "minimum is proved, and proofs need the digits of float64; leave dtype out (X itself "
            "may be float32), or say hidden layers too (hidden=(8,), --hidden 8)"
        )
    for name in ("activation", "init"):
        usual = OPTIONS[name].default
        given = options.get(name, usual)
        if given != usual:
            raise ChoiceError(
                f"{name} is {given}, but it counts only in hidden layers, and there are none; say "
                f"them too (hidden=(8,), --hidden 8), or leave {name} out"
            )


def _check_init(start: object, options: OptionKeywords) -> None:
    """Raise ChoiceError for a random start where another one is given."""
    init = options.get("init", OPTIONS["init"].default)
    if start is not None and init != OPTIONS["init"].default:
        raise ChoiceError(
            f"init is {init}, which draws a random start, but a start is given too; leave one of "
            "the two out"
        )


def _exposure(exposure: object, offset: object, options: OptionKeywords) -> Exposure | None:
    """Return the exposure of counts; ChoiceError for a loss of anything else."""
    over, loss = exposure_of(exposure, offset), options.get("loss", "auto")
    name = loss if isinstance(loss, str) else getattr(loss, "name", "")
    if over is not None and name != "poisson":
        raise ChoiceError(
            f"an exposure or offset is one of counts, but the loss is {name}; choose the loss "
            "poisson (--loss poisson), or leave it out"
        )
    return over


def _names(*given: object) -> list[str | os.PathLike[str]]:
    """Return the names of files among what is given, in lists too."""
    parts = [part for one in given for part in (one if isinstance(one, list) else [one])]
    return [one for one in parts if isinstance(one, str | os.PathLike)]


def _check_alone(data: Mapping[str, object], missing: str, options: OptionKeywords) -> None:
    """Raise ChoiceError for arguments that go with data only, beside an objective."""
    chosen = [name for name, value in data.items() if value is not None]
    chosen += ["missing"] if missing != "error" else []
    for name, one in described(Options, Part.OBJECTIVE).items():
        chosen += [name] if options.get(name, one.default) != one.default else []
    if chosen:
        raise ChoiceError(
            f"{' and '.join(chosen)} goes with a table, but an objective was given, which has its "
            "own loss; leave it out, or make it part of the objective"
        )


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
        theirs_in_words = _in_words(start.problem.schema("start").target)
        raise ChoiceError(
            f"the run to start from predicts {theirs_in_words}, but these data have "
            f"{_in_words(rows.target)}; start from a run with the same classes"
        )
    return start.params


def _in_words(target: Target) -> str:
    """Return what a target is, for a message."""
    if target.classes is None:
        return f"a number, {target.name}"
    return f"the classes {', '.join(map(str, target.classes))} of {target.name}"
