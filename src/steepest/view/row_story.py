"""The story of one row: its pass forward and back, with the names that its numbers have."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.data.prepared import Data
from steepest.data.sparse import dense_rows
from steepest.errors import ChoiceError
from steepest.numerals import counted
from steepest.objective.loss.loss import Loss
from steepest.objective.model.activation import Activation
from steepest.objective.model.model import Model
from steepest.objective.model.row_pass import RowPass
from steepest.objective.table_problem import TableProblem
from steepest.trace import Step
from steepest.view.story import MOST_PARAMS

__all__ = ["RowStory"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class RowStory:
    """What is said of one row at the params of one step."""

    source: str
    number: int
    """The row's place in its source, counted from 1."""
    kept_back: bool
    rows: int
    weight: float | None
    """How much the row counts; None where all count the same."""
    total_weight: float
    step: int
    feature_names: Sequence[str]
    target_name: str
    unit: str
    classes: tuple[str, ...] | None
    actual: float
    """The target: a number, or the code of a class from 0."""
    loss: Loss
    activation: Activation | None
    passed: RowPass
    places: Sequence["Place"]
    """Where each layer's weights and biases are among the params; of no bias 0s."""
    biases: int
    names: Sequence[str]
    """The names of all params where they stand alone, (params,)."""
    prediction: float
    """The number that the margin predicts; NaN where there are classes."""
    probabilities: Array | None
    """The probability of each class, (k,)."""
    gradient: Array
    """The gradient of this row's loss, (params,)."""
    mean_gradient: Array
    """The same of the mean over all rows, without the penalty, (params,)."""
    shown: Sequence[int]
    """The params whose two gradients are shown."""
    l2: float

    @classmethod
    def of(cls, problem: TableProblem, first: Step, step: Step, number: int) -> "RowStory":
        """Return the story of row `number` of the source, from 1, at a step.

        `first` is the step that the run began with. Raises ChoiceError for a row that is not there.
        """
        data, at, kept_back = _found(problem, number)
        objective, target, params = problem.objective, problem.data.target, step.params
        model = objective.model
        x = dense_rows(data.X, np.array([at]))[0].astype(np.float64)
        passed = RowPass.of(model, params, x, problem.loss, float(data.y[at]))
        margins = passed.sums[-1] if len(passed.sums[-1]) == 1 else passed.sums[-1][None, :]
        chances = problem.probabilities(margins)
        mean = objective.evaluate(params).smooth_gradient.copy()
        mean[objective.layout.weights] -= objective.penalty.l2 * params[objective.layout.weights]
        weight = data.sample_weight
        return cls(
            source=problem.name,
            number=number,
            kept_back=kept_back,
            rows=problem.rows,
            weight=None if weight is None else float(weight[at]),
            total_weight=objective.blocks.total,
            step=step.index,
            feature_names=problem.feature_names,
            target_name=target.name,
            unit=target.unit,
            classes=None if target.classes is None else tuple(map(str, target.classes)),
            actual=float(data.y[at]),
            loss=problem.loss,
            activation=model.activation,
            passed=passed,
            places=_places(model),
            biases=objective.layout.biases,
            names=_names(problem),
            prediction=np.nan if chances is not None else float(problem.prediction(margins)[0]),
            probabilities=None if chances is None else chances[0],
            gradient=passed.gradient(model),
            mean_gradient=mean,
            shown=_shown(problem, first, step),
            l2=objective.penalty.l2,
        )

    @property
    def is_neuron(self) -> bool:
        """Whether there is no hidden layer: each weight is that of a feature."""
        return len(self.passed.layers) == 1

    def to_dict(self) -> dict[str, object]:
        """Return the numbers for JSON: layer by layer from the inputs on."""
        one = self.passed
        return {
            "row": self.number,
            "kept_back": self.kept_back,
            "step": self.step,
            "inputs": dict(zip(self.feature_names, one.inputs[0].tolist(), strict=True)),
            "layers": [
                {"sums": z.tolist(), "loss_by_sums": delta.tolist()}
                for z, delta in zip(one.sums, one.deltas, strict=True)
            ],
            "actual": self.actual if self.classes is None else self.classes[int(self.actual)],
            "loss": one.loss,
            "gradient": dict(zip(self.names, self.gradient.tolist(), strict=True)),
        }


class Place(NamedTuple):
    """Where a layer's params are: `weights` (inputs, units), and `bias` (units,), from 0."""

    weights: NDArray[np.intp]
    bias: NDArray[np.intp]


def _places(model: Model) -> list[Place]:
    """Return where the params of each layer are, by the model's own order of them."""
    layers = model.layers(np.arange(model.layout.size, dtype=np.float64))
    return [Place(one.weights.astype(np.intp), one.bias.astype(np.intp)) for one in layers]


def _found(problem: TableProblem, number: int) -> tuple[Data, int, bool]:
    """Return the data that have a row, its index there, and whether they were kept back."""
    data, back = problem.data, problem.data.validation
    for one in (data, *(() if back is None else (back,))):
        (there,) = np.nonzero(one.row_numbers == number)
        if len(there):
            return one, int(there[0]), one is back
    numbers, left = data.row_numbers, problem.dropped + problem.weightless
    raise ChoiceError(
        f"there is no row {number} in {problem.name}: its rows are {numbers.min():,} to "
        f"{numbers.max():,}, counted from 1"
        + (f"; {counted(left, 'row')} with gaps or of weight 0 left out" if left else "")
    )


def _names(problem: TableProblem) -> list[str]:
    """Return the names of the params where they stand alone: `weight of duration`, `bias`."""
    weights = problem.objective.layout.weights.stop
    prefixed = [f"{problem.weight_prefix}{name}" for name in problem.param_names[:weights]]
    return [*prefixed, *problem.param_names[weights:]]


def _shown(problem: TableProblem, first: Step, step: Step) -> Sequence[int]:
    """Return all params if they are few, else the two that span the surface."""
    if problem.objective.size <= MOST_PARAMS:
        return range(problem.objective.size)
    return problem.objective.model.surface_params(first.params, step.params)
