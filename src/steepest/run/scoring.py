"""What a run says of other rows: a table with its predictions, and how good these are."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from steepest.data.new_rows import rows_to_predict
from steepest.data.prepare import labelled_rows
from steepest.data.text.reading import Reading
from steepest.data.weights import array_weights
from steepest.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

    from steepest.run.predictions import Predictions

__all__ = ["prediction_table", "score"]


def prediction_table(
    run: "Predictions", data: object, missing: str, reading: Reading
) -> "pa.Table":
    """Return the columns of `data` with the predictions beside; see `Run.prediction_table`.

    Raises DataError if `data` has columns of these names already.
    """
    from steepest.view.table import predictions

    features = run.problem.table("run.prediction_table").features
    rows = rows_to_predict(data, features, missing, reading)
    table = rows.table.arrow
    for name, values in predictions(run.problem, run.margins(rows.X), run.classes).items():
        if name in table.column_names:
            raise DataError(f"the data have a column {name!r} already; rename it")
        table = table.append_column(name, rows.spread(values))
    return table


def score(run: "Predictions", data: object, sample_weight: ArrayLike | None) -> float:
    """Return `1 - sum (y - prediction)^2 / sum (y - mean)^2`, or the share of right classes.

    `sample_weight` is (rows,) or None. See `Run.score`.
    """
    known = run.problem.table("run.score")
    X, y = labelled_rows(data, known.features, known.target)
    weight = array_weights(sample_weight, len(y))
    if run.classes is not None:
        right = run.predict_proba(X).argmax(axis=1) == y
        return float(np.average(right, weights=weight))
    misses = np.average((y - run.predict(X)) ** 2, weights=weight)
    spread = np.average((y - np.average(y, weights=weight)) ** 2, weights=weight)
    return float(1.0 - misses / spread) if spread else float(misses == 0)
