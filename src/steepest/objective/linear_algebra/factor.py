"""Square roots of a curvature: R with `R'R = H`, and its inverse.

Three methods lead there. Cholesky's takes H itself, which has the square of the data's condition
number: with a condition of 1e8 no digit of H's flattest direction is left. The eigenvectors of H
say which directions the data do not reach at all. QR of the rows, block by block (Demmel, Grigori,
Hoemmen & Langou 2012, "Communication-optimal parallel and sequential QR and LU factorizations"),
never squares the condition number.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.data.blocks import Block, Blocks
from steepest.data.moments import Moments
from steepest.limits import check_decomposition
from steepest.objective.linear_algebra.hessian import centred
from steepest.objective.loss.loss import weighed
from steepest.objective.model.model import Array

__all__ = [
    "Factor",
    "cholesky",
    "cholesky_or_spectral",
    "diagonals",
    "inverse_of_triangles",
    "least_moves",
    "penalised_directions",
    "qr_factor",
    "reached_by_rows",
    "spectral",
    "standardised_svd",
]

SMALL_TRIANGLE = 64
"""The size up to which a triangle is inverted as a whole."""

STACKED = 8
"""How many triangles are put on top of each other before the next QR."""

ALIKE = 0.99
"""The share of the largest entry from which on another is as large: rounding is far less."""

RANK_RTOL = 1e-14
"""The length of a direction, against the longest, that rounding alone can give it."""

MARGIN_RTOL = 1e-3
"""The share of what a step moves the rows by that rounding of the margins may take.

By its square the loss may be off of what the direction explains: a millionth. Beyond that the
params are not the predictions: of unix seconds and the same in hours, which differ by 1e-11 of a
deviation, rounding moves the margins as much as the weights do.
"""


@dataclass(frozen=True)
class Factor:
    """`root` R and its `inverse`, each (m, n, n), for m matrices of one size.

    `full_rank` says that no direction is flat but for rounding; False where it is not known.
    """

    root: Array
    inverse: Array
    full_rank: bool = False

    @cached_property
    def inverse_transposed(self) -> Array:
        """The transposes of the inverses, (m, n, n)."""
        return self.inverse.transpose(0, 2, 1)

    @property
    def condition(self) -> float:
        """The product of both Frobenius norms.

        It is at least the condition number of R and at most as many times that as R has rows.
        """
        return float(np.linalg.norm(self.root) * np.linalg.norm(self.inverse))


def cholesky(hessian: Array) -> Factor | None:
    """Return the triangular roots of matrices, (m, n, n); None if rounding left one not positive.

    >>> cholesky(np.array([[[4.0, 2.0], [2.0, 2.0]]])).root[0]
    array([[2., 1.],
           [0., 1.]])
    """
    check_decomposition(hessian.shape[-1])
    with ONE_BLAS_THREAD:
        try:
            root = np.linalg.cholesky(hessian).transpose(0, 2, 1).astype(np.float64, copy=False)
        except np.linalg.LinAlgError:
            return None
        return Factor(root, inverse_of_triangles(root))


def diagonals(matrices: Array) -> Array:
    """Return the diagonals of matrices, (m, n, n), as a view (m, n): to write to it changes them.

    >>> some = np.zeros((1, 2, 2))
    >>> diagonals(some)[:] += 3.0
    >>> some[0]
    array([[3., 0.],
           [0., 3.]])
    """
    found = matrices.diagonal(axis1=1, axis2=2)
    # NumPy's view is read-only: its promise not to be one, from before it was, still stands.
    found.setflags(write=True)
    return found


def inverse_of_triangles(upper: Array) -> Array:
    """Return the inverses of upper triangular matrices, of shape (..., n, n), by halves.

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


def spectral(hessian: Array, flattest: float, stiffen: bool) -> Factor:
    """Return the symmetric roots `V sqrt(D) V'` of matrices `V D V'`, (m, n, n).

    An eigenvalue below `flattest` times the largest is rounding: the data do not reach there. It
    is taken to be just that, so that a bound still holds; or with `stiffen` the largest, so that
    what rounding leaves of a gradient there moves nothing. Where H is round already eigenvectors
    are chance, and this root is the identity all the same.
    """
    check_decomposition(hessian.shape[-1])
    values, vectors = np.linalg.eigh(hessian)
    largest = values[:, -1:]
    instead = largest if stiffen else flattest * largest
    root = np.sqrt(np.where(values > flattest * largest, values, instead))[:, None, :]
    transposed = vectors.transpose(0, 2, 1)
    return Factor((vectors * root) @ transposed, (vectors / root) @ transposed)


def cholesky_or_spectral(
    hessian: Array, flattest: float, exactly: Callable[[], float] | None = None
) -> Factor:
    """Return Cholesky's roots of (m, n, n), or spectral ones where a direction is flat.

    Whichever units the params have, Cholesky's root is as good (van der Sluis 1969, "Condition
    numbers and equilibration of matrices"); for the spectral one the diagonal is made 1 first.
    Flat is what is left of a curvature, a pivot, where it is below `flattest` times that. Where
    that is a bound, what it is `exactly` is asked if a pivot is below it.
    """
    own = hessian.diagonal(axis1=1, axis2=2)
    factor = cholesky(hessian)
    if factor is not None:
        pivots = factor.root.diagonal(axis1=1, axis2=2)
        least = (pivots * pivots / own).min()
        if least > flattest or (exactly is not None and least > exactly()):
            return Factor(factor.root, factor.inverse, full_rank=True)
    flattest = flattest if exactly is None else exactly()
    across = np.sqrt(own)[:, None, :]
    down = across.transpose(0, 2, 1)
    factor = spectral(hessian / down / across, flattest, stiffen=True)
    return Factor(factor.root * across, factor.inverse / down)


def qr_factor(blocks: Blocks, moments: Moments, penalty: Array) -> Factor:
    """Return the root of the squared loss's curvature from the standardised rows themselves.

    `penalty` is what L2 adds to the curvature of each param, (params,). Along directions in which
    neither rows nor penalty reach the loss is constant, so any length will do: they get the
    longest, by which what rounding leaves of a gradient there moves nothing. Each param counts by
    its own curvature, rows and penalty together: beside a large penalty the bias, which has none,
    is as well reached as ever.
    """
    own = np.sqrt(1.0 + 0.5 * penalty)
    lengths, directions, reached = penalised_directions(blocks, moments, penalty)
    root = (lengths[:, None] * directions * own)[None]
    inverse = (directions.T / lengths / own[:, None])[None]
    return Factor(root, inverse, full_rank=bool(reached.all()))


def penalised_directions(
    blocks: Blocks, moments: Moments, penalty: Array
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Return the lengths, (params,), of the singular directions, (params, params), and which count.

    They are of the rows with what `penalty` adds, each param by its own curvature; longest first.
    Those that do not move rows by more than rounding have the length of the longest.
    """
    own = np.sqrt(1.0 + 0.5 * penalty)
    lengths, directions = _svd(_triangle(blocks, moments, penalty) / own)
    reached = reached_by_rows(lengths, directions / own, moments)
    return np.where(reached, lengths, lengths[0]), directions, reached


def standardised_svd(blocks: Blocks, moments: Moments, bias: bool = True) -> tuple[Array, Array]:
    """Return the singular values of the root that `qr_factor` has without penalty, and directions.

    They are (n,) and (n, params), n the params, or the rows where these are fewer: longest first,
    in standard units, the bias last if there is one.
    """
    triangle = _triangle(blocks, moments, None)
    return _svd(triangle if bias else triangle[:, :-1])


def least_moves(moments: Moments) -> Array:
    """Return how far a step of 1 along each param must move rows to count, (params,).

    In standard units, the bias last. Of a weight w the product x w is rounded to a share of
    float64's epsilon, and so is the margin: of features far from 0 that is more than rounding of
    the rows less their mean (Higham 2002, "Accuracy and stability of numerical algorithms",
    section 3.1). It may be `MARGIN_RTOL` of the move.
    """
    far = np.append(np.hypot(1.0, moments.mean / moments.deviation), 1.0)
    return np.asarray(np.finfo(np.float64).eps / MARGIN_RTOL * far)


def reached_by_rows(lengths: Array, directions: Array, moments: Moments) -> NDArray[np.bool_]:
    """Return which directions, (n, params) in standard units, move rows by more than rounding.

    The bias is the last param, if there is one. `lengths`, (n,), is how far a step of 1 along each
    moves the rows.
    """
    least = np.abs(directions) @ least_moves(moments)[: directions.shape[1]]
    return np.asarray(lengths > np.maximum(RANK_RTOL * lengths[0], least))


def _svd(triangle: Array) -> tuple[Array, Array]:
    """Return the singular values, longest first, and the right directions.

    Of the two signs of a direction it is the one by which its largest entry is above 0, whatever
    LAPACK chose.
    """
    rows, columns = triangle.shape
    check_decomposition(rows, columns)
    with ONE_BLAS_THREAD:
        if rows < columns:
            # Their span first: half the time of LAPACK's SVD of what is wide (500 by 3,001).
            span, left = np.linalg.qr(triangle.T)
            turned, lengths, _ = np.linalg.svd(left)
            directions = (span @ turned).T
        else:
            _, lengths, directions = np.linalg.svd(triangle)
    return lengths, directions * _signs(directions)[:, None]


def _signs(directions: Array) -> Array:
    """Return -1 for each row, (n,), whose largest entry is below 0, else 1.

    Of entries as large but for rounding, such as those of two equal columns, the first decides.
    """
    size = np.abs(directions)
    first = (size > ALIKE * size.max(axis=1, keepdims=True)).argmax(axis=1)
    return np.where(directions[np.arange(len(directions)), first] < 0.0, -1.0, 1.0)


@ONE_BLAS_THREAD
def _triangle(blocks: Blocks, moments: Moments, penalty: Array | None) -> Array:
    """Return R with `R'R = 2 Z'Z / total + diag(penalty)`, neither of which is formed."""
    triangles = blocks.map(lambda block: _upper(_standard_rows(block, moments)))
    if penalty is not None:
        triangles.append(np.diag(np.sqrt(0.5 * blocks.total * penalty)))
    while len(triangles) > 1:
        stacks = range(0, len(triangles), STACKED)
        triangles = [_upper(np.vstack(triangles[at : at + STACKED])) for at in stacks]
    return triangles[0] * np.sqrt(2.0 / blocks.total)


def _upper(matrix: Array) -> Array:
    """Return R of the QR of a matrix; itself where its rows are no more than R would have."""
    if matrix.shape[0] <= matrix.shape[1]:
        return matrix
    check_decomposition(*matrix.shape)
    return np.asarray(np.linalg.qr(matrix, mode="r"), dtype=np.float64)


def _standard_rows(block: Block, moments: Moments) -> Array:
    """Return some rows, standardised, then a one each, times the roots of their sample weights.

    The mean is taken off a value before anything else is done with it: of a year, 1955, eight
    years are then left, not the difference of two squares of some four millions.
    """
    Z = centred(block, moments.mean)
    Z[:, :-1] /= moments.deviation
    return Z if block.weight is None else weighed(Z, np.sqrt(block.weight))
