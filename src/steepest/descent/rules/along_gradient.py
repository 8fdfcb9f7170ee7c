"""Rules whose direction is `-gradient`: the step size says how far, or turns it.

Steepest descent itself, and what finds its own step in `descent/steps/`. Gradients and directions
are (params,).
"""

from dataclasses import dataclass
from typing import ClassVar

from steepest.descent.rule import Rule, State
from steepest.objective.evaluation import Vector

__all__ = ["LBFGS", "GradientPlane", "Proximal", "Smoothing", "Steepest"]

GRADIENT_DESCENT = "Polyak 1987, Introduction to Optimization, section 1.4"
PROXIMAL = "Combettes & Wajs 2005, Signal recovery by proximal forward-backward splitting"


@dataclass(frozen=True)
class Steepest(Rule):
    """The direction of the steepest descent, `-gradient` (Cauchy 1847).

    On a bowl of curvature L a fixed rate converges below 2/L and diverges above.
    """

    name: ClassVar[str] = "steepest"
    first_step_is_steepest: ClassVar[bool] = True
    keeps_nothing: ClassVar[bool] = True
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

    `descent/steps/proximal_gradient.py` has the step at a given rate. Where it finds its own it is
    that of `descent/steps/proximal_newton.py`, and of a network or without a bias that of
    `descent/steps/proximal_backtracking.py`. A fixed rate converges below 2/L, with L the most that
    all but L1 curves. Without L1 it is steepest descent.
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
