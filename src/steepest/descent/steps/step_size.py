"""Step sizes: how far to go along a direction.

A step size is a function of where the descent is (`SearchState`): a number for every step, a
schedule that knows only the step's index, or a search that tries the loss further along.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import nan
from typing import Any, ClassVar, NamedTuple

import numpy as np

from steepest.checks import number, whole_number
from steepest.descent.evaluator import SearchState, Trial
from steepest.objective.evaluation import Vector
from steepest.objective.line_search import SUFFICIENT, backtrack
from steepest.objective.model.model import Array

__all__ = [
    "BarzilaiBorwein",
    "Cosine",
    "Fixed",
    "Schedule",
    "Scheduled",
    "StepDecay",
    "StepLength",
    "StepSize",
    "TimeDecay",
    "WarmUp",
    "falls_enough",
]

Schedule = Callable[[int], float]


class StepLength(NamedTuple):
    """How far to go along the direction, and how much of the last step to take once more.

    `memory` is what the step size itself has to know at the next step, of plain numbers and
    arrays. Where a step does not go along the direction, `params` are those, in the reader's
    units, to which it leads. `rows_read` is how many rows were read for it, besides
    evaluations. `gap`
    is by how much any params can be lower than those where it begins, NaN if that is not proved.
    """

    rate: float
    momentum: float = 0.0
    memory: Any = None
    params: Vector | None = None
    rows_read: int = 0
    gap: float = nan

    @property
    def moves(self) -> bool:
        """Whether it leads anywhere."""
        return self.params is not None or bool(self.rate or self.momentum)


class StepSize:
    """How far to go: called with the state of the search, returns a rate or a `StepLength`."""

    is_given: ClassVar[bool] = False
    """Whether the reader gave the rates, so that a rule's limit is one of theirs."""
    never_rises: ClassVar[bool] = False
    """Whether no step is taken at whose end the loss is higher, but for rounding."""
    needs_all_rows: ClassVar[bool] = False
    """Whether a mini-batch misleads it: it goes as far as that batch alone would have it."""
    needs_quadratic: ClassVar[bool] = False
    """Whether it is right for an objective of the same curvature everywhere alone."""
    proves_gap: ClassVar[bool] = False
    """Whether it tells a duality gap at every step, and may find lower where that is small."""
    word: ClassVar[str] = ""
    """The word by which it is chosen."""
    why: ClassVar[str] = ""
    """What it does beside what its rule says, and why; empty if nothing."""

    @property
    def searches(self) -> bool:
        """Whether a rate of 0 says that a search found nothing lower."""
        return self.never_rises

    def __call__(self, state: SearchState) -> float | StepLength:
        """Return the learning rate of this step, or the length where it takes momentum too."""
        raise NotImplementedError

    def given_rate(self, index: int) -> float | None:
        """Return the rate of step `index` where nothing else decides on it; None where it does."""
        return None

    def flat_bottom(self, memory: Any) -> Array:
        """Return where params may be with no change of the lowest loss, as far as is known.

        A row each, (params that may change, 4): its index, from where and to where, and whether it
        may be nowhere else. `memory` is what the last step left.
        """
        return np.empty((0, 4))


@dataclass(frozen=True)
class Fixed(StepSize):
    """The same learning rate for every step."""

    rate: float
    is_given: ClassVar[bool] = True

    def __post_init__(self) -> None:
        number("the learning rate", self.rate, above=0)

    def __call__(self, state: SearchState) -> float:
        """Return the rate."""
        return self.rate

    def given_rate(self, index: int) -> float:
        """Return the rate, whatever the step."""
        return self.rate


@dataclass(frozen=True)
class Scheduled(StepSize):
    """A learning rate that depends on the step's index alone."""

    schedule: Schedule
    is_given: ClassVar[bool] = True

    def __call__(self, state: SearchState) -> float:
        """Return the schedule's rate for this step; ChoiceError if it is negative or NaN."""
        return self.given_rate(state.index)

    def given_rate(self, index: int) -> float:
        """Return the schedule's rate for step `index`; ChoiceError if it is negative or NaN."""
        return number(f"the scheduled learning rate of step {index}", self.schedule(index))


@dataclass(frozen=True)
class TimeDecay:
    """`rate / (1 + decay k)` at step k (Robbins & Monro 1951)."""

    rate: float
    decay: float = 0.01

    def __post_init__(self) -> None:
        number("the learning rate", self.rate, above=0)
        number("the decay of the learning rate", self.decay)

    def __call__(self, index: int) -> float:
        """Return the rate of step `index`."""
        return self.rate / (1.0 + self.decay * index)


@dataclass(frozen=True)
class StepDecay:
    """`rate` times `factor` once more after every `every` steps."""

    rate: float
    factor: float = 0.5
    every: int = 100

    def __post_init__(self) -> None:
        number("the learning rate", self.rate, above=0)
        number("the factor of the learning rate", self.factor, above=0)
        whole_number("the steps between two learning rates", self.every, least=1)

    def __call__(self, index: int) -> float:
        """Return the rate of step `index`."""
        return float(self.rate * self.factor ** (index // self.every))


@dataclass(frozen=True)
class Cosine:
    """From `rate` down to 0 along half a cosine over `steps` steps, and 0 after.

    Loshchilov & Hutter 2017, "SGDR: stochastic gradient descent with warm restarts", without the
    restarts.
    """

    rate: float
    steps: int

    def __post_init__(self) -> None:
        number("the learning rate", self.rate, above=0)
        whole_number("the steps of the learning rate", self.steps, least=0)

    def __call__(self, index: int) -> float:
        """Return the rate of step `index`."""
        done = min(index / max(self.steps, 1), 1.0)
        return float(0.5 * self.rate * (1.0 + np.cos(np.pi * done)))


@dataclass(frozen=True)
class WarmUp:
    """From `rate / steps` up to `rate` in equal parts over `steps` steps, then `rate`.

    Goyal et al. 2017, "Accurate, large minibatch SGD", arXiv 1706.02677, section 2.2.
    """

    rate: float
    steps: int = 100

    def __post_init__(self) -> None:
        number("the learning rate", self.rate, above=0)
        whole_number("the steps of the warm-up", self.steps, least=1)

    def __call__(self, index: int) -> float:
        """Return the rate of step `index`."""
        return self.rate * min((index + 1) / self.steps, 1.0)


@dataclass(frozen=True)
class BarzilaiBorwein(StepSize):
    """A rate proposed by the curvature of the last step and taken only if the loss falls.

    The proposal is `s's / s'g`, with s the last step and g the change of the gradient over it:
    one over the curvature that was met (Barzilai & Borwein 1988). A step is accepted if the loss
    falls by at least a share of what the slope promises (Armijo 1966). Where losses are too near
    for their difference to be more than rounding, the slopes at both ends decide: on a quadratic,
    which every smooth loss is from so near, the same condition in other words (Hager & Zhang
    2005, "A new conjugate gradient method with guaranteed descent and an efficient line search",
    the approximate Wolfe condition). Otherwise the rate is halved. So the loss never rises, but by
    rounding; and no rate, 0, is what is left when the direction does not run downhill or nothing
    lower is found. The loop then asks once more, along the gradient.

    `curvature_bound` is a bound on the objective's curvature: 1 by it is safe and the first
    proposal.
    """

    curvature_bound: float | None = None
    never_rises: ClassVar[bool] = True

    def __call__(self, state: SearchState) -> float:
        """Return the largest of the proposal, its half, its quarter, ... that is accepted."""
        slope = float(state.gradient @ state.direction)
        if not slope < 0.0:
            return 0.0
        proposal = self._proposal(state, slope)
        return backtrack(lambda rate: falls_enough(state, state.trial(rate)), proposal)

    def _proposal(self, state: SearchState, slope: float) -> float:
        """Return the first rate to try."""
        last, change = state.last_step, state.gradient_change
        if last is not None and change is not None:
            curvature, square = float(last.step @ change), float(last.step @ last.step)
            if curvature > 0.0 and square > 0.0:
                return square / curvature * (-slope / float(state.direction @ state.direction))
        return self._unmet_proposal(state, slope)

    def _unmet_proposal(self, state: SearchState, slope: float) -> float:
        """Return the first rate to try where the last step met no curvature."""
        if state.last_step is not None and state.last_step.rate:
            return 2.0 * state.last_step.rate
        if self.curvature_bound:
            square = float(state.direction @ state.direction)
            return -slope / (square * self.curvature_bound)
        to_nothing = abs(state.loss) / -slope
        # A loss of straight pieces has no unit of its own: 1 may be far too short.
        return (min(1.0, to_nothing) if state.objective.smooth else to_nothing) or 1.0


def falls_enough(state: SearchState, trial: Trial) -> bool:
    """Return whether the loss falls enough by a trial step, or provably falls at all."""
    slope, loss = trial.slope, trial.evaluation.loss
    if loss <= state.loss + SUFFICIENT * slope:
        return True
    indistinct = loss <= state.loss + state.objective.rounding * abs(state.loss)
    return indistinct and float(trial.gradient @ trial.step) <= (2 * SUFFICIENT - 1.0) * slope
