"""The problem of a table whose rows are not at hand: of a run that was saved without them.

Names, model, loss and penalty are there, so it predicts. What was worked out of all rows together
is `Recorded`; whatever else needs them gets an error that they are missing, and what to do.
"""

from collections.abc import Mapping
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from steepest.data.origin import Origin
from steepest.data.prepared import Data
from steepest.errors import ChoiceError
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.penalty import Penalty
from steepest.objective.minimum.recession import Recession
from steepest.objective.model.model import Array, Model
from steepest.objective.plane.plane import Plane
from steepest.objective.plane.plane_loss import PlaneLoss
from steepest.objective.problem import Arrays, RowPredictions
from steepest.objective.recorded import Recorded
from steepest.objective.risk import Risk
from steepest.objective.table_problem import TableProblem

__all__ = ["ProblemWithoutRows", "RiskWithoutRows"]

SAVED_WITHOUT = (
    "the run was saved without its rows, and this needs them; fit its data again, from where it "
    "ended with --start RUN (in Python: start=run)"
)


class RiskWithoutRows(Risk):
    """A model under a loss and a penalty, whose rows are missing: it has no value at (params,).

    `to_record` is what the risk with rows gave a file of its model.
    """

    missing = SAVED_WITHOUT

    def __init__(
        self,
        model: Model,
        loss: Loss,
        penalty: Penalty,
        recorded: Recorded,
        written: Mapping[str, object],
    ) -> None:
        self.model, self.loss, self.penalty = model, loss, penalty
        self.layout, self.size = model.layout, model.layout.size
        self.count, self.outputs = recorded.rows, loss.margins
        self.smooth = loss.smooth and penalty.smooth
        self.kind = recorded.kind
        self._recorded, self._written = recorded, dict(written)

    @property
    def standard_in_words(self) -> str:
        """What standard units were."""
        return self._recorded.standard_in_words

    @property
    def start_in_words(self) -> str:
        """How the random start was drawn."""
        return self._recorded.start_in_words

    def value(self, params: Vector) -> float:
        """Raise ChoiceError, which says that the rows are missing."""
        self._refuse()

    def evaluate(self, params: Vector) -> Evaluation:
        """Raise ChoiceError, which says that the rows are missing."""
        self._refuse()

    def margins(self, params: Vector) -> Array:
        """Raise ChoiceError, which says that the rows are missing."""
        self._refuse()

    def on_plane(self, plane: Plane) -> PlaneLoss:
        """Raise ChoiceError, which says that the rows are missing."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise ChoiceError(self.missing)

    def recession(self, params: Vector, gradient: Vector | None = None) -> Recession:
        """Return that it is not known: it is a question of the rows."""
        return Recession("unknown", "the run was saved without its rows")

    def to_record(self) -> dict[str, object]:
        """Return what a file holds of the model."""
        return self._written


class ProblemWithoutRows(TableProblem):
    """The problem of a table of which only the names are left, with what was `recorded`.

    `columns` are the data with no rows, X (0, features), for their features and target.
    """

    recorded: Recorded

    def __init__(self, columns: Data, objective: RiskWithoutRows, recorded: Recorded) -> None:
        super().__init__(columns, objective)
        self.recorded = recorded
        self.rows, self.validation_rows = recorded.rows, recorded.validation_rows

    @property
    def origin(self) -> Origin | None:
        """From where the rows are read anew, if the file says that."""
        return self.data.origin

    @property
    def has_rows(self) -> bool:
        """Whether the rows are at hand: they are not."""
        return False

    @property
    def rows_of_metrics(self) -> int:
        """Of how many rows the metrics were."""
        known = self.recorded.rows_of_metrics
        return self.rows if known is None else known

    @property
    def is_weighted(self) -> bool:
        """Whether the rows counted differently."""
        return self.recorded.weighted

    def loss_at(self, params: Vector, recorded: float) -> float:
        """Return the loss at params, (params,), as it was recorded."""
        return recorded

    def at_rows(self, params: Vector) -> RowPredictions:
        """Return what params, (params,), say of no rows."""
        return RowPredictions(np.empty(0), np.empty(0), None, None)

    def rows_at(self, indices: NDArray[np.intp]) -> tuple[Array, Array]:
        """Raise ChoiceError, which says that the rows are missing."""
        raise ChoiceError(self.objective.missing)

    def table(self, what: str) -> Data:
        """Raise ChoiceError, saying that `what` needs the rows."""
        raise ChoiceError(f"{what}: {self.objective.missing}")

    def risk(self, what: str) -> Risk:
        """Raise ChoiceError, saying that `what` needs the rows."""
        raise ChoiceError(f"{what}: {self.objective.missing}")

    def check_whole(self) -> None:
        """Raise ChoiceError: without rows nothing goes on."""
        raise ChoiceError(self.objective.missing)

    def to_record(self) -> dict[str, object]:
        """Return the names as a file holds them, and what was recorded."""
        return {**super().to_record(), "without_rows": self.recorded.to_record()}

    def to_arrays(self) -> Arrays:
        """Return what was recorded as arrays."""
        return self.recorded.to_arrays()
