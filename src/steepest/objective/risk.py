"""The risk: the mean loss of a model over its rows, and a penalty: `mean l(f(x_i), y_i) + P(w)`.

`Risk` is any model under any loss, over blocks of rows that are read once for loss and gradient.
"""

from collections.abc import Callable
from functools import cached_property
from math import inf, isfinite, sqrt
from typing import Self

import numpy as np
from numpy.typing import NDArray

from steepest.data.blocks import Block, Blocks, Matrix
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.loss.loss import Loss
from steepest.objective.loss.penalty import Penalty
from steepest.objective.model.model import Array, Layout, Model
from steepest.objective.objective import Objective

__all__ = ["Risk"]


class Risk(Objective):
    """`sum weight l(f(x), y) / sum weight + l1 |w|_1 + l2 / 2 |w|^2`, the biases free of both.

    `model` is f, `loss` l, `blocks` the rows. L1 has a kink wherever a weight is 0: the gradient
    is then the minimum-norm subgradient, which is exactly 0 in the minimum.
    """

    def __init__(self, model: Model, loss: Loss, penalty: Penalty, blocks: Blocks) -> None:
        self.model = model
        self.loss = loss
        self.penalty = penalty
        self.blocks = blocks
        self.layout: Layout = model.layout
        self.size = self.layout.size
        self.count, self.outputs = len(blocks), loss.margins
        self.smooth = loss.smooth and penalty.smooth
        self.gap_tol = blocks.gap_tol

    @cached_property
    def slope_by_curvature(self) -> float:  # type: ignore[override]
        """The most that the loss can slope by the root of the most that it can curve."""
        return _slope_by_curvature(self.loss)

    @cached_property
    def every_row_counts(self) -> bool:  # type: ignore[override]
        """Whether no row has the weight 0."""
        weight = self.blocks.sample_weight
        return weight is None or bool(weight.all())

    def value(self, params: Vector) -> float:
        """Return the loss at `params`, (size,), penalty included."""
        at, total_and_slope = self.model.at(params), self.loss.total_and_slope

        def work(block: Block) -> tuple[float]:
            return (total_and_slope(at.output(block.X), block.y, block.weight)[0],)

        (total,) = self.blocks.sum(work)
        return float(total / self.blocks.total + self.penalty.value(params[self.layout.weights]))

    def evaluate(self, params: Vector) -> Evaluation:
        """Return loss and gradient at `params`, (size,), reading X once.

        The margins are kept where there is room for them.
        """
        at, total_and_slope = self.model.at(params), self.loss.total_and_slope
        margins = self._margin_array() if self.keeps_margins else None
        written = margins if self.blocks.shares_memory else None

        def work(block: Block) -> tuple[float, Vector]:
            margin = at.output(block.X)
            if written is not None:
                written[block.at] = margin
            total, slope = total_and_slope(margin, block.y, block.weight)
            return total, at.pullback(block.X, slope)

        total, smooth = self.blocks.sum(work)
        if margins is not written and margins is not None:
            self.blocks.outputs_into(margins, at.output)
        return self._evaluation(params, total, smooth, margins)

    def _evaluation(
        self, params: Vector, total: float, smooth: Vector, margins: Array | None
    ) -> Evaluation:
        """Return the evaluation of a sum over rows and its gradient, which is changed."""
        where, penalty = self.layout.weights, self.penalty
        smooth /= self.blocks.total
        loss, gradient = float(total / self.blocks.total), smooth
        if penalty:
            weights = params[where]
            loss += penalty.value(weights)
            smooth[where] += penalty.l2 * weights
            if penalty.l1:
                gradient = smooth.copy()
                gradient[where] = penalty.minimum_norm_subgradient(smooth[where], weights)
        gradient.setflags(write=False)
        return Evaluation(params, loss, gradient, smooth, self.count, margins)

    @property
    def keeps_margins(self) -> bool:
        """Whether an evaluation keeps the margins of all rows; at kinks nothing goes without."""
        return self.blocks.keeps_margins or not self.loss.smooth

    def margins_in(self, at: Evaluation) -> Callable[[Block], Array]:
        """Return what gives the margins of a block, (rows,) or (rows, k): kept, or anew of X."""
        margins = at.cache
        if margins is not None:
            return lambda block: margins[block.at]
        output = self.model.at(at.params).output
        return lambda block: output(block.X)

    def _margin_array(self) -> Array:
        """Return room for the margins of all rows, in memory class by class."""
        return self.blocks.room(self.loss.margins)

    def margins(self, params: Vector) -> Array:
        """Return the margins of all rows, (rows,) or (rows, k), reading X once."""
        return self._by_block(self.model.at(params).output)

    def margins_by_row(self, params: Vector) -> Array:
        """Return the margins of all rows, (rows,) or (rows, k), to the bits of predictions."""
        return self._by_block(self.model.at(params).output_by_row)

    def _by_block(self, output: Callable[[Matrix], Array]) -> Array:
        """Return the outputs of all rows, (rows,) or (rows, k), reading X once."""
        margins = self._margin_array()
        self.blocks.outputs_into(margins, output)
        return margins

    @property
    def most_matrix(self) -> int:
        """How many numbers a matrix over pairs of features may have."""
        return self.blocks.most_matrix

    @property
    def largest_sample(self) -> int:
        """How many rows the largest sample has that a descent may begin on."""
        return self.blocks.largest_sample

    def random_sample(self, size: int, seed: int) -> Self:
        """Return the same objective on a sample of so many rows."""
        return self.on(self.blocks.random_sample(size, seed))

    def sample(self, indices: NDArray[np.intp]) -> Self:
        """Return the same objective on some rows, `indices` (chosen,), copied."""
        return self.on(self.blocks.take(indices))

    def stretch(self, at: slice) -> Self:
        """Return the same objective on neighbouring rows, not copied: a mini-batch, say."""
        return self.on(self.blocks.stretch(at))

    def on(self, blocks: Blocks, penalty: Penalty | None = None) -> Self:
        """Return the same objective on other rows, under another penalty if one is given."""
        risk = object.__new__(type(self))
        kept = self.penalty if penalty is None else penalty
        Risk.__init__(risk, self.model, self.loss, kept, blocks)
        return risk

    def unit_lengths(self, params: Vector) -> Vector:
        """Return for each param, (size,), the length of the weights into its unit; 0 of biases."""
        return self.model.unit_lengths(params)

    def to_record(self) -> dict[str, object]:
        """Return what a file holds of the model: nothing of a neuron, which its data tell."""
        return {}

    @cached_property
    def guess(self) -> Array:
        """A margin for all rows alike, (margins,); see `Loss.guess`."""
        return self.loss.guess(self.blocks.y, self.blocks.sample_weight)

    @cached_property
    def null_loss(self) -> float:  # type: ignore[override]
        """The loss when every row gets the margin `guess`: the scale on which losses are judged.

        Of classes that is the entropy of their shares (Shannon 1948).
        """
        blocks, loss = self.blocks, self.loss
        known = loss.guess_loss(blocks.y, blocks.sample_weight)
        if known is not None:
            return known
        guess = self.guess

        def work(block: Block) -> tuple[float]:
            margin = np.full(len(block.y), guess[0])
            return (loss.total_and_slope(margin, block.y, block.weight)[0],)

        (total,) = blocks.sum(work)
        return float(total / blocks.total)


def _slope_by_curvature(loss: Loss) -> float:
    """Return `max |l'| / sqrt(max l'')`; `inf` where one of the two has no bound."""
    most = loss.curvature_bound
    return loss.slope_bound / sqrt(most) if isfinite(most) else inf
