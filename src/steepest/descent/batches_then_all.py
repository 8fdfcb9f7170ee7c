"""Mini-batches at a rate that falls as epochs bring less, and then all rows at each step.

The noise of batches is as large as their rate, so it is divided by 10 where the loss has stopped
falling: He, Zhang, Ren & Sun 2016, "Deep residual learning for image recognition", section 3.4. On
all rows there is no noise left, and a method of second order can end what is left.

On a plateau of all rows that method stays, where the noise of batches leads on. So where it brings
little for long all begins anew, at the first rate, for twice as many epochs at least: the warm
restart of Loshchilov & Hutter 2017, "SGDR: stochastic gradient descent with warm restarts",
arXiv 1608.03983, section 3, where periods double. The lowest loss so far stays the run's result.
"""

from dataclasses import dataclass
from functools import cached_property
from math import inf, isfinite

from steepest.descent.checkpoint import Checkpoint
from steepest.descent.evaluator import Evaluator
from steepest.descent.sampling import Batches, Sampler, Samples
from steepest.objective.evaluation import Evaluation
from steepest.objective.objective import Objective

__all__ = ["BatchesThenAll"]

LEAST_BATCH = 256
"""Rows of a batch at least: of 64 Adam came to higher losses in the same time on all of five."""

MOST_IN_EPOCH = 400
"""Batches of an epoch at most."""

KEPT_IN_EPOCH = 2**19
"""Numbers of the steps of an epoch at most, 4 MB: every step is kept with its params."""

RATES = 2
"""Rates of the batches, each `FALL` of the one before; then each step sees all rows.

With a third one losses after 50 passes over the rows were within 3 % of those with two.
"""

FALL = 0.1
"""By what the rate is multiplied."""

LITTLE = 0.03
"""The share of the lowest loss so far that an epoch has to take off, or it brought little.

With 0.01 the losses of `python -m bench network-auto` after 50 passes were within 5 % of these.
"""

PATIENCE = 2
"""Epochs in a row that may bring little before the rate falls: one alone may be by chance."""

PERIODS = 2
"""Periods of batches and all rows; the last goes on with all rows.

Number by 20-32-1, 20,000 rows, 4 s: of one period 0.0033, of two 0.0027 (Adam's best is 0.0033). A
third brought nothing on four of the problems of `python -m bench network-auto`.
"""

LONGER = 2
"""How many times the epochs at the first rate those of the next period are at least."""

PATIENCE_OF_ALL = 6
"""Steps of all rows that may bring little for each epoch of their period, before the next begins.

A step takes a third of the time of an epoch (of 20,000 and 100,000 rows), so it is about as long as
the batches of the next period take: whether these were needed or not, half the time was well spent
(the ski rental rule, 2-competitive: Karlin, Manasse, Rudolph & Sleator 1988).
"""


@dataclass(frozen=True)
class BatchesThenAll(Sampler):
    """Batches in a new order each epoch; after two epochs of little gain at a tenth of the rate.

    After two more each step sees all rows, until these bring little: then it begins anew, once.
    Rows that make no whole batch are left out until the next epoch, so all batches are as large.
    `seed` draws the orders.
    """

    seed: int = 0

    @cached_property
    def batches(self) -> Batches:
        """The batches, without end."""
        in_epoch = max(1, min(MOST_IN_EPOCH, KEPT_IN_EPOCH // self.objective.size))
        rows = max(LEAST_BATCH, -(-self.objective.count // in_epoch))
        return Batches(self.objective, min(rows, self.objective.count), self.seed, drops_rest=True)

    @property
    def in_epoch(self) -> int:
        """How many batches make an epoch."""
        return self.batches.in_epoch

    def begin(self, at: Checkpoint) -> Samples:
        """Return the batches that come next, or all rows."""
        return _BatchesThenAll(self, at)


class _BatchesThenAll(Samples):
    """At the rate numbered `stage`, from 0, after `taken` batches; at the last stage all rows.

    `best` is the lowest loss of all rows by which epochs and steps of all rows are judged, and
    `little` how many of them in a row brought little. `epochs` are those of this `period`, from 1,
    and `least` how many it has at the first rate at least.
    """

    def __init__(self, sampler: BatchesThenAll, at: Checkpoint) -> None:
        super().__init__(sampler.objective, sampler.objective)
        # A file from before there were periods has four numbers: it ends as it would have.
        began = at.batches or (0, 0, inf, 0, 0, 0, 1)
        stage, taken, self._best, *counts = (*began, 0, 0, PERIODS)[:7]
        self._stage, self._taken = int(stage), int(taken)
        self._little, self._epochs, self._least, self._period = map(int, counts)
        self._in_epoch = sampler.in_epoch
        self._batches = sampler.batches.after(self._taken, at.row_stream)

    @property
    def state(self) -> tuple[float, ...]:
        counts = self._little, self._epochs, self._least, self._period
        return self._stage, self._taken, self._best, *counts

    @property
    def sees_all(self) -> bool:
        return self._stage >= RATES

    @property
    def same_rows(self) -> bool:  # type: ignore[override]
        return self.sees_all

    @property
    def rate_share(self) -> float:  # type: ignore[override]
        return FALL**self._stage

    def next(self) -> Objective:
        if self.sees_all:
            self.objective = self.whole
            return self.objective
        self._taken += 1
        self.objective = next(self._batches)
        return self.objective

    def full_loss(self, at: Evaluation, index: int, evaluator: Evaluator) -> float:
        """Return the loss of all rows where an epoch begins, by which the last one is judged."""
        if self.sees_all:
            self._judge(at.loss)
            return at.loss
        if (self._taken - 1) % self._in_epoch:
            return float("nan")
        evaluator.rows_read += self.whole.count
        loss = self.whole.value(at.params)
        self._epochs += 1
        self._judge(loss)
        return loss

    def _judge(self, loss: float) -> None:
        """Count epochs that brought little; after enough of them the next stage begins."""
        if not isfinite(self._best) or self._best - loss >= LITTLE * abs(self._best):
            self._best, self._little = loss, 0
        else:
            self._little += 1

    def exhausted(self, at: Evaluation, steepness: float) -> bool:
        """Return whether the last batch of this stage is over: the next one is of another."""
        if self.sees_all:
            return self._period < PERIODS and self._little >= PATIENCE_OF_ALL * self._epochs
        return self._little >= PATIENCE and (self._stage > 0 or self._epochs >= self._least)

    def enlarge(self) -> Objective:
        """Go on at a smaller rate on the same batch, on all rows, or anew at the first rate."""
        if self.sees_all:
            self._stage, self._best, self._epochs, self._period = 0, inf, 0, self._period + 1
            self._taken += 1
            self.objective = next(self._batches)
        else:
            self._least = self._least if self._stage else LONGER * self._epochs
            self._stage += 1
            self.objective = self.whole if self.sees_all else self.objective
        self._little = 0
        return self.objective
