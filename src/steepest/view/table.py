"""The rows as a table: what they are, what the model says of them, what each adds to the loss."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.prepare import Data
from steepest.objective.loss.cross_entropy import OfClasses
from steepest.objective.loss.loss import weighed
from steepest.objective.risk import LinearObjective

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["predictions", "rows_as_told"]

Array = NDArray[np.float64]


def rows_as_told(objective: LinearObjective, data: Data, params: Array) -> "pa.Table":
    """Return a table with one row per row of the data: actual, predicted, loss, share of the loss.

    For classes each has a column with its probability, and the loss of a row is `-log` of that
    of its actual class. The shares add up to 1 (they are 0 where no row costs anything); with
    sample weights there is a column `weight`, by which they count.
    """
    import pyarrow as pa

    margins = objective.margins(params)
    losses = objective.loss.value(margins, data.y)
    classes = data.target.classes
    actual = data.y if classes is None else np.array(classes)[data.y.astype(np.intp)]
    costs = weighed(losses, data.sample_weight)
    total = costs.sum()
    weight = {} if data.sample_weight is None else {"weight": data.sample_weight}
    columns = {
        "row": np.arange(1, len(data.y) + 1),
        "actual": actual,
        **predictions(objective, margins, classes),
        "loss": losses,
        **weight,
        "share": costs / total if total else np.zeros_like(costs),
    }
    return pa.table(columns)


def predictions(
    objective: LinearObjective, margins: Array, classes: tuple[Any, ...] | None
) -> dict[str, NDArray[Any]]:
    """Return the columns of a prediction: `predicted`, and `P(class)` for each class."""
    loss = objective.loss
    if classes is None or not isinstance(loss, OfClasses):
        return {"predicted": loss.prediction(margins)}
    probabilities = loss.probabilities(margins)
    named = {f"P({name})": probabilities[:, i] for i, name in enumerate(classes)}
    return {"predicted": np.array(classes)[probabilities.argmax(axis=1)], **named}
