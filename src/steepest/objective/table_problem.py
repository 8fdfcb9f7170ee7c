"""The problem of a table: a model of its rows, under a loss, with the names of both."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from math import nan
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from steepest.data.array_blocks import blocks_of
from steepest.data.prepared import Data
from steepest.data.sparse import Matrix, dense_rows, matrix_parts
from steepest.errors import ChoiceError
from steepest.objective.evaluation import Vector
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.penalty import Penalty
from steepest.objective.model.model import Layer
from steepest.objective.model.param_name import by_input
from steepest.objective.problem import Array, Arrays, Problem, RowPredictions
from steepest.objective.risk import Risk

__all__ = ["KEPT_BACK", "TableProblem"]

KEPT_BACK = "validation."
"""What stands in a file before the names of the arrays of the rows that were kept back."""


class TableProblem(Problem):
    """The mean loss of a model over the rows of `data`, with the names of features and target."""

    objective: Risk
    loss: Loss

    def __init__(self, data: Data, objective: Risk) -> None:
        features, target = data.features, data.target
        super().__init__(
            objective, data.name, objective.model.param_names(features.names, target.classes)
        )
        self.data = data
        self.loss, inverse_link = objective.loss, objective.loss.inverse_link
        biases = objective.layout.biases
        self.inverse_link = inverse_link if biases else inverse_link.replace(" + bias", "")
        self.params_in_words = objective.model.params_in_words
        self.weight_prefix = objective.model.weight_prefix
        self.rows, self.dropped, self.weightless = len(data.y), data.dropped, data.weightless
        self.reading = data.notes
        self.validation_rows = 0 if data.validation is None else len(data.validation.y)
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
    def row_numbers(self) -> NDArray[np.intp]:
        """The place of each row in its source, counted from 1, (rows,)."""
        return self.data.row_numbers

    def _index_of(self, name: str) -> int | None:
        """Return the index of the param that a name of the model's own form says.

        An input may be named by its feature, too: `layer 1, unit 1, from input 1: age`, `from age`.
        """
        return self.objective.model.index_of(by_input(name, self.feature_names))

    @property
    def param_words(self) -> tuple[str, ...]:
        """The names of the params, (params,): `weight` and `bias` where there are no others."""
        alone = self.objective.size == 1 + self.objective.layout.biases
        return ("weight", "bias")[: self.objective.size] if alone else self.param_names

    @property
    def param_units(self) -> tuple[str, ...]:
        """The unit of each param, (params,): that of a margin by that of its feature."""
        unit = self.loss.margin_unit(self.unit)
        return self.objective.model.param_units(self.feature_units, unit)

    @property
    def loss_in_words(self) -> str:
        """The loss by its name, with its formula, and what the model is beside a neuron."""
        network = self.objective.model.in_words
        loss = f"loss {self.loss.name}: mean of {self.loss.formula}"
        return f"{network}; {loss}" if network else loss

    def surface_params(self, start: Vector, end: Vector) -> tuple[str, str]:
        """Return the names of a weight and a bias by how params, (params,), moved."""
        first, second = self.objective.model.surface_params(start, end)
        return self.param_names[first], self.param_names[second]

    @cached_property
    def held_out(self) -> Risk | None:
        """The mean loss of the rows that were kept back, without the penalty; None without any."""
        back = self.data.validation
        if back is None:
            return None
        ours = self.objective.blocks
        blocks = blocks_of(
            back.X,
            back.y,
            back.sample_weight,
            outputs=ours.outputs,
            threads=ours.threads,
            dtype=ours.dtype,
        )
        return self.objective.on(blocks, Penalty())

    def validation_loss(self, params: Vector) -> float:
        """Return the mean loss of the rows kept back at params, (params,); NaN without any."""
        return nan if self.held_out is None else self.held_out.value(params)

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

    def schema(self, what: str) -> Data:
        """Return the data, for features and target."""
        return self.data

    def risk(self, what: str) -> Risk:
        """Return the objective."""
        if not self.objective.has_page:
            self._refuse_neuron(what, "one neuron with a bias and for networks")
        return self.objective

    def split(self, params: Vector) -> tuple[Array, Array]:
        """Return weights and bias, (features,) and (), or (features, k) and (k,).

        Raises ChoiceError for a network, which has layers of them.
        """
        layers = self.layers(params)
        if len(layers) > 1:
            self._refuse_neuron("weights and bias")
        weights, bias = layers[0]
        return (weights[:, 0], bias[0]) if len(bias) == 1 else (weights, bias)

    def layers(self, params: Vector) -> list[Layer]:
        """Return the layers of params, (params,): weights (inputs, units), and biases (units,)."""
        return self.objective.model.layers(params)

    def by_layer(self, params: Vector) -> Sequence[Layer]:
        """Return the layers of params, (params,), of a network; none of one neuron."""
        layers = self.layers(params)
        return layers if len(layers) > 1 else ()

    def margins(self, params: Vector, X: Matrix) -> Array:
        """Return `X w + b` for rows X, (rows,) or (rows, k), each row as if it were alone."""
        return self.objective.model.at(params).output_by_row(X)

    def prediction(self, margins: Array) -> Array:
        """Return the numbers that margins predict, (rows,)."""
        return self.loss.prediction(margins)

    def probabilities(self, margins: Array) -> Array | None:
        """Return the probability of each class, (rows, k); None for a number."""
        return self.loss.probabilities(margins)

    def _refuse_neuron(self, what: str, of: str = "one neuron with a bias") -> NoReturn:
        raise ChoiceError(
            f"{what}: that is there for {of}, but this run is of "
            f"{self.objective.kind}; it has layers, params, explain(), figure(), film(), "
            "surface(), trace_table() and save()"
        )

    def check_whole(self) -> None:
        """Return None: data are in files, so the objective is always there."""

    def to_record(self) -> dict[str, object]:
        """Return the names of data, features and target as a file holds them."""
        return {
            "name": self.name,
            "dropped": self.dropped,
            "weightless": self.weightless,
            "reading": list(self.reading),
            "count_by": self.data.count_by,
            "features": self.data.features.to_dict(),
            "target": self.data.target.to_dict(),
            **self.objective.to_record(),
        }

    def to_arrays(self) -> Arrays:
        """Return X, y, weights and places in the source of the rows as a file holds them."""
        arrays: Arrays = {**matrix_parts(self.data.X), "y": self.data.y}
        if self.sample_weight is not None:
            arrays["sample_weight"] = self.sample_weight
        if self.data.kept is not None:
            arrays["rows_kept"] = self.data.kept
        if self.data.validation is not None:
            arrays |= {f"{KEPT_BACK}{name}": part for name, part in self._held_out_arrays()}
        return arrays

    def _held_out_arrays(self) -> Iterator[tuple[str, NDArray[np.generic]]]:
        """Yield the arrays of the rows that were kept back, each with its name."""
        back = self.data.validation
        assert back is not None
        yield from {**matrix_parts(back.X), "y": back.y}.items()
        for name, part in (("sample_weight", back.sample_weight), ("rows_kept", back.kept)):
            if part is not None:
                yield name, part

    @property
    def _class_names(self) -> list[str] | None:
        return None if self.classes is None else [str(name) for name in self.classes]

    def to_report(self) -> dict[str, object]:
        """Return what `report` says of the data."""
        over, counted = self.data.target.exposure, self.rows_of_metrics
        return {
            "data": {
                "name": self.name,
                "rows": self.rows,
                **({"rows_of_metrics": counted} if counted < self.rows else {}),
                "dropped": self.dropped,
                "validation_rows": self.validation_rows,
                "target": self.target_name,
                "classes": self._class_names,
                "base_levels": self.bases,
                "missing": self.data.features.missing or None,
                "fills": self.data.features.fills,
                "exposure": None if over is None else over.to_dict(),
            },
        }

    def params_report(self, params: Vector) -> dict[str, object]:
        """Return weights and bias of params, (params,): by feature, and by class where k > 2.

        Those of a network layer by layer.
        """
        classes = self._class_names
        several = classes if classes is not None and len(classes) > 2 else None
        layers = self.layers(params)
        if len(layers) > 1:
            return {
                "layers": [
                    {"weights": weights.tolist(), "bias": bias.tolist()} for weights, bias in layers
                ],
                "dtype": params.dtype.name,
            }
        weights, bias = self.split(params)
        return {
            "weights": {
                name: _by_class(weight, several)
                for name, weight in zip(self.feature_names, weights, strict=True)
            },
            "bias": _by_class(bias, several) if self.objective.layout.biases else None,
        }


def _by_class(value: NDArray[np.float64], classes: list[str] | None) -> object:
    """Return a number as it is, (); of several classes, (k,), each by the name of its class."""
    numbers = np.asarray(value).tolist()
    return numbers if classes is None else dict(zip(classes, numbers, strict=True))
