"""Round coordinates block by block: for so many features that one matrix of all is too much.

Features that stand next to each other are often alike: the pixels of a row, the levels of a
category, the powers of a number. So each block of neighbours is made round by itself, and what one
block does to another is left to the walk.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.descent.coordinates.standard import Standard
from steepest.objective.model.hessian import usual_bend
from steepest.objective.protocol import Vector
from steepest.objective.risk import LinearObjective

__all__ = ["BLOCK", "Blocks", "neighbours_alike", "root_of_bound"]

Array = NDArray[np.float64]

BLOCK = 256
"""Features in a block at most: its matrix stays in the cache, and costs less than a few steps."""

FEW = 512
"""Rows that tell a correlation to a twentieth."""

ALIKE = 0.7
"""The correlation of neighbours from which blocks save more than they cost: measured."""


@dataclass(frozen=True)
class Blocks:
    """Coordinates in which each block of features, for itself, curves by 1 at most.

    `whiten` and `unwhiten` are (blocks, size, size), in standard units; the last block is filled
    up with features that are not there. A bias at the mean of the features bends nothing else, so
    it has its own `unit`. All blocks together curve by at most as many times 1 as there are blocks,
    as any sum of so many parts does.
    """

    standard: Standard
    whiten: Array
    unwhiten: Array
    unit: float
    curvature: float | None
    name: str = "block"

    @classmethod
    def of(cls, objective: LinearObjective) -> "Blocks":
        """Return the blocks of an objective, reading X once for their matrices."""
        mean, deviation = objective.moments
        bend = usual_bend(objective)
        bound = _grams(objective) * bend
        penalty = np.zeros(bound.shape[:2])
        penalty.ravel()[: len(mean)] = objective.l2 / deviation**2
        every = np.arange(bound.shape[1])
        bound[:, every, every] += penalty
        roots = [root_of_bound(block) for block in bound]
        whiten, unwhiten = (np.stack(matrices) for matrices in zip(*roots, strict=True))
        bounded = np.isfinite(objective.loss.curvature_bound)
        curvature = float(len(bound)) if bounded else None
        standard = Standard(mean, deviation, objective.shape[1])
        return cls(standard, whiten, unwhiten, float(np.sqrt(bend)), curvature)

    def params(self, position: Vector) -> Vector:
        """Return the params in the reader's units."""
        return self.standard.params(self._turn(self.whiten, 1.0 / self.unit, position))

    def position(self, params: Vector) -> Vector:
        """Return the position at `params`."""
        return self._turn(self.unwhiten, self.unit, self.standard.position(params))

    def pull(self, gradient: Vector) -> Vector:
        """Return the gradient by the position."""
        # The matrices are symmetric.
        return self._turn(self.whiten, 1.0 / self.unit, self.standard.pull(gradient))

    def _turn(self, matrices: Array, unit: float, vector: Vector) -> Vector:
        """Return weights turned block by block, biases times their unit."""
        by_feature = vector.reshape(-1, self.standard.margins)
        count, size, _ = matrices.shape
        filled = np.zeros((count * size, self.standard.margins))
        filled[: len(by_feature) - 1] = by_feature[:-1]
        turned = (matrices @ filled.reshape(count, size, -1)).reshape(filled.shape)
        return np.append(turned[: len(by_feature) - 1], unit * by_feature[-1])


def neighbours_alike(objective: LinearObjective) -> bool:
    """Return whether features next to each other are correlated, as a few rows tell."""
    count = len(objective.rows)
    few = np.linspace(0, count - 1, min(count, FEW)).astype(np.intp)
    away = np.asarray(objective.rows.X[few], dtype=np.float64)
    away -= away.mean(axis=0)
    square = np.mean(away * away, axis=0)
    both = np.mean(away[:, 1:] * away[:, :-1], axis=0)
    apart = square[1:] * square[:-1]
    found = both[apart > 0.0] / np.sqrt(apart[apart > 0.0])
    return bool(found.size and np.mean(found**2) > ALIKE**2)


def root_of_bound(bound: Array) -> tuple[Array, Array]:
    """Return `(W, U)`, both symmetric, with `W bound W = 1` and U the inverse of W.

    The symmetric root: where the bound is round already, eigenvectors are chance, and this one is
    the identity all the same. A direction in which the data do not reach is given the length that
    the flattest real one can have in float64: the bound then still holds there.
    """
    values, vectors = np.linalg.eigh(bound)
    root = np.sqrt(np.maximum(values, 1e-13 * values[-1]))
    return (vectors / root) @ vectors.T, (vectors * root) @ vectors.T


def _grams(objective: LinearObjective) -> Array:
    """Return `Z'Z / rows` of each block, (blocks, size, size), Z the standardised features.

    Features that are not there have a 1 on the diagonal.
    """
    mean, deviation = objective.moments
    rows, features = objective.rows, len(mean)
    count = -(-features // BLOCK)
    size = -(-features // count)

    def block(at: slice) -> Array:
        Z = np.zeros((at.stop - at.start, count * size))
        np.subtract(rows.dense(at), mean, out=Z[:, :features])
        weight = rows.weight(at)
        if weight is not None:
            Z *= np.sqrt(weight)[:, None]
        by_block = Z.reshape(len(Z), count, size).transpose(1, 0, 2)
        return by_block.transpose(0, 2, 1) @ by_block

    unit = np.ones(count * size)
    unit[:features] = deviation
    by_block = unit.reshape(count, size)
    total = rows.sum_large(block, 1 if rows.is_sparse else size // 2) / rows.total
    grams = total / (by_block[:, :, None] * by_block[:, None, :])
    filled = np.arange(features - (count - 1) * size, size)
    grams[-1, filled, filled] = 1.0
    return grams
