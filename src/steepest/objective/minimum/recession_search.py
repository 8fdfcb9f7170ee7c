"""The search for a direction along which no row of a loss loses, and some gain: see `recession`.

It is found on few rows, tried on all, and those that it harms most join the few. What it leaves
where it is may have a direction of its own, and so on: together they move all rows that any moves.
"""

import numpy as np

from steepest.limits import check_decomposition
from steepest.objective.evaluation import Vector
from steepest.objective.minimum.cone import project_ones
from steepest.objective.minimum.recession_gains import Gains, Indices, Mask, evenly
from steepest.objective.model.model import Array

__all__ = ["FIRST_ROWS", "RANK", "ZERO", "added_up", "gaining_directions", "null_space_within"]

FIRST_ROWS = 64
"""Rows at least that are looked at first, with four for each param: up to twice as many rows as
params are linearly separable by chance every other time (Cover 1965)."""

ROUNDS = 100
"""Rounds after which the search gives up: of 1,800 drawn problems none took more than 5."""

ZERO = 1e-10
"""The share of what was added up below which a gain is taken for 0, if it cannot be proved."""

RANK = 1e-11
"""The share of the longest direction of some rows below which they do not reach another."""


def gaining_directions(gains: Gains) -> tuple[list[Vector], Mask]:
    """Return directions in standard units, and which gains of counted rows they move.

    Each is for the gains, (rows, gains), that those before it leave at 0. Together they move all
    that any direction without a loss moves.
    """
    left = np.tile(gains.counted[:, None], gains.each)
    directions: list[Vector] = []
    while left.any() and (direction := _direction(gains, left)) is not None:
        gain, added = gains.along(gains.params(direction))
        directions.append(direction)
        left &= gains.pinned[:, None] | (gain <= ZERO * added[:, None])
    return directions, gains.counted[:, None] & ~left


def _direction(gains: Gains, left: Mask) -> Vector | None:
    """Return a direction along which none of the gains `left` is below 0, and one above; or None.

    It has shape (size,), `left` (rows, gains).
    """
    check_decomposition(gains.size)
    basis = np.eye(gains.size)
    generator = np.random.default_rng(0)
    chosen = evenly(np.asarray(left.any(axis=1)), _few(basis))
    for _ in range(ROUNDS):
        pinned, free = _parted(gains, chosen, left)
        basis = null_space_within(pinned, basis)
        direction = _suits(free, basis)
        if direction is None:
            basis = null_space_within(free, basis)
            trial = basis @ generator.standard_normal(basis.shape[1])
            chosen = evenly(_moved(gains, trial, left), _few(basis))
            if not len(chosen):
                return None
            continue
        harmed = _harmed(gains, direction, left)
        more = np.setdiff1d(_worst(harmed, _few(basis)), chosen)
        if not len(more):
            return None if harmed.any() or not _moved(gains, direction, left).any() else direction
        chosen = np.union1d(chosen, more)
    return None


def _few(basis: Array) -> int:
    """Return how many rows are looked at to find a direction in the span of a basis, (size, n)."""
    return FIRST_ROWS + 4 * basis.shape[1]


def _parted(gains: Gains, chosen: Indices, left: Mask) -> tuple[Array, Array]:
    """Return the gains `left` of some rows, (n, size): of those that are pinned, and of the rest.

    A pinned row's are in both directions: neither may be moved.
    """
    every, pinned, left = gains.matrix(chosen), gains.pinned[chosen], left[chosen]
    return every[left & pinned[:, None]], every[left & ~pinned[:, None]]


def _moved(gains: Gains, direction: Vector, left: Mask) -> Mask:
    """Return of which rows a direction moves a gain that is `left`, (rows,)."""
    if not direction.any():
        return np.zeros(len(left), dtype=bool)
    gain, added = gains.along(gains.params(direction))
    return np.asarray((left & (np.abs(gain) > ZERO * added[:, None])).any(axis=1))


def _harmed(gains: Gains, direction: Vector, left: Mask) -> Array:
    """Return how much of the gains `left` each row loses at most along a direction, or 0."""
    gain, added = gains.along(gains.params(direction))
    lost = np.where(gains.pinned[:, None], np.abs(gain), -gain)
    return np.where(left & (lost > ZERO * added[:, None]), lost, 0.0).max(axis=1)


def _worst(harmed: Array, most: int) -> Indices:
    """Return the rows that lose most, and some at equal distances among all that lose."""
    worst = np.argsort(-harmed, kind="stable")[:most]
    return np.union1d(worst[harmed[worst] > 0.0], evenly(harmed > 0.0, most))


def null_space_within(every: Array, basis: Array, rank: float = RANK) -> Array:
    """Return a basis, (size, m), of what of the span of `basis` moves no gain of some rows.

    `rank` is the share of the longest direction of the rows, `every`, below which one is not moved.
    """
    if not every.any() or not basis.shape[1]:
        return basis
    moved = every @ basis
    check_decomposition(*moved.shape)
    _, length, across = np.linalg.svd(moved, full_matrices=len(moved) < basis.shape[1])
    length = np.append(length, np.zeros(len(across) - len(length)))
    return basis @ across[length <= rank * length[0]].T


def _suits(every: Array, basis: Array) -> Vector | None:
    """Return a direction in the span of `basis`, of length 1, with gains >= 0 and one above."""
    moved = every @ basis
    moved = moved[np.linalg.norm(moved, axis=1) > ZERO * np.linalg.norm(every, axis=1)]
    if not moved.size:
        return None
    check_decomposition(*moved.shape)
    along, length, across = np.linalg.svd(moved, full_matrices=False)
    reached = length > RANK * length[0]
    found = project_ones(np.ascontiguousarray(along[:, reached]))
    if found is None:
        return None
    direction: Vector = basis @ (across[reached].T @ (found / length[reached]))
    return direction / np.linalg.norm(direction)


def added_up(gains: Gains, directions: list[Vector]) -> Vector:
    """Return one direction, (size,), from several, the earlier so much longer that no row loses.

    A row that a direction moves may lose along those after it, which are for the rows it leaves.
    """
    together = directions[-1]
    for direction in reversed(directions[:-1]):
        gain, added = gains.along(gains.params(direction))
        after, _ = gains.along(gains.params(together))
        moved = gain > ZERO * added[:, None]
        loses = np.where(moved & gains.counted[:, None], -after / np.where(moved, gain, 1.0), 0.0)
        together = (1.0 + 2.0 * max(0.0, float(loses.max()))) * direction + together
    return together / np.linalg.norm(together)
