"""Rates that find out for themselves how far to go, each as its paper has it.

They are made for the direction of the gradient, and are promised something for that alone. Most
ask for loss and gradient at the present params only; what a rate has to remember it returns with
the step, as `StepLength.memory`, and gets back at the next step as `state.last_step.memory`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite, sqrt
from typing import ClassVar

import numpy as np

from steepest.descent.evaluator import SearchState
from steepest.descent.steps.step_size import BarzilaiBorwein, StepLength, StepSize
from steepest.errors import ChoiceError
from steepest.objective.evaluation import Vector
from steepest.objective.line_search import backtrack
from steepest.objective.objective import Objective

__all__ = [
    "ADAPTIVE",
    "AdGD",
    "Backtracking",
    "DoG",
    "Exact",
    "Polyak",
    "Silver",
    "check_step_size",
]

TRIES = 60
"""Tenfold and halved first rates that are tried at most."""


@dataclass(frozen=True)
class AdGD(StepSize):
    """Not much more than the last rate, and not beyond the curvature that the last step met.

    `rate = min(sqrt(2/3 + growth) last, last / sqrt(2 (last L)² - 1))`, with L the change of the
    gradient over the last step by that step's length, `last` the last rate and `growth` how many
    times the one before it was (at first 1/3); the second bound only where the root is one of a
    number above 0. Malitsky & Mishchenko 2023, "Adaptive proximal gradient method for convex
    optimization", arXiv 2308.02261, algorithm 2, with the authors' search for the first rate: one
    at which `rate L` is at most 2, and which, if possible, is not ten times too small.

    Promised for a convex loss that is smooth wherever the walk goes: it converges, the loss like
    1 / steps. No loss is compared, so there is no rounding in which it could drown. Fails: the
    loss may rise in between; the steps go like the condition number, not its root; mini-batches,
    whose gradients turn by chance; other directions than the gradient's.
    """

    curvature: float | None = None
    word: ClassVar[str] = "adgd"
    needs_all_rows: ClassVar[bool] = True

    def __call__(self, state: SearchState) -> StepLength:
        """Return the rate, and keep how many times the last one it is."""
        last, change = state.last_step, state.gradient_change
        if last is None or not last.rate or change is None:
            return StepLength(self._first(state), memory=1.0 / 3.0)
        growth, length = last.memory, float(np.linalg.norm(last.step))
        if not length:
            return StepLength(last.rate, memory=growth)
        over = 2.0 * (last.rate * float(np.linalg.norm(change)) / length) ** 2 - 1.0
        most = 1.0 / sqrt(over) if over > 0.0 else inf
        rate = last.rate * min(sqrt(2.0 / 3.0 + growth), most)
        return StepLength(rate, memory=rate / last.rate)

    def _first(self, state: SearchState) -> float:
        """Return tenfold rates until the gradient turns too much, then halves until it does not."""
        first = rate = 1.0 / self.curvature if self.curvature else 1.0
        for _ in range(TRIES):
            if _too_curved(state, rate):
                return backtrack(lambda shorter: not _too_curved(state, shorter), rate)
            rate *= 10.0
        return first


def _too_curved(state: SearchState, rate: float) -> bool:
    """Return whether the rate is more than 2 over the curvature met by a trial step."""
    change = float(np.linalg.norm(state.trial(rate).gradient - state.gradient))
    return not change <= 2.0 * float(np.linalg.norm(state.direction))


@dataclass(frozen=True)
class Polyak(StepSize):
    """As far as a straight line would have to go to `lowest`: `(loss - lowest) / |gradient|²`.

    Polyak 1987, "Introduction to Optimization", section 5.3; along another direction than the
    gradient's the slope stands in place of its square.

    Promised for a convex loss whose minimum is `lowest`: every step comes nearer to the lowest
    point, and the best of k + 1 losses is within `2 L distance² / (k + 1)` of the lowest for a
    curvature of at most L (Hazan & Kakade 2019, "Revisiting the Polyak step size", arXiv
    1905.00313), without knowing L. Fails: the minimum is hardly ever known, and 0 is right only
    where the model fits every row. Given too low a minimum it oversteps and never settles, given
    too high a one it stops there. On mini-batches the same (Loizou et al. 2021, "Stochastic
    Polyak step-size for SGD").
    """

    lowest: float = 0.0
    word: ClassVar[str] = "polyak"

    def __post_init__(self) -> None:
        if not isfinite(self.lowest):
            raise ChoiceError(
                f"the lowest loss of the Polyak learning rate is {self.lowest:g}, but it must be a "
                "finite number"
            )

    def __call__(self, state: SearchState) -> float:
        """Return the rate; 0 where the direction is not down, or the lowest loss is reached."""
        slope = float(state.gradient @ state.direction)
        return max(0.0, (state.loss - self.lowest) / -slope) if slope < 0.0 else 0.0


SILVER = 1.0 + sqrt(2.0)
"""The silver ratio."""


@dataclass(frozen=True)
class Silver(StepSize):
    """Rates that are too long ever more rarely, by ever more, and are worth it together.

    Step i (from 1) has the rate `(1 + (1 + sqrt 2)^(v - 1)) / L`, v how often 2 divides i, L the
    most that the loss curves: 1.41, 2, 1.41, 3.41, 1.41, 2, 1.41, 6.83, ... over L. Altschuler &
    Parrilo 2023, "Acceleration by stepsize hedging II: silver stepsize schedule for smooth convex
    optimization", arXiv 2309.16530.

    Promised for a convex loss of curvature at most L: after `n = 2^k - 1` steps it is within
    `L distance² / (1 + sqrt(4 (1 + sqrt 2)^(2k) - 3))` of the lowest, so like `n^-1.27`, where a
    fixed rate has `n^-1`; no momentum. Fails: between those n the loss jumps up, so tell how many
    steps; it needs L, and where the bound is far above what the loss does curve, all its steps
    are short; mini-batches, whose rows may curve more.
    """

    curvature: float | None
    word: ClassVar[str] = "silver"
    needs_all_rows: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not self.curvature:
            raise ChoiceError(
                "the learning rate silver needs the most that the loss can curve, and none is "
                "known of this one; use adgd, backtracking or auto"
            )

    def __call__(self, state: SearchState) -> float:
        """Return the rate of this step."""
        assert self.curvature
        step = state.index + 1
        halvings = (step & -step).bit_length() - 1
        return float((1.0 + SILVER ** (halvings - 1)) / self.curvature)


@dataclass(frozen=True)
class Backtracking(BarzilaiBorwein):
    """Twice the last rate, halved until the loss falls enough (Armijo 1966).

    The first proposal is `1 / curvature`; see `BarzilaiBorwein` for what is enough.

    Promised: the loss never rises, and along the gradient no rate is below 0.9999 / L for a
    curvature of at most L, unless the first one was. Where the loss curves less and less, as cross
    entropy does, the rates grow with it, and a sublinear descent becomes a linear one (Vaswani &
    Babanezhad 2025, "Armijo line-search can make (stochastic) gradient descent provably faster",
    arXiv 2503.00229). Fails: mostly two looks a step; the steps go like the condition number;
    mini-batches.
    """

    word: ClassVar[str] = "backtracking"
    needs_all_rows: ClassVar[bool] = True

    def _proposal(self, state: SearchState, slope: float) -> float:
        """Return the first rate to try: it asks nothing of how the gradient turned."""
        return self._unmet_proposal(state, slope)


@dataclass(frozen=True)
class Exact(StepSize):
    """The lowest point along the direction: `-slope / (d' H d)`, for the squared loss alone.

    There the loss along a line is a parabola of this slope and this second derivative, so one
    more read of the rows tells its lowest point (Cauchy 1847).

    Promised: the loss never rises, and along the gradient each step leaves at most
    `((k - 1) / (k + 1))²` of what it lies above the lowest, k the condition number (Kantorovich
    1948; no better is possible, de Klerk, Glineur & Taylor 2017, arXiv 1606.09365). Fails: in a
    ravine it comes to just that, since every step is square to the last one (Akaike 1959): there
    take the rule plane, which looks at the last step too and pays no more for it.
    """

    word: ClassVar[str] = "exact"
    never_rises: ClassVar[bool] = True
    needs_all_rows: ClassVar[bool] = True
    needs_quadratic: ClassVar[bool] = True

    def __call__(self, state: SearchState) -> float:
        """Return the rate; 0 where the direction is not down."""
        slope = float(state.gradient @ state.direction)
        if not slope < 0.0:
            return 0.0
        hessian = state.curvature()
        curvature = 0.0 if hessian is None else float(hessian[0, 0])
        return -slope / curvature if curvature > 0.0 else 0.0


FIRST_DISTANCE = 1e-6
"""How far DoG takes itself to have come at the start, by 1 + |start|: the authors' number."""


@dataclass(frozen=True)
class DoG(StepSize):
    """Distance over gradients: `farthest / sqrt(sum of |gradient|²)`, for mini-batches.

    `farthest` is the greatest distance from the start so far, at first a millionth of `1 +
    |start|`; the sum is over all steps up to this one. Ivgi, Hinder & Carmon 2023, "DoG is SGD's
    best friend: a parameter-free dynamic step size schedule", arXiv 2302.12022.

    Promised for a convex loss and gradients that are bounded near the start: up to logarithms the
    average of the points, weighted by `farthest`, is as good as with the best fixed rate in
    hindsight (proved of a slightly slower rate, T-DoG; a convex loss exists on which DoG itself
    diverges). Fails: the run ends at its last point, not at that average, and keeps the noise of
    its last batches (measured: up to some hundred times as far above the lowest loss); the first
    hundred steps hardly move; a large gradient there weighs on all later rates; columns of unlike
    units, so scale them.
    """

    word: ClassVar[str] = "dog"

    def __call__(self, state: SearchState) -> StepLength:
        """Return the rate, and keep the start, the greatest distance and the sum of squares."""
        position, memory = state.position, state.last_step.memory if state.last_step else None
        start, farthest, squares = memory or (position, _first_distance(position), 0.0)
        farthest = max(farthest, float(np.linalg.norm(position - start)))
        squares += float(state.gradient @ state.gradient)
        rate = farthest / sqrt(squares) if squares else 0.0
        return StepLength(rate, memory=(start, farthest, squares))


def _first_distance(position: Vector) -> float:
    return FIRST_DISTANCE * (1.0 + float(np.linalg.norm(position)))


ADAPTIVE: dict[str, Callable[..., StepSize]] = {
    "adgd": AdGD,
    "polyak": lambda curvature, lowest=0.0: Polyak(lowest),
    "silver": Silver,
    "backtracking": Backtracking,
    "exact": lambda curvature: Exact(),
    "dog": lambda curvature: DoG(),
}
"""Who makes each, of the bound on the curvature (or None) and the numbers after its word."""


def check_step_size(step_size: StepSize, objective: Objective, in_batches: bool) -> None:
    """Raise ChoiceError if the step size is wrong for this objective, or for mini-batches."""
    word = step_size.word
    if in_batches and step_size.needs_all_rows:
        raise ChoiceError(
            f"the learning rate {word} needs all rows at every step, but mini-batches were asked "
            "for; use dog, polyak or auto, or leave batch out"
        )
    if step_size.needs_quadratic and not objective.is_quadratic:
        raise ChoiceError(
            f"the learning rate {word} needs the squared loss, which is a parabola along any line, "
            f"but this is {objective.kind}; use backtracking, adgd or auto"
        )
