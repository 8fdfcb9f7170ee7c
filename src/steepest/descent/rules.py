"""Rules: how a gradient becomes a direction.

A rule is two pure functions: `init(params) -> state` and `update(gradient, state) -> (direction,
state)`. The step is then `params += learning_rate * direction`. States are tuples of arrays, so
they can be kept and taken up again.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from steepest.errors import ChoiceError
from steepest.objective.protocol import Vector

__all__ = [
    "RULES",
    "AdaGrad",
    "Adam",
    "Momentum",
    "Nesterov",
    "RMSProp",
    "Rule",
    "Steepest",
    "choose_rule",
]

State = tuple[Any, ...]


class Rule(Protocol):
    """How a gradient becomes a direction."""

    @property
    def name(self) -> str:
        """The word by which the rule is chosen."""

    def init(self, params: Vector) -> State:
        """Return the state before the first step."""

    def update(self, gradient: Vector, state: State) -> tuple[Vector, State]:
        """Return the direction to go and the next state."""

    def limit(self, curvature: float) -> float | None:
        """Return the fixed learning rate at and above which a bowl so curved is left, if known."""


@dataclass(frozen=True)
class Steepest:
    """The direction of the steepest descent, `-gradient` (Cauchy 1847).

    On a bowl of curvature L a fixed rate converges below 2/L and diverges above.
    """

    name: ClassVar[str] = "steepest"

    def init(self, params: Vector) -> State:
        """Return the empty state: the rule remembers nothing."""
        return ()

    def update(self, gradient: Vector, state: State) -> tuple[Vector, State]:
        """Return `-gradient`."""
        return -gradient, state

    def limit(self, curvature: float) -> float | None:
        """Return `2 / curvature`."""
        return 2.0 / curvature


@dataclass(frozen=True)
class Momentum:
    """The heavy ball: `v = beta v + gradient`, direction `-v`.

    Polyak 1964, "Some methods of speeding up the convergence of iteration methods"; the form
    without `1 - beta` before the gradient, as in PyTorch. Stable below `2 (1 + beta) / L`.
    """

    beta: float = 0.9
    name: ClassVar[str] = "momentum"

    def init(self, params: Vector) -> State:
        """Return the ball at rest."""
        return (np.zeros_like(params),)

    def update(self, gradient: Vector, state: State) -> tuple[Vector, State]:
        """Return `-v` for the new v."""
        velocity = self.beta * state[0] + gradient
        return -velocity, (velocity,)

    def limit(self, curvature: float) -> float | None:
        """Return `2 (1 + beta) / curvature`."""
        return 2.0 * (1.0 + self.beta) / curvature


@dataclass(frozen=True)
class Nesterov:
    """Momentum that looks ahead: `v = beta v + gradient`, direction `-(gradient + beta v)`.

    Nesterov 1983; in the form of Sutskever et al. 2013, "On the importance of initialization and
    momentum in deep learning", as in PyTorch. Stable below `2 (1 + beta) / ((1 + 2 beta) L)`.
    """

    beta: float = 0.9
    name: ClassVar[str] = "nesterov"

    def init(self, params: Vector) -> State:
        """Return the ball at rest."""
        return (np.zeros_like(params),)

    def update(self, gradient: Vector, state: State) -> tuple[Vector, State]:
        """Return `-(gradient + beta v)` for the new v."""
        velocity = self.beta * state[0] + gradient
        return -(gradient + self.beta * velocity), (velocity,)

    def limit(self, curvature: float) -> float | None:
        """Return `2 (1 + beta) / ((1 + 2 beta) curvature)`."""
        return 2.0 * (1.0 + self.beta) / ((1.0 + 2.0 * self.beta) * curvature)


class _OwnScale:
    """A rule that divides by the size of its gradients: no fixed rate is its limit."""

    def limit(self, curvature: float) -> float | None:
        """Return None: the rule shrinks its steps as gradients grow."""
        return None


@dataclass(frozen=True)
class AdaGrad(_OwnScale):
    """Each param divided by the root of the sum of its squared gradients.

    Duchi, Hazan & Singer 2011, "Adaptive subgradient methods", JMLR 12.
    """

    epsilon: float = 1e-10
    name: ClassVar[str] = "adagrad"

    def init(self, params: Vector) -> State:
        """Return sums of 0."""
        return (np.zeros_like(params),)

    def update(self, gradient: Vector, state: State) -> tuple[Vector, State]:
        """Return `-gradient / (sqrt(sum gradient²) + epsilon)`."""
        total = state[0] + gradient**2
        return -gradient / (np.sqrt(total) + self.epsilon), (total,)


@dataclass(frozen=True)
class RMSProp(_OwnScale):
    """Each param divided by the root of a running mean of its squared gradients.

    Tieleman & Hinton 2012, lecture 6.5 of "Neural networks for machine learning", with its 0.9.
    """

    decay: float = 0.9
    epsilon: float = 1e-8
    name: ClassVar[str] = "rmsprop"

    def init(self, params: Vector) -> State:
        """Return means of 0."""
        return (np.zeros_like(params),)

    def update(self, gradient: Vector, state: State) -> tuple[Vector, State]:
        """Return `-gradient / (sqrt(mean gradient²) + epsilon)`."""
        mean = self.decay * state[0] + (1.0 - self.decay) * gradient**2
        return -gradient / (np.sqrt(mean) + self.epsilon), (mean,)


@dataclass(frozen=True)
class Adam(_OwnScale):
    """Momentum and RMSProp at once, both corrected for their start at 0.

    Kingma & Ba 2015, "Adam: a method for stochastic optimization", algorithm 1.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    name: ClassVar[str] = "adam"

    def init(self, params: Vector) -> State:
        """Return means of 0 and a count of 0 steps."""
        return np.zeros_like(params), np.zeros_like(params), 0

    def update(self, gradient: Vector, state: State) -> tuple[Vector, State]:
        """Return `-mean / (sqrt(mean of squares) + epsilon)`, both corrected."""
        mean = self.beta1 * state[0] + (1.0 - self.beta1) * gradient
        square = self.beta2 * state[1] + (1.0 - self.beta2) * gradient**2
        count = state[2] + 1
        direction = mean / (1.0 - self.beta1**count)
        size = np.sqrt(square / (1.0 - self.beta2**count)) + self.epsilon
        return -direction / size, (mean, square, count)


RULES: dict[str, type[Rule]] = {
    rule.name: rule for rule in (Steepest, Momentum, Nesterov, AdaGrad, RMSProp, Adam)
}


def choose_rule(rule: str | Rule) -> Rule:
    """Return the rule called `rule`, or the rule itself if it is one; `auto` is steepest descent.

    Raises ChoiceError for an unknown name.
    """
    if not isinstance(rule, str):
        return _as_rule(rule)
    if rule != "auto" and rule not in RULES:
        raise ChoiceError(f"there is no rule {rule!r}; choose one of auto, {', '.join(RULES)}")
    return RULES[rule if rule != "auto" else "steepest"]()


def _as_rule(rule: Any) -> Rule:
    """Return `rule` if it is one: neither its class nor something else."""
    if isinstance(rule, type) or not (hasattr(rule, "init") and hasattr(rule, "update")):
        raise ChoiceError(
            f"the rule is {rule!r}, but it must be the name of a rule or have init and update"
        )
    chosen: Rule = rule
    return chosen
