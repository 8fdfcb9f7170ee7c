"""Where the loss of a watched training is no number although its weights are."""

from typing import NamedTuple

__all__ = ["Lost"]


class Lost(NamedTuple):
    """The first `step` at which the loss, or only its gradient, is not finite at finite weights.

    `what` is which of the two; `loss` that of all rows at these weights, NaN where not known.
    """

    step: int
    what: str
    loss: float
