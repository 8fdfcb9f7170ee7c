"""What a run predicts: numbers, classes and probabilities for rows, and how good they are."""

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steepest.data.distinct_files import check_distinct
from steepest.data.new_rows import exposed_rows, new_rows
from steepest.data.out_of_core.limits import limits_of
from steepest.data.sparse import Matrix
from steepest.data.table import names_no_table
from steepest.data.text.reading import AS_FOUND, Reading
from steepest.data.written import write_table
from steepest.descent.plan.options import VALIDATION
from steepest.errors import ChoiceError

if TYPE_CHECKING:
    import pyarrow as pa

    from steepest.diagnosis.metrics import Metrics, Predicted
    from steepest.diagnosis.metrics_in_passes import MetricsInPasses
    from steepest.objective.problem import Problem

__all__ = ["Predictions"]

Array = NDArray[np.float64]


class Predictions:
    """What a run says of rows, from its problem and its params."""

    if TYPE_CHECKING:

        @property
        def problem(self) -> Problem:
            """What was minimised."""

        @property
        def params(self) -> Array:
            """The params at the end, (params,)."""

        @property
        def classes(self) -> tuple[Any, ...] | None:
            """The classes of the target, or None."""

    def predict(self, data: object, *, threshold: float | None = None) -> NDArray[Any]:
        """Return the prediction for each row of `data`, (rows,): numbers, or classes.

        Of classes it is the likeliest; of two, with a `threshold`, the second (`positive`) from
        that probability on.

        `data` is a path, any data frame or a matrix (rows, features). Gaps are filled if those of
        the training rows were. With an exposure that of a table are counts, by its column, that of
        a matrix rates. Raises DataError if it lacks a feature or holds what no training row had,
        and ChoiceError for a threshold that is none, or not of two classes.
        """
        if self.classes is None:
            if threshold is not None:
                raise ChoiceError(f"threshold decides between classes; {self._a_number}")
            known = self.problem.schema("run.predict")
            X, over = exposed_rows(data, known.features, known.target)
            rates = self.problem.prediction(self.margins(X))
            return rates if over is None else rates * over
        from steepest.diagnosis.metrics import decided

        return np.array(self.classes)[decided(self.predict_proba(data), threshold)]

    @property
    def _a_number(self) -> str:
        return f"{self.problem.target_name} is a number, so there are no classes"

    def predict_to(
        self,
        data: object,
        path: str | os.PathLike[str],
        *,
        missing: str | None = None,
        threshold: float | None = None,
        memory: int | str | None = None,
    ) -> int:
        """Write `prediction_table` of data to a file, and return how many rows it has.

        A folder, a pattern or a list of files, and a single file where `memory` is said, is read
        in one pass and written as it comes. Raises what `prediction_table` raises, and FileError if
        the file cannot be written, or is one of those that are read.
        """
        from steepest.run.predict_in_passes import predict_in_passes

        check_distinct([path], [data] if isinstance(data, str | os.PathLike) else [])
        limits = limits_of(memory, None, None)
        rows = predict_in_passes(self, data, path, missing, threshold, AS_FOUND, limits)
        if rows is not None:
            return rows
        table = self.prediction_table(data, missing=missing, threshold=threshold)
        write_table(table, path)
        return int(table.num_rows)

    def predict_proba(self, data: object) -> Array:
        """Return the probability of each class for each row, (rows, k), as `classes` orders them.

        Raises ChoiceError if the target is a number.
        """
        probabilities = self.problem.probabilities(self._margins("run.predict_proba", data))
        if probabilities is None:
            raise ChoiceError(f"{self._a_number} to give probabilities; use predict")
        return probabilities

    def _margins(self, what: str, data: object) -> Array:
        return self.margins(new_rows(data, self.problem.schema(what).features))

    def margins(self, X: Matrix) -> Array:
        """Return `X w + b` at `params`, (rows,) or (rows, k), of X (rows, features)."""
        return self.problem.margins(self.params, X)

    def prediction_table(
        self,
        data: object,
        *,
        missing: str | None = None,
        reading: Reading = AS_FOUND,
        threshold: float | None = None,
    ) -> "pa.Table":
        """Return the columns of `data`, a path or a data frame, with the predictions beside them.

        The new columns are `predicted` and, for classes, `P(class)` of each. `missing` is what
        becomes of rows with a gap or an infinite value: error, drop leaves them out, blank leaves
        their predictions empty, fill fills the gaps as those of the training rows were. Left out it
        is fill where they were filled, else error. `reading` says how a text file is read, and
        `threshold` is that of `predict`. Raises DataError if `data` has columns of these names.
        """
        from steepest.run.scoring import prediction_table

        return prediction_table(self, data, missing, reading, threshold)

    def metrics(
        self,
        data: object = None,
        sample_weight: ArrayLike | None = None,
        *,
        threshold: float | None = None,
    ) -> "Metrics":
        """Return how good the predictions are, by name; without `data` on the rows of the run.

        With "validation" as `data` they are of the rows that were kept back. Raises ChoiceError for
        another word, and where no rows were.

        Of numbers there are r2, rmse, mae (in the target's unit) and deviance_explained, `1 - loss
        / loss of the best constant`; of classes accuracy, balanced_accuracy, log_loss, auc (of
        several classes the mean of each against the others), brier, deviance_explained,
        confusion, (k, k), actual down and predicted across, and of two classes calibration,
        (groups, 3): the mean probability of the second, its share and the weight of the rows of
        each tenth of probabilities that has some. They are scikit-learn's. Of rows that are read
        in passes they are of all, from one pass: the AUC by bins of probabilities, off by
        `auc_within` at most. What is not defined is None. `data` and `sample_weight` are those of
        `score`; the rows of the run count by their own weights. A `threshold`, as in `predict`,
        changes accuracy, balanced_accuracy and confusion. On the rows that it was trained on a
        model looks better than it is.
        Raises ChoiceError for a word that names neither rows nor a table.

        >>> import steepest as st
        >>> metrics = st.descend("geyser", "waiting", ["duration"]).metrics()
        >>> round(metrics["r2"], 3), round(metrics["rmse"], 2), round(metrics["mae"], 2)
        (0.811, 5.89, 4.78)
        """
        from steepest.run.scoring import metrics

        if threshold is not None and self.classes is None:
            raise ChoiceError(f"threshold decides between classes; {self._a_number}")
        from steepest.run.without_rows import recorded_metrics

        own = data is None or (isinstance(data, str) and data == VALIDATION)
        if own and threshold is None and self.problem.recorded is not None:
            return recorded_metrics(self.problem.recorded, validation=data is not None)
        if data is None:
            return replace(self._fitted("run.metrics"), threshold=threshold).metrics
        if isinstance(data, str) and data == VALIDATION:
            return replace(self._held_out(), threshold=threshold).metrics
        if isinstance(data, str) and names_no_table(data):
            raise ChoiceError(
                f"metrics of {data!r}: it is no file and no shipped data set; leave it out for the "
                f"rows of training, or give {VALIDATION} for those kept back, or a table"
            )
        return metrics(self, data, sample_weight, threshold)

    def _fitted(self, what: str) -> "Predicted | MetricsInPasses":
        """Return what the run says of its own rows; ChoiceError without data."""
        from steepest.diagnosis.metrics import Predicted
        from steepest.diagnosis.metrics_in_passes import measured_in_passes

        known = self.problem.table(what)
        in_passes = measured_in_passes(self.problem, self.params)
        if in_passes is not None:
            return in_passes
        rows = self.problem.at_rows(self.params)
        return Predicted.of(self.problem, rows.margins, known.y, known.sample_weight, rows.losses)

    def _held_out(self) -> "Predicted":
        """Return what the run says of the rows kept back; ChoiceError where there are none."""
        from steepest.view.story import held_out

        found = held_out(self.problem, self.params)
        if found is None:
            raise ChoiceError(
                "no rows were kept back, so there are no metrics of them; train with "
                "validation=0.2, or give metrics(data) a table of other rows"
            )
        return found

    def score(self, data: object, sample_weight: ArrayLike | None = None) -> float:
        """Return R² of the predictions for `data`, or the share of classes that are right.

        `data` holds the target too, or is a pair (X, y). `sample_weight` is how much each row
        counts, one number each. Where all targets are equal, as of one row, R² is 1 if all are hit
        and 0 if not; `metrics` tells None of one row.
        """
        from steepest.run.scoring import score

        return score(self, data, sample_weight)
