"""Ctrl-C as a flag that is read between steps, so that no step is cut in half.

A program of its own hears SIGTERM and SIGHUP, too, as a question to end; see `as_a_program`.
"""

import os
import signal
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

__all__ = ["INTERRUPTED", "as_a_program", "exit_status", "patient", "undivided"]

INTERRUPTED = 130
"""The exit status after Ctrl-C, as shells have it: 128 and the number of the signal."""

BY_SIGNAL = 128
"""What shells add to the number of the signal that ended a program."""

LATER = 0.01
"""Seconds after which a press is asked about once more that was lost."""

Handler = Callable[[int, FrameType | None], None]


@contextmanager
def patient() -> Iterator[Callable[[], bool]]:
    """Yield `asked()`, which says whether Ctrl-C was pressed; a second press stops at once.

    Only the main thread gets Ctrl-C, and only where nobody else has taken it over: elsewhere
    `asked` is always false and nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    heard_by = signal.getsignal(signal.SIGINT)
    if heard_by is PROGRAM.hear:
        with PROGRAM.patient() as asked:
            yield asked
    elif heard_by is signal.default_int_handler:
        with _noted() as asked:
            yield asked
    else:
        yield lambda: False


@contextmanager
def undivided() -> Iterator[None]:
    """Have Ctrl-C wait until this is done: KeyboardInterrupt then, unless another is patient."""
    with patient():
        yield
    if threading.current_thread() is threading.main_thread():
        PROGRAM.raise_if_waiting()


@contextmanager
def _noted() -> Iterator[Callable[[], bool]]:
    """Yield what says whether there was a press.

    The second raises KeyboardInterrupt, and a first that nobody asked about does so at the end.
    """
    pressed = answered = False

    def press(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    def asked() -> bool:
        nonlocal answered
        answered = answered or pressed
        return answered

    signal.signal(signal.SIGINT, press)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if pressed and not answered:
        raise KeyboardInterrupt


class Program:
    """What a program of its own has heard: the signals that ask it to end.

    The first is noted, and is KeyboardInterrupt where nobody is patient. A later SIGTERM or SIGHUP
    asks the same once more (a shell that hangs up hands on what the terminal says by itself); a
    second Ctrl-C ends the program at once, whatever it does.
    """

    def __init__(self) -> None:
        self.heard: int | None = None
        """The first signal that came."""
        self.hear: Handler = self._hear
        self._patience = 0
        self._waits = self._lost = False

    @property
    def status(self) -> int:
        """The exit status of a program that ends since it was asked to."""
        return INTERRUPTED if self.heard is None else BY_SIGNAL + self.heard

    @contextmanager
    def patient(self) -> Iterator[Callable[[], bool]]:
        """Yield what says whether a signal waits for an answer; to say so once answers it.

        One that came before, and was lost by whoever was at work, waits still.
        """
        answered = False

        def asked() -> bool:
            nonlocal answered
            answered = answered or self._waits
            return answered

        self._patience += 1
        try:
            yield asked
        finally:
            self._patience -= 1
            self._waits = self._waits and not answered

    def raise_if_waiting(self) -> None:
        """Raise KeyboardInterrupt where a signal waits for an answer and nobody is patient."""
        if self._waits and not self._patience:
            self._waits = False
            raise KeyboardInterrupt

    def ended(self) -> None:
        """Have what comes from now on noted only: the interpreter ends."""
        self._patience += 1

    def _hear(self, number: int, frame: FrameType | None) -> None:
        first = self.heard is None or self._lost
        if first:
            self.heard, self._waits, self._lost = self.heard or number, True, False
        if number == getattr(signal, "SIGHUP", None):
            _leave_terminal()
        if first and not self._patience:
            raise KeyboardInterrupt

    def ask_again(self, lost: "sys.UnraisableHookArgs") -> None:
        """Raise KeyboardInterrupt once more, which was lost where Python can only print it.

        So it is in a callback of the garbage collector and in `__del__`.
        """
        if lost.exc_type is not KeyboardInterrupt or self.heard is None:
            sys.__unraisablehook__(lost)
        elif signal.getsignal(signal.SIGTERM) is self.hear:
            self._lost = True
            # A moment later: what is raised in here is lost as well.
            threading.Timer(LATER, os.kill, (os.getpid(), signal.SIGTERM)).start()


PROGRAM = Program()
"""This process, where it is a program of ours; a signal handler belongs to a process."""


def as_a_program() -> Program:
    """Hear Ctrl-C, SIGTERM and SIGHUP from now on, but for those that are ignored (`nohup`).

    A thread waits for the second Ctrl-C, which so ends a program whose main thread is in the midst
    of long work outside Python. What comes before all that is ready waits for whoever asks next.
    """
    with PROGRAM.patient():
        if sys.platform != "win32":  # first, so that no press is heard but not counted
            sys.unraisablehook = PROGRAM.ask_again
            reading, writing = os.pipe()
            os.set_blocking(writing, False)
            signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
            threading.Thread(target=_wait_for_second, args=(reading,), daemon=True).start()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            usual = (signal.SIG_DFL, signal.default_int_handler)
            if number is not None and signal.getsignal(number) in usual:
                signal.signal(number, PROGRAM.hear)
    return PROGRAM


def exit_status() -> int:
    """Return the exit status of a program that ends since it was asked to, as shells have it."""
    return PROGRAM.status


def _wait_for_second(reading: int) -> None:
    """End the program at once on the second Ctrl-C: no thread is waited for, no file finished."""
    pressed = 0
    while pressed < 2:
        pressed += os.read(reading, 1)[0] == signal.SIGINT
    with suppress(OSError):
        os.write(2, b"\nsteepest: interrupted\n")
    os._exit(INTERRUPTED)


def _leave_terminal() -> None:
    """Have what is still said go nowhere where it went to the terminal, which has gone."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        with suppress(OSError):
            if stat.S_ISCHR(os.fstat(number).st_mode):
                os.dup2(nowhere, number)
    os.close(nowhere)
