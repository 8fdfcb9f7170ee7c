"""From what was asked for to a walk and its stops."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from steepest.descent.loop import Batches, Walk, read_start
from steepest.descent.rates import LearningRate, Schedule, Scheduled, TimeDecay, choose_rate
from steepest.descent.rules import Rule, choose_rule
from steepest.descent.scale import Scale, choose_scale
from steepest.descent.stops import Stopping
from steepest.objective.linear import LinearObjective

__all__ = ["Choices", "plan_stops", "plan_walk"]

TOLERANCE = 1e-10
"""The `tol` of a run that was told no number of steps."""


@dataclass(frozen=True)
class Choices:
    """What was asked for, in words and numbers that can be kept; `auto` is what it became.

    `curvature` is the bound on the objective's curvature in the coordinates of the walk.
    """

    loss: str
    rule: str
    learning_rate: float | str
    scale: str
    l2: float
    delta: float
    seed: int
    random_start: bool
    steps: int | None
    batch: int | None
    curvature: float | None


def plan_walk(
    objective: LinearObjective,
    *,
    rule: str | Rule,
    learning_rate: float | str | Schedule,
    scale: str,
    start: ArrayLike | None,
    seed: int,
    steps: int | None,
    batch: int | None,
) -> Walk:
    """Return the walk that was asked for. Raises ChoiceError for what cannot be."""
    chosen = choose_scale(scale, objective)
    batches = None if batch is None else Batches(objective, batch, seed)
    if batches is not None and learning_rate == "auto":
        rate: LearningRate = _fading(objective, chosen, batches)
    else:
        rate = choose_rate(learning_rate, steps, chosen.curvature)
    origin = read_start(start, objective, seed)
    return Walk(objective, origin, choose_rule(rule), rate, chosen, batches)


def _fading(objective: LinearObjective, scale: Scale, batches: Batches) -> LearningRate:
    """Return the rate of mini-batches: safe at first, 1/2, 1/3, ... of that in later epochs.

    A rate that fades as one over the epochs lets the noise of the batches die out (Robbins &
    Monro 1951). Where the curvature has no bound, a step is of the size of a typical error.
    """
    safe = 1.0 / scale.curvature if scale.curvature else objective.null_loss
    return Scheduled(TimeDecay(safe, 1.0 / batches.in_epoch))


def plan_stops(
    objective: LinearObjective,
    scale: Scale,
    steps: int | None,
    tol: float | None,
    seconds: float | None,
) -> Stopping:
    """Return when to stop; a run told neither steps nor tol goes on until it has arrived."""
    if steps is None and tol is None:
        tol = TOLERANCE
    null_loss = objective.null_loss
    steep = float(np.sqrt(2 * scale.curvature * null_loss)) if scale.curvature else 0.0
    return Stopping(steps, seconds, tol, steep, null_loss)
