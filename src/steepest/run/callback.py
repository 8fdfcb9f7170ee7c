"""A callback of the reader's own: asked at every step, its error raised once the run is whole.

So is an error of an objective of the reader's own: the steps before it are kept.
"""

from collections.abc import Callable
from typing import TypeVar

from steepest.trace import Step

__all__ = ["Callback"]

Made = TypeVar("Made")


class Callback:
    """A function that is called with every step; an error of its own waits until the run is whole.

    `function` is None where there is none.
    """

    def __init__(self, function: Callable[[Step], object] | None) -> None:
        self._function = function
        self._error: Exception | None = None

    def __call__(self, step: Step) -> bool:
        """Return whether the run is to end: the function says so, or has failed."""
        try:
            return self._function is not None and bool(self._function(step))
        except Exception as error:
            self._error = error
            return True

    def keep(self, error: Exception, step: int) -> None:
        """Keep the error that the objective raised at a step, until the run is whole."""
        error.add_note(f"steepest: the objective failed at step {step:,}")
        self._error = error

    def raise_with_run(self, run: Made) -> Made:
        """Return the run; raise what has been raised, with the run so far as its `run`."""
        if self._error is None:
            return run
        vars(self._error)["run"] = run
        self._error.add_note("steepest: the run so far is this error's `run`")
        raise self._error
