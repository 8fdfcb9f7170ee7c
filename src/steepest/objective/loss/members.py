"""What a loss of the reader's own must have, checked before it is used."""

import numpy as np

from steepest.errors import ChoiceError
from steepest.objective.loss.loss import Array, Loss

__all__ = ["check_loss", "lacking"]

MEMBERS = tuple(
    name for name, member in vars(Loss).items() if not name.startswith("_") and member is not None
)
"""The names in the protocol."""

TRIED = 3
"""Rows on which a loss of the reader's own is tried."""


def lacking(loss: object) -> list[str]:
    """Return which members of a loss are missing, or have stayed what the protocol has: nothing."""
    own = type(loss)
    unsaid = [name for name in MEMBERS if getattr(own, name, None) is vars(Loss)[name]]
    return unsaid or [name for name in MEMBERS if not hasattr(loss, name)]


@np.errstate(all="ignore")
def check_loss(loss: Loss, target: Array) -> None:
    """Raise ChoiceError if value, slope or curvature of `target`, (rows,), are not (rows,) each.

    A loss of ours is, as the tests know; that is not asked of one with several margins.
    """
    if type(loss).__module__.startswith("steepest.") or loss.margins != 1:
        return
    few = target[:TRIED]
    for name in ("value", "slope", "curvature") if loss.smooth else ("value", "slope"):
        found = getattr(loss, name)(np.zeros(len(few)), few.copy())
        if np.shape(found) != few.shape:
            raise ChoiceError(
                f"{name} of the loss {loss.name} has the shape {np.shape(found)} for "
                f"{len(few)} rows, but it must give one number a row"
            )
