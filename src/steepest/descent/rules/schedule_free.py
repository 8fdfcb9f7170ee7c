"""Schedule-free descent: the gradient between a fast walk and the mean of its points.

Gradients, directions and the lead `z - x` are all (params,).
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from steepest.descent.rule import Rule, State
from steepest.objective.evaluation import Vector

__all__ = ["ScheduleFree"]


@dataclass(frozen=True)
class ScheduleFree(Rule):
    """A fast walk z, the mean x of its points, and the gradient taken between the two.

    `z+ = z - rate gradient(y)`, `x+ = x + (z+ - x) / k` at step k (from 1), and the walk that is
    recorded here is `y = (1 - beta) z + beta x`. Defazio et al. 2024, "The road less scheduled",
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
