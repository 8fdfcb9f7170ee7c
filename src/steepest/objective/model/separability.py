"""Separated classes: then the loss has no lowest point.

The margins that separate them may grow by the same factor for ever, and every growth lowers the
loss (Albert & Anderson 1984, "On the existence of maximum likelihood estimates in logistic
regression models", Biometrika 71).
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.objective.evaluation import Vector

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = ["separated_classes", "separation_threshold"]


def separation_threshold(objective: "LinearObjective") -> float:
    """Return the mean loss below which the classes are proved to be separated: `log 2 / rows`.

    When the sum of `-log yhat` over all rows is below log 2, each row's own is too: each gives its
    actual class more than a half. It is 0 where that cannot be: with a penalty, for a target that
    is a number, and with sample weights.
    """
    if not _may_be_endless(objective) or objective.blocks.sample_weight is not None:
        return 0.0
    return float(np.log(2.0)) / len(objective.blocks)


def separated_classes(objective: "LinearObjective", params: Vector) -> NDArray[np.intp]:
    """Return which of three or more classes these params, (params,), separate from all others.

    A class's margin less the mean of the others' is linear in a row. If it is larger for every row
    of the class than for any other row, the plane between them may be made ever steeper: the loss
    of every row falls, and no row's of the others among themselves changes. Reads X once.
    """
    classes = objective.model.margins
    if classes < 3 or not _may_be_endless(objective):
        return np.empty(0, dtype=np.intp)
    margins, actual = objective.margins(params), objective.blocks.y.astype(np.intp)
    ahead = margins * (classes / (classes - 1)) - margins.sum(axis=1, keepdims=True) / (classes - 1)
    own = actual[:, None] == np.arange(classes)
    least = np.where(own, ahead, np.inf).min(axis=0)
    most = np.where(own, -np.inf, ahead).max(axis=0)
    return np.flatnonzero((least > most) & np.isfinite(least))


def _may_be_endless(objective: "LinearObjective") -> bool:
    return objective.loss.classes is not None and not objective.penalty
