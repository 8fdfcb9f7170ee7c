"""A triangular root of a curvature, solved with and never inverted: for very many params.

A solve by halves, `x2 = R22^-1 b2`, `x1 = R11^-1 (b1 - R12 x2)`, is a product of the triangle with
a vector; the inverse would be one with a matrix.
"""

from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.objective.evaluation import Vector
from steepest.objective.linear_algebra.factor import SMALL_TRIANGLE
from steepest.objective.model.model import Array

__all__ = ["Triangle"]

ROUNDS = 8
"""Rounds of the estimate of how flat the flattest direction is."""


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
    def most_of_inverse(self) -> float:
        """The largest eigenvalue of `(R'R)^-1`, estimated from below.

        By the power method from a random start (Kuczyński & Woźniakowski 1992,
        "Estimating the largest eigenvalue by the power and Lanczos algorithms with a random
        start", SIAM J. Matrix Anal. Appl. 13(4)).
        """
        vector = np.random.default_rng(0).standard_normal(len(self.upper))
        most = 0.0
        for _ in range(ROUNDS):
            vector /= np.linalg.norm(vector)
            half = self.solve_transposed(vector)
            most = float(half @ half)
            vector = self.solve(half)
        return most

    @property
    def condition(self) -> float:
        """The Frobenius norm of R times the spectral norm of its inverse, by an estimate.

        As a rule it is at least the condition number of R, and at most `sqrt(params)` times that.
        """
        return float(np.linalg.norm(self.upper)) * sqrt(self.most_of_inverse)


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
