"""The automatic rule, rate and scale: never uphill, and to the minimum that others find."""

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import plain, problem
from scipy.optimize import linprog, minimize
from sklearn.linear_model import LogisticRegression

import steepest as st

KINDS = {
    "squared": "squared",
    "absolute": "absolute",
    "huber": "huber",
    "quantile": "quantile",
    "poisson": "poisson",
    "cross_entropy": "cross_entropy",
    "softmax": "cross_entropy",
}
SCALES = ["none", "standard", "round", "auto"]


@pytest.mark.parametrize("kind", KINDS)
@given(
    seed=some.integers(0, 10**6),
    rows=some.integers(6, 40),
    features=some.integers(1, 8),
    l2=some.sampled_from([0.0, 0.01, 1.0]),
    scale=some.sampled_from(SCALES),
)
def test_the_loss_never_rises(
    kind: str, seed: int, rows: int, features: int, l2: float, scale: str
) -> None:
    data = problem(kind, seed, rows=rows, features=features)
    run = st.descend(data, loss=KINDS[kind], seed=seed, l2=l2, scale=scale, steps=60)
    losses = run.trace.losses
    assert (losses[1:] <= losses[:-1] * (1 + 1e-12)).all()
    assert {verdict.name for verdict in run.verdicts} <= {"separation"}


@given(seed=some.integers(0, 10**6), rows=some.integers(10, 60), features=some.integers(1, 6))
def test_least_squares_are_numpys(seed: int, rows: int, features: int) -> None:
    X, y = problem("squared", seed, rows=rows, features=features)
    run = st.descend((X, y), seed=seed)
    true = np.linalg.lstsq(np.column_stack([X, np.ones(rows)]), y, rcond=None)[0]
    assert run.stop.reason in ("arrived", "settled")
    assert np.abs(run.params - true).max() <= 1e-6 * np.abs(true).max()


@pytest.mark.parametrize(("name", "target"), [("geyser", "waiting"), ("diabetes", "progression")])
def test_least_squares_of_real_data_are_numpys(name: str, target: str) -> None:
    run = st.descend(name, target)
    X1 = np.column_stack([run.data.X, np.ones(len(run.data.X))])
    true, *_ = np.linalg.lstsq(X1, run.data.y, rcond=None)
    assert np.abs(run.params - true).max() <= 1e-6 * np.abs(true).max()
    assert run.loss == pytest.approx(np.mean((X1 @ true - run.data.y) ** 2), rel=1e-12)


@pytest.mark.parametrize("l2", [0.01, 1.0])
def test_ridge_is_the_closed_form(l2: float) -> None:
    X, y = problem("squared", 1, rows=50, features=4)
    run = st.descend((X, y), l2=l2)
    X1 = np.column_stack([X, np.ones(50)])
    hessian = 2 * X1.T @ X1 / 50 + l2 * np.diag([1, 1, 1, 1, 0])
    true = np.linalg.solve(hessian, 2 * X1.T @ y / 50)
    assert np.allclose(run.params, true, rtol=1e-8, atol=1e-9)


def logistic(X: Any, y: Any, l2: float) -> tuple[Any, Any]:
    """Return scikit-learn's weights, (features, k) or (features,), and its bias."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it cannot go lower than rounding lets it, and says so
        theirs = LogisticRegression(
            C=1 / (l2 * len(X)), solver="newton-cholesky", tol=1e-12, max_iter=1000
        ).fit(X, y)
    coef, bias = theirs.coef_.T, theirs.intercept_
    return (coef[:, 0], bias[0]) if coef.shape[1] == 1 else (coef, bias - bias.mean())


def assert_is_logistic(run: st.Run, l2: float) -> None:
    weights, bias = logistic(run.data.X, run.data.y, l2)
    size = np.abs(weights).max()
    assert run.stop.reason in ("arrived", "settled")
    assert np.abs(run.weights - weights).max() <= 1e-6 * size
    free = run.bias - np.mean(run.bias) * (np.ndim(run.bias) > 0)
    assert np.allclose(free, bias, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("l2", [1e-3, 0.1])
@pytest.mark.parametrize("kind", ["cross_entropy", "softmax"])
@pytest.mark.parametrize("seed", [0, 1])
def test_cross_entropy_finds_scikit_learns_minimum(kind: str, seed: int, l2: float) -> None:
    data = problem(kind, seed, rows=120, features=4)
    assert_is_logistic(st.descend(data, loss="cross_entropy", l2=l2, seed=seed), l2)


@pytest.mark.parametrize(
    ("name", "target", "features", "l2"),
    [
        ("orings", "damaged", ["temperature"], 1e-3),
        ("breast_cancer", "diagnosis", ["mean_radius", "mean_texture", "mean_symmetry"], 1e-3),
        ("penguins", "species", ["bill_length_mm", "bill_depth_mm", "flipper_length_mm"], 1e-2),
        ("penguins", "sex", None, 1e-2),
    ],
)
def test_cross_entropy_of_real_data_finds_scikit_learns_minimum(
    name: str, target: str, features: Any, l2: float
) -> None:
    assert_is_logistic(st.descend(name, target, features, loss="cross_entropy", l2=l2), l2)


@pytest.mark.parametrize("delta", [0.5, 2.0])
def test_huber_finds_scipys_minimum(delta: float) -> None:
    X, y = problem("huber", 2, rows=80, features=3)
    run = st.descend((X, y), loss="huber", delta=delta)
    true = minimize(
        lambda p: plain("huber", X, y, p, delta=delta),
        np.zeros(4),
        jac=True,
        method="BFGS",
        options={"gtol": 1e-9},
    )
    assert run.loss == pytest.approx(true.fun, rel=1e-10)
    assert np.allclose(run.params, true.x, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["squared", "huber", "cross_entropy", "softmax"])
def test_every_scale_arrives_at_the_same_minimum(kind: str) -> None:
    X, y = problem(kind, 3, rows=80, features=3)
    X = X * [1.0, 30.0, 0.1] + [0, 50, 0]
    runs = [
        st.descend((X, y), loss=KINDS[kind], l2=1e-2, scale=scale, steps=100_000, tol=1e-9)
        for scale in SCALES
    ]
    assert {run.stop.reason for run in runs} <= {"arrived", "settled"}
    lowest = min(run.loss for run in runs)
    assert [run.loss for run in runs] == pytest.approx([lowest] * 4, rel=1e-8)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("start", [None, "given"])
def test_a_scale_does_not_move_the_start(kind: str, start: str | None) -> None:
    data = problem(kind, 4)
    size = 9 if kind == "softmax" else 3
    chosen = None if start is None else np.linspace(-2, 2, size)
    runs = [
        st.descend(data, loss=KINDS[kind], scale=scale, start=chosen, seed=5, steps=0, l2=0.1)
        for scale in SCALES
    ]
    for run in runs[1:]:
        assert run.loss == pytest.approx(runs[0].loss, rel=1e-12)
        assert np.allclose(run.params, runs[0].params, rtol=1e-11, atol=1e-12)


def test_the_absolute_loss_comes_near_the_median() -> None:
    X, y = problem("absolute", 0, rows=41, features=2)
    run = st.descend((X, y), loss="absolute")
    n, X1 = 41, np.column_stack([X, np.ones(41)])
    equal = np.hstack([X1, np.eye(n), -np.eye(n)])
    cost = np.concatenate([np.zeros(3), np.full(2 * n, 1 / n)])
    true = linprog(cost, A_eq=equal, b_eq=y, bounds=[(None, None)] * 3 + [(0, None)] * 2 * n).fun
    assert true <= run.loss * (1 + 1e-12)
    assert run.loss <= 1.1 * true
