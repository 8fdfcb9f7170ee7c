"""Whitening: coordinates in which a curvature H is 1 in every direction, `T' H T = 1`.

One class for all: what differs is the matrix of which T is a root (a bound on the curvature, the
Gram matrix of least squares, the Hessian at some params), and how far that matrix reaches: all
features, blocks of neighbours, all classes at once or each class by itself.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from steepest.objective.coordinates.coordinates import coordinates_in_words
from steepest.objective.coordinates.standard import Standard
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.linear_algebra.factor import Factor
from steepest.objective.model.model import Array

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = [
    "BlockRoot",
    "ClassRoot",
    "MarginRoot",
    "Root",
    "SpanRoot",
    "Whitening",
    "WhiteningByHessian",
]


class Root(Protocol):
    """A root R of a curvature `H = R'R`, by its products with a vector, (params,)."""

    def times(self, vector: Vector) -> Vector:
        """Return `R vector`."""

    def solve(self, vector: Vector) -> Vector:
        """Return `R^-1 vector`."""

    def solve_transposed(self, vector: Vector) -> Vector:
        """Return `R^-T vector`."""


@dataclass(frozen=True)
class Whitening:
    """`position = R standard(params)`, with `R'R` the curvature in standard units.

    All vectors are (params,). `standard` is None where R is a root in the reader's own units.
    `full_rank` says that the rows it was made from reach every direction.
    """

    root: Root
    standard: Standard | None = None
    curvature: float | None = 1.0
    name: str = "round"
    full_rank: bool = False

    @property
    def in_words(self) -> str:
        """What follows a number that is measured in these coordinates."""
        return coordinates_in_words(self.name)

    def params(self, position: Vector) -> Vector:
        """Return the params, in the reader's units."""
        params = self.root.solve(position)
        return params if self.standard is None else self.standard.params(params)

    def position(self, params: Vector) -> Vector:
        """Return the position in the whitened coordinates."""
        return self.root.times(params if self.standard is None else self.standard.position(params))

    def pullback(self, gradient: Vector) -> Vector:
        """Return the gradient by the whitened coordinates."""
        standard = self.standard
        return self.root.solve_transposed(
            gradient if standard is None else standard.pullback(gradient)
        )


class WhiteningByHessian(Protocol):
    """Makes whitened coordinates: `at_first` by a bound on the curvature, later by the Hessian."""

    @property
    def size(self) -> int:
        """How many rows and columns a matrix of it has."""

    @property
    def at_first(self) -> Whitening:
        """The coordinates in which the bound is 1: sound wherever the walk starts."""

    def at(
        self, objective: "LinearObjective", at: Evaluation, shared: bool, thinning: int
    ) -> Whitening | None:
        """Return those in which each margin's block of the Hessian at `at` is 1.

        With `shared` all margins have the mean of their blocks, and every so many-th row is read.
        None where nothing curves.
        """


@dataclass(frozen=True)
class MarginRoot:
    """A root for each margin's weights and bias, or one that all margins share.

    `factor` holds matrices of (margins or 1, features + 1, features + 1). What all margins have in
    common in the rows `free` of (features + 1, margins) changes no loss: it is left as it is.
    """

    factor: Factor
    free: slice | None = None

    def times(self, vector: Vector) -> Vector:
        """Return R times the vector."""
        return _by_margin(self.factor.root, vector)

    def solve(self, vector: Vector) -> Vector:
        """Return the inverse of R times the vector."""
        solved = _by_margin(self.factor.inverse, vector)
        _take_off_common(solved, self.factor.root.shape[-1], self.free)
        return solved

    def solve_transposed(self, vector: Vector) -> Vector:
        """Return the transposed inverse of R times the vector."""
        return _by_margin(self.factor.inverse_transposed, vector)


@dataclass(frozen=True)
class SpanRoot:
    """A root within the span of a few directions, and the number `beyond` it.

    `span` is (rank, features + 1), orthonormal, `factor` holds matrices of (margins or 1, rank,
    rank): `R = span' root span + beyond (1 - span' span)`. `free` is as that of `MarginRoot`.
    """

    span: Array
    factor: Factor
    beyond: float
    free: slice | None = None

    def times(self, vector: Vector) -> Vector:
        """Return R times the vector."""
        return self._within(self.factor.root, self.beyond, vector)

    def solve(self, vector: Vector) -> Vector:
        """Return the inverse of R times the vector."""
        solved = self._within(self.factor.inverse, 1.0 / self.beyond, vector)
        _take_off_common(solved, self.span.shape[1], self.free)
        return solved

    def solve_transposed(self, vector: Vector) -> Vector:
        """Return the transposed inverse of R times the vector."""
        return self._within(self.factor.inverse_transposed, 1.0 / self.beyond, vector)

    def _within(self, matrices: Array, beyond: float, vector: Vector) -> Vector:
        by_feature = vector.reshape(self.span.shape[1], -1)
        inside = self.span @ by_feature
        turned = _by_margin(matrices, inside.ravel()).reshape(inside.shape)
        return (self.span.T @ (turned - beyond * inside) + beyond * by_feature).ravel()


def _take_off_common(vector: Vector, features: int, free: slice | None) -> None:
    """Take the mean over the margins off the rows `free` of a vector, (features, margins)."""
    if free is not None:
        rows = vector.reshape(features, -1)[free]
        rows -= rows.mean(axis=1, keepdims=True)


def _by_margin(matrices: Array, vector: Vector) -> Vector:
    """Return each margin's part of a vector times its matrix, or times the one for all."""
    if matrices.shape[1] == len(vector):
        product: Vector = matrices[0] @ vector
        return product
    if len(matrices) == 1:
        shared: Vector = (matrices[0] @ vector.reshape(matrices.shape[-1], -1)).ravel()
        return shared
    by_class = vector.reshape(-1, len(matrices)).T[:, :, None]
    return (matrices @ by_class)[:, :, 0].T.ravel()


@dataclass(frozen=True)
class ClassRoot:
    """One root for all classes, but for what they have in common, which has its own scale.

    Softmax does not curve along a change that is the same for all classes, so only a penalty
    does: `common`, (features + 1,), is the scale of params of that kind.
    """

    factor: Factor
    common: Vector

    def times(self, vector: Vector) -> Vector:
        """Return R times the vector."""
        return self._besides_common(self.factor.root[0], 1.0 / self.common, vector)

    def solve(self, vector: Vector) -> Vector:
        """Return the inverse of R times the vector."""
        return self._besides_common(self.factor.inverse[0], self.common, vector)

    def solve_transposed(self, vector: Vector) -> Vector:
        """Return the transposed inverse of R times the vector."""
        return self._besides_common(self.factor.inverse_transposed[0], self.common, vector)

    def _besides_common(self, matrix: Array, common: Vector, vector: Vector) -> Vector:
        by_class = vector.reshape(len(matrix), -1)
        mean = by_class.mean(axis=1, keepdims=True)
        return (matrix @ (by_class - mean) + common[:, None] * mean).ravel()


@dataclass(frozen=True)
class BlockRoot:
    """A root for each block of neighbouring features, `factors`, and a `unit` for the biases.

    All vectors are (params,).
    """

    factors: tuple[Factor, ...]
    unit: float
    margins: int

    def times(self, vector: Vector) -> Vector:
        """Return R times the vector."""
        return self._by_block([factor.root[0] for factor in self.factors], self.unit, vector)

    def solve(self, vector: Vector) -> Vector:
        """Return the inverse of R times the vector."""
        return self._by_block([f.inverse[0] for f in self.factors], 1.0 / self.unit, vector)

    def solve_transposed(self, vector: Vector) -> Vector:
        """Return the transposed inverse of R times the vector."""
        matrices = [factor.inverse_transposed[0] for factor in self.factors]
        return self._by_block(matrices, 1.0 / self.unit, vector)

    def _by_block(self, matrices: list[Array], unit: float, vector: Vector) -> Vector:
        """Return weights times their block's matrix, biases times their unit."""
        by_feature = vector.reshape(-1, self.margins)
        ends = np.cumsum([len(matrix) for matrix in matrices])
        parts = np.split(by_feature[:-1], ends[:-1])
        turned = [matrix @ part for matrix, part in zip(matrices, parts, strict=True)]
        return np.concatenate([*turned, unit * by_feature[-1:]]).ravel()
