"""A root of the curvature of least squares from products in float32: half the time of float64's.

It has 7 digits, which is enough to precondition steps whose gradients are those of float64: each
leaves some 1e-4 of what the last one did (Carson & Higham 2018, "Accelerating the solution of
linear systems by iterative refinement in three precisions", SIAM J. Sci. Comput. 40(2); Yamazaki,
Tomov & Dongarra 2015, "Mixed-precision Cholesky QR factorization", SIAM J. Sci. Comput. 37(3)).
"""

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.data.blocks import Block, Blocks
from steepest.data.moments import Moments
from steepest.limits import check_decomposition
from steepest.objective.evaluation import Vector
from steepest.objective.linear_algebra.factor import least_moves
from steepest.objective.linear_algebra.triangle import Triangle

__all__ = ["SINGLE_LEFT", "single_root", "upper_root"]

Single = NDArray[np.float32]

PANEL = 128
"""Rows of a root that are worked out at a time: what is left of the matrix is then a product.

Of 2,001 params 73 ms where LAPACK by NumPy, which copies the matrix to and fro, takes 127.
"""

SINGLE_LEFT = 1e-3
"""The share of an error that a step by such a root may leave, by an estimate: else by float64."""


def single_root(blocks: Blocks, moments: Moments, penalty: Vector) -> Triangle | None:
    """Return R with `R'R = 2 Z'Z / total + diag(penalty)` to some 7 digits, reading X once.

    Z is [X - mean, 1] by the deviations of `moments`, and `penalty` is (params,). Each param is
    first divided by its own curvature, so that it is 1: then Cholesky's rounding is a share of
    that, whatever the units (van der Sluis 1969). None where a direction is so flat that 7 digits
    do not tell it well.
    """
    check_decomposition(len(penalty))
    # A constant feature has no curvature of its own, and no root.
    own = np.sqrt(2.0 + penalty)
    matrix = _products(blocks, moments, own)
    matrix.flat[:: len(own) + 1] += (penalty / own**2).astype(np.float32)
    with ONE_BLAS_THREAD:
        upper = upper_root(matrix)
    if upper is None:
        return None
    alike = Triangle(upper.astype(np.float64))
    rounding = sqrt(len(own)) * float(np.finfo(np.float32).eps)
    least = float(least_moves(moments).max()) ** 2
    if not 1.0 / alike.most_of_inverse >= max(rounding / SINGLE_LEFT, len(own) * least):
        return None
    alike.upper[...] *= own
    return Triangle(alike.upper, full_rank=True)


def _products(blocks: Blocks, moments: Moments, own: Vector) -> Single:
    """Return `2 Z'Z / total` in float32, each param divided by `own`, (params,)."""
    mean = moments.mean
    by_unit = sqrt(2.0 / blocks.total) / (np.append(moments.deviation, 1.0) * own)
    unit = by_unit.astype(np.float32)

    def product(block: Block) -> Any:
        X = block.dense()
        Z = np.ones((len(X), len(own)), dtype=np.float32)
        np.subtract(X, mean, out=Z[:, :-1], casting="same_kind")
        Z *= unit
        if block.weight is not None:
            Z *= np.sqrt(block.weight).astype(np.float32)[:, None]
        return Z.T @ Z

    return np.asarray(blocks.sum_large(product, least=len(own) // 2), dtype=np.float32)


def upper_root(matrix: Single) -> Single | None:
    """Return Cholesky's upper triangular R, `R'R = matrix`, which is changed; None without one.

    By panels of rows (Golub & Van Loan 2013, "Matrix computations", algorithm 4.2.2): nearly all
    the work is a product.

    >>> upper_root(np.array([[4.0, 2.0], [2.0, 2.0]], dtype=np.float32))
    array([[2., 1.],
           [0., 1.]], dtype=float32)
    """
    size = len(matrix)
    for first in range(0, size, PANEL):
        last = min(first + PANEL, size)
        corner, beside = matrix[first:last, first:last], matrix[first:last, last:]
        try:
            lower = np.linalg.cholesky(corner)
        except np.linalg.LinAlgError:
            return None
        corner[...] = lower.T
        matrix[last:, first:last] = 0.0
        if last < size:
            beside[...] = np.linalg.inv(lower) @ beside
            matrix[last:, last:] -= beside.T @ beside
    return matrix if np.isfinite(matrix[-1, -1]) else None
