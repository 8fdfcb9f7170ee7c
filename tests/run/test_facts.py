"""What a run works out once, and what it can do by itself."""

import subprocess
import sys
from typing import Any

import pytest

import steepest as st
from steepest.run import lowest_loss as solver
from steepest.run import surfaces as module
from steepest.run.callback import Callback
from steepest.run.run import Run
from steepest.session import Session


class Count:
    """How often a function was called, which it still does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
        self.calls, function = 0, getattr(module, name)

        def counted(*values: Any, **named: Any) -> Any:
            self.calls += 1
            return function(*values, **named)

        monkeypatch.setattr(module, name, counted)


def logistic() -> st.Run:
    """Return a run whose lowest loss takes a descent to find."""
    return st.descend("orings", "damaged", l1=0.01, steps=20)


def test_making_a_page_twice_descends_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    run = logistic()
    descents = Count(monkeypatch, solver, "plan_method")
    first = run.record()
    assert first["run"]["lowest"] is not None and descents.calls == 1
    run.page(tmp_path / "page.html")
    assert run.record(live=True)["run"]["lowest"] == first["run"]["lowest"]
    assert descents.calls == 1


def test_a_session_shares_the_lowest_loss_of_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    run = logistic()
    session, known = Session.of_run(run), run.lowest_loss
    descents = Count(monkeypatch, solver, "plan_method")
    own = run.record()["run"]["choices"]
    for steps in (5, 9):
        answer = session.answer({"ask": "descend", "choices": own | {"steps": steps}})
        assert answer["lowest"] == pytest.approx(known)
    page = session.answer({"ask": "page", "choices": own})
    assert "html" in page and descents.calls == 0
    other = session.answer({"ask": "descend", "choices": own | {"l1": 0.05}})
    assert other["lowest"] > answer["lowest"] and descents.calls == 1


def test_the_surface_of_the_page_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    run = st.descend("geyser", "waiting", ["duration"])
    surfaces = Count(monkeypatch, module, "surface_of_trace")
    one, two = run.record()["surface"], run.record(live=True)["surface"]
    assert one["loss"].tobytes() == two["loss"].tobytes() and surfaces.calls == 1


def test_a_run_is_complete_without_the_package_that_shows_it() -> None:
    """Nothing above writes into the class: it can be imported and gone on with by itself."""
    assert Run.resume.__module__ == Run._repr_mimebundle_.__module__ == "steepest.run.run"
    code = "import steepest, sys; sys.exit('anywidget' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_error_in_the_callback_is_raised_with_the_run_and_the_callback_asked_no_more() -> None:
    calls: list[int] = []

    def fails(step: st.Step) -> None:
        calls.append(step.index)
        if step.index == 3:
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine") as caught:
        st.descend("geyser", "waiting", ["duration"], callback=fails, steps=50)
    assert calls == [0, 1, 2, 3]
    run = caught.value.run  # type: ignore[attr-defined]
    assert isinstance(run, st.Run) and len(run.trace) == 4 and run.stop.reason == "callback"


def test_a_callback_that_is_none_ends_nothing() -> None:
    asked = Callback(None)
    step = st.descend("geyser", "waiting", ["duration"], steps=1).trace[0]
    assert not asked(step) and asked.raise_with_run("run") == "run"
