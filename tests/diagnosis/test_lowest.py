"""The lowest loss there is, and where, also of a feature far from 0."""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

import steepest as st
from steepest.objective.plane.plane import Plane
from steepest.run.lowest_loss import lowest_loss

MEANS = [0.0, 2000.0, 1e6]


def far_problem(kind: str, mean: float, seed: int = 0) -> tuple[Any, Any]:
    """Return one feature of this mean and deviation 1, and a target that depends on it."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=200)
    y = x + 1.2 * rng.normal(size=200)
    return (x + mean)[:, None], (y > 0).astype(float) if kind == "cross_entropy" else y


def truth(kind: str, X: Any, y: Any, l2: float) -> tuple[float, float]:
    """Return the lowest loss and its weight, by others, who see the feature about its mean."""
    centred = X - X.mean()
    if kind == "cross_entropy":
        C = 1 / (l2 * len(y)) if l2 else np.inf
        fit = LogisticRegression(C=C, solver="newton-cholesky", tol=1e-12).fit(centred, y)
        weight, bias = fit.coef_[0, 0], fit.intercept_[0]
        return st.LinearObjective(centred, y, kind, l2=l2).value(np.array([weight, bias])), weight
    objective = st.LinearObjective(centred, y, kind, l2=l2)
    found = minimize(objective.value_and_gradient, np.zeros(2), jac=True, tol=1e-14)
    return found.fun, found.x[0]


@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("kind", ["squared", "cross_entropy"])
def test_the_lowest_loss_is_the_lowest_wherever_the_feature_lies(
    kind: str, mean: float, l2: float
) -> None:
    X, y = far_problem(kind, mean)
    loss, _ = truth(kind, X, y, l2)
    assert lowest_loss(st.LinearObjective(X, y, kind, l2=l2)) == pytest.approx(loss, rel=1e-9)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("kind", ["squared", "cross_entropy"])
def test_the_lowest_point_is_there_too(kind: str, mean: float, l2: float, turned: bool) -> None:
    X, y = far_problem(kind, mean)
    loss, weight = truth(kind, X, y, l2)
    run = st.descend((X, y), loss=kind, l2=l2, scale="standard", rule="steepest", steps=5)
    names = reversed(run.param_names) if turned else run.param_names
    surface = run.surface(*names, points=5)
    assert surface.lowest is not None
    assert surface.lowest[int(turned)] == pytest.approx(weight, rel=1e-5)
    assert surface.at(*surface.lowest)[0] == pytest.approx(loss, rel=1e-8)
    for axis, at in zip((surface.x, surface.y), surface.lowest, strict=True):
        assert axis[0] < at < axis[-1]


@pytest.mark.parametrize("loss", ["squared", "cross_entropy"])
@pytest.mark.parametrize("mean", [10.0, 1e3, 1e5, 1e7])
@pytest.mark.parametrize("weight", [0.0, 0.01, 1.0, 30.0])
def test_a_lowest_point_is_only_claimed_where_it_is(loss: str, mean: float, weight: float) -> None:
    """Also where Newton's method begins with a row or none that can tell which way is down."""
    X, y = far_problem(loss, mean)
    objective = st.LinearObjective(X, y, loss)
    base = np.array([weight, 1 - weight * mean])
    bowl = objective.on_plane(Plane.of_two(base, 0, 1)).bowl()
    if bowl is not None and bowl.is_lowest:
        assert objective.value(bowl.lowest + base) == pytest.approx(
            truth(loss, X, y, 0.0)[0], rel=1e-7
        )
    else:
        assert loss == "cross_entropy" and weight == 30.0


def test_two_features_that_say_the_same_make_a_valley_with_a_bottom() -> None:
    (X, y), l2 = far_problem("squared", 2000.0), 0.1
    for penalty in (0.0, l2):
        objective = st.LinearObjective(np.hstack([X, X]), y, "squared", l2=penalty)
        base = np.array([1.0, 2.0, -6000.0])
        bowl = objective.on_plane(Plane.of_two(base, 0, 1)).bowl()
        assert bowl is not None and bowl.is_lowest
        _, gradient = objective.value_and_gradient(base + np.append(bowl.lowest, 0.0))
        assert np.abs(gradient[:2]).max() < 1e-6


@pytest.mark.parametrize("mean", MEANS)
def test_the_squared_loss_on_the_grid_is_exact_far_from_0(mean: float) -> None:
    X, y = far_problem("squared", mean)
    objective = st.LinearObjective(X, y, "squared")
    base, a = np.array([1.5, 0.2 - 1.5 * mean]), np.linspace(-1, 1, 5)
    # On the diagonal of the grid lies the bottom of the ravine, where the losses are small.
    b = -mean * a if mean else a
    grid = objective.on_plane(Plane.of_two(base, 0, 1)).grid(a, b)
    exact = X.astype(np.longdouble)[:, 0]
    for i, j in np.ndindex(5, 5):
        residual = (base[0] + a[j]) * exact + (base[1] + b[i]) - y
        assert grid[i, j] == pytest.approx(float((residual**2).mean()), rel=1e-8)
