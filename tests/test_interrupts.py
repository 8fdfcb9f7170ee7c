import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import steepest as st
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


PROGRAM = """
import os, signal, sys, threading, time
from steepest.interrupts import as_a_program, patient, undivided
program = as_a_program()
def send(number):
    os.kill(os.getpid(), number)
    time.sleep(0.05)
try:
    {body}
except KeyboardInterrupt:
    print("asked to end", flush=True)
    sys.exit(program.status)
"""


def ended(body: str) -> tuple[int, str]:
    """Return the status and words of a program of its own."""
    program = PROGRAM.format(body=body.replace("\n", "\n    "))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_program_is_asked_to_end_by_each_signal(name: str) -> None:
    number = getattr(signal, name)
    alone = f"send(signal.{name})"
    status, said = ended(alone)
    # Of a terminal that has gone nothing is told.
    assert (status, said) == (128 + number, "asked to end\n")
    body = f"with patient() as asked:\n    {alone}; print(asked())"
    assert ended(body) == (0, "True\n")


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_press_that_somebody_swallows_is_heard_by_the_next_who_asks() -> None:
    swallowed = "try: send(signal.SIGINT)\nexcept BaseException: pass\n"
    asks = "with patient() as asked: print(asked())\n"
    assert ended(swallowed + asks + asks) == (0, "True\nFalse\n")


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_press_that_python_can_only_print_is_asked_about_again(name: str) -> None:
    lost = f"class Lost:\n    def __del__(self): send(signal.{name})\n"
    assert ended(f"{lost}Lost()\ntime.sleep(5); print('lost')") == (
        128 + getattr(signal, name),
        "asked to end\n",
    )


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_what_is_undivided_is_done_before_it_ends() -> None:
    body = "with undivided(): send(signal.SIGTERM); print('done', flush=True)\nprint('after')"
    assert ended(body) == (143, "done\nasked to end\n")
    body = "with patient() as asked:\n    with undivided(): send(signal.SIGINT)\n    print(asked())"
    assert ended(body) == (0, "True\n")


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_second_press_ends_a_program_in_the_midst_of_long_work_outside_python() -> None:
    # No handler of Python's runs while the main thread waits for a lock outside of it.
    body = (
        "def twice():\n"
        "    for _ in range(2): time.sleep(0.2); os.kill(os.getpid(), signal.SIGINT)\n"
        "threading.Thread(target=twice, daemon=True).start()\n"
        "with patient(): import numpy as np; np.linalg.svd(np.ones((6000, 6000)))"
    )
    assert ended(body) == (130, "")


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_shell_that_hands_on_a_hang_up_ends_nothing_at_once() -> None:
    body = "with patient() as asked:\n    [send(signal.SIGHUP) for _ in range(3)]; print(asked())"
    assert ended(body) == (0, "True\n")


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_signals_that_are_ignored_stay_so() -> None:
    body = "signal.signal(signal.SIGHUP, signal.SIG_IGN); as_a_program(); send(signal.SIGHUP)"
    assert ended(body) == (0, "")


def test_next_to_nothing_is_loaded_before_ctrl_c_is_heard() -> None:
    """What loads before `as_a_program` shows a traceback when Ctrl-C comes in the midst of it."""
    program = (
        "import sys; before = set(sys.modules); import steepest\n"
        "first = set(sys.modules) - before\n"
        "import steepest.interrupts\n"
        "print(sorted(first), {'typing', 're', 'numpy', 'click'} & set(sys.modules))"
    )
    words = [sys.executable, "-S", "-c", program]
    # Without the folders of packages, whose own start loads more, it is found by its path.
    found = os.environ | {"PYTHONPATH": str(Path(st.__file__).parents[1])}
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=found)
    assert done.stdout == "['steepest'] set()\n"


LOADING = """
import os, signal, sys
class Presses:
    def find_spec(self, name, *rest):
        if name == "steepest.cli":
            for press in range({presses}):
                os.kill(os.getpid(), signal.SIGINT)
            print("loaded", flush=True)
sys.meta_path.insert(0, Presses())
from steepest.__main__ import main
main()
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(("presses", "said"), [(1, "loaded\n"), (2, "")])
def test_a_second_press_ends_while_the_command_line_loads(presses: int, said: str) -> None:
    words = [sys.executable, "-c", LOADING.format(presses=presses)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (130, said)
    assert done.stderr.split("\n")[-2] == "steepest: interrupted"
