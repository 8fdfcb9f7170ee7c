"""Arrival: that no lower loss is to be had, and by which bound that is proved."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan

import numpy as np

from steepest.checks import number
from steepest.descent.remaining_gap import remaining_gap
from steepest.descent.stop import BY_DUALITY, Stop, by_mean_slope, proof
from steepest.objective.minimum.sure_gap import SureGap
from steepest.trace import Step, Trace

__all__ = ["Arrival"]

GRADIENT_ROUNDING = 4.0 * float(np.finfo(np.float64).eps)
"""The share of the start's gradient that is its own rounding."""

FAR_START = 1e3
"""How many times as steep as a constant guess's loss a start is that is very far away."""

SHRINKS = 0.1
"""A step in whitened coordinates that leaves more than this share of the gradient met rounding."""

MOST_ROUNDING = 3e-4
"""The share of `safe_steepness` above which no rest of a gradient is taken to be rounding.

In whitened coordinates the loss can fall by the square of it, 1e-7 of a constant guess's: more
would be no lowest loss.
"""


def _no_gap(last: Step) -> SureGap | None:
    return None


@dataclass(frozen=True)
class Arrival:
    """When a run has arrived; without `tol` it never has.

    It has converged where `|g| <= tol reference_steepness`, g the gradient in the coordinates of
    the walk, L the curvature there and f0 the loss of a constant guess: the reference is
    `sqrt(2 L f0)`, the `safe_steepness`, at which one step of rate 1 / L takes off f0. So one more
    such step takes off at most `tol² f0`. That says little of how far the lowest loss is where rows
    are fewer than features, so with L1 the duality gap must be at most `tol f0` as well, by which
    scikit-learn's and celer's lasso end. Where rows cannot make the loss so steep it is the most
    that they can.

    Without a constant guess it is `|g| |x - x0| <= tol (f(x0) - f(x))`, which no units of loss or
    params change. By convexity `f(x) - f(z) <= |g| |x - z|`, so for all z with
    `|x - z| <= |x - x0|` it is `f(x) - f(z) <= tol (f(x0) - f(x))`.
    """

    tol: float | None = None
    reference_steepness: float | None = 1.0
    """The steepness that tol is relative to; None where it is the mean slope so far."""
    null_loss: float = 0.0
    safe_steepness: float = 0.0
    gap_tol: float = 0.0
    """The share of the loss by which it may be above the lowest, where passes are dear; 0: none."""
    proved_gap: Callable[[Step], SureGap | None] = _no_gap
    """How much lower a loss can be at most, by all rows; see `Objective.proved_gap`."""
    proved_by: Callable[[], str] = str
    """Returns what proved it."""
    exact: bool = False
    """Whether to go on while anything lower is found, however small the proved gap is."""
    refine: bool = False
    """Whether to go on while a step still takes most of the gradient away: to the last digits."""

    def __post_init__(self) -> None:
        if self.tol is not None:
            number("tol", self.tol)

    @property
    def gtol(self) -> float:
        """The steepness at which the run has arrived; 0 if it is not to end by that alone."""
        reference = self.reference_steepness
        return 0.0 if self.tol is None or self.refine else self.tol * (reference or 0.0)

    @property
    def largest_gap(self) -> float:
        """The duality gap at which it has arrived, where one is known."""
        return 0.0 if self.tol is None else self.tol * self.null_loss

    def arrived(self, trace: Trace) -> Stop | None:
        """Return that the run has arrived, and by which bound; None if that is not known."""
        return self._refined(trace) if self.refine else self._near_enough(trace, trace.last)

    def _near(self, trace: Trace, last: Step) -> Stop | None:
        """Stop where the lowest loss is known to be near enough, as `remaining_gap` tells it."""
        if not self.gap_tol or self.tol is None or last.learning_rate or len(trace) < 2:
            return None
        if last.loss != last.full_loss or trace.rows[-2] != last.rows or not len(trace.whitened):
            return None
        fall = trace.losses[-2] - last.loss
        gap = remaining_gap(last.steepness, trace.steepnesses[-2], fall)
        if gap > self.gap_tol * abs(last.loss):
            return None
        proved = self.proved_gap(last)
        if self._is_disproved(last):
            return None
        if proved is not None:
            return Stop("arrived", f"arrived: {proof(last, self.proved_by(), proved.gap)}")
        share = gap / abs(last.loss)
        return Stop(
            "arrived",
            f"arrived: the loss is about {share:.1g} of itself above the lowest, an estimate by "
            "how two passes came near it",
        )

    def _is_disproved(self, last: Step) -> bool:
        """Return whether the curvature of all rows, where it is asked, leaves more than may be."""
        proved = self.proved_gap(last) if self.gap_tol else None
        return proved is not None and not proved.gap <= self.gap_tol * abs(last.loss)

    def _near_enough(self, trace: Trace, last: Step) -> Stop | None:
        if near := self._near(trace, last):
            return near
        if not isnan(last.gap):
            return self._proved(last)
        if self.reference_steepness is None:
            return self._arrived_by_slope(trace.first, last)
        steepness, reference = last.steepness, self.reference_steepness
        if self.tol is None or steepness > self.tol * reference or last.loss != last.full_loss:
            return None
        if self._is_disproved(last):
            return None
        safe = self.safe_steepness or reference
        gain = (steepness / safe) ** 2 if safe else 0.0
        return Stop(
            "arrived",
            f"arrived: one more safe step could take off {gain:.1g} of the loss of a constant "
            "guess",
        )

    def _proved(self, last: Step) -> Stop | None:
        """Stop where the duality gap is small, or nothing lower is found and the gap is what it is.

        A run that is to arrive goes on with a small gap as long as something lower is found.
        """
        over = not last.learning_rate
        if self.tol is None or not (over or not self.exact):
            return None
        if last.gap <= max(self.largest_gap, self.gap_tol * abs(last.full_loss)):
            return Stop("arrived", f"arrived: {self._proof(last)}")
        if not over:
            return None
        return Stop("settled", f"settled: nothing lower is found; {self._proof(last)}")

    def _proof(self, last: Step) -> str:
        return proof(last, BY_DUALITY if self.proved_gap(last) is None else self.proved_by())

    def _arrived_by_slope(self, first: Step, last: Step) -> Stop | None:
        """Stop where the gradient is `tol` of the mean slope from the start to here, or is 0."""
        if self.tol is None or last.loss != last.full_loss:
            return None
        if not last.gradient_norm:
            return Stop("arrived", "arrived: the gradient is exactly 0")
        small = by_mean_slope(first, last, self.tol)
        return None if small is None else Stop("arrived", f"arrived: {small}")

    def _refined(self, trace: Trace) -> Stop | None:
        steepness = trace.steepnesses[-1]
        shrinks = len(trace) < 3 or steepness < SHRINKS * trace.steepnesses[-2]
        # From very far away the first step leaves what is rounding there, and much here.
        start = min(trace.first.steepness, FAR_START * (self.reference_steepness or np.inf))
        safe = self.safe_steepness or self.reference_steepness or np.inf
        if steepness > MOST_ROUNDING * safe or (shrinks and steepness > GRADIENT_ROUNDING * start):
            return None
        return Stop("arrived", "arrived: what is left of the gradient is rounding")
