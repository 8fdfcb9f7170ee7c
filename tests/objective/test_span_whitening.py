"""Few rows of many features: whitened, and smoothed, in the span of the rows alone."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.optimize import minimize

import steepest as st
from steepest.objective.coordinates.span_whitening import SpanWhitening
from steepest.objective.linear import LinearObjective

Array = Any


def wide(seed: int, rows: int = 6, features: int = 15) -> tuple[Array, Array]:
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(rows, features)) * 10.0 ** generator.integers(-2, 3, features)
    return X + 3.0, generator.poisson(1.0, rows).astype(float)


def matrix_of(root: Any, size: int) -> Array:
    """The product of a root with its transpose, by the products of the root itself."""
    columns = np.array([root.position(unit) for unit in np.eye(size)]).T
    return columns.T @ columns


@given(seed=some.integers(0, 2**32 - 1), l2=some.sampled_from([0.01, 1.0, 30.0]))
def test_with_l2_the_root_is_that_of_the_hessian(seed: int, l2: float) -> None:
    X, y = wide(seed)
    weight = np.random.default_rng(seed).integers(1, 4, len(y)).astype(float)
    objective = LinearObjective(X, y, "poisson", l2=l2, sample_weight=weight)
    whitening = SpanWhitening.of(objective)
    assert whitening is not None
    Z = np.column_stack([X, np.ones(len(y))])
    penalty = np.diag(np.append(np.full(X.shape[1], l2), 0.0))
    bound = objective.curvature_or_bound * (Z.T * weight) @ Z / weight.sum() + penalty
    close = {"rtol": 1e-6, "atol": 1e-9 * np.abs(bound).max()}
    np.testing.assert_allclose(matrix_of(whitening.at_first, len(bound)), bound, **close)
    for vector in np.random.default_rng(seed).normal(size=(2, len(bound))):
        there = whitening.at_first.params(whitening.at_first.position(vector))
        np.testing.assert_allclose(there, vector, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_in_the_span_each_margins_block_of_the_hessian_is_1(classes: int, l2: float) -> None:
    X, _ = wide(3, rows=9)
    y = np.arange(9) % classes
    objective = LinearObjective(X, y, "cross_entropy", l2=l2)
    whitening, size = SpanWhitening.of(objective), objective.layout.shape[0]
    assert whitening is not None
    at = objective.evaluate(objective.random_start(np.random.default_rng(0)))
    coordinates = whitening.at(objective, at, shared=False, thinning=1)
    assert coordinates is not None
    own = objective.loss.own_curvature(at.cache, objective.blocks.y)
    Z = np.column_stack([X, np.ones(9)])
    # In standard units these are the rows: without L2 what lies beyond their span has any length.
    rows = np.column_stack([(X - X.mean(axis=0)) / X.var(axis=0), np.ones(9)])
    for margin in range(objective.outputs):
        for row in rows:
            moved = np.zeros((size, objective.outputs))
            moved[:, margin] = row / np.abs(row).max()
            along = Z @ moved[:, margin]
            curved = own[:, margin] @ along**2 / 9 + l2 * (moved[:-1, margin] ** 2).sum()
            there = coordinates.position(moved.ravel())
            # A thousandth of the bound is added.
            assert curved <= there @ there <= curved + 0.002 * (along @ along)


@settings(max_examples=3)
@given(seed=some.integers(0, 2**32 - 1))
def test_a_walk_of_few_rows_ends_where_scipy_does(seed: int) -> None:
    X, y = wide(seed)
    X /= X.std(axis=0)
    run = st.descend((X, y), loss="poisson", l2=0.1)
    objective = run.objective
    peer = minimize(objective.value_and_gradient, run.params * 0.9, jac=True, method="L-BFGS-B")
    assert run.loss <= peer.fun * (1 + 1e-9) + 1e-12
    assert run.stop.reason in ("arrived", "settled")


@settings(max_examples=40)
@given(seed=some.integers(0, 2**32 - 1), several=some.integers(1, 3))
def test_of_few_rows_the_least_absolute_errors_are_those_of_the_medians(
    seed: int, several: int
) -> None:
    generator = np.random.default_rng(seed)
    X = np.repeat(generator.normal(size=(4, 14)), several, axis=0)
    y = generator.normal(size=len(X))
    run = st.descend((X, y), loss="absolute")
    groups = y.reshape(4, several)
    least = np.abs(groups - np.median(groups, axis=1, keepdims=True)).mean()
    assert run.loss == pytest.approx(least, abs=1e-12)
    assert run.stop.reason == "arrived"
    if several % 2:
        bias = np.append(X[::several], np.ones((4, 1)), axis=1)
        assert bias @ run.params == pytest.approx(np.median(groups, axis=1))
        centred = X - X.mean(axis=0)
        of_rows = np.linalg.pinv(centred) @ (centred @ run.weights)
        np.testing.assert_allclose(run.weights, of_rows, atol=1e-9)


def test_smoothed_rows_are_orthonormal_in_the_span() -> None:
    X, y = wide(5)
    smoothed = LinearObjective(X, y, "absolute").smoothed()
    assert smoothed is not None and smoothed.rank == len(y)
    np.testing.assert_allclose(smoothed.gram(smoothed.objective.blocks), np.eye(6), atol=1e-9)


@pytest.mark.parametrize("seconds", [None, 1e-6])
def test_a_rank_that_takes_longer_than_the_seconds_is_not_looked_at(
    seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("steepest.objective.minimum.null_space.RANK_SECONDS", 1.0)
    X, y = wide(7, rows=20, features=3)
    how: dict[str, Any] = {"rule": "steepest", "learning_rate": 1e-6, "scale": "none"}
    run = st.descend((X, y), steps=3, seconds=seconds, **how)
    (check,) = [check for check in run.checks if check.name == "uniqueness"]
    if seconds is None:
        assert check.state == "checked"
    else:
        assert check.state == "not looked at"
        assert "the 1e-06 s it was given are over, and the rank of 20 rows takes" in check.message
