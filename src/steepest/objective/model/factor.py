"""The coordinates in which a quadratic is round: a root of its curvature, and the root's inverse.

Where H curves, `root` has `root' root = H`, so by `position = root params` the same quadratic
curves by 1 in every direction. Two ways lead there. Cholesky's takes H itself, which has the
square of the data's condition number: with a condition of 1e8 no digit of H's flattest direction
is left. The way through a QR of the rows, block by block (Demmel, Grigori, Hoemmen & Langou 2012,
"Communication-optimal parallel and sequential QR and LU factorizations"), never squares it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.objective.risk import LinearObjective

__all__ = ["Root", "inverse_of_triangles", "root_of_curvature", "root_of_rows", "standard_rows"]

Array = NDArray[np.float64]

SMALL_TRIANGLE = 64
"""The size up to which a triangle is inverted as a whole."""

AT_A_TIME = 8
"""How many triangles are put on top of each other before the next QR."""

REACHED = 1e-14
"""The length of a direction, against the longest, that rounding alone can give it."""


@dataclass(frozen=True)
class Root:
    """A root of the curvature: `position = root params`, `params = inverse position`.

    Both are (params, params), for params in standard units.
    """

    root: Array
    inverse: Array

    @property
    def condition(self) -> float:
        """The product of both Frobenius norms.

        It is at least the condition number of the rows and at most as many times that as there
        are params.
        """
        return float(np.linalg.norm(self.root) * np.linalg.norm(self.inverse))


def root_of_curvature(bend: Array) -> Root | None:
    """Return Cholesky's root of a curvature, or None if rounding left it not positive."""
    with ONE_BLAS_THREAD:
        try:
            root = np.asarray(np.linalg.cholesky(bend).T, dtype=np.float64)
        except np.linalg.LinAlgError:
            return None
        return Root(root, inverse_of_triangles(root))


def inverse_of_triangles(upper: Array) -> Array:
    """Return the inverses of upper triangular matrices, (..., n, n), by halves.

    Products do the work, several times as fast as a solver that knows of no triangle.

    >>> inverse_of_triangles(np.array([[2.0, 1.0], [0.0, 4.0]]))
    array([[ 0.5  , -0.125],
           [ 0.   ,  0.25 ]])
    """
    half = upper.shape[-1] // 2
    if upper.shape[-1] <= SMALL_TRIANGLE:
        return np.asarray(np.linalg.inv(upper), dtype=np.float64)
    inverse = np.zeros_like(upper)
    inverse[..., :half, :half] = first = inverse_of_triangles(upper[..., :half, :half])
    inverse[..., half:, half:] = last = inverse_of_triangles(upper[..., half:, half:])
    inverse[..., :half, half:] = -first @ upper[..., :half, half:] @ last
    return inverse


def root_of_rows(objective: LinearObjective, penalty: Array) -> Root:
    """Return the root of the squared loss's curvature from the standardised rows themselves.

    `penalty` is what L2 adds to the curvature of each param, (params,). Along directions in which
    neither rows nor penalty reach the loss is level, so any length will do: they get the longest,
    by which what rounding leaves of a gradient there moves nothing.
    """
    with ONE_BLAS_THREAD:
        _, lengths, directions = np.linalg.svd(_triangle(objective, penalty))
    lengths = np.where(lengths > REACHED * lengths[0], lengths, lengths[0])
    return Root(lengths[:, None] * directions, directions.T / lengths)


def _triangle(objective: LinearObjective, penalty: Array) -> Array:
    """Return R with `R'R = 2 Z'Z / total + diag(penalty)`, neither of which is formed."""
    rows = objective.rows
    triangles = rows.map(lambda at: _upper(standard_rows(objective, at)))
    triangles.append(np.diag(np.sqrt(0.5 * rows.total * penalty)))
    while len(triangles) > 1:
        stacks = range(0, len(triangles), AT_A_TIME)
        triangles = [_upper(np.vstack(triangles[at : at + AT_A_TIME])) for at in stacks]
    return triangles[0] * np.sqrt(2.0 / rows.total)


def _upper(matrix: Array) -> Array:
    return np.asarray(np.linalg.qr(matrix, mode="r"), dtype=np.float64)


def standard_rows(objective: LinearObjective, at: slice) -> Array:
    """Return some rows, standardised, then a one each, times the roots of their sample weights.

    The mean is taken off a value before anything else is done with it: of a year, 1955, eight
    years are then left, not the difference of two squares of some four millions.
    """
    rows = objective.rows
    mean, deviation = objective.units
    Z = np.empty((at.stop - at.start, len(mean) + 1))
    np.subtract(rows.dense(at), mean, out=Z[:, :-1])
    Z[:, :-1] /= deviation
    Z[:, -1] = 1.0
    weight = rows.weight(at)
    if weight is not None:
        Z *= np.sqrt(weight)[:, None]
    return Z
