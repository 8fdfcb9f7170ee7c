"""Classes that are told apart without fault: then the loss has no lowest point.

All that tells them apart may grow by the same factor for ever, and every growth lowers the loss
(Albert & Anderson 1984, "On the existence of maximum likelihood estimates in logistic regression
models", Biometrika 71).
"""

import numpy as np
from numpy.typing import NDArray

from steepest.objective.loss.cross_entropy import OfClasses
from steepest.objective.protocol import Vector
from steepest.objective.risk import LinearObjective

__all__ = ["separated_below", "told_apart"]


def separated_below(objective: LinearObjective) -> float:
    """Return the loss below which the classes are proved to be told apart without fault.

    When the sum of `-log yhat` over all rows is below log 2, each row's own is too: each gives its
    actual class more than a half. It is 0 where that cannot be: with a penalty, for a target that
    is a number, and with sample weights.
    """
    if not _endless(objective) or objective.rows.sample_weight is not None:
        return 0.0
    return float(np.log(2.0)) / len(objective.rows)


def told_apart(objective: LinearObjective, params: Vector) -> NDArray[np.intp]:
    """Return which of three or more classes these params tell apart from all others without fault.

    A class's margin less the mean of the others' is linear in a row. If it is larger for every row
    of the class than for any other row, the plane between them may be made ever steeper: the loss
    of every row falls, and no row's of the others among themselves changes. Reads X once.
    """
    classes = objective.shape[1]
    if classes < 3 or not _endless(objective):
        return np.empty(0, dtype=np.intp)
    margins, actual = objective.margins(params), objective.rows.y.astype(np.intp)
    ahead = margins * (classes / (classes - 1)) - margins.sum(axis=1, keepdims=True) / (classes - 1)
    own = actual[:, None] == np.arange(classes)
    least = np.where(own, ahead, np.inf).min(axis=0)
    most = np.where(own, -np.inf, ahead).max(axis=0)
    return np.flatnonzero((least > most) & np.isfinite(least))


def _endless(objective: LinearObjective) -> bool:
    return isinstance(objective.loss, OfClasses) and not (objective.l1 or objective.l2)
