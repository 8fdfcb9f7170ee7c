"""What a page can walk by itself: the parts of a descent that are in its JavaScript too."""

from math import isfinite

from steepest.descent.plan.plan import Plan
from steepest.descent.rule import Rule
from steepest.descent.rules import (
    LBFGS,
    AdaGrad,
    Adam,
    GradientPlane,
    Momentum,
    Nesterov,
    RMSProp,
    Steepest,
)
from steepest.objective.loss.named import LOSSES

__all__ = [
    "NETWORK_SCALES",
    "PAGE_LOSSES",
    "PAGE_RULES",
    "PAGE_SCALES",
    "repeats",
    "trained_by_pages",
    "walked_by_pages",
]

WALKED: tuple[type[Rule], ...] = (
    Steepest,
    Momentum,
    Nesterov,
    AdaGrad,
    RMSProp,
    Adam,
    GradientPlane,
    LBFGS,
)
"""The rules of the page's own engine."""

REPEATED: tuple[type[Rule], ...] = (Steepest, Momentum, Nesterov)
"""Those whose steps magnify no rounding; quotients of small gradients do."""

PAGE_RULES = tuple(str(kind.name) for kind in WALKED)
"""The names of the rules that a page offers."""

PAGE_LOSSES = ("squared", "absolute", "huber", "cross_entropy")
"""The losses that a page walks on, and so offers; of a run on another it has the steps."""

PAGE_RATES = {"time": 2, "step": 3, "cosine": 2}
"""The schedules of the page's own engine, and how many numbers each may have there."""

PAGE_SCALES = ("none", "standard", "round")
"""The coordinates of the page's own engine."""

NETWORK_SCALES = ("none", "standard")
"""Those of them that a network has."""


def walked_by_pages(plan: Plan) -> bool:
    """Return whether a page can walk the run again: it knows losses, rules and rates, not L1."""
    known = type(plan.rule) in WALKED and plan.loss_name in PAGE_LOSSES and not plan.penalty.l1
    return known and plan.scale in PAGE_SCALES and _steps_are_known(plan)


def trained_by_pages(plan: Plan) -> bool:
    """Return whether a page can train the network of a run: it knows losses with a word, not L1."""
    known = type(plan.rule) in WALKED and plan.loss_name in LOSSES and not plan.penalty.l1
    return known and plan.scale in NETWORK_SCALES and _steps_are_known(plan)


def repeats(plan: Plan) -> bool:
    """Return whether who walks the run again surely takes the same steps: rounding stays small.

    A searched rate magnifies it, and so do kinks and quotients of small gradients.
    """
    smooth = plan.loss is not None and plan.loss.smooth
    return type(plan.rule) in REPEATED and plan.learning_rate != "auto" and smooth


def _steps_are_known(plan: Plan) -> bool:
    """Return whether a page takes such steps: by a rate that it knows, unclipped, of all units."""
    return plan.clip is None and not plan.dropout and _rate_is_known(plan.rate_in_words)


def _rate_is_known(rate: float | str) -> bool:
    """Return whether a page knows the learning rate: a number, however written, or a word."""
    try:
        return isfinite(float(rate))
    except ValueError:
        kind, *numbers = str(rate).split(":")
        return rate == "auto" or len(numbers) <= PAGE_RATES.get(kind, -1)
