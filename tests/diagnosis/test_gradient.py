"""A gradient of the reader's own that is not that of its loss is told, and a right one is not."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

import steepest as st
from steepest.objective.function import as_objective
from steepest.objective.gradient_check import disagreement


def bowl(factor: float, seed: int, size: int = 3, off: float = 0.0) -> Callable[[Any], Any]:
    """Return a quadratic whose gradient is so many times too long."""
    half = np.random.default_rng(seed).normal(size=(size, size))
    hessian = half @ half.T + np.eye(size)
    return lambda p: (float(p @ hessian @ p) / 2 + off, factor * (hessian @ p))


START = [1.0, -2.0, 0.5]


@pytest.mark.parametrize("rule", ["auto", "momentum", "adam"])
@pytest.mark.parametrize("factor", [-1.0, -0.01, -30.0])
def test_a_wrong_sign_is_told_with_its_numbers(rule: str, factor: float) -> None:
    run = st.descend(bowl(factor, 0), start=START, rule=rule)
    assert run.stop == st.Stop("failed", "stopped: the gradient is not that of the loss")
    (verdict,) = run.verdicts
    assert (verdict.name, verdict.level) == ("gradient", "measured")
    true = np.linalg.norm(bowl(1.0, 0)(np.array(START))[1])
    assert verdict.numbers["promised"] == pytest.approx(factor * true * np.sign(factor) * -1)
    assert verdict.numbers["measured"] == pytest.approx(true, rel=1e-5)
    assert "along minus the gradient the loss rises by" in verdict.message
    assert "sign" in verdict.remedy


@pytest.mark.parametrize("factor", [-1.0, 40.0])
def test_no_learning_rate_is_blamed_for_a_wrong_gradient(factor: float) -> None:
    run = st.descend(bowl(factor, 1), start=START, learning_rate=0.1, steps=60)
    assert [verdict.name for verdict in run.verdicts] == ["gradient"]
    assert run.verdicts[0].numbers["ratio"] == pytest.approx(1 / factor, rel=1e-4)


@given(some.integers(0, 10**6), some.sampled_from([0.0, 1.0, -1e6]), some.floats(-6, 6))
def test_a_right_gradient_is_never_accused(seed: int, off: float, power: float) -> None:
    params = 10.0**power * np.random.default_rng(seed).normal(size=3)
    assert disagreement(as_objective(bowl(1.0, seed, off=off), 3), params) is None


@given(
    some.integers(0, 10**6),
    some.sampled_from(["squared", "huber", "absolute", "poisson", "cross_entropy"]),
    some.booleans(),
)
def test_nor_is_that_of_a_loss_of_ours_at_kinks_or_in_the_minimum(
    seed: int, kind: str, arrived: bool
) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(30, 2)) * 10.0 ** rng.uniform(-3, 3, 2)
    y = rng.integers(0, 2 if kind == "cross_entropy" else 5, size=30).astype(float)
    objective = st.LinearObjective(X, y, kind, l2=0.01 if kind != "absolute" else 0.0)
    params = objective.random_start(rng)
    if arrived:
        *_, last = zip(range(30), st.steps(objective, start=params), strict=False)
        params = last[1].params
    assert disagreement(objective, params) is None


@given(some.integers(0, 10**6), some.sampled_from([-1.0, 0.1, 10.0, 0.0]))
def test_a_wrong_one_is_found_anywhere(seed: int, factor: float) -> None:
    params = np.random.default_rng(seed).normal(size=3)
    function = bowl(factor, seed) if factor else lambda p: (5.0, np.ones(3))
    found = disagreement(as_objective(function, 3), params)
    assert found is not None
    if factor:
        assert found.measured / found.promised == pytest.approx(1 / factor, rel=1e-3)
    else:
        assert found == (-np.sqrt(3), 0.0)


def test_a_run_that_falls_is_not_looked_at_again() -> None:
    calls = []

    def counted(params: Any) -> Any:
        calls.append(params)
        return bowl(1.0, 0)(params)

    run = st.descend(counted, start=START, learning_rate=0.05, steps=10)
    assert len(calls) == 11 and run.verdicts == []


def test_a_gradient_that_is_no_number_is_no_divergence() -> None:
    with pytest.raises(st.ChoiceError, match=r"loss at the start is 5, .* slope by param 2 is nan"):
        st.descend(lambda p: (float(p @ p), p * [1.0, np.nan]), start=[1.0, 2.0])

    def later(params: Any) -> Any:
        return float(params @ params), 2 * params if params[0] > 0.5 else params * [1.0, np.nan]

    run = st.descend(later, start=[1.0, 2.0], learning_rate=0.1, steps=20)
    assert run.stop.reason == "failed"
    assert run.stop.message == (
        "stopped: at step 4 the loss is 0.8389, but its slope by param 2 is no number"
    )
    assert run.verdicts == [] and not run.is_judged


def test_an_objective_that_fails_when_it_is_asked_again_keeps_its_own_error() -> None:
    def failing(params: Any) -> Any:
        if params[0] > 1.5:
            raise ValueError("out of range")
        return float(params @ params), -2 * params

    with pytest.raises(ValueError, match="out of range") as raised:
        st.descend(failing, start=[1.0, 0.0], learning_rate=0.2, steps=10)
    assert raised.value.run.stop.reason == "failed"  # type: ignore[attr-defined]
