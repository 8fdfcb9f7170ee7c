"""The problem of a table: a model of its rows, under a loss, with the names of both."""

import numpy as np
from numpy.typing import NDArray

from steepest.data.prepare import Data
from steepest.data.sparse import Matrix, dense_rows, matrix_parts
from steepest.objective.evaluation import Vector
from steepest.objective.linear import LinearObjective
from steepest.objective.loss.loss import Loss
from steepest.objective.problem import Array, Arrays, Problem, RowPredictions

__all__ = ["TableProblem"]


class TableProblem(Problem):
    """The mean loss of a model over the rows of `data`, with the names of features and target."""

    params_in_words = "bias and weight"
    weight_prefix = "weight of "
    objective: LinearObjective
    loss: Loss

    def __init__(self, data: Data, objective: LinearObjective) -> None:
        features, target = data.features, data.target
        super().__init__(
            objective, data.name, objective.model.param_names(features.names, target.classes)
        )
        self.data = data
        self.loss, self.link = objective.loss, objective.loss.link
        self.rows, self.dropped, self.weightless = len(data.y), data.dropped, data.weightless
        self.sample_weight, self.bases = data.sample_weight, features.bases
        self.target_name, self.unit, self.classes = target.name, target.unit, target.classes
        self.feature_names, self.feature_units = features.names, features.units

    def __repr__(self) -> str:
        """Return what is predicted from what."""
        return (
            f"{self.target_name} by {len(self.feature_names)} features of {self.name}, "
            f"{self.rows} rows"
        )

    @property
    def param_words(self) -> tuple[str, ...]:
        """The names of the params, (params,): `weight` and `bias` where there are no others."""
        return ("weight", "bias") if self.objective.size == 2 else self.param_names

    @property
    def param_units(self) -> tuple[str, ...]:
        """The unit of each param, (params,): that of a margin by that of its feature."""
        unit = self.loss.margin_unit(self.unit)
        return self.objective.model.param_units(self.feature_units, unit)

    @property
    def loss_in_words(self) -> str:
        """The loss by its name, with its formula."""
        return f"loss {self.loss.name}: mean of {self.loss.formula}"

    @property
    def no_surface(self) -> str:
        """Nothing: there are always a weight and a bias."""
        return ""

    def usual_params(self, start: Vector, end: Vector) -> tuple[str, str]:
        """Return the names of the first weight and bias, wherever params, (params,), moved."""
        names = self.param_names
        return names[0], names[len(names) - self.objective.layout.biases]

    def loss_at(self, params: Vector, recorded: float) -> float:
        """Return the loss of all rows at params, (params,), whatever rows `recorded` is of."""
        return self.objective.value(params)

    def at_rows(self, params: Vector) -> RowPredictions:
        """Return what params, (size,), say of the rows; see `RowPredictions`."""
        margins, y = self.objective.margins_by_row(params), self.data.y
        return RowPredictions(
            margins,
            self.loss.value(margins, y),
            self.loss.probabilities(margins),
            None if self.classes is None else y.astype(np.intp),
        )

    def rows_at(self, indices: NDArray[np.intp]) -> tuple[Array, Array]:
        """Return X, (n, features), and y, (n,), of some rows."""
        return dense_rows(self.data.X, indices), self.data.y[indices]

    def table(self, what: str) -> Data:
        """Return the data."""
        return self.data

    def risk(self, what: str) -> LinearObjective:
        """Return the objective."""
        return self.objective

    def split(self, params: Vector) -> tuple[Array, Array]:
        """Return weights and bias, (features,) and (), or (features, k) and (k,)."""
        return self.objective.split(params)

    def margins(self, params: Vector, X: Matrix) -> Array:
        """Return `X w + b` for rows X, (rows,) or (rows, k), each row as if it were alone."""
        return self.objective.model.at(params).output_by_row(X)

    def prediction(self, margins: Array) -> Array:
        """Return the numbers that margins predict, (rows,)."""
        return self.loss.prediction(margins)

    def probabilities(self, margins: Array) -> Array | None:
        """Return the probability of each class, (rows, k); None for a number."""
        return self.loss.probabilities(margins)

    def check_whole(self) -> None:
        """Return None: data are in files, so the objective is always there."""

    def to_record(self) -> dict[str, object]:
        """Return the names of data, features and target as a file holds them."""
        return {
            "name": self.name,
            "dropped": self.dropped,
            "weightless": self.weightless,
            "features": self.data.features.to_dict(),
            "target": self.data.target.to_dict(),
        }

    def to_arrays(self) -> Arrays:
        """Return X, y and the weights of the rows as a file holds them."""
        arrays: Arrays = {**matrix_parts(self.data.X), "y": self.data.y}
        if self.sample_weight is not None:
            arrays["sample_weight"] = self.sample_weight
        return arrays

    @property
    def _class_names(self) -> list[str] | None:
        return None if self.classes is None else [str(name) for name in self.classes]

    def to_report(self) -> dict[str, object]:
        """Return what `report` says of the data."""
        return {
            "data": {
                "name": self.name,
                "rows": self.rows,
                "dropped": self.dropped,
                "target": self.target_name,
                "classes": self._class_names,
                "base_levels": self.bases,
            },
        }

    def params_report(self, params: Vector) -> dict[str, object]:
        """Return weights and bias of params, (params,): by feature, and by class where k > 2."""
        classes = self._class_names
        several = classes if classes is not None and len(classes) > 2 else None
        weights, bias = self.split(params)
        return {
            "weights": {
                name: _by_class(weight, several)
                for name, weight in zip(self.feature_names, weights, strict=True)
            },
            "bias": _by_class(bias, several),
        }


def _by_class(value: NDArray[np.float64], classes: list[str] | None) -> object:
    """Return a number as it is, (); of several classes, (k,), each by the name of its class."""
    numbers = np.asarray(value).tolist()
    return numbers if classes is None else dict(zip(classes, numbers, strict=True))
