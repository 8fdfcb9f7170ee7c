"""Why a run ended: the reason in one word, and how that is known."""

from dataclasses import dataclass, replace

import numpy as np

from steepest.trace import Step

__all__ = ["BY_CURVATURE", "BY_DUALITY", "Stop", "earlier_result", "proof"]

BY_DUALITY = "the duality gap"
"""What proves how much lower a loss with L1 or kinks can be."""

BY_CURVATURE = "the curvature of all rows"
"""What proves how much lower a smooth loss can be; see `objective.minimum.sure_gap`."""

GAP_ROUNDING = 4.0 * float(np.finfo(np.float64).eps)
"""The share of a loss below which a duality gap is rounding, and is not told."""

ENDED = ("arrived", "settled", "risen", "separated")
"""The reasons of a walk that is over by itself."""

AT_MINIMUM = ("arrived", "settled")
"""Those of one that is over where nothing lower is known."""


@dataclass(frozen=True)
class Stop:
    """Why a run ended: `reason` is one word, `message` says how that is known.

    The reasons: `arrived` (converged: gradient or duality gap are 0 within `tol`), `settled`
    (nothing lower is found), `gradient` (a network's is as small as `tol` asked, which proves
    nothing of its loss), `stalled` (it finds nothing lower, another way does), `risen` (lower
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

    It is the `gap` of the step if none is given, and never less than rounding.
    """
    loss = abs(last.full_loss)
    gap = max(last.gap if gap is None else gap, GAP_ROUNDING * loss)
    share = f" ({gap / loss:.1g} of it)" if loss else ""
    return f"no loss is lower than this one by more than {gap:.1g}{share}, as {by} proves"
