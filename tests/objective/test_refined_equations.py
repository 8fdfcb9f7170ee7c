"""Least squares preconditioned by float32: roots, evaluations, and the digits that fits reach."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import steepest as st
from steepest import LinearObjective, Squared
from steepest.objective import refined_equations
from steepest.objective.linear_algebra.single_root import single_root, upper_root
from steepest.objective.normal_equations import NormalEquations
from steepest.objective.refined_equations import RefinedEquations

Array = Any


@pytest.fixture
def few_params_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have few params take the way of very many."""
    monkeypatch.setattr(refined_equations, "LEAST_PARAMS", 2)


def table(rows: int, features: int, seed: int = 0) -> tuple[Array, Array]:
    """Return correlated columns of many scales, far from 0, and a line through them with noise."""
    generator = np.random.default_rng(seed)
    X = generator.standard_normal((rows, features)) @ generator.uniform(size=(features, features))
    X = (X + 5.0) * np.logspace(-3.0, 3.0, features)
    return X, X @ generator.standard_normal(features) + generator.standard_normal(rows)


def exact(X: Array, y: Array, l2: float = 0.0, weight: Array | None = None) -> Array:
    """Return weights by LAPACK's solve of the normal equations, refined in long double.

    Wilkinson 1963, "Rounding errors in algebraic processes".
    """
    weight = np.ones(len(y)) if weight is None else weight
    rooted = np.sqrt(weight.astype(np.longdouble) / weight.sum())
    Z = rooted[:, None] * (X - np.average(X, axis=0, weights=weight))
    hessian = Z.T @ Z + np.diag(np.full(X.shape[1], l2 / 2))
    right = Z.T @ (rooted * (y - np.average(y, weights=weight)))
    weights = np.zeros(X.shape[1], dtype=np.longdouble)
    for _ in range(10):
        left = (right - hessian @ weights).astype(np.float64)
        weights += np.linalg.solve(hessian.astype(np.float64), left)
    return weights.astype(np.float64)


@pytest.mark.parametrize("size", [1, 2, 127, 128, 129, 300])
def test_the_root_by_panels_is_cholesky_s(size: int) -> None:
    Z = np.random.default_rng(size).standard_normal((3 * size, size))
    matrix = (Z.T @ Z / (3 * size)).astype(np.float32)
    root = upper_root(matrix.copy())
    assert root is not None
    assert_array_equal(root, np.triu(root))
    assert_allclose(root, np.linalg.cholesky(matrix.astype(np.float64)).T, atol=1e-5)


def test_a_matrix_that_is_not_positive_has_no_root() -> None:
    assert upper_root(np.array([[1.0, 2.0], [2.0, 1.0]], dtype=np.float32)) is None


def test_the_root_is_that_of_the_curvature() -> None:
    X, y = table(90, 6)
    objective = LinearObjective(X, y, Squared(), l2=0.3)
    root = single_root(objective.blocks, objective.units, NormalEquations.of(objective).ridge)
    assert root is not None
    hessian = NormalEquations.of(objective).hessian
    own = np.sqrt(hessian.diagonal())
    assert_allclose(
        root.upper.T @ root.upper / np.outer(own, own), hessian / np.outer(own, own), atol=5e-6
    )


def _equal(X: Array) -> None:
    X[:, 1] = X[:, 0]


def _constant(X: Array) -> None:
    X[:, 1] = 3.0


def _near(X: Array) -> None:
    X[:, 1] = X[:, 0] + 1e-4 * X[:, 1] * X[:, 0].std() / X[:, 1].std()


def _far(X: Array) -> None:
    X[:, 1] += 1e13 * X[:, 1].std()


@pytest.mark.parametrize("change", [_equal, _constant, _near, _far])
@pytest.mark.usefixtures("few_params_do")
def test_seven_digits_are_not_taken_where_they_tell_too_little(change: Any) -> None:
    X, y = table(200, 4)
    change(X)
    assert RefinedEquations.of(LinearObjective(X, y, Squared())) is None


@pytest.mark.usefixtures("few_params_do")
@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_loss_and_gradient_are_those_of_the_rows(l2: float) -> None:
    X, y = table(200, 5)
    objective = LinearObjective(X, y, Squared(), l2=l2)
    equations = objective.normal_equations()
    assert isinstance(equations, RefinedEquations)
    params = np.random.default_rng(1).standard_normal(6)
    loss, gradient = equations.value_and_gradient(params)
    true, slope = objective.value_and_gradient(params)
    assert loss == pytest.approx(true, rel=1e-12)
    assert_allclose(gradient, slope, rtol=1e-11)


@pytest.mark.usefixtures("few_params_do")
@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("weighed", [False, True], ids=["even", "weighed"])
def test_a_fit_reaches_the_digits_of_lapack(l2: float, weighed: bool) -> None:
    X, y = table(300, 8)
    weight = np.random.default_rng(2).uniform(0.5, 2.0, len(y)) if weighed else None
    run = st.descend((X, y), loss="squared", l2=l2, sample_weight=weight)
    assert run.stop.reason == "arrived"
    assert 2 <= len(run.trace) - 1 <= 5
    assert_allclose(run.weights, exact(X, y, l2, weight), rtol=1e-9)
    losses = [run.problem.objective.value(step.params) for step in run.trace]
    assert_allclose(run.trace.losses, losses, rtol=1e-12)


def test_very_many_params_take_few_steps_to_the_same_bits_on_any_threads() -> None:
    generator = np.random.default_rng(3)
    X = generator.standard_normal((2_200, 1_030)).astype(np.float32)
    y = X @ generator.standard_normal(1_030) + generator.standard_normal(len(X))
    one, two = (st.descend((X, y), loss="squared", threads=threads) for threads in (1, 2))
    assert 2 <= len(one.trace) - 1 <= 5
    assert_array_equal(one.trace.params, two.trace.params)
    residual = y - X @ one.weights - one.bias
    assert np.abs(X.T @ residual).max() < 1e-10 * np.abs(X.T @ y).max()


@pytest.mark.usefixtures("few_params_do")
def test_a_run_that_is_gone_on_with_takes_the_same_steps() -> None:
    X, y = table(300, 8)
    whole = st.descend((X, y), loss="squared", steps=3)
    parts = st.descend((X, y), loss="squared", steps=1).resume(steps=2)
    assert_array_equal(whole.trace.params, parts.trace.params)
