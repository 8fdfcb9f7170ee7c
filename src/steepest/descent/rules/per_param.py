"""Rules with a rate of each param's own, by the gradients that it has met.

Gradients, directions and the vectors of states are all (params,).
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from steepest.descent.rule import Rule, State
from steepest.objective.evaluation import Vector

__all__ = ["AdaGrad", "Adam", "AdamLBFGS", "AdamProximal", "AdamW", "RMSProp"]


def _divisor(size: Vector) -> Vector:
    """Return sizes with 1 in place of 0: by such a param the gradient has never been but 0."""
    return np.where(size > 0.0, size, 1.0) if not size.all() else size


@dataclass(frozen=True)
class AdaGrad(Rule):
    """The gradient, each entry divided by the root of the sum of its squares so far.

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
        return -gradient / _divisor(np.sqrt(total) + self.epsilon), (total,)


@dataclass(frozen=True)
class RMSProp(Rule):
    """The gradient, each entry divided by the root of a running mean of its squares.

    Tieleman & Hinton 2012, lecture 6.5 of "Neural networks for machine learning", with its 0.9;
    PyTorch's steps are those of a decay of 0.99.
    """

    decay: float = 0.9
    epsilon: float = 1e-8
    name: ClassVar[str] = "rmsprop"
    shares: ClassVar[tuple[str, ...]] = ("decay",)

    def init(self, params: Vector) -> State:
        """Return means of 0."""
        return (np.zeros_like(params),)

    def update(self, gradient: Vector, state: State) -> tuple[Vector, State]:
        """Return `-gradient / (sqrt(mean gradient²) + epsilon)`."""
        mean = self.decay * state[0] + (1.0 - self.decay) * gradient**2
        return -gradient / _divisor(np.sqrt(mean) + self.epsilon), (mean,)

    def preconditioner(self, state: State) -> Vector:
        """Return `sqrt(mean gradient²) + epsilon`, (params,)."""
        return np.sqrt(state[0]) + self.epsilon

    def preconditioned_limit(self, curvature: float) -> float:
        """Return `2 / curvature`."""
        return 2.0 / curvature


@dataclass(frozen=True)
class Adam(Rule):
    """Momentum and RMSProp at once, both corrected for their start at 0.

    Kingma & Ba 2015, "Adam: a method for stochastic optimization", algorithm 1.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    name: ClassVar[str] = "adam"
    shares: ClassVar[tuple[str, ...]] = ("beta1", "beta2")

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
        return -direction / _divisor(size), (mean, square, count)

    def preconditioner(self, state: State) -> Vector:
        """Return `sqrt(mean of squares) + epsilon`, (params,), corrected for its start at 0."""
        return np.sqrt(state[1] / (1.0 - self.beta2 ** max(state[2], 1))) + self.epsilon

    def preconditioned_limit(self, curvature: float) -> float:
        """Return `(2 + 2 beta1) / ((1 - beta1) curvature)`: 38 / curvature of a beta1 of 0.9."""
        return (2.0 + 2.0 * self.beta1) / ((1.0 - self.beta1) * curvature)


@dataclass(frozen=True)
class AdamLBFGS(Adam):
    """Adam on mini-batches, and then L-BFGS on all rows, for networks.

    Adam's rate is found by successive halving (`descent/plan/successive_halving.py`) and falls
    where epochs bring little (`descent/batches_then_all.py`); at last L-BFGS finds it.
    """

    name: ClassVar[str] = "adam_lbfgs"
    begins_on_batches: ClassVar[bool] = True


@dataclass(frozen=True)
class AdamProximal(Adam):
    """Adam on mini-batches, and then proximal steps on all rows, for networks with L1.

    As `AdamLBFGS`; Adam goes along minimum-norm subgradients, whose noise brings no weight to rest.
    The steps of all rows bring them to exactly 0 (`descent/steps/proximal_backtracking.py`).
    """

    name: ClassVar[str] = "adam_proximal"
    begins_on_batches: ClassVar[bool] = True
    draws_to_zero: ClassVar[bool] = True


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam, and every param drawn towards 0 by `learning_rate weight_decay` of itself each step.

    Loshchilov & Hutter 2019, "Decoupled weight decay regularization", arXiv 1711.05101; as in
    PyTorch, so the bias is drawn as well, and in the coordinates of the walk if there is a scale.

    This changes where the walk ends. Of all rows it comes to the lowest loss with no param beyond
    `1 / weight_decay`, so to the minimum itself if that lies within (Xie & Li 2024, "Implicit bias
    of AdamW", arXiv 2404.04454, for rates that fade). Before that, and by mini-batches, it is drawn
    further in: what was steep before and noise shorten Adam's steps, but not the decay. The loss
    that is reported has no penalty of it, unlike with `l2`. A decay of 0 is Adam.
    """

    weight_decay: float = 0.01
    name: ClassVar[str] = "adamw"

    @property
    def decays(self) -> bool:
        """Return True: the decay is the rule's own."""
        return True

    def decay_at(self, position: Vector) -> Vector:
        """Return what is added to the direction: `-weight_decay position`."""
        return -self.weight_decay * position
