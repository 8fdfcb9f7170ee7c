"""The linear objective without a bias: the mean loss of weights alone, and what is known of it.

What the linear objective owes to its bias is not there: features less their mean, the lowest loss
by itself, proximal steps that find their rate, a page. What is asked of it and not answered is said
to be unknown, as of a network.
"""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from steepest.data.array_blocks import blocks_of
from steepest.data.blocks import DENSE_FEATURES, Block
from steepest.data.moments import Moments, moments
from steepest.errors import ChoiceError
from steepest.objective.coordinates.bounded import EIGENVALUE_RTOL, MOST_EXACT_BOUND
from steepest.objective.coordinates.coordinates import Coordinates, Identity
from steepest.objective.coordinates.whitening import MarginRoot, Whitening
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.linear_algebra.factor import cholesky_or_spectral, standardised_svd
from steepest.objective.loss.loss import Loss, weighed
from steepest.objective.loss.members import check_loss
from steepest.objective.loss.penalty import Penalty
from steepest.objective.margin_risk import MarginRisk
from steepest.objective.minimum.identifiability import Identifiability, is_independent
from steepest.objective.minimum.origin_gains import OriginGains
from steepest.objective.minimum.recession import Recession, recession_of_params
from steepest.objective.minimum.sure_gap import SureGap
from steepest.objective.model.model import Array
from steepest.objective.model.through_origin import ThroughOrigin

__all__ = ["ThroughOriginObjective"]


class ThroughOriginObjective(MarginRisk):
    """`mean(loss(X w, y)) + l2 / 2 |w|^2 + l1 |w|_1`, X (rows, features), w (features, margins).

    >>> import numpy as np
    >>> from steepest.objective.loss.named import choose_loss
    >>> line = ThroughOriginObjective.of([[1.0], [2.0]], [1.0, 4.0], choose_loss("squared", None))
    >>> line.value_and_gradient(np.array([2.0]))   # weight 2: the first row is 1 too high
    (0.5, array([1.]))
    """

    model: ThroughOrigin
    kind = "a model without a bias"
    without_kinks = "or keep the bias"
    proof_is_cheap = True

    @classmethod
    def of(
        cls,
        X: Any,
        y: ArrayLike,
        loss: Loss,
        penalty: Penalty | None = None,
        *,
        sample_weight: ArrayLike | None = None,
        threads: int | None = None,
    ) -> "ThroughOriginObjective":
        """Return the objective of rows X, (rows, features), and targets y, (rows,).

        Raises ChoiceError for targets that the loss is not made for, and for L1 with a loss that
        has kinks itself.
        """
        blocks = blocks_of(X, y, sample_weight, outputs=loss.margins, threads=threads)
        loss.check(blocks.y)
        check_loss(loss, blocks.y)
        penalty = Penalty() if penalty is None else penalty
        if penalty.l1 and not loss.smooth:
            raise ChoiceError(
                f"l1 is {penalty.l1:g}, but without a bias it needs a smooth loss, and the loss "
                f"{loss.name} has kinks; choose another loss, or l2 in place of l1"
            )
        return cls(ThroughOrigin(blocks.features, loss.margins), loss, penalty, blocks)

    def to_record(self) -> dict[str, object]:
        """Return that there is no bias, as a file holds it."""
        return {"bias": False}

    @cached_property
    def size_of_features(self) -> Vector:
        """The root of the mean square of each feature, (features,); 1 for one that is 0."""
        mean, deviation = moments(self.blocks)
        # Of a constant feature the deviation is taken as 1.
        constant = deviation == 1.0
        size = np.hypot(mean, np.where(constant & (mean != 0.0), 0.0, deviation))
        return np.where(size > 0.0, size, 1.0)

    @cached_property
    def gram(self) -> Array:
        """`X'X / total` of the features in units of their size, (features, features)."""
        # Worked out beforehand: it reads rows itself, into the buffer that a block may be.
        size = self.size_of_features

        def work(block: Block) -> Array:
            X = block.dense() / size
            found: Array = X.T @ (X if block.weight is None else weighed(X, block.weight))
            return found

        total = self.blocks.sum_large(work, 1 if self.blocks.is_sparse else len(size) // 2)
        return np.asarray(total / self.blocks.total)

    @property
    def null_params(self) -> Vector:
        """Weights of 0, (size,): the one constant guess that there is."""
        return np.zeros(self.size)

    @property
    def feature_means(self) -> Vector:
        """0 for each feature, (features,): what a relation of features is about, without a bias."""
        return np.zeros(self.model.features)

    def coordinates(self, name: str) -> Coordinates | None:
        """Return the reader's own units or whitened coordinates; None for other names."""
        if name == "none":
            return Identity(self._largest_curvature)
        return self._whitened if name == "round" and self._is_small else None

    def suggested_scale(self, plane_search: bool) -> tuple[str, str]:
        """Return whitened coordinates, unless features are very many, and why."""
        size = self.model.features
        if self._is_small:
            return "round", (
                f"round: whitened by a matrix of {size:,} × {size:,}, a curvature is 1 in every "
                "direction"
            )
        return "none", f"none: a matrix of {size:,} × {size:,} would cost more than it saves"

    @property
    def _is_small(self) -> bool:
        """Whether products of all pairs of features are worth their cost."""
        held = self.model.features**2 <= self.blocks.most_matrix
        most = DENSE_FEATURES if self.blocks.is_sparse else MOST_EXACT_BOUND
        return held and self.model.features <= most

    @property
    def _bound(self) -> Array:
        """A bound on the curvature of one margin's weights, in units of the features' size.

        Where a loss has none, what it curves about the best constant guess, or 1, stands in.
        """
        bound = self.gram * self.curvature_or_bound
        own = bound.diagonal() + self.penalty.l2 / self.size_of_features**2
        # A feature that is 0 in every row changes nothing: any curvature will do.
        bound[np.diag_indices(len(bound))] = np.where(own > 0.0, own, 1.0)
        return bound

    @property
    def _largest_curvature(self) -> float | None:
        """The largest eigenvalue of the bound, in the reader's units; None without one."""
        if not np.isfinite(self.loss.curvature_bound) or not self._is_small:
            return None
        unit = self.size_of_features
        return float(np.linalg.eigvalsh(self._bound * np.outer(unit, unit))[-1])

    @cached_property
    def _whitened(self) -> Whitening:
        """Coordinates in which the bound is 1 in every direction, by margin.

        Of k classes the bound of Böhning 1992, `(1 - 11'/k) / 2`, is at most 1/2 for each.
        """
        factor, unit = (
            cholesky_or_spectral(self._bound[None], EIGENVALUE_RTOL),
            self.size_of_features,
        )
        scaled = type(factor)(factor.root * unit, factor.inverse / unit[:, None], factor.full_rank)
        curvature = 1.0 if np.isfinite(self.loss.curvature_bound) else None
        return Whitening(MarginRoot(scaled), None, curvature)

    def _proof(self, at: Evaluation, cheaply: bool) -> SureGap | None:
        """Return `|g|^2 / (2 l2)`, where it is small enough to end a walk, or what the rows prove.

        L2 curves every weight by `l2`, and the rows curve the loss nowhere below 0 (Boyd &
        Vandenberghe 2004, "Convex Optimization", 9.1.2).
        """
        l2 = self.penalty.l2
        if l2 and not self.penalty.l1 and self.smooth:
            gap = float(at.gradient @ at.gradient) / (2.0 * l2)
            if gap <= self.gap_tol * abs(at.loss):
                self.proved_by = "the penalty"
                return SureGap(gap, 0.0)
        by_rows = super()._proof(at, cheaply)
        if by_rows is not None:
            rows = MarginRisk.proved_by
            self.proved_by = f"the penalty and {rows}" if l2 else rows
        return by_rows

    @property
    def proof_units(self) -> Moments:
        """The units in which curvature is worked out for a proof: sizes of the features."""
        return Moments(self.feature_means, self.size_of_features)

    def recession(self, params: Vector, gradient: Vector | None = None) -> Recession:
        """Return what is known of directions along which the loss falls for ever.

        `params`, (size,), help to find it, with the `gradient` there of all rows, (size,).
        """
        if self.penalty:
            return Recession("proved", "the penalty holds all weights")
        gradient = self.evaluate(params).gradient if gradient is None else gradient
        units = Moments(np.zeros(self.model.features), self.size_of_features)
        gains = OriginGains(self.blocks, self.loss, self.model, units)
        return recession_of_params(gains, params, gradient)

    def identifiability(self, full_rank: bool = False) -> Identifiability | None:
        """Return what the loss does not tell; `full_rank` says that coordinates showed it all."""
        shared = "weights" if self.model.margins > 1 and not self.penalty else ""
        if self.penalty or full_rank or (self._is_small and is_independent(self.gram)):
            return Identifiability(shared=shared)
        return Identifiability(
            shared=shared,
            unknown="features depend on each other; without a bias it is not worked out how",
        )

    def minimum_norm(self, known: Identifiability, params: Vector) -> Vector:
        """Return the params, (size,), less what all classes have in common."""
        matrix = params.reshape(self.layout.shape)
        return (matrix - matrix.mean(axis=1, keepdims=True)).ravel()

    def inverse_root(self, row_weights: Vector) -> Array:
        """Return M, (size, size), with `M M' = (X' D X)^-1`, of D the row weights, (rows,)."""
        blocks = self.blocks.weighed(row_weights)
        units = Moments(np.zeros(self.model.features), self.size_of_features)
        lengths, directions = standardised_svd(blocks, units, bias=False)
        root = np.sqrt(2.0 / blocks.total) * directions.T / lengths
        return np.asarray(root / units.deviation[:, None])

    def random_start(self, generator: np.random.Generator) -> Vector:
        """Return random weights, (size,), that bring margins to the size that these data call for.

        See `LinearObjective.random_start`.
        """
        spread = self.loss.spread(self.blocks.y, self.blocks.sample_weight)
        drawn = generator.standard_normal(self.layout.shape) * spread
        drawn /= np.sqrt(self.model.features) * self.size_of_features[:, None]
        if self.model.margins > 1:
            drawn -= drawn.mean(axis=1, keepdims=True)
        return drawn.ravel()
