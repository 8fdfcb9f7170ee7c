"""The choices behind `auto`: which rule, which coordinates, which rows first, and why."""

from typing import Any

from steepest.descent.coordinates.block_whitening import BLOCK, neighbours_alike
from steepest.descent.coordinates.named import MOST_ROUNDED
from steepest.objective.loss.regression import Squared
from steepest.objective.protocol import Objective
from steepest.objective.risk import LinearObjective

__all__ = ["auto_rule", "auto_scale", "known_from_sums"]

MOST_MATRIX = 2**24
"""Numbers that the matrices of a rounding may have: 128 MB."""


def auto_rule(objective: Objective, learning_rate: Any, batch: int | None) -> tuple[str, str]:
    """Return the name of the rule that `auto` stands for, and the reason.

    The plane search has the guarantees of steepest descent with the best rate at every step, and
    on a quadratic those of conjugate gradients; it needs margins, all rows and a second
    derivative. Everything else goes along the gradient.
    """
    if not isinstance(objective, LinearObjective):
        return "steepest", "steepest descent: of this objective only loss and gradient are known"
    if learning_rate != "auto":
        return "steepest", "steepest descent: a learning rate was given"
    if batch is not None:
        return "steepest", "steepest descent: a mini-batch tells no plane of the whole loss"
    if known_from_sums(objective):
        return "steepest", "steepest descent: the bowl of the squared loss can be made quite round"
    if not objective.loss.smooth:
        return "steepest", "steepest descent: the loss has a kink, so no second derivative"
    return "plane", "plane search: rate and momentum together are found from the rows' margins"


def auto_scale(objective: Objective, plane: bool) -> tuple[str, str]:
    """Return the name of the scale that `auto` stands for, and the reason.

    Rounding costs d² numbers and d³ work, standardising nothing. A plane search may have it dearer:
    it takes the fewer steps for it the less the classes overlap. But on a quadratic its steps are
    conjugate gradients, few in standard units, and sparse rows would have to be filled up. Of very
    many features neighbours are rounded together if they are alike: measured, a third of the steps
    on the squared loss at a correlation of 0.9, and more than without at 0.5.
    """
    if not isinstance(objective, LinearObjective):
        return "none", "no scale: only weights and a bias can be scaled"
    size, margins = objective.shape
    dear = plane and not isinstance(objective.loss, Squared) and not objective.rows.is_sparse
    fits = size**2 * margins <= MOST_MATRIX if dear else size <= MOST_ROUNDED
    if fits or known_from_sums(objective):
        return "round", f"round: a matrix of {size:,} x {size:,} makes the bowl round"
    if plane and not objective.rows.is_sparse and neighbours_alike(objective):
        return "block", (
            f"block: a matrix of {size:,} x {size:,} would cost more than it saves, but features "
            f"are like their neighbours, and blocks of {BLOCK} are cheap"
        )
    return "standard", f"standard: a matrix of {size:,} x {size:,} would cost more than it saves"


def known_from_sums(objective: Objective) -> bool:
    """Return whether sums over the rows, taken once, are the whole of the objective.

    So they are of the squared loss. The products of all pairs of very many features would cost
    more than the steps that they save: of sparse rows, which would have to be filled up, and of
    rows that are fewer than the features, sooner.
    """
    if not isinstance(objective, LinearObjective) or not isinstance(objective.loss, Squared):
        return False
    size, rows = objective.shape[0], objective.rows
    tall = not rows.is_sparse and len(rows) >= size
    return size**2 <= MOST_MATRIX if tall else size <= MOST_ROUNDED
