"""The problems of celer's and skglm's own tests: their optimality conditions, and their solutions.

Where 0 is in the subdifferential the minimum is reached: `gradient + l1 sign(w) = 0` of weights
that are not 0, `|gradient| <= l1` of the others. How far that is missed is told as a share of l1.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csc_array
from scipy.special import expit

from steepest.sklearn import SteepestClassifier, SteepestRegressor

# Numba compiles skglm's solvers in the first test that uses them.
pytestmark = [pytest.mark.prove, pytest.mark.timeout(1200)]

celer = pytest.importorskip("celer")
skglm = pytest.importorskip("skglm")

Array = NDArray[np.float64]

SHARES = (1.0001, 0.9, 0.3, 0.1, 0.03, 0.01, 0.001)
"""The penalty as a share of the least that leaves no weight."""


def _problems() -> Iterator[tuple[str, Any, Array]]:
    from celer.utils.testing import build_dataset
    from skglm.utils.data import make_correlated_data

    for seed in (0, 1):
        X, targets, _ = make_correlated_data(
            n_samples=50, n_features=60, n_tasks=9, density=0.1, random_state=seed
        )
        yield f"skglm {seed}", X, targets[:, 0]
        chosen = np.random.default_rng(seed).binomial(1, 0.1, X.shape)
        yield f"skglm {seed}, sparse", csc_array(X * chosen), targets[:, 0]
    for sparse in (True, False):
        np.random.seed(1409)  # noqa: NPY002  # theirs draws from that one
        yield f"celer, sparse {sparse}", *build_dataset(30, 60, sparse_X=sparse)[:2]
    X, y = build_dataset(60, 100, sparse_X=False)[:2]
    X = np.array(X)
    X[:, :4] = 0.0
    yield "celer, empty columns", X, y
    yield "celer, 200 x 600", *build_dataset(200, 600, sparse_X=True)[:2]


PROBLEMS = [pytest.param(X, y, id=name) for name, X, y in _problems()]


def violation(X: Any, slope: Array, weights: Array, l1: float, l2: float = 0.0) -> float:
    """Return how far 0 is from the subdifferential; `slope` is that by the margins."""
    gradient = np.asarray(X.T @ slope) / len(slope) + l2 * weights
    moving = np.abs(gradient + l1 * np.sign(weights))
    return float(np.where(weights != 0, moving, np.maximum(np.abs(gradient) - l1, 0.0)).max())


def most(X: Any, slope: Array) -> float:
    """Return the least l1 that leaves no weight, by the slope of a constant guess."""
    return float(np.abs(np.asarray(X.T @ slope)).max()) / len(slope)


def margins(X: Any, model: Any) -> Array:
    return np.asarray(X @ model.coef_.T + model.intercept_)


@pytest.mark.parametrize(("X", "y"), PROBLEMS)
@pytest.mark.parametrize("ratio", [1.0, 0.5])
@pytest.mark.parametrize("share", SHARES)
def test_lasso_and_elastic_net(X: Any, y: Array, ratio: float, share: float) -> None:
    alpha = share * most(X, y - y.mean()) / (ratio if share > 1 else 1.0)
    l1, l2 = 2.0 * alpha * ratio, 2.0 * alpha * (1.0 - ratio)
    model = SteepestRegressor(l1=l1, l2=l2).fit(X, y)
    assert violation(X, 2.0 * (margins(X, model) - y), model.coef_, l1, l2) < 1e-8 * l1
    if share > 1:
        assert not model.coef_.any()


@pytest.mark.parametrize(("X", "y"), PROBLEMS)
@pytest.mark.parametrize("share", [0.3, 0.03])
def test_a_lasso_is_celers(X: Any, y: Array, share: float) -> None:
    alpha = share * most(X, y - y.mean())
    model = SteepestRegressor(l1=2.0 * alpha).fit(X, y)
    theirs = celer.Lasso(alpha, tol=1e-14, max_iter=1000).fit(X, y)
    assert np.allclose(model.coef_, theirs.coef_, atol=1e-6 * np.abs(theirs.coef_).max())


@pytest.mark.parametrize(("X", "y"), PROBLEMS)
@pytest.mark.parametrize("share", [0.3, 0.03])
def test_an_elastic_net_is_skglms(X: Any, y: Array, share: float) -> None:
    alpha = share * most(X, y - y.mean())
    model = SteepestRegressor(l1=alpha, l2=alpha).fit(X, y)
    theirs = skglm.ElasticNet(alpha, l1_ratio=0.5, tol=1e-12, max_iter=1000).fit(X, y)
    assert np.allclose(model.coef_, theirs.coef_, atol=1e-6 * np.abs(theirs.coef_).max())


@pytest.mark.parametrize(("X", "y"), PROBLEMS)
@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("share", [1.0001, 0.5, 0.1, 0.02, 0.005])
def test_two_classes(X: Any, y: Array, l2: float, share: float) -> None:
    actual = (y > np.median(y)).astype(int)
    l1 = share * most(X, actual - actual.mean())
    model = SteepestClassifier(l1=l1, l2=l2).fit(X, actual)
    slope = expit(margins(X, model)[:, 0]) - actual
    assert violation(X, slope, model.coef_[0], l1, l2) < 1e-6 * l1
    assert abs(slope.mean()) < 1e-9
    if share > 1:
        assert not model.coef_.any()


@pytest.mark.parametrize(("X", "y"), PROBLEMS)
@pytest.mark.parametrize("share", [1.0001, 0.5, 0.1, 0.02])
def test_three_classes(X: Any, y: Array, share: float) -> None:
    actual = np.eye(3)[np.digitize(y, np.quantile(y, [0.33, 0.66]))]
    l1 = share * most(X, actual - actual.mean(axis=0))
    model = SteepestClassifier(l1=l1).fit(X, actual.argmax(axis=1))
    slope = model.predict_proba(X) - actual
    assert violation(X, slope, model.coef_.T, l1) < 1e-6 * l1


@pytest.mark.parametrize(("X", "y"), PROBLEMS)
@pytest.mark.parametrize("deviations", [0.1, 1.0])
@pytest.mark.parametrize("share", [0.05, 0.005, 0.0])
def test_huber(X: Any, y: Array, deviations: float, share: float) -> None:
    delta = deviations * float(np.std(y))
    model = SteepestRegressor("huber", delta=delta, l1=share * delta).fit(X, y)
    slope = np.clip(margins(X, model) - y, -delta, delta)
    assert violation(X, slope, model.coef_, share * delta) < 1e-8 * delta


@pytest.mark.parametrize(("X", "y"), PROBLEMS)
@pytest.mark.parametrize("l1", [0.2, 0.02, 0.002])
def test_poisson(X: Any, y: Array, l1: float) -> None:
    first = np.asarray(X @ np.append(0.3, np.zeros(X.shape[1] - 1)))
    counts = np.random.default_rng(0).poisson(np.exp(np.clip(first, -3.0, 2.0)))
    model = SteepestRegressor("poisson", l1=l1).fit(X, counts)
    slope = np.exp(margins(X, model)) - counts
    assert violation(X, slope, model.coef_, l1) < 1e-6 * l1
