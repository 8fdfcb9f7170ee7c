"""Separation: the classes are told apart without fault, so the loss has no lowest point."""

from collections.abc import Sequence

import numpy as np

from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.verdict import Verdict

__all__ = ["judge_separation"]

SOURCE = (
    "Albert & Anderson 1984, On the existence of maximum likelihood estimates in logistic "
    "regression models"
)

REMEDY = "add a penalty, such as l2 = 0.001 or l1 = 0.001, and the weights have a best size"


def judge_separation(evidence: Evidence) -> Verdict | None:
    """Return the verdict on classes that are told apart without fault, None if they are not.

    The params at the end of a run are their own certificate: see `objective.model.separability`.
    """
    objective, last, classes = evidence.objective, evidence.trace[-1], evidence.classes
    threshold = objective.separation_threshold()
    if threshold and last.full_loss < threshold:
        return _all_separated(objective.count, last.full_loss)
    if classes is None or not (separated := objective.separated_classes(last.params)).size:
        return None
    return _some_separated([str(classes[code]) for code in separated], objective.count)


def _all_separated(rows: int, loss: float) -> Verdict:
    total, limit = loss * rows, float(np.log(2.0))
    return Verdict(
        level="proved",
        name="separation",
        message=(
            "the classes are told apart without fault, so there is no lowest loss: it falls for "
            f"ever as the weights grow (the sum of -log over all {rows:,} rows is {total:.3g}, "
            f"below log 2 = {limit:.3g}, so every row is on its own side)"
        ),
        numbers={"sum": total, "limit": limit, "rows": float(rows)},
        remedy=REMEDY,
        source=SOURCE,
    )


def _some_separated(names: Sequence[str], rows: int) -> Verdict:
    which = f"the class {names[0]} is" if len(names) == 1 else f"the classes {', '.join(names)} are"
    return Verdict(
        level="proved",
        name="separation",
        message=(
            f"{which} told apart from all others without fault, so there is no lowest loss: it "
            f"falls for ever as those weights grow (a plane has all {rows:,} rows on their side)"
        ),
        numbers={"classes": float(len(names)), "rows": float(rows)},
        remedy=REMEDY,
        source=SOURCE,
    )
