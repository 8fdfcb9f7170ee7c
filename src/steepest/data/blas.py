"""BLAS on one thread: how it shares out a product among its own threads changes the bits."""

import os
from collections.abc import Callable
from contextlib import ContextDecorator
from functools import cache
from threading import Lock
from types import TracebackType

from threadpoolctl import ThreadpoolController

__all__ = ["ONE_BLAS_THREAD"]


def _nothing() -> None:
    """Have nothing to restore: no thread is inside."""


class OneThread(ContextDecorator):
    """A context, or decorator, in which BLAS computes on the thread that calls it.

    It may be entered again: setting BLAS's threads takes as long as a small pass, so a whole
    descent enters once and its passes find it done. BLAS has one setting for the whole process:
    the first to enter sets it, the last to leave sets it back, whichever threads they are.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._restore: Callable[[], None] = _nothing

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._restore = _blas().limit(limits=1).restore_original_limits
            self._inside += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._restore()

    def forget(self) -> None:
        """Start anew in a forked process, which has none of the threads that were inside."""
        if self._inside:
            self._restore()
        self.__init__()  # type: ignore[misc]


ONE_BLAS_THREAD = OneThread()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=ONE_BLAS_THREAD.forget)


@cache
def _blas() -> ThreadpoolController:
    """Return the control of BLAS's own threads; finding the library is the slow part."""
    return ThreadpoolController().select(user_api="blas")
