"""Separation: the classes are told apart without fault, so the loss has no lowest point."""

import numpy as np

from steepest.descent.stops import separated_below
from steepest.diagnosis.verdict import Verdict
from steepest.objective.linear import LinearObjective

__all__ = ["judge_separation"]


def judge_separation(objective: LinearObjective, loss: float) -> Verdict | None:
    """Return the verdict on classes that are told apart without fault, None if they are not.

    `loss` is the mean over all rows at the end of a run. It is its own certificate: see
    `separated_below`.
    """
    if not loss < separated_below(objective):
        return None
    rows = len(objective.rows)
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
        remedy="add a penalty, such as l2 = 0.001 or l1 = 0.001, and the weights have a best size",
        source=(
            "Albert & Anderson 1984, On the existence of maximum likelihood estimates in "
            "logistic regression models"
        ),
    )
