from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import problem

import steepest as st


def curvature(X: Any, l2: float = 0.0) -> float:
    """Return the largest eigenvalue of the mean squared error's second derivatives."""
    X1 = np.column_stack([X, np.ones(len(X))])
    penalty = l2 * np.diag([*np.ones(X.shape[1]), 0])
    return float(np.linalg.eigvalsh(2 * X1.T @ X1 / len(X) + penalty)[-1])


def descended(data: Any, rate: float, **more: Any) -> st.Run:
    chosen = {"rule": "steepest", "scale": "none", "steps": 3000, **more}
    return st.descend(data, learning_rate=rate, **chosen)


@pytest.mark.parametrize("l2", [0.0, 0.5])
@given(seed=some.integers(0, 10**6), features=some.integers(1, 5))
def test_just_above_the_limit_is_proved_to_diverge(l2: float, seed: int, features: int) -> None:
    data = problem("squared", seed, features=features)
    steepest = curvature(data[0], l2)
    run = descended(data, 2.02 / steepest, l2=l2)
    (verdict,) = run.verdicts
    assert (verdict.level, verdict.name) == ("proved", "divergence")
    assert verdict.numbers["learning_rate"] == 2.02 / steepest
    assert verdict.numbers["curvature"] == pytest.approx(steepest, rel=1e-10)
    assert verdict.numbers["limit"] == pytest.approx(2 / steepest, rel=1e-10)
    assert verdict.numbers["suggested"] == pytest.approx(1 / steepest, rel=1e-10)


@pytest.mark.parametrize("l2", [0.0, 0.5])
@given(seed=some.integers(0, 10**6), features=some.integers(1, 5))
def test_just_below_the_limit_nothing_is_wrong(l2: float, seed: int, features: int) -> None:
    data = problem("squared", seed, features=features)
    assert descended(data, 1.98 / curvature(data[0], l2), l2=l2, steps=200).verdicts == []


@given(seed=some.integers(0, 10**6))
def test_the_best_point_is_kept(seed: int) -> None:
    data = problem("squared", seed)
    run = descended(data, 2.05 / curvature(data[0]))
    best = int(np.argmin(run.trace.losses))
    assert run.loss == run.trace.losses.min()
    assert np.array_equal(run.params, run.trace[best].params)
    (verdict,) = run.verdicts
    assert (verdict.numbers["best_step"], verdict.numbers["best_loss"]) == (best, run.loss)


@pytest.mark.parametrize("rule", ["steepest", "momentum", "nesterov"])
def test_the_suggested_rate_converges(rule: str) -> None:
    data = problem("squared", 0)
    run = descended(data, 2.0, rule=rule)
    suggested = run.verdicts[0].numbers["suggested"]
    again = descended(data, suggested, rule=rule, steps=None)
    assert again.stop.reason in ("arrived", "settled")
    assert again.loss == pytest.approx(st.descend(data).loss, rel=1e-12)


@pytest.mark.parametrize(
    ("rule", "times", "words"),
    [
        ("steepest", 2.0, "2/curvature"),
        ("momentum", 3.8, "2 (1 + beta)/curvature"),
        ("nesterov", 3.8 / 2.8, "2 (1 + beta)/((1 + 2 beta) curvature)"),
    ],
)
def test_each_rule_has_its_limit(rule: str, times: float, words: str) -> None:
    data = problem("squared", 1)
    limit = times / curvature(data[0])
    assert descended(data, 0.995 * limit, rule=rule).verdicts == []
    (verdict,) = descended(data, 1.005 * limit, rule=rule).verdicts
    assert verdict.level == "proved"
    assert verdict.numbers["limit"] == pytest.approx(limit, rel=1e-10)
    assert words in verdict.message


@pytest.mark.parametrize("scale", ["standard", "round"])
def test_the_limit_is_that_of_the_coordinates_of_the_walk(scale: str) -> None:
    X, y = problem("squared", 2)
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    limit = 2.0 if scale == "round" else 2 / curvature(Z)
    assert descended((X, y), 0.99 * limit, scale=scale).verdicts == []
    (verdict,) = descended((X, y), 1.01 * limit, scale=scale).verdicts
    assert verdict.level == "proved"
    assert verdict.numbers["limit"] == pytest.approx(limit, rel=1e-10)


def test_the_message_has_the_numbers_the_remedy_and_the_source() -> None:
    data = problem("squared", 0)
    steepest = curvature(data[0])
    (verdict,) = descended(data, 0.9).verdicts
    assert verdict.message.startswith(
        f"diverged: learning rate 0.9 is above 2/curvature = {2 / steepest:.3g} "
        f"(curvature {steepest:.3g})"
    )
    assert verdict.remedy == f"use learning rate {1 / steepest:.2g} (1/curvature), or auto"
    assert "Polyak" in verdict.source


@pytest.mark.parametrize("kind", ["cross_entropy", "softmax"])
def test_where_the_curvature_is_only_bounded_the_verdict_is_measured(kind: str) -> None:
    start = np.zeros(9 if kind == "softmax" else 3)
    run = descended(problem(kind, 0), 1e4, loss="cross_entropy", steps=20, start=start)
    (verdict,) = run.verdicts
    assert verdict.level == "measured"
    assert "at most curvature" in verdict.message
    assert run.loss == run.trace.losses.min()


def test_where_no_limit_is_known_the_verdict_is_a_rule_of_thumb() -> None:
    (verdict,) = descended(problem("squared", 0), 1e3, rule="adagrad", steps=20).verdicts
    assert verdict.level == "rule of thumb"
    assert verdict.numbers["suggested"] == pytest.approx(100)
    assert "steps too far for adagrad" in verdict.message


def test_a_run_that_went_well_has_no_verdict() -> None:
    assert st.descend(problem("squared", 0)).verdicts == []


@pytest.mark.parametrize("seed", range(10))
def test_resting_at_the_minimum_is_no_divergence(seed: int) -> None:
    draw = np.random.default_rng(seed)
    X = draw.normal(size=(30, 2))
    y = X @ [1.0, -2.0] + draw.normal(size=30)
    there = st.descend((X, y)).params
    again = st.descend(
        (X, y), start=there, rule="steepest", learning_rate=0.05, scale="none", steps=20
    )
    assert again.verdicts == []


@pytest.mark.parametrize("times", [1.001, 1.01, 1.2])
def test_a_slow_divergence_is_one_too_and_keeps_its_best_point(times: float) -> None:
    table = st.dataset("geyser")
    limit = 2 / curvature(table["duration"].to_numpy()[:, None])
    run = st.descend(
        table, "waiting", ["duration"], rule="steepest", scale="none", learning_rate=times * limit
    )
    assert [verdict.level for verdict in run.verdicts] == ["proved"]
    assert run.loss == run.trace.full_losses.min()


def test_the_rate_blamed_is_the_one_that_led_away() -> None:
    run = st.descend(
        "geyser",
        "waiting",
        ["duration"],
        scale="none",
        rule="steepest",
        learning_rate="step:0.08:0.1:10",
        steps=12,
    )
    assert run.verdicts[0].numbers["learning_rate"] == 0.08


def test_what_is_only_a_bound_proves_nothing() -> None:
    draw = np.random.default_rng(0)
    X = draw.normal(size=(20, 2100))
    run = st.descend((X, X[:, 0]), scale="none", rule="steepest", learning_rate=1.0, steps=30)
    assert run.verdicts[0].level == "measured"
    assert "at most curvature" in run.verdicts[0].message


def test_mini_batches_that_wander_have_not_diverged() -> None:
    best = st.descend("geyser", "waiting", ["duration"]).params
    run = st.descend("geyser", "waiting", ["duration"], start=best, batch=8, steps=50)
    assert run.verdicts == []


BOUNDED = [("cross_entropy", "cross_entropy"), ("softmax", "cross_entropy"), ("squared", "huber")]


@pytest.mark.parametrize("kind, loss", [*BOUNDED, ("squared", "absolute")])
@given(seed=some.integers(0, 10**6), rate=some.sampled_from([30.0, 1e3, 1e9]))
def test_what_stays_bounded_has_not_diverged(kind: str, loss: str, seed: int, rate: float) -> None:
    run = descended(problem(kind, seed), rate, loss=loss, steps=60)
    assert run.stop.reason == "steps"
    losses, told = run.trace.full_losses, " ".join(map(str, run.verdicts))
    # Far from the lowest each step leads nearer: twice as many steps come no higher.
    twice = descended(problem(kind, seed), rate, loss=loss, steps=120).trace.full_losses
    assert twice.max() <= 4 * losses[1:].max()
    assert "diverge" not in told and {verdict.name for verdict in run.verdicts} <= {"unsettled"}


def test_a_run_that_goes_to_and_fro_is_told_by_what_is_measured() -> None:
    run = descended(problem("cross_entropy", 0), 90.0, loss="cross_entropy", steps=60)
    losses, (verdict,) = run.trace.full_losses, run.verdicts
    rises, best = int((np.diff(losses) > 0).sum()), int(losses.argmin())
    assert verdict.message.startswith(
        f"has not settled: the loss rose in {rises} of 60 steps and ended at {losses[-1]:.3g}, "
        f"lowest {losses[best]:.3g} at step {best}; learning rate 90 is above 2/curvature"
    )
    assert 0 < rises < 60 and verdict.name == "unsettled"


@pytest.mark.parametrize("loss", ["squared", "huber"])
def test_what_grows_without_bound_has_diverged(loss: str) -> None:
    run = descended(problem("squared", 0), 1e3, loss=loss, l2=0.5, steps=60)
    assert run.stop.reason == "diverged" and run.verdicts[0].name == "divergence"
    assert run.verdicts[0].message.startswith("diverged: learning rate 1e+03 is above")


@pytest.mark.parametrize("hidden", [(), (4,)])
def test_mini_batches_that_end_far_above_their_start_are_told(hidden: tuple[int, ...]) -> None:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(60, 2))
    y = np.where(X[:, 0] * X[:, 1] > 0, "u", "v")
    how: dict[str, Any] = {"hidden": hidden, "batch": 8, "rule": "steepest", "scale": "standard"}
    (verdict,) = st.descend((X, y), learning_rate=100.0, steps=40, **how).verdicts
    assert verdict.name in ("divergence", "unsettled") and "learning rate" in verdict.message
    near = st.descend((X, y), learning_rate=0.1, steps=40, **how)
    assert list(near.verdicts) == []


def test_mini_batches_that_end_above_their_start_by_more_than_noise_are_told() -> None:
    how: dict[str, Any] = {"hidden": (6,), "rule": "steepest", "batch": 1, "epochs": 3}
    run = st.descend("moons", "class", learning_rate=5.0, **how)
    first, last = run.trace.full_losses[[0, -1]]
    assert 1.1 * first < last < 2.0 * first
    (verdict,) = run.verdicts
    assert verdict.message.startswith("ended higher than it started")
    said = "the best of the 4 steps at which the loss of all rows was measured: 0"
    assert said in run.explain()
    assert st.descend("moons", "class", learning_rate=0.1, **how).verdicts == []
