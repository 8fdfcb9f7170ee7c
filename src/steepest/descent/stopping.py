"""Stops: when a run is over, and how it knows."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

import numpy as np

from steepest.checks import number
from steepest.objective.protocol import Vector
from steepest.trace import Trace

__all__ = ["MOST_STEPS", "Stop", "Stopping"]

MOST_STEPS = 100_000
"""Steps after which a run that was told no number ends without having arrived."""

GROWTH = 1e3
"""A loss this many times the start's (or a constant guess's) that still rises has diverged."""

RISEN = 1e-9
"""The share of the loss by which it may lie above the lowest without having risen."""

EXACT = 4.0 * float(np.finfo(np.float64).eps)
"""The share of the start's gradient that is its own rounding."""

FAR = 1e3
"""How many times as steep as a constant guess's loss a start is that is very far away."""

SHRINKS = 0.1
"""A step in round coordinates that leaves more than this share of the gradient met rounding."""

PATIENCE = 100
"""Losses of all rows, one after the other, that may bring nothing lower before a run is over."""


VANISHED = 1e-6
"""The share of a constant guess's loss below which classes that lie apart have taught enough."""


@dataclass(frozen=True)
class Stop:
    """Why a run ended: `reason` is one word, `message` says how that is known.

    The reasons: `arrived` (the gradient is as good as 0), `settled` (nothing lower is found),
    `risen` (lower was found before, and not again), `separated` (there is no lowest), `steps`,
    `seconds`, `diverged`, `callback`, `interrupted`.
    """

    reason: str
    message: str


@dataclass(frozen=True)
class Stopping:
    """When to stop; without `tol` a run has its number of steps, unless it diverges before.

    `tol` is on the steepness (the gradient norm in the coordinates of the walk) relative to
    `steep`, the steepness at which one safe step takes the whole loss of a constant guess away:
    `sqrt(2 curvature loss)`. So at tol t one more safe step gains at most about t² of that loss.
    """

    steps: int | None = None
    seconds: float | None = None
    tol: float | None = None
    steep: float = 1.0
    null_loss: float = 0.0
    apart: float = 0.0
    """See `apart.separated_below`."""
    tells_apart: Callable[[Vector], bool] = lambda params: False
    """Whether at some params a class is told apart from all others; see `apart.told_apart`."""
    since: float = 0.0
    """The seconds that had passed when those that were given began."""
    polish: bool = False
    """Whether to go on while a step still takes most of the gradient away: to the last digits."""

    def __post_init__(self) -> None:
        if self.seconds is not None:
            number("seconds", self.seconds, above=0)
        if self.tol is not None:
            number("tol", self.tol)

    @property
    def enough(self) -> float:
        """The steepness at which the run has arrived; 0 if it is not to end by that alone."""
        return 0.0 if self.tol is None or self.polish else self.tol * self.steep

    def why(self, trace: Trace) -> Stop | None:
        """Return why the run is over at the last step of `trace`, or None if it goes on."""
        tests = (
            _lost,
            self._grown,
            self._separated,
            self._drifting,
            self._polished if self.polish else self._arrived,
            self._settled,
            self._steps,
            self._seconds,
        )
        return next((stop for test in tests if (stop := test(trace))), None)

    def _grown(self, trace: Trace) -> Stop | None:
        usual = max(trace.first.loss, self.null_loss)
        loss = trace.last.loss
        if loss <= GROWTH * usual or not np.all(np.diff(trace.losses[-4:]) > 0):
            return None
        times = loss / usual
        told = f"{times:,.0f}" if times < 1e6 else f"{times:.3g}"
        return Stop("diverged", f"diverged: the loss is {told} times its start and rising")

    def _arrived(self, trace: Trace) -> Stop | None:
        last = trace.last
        steepness = last.steepness
        if self.tol is None or last.loss != last.full_loss or steepness > self.tol * self.steep:
            return None
        gain = (steepness / self.steep) ** 2 if self.steep else 0.0
        return Stop(
            "arrived",
            "arrived: the gradient is as good as 0; one more safe step could take off "
            f"{gain:.1g} of the loss of a constant guess",
        )

    def _polished(self, trace: Trace) -> Stop | None:
        steepness = trace.steepnesses[-1]
        shrinks = len(trace) < 3 or steepness < SHRINKS * trace.steepnesses[-2]
        # From very far away the first step leaves what is rounding there, and much here.
        if shrinks and steepness > EXACT * min(trace.first.steepness, FAR * self.steep):
            return None
        return Stop("arrived", "arrived: what is left of the gradient is rounding")

    def _separated(self, trace: Trace) -> Stop | None:
        vanished = min(self.apart, VANISHED * self.null_loss)
        if self.tol is None or not trace.last.full_loss < vanished:
            return None
        return Stop(
            "separated",
            "stopped: the classes are told apart without fault, so the loss would fall for ever",
        )

    def _drifting(self, trace: Trace) -> Stop | None:
        """Look now and then whether all that still falls is the loss of a class told apart."""
        steps = len(trace) - 1
        if self.tol is None or steps < PATIENCE or steps & (steps - 1):
            return None
        gained = trace.full_losses[steps // 2] - trace.last.full_loss
        if not gained < VANISHED * self.null_loss or not self.tells_apart(trace.last.params):
            return None
        return Stop(
            "separated",
            "stopped: a class is told apart from all others without fault, so the loss would fall "
            f"for ever, but in the last {steps // 2:,} steps it hardly fell",
        )

    def _settled(self, trace: Trace) -> Stop | None:
        if self.tol is None:
            return None
        stands = not trace.last.learning_rate
        if stands and len(trace) > 1 and not trace.learning_rates[-2]:
            return Stop("settled", "settled: no lower loss is found along the gradient")
        if trace.since_progress < PATIENCE:
            return None
        best = trace.best
        if trace.full_losses[-1] - best.full_loss > RISEN * abs(best.full_loss):
            return Stop(
                "risen",
                f"stopped: step {best.index:,} had the lowest loss, none since came near",
            )
        return Stop(
            "settled", f"settled: {PATIENCE} steps in a row brought no measurably lower loss"
        )

    def _steps(self, trace: Trace) -> Stop | None:
        most = MOST_STEPS if self.steps is None else self.steps
        if len(trace) <= most:
            return None
        if self.steps is None:
            return Stop("steps", f"stopped: {most:,} steps are the most unless steps says more")
        return Stop("steps", f"stopped after {most:,} step{'s' * (most != 1)}, as asked")

    def _seconds(self, trace: Trace) -> Stop | None:
        if self.seconds is None or trace.last.seconds - self.since < self.seconds:
            return None
        return Stop("seconds", f"stopped: the {self.seconds:g} s it was given are over")


def _lost(trace: Trace) -> Stop | None:
    if isfinite(trace.last.loss) and isfinite(trace.last.steepness):
        return None
    at = len(trace) - 1
    return Stop("diverged", f"diverged: at step {at} the loss or its gradient left all bounds")
