"""Whether what a file holds is a run: types, shapes, finite numbers, and its own last loss.

A file may come from anywhere. What passes here can be explained, drawn and gone on with.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.prepared import Data
from steepest.data.sparse import is_sparse
from steepest.descent.checkpoint import Checkpoint
from steepest.descent.plan.named_rates import OWN_RATE, choose_step_size
from steepest.descent.plan.option import Kind
from steepest.descent.plan.options import OPTIONS, Options
from steepest.descent.plan.plan import Plan
from steepest.objective.problem import Problem
from steepest.objective.recorded import Recorded
from steepest.objective.table_problem import TableProblem
from steepest.run.checked_values import (
    check_carried_counts,
    check_counts,
    check_different,
    check_names,
    check_numbers,
    check_plan,
)
from steepest.run.result import result_of
from steepest.trace import Step, Trace
from steepest.typed import check_fields, is_of

if TYPE_CHECKING:
    from steepest.run.saved import RunParts

__all__ = ["check_data", "check_parts", "check_recorded"]


def check_parts(parts: "RunParts") -> None:
    """Raise ValueError or TypeError for parts that are no run; data are looked at beforehand."""
    findings, plan, trace = parts["findings"], parts["plan"], parts["trace"]
    found = (*findings.verdicts, *findings.notes, *findings.checks)
    for made in (parts["stop"], plan, parts["options"], *found):
        if made is not None:
            check_fields(made)
    if parts["options"] is not None:
        _check_words(parts["options"])
    check_plan(plan, watched=parts["options"] is None)
    problem = parts["problem"]
    if problem.own_names is not None:
        check_different("params", problem.own_names)
    if not trace.size == problem.objective.size == len(problem.param_names):
        raise ValueError("its parts do not fit together")
    _check_trace(trace)
    if parts["checkpoint"] is not None:
        check_fields(parts["checkpoint"])
        check_carried_counts(parts["checkpoint"])
        _check_checkpoint(parts["checkpoint"], plan, trace)
        _check_next_params(parts["checkpoint"], trace, parts["stop"].reason == "diverged")
    if isinstance(problem, TableProblem) and problem.has_rows:
        _check_losses(problem, parts)


def _check_trace(trace: Trace) -> None:
    """Raise ValueError for steps that no descent takes; a loss that diverged is no number."""
    if not trace.kept.size or trace.kept[0] != 0 or trace.kept[-1] != len(trace) - 1:
        raise ValueError("the params of its first or its last step are missing")
    numbers = ("seconds", "passes", "rows")
    for name in numbers:
        column = getattr(trace, name)
        if not (np.isfinite(column).all() and (column >= 0).all()):
            raise ValueError(f"{name} of its steps are no numbers from 0 up")
    if not np.isfinite(trace.first.params).all():
        raise ValueError("its start is not finite")
    check_numbers(trace)


def _check_losses(problem: Problem, parts: "RunParts") -> None:
    """Raise ValueError if the last step or the result has another loss than was recorded of it.

    Surfaces are drawn about the result: a smaller number in the place of a step's loss makes that
    step the result.
    """
    trace, plan, at_once = parts["trace"], parts["plan"], parts["findings"].at_once
    end = result_of(trace, parts["stop"], at_once, plan.curvature, plan.by_validation)
    for step in {one.index: one for one in (trace.last_finite, end)}.values():
        # Of a step that saw a part of the rows the loss of all is not known.
        if np.isfinite(step.full_loss):
            _check_loss(problem, trace, step)


def _check_loss(problem: Problem, trace: Trace, step: Step) -> None:
    objective = problem.objective
    found, usual = objective.value(step.params), abs(trace.first.loss)
    rtol, atol = max(1e-6, 10 * objective.rounding), max(1e-9, objective.rounding) * usual
    if not np.isclose(found, step.full_loss, rtol=rtol, atol=atol):
        raise ValueError(
            f"its rows give the loss {found:.6g} at step {step.index:,}, and {step.full_loss:.6g} "
            "was recorded"
        )


def check_data(data: Data) -> None:
    """Raise ValueError or TypeError for rows that no descent takes: of a wrong shape, not finite.

    An index of a sparse X that is out of its bounds is one of these: what reads there unchecked
    ends the process.
    """
    check_fields(data)
    check_counts(data, "dropped", "weightless")
    check_names(data)
    rows, count = len(data.y), len(data.features.names)
    if is_sparse(data.X):
        data.X.check_format(full_check=True)  # type: ignore[attr-defined]
    numbers: NDArray[Any] = data.X.data if is_sparse(data.X) else data.X
    if data.X.shape != (rows, count) or data.y.ndim != 1:
        raise ValueError(f"X is {data.X.shape} where y has {rows} and there are {count} features")
    if numbers.dtype.kind != "f" or not (np.isfinite(numbers).all() and np.isfinite(data.y).all()):
        raise ValueError("X or y are not all finite numbers")
    classes = data.target.classes
    if classes is not None and not np.isin(data.y, np.arange(len(classes))).all():
        raise ValueError("y has other codes than those of its classes")
    _check_weights(data, rows)
    if data.validation is not None:
        check_data(data.validation)


def _check_weights(data: Data, rows: int) -> None:
    """Raise ValueError for weights or places of rows that are none."""
    weight, kept = data.sample_weight, data.kept
    if weight is not None and not (
        weight.shape == (rows,) and np.isfinite(weight).all() and (weight > 0).all()
    ):
        raise ValueError("the weights of its rows are no numbers above 0")
    if kept is not None and not (kept.shape == (rows,) and (kept >= 0).all()):
        raise ValueError("the places of its rows are none")


def check_recorded(recorded: Recorded, size: int, classes: int | None) -> None:
    """Raise ValueError or TypeError for what is no record of rows left out.

    It is of a run of so many params, and classes.
    """
    check_fields(recorded)
    check_counts(recorded, "rows", "validation_rows", "rows_of_metrics")
    for metrics in (recorded.metrics, recorded.validation_metrics):
        if metrics is not None:
            _check_metrics(metrics, classes)
    if recorded.move is not None and recorded.move.shape != (3, size):
        raise ValueError(f"its first step is of shape {recorded.move.shape}")


OF_NUMBERS = ("r2", "rmse", "mae", "deviance_explained")
OF_CLASSES = ("accuracy", "balanced_accuracy", "log_loss", "auc", "brier", "deviance_explained")
"""The metrics that every file without rows has; of classes the table of counts besides."""

UNDEFINED = ("r2", "auc", "deviance_explained")
"""Those that may be None."""


def _check_metrics(metrics: Mapping[str, Any], classes: int | None) -> None:
    """Raise ValueError for metrics that are not those of a number, or of so many classes."""
    for name in OF_NUMBERS if classes is None else OF_CLASSES:
        hint = float | None if name in UNDEFINED else float
        if not is_of(metrics.get(name, ""), hint):
            raise ValueError(f"the metric {name} is {metrics.get(name, 'missing')}")
    if classes is not None and np.shape(metrics.get("confusion", ())) != (classes, classes):
        raise ValueError("the table of its classes is of another shape")


def _check_words(options: Options) -> None:
    """Raise ValueError for a word among the options that is none of those known, or no rate."""
    for name, one in OPTIONS.items():
        word = getattr(options, name)
        named = one.kind is Kind.WORD and isinstance(word, str)
        if named and word.split(":")[0] not in one.known:
            raise ValueError(f"{name} is {word}")
    rate = options.learning_rate
    # A schedule of the reader's own is kept as its text, by which it can only be asked for.
    if isinstance(rate, str) and rate != OWN_RATE and "(" not in rate:
        choose_step_size(rate, steps=1, curvature=1.0)


def _check_checkpoint(at: Checkpoint, plan: Plan, trace: Trace) -> None:
    """Raise ValueError for a checkpoint that is not of this run's params, rule or steps."""
    size = trace.size
    if at.index not in (trace.walked - 1, trace.walked):
        raise ValueError("its checkpoint is of another step than its last")
    if not (0 <= at.passes <= trace.passes[-1] and 0 <= at.seconds <= trace.seconds[-1]):
        raise ValueError("its checkpoint is of other passes or seconds than its steps")
    if not isinstance(at.evaluated, bool):
        raise ValueError("its checkpoint does not say whether its params are evaluated")
    last, whitening = at.last, at.whitening
    of_params = [at.params, at.reference]
    of_params += [] if last is None else [last.params, last.change]
    of_params += [] if whitening is None else [whitening.params]
    if any(one is not None and one.shape != (size,) for one in of_params):
        raise ValueError("its checkpoint is of other params")
    walk = size if last is None else last.step.size
    if last is not None and not last.step.shape == last.gradient.shape == (walk,):
        raise ValueError("the last step in its checkpoint is of other params")
    if any(array.ndim == 0 or array.shape[-1] not in (size, walk) for array in _arrays(at.state)):
        raise ValueError("what its rule carried is of other params")
    if not _alike(at.state, plan.rule.init(np.zeros(walk))):
        raise ValueError("what its rule carried is not that of its rule")


def _check_next_params(at: Checkpoint, trace: Trace, diverged: bool) -> None:
    """Raise ValueError for a checkpoint at other params than the last step, or at no numbers."""
    last, whitening = trace[-1], at.whitening
    if at.index == last.index and not _equal(at.params, last.params):
        raise ValueError("its checkpoint has other params than its last step")
    if not (diverged or np.isfinite(at.params).all()):
        raise ValueError("its checkpoint has params that are no finite numbers")
    if whitening is not None and not np.isfinite(whitening.params).all():
        raise ValueError("its coordinates were renewed at params that are no finite numbers")


def _equal(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Return whether params are the same, to the bit."""
    return one.dtype.kind == "f" and np.array_equal(one, other, equal_nan=True)


def _arrays(state: object) -> Iterator[NDArray[Any]]:
    """Yield the arrays in what a rule carries."""
    if isinstance(state, np.ndarray):
        yield state
    elif isinstance(state, tuple):
        for part in state:
            yield from _arrays(part)


def _alike(state: object, begun: object) -> bool:
    """Return whether a state has the parts of one that has just begun; lists in it may grow."""
    if not isinstance(begun, tuple) or not isinstance(state, tuple):
        return isinstance(state, np.ndarray) == isinstance(begun, np.ndarray)
    grows = not begun or any(isinstance(part, tuple) or part is None for part in begun)
    return grows or (len(state) == len(begun) and all(map(_alike, state, begun)))
