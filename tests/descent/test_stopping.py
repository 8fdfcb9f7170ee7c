from typing import Any

import numpy as np
import pytest
from reference import problem

import steepest as st
from steepest.descent.stopping import MOST_STEPS


def descended(kind: str = "squared", **more: Any) -> st.Run:
    return st.descend(problem(kind, 0), rule="steepest", **more)


SLOW = {"learning_rate": 1e-6, "scale": "none"}


@pytest.mark.parametrize("steps", [0, 1, 25])
def test_steps_are_exact(steps: int) -> None:
    run = descended(steps=steps, **SLOW)
    assert len(run.trace) == steps + 1
    assert run.stop.reason == "steps"
    counted = "1 step" if steps == 1 else f"{steps} steps"
    assert run.stop.message == f"stopped after {counted}, as asked"
    assert str(steps) in run.stop.message


def test_steps_go_on_past_the_minimum() -> None:
    assert len(descended(steps=300).trace) == 301


def test_it_goes_on_until_it_has_arrived() -> None:
    run = descended()
    assert run.stop.reason == "arrived"
    assert "arrived: one more safe step could take off" in run.stop.message
    assert run.trace[-1].gradient_norm < 1e-8


@pytest.mark.parametrize("tol", [1e-1, 1e-3, 1e-6])
def test_tol_is_relative_to_the_steepness_of_a_constant_guess(tol: float) -> None:
    run = descended(tol=tol, learning_rate=0.02, scale="none")
    X, y = problem("squared", 0)
    X1 = np.column_stack([X, np.ones(len(X))])
    curvature = np.linalg.eigvalsh(2 * X1.T @ X1 / len(X))[-1]
    enough = tol * np.sqrt(2 * curvature * y.var())
    assert run.stop.reason == "arrived"
    assert run.trace.steepnesses[-1] <= enough * (1 + 1e-9)
    assert (run.trace.steepnesses[:-1] > enough * (1 - 1e-9)).all()


def test_steps_end_what_has_not_arrived() -> None:
    run = descended(steps=5, tol=1e-6, **SLOW)
    assert (run.stop.reason, len(run.trace)) == ("steps", 6)


def test_seconds_end_it() -> None:
    run = descended(seconds=0.02, **SLOW)
    assert run.stop == st.Stop("seconds", "stopped: the 0.02 s it was given are over")
    assert run.trace.seconds[-1] >= 0.02
    assert (run.trace.seconds[:-1] < 0.02).all()


def test_seconds_never_run_backwards() -> None:
    assert (np.diff(descended(steps=50, **SLOW).trace.seconds) >= 0).all()


def test_a_search_that_stops_at_a_kink_has_not_settled() -> None:
    X, y = problem("absolute", 0)
    run, lower = (st.descend((X, y), loss="absolute", rule=rule) for rule in ("steepest", "auto"))
    assert run.stop.reason == "stalled" and lower.loss < run.loss
    assert run.loss == pytest.approx(run.trace.losses.min(), rel=1e-12)


def test_there_is_an_end_even_if_nothing_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_STEPS == 100_000
    monkeypatch.setattr("steepest.descent.plan.stopping.MOST_STEPS", 40)
    run = descended(**SLOW)
    assert len(run.trace) == 41
    assert run.stop == st.Stop("steps", "stopped: 40 steps are the most unless steps says more")


def test_a_loss_that_grows_beyond_bounds_ends_it() -> None:
    run = descended(learning_rate=0.5, scale="none", steps=1000)
    assert run.stop.reason == "diverged"
    assert "times its start and rising" in run.stop.message
    assert len(run.trace) < 50


def test_a_loss_that_is_no_float_ends_it() -> None:
    def leaping(index: int) -> float:
        return 1e-3 if index < 4 else 1e200

    run = descended(learning_rate=leaping, scale="none", steps=1000)
    assert (run.stop.reason, len(run.trace)) == ("diverged", 6)
    assert run.stop.message == "diverged: at step 5 the loss or its gradient is no finite number"
    assert run.loss == run.trace.losses[:5].min()


def interrupting(at: int) -> Any:
    def schedule(index: int) -> float:
        if index == at:
            raise KeyboardInterrupt
        return 0.01

    return schedule


def test_ctrl_c_keeps_what_there_is() -> None:
    run = descended(learning_rate=interrupting(5), scale="none", steps=1000)
    whole = descended(learning_rate=0.01, scale="none", steps=4)
    assert run.stop == st.Stop("interrupted", "interrupted at step 4; it is kept")
    assert np.array_equal(run.trace.params, whole.trace.params)
    assert run.loss == whole.loss


def test_ctrl_c_within_an_epoch_still_gives_the_loss_of_all_rows() -> None:
    run = descended(learning_rate=interrupting(5), scale="none", steps=1000, batch=4)
    assert run.loss == run.objective.value(run.params)


def test_ctrl_c_before_the_first_step_is_ctrl_c() -> None:
    with pytest.raises(KeyboardInterrupt):
        descended(learning_rate=interrupting(0), scale="none", steps=10)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"steps": -1}, "steps is -1, but it must be"),
        ({"seconds": 0}, "seconds is 0, but it must be"),
        ({"seconds": float("nan")}, "seconds is nan, but it must be"),
        ({"tol": -1e-3}, "tol is -0.001, but it must be"),
        ({"tol": float("nan")}, "tol is nan, but it must be"),
        ({"l2": -1.0}, r"l2 is -1(\.0)?, but"),
        ({"l2": float("inf")}, "l2 is inf, but"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(more: dict[str, Any], said: str) -> None:
    with pytest.raises(st.ChoiceError, match=said):
        descended(**more)
