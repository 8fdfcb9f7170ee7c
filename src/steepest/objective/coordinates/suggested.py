"""Which coordinates an objective suggests where `scale` is auto, and whether sums are worth it."""

from typing import TYPE_CHECKING

from steepest.objective.coordinates.bounded import BLOCK_FEATURES, neighbours_correlate
from steepest.objective.coordinates.row_whitening import is_whitened_by_rows

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = ["has_normal_equations", "suggested_scale"]

MOST_WHITENED = 512
"""Features up to which `auto` whitens: d^2 numbers and d^3 work, less than a few reads of X."""


def suggested_scale(objective: "LinearObjective", plane_search: bool) -> tuple[str, str]:
    """Return the name of the scale that `auto` stands for, and the reason.

    Whitening costs d^2 numbers and d^3 work, standardising nothing. A plane search may have it
    dearer: it takes the fewer steps for it the less the classes overlap. But on a quadratic its
    steps are conjugate gradients, few in standard units, and sparse rows would have to be filled
    up. Of very many features neighbours are whitened together if they are alike: measured, a
    third of the steps on the squared loss at a correlation of 0.9, and more than without at 0.5.
    """
    size, margins = objective.layout.shape
    sparse, rows = objective.blocks.is_sparse, len(objective.blocks)
    if plane_search and is_whitened_by_rows(objective):
        return "round", (
            f"round: whitened by a matrix of {rows:,} × {rows:,}, one row and column for each row, "
            "a curvature is 1 in every direction"
        )
    dear = plane_search and not objective.loss.is_quadratic and not sparse
    held = size**2 * (margins if dear else 1) <= objective.blocks.most_matrix
    fits = held and (dear or size <= MOST_WHITENED)
    if fits or has_normal_equations(objective):
        return "round", (
            f"round: whitened by a matrix of {size:,} × {size:,}, a curvature is 1 in every "
            "direction"
        )
    dearer = f"a matrix of {size:,} × {size:,} would cost more than it saves"
    if plane_search and not sparse and neighbours_correlate(objective):
        return "block", (
            f"block: {dearer}, but features are like their neighbours, and blocks of "
            f"{BLOCK_FEATURES} are cheap"
        )
    return "standard", f"standard: {dearer}"


def has_normal_equations(objective: "LinearObjective") -> bool:
    """Return whether products over the rows, taken once, are the whole of the objective.

    So they are of the squared loss without L1. The products of all pairs of very many features
    would cost more than the steps that they save: of sparse rows, which would have to be filled
    up, and of rows that are fewer than the features, sooner.
    """
    if not objective.is_quadratic:
        return False
    size, blocks = objective.layout.shape[0], objective.blocks
    tall = not blocks.is_sparse and len(blocks) >= size
    return size**2 <= blocks.most_matrix and (tall or size <= MOST_WHITENED)
