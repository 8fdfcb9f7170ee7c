"""Newton's steps by the Hessian of some rows: the lowest loss of all, whatever was drawn."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference import hessian
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

import steepest as st
from steepest.descent.steps import sampled_newton
from steepest.objective.linear import LinearObjective

ROWS, FEATURES, CLASSES = 800, 6, 4


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let few rows be many."""
    monkeypatch.setattr(sampled_newton, "HESSIAN_ROWS", 128)
    monkeypatch.setattr(sampled_newton, "ROWS_BY_FEATURE", 8)


def rows(seed: int = 0) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(ROWS, FEATURES)) * generator.uniform(0.3, 3.0, FEATURES)
    margin = X @ generator.normal(size=(FEATURES, CLASSES))
    return X + 2.0, np.argmax(margin + generator.gumbel(size=margin.shape), axis=1)


def lowest(X: Any, y: Any, l2: float) -> float:
    theirs = LogisticRegression(C=1.0 / (l2 * len(y)), tol=1e-12, max_iter=10_000).fit(X, y)
    objective = LinearObjective(X, y, "cross_entropy", l2=l2)
    return objective.value(np.vstack([theirs.coef_.T, theirs.intercept_]).ravel())


@pytest.mark.parametrize("weight", [None, 2.0])
def test_it_comes_to_the_lowest_loss_of_all_rows(weight: float | None) -> None:
    X, y = rows()
    weights = None if weight is None else np.full(ROWS, weight)
    run = st.descend((X, y), loss="cross_entropy", l2=1e-2, tol=1e-7, sample_weight=weights)
    assert run.stop.reason == "arrived"
    assert "Hessian of" in run.plan.reasons
    assert run.loss == pytest.approx(lowest(X, y, 1e-2), rel=1e-9)
    full = run.trace.full_losses
    assert (np.diff(full[~np.isnan(full)]) <= 1e-13).all()


def test_a_feature_that_no_drawn_row_has_is_learnt_too() -> None:
    X, y = rows(1)
    rare = np.zeros((ROWS, 1))
    drawn = LinearObjective(np.arange(ROWS, dtype=float)[:, None], y, "cross_entropy")
    used = set(drawn.random_sample(128, 0).blocks.X[:, 0].astype(int).tolist())
    left = [row for row in range(ROWS) if row not in used][:5]
    rare[left], y[left] = 1.0, 3
    X = np.hstack([X, rare])
    run = st.descend((X, y), loss="cross_entropy", l2=1e-3, tol=1e-7)
    assert run.loss == pytest.approx(lowest(X, y, 1e-3), rel=1e-8)


def test_threads_change_no_bit_and_a_run_that_is_gone_on_with_is_the_same() -> None:
    data = rows(2)
    runs = [st.descend(data, loss="cross_entropy", l2=1e-2, threads=threads) for threads in (1, 2)]
    assert np.array_equal(runs[0].trace.losses, runs[1].trace.losses)
    assert np.array_equal(runs[0].params, runs[1].params)
    part = st.descend(data, loss="cross_entropy", l2=1e-2, steps=2)
    whole = st.descend(data, loss="cross_entropy", l2=1e-2, steps=5)
    assert np.array_equal(part.resume(steps=3).params, whole.params)


def test_a_rule_that_was_asked_for_stays_that() -> None:
    run = st.descend(rows(), rule="plane", loss="cross_entropy", l2=1e-2)
    assert "Hessian of" not in run.plan.reasons


def test_conjugate_gradients_leave_the_share_that_they_may() -> None:
    X, y = rows(3)
    objective = LinearObjective(X, y, "cross_entropy", l2=1e-2)
    params = np.random.default_rng(0).normal(size=objective.size) * 0.1
    product = objective.hessian_at(params)
    assert product is not None
    right = -objective.evaluate(params).gradient
    found, products = sampled_newton._solved(product, right)
    matrix = hessian(objective, params)
    assert np.linalg.norm(matrix @ found - right) <= 0.2 * np.linalg.norm(right) * (1 + 1e-9)
    assert 0 < products <= sampled_newton.MOST_PRODUCTS
    assert_allclose(product(found), matrix @ found, atol=1e-12)


def test_where_the_sample_tells_too_little_the_plane_is_searched_from_then_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    X, y = rows(4)
    solved: list[int] = []

    def useless(product: Any, right: Any) -> tuple[Any, int]:
        solved.append(1)
        # Uphill in no param, and next to nowhere in all but one.
        found = 1e-9 * right
        found[0] = right[0]
        return found, 1

    monkeypatch.setattr(sampled_newton, "_solved", useless)
    run = st.descend((X, y), loss="cross_entropy", l2=1e-2, tol=1e-7)
    assert len(solved) < 4 < len(run.trace)
    assert run.loss == pytest.approx(lowest(X, y, 1e-2), rel=1e-9)


@pytest.mark.parametrize("drawn", [128, 2000])
def test_a_walk_that_has_become_slow_takes_newtons_direction_by_all_rows(
    monkeypatch: pytest.MonkeyPatch, drawn: int
) -> None:
    """Features that five rows have, of another scale, took 300 steps and more."""
    monkeypatch.setattr(sampled_newton, "HESSIAN_ROWS", drawn)
    X, y = rows(2)
    generator = np.random.default_rng(3)
    rare = np.zeros((ROWS, 4))
    for column in rare.T:
        column[generator.choice(ROWS, 5, replace=False)] = 30.0
    X = np.hstack([X, rare])
    run = st.descend((X, y), loss="cross_entropy", l2=1e-5)
    assert run.stop.reason == "arrived" and len(run.trace) < 150
    assert "conjugate gradients" in run.plan.reasons
    objective = LinearObjective(X, y, "cross_entropy", l2=1e-5)
    unit = np.append(X.std(axis=0), 1.0).repeat(CLASSES)

    def both(z: Any) -> Any:
        value, gradient = objective.value_and_gradient(z / unit)
        return value, gradient / unit

    tight = {"maxiter": 5000, "maxfun": 10_000, "ftol": 1e-15, "gtol": 1e-10}
    best = minimize(both, np.zeros(unit.size), jac=True, method="L-BFGS-B", options=tight)
    assert run.loss <= best.fun * (1.0 + 1e-9)
