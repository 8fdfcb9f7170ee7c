"""Mini-batches that grow as epochs bring less, until each step sees all rows.

The noise of batches goes like learning rate over batch, so a larger batch is as good as a smaller
rate, and takes fewer steps: Smith, Kindermans, Ying & Le 2018, "Don't decay the learning rate,
increase the batch size", arXiv 1711.00489. With all rows there is no noise left, and a method of
second order can end what is left.
"""

from dataclasses import dataclass
from functools import cached_property
from math import inf, isfinite

from steepest.descent.checkpoint import Checkpoint
from steepest.descent.evaluator import Evaluator
from steepest.descent.sampling import Batches, Sampler, Samples
from steepest.objective.evaluation import Evaluation
from steepest.objective.objective import Objective

__all__ = ["GrowingBatches"]

LEAST_BATCH = 256
"""Rows of the first batches at least: of 64 a step takes three quarters of the time of 256."""

MOST_IN_EPOCH = 400
"""Batches of the first epochs at most."""

KEPT_IN_EPOCH = 2**19
"""Numbers of the steps of an epoch at most, 4 MB: every step is kept with its params."""

GROWTH = 4
"""How many times as many rows the next batches have."""

LITTLE = 0.03
"""The share of the lowest loss so far that an epoch has to take off, or it brought little.

Of 0.1 and 0.03 on the problems of `python -m bench network-auto`: the smaller one ended lower on
four of five.
"""

PATIENCE = 2
"""Epochs in a row that may bring little before batches grow: one alone may be by chance."""


@dataclass(frozen=True)
class GrowingBatches(Sampler):
    """Batches in a new order each epoch; after two epochs of little gain four times as large.

    At last each is all rows. Rows that make no whole batch are left out until the next epoch, so
    all batches between two growths are as large. `seed` draws the orders.
    """

    seed: int = 0

    @cached_property
    def least(self) -> int:
        """How many rows the first batches have."""
        in_epoch = max(1, min(MOST_IN_EPOCH, KEPT_IN_EPOCH // self.objective.size))
        rows = max(LEAST_BATCH, -(-self.objective.count // in_epoch))
        return self.fitting(rows)

    @property
    def in_epoch(self) -> int:
        """How many of the first batches make an epoch."""
        return self.of(self.least).in_epoch

    def of(self, rows: int) -> Batches:
        """Return the batches of so many rows."""
        return Batches(self.objective, rows, self.seed, drops_rest=True)

    def fitting(self, rows: int) -> int:
        """Return `rows`, or all where two such batches are more than there are."""
        count = self.objective.count
        return rows if 2 * rows <= count else count

    def begin(self, at: Checkpoint) -> Samples:
        """Return the batches that come next."""
        return _GrowingSamples(self, at)


class _GrowingSamples(Samples):
    """Batches of `rows`, of which the `taken` first ones of epoch `epoch` are gone.

    `best` is the lowest loss of all rows by which epochs are judged, `little` how many of them in
    a row brought little.
    """

    def __init__(self, sampler: GrowingBatches, at: Checkpoint) -> None:
        super().__init__(sampler.objective, sampler.objective)
        self._sampler, self._stream = sampler, at.row_stream
        rows, epoch, taken, self._best, little = at.batches or (sampler.least, 0, 0, inf, 0)
        self._rows, self._epoch, self._taken = int(rows), int(epoch), int(taken)
        self._little = int(little)
        self._go_on()

    def _go_on(self) -> None:
        """Take the batches from here on; the orders before are drawn once more."""
        batches = self._sampler.of(self._rows)
        self._in_epoch = batches.in_epoch
        self._batches = batches.after(self._epoch * self._in_epoch + self._taken, self._stream)

    @property
    def state(self) -> tuple[float, ...]:
        return self._rows, self._epoch, self._taken, self._best, self._little

    @property
    def sees_all(self) -> bool:
        return self._rows >= self.whole.count

    @property
    def same_rows(self) -> bool:  # type: ignore[override]
        return self.sees_all

    def next(self) -> Objective:
        if self.sees_all:
            self.objective = self.whole
            return self.objective
        if self._taken == self._in_epoch:
            self._epoch, self._taken = self._epoch + 1, 0
        self._taken += 1
        self.objective = next(self._batches)
        return self.objective

    def full_loss(self, at: Evaluation, index: int, evaluator: Evaluator) -> float:
        """Return the loss of all rows where an epoch begins, by which the last one is judged."""
        if self.sees_all:
            return at.loss
        if self._taken > 1:
            return float("nan")
        evaluator.rows_read += self.whole.count
        loss = self.whole.value(at.params)
        if not isfinite(self._best) or self._best - loss >= LITTLE * abs(self._best):
            self._best, self._little = loss, 0
        else:
            self._little += 1
        return loss

    def exhausted(self, at: Evaluation, steepness: float) -> bool:
        return not self.sees_all and self._little >= PATIENCE

    def enlarge(self) -> Objective:
        self._rows = self._sampler.fitting(GROWTH * self._rows)
        self._epoch, self._taken, self._little = self._epoch + 1, 0, 0
        self._go_on()
        return self.next()
