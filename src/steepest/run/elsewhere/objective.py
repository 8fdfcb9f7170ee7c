"""What is minimised, as other libraries take it: loss, penalty, weights, bias."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.blocks import Blocks
from steepest.data.moments import moments
from steepest.errors import ChoiceError
from steepest.objective.loss.loss import Loss

if TYPE_CHECKING:
    from steepest.run.run import Run

__all__ = ["NoEqualError", "Terms", "terms_of"]


class NoEqualError(Exception):
    """That a library has nothing with the same minimum; its words say why."""


@dataclass(frozen=True)
class Terms:
    """`mean loss + l2 / 2 |w|² + l1 |w|₁` of a linear model, the mean by weights of sum `total`.

    `classes` is None where the target is a number.
    """

    loss: Loss
    l1: float
    l2: float
    total: float
    weighted: bool
    bias: bool
    classes: int | None
    reach: float
    """How many times as far from 0 the farthest feature is as another one varies."""

    @property
    def ratio(self) -> float:
        """The share of L1 in the penalty, `l1 / (l1 + l2)`; 0 without one."""
        return self.l1 / (self.l1 + self.l2) if self.l1 else 0.0

    @property
    def several(self) -> bool:
        """Whether there are three classes or more."""
        return self.classes is not None and self.classes > 2

    def data_lines(self) -> list[str]:
        """Return the lines that take the numbers of the run: `weight` only if there are some."""
        lines = ["X, y = run.data.X, run.data.y  # as the run has them; run = steepest.load(...)"]
        return [*lines, *(["weight = run.data.sample_weight"] if self.weighted else [])]

    def weight(self, word: str = ", weight") -> str:
        """Return an argument for the weights, if there are some."""
        return word if self.weighted else ""


def terms_of(run: "Run") -> Terms:
    """Return what a run minimised.

    Raises ChoiceError without data, NoEqualError for hidden layers and where there is no minimum.
    """
    data, objective = run.problem.table("run.elsewhere"), run.objective
    if len(run.layers) > 1:
        raise NoEqualError(
            "a network has many minima, and another start or library ends in another; "
            "run.to_torch() and run.to_onnx() hand this one on, run.layers has its weights"
        )
    if run.recession.found:
        raise NoEqualError(
            "the loss has no lowest point, so each library ends somewhere else; with a penalty it "
            "has one"
        )
    loss = run.problem.loss
    if loss is None:
        raise ChoiceError("run.elsewhere needs a loss of rows; give data in place of an objective")
    weight = data.sample_weight
    mean, deviation = moments(Blocks(data.X, data.y, sample_weight=weight))
    return Terms(
        loss=loss,
        l1=objective.penalty.l1,
        l2=objective.penalty.l2,
        total=float(len(data.y) if weight is None else weight.sum()),
        weighted=weight is not None,
        bias=objective.layout.biases > 0,
        classes=None if data.target.classes is None else len(data.target.classes),
        reach=float(np.hypot(mean, deviation).max() / deviation.min()),
    )
