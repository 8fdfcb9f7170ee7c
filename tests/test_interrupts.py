import os
import signal
import threading

import pytest

from steepest.interrupts import patient


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
