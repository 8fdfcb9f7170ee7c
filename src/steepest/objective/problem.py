"""A problem: a function of params that is minimised, and what it and its parts are called.

`Problem` is one of which no more is known than its objective: no rows, no features, no target.
That of a table (`table_problem.py`) answers the same questions from its data and its model. A run
asks its problem, so nothing above needs to know which of them it has.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from math import nan
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from steepest.data.origin import Origin
from steepest.data.prepared import Data
from steepest.data.sparse import Matrix
from steepest.errors import ChoiceError
from steepest.objective.evaluation import Vector
from steepest.objective.function import MissingObjective, as_objective
from steepest.objective.loss.loss import Loss
from steepest.objective.model.model import Layer
from steepest.objective.objective import Objective
from steepest.objective.recorded import Recorded

if TYPE_CHECKING:
    from steepest.objective.risk import Risk

__all__ = ["Arrays", "Problem", "RowPredictions", "problem_of"]

Array = NDArray[np.float64]
Arrays = dict[str, NDArray[np.generic]]

POINTWISE_POINTS = 61
"""Points a side of a picture where each costs an evaluation: 3,721 of them, a second at 0.3 ms."""


class RowPredictions(NamedTuple):
    """What some params say of the rows: `margins`, (rows,) or (rows, k), and `losses`, (rows,).

    For classes `probabilities` are (rows, k), and `actual` the codes of the rows' own, (rows,);
    both are None where the target is a number.
    """

    margins: Array
    losses: Array
    probabilities: Array | None
    actual: NDArray[np.intp] | None


class Problem:
    """The problem `minimise objective(params)` of an objective that was given.

    `name` is what the objective is called, `own_names` are the names of its params if it has any:
    else they are `param 1`, `param 2`, ... `index_of` finds a param by a name of another
    form, `loss_in_words` says what the loss is.
    """

    rows: int = 0
    """The rows of the data; 0 without any."""
    dropped: int = 0
    """The rows that were left out for their gaps."""
    rows_in_words: str = ""
    """Of which of its rows single ones are shown, where these are not all."""
    weightless: int = 0
    """The rows that were left out because they weigh 0."""
    validation_rows: int = 0
    """The rows that were kept back from training."""
    reading: tuple[str, ...] = ()
    """What was decided while the table was read."""
    recorded: Recorded | None = None
    """What was worked out of rows that are not at hand; None where they are, or there are none."""
    sample_weight: Array | None = None
    """How much each row counts, (rows,); None where all count the same."""
    loss: Loss | None = None
    """The loss of a row; None where the objective is not known as a mean of such."""
    inverse_link: str = ""
    """The prediction as a formula of the margin, where it is not the margin itself."""
    bases: Mapping[str, str] = {}
    """The level of each category whose effect the bias holds."""
    target_name: str = ""
    unit: str = ""
    """The unit of the target, or none."""
    feature_names: tuple[str, ...] = ()
    feature_units: tuple[str, ...] = ()
    classes: tuple[object, ...] | None = None
    """The classes of the target, None where it has none."""
    params_in_words: str = "params"
    """What a start consists of: `bias and weight`."""
    weight_prefix: str = ""
    """What stands before the name of a param that is no bias, where it stands alone."""

    def __init__(
        self,
        objective: Objective,
        name: str,
        own_names: Sequence[str] | None,
        index_of: Callable[[str], int | None] | None = None,
        loss_in_words: str = "",
    ) -> None:
        self.objective: Objective = objective
        self.name = name
        self.own_names = own_names
        self._given_index_of = index_of
        self._given_words = loss_in_words

    def __repr__(self) -> str:
        """Return what is minimised."""
        return f"{self.name}, {self.objective.size} params"

    @property
    def has_rows(self) -> bool:
        """Whether there are rows, and they are at hand."""
        return self.rows > 0

    @property
    def origin(self) -> Origin | None:
        """From where rows that are beyond memory are read anew; None of all others."""
        return None

    @property
    def is_stored(self) -> bool:
        """Whether the rows are beyond memory: no file of a run holds them."""
        return False

    def with_worst_rows(self, params: Vector) -> "Problem":
        """Return the problem with the rows at hand that cost most at params, (params,): all are."""
        return self

    @property
    def is_weighted(self) -> bool:
        """Whether the rows count differently."""
        return self.sample_weight is not None

    @property
    def row_numbers(self) -> NDArray[np.intp]:
        """The place of each row in its source, counted from 1, (rows,)."""
        return np.empty(0, dtype=np.intp)

    def numbers_of(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the places in the source, from 1, of rows by their indices in the loss, (n,)."""
        return self.row_numbers[rows]

    @property
    def rows_of_metrics(self) -> int:
        """Of how many rows the metrics are: of all, or of those at hand."""
        return self.rows

    @property
    def trained_on(self) -> Data:
        """The rows of the loss, for another descent on them; ChoiceError if there are none."""
        return self.table("another descent")

    @cached_property
    def param_names(self) -> tuple[str, ...]:
        """The names of all params, (params,)."""
        if self.own_names is not None:
            return tuple(self.own_names)
        return tuple(f"param {i}" for i in range(1, self.objective.size + 1))

    def param_called(self, name: str) -> str:
        """Return the name, of `param_names`, of the param that is meant; ChoiceError if none is."""
        if name in self.param_names:
            return name
        index = self._index_of(name)
        if index is None:
            known = ", ".join(self.param_names[:12])
            more = f", ... ({len(self.param_names):,} in all)" if self.objective.size > 12 else ""
            raise ChoiceError(f"there is no param {name!r}; the params are {known}{more}")
        return self.param_names[index]

    def _index_of(self, name: str) -> int | None:
        """Return the index of the param that a name of another form says; None of no such form."""
        return None if self._given_index_of is None else self._given_index_of(name)

    @property
    def param_words(self) -> tuple[str, ...]:
        """The names by which params are shown, (params,)."""
        return self.param_names

    @property
    def param_units(self) -> tuple[str, ...]:
        """The unit of each param, (params,); empty where it has none."""
        return ("",) * self.objective.size

    @property
    def loss_in_words(self) -> str:
        """What the loss is, for the line that says how the run was made."""
        return self._given_words or f"loss: the value of {self.name}"

    @property
    def no_surface(self) -> str:
        """Why there is no surface, and what to do; empty where there is one."""
        if self.objective.size < 2:
            return "a surface needs two params, but there is 1; run.trace has its loss at each step"
        return self.objective.missing

    @property
    def picture_points(self) -> int | None:
        """Points a side of a surface that is drawn; None where any number costs little."""
        objective = self.objective
        return objective.picture_points(POINTWISE_POINTS) if objective.is_pointwise else None

    def surface_params(self, start: Vector, end: Vector) -> tuple[str, str]:
        """Return the names of two params for a surface: of (params,) those that moved most."""
        moved = np.argsort(-np.abs(end - start), kind="stable")[:2]
        first, second = sorted(int(i) for i in moved)
        return self.param_names[first], self.param_names[second]

    def validation_loss(self, params: Vector) -> float:
        """Return the mean loss of the rows kept back at params, (params,); NaN without any."""
        return nan

    def loss_at(self, params: Vector, recorded: float) -> float:
        """Return the loss at params, (params,), whose loss was recorded: that."""
        return recorded

    def at_rows(self, params: Vector) -> RowPredictions:
        """Return what params, (params,), say of the rows of the data: nothing, of no rows."""
        return RowPredictions(np.empty(0), np.empty(0), None, None)

    def rows_at(self, indices: NDArray[np.intp]) -> tuple[Array, Array]:
        """Return X, (n, features), and y, (n,), of some rows: there are none."""
        return np.empty((0, 0)), np.empty(0)

    def table(self, what: str) -> Data:
        """Return the data; ChoiceError, saying that `what` needs them, if there are none."""
        self._refuse(what)

    def schema(self, what: str) -> Data:
        """Return the data for their features and target, whether their rows are at hand or not.

        Raises ChoiceError, as `table`, if there are none.
        """
        self._refuse(what)

    def risk(self, what: str) -> "Risk":
        """Return the objective as that of a table; ChoiceError, as of `table`, if it is none."""
        self._refuse(what)

    def split(self, params: Vector) -> tuple[Array, Array]:
        """Return weights and bias of params, (params,); ChoiceError if they are not these."""
        self._refuse("weights and bias")

    def layers(self, params: Vector) -> list[Layer]:
        """Return weights and biases by layer; ChoiceError if params, (params,), are not these."""
        self._refuse("layers")

    def by_layer(self, params: Vector) -> Sequence[Layer]:
        """Return the layers of params, (params,), where there are several; else none."""
        return ()

    def margins(self, params: Vector, X: Matrix) -> Array:
        """Return the output of the model for rows X, (rows,) or (rows, k); ChoiceError without."""
        self._refuse("a prediction")

    def prediction(self, margins: Array) -> Array:
        """Return the numbers that margins predict, (rows,); ChoiceError without a model."""
        self._refuse("a prediction")

    def probabilities(self, margins: Array) -> Array | None:
        """Return the probability of each class by margins, (rows, k); None for a number."""
        self._refuse("a prediction")

    def _refuse(self, what: str) -> NoReturn:
        raise ChoiceError(
            f"{what}: that needs a table with features and a target, but this run is of "
            f"{self.name}, of which only the loss of its params is known; it has params, "
            "explain(), figure(), film(), page(), surface(), trace_table() and save()"
        )

    def check_whole(self) -> None:
        """Raise ChoiceError if the objective is not known: a file has none that was given."""
        if self.objective.missing:
            raise ChoiceError(self.objective.missing)

    def to_record(self) -> dict[str, object]:
        """Return what a file holds of it as JSON: names; the objective is code."""
        names = None if self.own_names is None else list(self.own_names)
        known = {"name": self.name, "size": self.objective.size, "params": names}
        known |= {"loss": self._given_words} if self._given_words else {}
        known |= {"quadratic": True} if self.objective.is_quadratic else {}
        rows = self.objective.rows_in_words
        known |= {"rows": rows} if rows else {}
        return {"objective": known}

    def to_arrays(self) -> Arrays:
        """Return what a file holds of it as arrays."""
        return {}

    @classmethod
    def from_record(cls, record: Mapping[str, object], given: object) -> "Problem":
        """Return the problem whose `to_record` has `record` as its `objective`.

        `given` is the objective itself, None if it is not at hand: then all that needs it raises
        ChoiceError. Raises ChoiceError for one of another size.
        """
        name, size, names = str(record["name"]), int(str(record["size"])), record["params"]
        own_names = [str(one) for one in names] if isinstance(names, list) else None
        if given is None:
            said = str(record.get("loss", ""))
            known, rows = bool(record.get("quadratic")), str(record.get("rows", ""))
            missing = MissingObjective(name, size, is_quadratic=known, rows_in_words=rows)
            return cls(missing, name, own_names, loss_in_words=said)
        objective = as_objective(given, size)
        if objective.size != size:
            raise ChoiceError(
                f"the objective has {_counted(objective.size)}, but the run in the file has "
                f"{size}; give the objective that it was made with, {name}"
            )
        return cls(objective, name, own_names, **_said_by(given))

    def to_report(self) -> dict[str, object]:
        """Return what `report` says of what was minimised, as JSON has it."""
        return {"objective": {"name": self.name, "params": self.objective.size}}

    def params_report(self, params: Vector) -> dict[str, object]:
        """Return what `report` says of params, (params,), as JSON has it: each by its name."""
        return {"params": dict(zip(self.param_names, params.tolist(), strict=True))}


def problem_of(given: object, size: int | None) -> Problem:
    """Return the problem of an objective: see `as_objective`; `size` is that of the start.

    Its name is its own `name` or `__name__`, or that of its type; its `param_names`, if it has
    them, are one for each param. Raises ChoiceError if they are not.
    """
    objective = as_objective(given, size)
    names = getattr(given, "param_names", None)
    if names is not None:
        names = tuple(map(str, names))
        different = len(set(names))
        if different != objective.size:
            raise ChoiceError(
                f"param_names of the objective has {different} different names, but there "
                f"are {_counted(objective.size)}; give each a name of its own, or leave it out"
            )
    return Problem(objective, _name_of(given), names, **_said_by(given))


def _said_by(given: object) -> dict[str, Any]:
    """Return what else an objective says of itself, where it does: see `Problem`."""
    known = {name: getattr(given, name, None) for name in ("index_of", "loss_in_words")}
    return {name: one for name, one in known.items() if one is not None}


def _name_of(given: object) -> str:
    """Return what an objective is called."""
    for attribute in ("name", "__name__"):
        name = getattr(given, attribute, None)
        if isinstance(name, str) and name.strip():
            return "a function" if name == "<lambda>" else name
    return type(given).__name__


def _counted(params: int) -> str:
    return f"{params:,} param" if params == 1 else f"{params:,} params"
