"""Momentum in its forms: directions that add up the gradients of the steps before.

Each says the fixed rate at and above which it leaves a bowl, if that is known. Gradients,
directions and velocities are all (params,).
"""

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

import numpy as np

from steepest.descent.rule import Rule, State
from steepest.objective.evaluation import Vector

__all__ = ["Momentum", "Nesterov", "NesterovRestart", "WithVelocity"]

HEAVY_BALL = "Polyak 1964, Some methods of speeding up the convergence of iteration methods"
ACCELERATED = (
    "Lessard, Recht & Packard 2016, Analysis and design of optimization algorithms via integral "
    "quadratic constraints"
)


@dataclass(frozen=True)
class WithVelocity(Rule):
    """What rules with a velocity `v = beta v + gradient` share: its start at rest, its bound."""

    beta: float = 0.9

    def init(self, params: Vector) -> State:
        """Return a velocity of 0."""
        return (np.zeros_like(params),)

    @property
    def fault(self) -> str:
        """Why no rate is safe from a beta of 1 up: the velocity never dies out."""
        if self.beta < 1.0:
            return ""
        return (
            f"beta is {self.beta:g}, and from 1 up the velocity never dies out, whatever the "
            "learning rate"
        )

    def limit(self, curvature: float) -> float | None:
        """Return `stable_below`; None for a beta that is not from 0 to below 1."""
        return self.stable_below(curvature) if 0.0 <= self.beta < 1.0 else None

    def stable_below(self, curvature: float) -> float:
        """Return the stability limit of a rate on a quadratic of this curvature, by beta."""
        raise NotImplementedError


@dataclass(frozen=True)
class Momentum(WithVelocity):
    """The heavy ball: `v = beta v + gradient`, direction `-v`.

    Polyak 1964, "Some methods of speeding up the convergence of iteration methods"; the form
    without `1 - beta` before the gradient, as in PyTorch. Stable below `2 (1 + beta) / L`, for a
    beta of 0 to less than 1.
    """

    name: ClassVar[str] = "momentum"
    limit_formula: ClassVar[str] = "2 (1 + beta)/curvature"
    limit_source: ClassVar[str] = HEAVY_BALL

    def update(self, gradient: Vector, state: State) -> tuple[Vector, State]:
        """Return `-v` for the new v."""
        velocity = self.beta * state[0] + gradient
        return -velocity, (velocity,)

    def stable_below(self, curvature: float) -> float:
        """Return `2 (1 + beta) / curvature`."""
        return 2.0 * (1.0 + self.beta) / curvature


@dataclass(frozen=True)
class Nesterov(WithVelocity):
    """Momentum that looks ahead: `v = beta v + gradient`, direction `-(gradient + beta v)`.

    Nesterov 1983; in the form of Sutskever et al. 2013, "On the importance of initialization and
    momentum in deep learning", as in PyTorch. Stable below `2 (1 + beta) / ((1 + 2 beta) L)`, for
    a beta of 0 to less than 1.
    """

    name: ClassVar[str] = "nesterov"
    limit_formula: ClassVar[str] = "2 (1 + beta)/((1 + 2 beta) curvature)"
    limit_source: ClassVar[str] = ACCELERATED

    def update(self, gradient: Vector, state: State) -> tuple[Vector, State]:
        """Return `-(gradient + beta v)` for the new v."""
        velocity = self.beta * state[0] + gradient
        return -(gradient + self.beta * velocity), (velocity,)

    def stable_below(self, curvature: float) -> float:
        """Return `2 (1 + beta) / ((1 + 2 beta) curvature)`."""
        return 2.0 * (1.0 + self.beta) / ((1.0 + 2.0 * self.beta) * curvature)


@dataclass(frozen=True)
class NesterovRestart(Rule):
    """Momentum that grows by itself, and is dropped when it would lead uphill.

    With w the point that a plain step leads to, `w+ = here - rate gradient`, the walk goes on to
    `w+ + beta (w+ - w)`, with `beta = (t - 1) / t+` and `t+ = (1 + sqrt(1 + 4 t²)) / 2`: Nesterov
    1983, as in Beck & Teboulle 2009. Where `gradient (w+ - w) > 0` the momentum is dropped and t
    is 1 again (O'Donoghue & Candès 2015, "Adaptive restart for accelerated gradient schemes",
    arXiv 1204.3982, the gradient scheme).

    Promised for a convex loss of curvature at most L and the rate 1 / L: without a restart
    `2 L distance² / (k + 1)²` after k steps, no first order method is faster by more than a
    factor; near a minimum about the root of the condition number steps for each digit, without
    knowing it (argued on quadratics; of the restarts nothing is proved in general). Each direction
    is downhill, so backtracking is possible: fewer steps, at two looks each. Fails: `auto`, 1 / L,
    where L is far above what the loss curves; the loss ripples before a restart; mini-batches,
    whose noise the momentum adds up.
    """

    name: ClassVar[str] = "nesterov_restart"
    constant_rate: ClassVar[bool] = True
    is_always_downhill: ClassVar[bool] = True

    def init(self, params: Vector) -> State:
        """Return no momentum, and t = 1."""
        return np.zeros_like(params), 1.0

    def update(self, gradient: Vector, state: State) -> tuple[Vector, State]:
        """Return `-gradient + beta (w+ - w)`, in units of the rate."""
        carried, t = state
        step = carried - gradient
        if float(gradient @ step) > 0.0:
            return -gradient, (np.zeros_like(gradient), 1.0)
        after = (1.0 + sqrt(1.0 + 4.0 * t * t)) / 2.0
        carried = (t - 1.0) / after * step
        return carried - gradient, (carried, after)
