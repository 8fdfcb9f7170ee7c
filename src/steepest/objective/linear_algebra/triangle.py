"""A triangular root of a curvature, solved with and never inverted: for very many params.

A solve by halves, `x2 = R22^-1 b2`, `x1 = R11^-1 (b1 - R12 x2)`, is a product of the triangle with
a vector; the inverse would be one with a matrix.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.objective.evaluation import Vector
from steepest.objective.linear_algebra.factor import SMALL_TRIANGLE
from steepest.objective.model.model import Array

__all__ = ["Triangle"]

ESTIMATES = 5
"""Rounds of the estimate of a norm; it hardly ever takes more (Higham 1988)."""


@dataclass(frozen=True)
class Triangle:
    """R, upper triangular, (params, params), with `R'R = H`; all vectors are (params,).

    `full_rank` is as that of `Factor`.

    >>> root = Triangle.of(np.array([[4.0, 2.0], [2.0, 2.0]]))
    >>> root.solve(root.times(np.array([1.0, 3.0])))
    array([1., 3.])
    """

    upper: Array
    full_rank: bool = False

    @classmethod
    def of(cls, hessian: Array) -> "Triangle | None":
        """Return Cholesky's root of `hessian`; None if rounding left it not positive."""
        with ONE_BLAS_THREAD:
            try:
                return cls(np.asarray(np.linalg.cholesky(hessian).T, dtype=np.float64))
            except np.linalg.LinAlgError:
                return None

    def times(self, vector: Vector) -> Vector:
        """Return `R vector`."""
        return self.upper @ vector

    def solve(self, vector: Vector) -> Vector:
        """Return `R^-1 vector`."""
        return _solved(self.upper, vector)

    def solve_transposed(self, vector: Vector) -> Vector:
        """Return `R'^-1 vector`."""
        return _solved_transposed(self.upper, vector)

    @cached_property
    def condition(self) -> float:
        """The Frobenius norm of R times what that of its inverse is at most, by an estimate.

        That is `sqrt(n)` times the largest sum of a column of the inverse, estimated from below
        (Hager 1984, "Condition estimates"; Higham 1988, "FORTRAN codes for estimating the one-norm
        of a real or complex matrix", ACM TOMS 14(4): as a rule within a third).
        """
        size = len(self.upper)
        most = _largest_column(self.solve, self.solve_transposed, size)
        return float(np.linalg.norm(self.upper)) * sqrt(size) * most


def _solved(upper: Array, right: Vector) -> Vector:
    """Return `R^-1 right`, by halves."""
    half = len(right) // 2
    if len(right) <= SMALL_TRIANGLE:
        return np.asarray(np.linalg.solve(upper, right), dtype=np.float64)
    last = _solved(upper[half:, half:], right[half:])
    first = _solved(upper[:half, :half], right[:half] - upper[:half, half:] @ last)
    return np.concatenate([first, last])


def _solved_transposed(upper: Array, right: Vector) -> Vector:
    """Return `R'^-1 right`, by halves."""
    half = len(right) // 2
    if len(right) <= SMALL_TRIANGLE:
        return np.asarray(np.linalg.solve(upper.T, right), dtype=np.float64)
    first = _solved_transposed(upper[:half, :half], right[:half])
    last = _solved_transposed(upper[half:, half:], right[half:] - first @ upper[:half, half:])
    return np.concatenate([first, last])


def _largest_column(
    product: Callable[[Vector], Vector], transposed: Callable[[Vector], Vector], size: int
) -> float:
    """Return the largest sum of absolute values of a column of a matrix, estimated from below."""
    at, most = np.full(size, 1.0 / size), 0.0
    for _ in range(ESTIMATES):
        found = product(at)
        total = float(np.abs(found).sum())
        if not total > most:
            break
        slope = transposed(np.where(found < 0.0, -1.0, 1.0))
        most, at = total, np.zeros(size)
        at[np.abs(slope).argmax()] = 1.0
    return most
