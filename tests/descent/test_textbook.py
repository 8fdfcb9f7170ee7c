"""With rule steepest, a number as rate and scale none every number is the textbook's."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import plain, problem

import steepest as st

WORDS = {
    "squared": "squared",
    "absolute": "absolute",
    "huber": "huber",
    "cross_entropy": "cross_entropy",
    "softmax": "cross_entropy",
}


def textbook(kind: str, seed: int, rate: float, steps: int, start: Any, l2: float) -> list[float]:
    """Return the loss at the start and after each step of a plain loop."""
    X, y = problem(kind, seed)
    params, losses = np.array(start, dtype=float), []
    for _ in range(steps + 1):
        loss, gradient = plain(kind, X, y, params, l2)
        losses.append(loss)
        params = params - rate * gradient
    return losses


def descended(kind: str, data_seed: int, **more: Any) -> st.Run:
    return st.descend(
        problem(kind, data_seed), loss=WORDS[kind], rule="steepest", scale="none", **more
    )


def starts(kind: str) -> Any:
    size = 9 if kind == "softmax" else 3
    return some.lists(some.floats(-5, 5), min_size=size, max_size=size)


@pytest.mark.parametrize("kind", ["squared", "huber", "cross_entropy", "softmax"])
@given(data=some.data())
def test_every_loss_is_the_plain_loops(kind: str, data: Any) -> None:
    seed = data.draw(some.integers(0, 10**6))
    rate = data.draw(some.floats(1e-4, 0.2 if kind == "squared" else 1.0))
    steps = data.draw(some.integers(1, 30))
    start = data.draw(starts(kind))
    l2 = data.draw(some.sampled_from([0.0, 1e-3, 0.3]))
    run = descended(kind, seed, learning_rate=rate, steps=steps, start=start, l2=l2)
    losses = textbook(kind, seed, rate, len(run.trace) - 1, start, l2)
    assert run.trace.losses == pytest.approx(losses, rel=1e-12)


@pytest.mark.parametrize("kind", WORDS)
@given(seed=some.integers(0, 10**6), rate=some.floats(1e-4, 10), steps=some.integers(0, 30))
def test_each_step_goes_the_rate_times_the_gradient(
    kind: str, seed: int, rate: float, steps: int
) -> None:
    trace = descended(kind, seed, seed=seed, learning_rate=rate, steps=steps).trace
    for here, there in zip(trace, list(trace)[1:], strict=False):
        assert np.array_equal(there.params, here.params - rate * here.gradient)


@pytest.mark.parametrize("kind", WORDS)
@pytest.mark.parametrize("steps", [0, 1, 7])
def test_the_trace_has_a_point_more_than_steps(kind: str, steps: int) -> None:
    run = descended(kind, 0, learning_rate=0.01, steps=steps)
    assert len(run.trace) == steps + 1
    assert run.stop.reason == "steps"


def test_each_point_has_what_the_objective_says_there() -> None:
    run = descended("softmax", 0, learning_rate=0.1, steps=9, l2=0.1)
    for step in run.trace:
        value, gradient = run.objective.value_and_gradient(step.params)
        assert (step.loss, step.full_loss) == (value, value)
        assert np.array_equal(step.gradient, gradient)
        assert step.gradient_norm == step.steepness == pytest.approx(np.linalg.norm(gradient))
        assert step.learning_rate == 0.1


@given(l2=some.floats(0, 10), seed=some.integers(0, 10**6))
def test_the_penalty_leaves_the_bias_free(l2: float, seed: int) -> None:
    run = descended("squared", seed, learning_rate=1e-3, steps=0, l2=l2, start=[0, 0, 5])
    free = descended("squared", seed, learning_rate=1e-3, steps=0, start=[0, 0, 5])
    assert run.loss == free.loss


def test_a_start_is_taken_as_it_is() -> None:
    start = [0.5, -0.25, 3.0]
    run = descended("squared", 0, learning_rate=0.01, steps=3, start=start)
    assert run.trace[0].params.tolist() == start


def test_the_readers_start_is_not_changed() -> None:
    start = np.array([0.5, -0.25, 3.0])
    descended("squared", 0, learning_rate=0.01, steps=3, start=start)
    assert start.tolist() == [0.5, -0.25, 3.0]


def test_the_same_seed_gives_the_same_bits() -> None:
    one, two = (descended("squared", 0, learning_rate=0.01, steps=9, seed=4) for _ in range(2))
    assert np.array_equal(one.trace.params, two.trace.params)


def test_another_seed_starts_elsewhere() -> None:
    one, two = (descended("squared", 0, learning_rate=0.01, steps=0, seed=s) for s in (1, 2))
    assert not np.array_equal(one.params, two.params)


@pytest.mark.parametrize("rule", ["steepest", "adam", "auto"])
def test_threads_change_no_bit(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.data.block_sizes.BLOCK_BYTES", 4096)
    data = problem("softmax", 0, rows=900, features=4)
    one, two = (
        st.descend(data, loss="cross_entropy", rule=rule, steps=15, threads=threads)
        for threads in (1, 2)
    )
    assert np.array_equal(one.trace.params, two.trace.params)
    assert np.array_equal(one.trace.losses, two.trace.losses)
