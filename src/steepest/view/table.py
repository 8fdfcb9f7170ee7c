"""The rows as a table: what they are, what the model says of them, what each adds to the loss."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.prepared import Data
from steepest.diagnosis.metrics import decided
from steepest.objective.loss.loss import weighed
from steepest.objective.problem import Problem

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["predictions", "row_table"]

Array = NDArray[np.float64]


def row_table(problem: Problem, data: Data, params: Array) -> "pa.Table":
    """Return a table with one row per row of the data: actual, predicted, loss, share of the loss.

    `params` are (params,). For classes each has a column with its probability, and the loss of a
    row is `-log` of that of its actual class. `row` is the row's place in its source, counted from
    1, rows that were left out too. The shares add up to 1 (they are 0 where no row costs
    anything); with sample weights there is a column `weight`, by which they count.
    """
    import pyarrow as pa

    at_rows, classes = problem.at_rows(params), data.target.classes
    losses = at_rows.losses
    actual = data.y if classes is None else np.array(classes)[data.y.astype(np.intp)]
    weighted = weighed(losses, data.sample_weight)
    total = weighted.sum()
    weight = {} if data.sample_weight is None else {"weight": data.sample_weight}
    columns = {
        "row": data.row_numbers,
        "actual": actual,
        **predictions(problem, at_rows.margins, classes),
        "loss": losses,
        **weight,
        "share": weighted / total if total else np.zeros_like(weighted),
    }
    return pa.table(columns)


def predictions(
    problem: Problem,
    margins: Array,
    classes: Sequence[object] | None,
    threshold: float | None = None,
) -> dict[str, NDArray[np.generic]]:
    """Return the columns of a prediction, (rows,): `predicted`, and `P(class)` for each class.

    `margins` are (rows,) or (rows, k); `threshold` is that of `decided`.
    """
    probabilities = problem.probabilities(margins)
    if classes is None or probabilities is None:
        return {"predicted": problem.prediction(margins)}
    named = {f"P({name})": probabilities[:, i] for i, name in enumerate(classes)}
    return {"predicted": np.array(classes)[decided(probabilities, threshold)], **named}
