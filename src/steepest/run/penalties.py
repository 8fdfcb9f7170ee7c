"""Which penalties a path goes along: from where it leaves no weight to where it hardly matters."""

import numpy as np
from numpy.typing import NDArray

from steepest.checks import number
from steepest.data.moments import moments
from steepest.errors import ChoiceError
from steepest.objective.risk import Risk

__all__ = ["least_l1_without_weights", "penalties_of"]

Array = NDArray[np.float64]

REACH = 1e-3
"""The least of the L1 penalties by the largest: that of glmnet and scikit-learn."""

SLACK = 1e-9
"""The share by which the first L1 penalty exceeds the least: slopes are rounded, to 1e-14 or so."""

HELD = 100.0
"""By how much an L2 penalty outweighs the curvature along a weight that it holds at next to 0."""

MOST_PENALTIES = 1000
"""Penalties at most: each is a run for all rows and one for each fold."""


def penalties_of(given: object, kind: str, objective: Risk) -> Array:
    """Return the penalties, (count,), the largest first; `given` is how many, or they themselves.

    Of L1 they go from the least at which no weight is left down to a thousandth of it; of L2 from
    100 times the largest curvature along a weight down to a hundredth of the least. Raises
    ChoiceError for what is neither, and where a loss has a kink, so that the first is not known.
    """
    if isinstance(given, int) and not isinstance(given, bool):
        if not 2 <= given <= MOST_PENALTIES:
            raise ChoiceError(
                f"penalties is {given}, but it must be how many, from 2 to {MOST_PENALTIES}, or a "
                "list of them"
            )
        first, last = _ends(kind, objective)
        return np.geomspace(first, last, given)
    return _listed(given)


def _listed(given: object) -> Array:
    """Return penalties that were listed, the largest first."""
    try:
        listed = list(given)  # type: ignore[call-overload]
    except TypeError:
        raise ChoiceError(
            f"penalties is {given!r}, but it must be how many, or a list of numbers"
        ) from None
    values = sorted({number("penalties", one) for one in listed}, reverse=True)
    if not 2 <= len(values) <= MOST_PENALTIES:
        raise ChoiceError(
            f"penalties has {len(values)} different numbers, but a path has 2 to {MOST_PENALTIES}"
        )
    return np.array(values)


def _ends(kind: str, objective: Risk) -> tuple[float, float]:
    """Return the largest and the least penalty."""
    if not objective.loss.smooth:
        raise ChoiceError(
            f"the loss {objective.loss.name} has kinks, so it is not known where a path begins; "
            "give penalties a list of numbers"
        )
    if kind == "l2":
        along = _curvatures(objective)
        return HELD * float(along.max()), float(along.min()) / HELD
    first = least_l1_without_weights(objective)
    if not first > 0.0:
        raise ChoiceError(
            "no feature tells anything of the target, so every weight is 0 at any l1; there is no "
            "path"
        )
    return first, REACH * first


def least_l1_without_weights(objective: Risk) -> float:
    """Return `max |slope by a weight|` at the best constant guess: the least l1 that leaves none.

    There 0 is a subgradient of the whole: each slope lies between -l1 and l1 (Tibshirani 1996).
    """
    smooth = objective.evaluate(objective.null_params).smooth_gradient
    return float(np.abs(smooth[objective.layout.weights]).max()) * (1.0 + SLACK)


def _curvatures(objective: Risk) -> Array:
    """Return how the loss curves along each weight alone at the best guess, its bias free.

    That is the variance of the feature times the mean of the second derivatives of the rows'
    losses, which is the curvature along a bias: (features,).
    """
    product = objective.hessian_at(objective.null_params)
    biases = objective.layout.biases
    if product is None or not biases:
        raise ChoiceError(
            "where a path over l2 begins is known of smooth losses with a bias; give penalties a "
            "list of numbers"
        )
    along = max(float(product(unit) @ unit) for unit in np.eye(objective.size)[-biases:])
    return moments(objective.blocks).deviation ** 2 * along
