"""Stops: when a run is over: it has arrived, settled or diverged, or had what it was given."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf, log

import numpy as np
from numpy.typing import NDArray

from steepest.checks import number
from steepest.data.float_types import FLOAT64, LOSS_ROUNDING
from steepest.descent.arrival import Arrival
from steepest.descent.stop import (
    Stop,
    by_mean_slope,
    falls_for_ever,
    least_rise,
    not_finite,
)
from steepest.numerals import counted, short
from steepest.objective.evaluation import Vector
from steepest.objective.minimum.recession import Recession
from steepest.trace import Step, Trace

__all__ = [
    "MOST_NETWORK_STEPS",
    "MOST_STEPS",
    "MOST_WITHOUT_PROGRESS",
    "Stopping",
]

MOST_STEPS = 100_000
"""Steps after which a run for which no number was given ends without having arrived."""

MOST_NETWORK_STEPS = 1000
"""The same of a network, which mostly arrives nowhere: its loss falls ever more slowly."""

DIVERGED_GROWTH = 1e3
"""A loss this many times the start's (or a constant guess's) that still rises has diverged."""

MOST_WITHOUT_PROGRESS = 100
"""Losses of all rows, one after the other, that may bring nothing lower before a run is over.

No proof: momentum at rate 0.1 on the O-rings came lower after 433 that did not. So `objection`
looks for a lower loss before such a run is called settled.
"""

FIRST_SEPARATION_CHECK = 128
"""The first of the powers of two steps at which it is looked at whether the loss falls for ever."""

VANISHED = 1e-6
"""The share of a constant guess's loss below which it is looked at whether it falls for ever."""

OWN_SIDE = log(2.0)
"""The loss of a row that gives its actual class just a half: below it is on its own side."""

UNKNOWN = Recession("unknown", "nothing was looked at")


def _unknown(params: Vector, gradient: Vector | None) -> Recession:
    return UNKNOWN


def _infinite_loss(params: Vector, rows: NDArray[np.intp]) -> float:
    return float("inf")


def _no_objection(first: Step, last: Step) -> "Stop | None":
    return None


@dataclass(frozen=True)
class Stopping(Arrival):
    """When to stop: once it has arrived, or sooner, by what was given or by how it went."""

    steps: int | None = None
    seconds: float | None = None
    recession: Callable[[Vector, Vector | None], Recession] = _unknown
    """What is known of directions along which the loss falls for ever; see `Objective`."""
    largest_loss: Callable[[Vector, NDArray[np.intp]], float] = _infinite_loss
    """The largest loss of some rows at some params."""
    since: float = 0.0
    """The seconds that had passed when those that were given began."""
    most_steps: int = MOST_STEPS
    """The steps after which a run for which no number was given ends."""
    most_passes: float = inf
    """How often all rows may have been read before such a run ends."""
    most_without_progress: int = MOST_WITHOUT_PROGRESS
    """Losses of all rows, one after the other, that may bring nothing lower before it is over."""
    slope_is_bounded: bool = False
    """Whether the gradient has a bound: then a loss grows by no more than that at each step.

    From a convex loss f with |gradient| <= G a fixed rate r does not walk away:
    `|x - r g - z|² <= |x - z|² - 2 r (f(x) - f(z)) + r² G²` for any z, so a step from where f is
    more than `r G² / 2` above f(z) leads nearer to z (Shor 1985, "Minimization methods for
    non-differentiable functions"). The first steps may be far up, and yet nothing has diverged.
    """
    is_convex: bool = True
    """Whether a gradient of 0 says that nothing is lower: else it may be a saddle."""
    searches: bool = False
    """Whether a rate of 0 says that a search found nothing lower, along the gradient at last."""
    objection: Callable[[Step, Step], Stop | None] = _no_objection
    """Why a run has not settled at its last step, after its start; None where nothing is known."""
    patience: int | None = None
    """How many losses of the rows kept back may be no lower than one before; None: any number."""
    rounding: float = LOSS_ROUNDING[FLOAT64]
    """The share of itself by which two losses may differ by rounding alone."""
    slope_tol: float | None = None
    """The `tol` of a loss that has neither a bound on its curvature nor is convex; see `_gradient`.
    """
    began: int = 0
    """The step from which on these are counted: the first of a run that is gone on with."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.seconds is not None:
            number("seconds", self.seconds, above=0)

    def check(self, trace: Trace) -> Stop | None:
        """Return why the run is over at the last step of `trace`, or None if it goes on."""
        last = trace.last
        return (
            not_finite(last)
            or self._grown(trace, last.loss)
            or self._separation(trace, last)
            or self._unless_separated(self._reached(trace, last), last)
            or self._gradient(trace.first, last)
            or self._validation(trace)
            or self._steps(last)
            or self._seconds(last.seconds)
        )

    def _reached(self, trace: Trace, last: Step) -> Stop | None:
        """Return why no lower loss is to be had, or None; in float32 to how many digits."""
        stop = self._lowest(trace, last)
        if stop is None or self.rounding == LOSS_ROUNDING[FLOAT64] or not stop.at_minimum:
            return stop
        digits = f"in float32, which distinguishes losses to {self.rounding:g} of them"
        return replace(stop, message=f"{stop.message}, {digits}")

    def _lowest(self, trace: Trace, last: Step) -> Stop | None:
        """Return that nothing lower is found, or None."""
        arrived = self.arrived(trace)
        if arrived and not self.is_convex:
            return self.objection(trace.first, last) or arrived
        return arrived or self._settled(trace, last)

    def _grown(self, trace: Trace, loss: float) -> Stop | None:
        usual = max(abs(trace.first.loss), self.null_loss)
        if (
            self.slope_is_bounded
            or not usual
            or loss <= DIVERGED_GROWTH * usual
            or not np.all(np.diff(trace.losses[-4:]) > 0)
        ):
            return None
        times = loss / usual
        shown = f"{times:,.0f}" if times < 1e6 else f"{times:.3g}"
        return Stop("diverged", f"diverged: the loss is {shown} times its start and rising")

    def _gradient(self, first: Step, last: Step) -> Stop | None:
        """Stop where the gradient of a network is `tol` of the mean slope from the start to here.

        Where the curvature has no bound a small gradient may be that of a plain or a saddle, so
        that the run is over is all that is said.
        """
        if self.slope_tol is None or last.loss != last.full_loss:
            return None
        small = by_mean_slope(first, last, self.slope_tol)
        if small is None:
            return None
        return Stop("gradient", f"stopped: {small}, as small as tol asks; lower may follow")

    def _separation(self, trace: Trace, last: Step) -> Stop | None:
        """Stop where the loss is proved to fall for ever, and all rows that gain have gained.

        That is looked at where next to nothing of the loss is left, and at powers of two steps.
        """
        if self.tol is None:
            return None
        vanished = last.full_loss < VANISHED * self.null_loss
        steps = last.index
        due = steps >= FIRST_SEPARATION_CHECK and not steps & (steps - 1)
        if not (vanished or due) or not (found := self._recession(last)).found:
            return None
        if vanished:
            return falls_for_ever(f"{last.full_loss:.2g} of it is left")
        if self.largest_loss(last.params, found.rows) < OWN_SIDE:
            return falls_for_ever("the rows that make it fall have a loss below log 2 each")
        gained = trace.full_losses[steps // 2] - last.full_loss
        if gained < VANISHED * self.null_loss:
            return falls_for_ever(f"in the last {steps // 2:,} steps it hardly fell")
        return None

    def _recession(self, last: Step) -> Recession:
        """Return what is known of directions along which the loss falls for ever."""
        return self.recession(last.params, last.gradient_of_all)

    def _unless_separated(self, stop: Stop | None, last: Step) -> Stop | None:
        """Return the stop; one that says that nothing lower is found, only if there is a lowest."""
        ends = stop is not None and stop.reason in ("arrived", "settled", "stalled")
        if not ends or not self._recession(last).found:
            return stop
        return falls_for_ever(f"the gradient has the length {short(last.gradient_norm)}")

    def _settled(self, trace: Trace, last: Step) -> Stop | None:
        if self.tol is None:
            return None
        found_none = self.searches and _stood_still(trace, last)
        if not found_none and trace.since_progress < self.most_without_progress:
            return None
        best = trace.best
        rise = trace.full_losses[-1] - best.full_loss
        if rise > least_rise(self.rounding) * abs(best.full_loss):
            return Stop(
                "risen",
                f"stopped: step {best.index:,} had the lowest loss, none since came near",
            )
        how = f"{self.most_without_progress} steps in a row brought no measurably lower loss"
        how = "no lower loss is found along the gradient" if found_none else how
        return self.objection(trace.first, last) or Stop("settled", f"settled: {how}")

    def _validation(self, trace: Trace) -> Stop | None:
        """Stop where the loss of the rows kept back has not fallen for long (Prechelt 1998).

        "Early stopping - but when?", criterion UP with strips of one measurement.
        """
        best = trace.best_validated
        if self.patience is None or best is None:
            return None
        known = ~np.isnan(trace.validation_losses)
        since = np.count_nonzero(known[best.index + 1 :])
        counting = np.count_nonzero(known[max(best.index + 1, self.began) :])
        if counting < self.patience:
            return None
        anew = f", {counting:,} of them since it was gone on with"
        return Stop(
            "validation",
            f"stopped: the loss of the rows kept back was lowest at step {best.index:,}, and the "
            f"next {since:,} were no lower{anew if counting < since else ''}",
        )

    def _steps(self, last: Step) -> Stop | None:
        most = self.most_steps if self.steps is None else self.steps
        if self.steps is None and last.passes >= self.most_passes:
            often = f"all rows were read {self.most_passes:,.0f} times"
            return Stop("steps", f"stopped: {often}, the most unless steps says more")
        if last.index < most:
            return None
        if self.steps is None:
            return Stop("steps", f"stopped: {most:,} steps are the most unless steps says more")
        return Stop("steps", f"stopped after {counted(most, 'step')}, as asked")

    def _seconds(self, passed: float) -> Stop | None:
        if self.seconds is None or passed - self.since < self.seconds:
            return None
        return Stop("seconds", f"stopped: the {self.seconds:g} s it was given are over")


def _stood_still(trace: Trace, last: Step) -> bool:
    """Return whether neither the last step nor the next one moves."""
    return not last.learning_rate and last.index > 0 and not trace.learning_rates[-2]
