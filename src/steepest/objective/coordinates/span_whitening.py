"""Whitening by the Hessian where rows are fewer than features: in the span of the rows.

No row tells anything beyond the span D of the rows, (rank, params), so what curves is a matrix of
(rank, rank): `H = D' (D H D') D + l2 (1 - D'D)`. Its root is one of the small matrix within the
span and a number beyond it, and nothing of (params, params) is formed. It is the whitening of
`HessianWhitening`, in other numbers.
"""

from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from steepest.data.blas import ONE_BLAS_THREAD
from steepest.data.blocks import Blocks
from steepest.data.moments import Moments
from steepest.objective.coordinates.hessian_whitening import (
    CURVATURE_TOL,
    HESSIAN_RTOL,
    HessianWhitening,
    bound_share,
    free_rows,
)
from steepest.objective.coordinates.row_whitening import RowWhitening
from steepest.objective.coordinates.standard import Standard
from steepest.objective.coordinates.whitening import (
    SpanRoot,
    Whitening,
    WhiteningByHessian,
)
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.linear_algebra.factor import (
    Factor,
    cholesky_or_spectral,
    reached_by_rows,
    standardised_svd,
)
from steepest.objective.linear_algebra.hessian import centred
from steepest.objective.loss.loss import weighed
from steepest.objective.minimum.null_space import rank_is_affordable
from steepest.objective.model.model import Array

if TYPE_CHECKING:
    from steepest.objective.linear import LinearObjective

__all__ = ["SpanWhitening", "whitening_of"]


@dataclass(frozen=True)
class SpanWhitening:
    """Makes whitened coordinates of few rows: at first by the bound, later by the Hessian.

    `span`, (rank, params), are the singular directions of the rows in the units of `standard`; with
    L2 the reader's, in which it is the same along all weights. By them the bound on the Hessian
    and L2 have the `roots`, (rank,). All else is by the directions divided by these, so that no
    condition is squared: the `rows`, (rows, rank), the `bound` without L2, (rank,), which mixes
    none of them, and the `penalty`, (rank, rank), which may. `beyond` is the root of the curvature
    beyond the span: of L2, or the longest where there is none, by which what rounding leaves of a
    gradient there moves nothing. `free` is that of `HessianWhitening`.
    """

    standard: Standard
    span: Array
    roots: Array
    rows: Array
    bound: Vector
    penalty: Array
    beyond: float
    free: slice | None = None

    @classmethod
    def of(
        cls, objective: "LinearObjective", start: Vector | None = None
    ) -> "SpanWhitening | None":
        """Return that of `objective`; None where rows are not few, or L2 is but near rounding.

        `start`, (params,), is where the walk begins, if that is known; see `free_rows`.
        """
        blocks, l2 = objective.blocks, objective.penalty.l2
        if len(blocks) > blocks.features or not rank_is_affordable(blocks):
            return None
        units, curvature = _units(objective), objective.curvature_or_bound
        lengths, span = standardised_svd(blocks, units) if l2 else objective.row_directions
        if not l2:
            reached = reached_by_rows(lengths, span, units)
            lengths, span = lengths[reached], span[reached]
        elif l2 <= CURVATURE_TOL * curvature * lengths[0] ** 2:
            return None
        # The squared loss, whose roots the lengths are, curves by 2.
        bound = 0.5 * curvature * lengths**2
        roots = np.sqrt(bound + l2)
        turned = span / roots[:, None]
        with ONE_BLAS_THREAD:
            rows = _rows_by(turned / np.append(units.deviation, 1.0), blocks, units.mean)
            penalty = l2 * turned[:, :-1] @ turned[:, :-1].T
        beyond = sqrt(l2) or float(roots[0])
        standard = Standard(*units, objective.model.margins)
        free = free_rows(objective, start)
        return cls(standard, span, roots, rows, bound / roots**2, penalty, beyond, free)

    @property
    def size(self) -> int:
        """How many rows and columns a matrix of it has."""
        return len(self.roots)

    @cached_property
    def at_first(self) -> Whitening:
        """The coordinates in which the bound is 1: sound wherever the walk starts."""
        return self._whitening(np.diag(self.bound)[None])

    def at(
        self, objective: "LinearObjective", at: Evaluation, shared: bool, thinning: int
    ) -> Whitening | None:
        """Return the coordinates in which each margin's block of the Hessian is 1, from `at` on.

        With `shared` all margins have the mean of their blocks. All rows are read, which are few.
        None where all are so sure of themselves that nothing curves, nor does L2.
        """
        blocks = objective.blocks
        margins = at.cache if at.cache is not None else objective.margins(at.params)
        own = objective.loss.own_curvature(margins, blocks.y)
        own = own.mean(axis=1, keepdims=True) if shared else own
        hessian = self._gram(weighed(own, blocks.sample_weight) / blocks.total)
        sure = np.einsum("mii->m", hessian) / self.bound.sum()
        if not (objective.penalty.l2 or (sure > HESSIAN_RTOL).all()):
            return None
        share = bound_share(objective, at, self.at_first) * np.maximum(sure, HESSIAN_RTOL)
        np.einsum("mii->mi", hessian)[:] += share[:, None] * self.bound
        return self._whitening(hessian)

    def _gram(self, columns: Array) -> Array:
        """Return `rows' diag(c) rows` for each column c of (rows, margins), from 0 up."""
        with ONE_BLAS_THREAD:
            rooted = (np.sqrt(column)[:, None] * self.rows for column in columns.T)
            return np.stack([rows.T @ rows for rows in rooted])

    def _whitening(self, hessian: Array) -> Whitening:
        """Return the coordinates in which `hessian`, by the span, plus the penalty is 1."""
        factor = cholesky_or_spectral(hessian + self.penalty, CURVATURE_TOL)
        by_param = Factor(factor.root * self.roots, factor.inverse / self.roots[:, None])
        root = SpanRoot(self.span, by_param, self.beyond, self.free)
        return Whitening(root, self.standard)


def whitening_of(
    objective: "LinearObjective", sample: "LinearObjective", start: Vector | None
) -> WhiteningByHessian:
    """Return what whitens a smooth objective: by few rows or in their span, or over all params."""
    few = RowWhitening.of(objective) or SpanWhitening.of(objective, start)
    return few or HessianWhitening.of(objective, sample, start)


def _units(objective: "LinearObjective") -> Moments:
    """Return standard units; with L2 the reader's, in which it is the same along all weights."""
    mean, deviation = objective.moments
    return Moments(mean, np.ones_like(deviation) if objective.penalty.l2 else deviation)


def _rows_by(directions: Array, blocks: Blocks, mean: Vector) -> Array:
    """Return the rows, less the `mean` of the features, by directions (rank, params)."""
    return np.concatenate(blocks.map(lambda block: centred(block, mean) @ directions.T))
