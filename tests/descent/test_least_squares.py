"""Steps of rate 1 in whitened coordinates of the normal equations: the digits reached."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import problem
from scipy.linalg import qr, solve_triangular
from sklearn.linear_model import Ridge
from strd import Regression, exact, regressions

from steepest import LinearObjective, Squared
from steepest.objective.normal_equations import NormalEquations

SETS = regressions()

SHRINKS = 0.1
"""A step is the last when it leaves more than this share of the steepness."""

LEAST = {"pontius": 7, "filip": 7, "wampler4": 7, "wampler5": 7}
"""The right digits asked for; of all others nine."""


class Point(NamedTuple):
    """A step of the walk."""

    params: np.ndarray
    loss: float
    steepness: float


def walk(equations: NormalEquations, start: np.ndarray) -> list[Point]:
    """Return the steps from `start` until the steepness no longer shrinks."""
    params, points = start, list[Point]()
    whitening = equations.whitening
    while len(points) < 20:
        loss, gradient = equations.value_and_gradient(params)
        slope = whitening.pullback(gradient)
        points.append(Point(params, loss, float(np.linalg.norm(slope))))
        if len(points) > 1 and not points[-1].steepness < SHRINKS * points[-2].steepness:
            break
        params = params + whitening.params(-slope)
    return points


def arrive(objective: LinearObjective, seed: int = 0) -> list[Point]:
    start = objective.random_start(np.random.default_rng(seed))
    return walk(NormalEquations.of(objective), start)


@pytest.mark.parametrize("one", SETS.values(), ids=SETS)
def test_the_sets_are_as_certified(one: Regression) -> None:
    for found, certified in zip(exact(one.features, one.target), one.certified, strict=True):
        assert abs(found - certified) <= abs(certified) * 10**-14


def by_lapack(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return least squares by LAPACK's QR of the columns as they are, the ones first."""
    Q, R = qr(np.column_stack([np.ones(len(y)), X]), mode="economic")
    bias, *weights = solve_triangular(R, Q.T @ y)
    return np.array([*weights, bias])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", SETS)
def test_the_certified_digits_are_reached(name: str, seed: int) -> None:
    one = SETS[name]
    X, y = one.arrays()
    points = arrive(LinearObjective(X, y, Squared()), seed)
    digits = one.digits(points[-1].params)
    assert digits >= LEAST.get(name, 9)
    assert digits >= one.digits(by_lapack(X, y)) - 1
    ones = np.column_stack([X, np.ones(len(y))])
    assert digits >= one.digits(np.linalg.lstsq(ones, y, rcond=None)[0]) - 1
    assert len(points) <= 6


@given(
    seed=some.integers(0, 10**6),
    rows=some.integers(5, 60),
    features=some.integers(1, 8),
    units=some.floats(-4, 4),
)
def test_any_rows_are_fitted_in_a_few_steps(
    seed: int, rows: int, features: int, units: float
) -> None:
    X, y = problem("squared", seed, rows=rows, features=features)
    X *= 10.0 ** np.linspace(-units, units, features)
    objective = LinearObjective(X, y, Squared())
    points = arrive(objective, seed)
    ones = np.column_stack([X - X.mean(axis=0), np.ones(rows)])
    found, *_ = np.linalg.lstsq(ones / np.linalg.norm(ones, axis=0), y, rcond=None)
    lowest = np.mean((ones / np.linalg.norm(ones, axis=0) @ found - y) ** 2)
    assert points[-1].loss == pytest.approx(lowest, rel=1e-9, abs=1e-13 * objective.null_loss)
    assert len(points) <= 6


@pytest.mark.parametrize("l2", [1e-8, 1e-3, 1.0])
def test_ridge_is_fitted_too(l2: float) -> None:
    X, y = problem("squared", 3, rows=90, features=6)
    X[:, 5] = X[:, 0] + 1e-7 * X[:, 1]
    params = arrive(LinearObjective(X, y, Squared(), l2=l2))[-1].params
    theirs = Ridge(alpha=l2 * 90 / 2, solver="svd").fit(X, y)
    # Two features that are almost one: with next to no penalty theirs is right to 1e-7.
    assert np.allclose(params, [*theirs.coef_, theirs.intercept_], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("what", ["twice", "constant", "few rows"])
def test_where_the_rows_do_not_reach_nothing_moves(what: str) -> None:
    X, y = problem("squared", 7, rows=40, features=4)
    if what == "twice":
        X[:, 3] = X[:, 0]
    elif what == "constant":
        X[:, 3] = 7.0
    else:
        X, y = X[:3], y[:3]
    objective = LinearObjective(X, y, Squared())
    points = arrive(objective)
    ones = np.column_stack([X - X.mean(axis=0), np.ones(len(y))])
    lowest = np.mean((ones @ np.linalg.lstsq(ones, y, rcond=1e-12)[0] - y) ** 2)
    assert points[-1].loss == pytest.approx(lowest, rel=1e-10, abs=1e-25 * objective.null_loss)
    weights = points[-1].params[:-1]
    assert np.abs(weights).max() < 10 * max(1.0, np.abs(points[0].params[:-1]).max())


def test_coordinates_lead_there_and_back() -> None:
    X, y = problem("squared", 9, rows=50, features=3)
    objective = LinearObjective(X, y, Squared(), l2=0.2)
    equations = NormalEquations.of(objective)
    params = np.random.default_rng(1).normal(size=4)
    whitening = equations.whitening
    assert np.allclose(whitening.params(whitening.position(params)), params, rtol=1e-12)
    gradient = objective.value_and_gradient(params)[1]
    steps = 1e-4 * np.eye(4)
    at = whitening.position(params)

    def value(position: np.ndarray) -> float:
        return objective.value(whitening.params(position))

    values = [(value(at + h) - value(at - h)) / 2e-4 for h in steps]
    assert np.allclose(whitening.pullback(gradient), values, rtol=1e-7, atol=1e-8)
