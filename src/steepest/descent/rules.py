"""The rules: steepest descent, momentum in its forms, and those with a rate of each param's own.

Each says its formula, its source, and the fixed rate at and above which it leaves a bowl, if that
is known. Gradients, directions and the vectors of states are all (params,). `rule.py` says what a
rule is; `named_rules.py` makes one of its word.
"""

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

import numpy as np

from steepest.descent.rule import Rule, State
from steepest.objective.evaluation import Vector

__all__ = [
    "LBFGS",
    "AdaGrad",
    "Adam",
    "AdamW",
    "GradientPlane",
    "Momentum",
    "Nesterov",
    "NesterovRestart",
    "Proximal",
    "RMSProp",
    "ScheduleFree",
    "Smoothing",
    "Steepest",
]

GRADIENT_DESCENT = "Polyak 1987, Introduction to Optimization, section 1.4"
HEAVY_BALL = "Polyak 1964, Some methods of speeding up the convergence of iteration methods"
ACCELERATED = (
    "Lessard, Recht & Packard 2016, Analysis and design of optimization algorithms via integral "
    "quadratic constraints"
)
PROXIMAL = "Combettes & Wajs 2005, Signal recovery by proximal forward-backward splitting"


@dataclass(frozen=True)
class Steepest(Rule):
    """The direction of the steepest descent, `-gradient` (Cauchy 1847).

    On a bowl of curvature L a fixed rate converges below 2/L and diverges above.
    """

    name: ClassVar[str] = "steepest"
    first_step_is_steepest: ClassVar[bool] = True
    limit_formula: ClassVar[str] = "2/curvature"
    limit_source: ClassVar[str] = GRADIENT_DESCENT

    def init(self, params: Vector) -> State:
        """Return `()`: the rule keeps nothing."""
        return ()

    def update(self, gradient: Vector, state: State) -> tuple[Vector, State]:
        """Return `-gradient`."""
        return -gradient, state

    def limit(self, curvature: float) -> float | None:
        """Return `2 / curvature`."""
        return 2.0 / curvature


@dataclass(frozen=True)
class GradientPlane(Steepest):
    """`-gradient` with the last step beside it: the plane search finds how much of each.

    See `descent/steps/plane_search.py`; no rate is fixed, so none is its limit.
    """

    name: ClassVar[str] = "plane"
    searches_plane: ClassVar[bool] = True
    limit_formula: ClassVar[str] = ""
    limit_source: ClassVar[str] = ""

    def limit(self, curvature: float) -> float | None:
        """Return None: the rate is found anew at every step."""
        return None


@dataclass(frozen=True)
class LBFGS(Steepest):
    """L-BFGS: `-H gradient`, H an inverse Hessian of the curvature that the last 20 steps met.

    `update` is `-gradient`; the step size turns it and finds how far. Nocedal 1980, Liu & Nocedal
    1989. See `descent/steps/quasi_newton.py`; no rate is fixed, so none is its limit.
    """

    name: ClassVar[str] = "lbfgs"
    first_step_is_steepest: ClassVar[bool] = False
    turns_gradient: ClassVar[bool] = True
    limit_formula: ClassVar[str] = ""
    limit_source: ClassVar[str] = ""

    def limit(self, curvature: float) -> float | None:
        """Return None: the rate is found anew at every step."""
        return None


@dataclass(frozen=True)
class Proximal(Steepest):
    """Proximal gradient: a step on all but L1, then soft thresholding of the weights.

    `update` is `-gradient`; the step size does the rest.

    See `descent/steps/proximal_gradient.py` for the step at a rate that is given, and
    `descent/steps/proximal_newton.py` for the one that finds its own. A fixed rate converges below
    2/L, with L the most that all but L1 curves. Without L1 it is steepest descent.
    """

    name: ClassVar[str] = "proximal"
    first_step_is_steepest: ClassVar[bool] = False
    draws_to_zero: ClassVar[bool] = True
    limit_source: ClassVar[str] = PROXIMAL


@dataclass(frozen=True)
class Smoothing(Steepest):
    """Finite smoothing: lowest points of the loss with its kinks smoothed, ever less.

    `update` is `-gradient`; the step size says where to. For the absolute and the quantile loss.

    Huber's too, down to its own delta: it is the absolute loss with a kink that is smoothed.

    Once few rows are near their kinks it goes from one of their vertices to the next. See
    `descent/steps/finite_smoothing.py`; it finds its own rate, so none is its limit.
    """

    name: ClassVar[str] = "smoothing"
    first_step_is_steepest: ClassVar[bool] = False
    limit_formula: ClassVar[str] = ""
    limit_source: ClassVar[str] = ""

    def limit(self, curvature: float) -> float | None:
        """Return None: there is no rate."""
        return None


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


@dataclass(frozen=True)
class ScheduleFree(Rule):
    """A fast walk z, the mean x of its points, and the gradient taken between the two.

    `z+ = z - rate gradient(y)`, `x+ = x + (z+ - x) / k` at step k (from 1), and the walk that is
    seen here is `y = (1 - beta) z + beta x`. Defazio et al. 2024, "The road less scheduled",
    arXiv 2405.15682, as in the authors' code, without warm-up.

    Promised for a convex loss with gradients of at most G: x is within `distance G / sqrt(k)` of
    the lowest loss at the best fixed rate, whatever the beta; no schedule, and no need to know how
    many steps. Fails: it does need a rate, and the same at every step (`auto` is 1 / curvature);
    the walk ends at y, not x, and so keeps a tenth of what z strays by chance: over many epochs a
    beta of 0.98 brings it nearer. Of all rows it is far slower than momentum.
    """

    beta: float = 0.9
    name: ClassVar[str] = "schedule_free"
    constant_rate: ClassVar[bool] = True

    def init(self, params: Vector) -> State:
        """Return no lead of z over x, and a count of 0 steps."""
        return np.zeros_like(params), 0

    def update(self, gradient: Vector, state: State) -> tuple[Vector, State]:
        """Return how y moves, in units of the rate; kept is the lead `z - x` in these."""
        lead, count = state[0] - gradient, state[1] + 1
        share = 1.0 / count
        direction = self.beta * share * lead - (1.0 - self.beta) * gradient
        return direction, ((1.0 - share) * lead, count)


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
class AdamW(Adam):
    """Adam, and every param drawn towards 0 by `learning_rate weight_decay` of itself each step.

    Loshchilov & Hutter 2019, "Decoupled weight decay regularization", arXiv 1711.05101; as in
    PyTorch, so the bias is drawn as well, and in the coordinates of the walk if there is a scale.

    This changes where the walk ends. Of all rows it comes to the lowest loss with no param beyond
    `1 / weight_decay`, so to the minimum itself if that lies within (Xie & Li 2024, "Implicit bias
    of AdamW", arXiv 2404.04454, for rates that fade). On the way, and by mini-batches, it is drawn
    further in: what was steep before and noise shorten Adam's steps, but not the decay. The loss
    that is told has no penalty of it, unlike with `l2`. A decay of 0 is Adam.
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
