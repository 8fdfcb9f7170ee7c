"""The progress bar: what it tells, and that it is told on a terminal alone."""

import io
import re
from types import SimpleNamespace

import numpy as np
import pytest

import steepest as st
from steepest.view import progress

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
Y = X @ [1.0, -2.0, 0.5] + 1
SLOW = {"rule": "steepest", "scale": "none", "learning_rate": 1e-6}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Return a terminal as standard error, on which a bar appears at once and always moves."""
    screen = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=screen))
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(progress, "PERIOD", 0.0)
    return screen


def shown(screen: Terminal) -> str:
    return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", screen.getvalue())


TOLD = r"loss [\d.]+  gradient [\d.]+  [\d.,]+ passes  [\d.,]+/s"


def test_a_bar_tells_loss_gradient_passes_and_speed(terminal: Terminal) -> None:
    st.descend((X, Y), steps=40, progress=True, **SLOW)
    assert re.search(rf"descending +\S+ +(\d:\d\d:\d\d|-:--:--) +\d+/40  {TOLD}", shown(terminal))


def test_without_an_end_the_time_that_has_passed_is_told(terminal: Terminal) -> None:
    st.descend((X, Y), progress=True, callback=lambda step: step.index == 40, **SLOW)
    assert re.search(rf"descending +\S+ +0:00:00 +\d+  {TOLD}", shown(terminal))


def test_a_bar_of_seconds_fills_with_time(terminal: Terminal) -> None:
    run = st.descend((X, Y), steps=3, **SLOW)
    run.resume(seconds=0.3, progress=True)
    assert re.search(rf"\d+  {TOLD}", shown(terminal))


def test_passes_of_mini_batches_are_fractions(terminal: Terminal) -> None:
    st.descend((X, Y), steps=40, batch=15, progress=True, **SLOW)
    assert re.search(r"\d\.[27]5 passes", shown(terminal))


def test_nothing_is_told_where_nobody_looks(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "isatty", lambda: False)
    st.descend((X, Y), steps=40, progress=True, **SLOW)
    assert terminal.getvalue() == ""


def test_what_is_quick_has_no_bar(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "QUIET_SECONDS", 60.0)
    st.descend((X, Y), steps=40, progress=True, **SLOW)
    assert terminal.getvalue() == ""
