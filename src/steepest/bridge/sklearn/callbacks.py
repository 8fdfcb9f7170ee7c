"""The callbacks of a fit: the estimator's own, and those of scikit-learn.

scikit-learn has callbacks since 1.9, and calls them experimental: where they are missing the
estimators have no `set_callbacks`, and all else is the same.
"""

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from sklearn.base import BaseEstimator

from steepest.trace import Step

Method = TypeVar("Method", bound=Callable[..., object])

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Nothing, in place of what this scikit-learn does not have."""

    def with_callbacks(method: Method) -> Method:
        """Return the method as it is."""
        return method


__all__ = ["AllCallbacks", "CallbackSupportMixin", "Fitting", "StepCallback", "with_callbacks"]

StepCallback = Callable[[Step], object]


class AllCallbacks:
    """Callbacks as one: each is called with every step, also that at which another wants to stop.

    `over` says whether one of them wanted to at the last step.
    """

    def __init__(self, *callbacks: StepCallback | None) -> None:
        self._callbacks = [callback for callback in callbacks if callback is not None]
        self.over = False

    @property
    def watching(self) -> bool:
        """Whether there is one."""
        return bool(self._callbacks)

    def __call__(self, step: Step) -> bool:
        """Return whether the fit is to stop."""
        answers = [bool(callback(step)) for callback in self._callbacks]
        self.over = any(answers)
        return self.over


class FitTask(Protocol):
    """What scikit-learn's callbacks are called through: a task, which may have others in it."""

    def call_on_fit_task_begin(self, **named: object) -> object:
        """Say that the task begins."""

    def call_on_fit_task_end(self, **named: object) -> object:
        """Say that the task is over; what is returned is true if the fit is to stop."""

    def subcontext(self, *, task_name: str) -> "FitTask":
        """Return a task within this one."""


class Fitting:
    """A fit for scikit-learn's callbacks: one task, with a task in it for each step.

    `arrays` are those that they may ask for (X, y, metadata), `fitted` gives what the estimator
    would be if the fit stopped at some step. A step's task begins where the step does and ends
    with the point it leads to; the one that begins at the last point ends at once, with nothing.
    """

    def __init__(
        self,
        estimator: BaseEstimator,
        arrays: Mapping[str, object],
        fitted: Callable[[Step], dict[str, object]],
        most: int | None,
    ) -> None:
        self.most = most
        self._named: dict[str, object] = {"estimator": estimator}
        self._arrays = arrays
        self._fitted = fitted
        self._task: FitTask | None = None
        self._fit: FitTask | None = None
        if hasattr(estimator, "_init_callback_context"):
            self._fit = estimator._init_callback_context(max_subtasks=most)
            self._fit.call_on_fit_task_begin(**self._named, **arrays)
        self.watched = bool(getattr(estimator, "_skl_callbacks", ()))

    def step(self, step: Step) -> bool:
        """Pass on a step, the start among them; return whether the fit is to stop.

        The point of the least weights is no step of the fit: it is what the estimator is then.
        """
        if step.least:
            return False
        passed = {
            **self._named,
            **self._arrays,
            "reconstruction_attributes": lambda: self._fitted(step),
        }
        over = self._task is not None and self._task.call_on_fit_task_end(**passed)
        self._task = None
        if over or step.index == self.most or self._fit is None:
            return bool(over)
        self._task = self._fit.subcontext(task_name="step")
        self._task.call_on_fit_task_begin(**passed)
        return False

    def end(self) -> None:
        """Say that the fit is over; the estimator is fitted by now."""
        if self._task is not None:
            self._task.call_on_fit_task_end(**self._named)
        if self._fit is not None:
            self._fit.call_on_fit_task_end(
                **self._named, **self._arrays, reconstruction_attributes={}
            )
