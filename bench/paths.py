"""A path of 100 L1 penalties: `st.penalty_path` beside the paths of celer, skglm, scikit-learn.

The penalties go in equal ratios from the least that leaves no weight down to a hundredth of it,
as in celer's own comparison. Each takes part at its loosest setting at which every fit of the path
is within `GAP` of the lowest loss known there. Peers get rows that are centred and laid out by
columns already, ours are as they come; ours keeps a run with all its steps of every penalty.
"""

from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

import steepest as st
from bench.peers.peer import by_columns, tolerances
from bench.problems import Problem, lasso
from bench.timing import in_turn, milliseconds, progress, table, times

__all__ = ["path"]

SHAPE, QUICK_SHAPE = (1_000, 5_000), (100, 300)

COUNT, QUICK_COUNT = 100, 10
"""Penalties of a path."""

LAST = 1e-2
"""The last penalty by the first."""

GAP, ROUNDS = 1e-6, 3

THREADS = (1, 2)

Weights = Any
"""The weights at each penalty, (features, penalties)."""

Path = Callable[[Problem, Any, float], Weights]


def path(quick: bool) -> str:
    """Return the table of a path."""
    problem = lasso(*(QUICK_SHAPE if quick else SHAPE), share=1.0)
    penalties = np.geomspace(problem.l1, LAST * problem.l1, QUICK_COUNT if quick else COUNT)
    lowest = _losses(problem, penalties, _ours(problem, penalties, 1e-9))
    works = dict(_works(problem, penalties, lowest))
    seconds = in_turn({name: work for name, (work, _) in works.items() if work}, ROUNDS)
    ours = seconds.get(OURS)
    rows = [
        [name, said, *_taken(seconds.get(name), ours)]
        for name, (_, said) in sorted(works.items(), key=lambda one: seconds.get(one[0], np.inf))
    ]
    rows_said = " x ".join(f"{size:,}" for size in problem.X.shape)
    title = f"Path of {len(penalties)} penalties l1 down to {LAST:g} of the first, {rows_said}"
    return table(title, ("", "setting", "median ms", "to steepest"), rows)


def _taken(seconds: float | None, ours: float | None) -> list[str]:
    if seconds is None:
        return ["", ""]
    return [milliseconds(seconds), "" if ours is None else times(seconds / ours)]


def _works(
    problem: Problem, penalties: Any, lowest: Any
) -> Iterator[tuple[str, tuple[Callable[[], Any] | None, str]]]:
    """Yield each one's name, and its path at the setting that arrives with that in words."""
    rows = _centred(problem)
    for name, (module, fit, tols) in PATHS.items():
        progress(f"    path by {name}")
        if find_spec(module) is None:
            yield name, (None, "not installed")
            continue
        given = problem if name == OURS else rows
        tol = _loosest(problem, penalties, lowest, partial(fit, given, penalties), tols)
        if tol is None:
            yield name, (None, "no setting arrived")
            continue
        work = partial(fit, given, penalties, tol)
        if name == OURS:
            yield name, (work, f"tol {tol:g}")
            continue
        for threads in THREADS:
            said = f"tol {tol:g}, {threads} thread{'s' * (threads > 1)}"
            yield f"{name}, {threads}", (partial(_on, threads, work), said)


def _on(threads: int, work: Callable[[], Any]) -> Any:
    with threadpool_limits(threads):
        return work()


def _loosest(
    problem: Problem, penalties: Any, lowest: Any, fit: Callable[[float], Weights], tols: Any
) -> float | None:
    """Return the first setting by which every fit is within the gap; None if there is none."""
    for tol in tols:
        losses = _losses(problem, penalties, fit(tol))
        if np.all(losses <= lowest * (1.0 + GAP)):
            return tol
    return None


def _losses(problem: Problem, penalties: Any, weights: Weights) -> Any:
    """Return the loss at each penalty, (penalties,), by the formula; the bias is the best one."""
    residual = (problem.y - problem.y.mean())[:, None] - (
        problem.X - problem.X.mean(axis=0)
    ) @ weights
    return np.mean(residual**2, axis=0) + penalties * np.abs(weights).sum(axis=0)


def _centred(problem: Problem) -> Problem:
    """Return the rows less their means, by columns."""
    X, y = problem.X - problem.X.mean(axis=0), problem.y - problem.y.mean()
    return by_columns(Problem(X, y, "squared"))


def _ours(problem: Problem, penalties: Any, tol: float) -> Weights:
    data = (problem.X, problem.y)
    found = st.penalty_path(data, loss="squared", penalties=list(penalties), folds=None, tol=tol)
    return found.weights.T


def _celer(problem: Problem, penalties: Any, tol: float) -> Weights:
    from celer import celer_path

    return celer_path(problem.X, problem.y, "lasso", alphas=penalties / 2, tol=tol)[1]


def _skglm(problem: Problem, penalties: Any, tol: float) -> Weights:
    from skglm import Lasso

    model = Lasso(tol=tol, fit_intercept=False, warm_start=True)
    return model.path(problem.X, problem.y, penalties / 2)[1]


def _scikit(problem: Problem, penalties: Any, tol: float) -> Weights:
    from sklearn.linear_model import lasso_path

    return lasso_path(problem.X, problem.y, alphas=penalties / 2, tol=tol, max_iter=1_000_000)[1]


OURS = "steepest"

PATHS: dict[str, tuple[str, Path, tuple[float, ...]]] = {
    OURS: ("steepest", _ours, tolerances(-2, -9)),
    "celer celer_path": ("celer", _celer, tolerances(-3, -10)),
    "skglm Lasso.path": ("skglm", _skglm, tolerances(-3, -10)),
    "scikit-learn lasso_path": ("sklearn", _scikit, tolerances(-3, -10)),
}
"""The module of each, its path at a tolerance, and its tolerances, loosest first."""
