"""Ctrl-C as a flag that is read between steps, so that no step is cut in half."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["INTERRUPTED", "patient"]

INTERRUPTED = 130
"""The exit status after Ctrl-C, as shells have it: 128 and the number of the signal."""


@contextmanager
def patient() -> Iterator[Callable[[], bool]]:
    """Yield `asked()`, which says whether Ctrl-C was pressed; a second press stops at once.

    Only the main thread gets Ctrl-C, and only where nobody else has taken it over: elsewhere
    `asked` is always false and nothing is changed.
    """
    pressed: list[bool] = []
    default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not default or threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return

    def press(number: int, frame: FrameType | None) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(True)

    signal.signal(signal.SIGINT, press)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
