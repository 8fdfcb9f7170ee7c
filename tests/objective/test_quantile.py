"""The loss of a quantile: against scikit-learn, NumPy and a linear program."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import problem
from sklearn.linear_model import QuantileRegressor
from sklearn.metrics import mean_pinball_loss

import steepest as st
from steepest import Absolute, ChoiceError, LinearObjective, Quantile
from steepest.run.lowest_loss import lowest_loss

SHARES = [0.05, 0.5, 0.8]


@pytest.mark.parametrize("share", SHARES)
def test_the_loss_is_scikit_learns(share: float) -> None:
    generator = np.random.default_rng(0)
    margin, target = generator.normal(size=(2, 400))
    theirs = mean_pinball_loss(target, margin, alpha=share)
    assert Quantile(share).value(margin, target).mean() == pytest.approx(theirs, rel=1e-13)


def test_the_median_is_half_the_absolute_error() -> None:
    margin, target = np.random.default_rng(1).normal(size=(2, 100))
    both = Quantile(0.5).value(margin, target), 0.5 * Absolute().value(margin, target)
    assert np.array_equal(*both)


@given(
    values=some.lists(some.integers(-9, 9), min_size=1, max_size=12),
    share=some.sampled_from([0.1, 0.25, 0.5, 0.9]),
    seed=some.integers(0, 1000),
)
def test_no_constant_is_better_than_the_guess(values: list[int], share: float, seed: int) -> None:
    target = np.array(values, dtype=float)
    weight = np.random.default_rng(seed).integers(1, 4, len(target)).astype(float)
    loss = Quantile(share)
    for weights in (None, weight):
        guess = loss.guess(target, weights)
        tried = np.append(target, guess)
        costs = [np.average(loss.value(one, target), weights=weights) for one in tried]
        assert costs[-1] <= min(costs) * (1 + 1e-12) + 1e-12
    assert np.array_equal(
        loss.guess(target, weight), loss.guess(np.repeat(target, weight.astype(int)))
    )


@pytest.mark.parametrize("share", SHARES)
def test_the_lowest_loss_of_one_feature_is_that_of_the_linear_program(share: float) -> None:
    X, y = problem("squared", 2, rows=40, features=1)
    theirs = QuantileRegressor(quantile=share, alpha=0.0).fit(X, y)
    true = mean_pinball_loss(y, theirs.predict(X), alpha=share)
    assert lowest_loss(LinearObjective(X, y, Quantile(share))) == pytest.approx(true, rel=1e-9)


@pytest.mark.parametrize("share", SHARES)
def test_a_descent_comes_near_the_linear_program(share: float) -> None:
    X, y = problem("squared", 3, rows=200, features=3)
    run = st.descend(
        (X, y),
        loss="quantile",
        quantile=share,
        rule="steepest",
        learning_rate="time:5:0.02",
        scale="round",
        steps=4000,
    )
    theirs = QuantileRegressor(quantile=share, alpha=0.0).fit(X, y)
    true = mean_pinball_loss(y, theirs.predict(X), alpha=share)
    assert true * (1 - 1e-9) <= run.loss < true * 1.01
    below = np.mean(run.predict(X) >= y)
    assert below == pytest.approx(share, abs=0.04)


@pytest.mark.parametrize("share", [0.0, 1.0, 1.5])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ChoiceError, match="quantile is"):
        st.descend("geyser", "waiting", ["duration"], loss="quantile", quantile=share)


def test_a_run_keeps_its_quantile(tmp_path: Any) -> None:
    run = st.descend("geyser", "waiting", ["duration"], loss="quantile", quantile=0.9, steps=5)
    run.save(tmp_path / "run.steepest")
    again = st.load(tmp_path / "run.steepest")
    assert again.objective.loss == Quantile(0.9)
    assert again.resume(steps=3).loss <= run.loss
    assert "max(0.9 · (actual - prediction), 0.1 · (prediction - actual))" in run.explain()
