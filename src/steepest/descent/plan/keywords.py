"""The options as keywords, for type checkers. Written by `tools/option_types.py`."""

from collections.abc import Sequence
from typing import TypedDict

from steepest.descent.rule import GradientTransformation
from steepest.descent.steps.step_size import Schedule
from steepest.objective.loss.loss import Loss

__all__ = ["MethodKeywords", "OptionKeywords"]


class MethodKeywords(TypedDict, total=False):
    """The options of the steps alone; rule, learning rate and start have arguments of their own."""

    scale: str
    batch: int | None
    clip: float | None
    dropout: float
    seed: int


class OptionKeywords(MethodKeywords, total=False):
    """All options but the start, which each function takes in its own form."""

    loss: str | Loss
    delta: float | None
    quantile: float | None
    l1: float
    l2: float
    hidden: Sequence[int] | None
    activation: str
    init: str
    dtype: str
    bias: bool
    rule: str | GradientTransformation
    learning_rate: float | str | Schedule
    steps: int | None
    epochs: int | None
    tol: float | None
    seconds: float | None
    stop: str
    patience: int
