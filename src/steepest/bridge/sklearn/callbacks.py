"""Who is told of each step: the estimator's own callback, and those of scikit-learn.

scikit-learn has callbacks since 1.9, and calls them experimental: where they are missing the
estimators have no `set_callbacks`, and all else is the same.
"""

from collections.abc import Callable
from typing import Any

from steepest.trace import Step

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Nothing, in place of what this scikit-learn does not have."""

    def with_callbacks(method: Any) -> Any:
        """Return the method as it is."""
        return method


__all__ = ["CallbackSupportMixin", "Fitting", "StepCallback", "with_callbacks"]

StepCallback = Callable[[Step], Any]


class Fitting:
    """A fit as scikit-learn's callbacks see it: one task, with a task in it for each step.

    `told` are the arrays that they may ask for (X, y, metadata), `fitted` gives what the estimator
    would be if the fit stopped at some step. A step's task begins where the step does and ends
    with the point it leads to; the one that begins at the last point ends at once, with nothing.
    """

    def __init__(
        self,
        estimator: Any,
        told: dict[str, Any],
        fitted: Callable[[Step], dict[str, Any]],
        most: int | None,
    ) -> None:
        self.most = most
        self._named = {"estimator": estimator}
        self._told = told
        self._fitted = fitted
        self._task: Any = None
        self._context: Any = None
        if hasattr(estimator, "_init_callback_context"):
            self._context = estimator._init_callback_context(max_subtasks=most)
            self._context.call_on_fit_task_begin(**self._named, **told)
        self.watched = bool(getattr(estimator, "_skl_callbacks", ()))

    def step(self, step: Step) -> bool:
        """Tell of a step, its start among them; return whether the fit is to stop."""
        seen: dict[str, Any] = {
            **self._told,
            "reconstruction_attributes": lambda: self._fitted(step),
        }
        over = self._task is not None and self._task.call_on_fit_task_end(**self._named, **seen)
        self._task = None
        if over or step.index == self.most:
            return bool(over)
        self._task = self._context.subcontext(task_name="step")
        self._task.call_on_fit_task_begin(**self._named, **seen)
        return False

    def end(self) -> None:
        """Tell that the fit is over; the estimator is fitted by now."""
        if self._task is not None:
            self._task.call_on_fit_task_end(**self._named)
        if self._context is not None:
            self._context.call_on_fit_task_end(
                **self._named, **self._told, reconstruction_attributes={}
            )
