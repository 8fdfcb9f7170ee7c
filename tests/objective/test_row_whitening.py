"""Whitening of ridge by the products of its rows: against the Hessian, and scikit-learn's Ridge."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sklearn.linear_model import Ridge

import steepest as st
from steepest import LinearObjective
from steepest.objective.coordinates.row_whitening import RowWhitening

Array = Any


def wide(seed: int, rows: int, features: int, weighed: bool) -> dict[str, Array]:
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(rows, features)) + generator.normal(size=features)
    weight = generator.choice([0.0, 1.0, 3.0], rows, p=[0.1, 0.5, 0.4]) if weighed else None
    if weight is not None:
        weight[0] = 2.0
    return {"X": X, "y": generator.normal(size=rows) + 10.0, "sample_weight": weight}


@settings(max_examples=15, deadline=None)
@given(
    seed=some.integers(0, 99),
    rows=some.integers(2, 12),
    more=some.integers(1, 9),
    power=some.integers(-6, 4),
    weighed=some.booleans(),
)
def test_in_these_coordinates_the_hessian_is_1(
    seed: int, rows: int, more: int, power: int, weighed: bool
) -> None:
    """Each product with T, its inverse and its transpose is that of the matrix."""
    l2, features = 10.0**power, rows + more
    objective = LinearObjective(**wide(seed, rows, features, weighed), loss="squared", l2=l2)
    found = RowWhitening.of(objective)
    assert found is not None and found.size == rows
    at, size = found.at_first, features + 1
    T = np.column_stack([at.params(axis) for axis in np.eye(size)])
    back = np.column_stack([at.position(axis) for axis in np.eye(size)])
    pulled = np.column_stack([at.pullback(axis) for axis in np.eye(size)])
    hessian = objective.hessian_at(np.zeros(size))
    assert hessian is not None
    H = np.column_stack([hessian(axis) for axis in np.eye(size)])
    assert np.allclose(T.T @ H @ T, np.eye(size), atol=1e-7)
    assert np.allclose(back @ T, np.eye(size), atol=1e-7)
    assert np.allclose(pulled, T.T, rtol=1e-9, atol=1e-9 * np.abs(T).max())


@pytest.mark.parametrize("weighed", [False, True])
@pytest.mark.parametrize("l2", [1e-4, 10.0])
def test_ridge_of_few_rows_arrives_in_a_step_or_two(l2: float, weighed: bool) -> None:
    data = wide(1, 50, 700, weighed)
    data["X"] *= np.logspace(-2.0, 2.0, 700)
    given = data["sample_weight"]
    run = st.descend((data["X"], data["y"]), l2=l2, tol=1e-8, sample_weight=given)
    assert run.stop.at_minimum and len(run.trace) <= 4 and run.plan.scale == "round"
    total = 50.0 if given is None else given.sum()
    peer = Ridge(l2 / 2 * total, solver="cholesky").fit(data["X"], data["y"], given)
    theirs = run.objective.value(np.append(peer.coef_, peer.intercept_))
    assert run.loss <= theirs * (1.0 + 1e-7)


def test_any_number_of_threads_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.data.block_sizes.BLOCK_BYTES", 3000)
    data = wide(2, 40, 300, False)
    ends = []
    for threads in (1, 2, 3):
        objective = LinearObjective(**data, loss="squared", l2=0.1, threads=threads)
        found = RowWhitening.of(objective)
        assert found is not None
        ends.append(found.at_first.params(np.arange(301.0)))
    assert np.array_equal(ends[0], ends[1]) and np.array_equal(ends[0], ends[2])


def test_it_is_of_ridge_alone() -> None:
    data = wide(3, 5, 9, False)
    tall = wide(3, 9, 5, False)
    nothing = [
        LinearObjective(**data, loss="squared"),
        LinearObjective(**data, loss="huber", l2=1.0),
        LinearObjective(**data, loss="squared", l1=1.0, l2=1.0),
        LinearObjective(**tall, loss="squared", l2=1.0),
        LinearObjective(**data, loss="squared", l2=1e-13),
    ]
    assert [RowWhitening.of(objective) for objective in nothing] == [None] * len(nothing)
