"""BLAS on one thread: how it shares out a product among its own threads changes the bits."""

import os
from contextlib import ContextDecorator
from functools import cache
from threading import Lock
from types import TracebackType
from typing import Protocol

from threadpoolctl import ThreadpoolController

__all__ = ["ONE_BLAS_THREAD"]


class OneThread(ContextDecorator):
    """A context, or decorator, in which BLAS computes on the thread that calls it.

    It may be entered again: setting BLAS's threads takes as long as a small pass, so a whole
    descent enters once and its passes find it done. BLAS has one setting for the whole process:
    the first to enter sets it, the last to leave sets it back, whichever threads they are.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self.entered = 0
        """How many are inside; while anybody is, BLAS is at one thread."""
        self._threads: list[int] = []

    def __enter__(self) -> None:
        with self._lock:
            if not self.entered:
                self._threads = [library.get_num_threads() for library in _blas()]
                _set_threads([1] * len(self._threads))
            self.entered += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self.entered -= 1
            if not self.entered:
                _set_threads(self._threads)

    def forget(self) -> None:
        """Start anew in a forked process, which has none of the threads that were inside."""
        if self.entered:
            _set_threads(self._threads)
        self.__init__()  # type: ignore[misc]


ONE_BLAS_THREAD = OneThread()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=ONE_BLAS_THREAD.forget)


class Library(Protocol):
    """What is used of a BLAS that threadpoolctl has found: its one setting."""

    def get_num_threads(self) -> int:
        """Return on how many threads it computes."""

    def set_num_threads(self, num_threads: int) -> None:
        """Compute on so many threads from now on."""


@cache
def _blas() -> list[Library]:
    """Return the BLAS libraries that are loaded; finding them is the slow part."""
    found: list[Library] = ThreadpoolController().select(user_api="blas").lib_controllers
    return found


def _set_threads(threads: list[int]) -> None:
    """Set the threads of each library."""
    for library, number in zip(_blas(), threads, strict=True):
        library.set_num_threads(number)
