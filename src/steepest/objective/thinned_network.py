"""The objective of a network of which a step leaves out some units; see `ThinnedPass`."""

import numpy as np

from steepest.data.blocks import Block
from steepest.objective.evaluation import Evaluation, Vector
from steepest.objective.model.thinned_pass import ThinnedPass, drawn_factors
from steepest.objective.network import NetworkObjective

__all__ = ["ThinnedNetwork"]


class ThinnedNetwork(NetworkObjective):
    """The loss of `whole` with a `share` of the hidden units of each row left out, drawn once.

    Which they are is told by `stream`, whole numbers, and by the row's block: the same at every
    evaluation, and for any number of threads.
    """

    def __init__(self, whole: NetworkObjective, share: float, stream: tuple[int, ...]) -> None:
        super().__init__(whole.model, whole.loss, whole.penalty, whole.blocks, whole.initial)
        self.share, self.stream = share, stream

    def evaluate(self, params: Vector) -> Evaluation:
        """Return loss and gradient at `params`, (params,), of the units that are left."""
        at, total_and_slope = self.model.at(params), self.loss.total_and_slope
        margins, units = self._margin_array(), self.model.sizes[1:-1]

        def work(block: Block) -> tuple[float, Vector]:
            generator = np.random.default_rng([*self.stream, block.at.start])
            factors = drawn_factors(generator, units, len(block.y), self.share)
            passed = ThinnedPass(at, block.X, factors)
            margin = margins[block.at] = passed.output
            total, slope = total_and_slope(margin, block.y, block.weight)
            return total, passed.pullback(slope)

        total, smooth = self.blocks.sum(work)
        return self._evaluation(params, total, smooth, margins)

    def value(self, params: Vector) -> float:
        """Return the loss at `params`, (params,), of the units that are left."""
        return self.evaluate(params).loss
