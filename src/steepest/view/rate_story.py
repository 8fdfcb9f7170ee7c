"""The story of a learning rate that was found: what it rests on, as plain data."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np
from numpy.typing import NDArray

__all__ = ["ALIKE", "RangeTest", "RateStory", "RateTrial", "before_rise", "falls_again"]

Array = NDArray[np.float64]

ALIKE = 1e-3
"""The share of what the best rate's loss fell by which losses at the ends count as the same."""


RISE = 0.01
"""The share of what the lowest loss fell by, from which on a loss has risen, or fallen again."""


@dataclass(frozen=True)
class RateTrial:
    """A descent of some steps at one fixed rate, from the same start as the others."""

    rate: float
    loss: float
    """The loss of all rows at its end; infinite where it left the numbers."""
    steps: int
    """Steps until its loss of all rows was next to that end, by a thousandth of what it fell.

    With mini-batches that is worked out after each epoch, so it may have been there before.
    """
    diverged: bool
    """Whether its loss ended above the start's, or was no number."""


def before_rise(trials: Sequence[RateTrial], start_loss: float) -> Sequence[RateTrial]:
    """Return the trials, by their rates, until the loss rises for the first time; one at least."""
    lowest = start_loss
    for i, one in enumerate(trials):
        lowest = min(lowest, one.loss)
        if one.diverged or one.loss > lowest + RISE * (start_loss - lowest):
            return trials[: max(i, 1)]
    return trials


def falls_again(trials: Sequence[RateTrial], start_loss: float) -> bool:
    """Return whether the loss falls again with the rate once it has risen: it jumps.

    Of a bowl it falls to the best rate and rises to the limit. Past the edge of stability a step
    overshoots, and a slightly other rate lands elsewhere.
    """
    after = trials[len(before_rise(trials, start_loss)) :]
    return any(
        two.loss < one.loss - RISE * (start_loss - two.loss)
        for one, two in pairwise(after)
        if not two.diverged
    )


@dataclass(frozen=True)
class RangeTest:
    """One descent whose rate grows by the same factor at each step, and its losses, (steps,).

    Smith 2017, "Cyclical learning rates for training neural networks", section 3.3.
    """

    rates: Array
    losses: Array

    @property
    def steepest(self) -> float:
        """The rate at which the loss falls fastest by the logarithm of the rate."""
        known = np.isfinite(self.losses)
        slope = np.gradient(_smooth(self.losses[known]), np.log(self.rates[known]))
        return float(self.rates[known][slope.argmin()])


def _smooth(losses: Array) -> Array:
    """Return running means of five losses, (steps,), of fewer at the ends."""
    counts = np.convolve(np.ones(len(losses)), np.ones(5), "same")
    return np.convolve(losses, np.ones(5), "same") / counts


@dataclass(frozen=True)
class RateStory:
    """The rate with the lowest loss of all that were tried, and what is known of those above it.

    `learning_rate` is that of `rule` in the coordinates `scale`, as `descend` takes all three.
    """

    learning_rate: float
    rule: str
    scale: str
    title: str
    steps: int
    """Steps of each trial."""
    start_loss: float
    trials: tuple[RateTrial, ...]
    """By their rates, the smallest first."""
    range_test: RangeTest
    limit: float | None
    """The rate from which on the rule is proved to leave a bowl so curved; None if not known."""
    limit_formula: str
    limit_source: str
    is_exact: bool
    """Whether a rate above the limit is proved to leave the minimum: so it is of a squared loss."""
    is_network: bool
    coordinates: str
    """The coordinates in words, "" of the params as they are."""
    loss_label: str

    @property
    def best(self) -> RateTrial:
        """The trial of the rate."""
        return next(one for one in self.trials if one.rate == self.learning_rate)

    @property
    def steady(self) -> RateTrial | None:
        """The best trial before the loss rises and falls again with the rate; None: it never does.

        The best rate may lie among those jumps, where a slightly other rate or start ends
        elsewhere; then this is the one that does not hang on them.
        """
        if not falls_again(self.trials, self.start_loss):
            return None
        before = before_rise(self.trials, self.start_loss)
        return min(before, key=lambda one: one.loss)

    @property
    def worse(self) -> RateTrial | None:
        """The next larger rate tried whose loss is clearly higher, by `ALIKE` of what it fell."""
        alike = self.best.loss + ALIKE * (self.start_loss - self.best.loss)
        larger = (one for one in self.trials if one.rate > self.learning_rate)
        return next((one for one in larger if one.loss > alike), None)

    @property
    def margin(self) -> float:
        """By what factor the rate may grow until one is reached that diverged, or the limit.

        Infinite where neither is known.
        """
        beyond = [one.rate for one in self.trials if one.diverged and one.rate > self.learning_rate]
        return min([*beyond, self.limit or inf]) / self.learning_rate
