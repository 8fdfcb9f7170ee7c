"""Newton's steps by the Hessian of some of very many rows, or of all where steps become slow.

Conjugate gradients solve `H d = -g` only as far as it pays, in whitened coordinates and without H
itself (truncated Newton: Dembo & Steihaug 1983, "Truncated-Newton algorithms for large-scale
unconstrained optimization", Math. Program. 26). H is that of a sample of the rows (sub-sampled
Newton: Byrd, Chin, Neveitt & Nocedal 2011, "On the use of stochastic Hessian information in
optimization methods for machine learning", SIAM J. Optim. 21(3)), so all products together cost no
more than a pass over all rows, and each step leaves of the gradient what the sample gets wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from steepest.descent.evaluator import SearchState
from steepest.descent.steps.plane_search import PlaneSearch, takes_most
from steepest.descent.steps.step_size import StepLength
from steepest.objective.evaluation import Vector, norm
from steepest.objective.objective import Objective

__all__ = ["FAST_NEWTON", "HESSIAN_ROWS", "NewtonIfSlow", "SampledNewton", "suits_sampled_newton"]

HESSIAN_ROWS = 2**14
"""Rows of which the Hessian is taken: of 50 features it is off by a twentieth."""

ROWS_BY_FEATURE = 64
"""How many of them there are for each feature at least: with fewer the sample tells too little."""

LEAST_ROWS = 4
"""Times as many rows from which a product by all of them costs much more."""

LEFT = 0.2
"""The share of the gradient that conjugate gradients leave: 0.1 and 0.5 took more time in all."""

FAST_NEWTON = 0.5
"""What a gradient shrinks to in a step where the sample tells enough, in coordinates as they are.

It is not so where features that few rows have are in none of the sample.
"""

TOO_LITTLE, ENOUGH = 0.0, 1.0
"""What is kept of a step: whether the sample was too small, and what followed is a plane search.
"""

MOST_PRODUCTS = 30
"""Products with the Hessian for a step at most: each costs a sixth of a pass or less."""


SLOW_STEPS = 30
"""Steps after which one that leaves half of the gradient is slow: most walks take no more."""

MEASURABLE = 16.0 * float(np.finfo(np.float64).eps)
"""The share of itself by which a loss has to fall in a step: less is rounding."""


def suits_sampled_newton(objective: Objective) -> bool:
    """Return whether these steps beat a plane search: of several margins and very many rows.

    Of one margin the products of all pairs make Newton's step itself.
    """
    linear = objective.linear
    if linear is None or linear.outputs == 1 or linear.gap_tol or not linear.every_row_counts:
        return False
    enough = ROWS_BY_FEATURE * linear.model.features <= HESSIAN_ROWS
    return enough and linear.count >= LEAST_ROWS * HESSIAN_ROWS and not linear.blocks.is_sparse


@dataclass(frozen=True)
class NewtonIfSlow(PlaneSearch):
    """The plane search, along Newton's direction by all rows once the walk has become slow."""

    why: ClassVar[str] = (
        f"once a step after the {SLOW_STEPS}th leaves half of the gradient, this is turned into "
        "Newton's direction by conjugate gradients and the Hessian of all rows"
    )

    def __call__(self, state: SearchState) -> StepLength:
        """Return how far to go along which direction, as the params to which that leads."""
        if state.arrived or not _is_slow(state):
            return super().__call__(state)
        return self._by_newton(state, state.objective)

    def _by_newton(self, state: SearchState, some: Objective) -> StepLength:
        """Return the step along Newton's direction by some rows, or else along the gradient."""
        direction, rows = _direction(state, some)
        if direction is not None:
            search = state.along(direction)
            found = StepLength(1.0) if takes_most(search) else super().__call__(search)
            if found.moves:
                landing = search.trial(found.rate, found.momentum).params
                return found._replace(params=landing, rows_read=rows)
        return super().__call__(state)._replace(rows_read=rows)


@dataclass(frozen=True)
class SampledNewton(NewtonIfSlow):
    """The same from the start, by the Hessian of some rows, in the place of the gradient.

    Where the step of rate 1 falls enough, and takes most of the slope away, there is no plane to be
    searched. Where nothing lower is found along it, the plane of the gradient itself is; so it is
    from a step on that left too much of the gradient.
    """

    why: ClassVar[str] = (
        f"its gradient turned into Newton's direction by conjugate gradients and the Hessian of "
        f"{HESSIAN_ROWS:,} rows, as they are very many"
    )

    def __call__(self, state: SearchState) -> StepLength:
        """Return how far to go along which direction, as the params to which that leads."""
        if state.arrived:
            # A run may be kept for long, and with it this.
            vars(self).pop("_kept", None)
            return StepLength(0.0)
        if _tells_too_little(state):
            return super().__call__(state)._replace(memory=TOO_LITTLE)
        found = self._by_newton(state, self._some(state.objective))
        return found if found.params is None else found._replace(memory=ENOUGH)

    def _some(self, objective: Objective) -> Objective:
        """Return the objective on the rows of which the Hessian is taken, drawn once."""
        if objective.count <= HESSIAN_ROWS:
            return objective
        of, some = vars(self).get("_kept", (None, None))
        if of is not objective:
            some = objective.random_sample(HESSIAN_ROWS, 0)
            vars(self)["_kept"] = objective, some
        assert some is not None
        return some


def _is_slow(state: SearchState) -> bool:
    """Return whether the last step left much of the gradient, though the loss fell measurably."""
    last, before = state.last_step, state.last_evaluation
    if state.index < SLOW_STEPS or last is None or before is None or not last.rate:
        return False
    if norm(state.gradient) <= FAST_NEWTON * norm(last.gradient):
        return False
    return before.loss - state.loss > MEASURABLE * abs(state.loss)


def _tells_too_little(state: SearchState) -> bool:
    """Return whether a step by some of the rows left too much of the gradient, now or before."""
    last = state.last_step
    if last is None or last.memory is None or state.objective.count <= HESSIAN_ROWS:
        return False
    slow = norm(state.gradient) > FAST_NEWTON * norm(last.gradient)
    return bool(last.memory == TOO_LITTLE or slow)


def _direction(state: SearchState, some: Objective) -> tuple[Vector | None, int]:
    """Return Newton's direction by some rows, in the coordinates of the walk, and the rows read.

    None where it does not lead down.
    """
    coordinates = state.coordinates
    product = some.hessian_at(state.evaluation.params)
    assert product is not None
    found, products = _solved(
        lambda step: coordinates.pullback(product(coordinates.params(step))), -state.gradient
    )
    down = float(state.gradient @ found) < 0.0
    return found if down else None, (1 + products) * some.count


def _solved(product: Callable[[Vector], Vector], right: Vector) -> tuple[Vector, int]:
    """Return x with `product(x)` about `right`, (size,), by conjugate gradients, and the products.

    Hestenes & Stiefel 1952. It ends where a direction does not curve.
    """
    x, left = np.zeros_like(right), right.copy()
    direction, square = left.copy(), float(left @ left)
    enough = LEFT**2 * square
    for count in range(MOST_PRODUCTS):
        if square <= enough:
            return x, count
        image = product(direction)
        curves = float(direction @ image)
        if not curves > 0.0:
            return x, count + 1
        share = square / curves
        x += share * direction
        left -= share * image
        before, square = square, float(left @ left)
        direction = left + (square / before) * direction
    return x, MOST_PRODUCTS
