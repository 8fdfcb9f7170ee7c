"""`penalty_path`: one model along penalties, each run from where the one before it ended."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.folds import folds_of, training_and_rest
from steepest.data.prepared import Data
from steepest.descent.plan.options import OPTIONS
from steepest.errors import ChoiceError
from steepest.objective.function import is_objective
from steepest.objective.margin_risk import MarginRisk
from steepest.objective.risk import Risk
from steepest.run.descend import descend, descend_rows
from steepest.run.penalties import penalties_of
from steepest.run.penalty_path import PenaltyPath
from steepest.run.run import Run

__all__ = ["KINDS", "REFUSED", "penalty_path"]

Array = NDArray[np.float64]

KINDS = ("l1", "l2")

PASSED = ("threads",)
"""What is said of a run beside its options and its data."""

ONE_NEURON = "a path is of one neuron, of which the minimum at each penalty is found"
FOLDS = "rows are kept back by folds"
EACH_ARRIVES = "each run goes on until it has arrived"
MANY_RUNS = "a path is many runs"

PROBE = {"l1": {"l1": 0.0}, "l2": {"l2": 1.0}}
"""The penalty of what is asked for the rows alone, and where a path begins."""

REFUSED = {
    "start": "each run starts where the one before it ended",
    **dict.fromkeys(("hidden", "activation", "init", "dtype", "dropout"), ONE_NEURON),
    **dict.fromkeys(("validation", "stop", "patience"), FOLDS),
    **dict.fromkeys(("steps", "epochs", "seconds"), EACH_ARRIVES),
    **dict.fromkeys(("callback", "progress", "checkpoint", "every"), MANY_RUNS),
}
"""What does not go with a path, and why."""


def penalty_path(
    data: Any,
    target: str | None = None,
    features: Sequence[str] | None = None,
    *,
    penalty: str = "l1",
    penalties: int | Sequence[float] = 50,
    folds: Any = 5,
    **named: Any,
) -> PenaltyPath:
    """Train one model along a path of penalties; return its runs, and what folds say of them.

    `penalty` is l1 or l2; the other one, if it is given, stays as it is (elastic net).
    `penalties` are how many, or a list: those of l1 go, in equal ratios, from the least at which no
    weight is left down to a thousandth of that; those of l2 from 100 times the largest curvature
    along a weight down to a hundredth of the least. Each run starts where the one before it ended.

    `folds` is in how many parts the rows are drawn, by `seed`, of each class alike: on each the
    loss is measured, without the penalty, of a path on all others. Or it is the fold of each row,
    (rows,), by any labels, such as the patient or the year; None for no folds. `best` is the run of
    all rows with the lowest mean, `within_one_error` that of the largest penalty whose mean is
    within one standard error of it. Of the rows kept back only what fills a gap, class weights and
    the levels of categories are known to the others: those go by all rows.

    All else is as `descend` takes it. Raises ChoiceError for what does not go with a path.

    >>> import steepest as st
    >>> path = st.penalty_path("diabetes", "progression", penalties=20)
    >>> path.penalties[0].round(2), path.story.used[0], path.best is not None
    (np.float64(1128.81), np.int64(0), True)
    """
    _check(data, penalty, named)
    # With an L2 penalty what the rows do not tell need not be found, nor coordinates that are
    # round: both take long.
    asked: dict[str, Any] = {"l2": 1.0, "scale": "none", **named, **PROBE[penalty], "steps": 0}
    probe = descend(data, target, features, **asked)
    rows, objective = probe.data, probe.objective
    assert isinstance(objective, Risk)
    values = penalties_of(penalties, penalty, objective)
    known = {name: one for name, one in named.items() if name in OPTIONS or name in PASSED}
    start = objective.null_params
    runs = tuple(_along(rows, penalty, values, start, known))
    if folds is None:
        return PenaltyPath(runs, penalty, np.empty((0, len(values))))
    fold = folds_of(folds, rows, named.get("seed", 0))
    losses = [
        [run.validation_loss for run in _along(part, penalty, values, start, known)]
        for part in (training_and_rest(rows, fold == one) for one in range(int(fold.max()) + 1))
    ]
    return PenaltyPath(runs, penalty, np.array(losses))


def _along(
    rows: Data, penalty: str, values: Array, start: Array, known: dict[str, Any]
) -> Iterator[Run]:
    """Yield the run at each penalty, from `start` and then from where the one before it ended.

    All but the first know what that has found out of the rows.
    """
    like: MarginRisk | None = None
    for value in values:
        run = descend_rows(rows, like=like, **{**known, penalty: float(value), "start": start})
        assert isinstance(run.objective, MarginRisk)
        if like is None:
            run.objective.along_path()
        else:
            like.left_behind()
        start, like = run.params, run.objective
        yield run
    if like is not None:
        like.left_behind()


def _is_given(name: str, named: dict[str, Any]) -> bool:
    """Return whether an argument says something else than what it is if it is left out."""
    usual = OPTIONS[name].default if name in OPTIONS else None
    return named.get(name, usual) not in (None, usual)


def _check(data: object, penalty: str, named: dict[str, Any]) -> None:
    """Raise ChoiceError for what does not go with a path."""
    if penalty not in KINDS:
        raise ChoiceError(f"penalty is {penalty!r}, but it must be one of {', '.join(KINDS)}")
    if is_objective(data):
        raise ChoiceError("a path over penalties needs data: an objective has its own penalty")
    reasons = {**REFUSED, penalty: "it goes through many of them; penalties says which"}
    for name, why in reasons.items():
        if _is_given(name, named):
            raise ChoiceError(
                f"{name} does not go with a path over {penalty}: {why}; leave {name} out"
            )
