"""Dropout: each step is evaluated on a network of which some hidden units are left out."""

from dataclasses import dataclass

from steepest.descent.checkpoint import Checkpoint
from steepest.descent.evaluator import Evaluator
from steepest.descent.sampling import Sampler, Samples
from steepest.objective.evaluation import Evaluation
from steepest.objective.objective import Objective

__all__ = ["Dropout"]

UNIT_STREAM = 1
"""What parts the draws of the units from those of rows and start, which have the same seed."""


@dataclass(frozen=True)
class Dropout(Sampler):
    """The mini-batches of `batches`, each of a network with a `share` of its units left out.

    The units of a step are drawn from `seed` and its index, so a run that is gone on with draws
    the same. A batch's loss and gradient are of the network that is left; the loss of all rows is
    of the whole one (Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks
    from overfitting").
    """

    batches: Sampler
    share: float
    seed: int = 0

    @property
    def batch(self) -> int | None:
        """How many rows a mini-batch has."""
        return self.batches.batch

    @property
    def in_epoch(self) -> int:
        """How many batches make an epoch."""
        return self.batches.in_epoch

    @property
    def varies(self) -> bool:
        """Return True: units come and go, even where a batch is all rows."""
        return True

    def begin(self, at: Checkpoint) -> Samples:
        """Return the batches that come after the steps that are taken."""
        return _ThinnedSamples(self, at)


class _ThinnedSamples(Samples):
    same_rows = False

    def __init__(self, dropout: Dropout, at: Checkpoint) -> None:
        super().__init__(dropout.objective, dropout.objective)
        self._dropout, self._index = dropout, at.index
        self._batches = dropout.batches.begin(at)

    @property
    def sees_all(self) -> bool:
        return False

    def next(self) -> Objective:
        stream = (UNIT_STREAM, self._dropout.seed, self._index)
        thinned = self._batches.next().thinned(self._dropout.share, stream)
        assert thinned is not None
        self.objective, self._index = thinned, self._index + 1
        return thinned

    def full_loss(self, at: Evaluation, index: int, evaluator: Evaluator) -> float:
        return self._batches.full_loss(at, index, evaluator)
