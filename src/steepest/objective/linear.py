"""The linear objective: the mean loss of weights and a bias, with all that is known of it.

What a plane through its params, a Hessian or a change of coordinates needs of the rows are their
margins `X w + b`, which an evaluation keeps: what `Objective` may be asked is answered from them.
"""

from functools import cached_property
from math import isqrt, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from steepest.data.array_blocks import blocks_of
from steepest.data.blocks import DENSE_FEATURES, Blocks
from steepest.data.moments import Moments, moments
from steepest.errors import ChoiceError
from steepest.objective.coordinates.bounded import bounded_coordinates, param_coordinates
from steepest.objective.coordinates.coordinates import Coordinates
from steepest.objective.coordinates.span_whitening import whitening_of
from steepest.objective.coordinates.standard import Standard
from steepest.objective.coordinates.suggested import has_normal_equations, suggested_scale
from steepest.objective.coordinates.whitening import WhiteningByHessian
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.kinks.smoothed import Smoothed
from steepest.objective.linear_algebra.factor import standardised_svd
from steepest.objective.linear_algebra.hessian import Curvature, hessian_block, weighted_gram
from steepest.objective.linear_algebra.kept_gram import KeptGram, has_kept_gram
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.members import check_loss
from steepest.objective.loss.named import choose_loss
from steepest.objective.loss.penalty import Penalty
from steepest.objective.margin_risk import MarginRisk
from steepest.objective.minimum.identifiability import Identifiability, identifiability
from steepest.objective.minimum.null_space import rank_seconds
from steepest.objective.minimum.penalty_gap import penalty_gap
from steepest.objective.minimum.recession import (
    Recession,
    recession_of_biases,
    recession_of_params,
)
from steepest.objective.minimum.recession_gains import Gains
from steepest.objective.minimum.sure_gap import SureGap
from steepest.objective.model.linear import Linear
from steepest.objective.model.model import Array
from steepest.objective.normal_equations import NormalEquations
from steepest.objective.objective import Objective
from steepest.objective.refined_equations import RefinedEquations
from steepest.step import renamed

__all__ = ["LinearObjective"]

UNIT_ROWS = 2**14
"""Rows that tell the units of the features well enough: a deviation to about half a percent."""

UNIT_NUMBERS = 2**19
"""The numbers of those rows at most, 4 MB; of very wide rows they are fewer."""

LEAST_UNIT_ROWS = 64
"""The rows of wide data that tell the units at least: a deviation to a tenth."""

FEW_PROVED = 512
"""Params up to which the Hessian of all rows costs no more than some passes, and L2 alone is not
asked first."""


class LinearObjective(MarginRisk):
    """`mean(loss(X w + b, y)) + l2 / 2 |w|^2 + l1 |w|_1`; the bias is free.

    X has shape (rows, features), y (rows,): numbers, or class codes 0 to k-1. `loss` is one, or
    its name. With several margins (softmax) w is (features, k) and b (k,). X of float32 and
    sparse X of SciPy stay what they are; params and sums are float64. With `sample_weight`,
    (rows,) numbers from 0 up, the mean is `sum(weight loss) / sum(weight)`: whole numbers count
    as rows that are there so many times. Raises ChoiceError for shapes that do not fit, for a name
    that is no loss, for targets that the loss is not made for, and for `l1` with a loss that has
    kinks itself.

    >>> import numpy as np
    >>> line = LinearObjective([[0.0], [1.0]], [1.0, 3.0], "squared")
    >>> line.value_and_gradient(np.array([2.0, 0.0]))   # weight 2, bias 0: both rows are 1 short
    (1.0, array([-1., -2.]))
    """

    model: Linear
    has_hessian_blocks = True
    has_page = True
    kept_gram: KeptGram | None = None
    """Products of columns, of a run along a path of penalties."""
    _recession: Recession | None = None

    def __init__(
        self,
        X: Any,
        y: ArrayLike,
        loss: Loss | str,
        *,
        l1: float = 0.0,
        l2: float = 0.0,
        sample_weight: ArrayLike | None = None,
        threads: int | None = None,
    ) -> None:
        if isinstance(loss, str):
            classes = int(np.max(y)) + 1 if loss == "cross_entropy" else None
            loss = choose_loss(loss, classes)
        blocks = blocks_of(X, y, sample_weight, outputs=loss.margins, threads=threads)
        loss.check(blocks.y)
        check_loss(loss, blocks.y)
        if l1 and not loss.smooth and loss.side_slopes is None:
            raise ChoiceError(_two_kinks(loss.name, l1))
        model = Linear(blocks.features, loss.margins)
        super().__init__(model, loss, Penalty(l1, l2), blocks)
        if self.size > FEW_PROVED and l2 and not l1 and self.smooth:
            # L2 holds the weights, and the biases are few.
            self.proof_is_cheap, self.proved_by = True, f"the penalty and {self.proved_by}"

    @property
    def linear(self) -> "LinearObjective":  # type: ignore[override]
        """Itself."""
        return self

    @property
    def l1(self) -> float:
        """The L1 penalty on the weights."""
        return self.penalty.l1

    @property
    def l2(self) -> float:
        """The L2 penalty on the weights."""
        return self.penalty.l2

    @property
    def rows(self) -> Blocks:
        """The former name of `blocks`; deprecated."""
        return renamed("LinearObjective.rows", "blocks", self.blocks)

    @property
    def shape(self) -> tuple[int, int]:
        """The former name of `layout.shape`; deprecated."""
        return renamed("LinearObjective.shape", "layout.shape", self.layout.shape)

    @property
    def kind(self) -> str:  # type: ignore[override]
        """The loss by its name, for a message."""
        return f"the loss {self.loss.name}"

    def hessian_block(
        self, at: Evaluation, chosen: NDArray[np.intp], curvature: Curvature
    ) -> Array:
        """Return the Hessian by the `chosen` weights and all biases, in standard units, with L2.

        See `linear_algebra.hessian.hessian_block`; (chosen + biases) squared.
        """
        blocks, loss, units = self.blocks, self.loss, self.units
        if self.kept_gram is not None:
            hessian = self.kept_gram.block(chosen)
        else:
            hessian = hessian_block(blocks, loss, self.margins_in(at), chosen, units, curvature)
        deviation = units.deviation[chosen // self.outputs]
        hessian[np.diag_indices(len(chosen))] += self.penalty.l2 / deviation**2
        return hessian

    def sample_in_units(self, size: int) -> "LinearObjective":
        """Return the same objective on a sample of so many rows, in the standard units of all."""
        some = self.random_sample(size, 0)
        vars(some)["units"] = self.units
        return some

    def along_path(self) -> None:
        """Keep products of columns too, for which the next run of the path asks as well."""
        super().along_path()
        if has_kept_gram(self.blocks, self.loss):
            self.kept_gram = KeptGram(self.blocks, self.loss, self.units)

    def _proof(self, at: Evaluation, cheaply: bool) -> SureGap | None:
        """Return what L2 proves of many weights, or else the curvature of the rows near `at`."""
        found = penalty_gap(self, at) if self.proof_is_cheap else None
        return super()._proof(at, cheaply) if found is None else found

    @property
    def proof_units(self) -> Moments:
        """The units in which curvature is worked out for a proof."""
        return self.units

    def recession(self, params: Vector, gradient: Vector | None = None) -> Recession:
        """Return what is known of directions along which the loss falls for ever.

        They are of the data alone, so an answer is kept. `params`, (size,), help to find it: best
        those of the end of a run, with the `gradient` there of all rows, if it is known.
        """
        if self._recession is None or self._recession.level == "unknown":
            gradient = self.evaluate(params).gradient if gradient is None else gradient
            gains = Gains(self.blocks, self.loss, self.model, self.units)
            if self.penalty:
                with np.errstate(divide="ignore"):
                    self._recession = recession_of_biases(gains, self.guess)
            else:
                self._recession = recession_of_params(gains, params, gradient)
        return self._recession

    def without_penalty(self) -> "LinearObjective":
        """Return the same loss of the same rows without a penalty; itself if it has none."""
        if not self.penalty:
            return self
        plain = object.__new__(LinearObjective)
        MarginRisk.__init__(plain, self.model, self.loss, Penalty(), self.blocks)
        return plain

    def curvature_of_rows(self, scale: str) -> float:
        """Return `l''_max (1 + sum_j mean(x_j^2))`, the trace of Z'Z / n; see `Objective`.

        Of very many rows it is that of the sample that tells the units.
        """
        if not self.penalty.l2 or scale not in ("none", "standard"):
            return float("inf")
        mean, deviation = self.units
        alone = float((mean**2 + deviation**2).sum()) if scale == "none" else len(mean)
        return self.loss.curvature_bound * (1.0 + alone)

    @cached_property
    def units(self) -> Moments:
        """The moments, or where rows are very many those of rows at equal distances.

        They are good enough wherever standard units may be any. Not so where a feature is the same
        in all those rows: then nothing is known of its unit.
        """
        blocks = self.blocks
        most = min(UNIT_ROWS, max(LEAST_UNIT_ROWS, UNIT_NUMBERS // (blocks.features + 1)))
        if len(blocks) <= most or blocks.is_sparse or not self.every_row_counts:
            return self.moments
        few = blocks.even(most)
        found = moments(few)
        # Of a feature that is the same in all of them the deviation is 1.
        unknown = found.deviation == 1.0
        if unknown.any() and (few.X[:, unknown] == few.X[0, unknown]).all(axis=0).any():
            return self.moments
        return found

    @cached_property
    def standard(self) -> Standard:
        """Standard units, by `units`."""
        return Standard(*self.units, self.model.margins)

    @cached_property
    def gram(self) -> Array:
        """`Z'Z / total`, with Z the standardised features and a last column of ones.

        Raises ChoiceError for sparse X of many features, as `Block.dense` does.
        """
        mean, deviation = self.moments
        unit = np.append(deviation, 1.0)
        gram: Array = weighted_gram(self.blocks, mean)[0] / np.outer(unit, unit)
        # The features are centred: what is left in these is rounding.
        gram[-1, :-1] = gram[:-1, -1] = 0.0
        return gram

    @cached_property
    def row_directions(self) -> tuple[Array, Array]:
        """The `standardised_svd` of the rows: as large as X where rows are fewer than features."""
        return standardised_svd(self.blocks, self.moments)

    @property
    def null_params(self) -> Vector:
        """The params without weights, and with the best constant guess, (size,)."""
        params = np.zeros(self.size)
        params[-len(self.guess) :] = self.guess
        return params

    @property
    def feature_means(self) -> Vector:
        """The mean of each feature, (features,), each row counted by its sample weight."""
        return self.moments.mean

    @property
    def standard_units(self) -> Standard:
        """Standard units, by `units`."""
        return self.standard

    def coordinates(self, name: str) -> Coordinates:
        """Return the coordinates called `name`; ChoiceError for a name that is none."""
        return bounded_coordinates(self, name)

    def param_coordinates(self, name: str) -> Coordinates | None:
        """Return the coordinates called `name` if each is that of one param; None if they mix."""
        return param_coordinates(self, name)

    def identifiability(self, full_rank: bool = False) -> Identifiability:
        """Return what the loss does not tell; `full_rank` says that coordinates showed it all."""
        return identifiability(self, full_rank)

    @property
    def rank_seconds(self) -> float:
        """About how many seconds `identifiability` takes: none where its decomposition is known."""
        return 0.0 if "row_directions" in vars(self) else rank_seconds(self.blocks)

    def minimum_norm(self, known: Identifiability, params: Vector) -> Vector:
        """Return the params, (size,), of the same loss with the least weights, by what is known."""
        return known.minimum_norm(params, self)

    def suggested_scale(self, plane_search: bool) -> tuple[str, str]:
        """Return the name of the coordinates in which to walk, and why."""
        return suggested_scale(self, plane_search)

    def hessian_whitening(
        self, sample: Objective, start: Vector | None = None
    ) -> WhiteningByHessian | None:
        """Return what whitens by the Hessian, at first that of a `sample`; None at kinks.

        `start`, (size,), is where the walk begins, if that is known.
        """
        if not self.loss.smooth:
            return None
        return whitening_of(self, sample, start)  # type: ignore[arg-type]

    def whiten(
        self, whitening: WhiteningByHessian, at: Evaluation, shared: bool, thinning: int
    ) -> Coordinates | None:
        """Return the coordinates in which each margin's block of the Hessian at `at` is 1."""
        return whitening.at(self, at, shared, thinning)

    @property
    def has_normal_equations(self) -> bool:
        """Whether `normal_equations` are worth their cost."""
        return has_normal_equations(self)

    def normal_equations(self) -> NormalEquations | RefinedEquations | None:
        """Return the objective as a quadratic, reading X once; None where it is not, or is dear."""
        if not self.has_normal_equations:
            return None
        return RefinedEquations.of(self) or NormalEquations.of(self)

    def smoothed(self) -> Smoothed | None:
        """Return the objective with its kinks smoothed; None without kinks, and of very wide X.

        Huber's loss is one that is smooth already; with L1, whose kinks are not, it is none.
        """
        slopes, width, blocks = self.loss.side_slopes, self.loss.smoothing_width, self.blocks
        most = DENSE_FEATURES if blocks.is_sparse else isqrt(blocks.most_matrix) - 1
        if slopes is None or blocks.features > most or (width and self.penalty.l1):
            return None
        return Smoothed(self, *slopes, width)

    def inverse_root(self, row_weights: Vector) -> Array:
        """Return M, (size, size), with `M M' = (Z' D Z)^-1`, of D the row weights, (rows,).

        Z is [X 1]. By singular values of the rows, which never squares their condition.
        """
        blocks = self.blocks.weighed(row_weights)
        units = moments(blocks)
        lengths, directions = standardised_svd(blocks, units)
        root = sqrt(2.0 / blocks.total) * directions.T / lengths
        weights = root[:-1] / units.deviation[:, None]
        return np.vstack([weights, root[-1] - units.mean @ weights])

    def random_start(self, generator: np.random.Generator) -> Vector:
        """Return random params of the size that these data call for.

        In standard units (features of mean 0 and deviation 1, margins about the best constant
        guess) the bias is drawn from the standard normal and so are the weights, by the root of
        their number: then margins are of the same size however many features there are (LeCun et
        al. 1998, "Efficient backprop", section 4.6). It is in the reader's units. With
        several classes only their differences matter, so what they have in common is 0. Of very
        many rows the standard units are those of a sample.
        """
        (mean, deviation), blocks = self.units, self.blocks
        spread = self.loss.spread(blocks.y, blocks.sample_weight)
        drawn = generator.standard_normal(self.layout.shape) * spread
        weights, bias = drawn[:-1], drawn[-1]
        weights /= sqrt(len(deviation))
        weights /= deviation[:, None]
        bias += self.guess - mean @ weights
        if self.outputs > 1:
            drawn -= drawn.mean(axis=1, keepdims=True)
        return drawn.ravel()


def _two_kinks(loss: str, l1: float) -> str:
    """Return why L1 and a loss with kinks of its own do not go together."""
    instead = "huber" if loss == "absolute" else "huber or squared"
    return (
        f"l1 is {l1:g}, but it needs a smooth loss, and the loss {loss} has kinks itself; choose "
        f"the loss {instead}, or l2 in place of l1"
    )
