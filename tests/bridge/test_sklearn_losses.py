"""The regressor's losses beside the squared one: counts and quantiles."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import PoissonRegressor

from steepest.errors import ChoiceError
from steepest.sklearn import SteepestRegressor


def test_counts_are_those_of_the_poisson_regressor() -> None:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(400, 3))
    y = generator.poisson(np.exp(X @ [0.5, -0.3, 0.1] + 1.0))
    ours = SteepestRegressor("poisson", l2=0.1).fit(X, y)
    theirs = PoissonRegressor(alpha=0.1, tol=1e-10).fit(X, y)
    assert np.allclose(ours.coef_, theirs.coef_, atol=1e-6)
    assert np.allclose(ours.predict(X), theirs.predict(X), rtol=1e-5)


def test_counts_in_parts_come_near() -> None:
    generator = np.random.default_rng(1)
    X = generator.normal(size=(4000, 2))
    y = generator.poisson(np.exp(X @ [0.5, -0.3] + 3.0))
    ours = SteepestRegressor("poisson")
    for rows in np.array_split(np.arange(4000), 100):
        ours.partial_fit(X[rows], y[rows])
    assert np.allclose(ours.coef_, [0.5, -0.3], atol=0.1)
    assert ours.intercept_ == pytest.approx(3.0, abs=0.1)


def test_a_quantile_has_its_share_of_the_rows_below() -> None:
    generator = np.random.default_rng(2)
    X = generator.normal(size=(500, 1))
    y = X[:, 0] + generator.exponential(size=500)
    ours = clone(SteepestRegressor("quantile", quantile=0.8, max_iter=3000)).fit(X, y)
    assert np.mean(ours.predict(X) >= y) == pytest.approx(0.8, abs=0.03)


def test_a_count_below_0_is_told() -> None:
    with pytest.raises(ChoiceError, match="on row 2;"):
        SteepestRegressor("poisson").fit([[0.0], [1.0], [2.0]], [1.0, -1.0, 2.0])
