"""What a run says of other rows: a table with its predictions, and how good these are."""

from dataclasses import replace
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from steepest.data.new_rows import labelled_rows, rows_to_predict
from steepest.data.text.reading import Reading
from steepest.data.weights import array_weights
from steepest.diagnosis.metrics import Metrics, Predicted, r_squared
from steepest.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

    from steepest.run.predictions import Predictions

__all__ = ["metrics", "prediction_table", "score"]


def prediction_table(
    run: "Predictions",
    data: object,
    missing: str | None,
    reading: Reading,
    threshold: float | None = None,
) -> "pa.Table":
    """Return the columns of `data` with the predictions beside; see `Run.prediction_table`.

    Raises DataError if `data` has columns of these names already.
    """
    from steepest.view.table import predictions

    known = run.problem.schema("run.prediction_table")
    rows = rows_to_predict(data, known.features, known.target, missing, reading)
    table, margins = rows.table.arrow, run.margins(rows.X)
    found = predictions(run.problem, margins, run.classes, threshold)
    if known.target.exposure is not None:
        whole = rows.table if rows.at is None else rows.table.keep(rows.at)
        over = known.target.exposure.of_table(whole)
        found["predicted"] = run.problem.prediction(margins) * over
    for name, values in found.items():
        if name in table.column_names:
            raise DataError(f"the data have a column {name!r} already; rename it")
        table = table.append_column(name, rows.spread(values))
    return table


def score(run: "Predictions", data: object, sample_weight: ArrayLike | None) -> float:
    """Return `1 - sum (y - prediction)^2 / sum (y - mean)^2`, or the share of right classes.

    `sample_weight` is (rows,) or None. See `Run.score`.
    """
    found = _predicted(run, "run.score", data, sample_weight)
    if run.classes is not None:
        return found.accuracy
    return r_squared(found.actual, found.loss.prediction(found.margins), found.weight)


def metrics(
    run: "Predictions", data: object, sample_weight: ArrayLike | None, threshold: float | None
) -> Metrics:
    """Return the metrics of the predictions for `data`; see `Run.metrics`.

    `sample_weight` is (rows,) or None.
    """
    found = _predicted(run, "run.metrics", data, sample_weight)
    return replace(found, threshold=threshold).metrics


def _predicted(
    run: "Predictions", what: str, data: object, sample_weight: ArrayLike | None
) -> Predicted:
    """Return what the run says of rows that hold the target too."""
    known = run.problem.schema(what)
    X, y, over = labelled_rows(data, known.features, known.target)
    weight = array_weights(sample_weight, len(y))
    if over is not None:
        weight = over if weight is None else weight * over
    return Predicted.of(run.problem, run.margins(X), y, weight)
