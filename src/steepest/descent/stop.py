"""Why a run ended: the reason in one word, and how that is known."""

from dataclasses import dataclass, replace
from math import isfinite

import numpy as np

from steepest.numerals import bound, short
from steepest.objective.evaluation import norm
from steepest.trace import Step

__all__ = [
    "BY_DUALITY",
    "RISEN",
    "Stop",
    "by_mean_slope",
    "earlier_result",
    "falls_for_ever",
    "least_rise",
    "not_finite",
    "proof",
]

BY_DUALITY = "the duality gap"
"""What proves how much lower a loss with L1 or kinks can be."""

GAP_ROUNDING = 4.0 * float(np.finfo(np.float64).eps)
"""The share of a loss below which a duality gap is rounding, and is not reported."""

RISEN = 1e-9
"""The share of the loss by which it may lie above the lowest without having risen.

Of losses that come from float32 it is their own rounding; see `least_rise`.
"""

ENDED = ("arrived", "settled", "risen", "separated")
"""The reasons of a walk that is over by itself."""

AT_MINIMUM = ("arrived", "settled")
"""Those of one that is over where nothing lower is known."""


@dataclass(frozen=True)
class Stop:
    """Why a run ended: `reason` is one word, `message` says how that is known.

    The reasons: `arrived` (converged: gradient or duality gap are 0 within `tol`), `settled`
    (nothing lower is found), `gradient` (a network's is as small as `tol` asked, which proves
    nothing of its loss), `stalled` (it finds nothing lower, another method does), `risen` (lower
    was found before, and not again), `separated` (the loss is known to fall for ever: it has no
    lowest point), `validation` (the loss of the rows kept back falls no more), `steps`,
    `seconds`, `diverged`, `callback`, `interrupted`, `failed` (the objective raised an error, or
    its gradient is not that of its loss).
    """

    reason: str
    message: str

    @property
    def ended_by_itself(self) -> bool:
        """Whether the walk was over by itself: nobody cut it short, and it did not fail."""
        return self.reason in ENDED

    @property
    def at_minimum(self) -> bool:
        """Whether it was over where nothing lower is known."""
        return self.reason in AT_MINIMUM

    def with_result(self, result: Step, last: Step) -> "Stop":
        """Return the stop that says which step is the result where that is not the `last`."""
        if result.index == last.index or self.reason == "validation":
            return self
        of_last = earlier_result if self.ended_by_itself else _other_result
        return replace(self, message=f"{self.message}; {of_last(result, last)}")


def earlier_result(result: Step, last: Step) -> str:
    """Return that what is said is said of the last step, and which step is the result instead."""
    return f"that is of the last step, {last.index:,}, and {_other_result(result, last)}"


def _other_result(result: Step, last: Step) -> str:
    what = "the loss of the rows kept back was lowest"
    return f"the result is step {result.index:,}, where {what}"


def proof(last: Step, by: str, gap: float | None = None) -> str:
    """Return by how much a loss can be lower at most, and what proves it: `BY_DUALITY`, say.

    It is the `gap` of the step if none is given, and never less than rounding. Both numbers are
    rounded up.
    """
    loss = abs(last.full_loss)
    gap = max(last.gap if gap is None else gap, GAP_ROUNDING * loss)
    share = f" ({bound(gap / loss)} of it)" if loss else ""
    return f"no loss is lower than this one by more than {bound(gap)}{share}, as {by} proves"


def by_mean_slope(first: Step, last: Step, tol: float) -> str | None:
    """Return in words that the gradient is at most `tol` of the mean slope so far; else None."""
    fall, distance = first.full_loss - last.full_loss, norm(last.params - first.params)
    if not fall > 0 or last.gradient_norm * distance > tol * fall:
        return None
    return (
        f"the gradient has the length {short(last.gradient_norm)}, which is "
        f"{last.gradient_norm * distance / fall:.1g} of the mean slope since the start (the "
        f"loss fell by {short(fall)} over a distance of {short(distance)})"
    )


def not_finite(last: Step) -> Stop | None:
    """Return that the loss or the gradient of a step is no number, and which; else None."""
    if isfinite(last.loss) and isfinite(last.steepness):
        return None
    if isfinite(last.loss) and np.isnan(last.gradient).any():
        at = int(np.flatnonzero(np.isnan(last.gradient))[0]) + 1
        return Stop(
            "failed",
            f"stopped: at step {last.index} the loss is {short(last.loss)}, but its slope by "
            f"param {at} is no number",
        )
    if last.loss == -np.inf:
        return Stop(
            "failed",
            f"stopped: at step {last.index:,} the loss is -inf: it falls beyond all numbers",
        )
    return Stop(
        "diverged", f"diverged: at step {last.index} the loss or its gradient is no finite number"
    )


def falls_for_ever(now: str) -> Stop:
    """Return that the loss has no lowest point, and what it is `now`."""
    return Stop("separated", f"stopped: the loss falls for ever; {now}")


def least_rise(rounding: float) -> float:
    """Return the share of a loss by which another must be higher to have risen.

    `rounding` is that by which they may differ by rounding alone.
    """
    return max(RISEN, rounding)
