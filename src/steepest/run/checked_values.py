"""Whether the values of a record are those of a run: counts from 0 up, seeds, different names.

Each of them is of its type already (`steepest/typed.py`), which says nothing of its range.
"""

from collections.abc import Collection

import numpy as np

from steepest.data.prepared import Data
from steepest.descent.checkpoint import Checkpoint
from steepest.descent.plan.options import OPTIONS
from steepest.descent.plan.plan import Plan
from steepest.objective.coordinates.bounded import SCALES
from steepest.trace import Trace

__all__ = [
    "check_carried_counts",
    "check_counts",
    "check_different",
    "check_names",
    "check_numbers",
    "check_plan",
]

MOST = 2**53
"""The largest count: up to it float64 and JSON have every whole number."""

NOT_NEGATIVE = ("gradient_norms", "steepnesses")
"""Lengths: where a descent diverged they are no numbers, but never below 0."""


def check_counts(made: object, *names: str, least: int = 0) -> None:
    """Raise ValueError for a field of `made` that is below `least` or too large to count.

    >>> check_counts(range(3), "start", "stop")
    >>> check_counts(range(-3, 3), "start", "stop")
    Traceback (most recent call last):
    ValueError: start is -3, which must be a whole number from 0 to 9,007,199,254,740,992
    """
    for name in names:
        count = getattr(made, name)
        if count is not None and not least <= count <= MOST:
            raise ValueError(
                f"{name} is {count}, which must be a whole number from {least} to {MOST:,}"
            )


def check_carried_counts(at: Checkpoint) -> None:
    """Raise ValueError for counts or a stream of a seed that no checkpoint has."""
    check_counts(at, "index", "rows")
    if at.whitening is not None:
        check_counts(at.whitening, "step", "rows")
        check_counts(at.whitening, "thinning", least=1)
    if any(not 0 <= key < 2**32 for key in at.row_stream):
        raise ValueError(f"the stream of its seed is {at.row_stream}")


def check_plan(plan: Plan, watched: bool) -> None:
    """Raise ValueError for a plan with a number or a scale that no option takes.

    So it is for a curvature below 0. Of a training that was `watched` a batch may be not known.
    """
    if plan.scale not in SCALES:
        raise ValueError(f"there is no scale {plan.scale!r}")
    for name in ("seed", "steps", "clip", "dropout"):
        OPTIONS[name].checked(getattr(plan, name))
    if plan.batch != 0 or not watched:
        OPTIONS["batch"].checked(plan.batch)
    for name in ("l1", "l2"):
        OPTIONS[name].checked(getattr(plan.penalty, name))
    if plan.curvature is not None and not 0 <= plan.curvature < np.inf:
        raise ValueError(f"curvature is {plan.curvature}, which must be a number from 0 up")


def check_names(data: Data) -> None:
    """Raise ValueError for features or classes of which two are the same, or for one class."""
    check_different("features", data.features.names)
    classes = data.target.classes
    if classes is None:
        return
    check_different("classes", classes)
    check_different("classes", [str(label) for label in classes])
    if len(classes) < 2:
        raise ValueError(f"a target of classes has at least 2, got {len(classes)}")


def check_different(what: str, names: Collection[object]) -> None:
    """Raise ValueError where two of these names are the same.

    >>> check_different("classes", ("a", "b"))
    >>> check_different("classes", ("a", "b", "a"))
    Traceback (most recent call last):
    ValueError: of its 3 classes only 2 are different from each other
    """
    if len(set(names)) < len(names):
        raise ValueError(
            f"of its {len(names)} {what} only {len(set(names))} are different from each other"
        )


def check_numbers(trace: Trace) -> None:
    """Raise ValueError for numbers of steps that no step has: a length below 0, half a row."""
    for name in NOT_NEGATIVE:
        if (getattr(trace, name) < 0).any():
            raise ValueError(f"{name} of its steps are below 0")
    rows = trace.rows
    if not ((rows >= 0) & (rows <= MOST) & (rows == np.floor(rows))).all():
        raise ValueError(f"the rows of its steps are no whole numbers from 0 to {MOST:,}")
