"""Separation: the loss falls for ever along a direction, so that it has no lowest point."""

from collections.abc import Sequence

import numpy as np

from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.verdict import Verdict
from steepest.numerals import counted
from steepest.objective.minimum.recession import Recession
from steepest.objective.problem import Problem

__all__ = ["judge_separation", "separation_verdict", "separation_without_penalty"]

SOURCE = (
    "Albert & Anderson 1984, On the existence of maximum likelihood estimates in logistic "
    "regression models"
)

COUNTS = (
    "Correia, Guimaraes & Zylkin 2019, Verifying the existence of maximum likelihood estimates "
    "for generalized linear models, arXiv 1903.01633"
)

REMEDY = "add a penalty, such as l2 = 0.001 or l1 = 0.001, and the weights have a best size"

MOST_NAMED = 5
"""Rows, params and features that are named in a sentence."""


def judge_separation(evidence: Evidence) -> Verdict | None:
    """Return the verdict on a loss that falls for ever, None if it is not known to.

    See `objective.minimum.recession` for how that is known.
    """
    last = evidence.trace.last
    found = evidence.objective.recession(last.params, last.gradient_of_all)
    return separation_verdict(found, evidence.problem)


def separation_verdict(found: Recession, problem: Problem) -> Verdict | None:
    """Return what is said of a direction along which the loss falls for ever, if there is one."""
    if not found.found:
        return None
    return Verdict(
        level=found.level,
        name="separation",
        message=f"the loss has no lowest point: {_falls(found, problem)} ({found.checked})",
        numbers={"falling_rows": float(len(found.rows)), "rows": float(problem.rows)},
        remedy=_remedy(found, problem),
        source=COUNTS if problem.classes is None else SOURCE,
    )


def separation_without_penalty(problem: Problem) -> Verdict | None:
    """Return the verdict that any run of a table's rows has which is without a penalty, if any.

    Of a network it is a verdict on one end, and none on others.
    """
    if problem.objective.linear is None:
        return None
    objective = problem.objective.linear.without_penalty()
    return separation_verdict(objective.recession(objective.null_params), problem)


def _falls(found: Recession, problem: Problem) -> str:
    """Return along what the loss falls for ever, and in which rows."""
    falls, rows = len(found.rows), problem.rows
    if found.complete:
        why = "no count is above 0" if problem.classes is None else "no two classes overlap"
        return f"{why}, so the loss of each of the {rows:,} rows falls for ever along one direction"
    numbers = ", ".join(str(one) for one in problem.numbers_of(found.rows[:MOST_NAMED]))
    more = ", ..." if falls > MOST_NAMED else ""
    which = f" (rows {numbers}{more})" if falls < rows else ""
    return (
        f"it falls for ever {_along(found, problem)}, by the loss of {counted(falls, 'row')} of "
        f"{rows:,}{which}; that of no other row rises"
    )


def _along(found: Recession, problem: Problem) -> str:
    """Return along what the loss falls: a class, a level, a param, a few of them, or many."""
    assert found.direction is not None
    if problem.classes is not None and len(found.classes):
        listed = _listed([str(problem.classes[code]) for code in found.classes])
        return f"as the weights separate {listed}, which overlaps with no other class"
    if level := _base_level(found, problem):
        return f"as the weights separate {level}, the base level, whose effect the bias holds"
    moved = np.flatnonzero(found.direction)
    names = [problem.param_names[i] for i in moved]
    if len(moved) == 1:
        return f"as the param {names[0]} {'grows' if found.direction[moved[0]] > 0 else 'falls'}"
    if len(moved) > MOST_NAMED:
        return f"along a direction of {len(moved)} params"
    parts = found.direction[moved] / np.abs(found.direction[moved]).min()
    terms = [f"{part:+.4g} {name}" for part, name in zip(parts, names, strict=True)]
    return f"as the params move along {' '.join(terms)}"


def _base_level(found: Recession, problem: Problem) -> str:
    """Return the base level of a category that a direction separates from all others, or ""."""
    assert found.direction is not None
    if not problem.objective.layout.biases:
        return ""
    matrix = found.direction.reshape(problem.objective.layout.shape)
    used = matrix[:-1].any(axis=1)
    for column, base in problem.bases.items():
        own = np.array([name.startswith(f"{column}=") for name in problem.feature_names])
        if (used == own).all() and (matrix[:-1][own] == -matrix[-1]).all():
            return f"{column}={base}"
    return ""


def _remedy(found: Recession, problem: Problem) -> str:
    """Return what to do: a penalty; of levels, to leave them out or join them with others."""
    names = [problem.feature_names[i] for i in found.features]
    if not names or len(found.rows) == problem.rows:
        return REMEDY
    are = "is" if len(names) == 1 else "are"
    return f"{REMEDY}; or leave out {_listed(names)}, which {are} 0 in all other rows"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
