import os
import signal
import threading
from collections.abc import Iterator

import pytest

from steepest.interrupts import patient


@pytest.fixture(autouse=True)
def _heard() -> Iterator[None]:
    """Hear Ctrl-C as a program at a terminal does: one in the background may be deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_a_press_is_noted_and_nothing_is_cut_off() -> None:
    with patient() as asked:
        assert not asked()
        press()
        assert asked()


def test_a_second_press_stops_at_once() -> None:
    with pytest.raises(KeyboardInterrupt), patient():
        press()
        press()


def test_afterwards_ctrl_c_is_as_before() -> None:
    with patient():
        pass
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_somebody_else_has_taken_over_is_left_to_them() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    try:
        with patient() as asked:
            press()
            assert heard == [signal.SIGINT]
            assert not asked()
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_thread_changes_nothing() -> None:
    seen: list[bool] = []

    def elsewhere() -> None:
        with patient() as asked:
            seen.append(asked())

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [False]
