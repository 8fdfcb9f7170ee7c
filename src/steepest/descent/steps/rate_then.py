"""A rate of mini-batches that is found once, and another step size once steps see all rows."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from steepest.descent.evaluator import SearchState
from steepest.descent.steps.step_size import StepLength, StepSize

__all__ = ["RateThen"]


@dataclass(frozen=True)
class RateThen(StepSize):
    """On mini-batches a rate that is found once, or a share of it, then that `on_all_rows`.

    `find` returns the rate and how many rows it read; it is asked at the first step, so that its
    time is that of a step.
    """

    find: Callable[[], tuple[float, int]]
    on_all_rows: StepSize

    @property
    def searches(self) -> bool:
        """Return True: that of mini-batches is never 0."""
        return True

    @cached_property
    def _found(self) -> tuple[float, int]:
        return self.find()

    def __call__(self, state: SearchState) -> float | StepLength:
        """Return the rate that was found, or how far to go on all rows."""
        if state.same_rows:
            return self.on_all_rows(state)
        rate, rows_read = self._found
        return StepLength(state.rate_share * rate, rows_read=0 if state.index else rows_read)
