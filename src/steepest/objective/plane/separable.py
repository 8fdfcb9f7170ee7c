"""Planes on which a network's outputs are a sum, `U(a) + V(b)`: 2 R lines for R² points.

So it is where u and v move disjoint units of the last hidden layer, or the weights out of them, or
biases of the output, and nothing before: over two weights of different units, say. Then

    squared loss    sum (U + V)² = sum U² + sum V² + 2 U V', one product of matrices
    cross entropy   products of exponentials of U and of V, a logarithm for many rows
                    (`cross_entropy_grid`)
    another loss    its values of the sums, without a forward pass
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block
from steepest.objective.loss.loss import Loss
from steepest.objective.model.network import Network
from steepest.objective.plane.cross_entropy_grid import (
    SMALL_LOSS,
    ahead_of_actual,
    log_products,
)
from steepest.objective.plane.network_margins import LayerOnPlane

__all__ = ["Parts", "separable_parts", "tables", "totals_of_sums"]

Array = NDArray[np.float64]
Units = NDArray[np.intp]

CANCELS = 1e-3
"""The share of its terms that a sum of squares must be: below it more than 3 of 16 digits go."""


class Parts(NamedTuple):
    """The units of the last hidden layer whose part of the outputs u, and v, changes."""

    by_a: Units
    by_b: Units


def separable_parts(layers: list[LayerOnPlane]) -> Parts | None:
    """Return which units u and v move; None where the outputs are not a sum of two functions."""
    *before, inner, output = layers
    if any(layer.by_a.any() or layer.by_b.any() for layer in before):
        return None
    # Biases of the output are a part of their own, whichever units are moved.
    by_a = inner.by_a.any(axis=1) | output.by_a[:, :-1].any(axis=0)
    by_b = inner.by_b.any(axis=1) | output.by_b[:, :-1].any(axis=0)
    return None if (by_a & by_b).any() else Parts(np.flatnonzero(by_a), np.flatnonzero(by_b))


def tables(
    model: Network, layers: list[LayerOnPlane], parts: Parts, X: Array, a: Array, b: Array
) -> tuple[Array, Array]:
    """Return the outputs along a, all that b leaves in them, and what b adds.

    They are (len(a), outputs, rows) and (len(b), outputs, rows); X' is (inputs, rows). What b adds
    is taken from the b next to 0, so that little cancels where b changes little.
    """
    *before, inner, output = layers
    for layer in before:
        X = model.activation.value(_times(layer.origin, X))
    at_origin = _times(inner.origin, X)
    still = np.delete(np.arange(len(at_origin)), np.concatenate(parts))
    rest = output.origin[:, still] @ model.activation.value(at_origin[still])
    rest += output.origin[:, -1:]

    def part(units: Units, inner_by: Array, output_by: Array, points: Array) -> Array:
        t = points[:, None, None]
        moved = model.activation.value(t * _times(inner_by[units], X) + at_origin[units])
        out = output.origin[:, units] + t * output_by[:, units]
        # Of one unit the product is an outer one, which BLAS is slow at.
        given = out * moved if len(units) == 1 else out @ moved
        return np.asarray(given + t * output_by[:, -1:])

    along_a = part(parts.by_a, inner.by_a, output.by_a, a)
    along_b = part(parts.by_b, inner.by_b, output.by_b, b)
    usual = along_b[np.abs(b).argmin()].copy()
    return along_a + (rest + usual), along_b - usual


def _times(layer: Array, inputs: Array) -> Array:
    """Return what a layer, (units, inputs + 1), makes of inputs, (inputs, rows): its sums."""
    sums: Array = layer[:, :-1] @ inputs
    sums += layer[:, -1:]
    return sums


def totals_of_sums(loss: Loss, along_a: Array, along_b: Array, block: Block) -> tuple[Array, Array]:
    """Return the sum over rows of the loss of `along_a + along_b`, and which cells are doubtful.

    Both are (len(b), len(a)): the outputs of cell [i, j] are `along_a[j] + along_b[i]`, of shape
    (points, outputs, rows).
    """
    if loss.is_quadratic and along_a.shape[1] == 1:
        return _of_squares(along_a[:, 0] - block.y, along_b[:, 0], block.weight)
    if loss.is_log_loss and block.weight is None:
        total = log_products(_ahead(along_a, block.y), _ahead(along_b, block.y))
        return total, (total < SMALL_LOSS * len(block.y)).astype(np.float64)
    by_b = [loss.totals(along_a + one, block.y, block.weight) for one in along_b]
    return np.array(by_b), np.zeros((len(along_b), len(along_a)))


def _of_squares(residual: Array, change: Array, weight: Array | None) -> tuple[Array, Array]:
    """Return the sums of `(residual + change)²`, (points, rows) each, and where they cancel."""
    counted = change if weight is None else change * weight
    own = np.einsum("ir,ir->i", residual, residual if weight is None else residual * weight)
    terms = own + np.einsum("ir,ir->i", change, counted)[:, None]
    total = 2.0 * (counted @ residual.T)
    total += terms
    return total, (total < CANCELS * terms).astype(np.float64)


def _ahead(margins: Array, target: Array) -> Array:
    """Return how far the other classes' margins are ahead, (rows, points, others)."""
    codes = target.astype(np.intp)
    rows = margins.transpose(2, 0, 1)
    if rows.shape[2] == 1:
        return np.where(codes == 1, -1.0, 1.0)[:, None, None] * rows
    return np.stack([ahead_of_actual(rows[:, i], codes) for i in range(rows.shape[1])], axis=1)
