"""Learning rates: how far to go along a direction.

A rate is a function of where the descent stands (`Here`): a number for every step, a schedule
that knows only the step's index, or a search that tries the loss further along.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from steepest.checks import number, whole_number
from steepest.descent.checkpoint import Moved
from steepest.descent.evaluator import Around
from steepest.objective.protocol import Vector

__all__ = [
    "Cosine",
    "Fixed",
    "Here",
    "LearningRate",
    "Scheduled",
    "Search",
    "StepDecay",
    "Stride",
    "TimeDecay",
    "falls_enough",
    "fell_enough",
]

Schedule = Callable[[int], float]


class Stride(NamedTuple):
    """How far to go along the direction, and how much of the last step to take once more.

    `kept` is what the rate itself has to know at the next step, of plain numbers and arrays. Where
    a step does not go along the direction, `to` are the params, in the reader's units, to which it
    leads. `read` is how many rows were read for it, besides looks.
    """

    rate: float
    momentum: float = 0.0
    kept: Any = None
    to: Vector | None = None
    read: int = 0

    def of(self, here: "Here") -> Vector:
        """Return the step itself, from where the descent stands."""
        if here.moved is None or not self.momentum:
            return self.rate * here.direction
        return self.rate * here.direction + self.momentum * here.moved


@dataclass
class Here:
    """Where the descent stands when it asks how far to go, in the coordinates of the walk.

    `last` is the step that led here, None at the start.
    """

    index: int
    loss: float
    gradient: Vector
    direction: Vector
    around: Around
    last: Moved | None = None
    is_round: bool = False
    """Whether the bowl is round about here, as far as is known: rate 1 leads to its bottom."""
    arrived: bool = False
    """Whether the gradient is as good as 0, so that no step will be taken from here."""
    same_rows: bool = True
    """Whether the last step saw the same rows, so that its gradient can be compared."""

    @property
    def position(self) -> Vector:
        """Where the descent stands."""
        return self.around.position()

    @property
    def last_rate(self) -> float | None:
        """The last step's rate; None at the start."""
        return self.last.rate if self.last else None

    @property
    def moved(self) -> Vector | None:
        """The last step itself."""
        return self.last.move if self.last else None

    @property
    def turned(self) -> Vector | None:
        """How the gradient changed over the last step; None where its rows were others."""
        return self.gradient - self.last.slope if self.last and self.same_rows else None

    @property
    def kept(self) -> Any:
        """What the rate kept of the last step."""
        return self.last.kept if self.last else None

    def bend(self) -> Any:
        """Return the second derivatives along the direction and the last step."""
        return self.around.bend(self.direction)

    def try_move(self, move: Vector) -> tuple[float, Vector]:
        """Return the loss and the gradient after a trial step."""
        return self.around.try_move(move)

    def try_rate(self, rate: float) -> tuple[float, Vector]:
        """Return the loss and the gradient at a trial rate along the direction."""
        return self.try_move(rate * self.direction)


class LearningRate(Protocol):
    """How far to go along the direction: `position += rate(here) * direction`."""

    def __call__(self, here: Here) -> float | Stride:
        """Return the learning rate of this step, or the stride where it takes momentum too."""


@dataclass(frozen=True)
class Fixed:
    """The same learning rate for every step."""

    rate: float

    def __post_init__(self) -> None:
        number("the learning rate", self.rate, above=0)

    def __call__(self, here: Here) -> float:
        """Return the rate."""
        return self.rate


@dataclass(frozen=True)
class Scheduled:
    """A learning rate that depends on the step's index alone."""

    schedule: Schedule

    def __call__(self, here: Here) -> float:
        """Return the schedule's rate for this step; ChoiceError if it is negative or NaN."""
        return number(
            f"the scheduled learning rate of step {here.index}", self.schedule(here.index)
        )


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


SUFFICIENT = 1e-4
"""The share of the fall that the slope promises which a step must bring (Armijo 1966)."""

ROUNDING = 1e-15
"""The share of the loss below which two losses cannot be told apart."""


@dataclass(frozen=True)
class Search:
    """A rate proposed by the curvature of the last step and taken only if the loss falls.

    The proposal is `s's / s'g`, with s the last step and g the change of the gradient over it:
    one over the curvature that was met (Barzilai & Borwein 1988). A step is accepted if the loss
    falls by at least a share of what the slope promises (Armijo 1966). Where losses are too near
    to be told apart the slopes at both ends tell: on a quadratic, which every smooth loss is from
    so near, the same condition in other words (Hager & Zhang 2005, "A new conjugate gradient
    method with guaranteed descent and an efficient line search", the approximate Wolfe
    condition). Otherwise the rate is halved. So the loss never
    rises, but by rounding; and no rate, 0, is what is left when the direction does not run
    downhill or nothing lower is found.

    `curvature` is a bound on the objective's curvature: 1 / curvature is safe and the first
    proposal.
    """

    curvature: float | None = None

    def __call__(self, here: Here) -> float:
        """Return the largest of the proposal, its half, its quarter, ... that is accepted."""
        slope = float(here.gradient @ here.direction)
        if not slope < 0.0:
            return 0.0
        rate = self._proposal(here, slope)
        for _ in range(60):
            if falls_enough(here, Stride(rate), rate * slope):
                return rate
            rate *= 0.5
        return 0.0

    def _proposal(self, here: Here, slope: float) -> float:
        """Return the first rate to try."""
        if here.moved is not None and here.turned is not None:
            bent = float(here.moved @ here.turned)
            step = float(here.moved @ here.moved)
            if bent > 0.0 and step > 0.0:
                along = -slope / float(here.direction @ here.direction)
                return step / bent * along
        if here.last_rate:
            return 2.0 * here.last_rate
        if self.curvature:
            return -slope / (float(here.direction @ here.direction) * self.curvature)
        return min(1.0, abs(here.loss) / -slope) or 1.0


def falls_enough(here: Here, stride: Stride, slope: float) -> bool:
    """Return whether the loss falls enough by a stride of this slope, or provably falls at all."""
    move = stride.of(here)
    return fell_enough(here, move, slope, *here.try_move(move))


def fell_enough(here: Here, move: Vector, slope: float, loss: float, gradient: Vector) -> bool:
    """Return the same of a move at whose end this loss and this gradient were found."""
    if loss <= here.loss + SUFFICIENT * slope:
        return True
    close = loss <= here.loss + ROUNDING * abs(here.loss)
    return close and float(gradient @ move) <= (2 * SUFFICIENT - 1.0) * slope
