"""Where a training's loss became no number though its weights were numbers still."""

import numpy as np
from numpy.typing import NDArray

from steepest.bridge.torch.steps import Steps
from steepest.diagnosis.lost import Lost
from steepest.objective.objective import Objective
from steepest.trace import Trace

__all__ = ["lost_of"]

Array = NDArray[np.float64]

GROWN = 2.0
"""How many times its start a loss has grown from which on the steps may be what led out of range:
below it no exponential, square or product of these numbers leaves float32."""


def lost_of(steps: Steps, trace: Trace, objective: Objective) -> Lost | None:
    """Return where the loss, or its gradient, first was not finite at finite weights.

    None where it never was, where the training went on with weights that are finite, and where the
    loss had grown before, so that the steps may be the cause.
    """
    if np.isfinite(trace.last.params).all() or not np.isfinite(trace.first.params).all():
        return None
    losses, norms = steps.losses[:-1], steps.gradient_norms[:-1]
    no_loss = (steps.heard[:-1] > 0) & ~np.isfinite(losses)
    found = np.flatnonzero(no_loss | ~np.isfinite(norms))
    if not len(found) or not np.isfinite(steps.moves[: found[0]]).all():
        return None
    at = int(found[0])
    what = "the loss" if no_loss[at] or not np.isfinite(losses[at]) else "the gradient"
    full = float("nan") if objective.missing else _of_all_rows(trace, objective, at)
    if at and not _is_as_before(losses[:at], full, steps, trace, bool(objective.missing), at):
        return None
    return Lost(at, what, full if np.isfinite(full) else float("nan"))


def _of_all_rows(trace: Trace, objective: Objective, at: int) -> float:
    """Return the loss of all rows at point `at`, or at the last before it that kept its weights."""
    place = int(np.searchsorted(trace.kept, at, side="right")) - 1
    return float(objective.value(trace.params[place]))


def _is_as_before(
    losses: Array, full: float, steps: Steps, trace: Trace, is_missing: bool, at: int
) -> bool:
    """Return whether loss and weights at point `at` are about what they were at the start.

    By the loss of all rows there; where no data are known, by the losses before and the way there.
    """
    known = losses[np.isfinite(losses)]
    if len(known) and not np.abs(known).max() <= GROWN * abs(known[0]):
        return False
    if not is_missing:
        return abs(full) <= GROWN * abs(float(trace.full_losses[0]))
    way = float(steps.moves[:at].sum())
    return bool(len(known)) and way <= float(np.linalg.norm(trace.first.params))
