"""What another program needs of a model: its layers, its activation, what its margins mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from steepest.objective.loss.loss import Loss
from steepest.objective.model.activation import Activation
from steepest.objective.model.model import Layer
from steepest.objective.table_problem import TableProblem

if TYPE_CHECKING:
    from steepest.run.run import Run

__all__ = ["Parts", "parts_of"]


@dataclass(frozen=True)
class Parts:
    """`a_l = s(a_(l-1) W_l + b_l)`, the last without s: margins, of features in the reader's units.

    A linear model is one layer, and has no activation.
    """

    layers: Sequence[Layer]
    activation: Activation | None
    loss: Loss
    feature_names: tuple[str, ...]
    target_name: str
    classes: tuple[Any, ...] | None


def parts_of(run: "Run", what: str) -> Parts:
    """Return the parts of a run's model; ChoiceError, naming `what` was asked, without data."""
    run.problem.schema(what)
    problem = cast(TableProblem, run.problem)
    return Parts(
        layers=run.layers,
        activation=problem.objective.model.activation,
        loss=problem.loss,
        feature_names=run.feature_names,
        target_name=problem.target_name,
        classes=run.classes,
    )
