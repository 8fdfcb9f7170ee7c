"""The Poisson loss: against scikit-learn and SciPy, and where exponentials overflow."""

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import problem
from scipy.optimize import minimize
from scipy.special import xlogy
from scipy.stats import poisson
from sklearn.linear_model import PoissonRegressor
from sklearn.metrics import mean_poisson_deviance

import steepest as st
from steepest import ChoiceError, LinearObjective, Poisson


def test_the_loss_is_half_of_scikit_learns_deviance() -> None:
    generator = np.random.default_rng(0)
    margin, target = generator.normal(size=500), generator.poisson(2.0, 500).astype(float)
    theirs = mean_poisson_deviance(target, np.exp(margin)) / 2
    assert Poisson().value(margin, target).mean() == pytest.approx(theirs, rel=1e-13)


def test_it_is_minus_the_log_of_the_probability_but_for_what_has_no_params() -> None:
    generator = np.random.default_rng(1)
    margin, target = generator.normal(size=300), generator.poisson(3.0, 300).astype(float)
    best = poisson.logpmf(target, np.where(target > 0, target, 1e-300))
    left = best - poisson.logpmf(target, np.exp(margin))
    assert np.allclose(Poisson().value(margin, target), left, rtol=1e-11, atol=1e-11)


@given(rate=some.floats(1.0, 1e12), off=some.floats(-1e-3, 1e-3))
def test_near_the_target_no_digits_cancel(rate: float, off: float) -> None:
    value = Poisson().value(np.array([np.log(rate) + off]), np.array([rate]))[0]
    true = (np.log(rate) + off) - np.log(rate)  # what the margin's own rounding has left of it
    assert value == pytest.approx(rate * true**2 / 2 * (1 + true / 3), rel=1e-6, abs=rate * 1e-18)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("level", [0.0, 1e-3, 2.0, 1e3, 1e9])
def test_the_total_by_sums_is_that_of_the_rows_whatever_the_counts(
    level: float, weighted: bool
) -> None:
    generator = np.random.default_rng(2)
    target = generator.poisson(level, 400).astype(float)
    weight = generator.uniform(0.1, 3.0, 400) if weighted else None
    margin = np.log(level + 0.1) + generator.normal(size=400) / np.sqrt(1.0 + level)
    total, slope = Poisson().total_and_slope(margin, target, weight)
    theirs = mean_poisson_deviance(target, np.exp(margin), sample_weight=weight) / 2
    size = 400.0 if weight is None else weight.sum()
    # Their own form cancels where counts are large.
    assert total == pytest.approx(size * theirs, rel=max(1e-13, 1e-14 * level))
    rows = Poisson().value(margin, target)
    assert total == pytest.approx((rows if weight is None else rows * weight).sum(), rel=1e-13)
    own = (np.exp(margin) - target) * (1.0 if weight is None else weight)
    assert np.allclose(slope, own, rtol=1e-12, atol=1e-12 + 1e-14 * level)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("level", [0.0, 1e-3, 2.0, 1e3, 1e9])
def test_the_loss_of_a_constant_guess_is_scikit_learns(level: float, weighted: bool) -> None:
    generator = np.random.default_rng(3)
    target = generator.poisson(level, 400).astype(float)
    target[0] += 1.0
    weight = generator.uniform(0.1, 3.0, 400) if weighted else None
    guess = np.full(400, np.average(target, weights=weight))
    objective = LinearObjective(np.zeros((400, 1)), target, "poisson", sample_weight=weight)
    theirs = mean_poisson_deviance(target, guess, sample_weight=weight) / 2
    assert objective.null_loss == pytest.approx(theirs, rel=max(1e-13, 1e-14 * level))


@pytest.mark.parametrize("margin", [-1e300, -800.0, 0.0, 700.0, 800.0, 1e300])
def test_it_overflows_without_a_word(margin: float) -> None:
    target = np.array([0.0, 1.0, 5.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, slope = Poisson().value_and_slope(np.full(3, margin), target)
        total, _ = Poisson().total_and_slope(np.full(3, margin), target)
        Poisson().curvature(np.full(3, margin), target)
    assert not np.isnan(value).any()
    assert not np.isnan(slope).any()
    assert total == pytest.approx(value.sum(), rel=1e-12)
    assert (value >= 0.0).all()


@given(seed=some.integers(0, 10**6), l2=some.sampled_from([0.0, 0.01, 1.0]))
def test_the_gradient_is_the_difference_of_losses(seed: int, l2: float) -> None:
    X, y = problem("poisson", seed)
    objective = LinearObjective(X, y, "poisson", l2=l2)
    params = np.random.default_rng(seed).normal(size=3) * 0.3
    gradient = objective.value_and_gradient(params)[1]
    for i, step in enumerate(1e-6 * np.eye(3)):
        found = (objective.value(params + step) - objective.value(params - step)) / 2e-6
        assert found == pytest.approx(gradient[i], rel=1e-5, abs=1e-5 * abs(gradient).max())


def counts(seed: int = 0, rows: int = 300, features: int = 4, spread: float = 1.0) -> Any:
    """Return X of unlike columns and counts y that come from it."""
    generator = np.random.default_rng(seed)
    unit = generator.normal(size=(rows, features))
    X = unit * generator.uniform(0.3, 30.0, features) + 10.0 * generator.normal(size=features)
    weights = generator.normal(size=features) * spread / np.sqrt(features)
    return X, generator.poisson(np.exp(unit @ weights + 1.0)).astype(float)


@pytest.mark.parametrize("l2", [0.0, 0.01])
@pytest.mark.parametrize("spread", [0.5, 2.0])
def test_the_minimum_is_scikit_learns(l2: float, spread: float) -> None:
    X, y = counts(spread=spread)
    run = st.descend((X, y), loss="poisson", l2=l2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it cannot go lower than rounding lets it, and says so
        theirs = PoissonRegressor(alpha=l2, solver="newton-cholesky", tol=1e-12).fit(X, y)
    assert run.stop.reason in ("arrived", "settled")
    assert run.plan.rule.name == "plane"
    assert np.allclose(run.weights, theirs.coef_, rtol=1e-6, atol=1e-9)
    assert run.bias == pytest.approx(theirs.intercept_, rel=1e-6)
    assert np.allclose(run.predict(X), theirs.predict(X), rtol=1e-7)


def test_the_minimum_with_sample_weights_is_scikit_learns() -> None:
    X, y = counts(3)
    weight = np.random.default_rng(3).uniform(0.2, 3.0, len(y))
    run = st.descend((X, y), loss="poisson", sample_weight=weight)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = PoissonRegressor(alpha=0, solver="newton-cholesky", tol=1e-12).fit(X, y, weight)
    assert np.allclose(run.weights, theirs.coef_, rtol=1e-6, atol=1e-9)
    deviance = mean_poisson_deviance(y, theirs.predict(X), sample_weight=weight)
    assert run.loss == pytest.approx(deviance / 2, rel=1e-10)


def test_rates_weighed_by_their_exposure_are_counts_with_an_offset() -> None:
    X, y = counts(4)
    exposure = np.random.default_rng(4).uniform(0.5, 4.0, len(y))
    run = st.descend((X, y / exposure), loss="poisson", sample_weight=exposure)
    Z = np.column_stack([(X - X.mean(axis=0)) / X.std(axis=0), np.ones(len(X))])

    def negative(params: Any) -> float:
        margin = Z @ params + np.log(exposure)
        return float(np.mean(np.exp(margin) - y * margin))

    theirs = minimize(negative, np.zeros(5), method="BFGS", options={"gtol": 1e-8}).x
    assert np.allclose(run.weights * X.std(axis=0), theirs[:-1], atol=1e-5)


@pytest.mark.parametrize("rule", ["steepest", "momentum", "plane"])
@pytest.mark.parametrize("scale", ["none", "standard", "round"])
def test_a_start_from_which_steps_overflow_is_walked_down_without_a_warning(
    rule: str, scale: str
) -> None:
    X, y = counts(5, features=2)
    X = (X - X.mean(0)) / X.std(0)
    rate: Any = "auto" if rule == "plane" else 1.0 if rule == "momentum" else "auto"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = st.descend(
            (X, y),
            loss="poisson",
            rule=rule,
            learning_rate=rate,
            scale=scale,
            start=[-3.0, -30.0, -40.0],
            steps=100,
        )
    assert np.isfinite(run.loss)
    assert run.loss <= run.trace.losses[0]


def test_large_counts_arrive() -> None:
    X, _ = counts(6, features=2)
    y = np.random.default_rng(6).poisson(np.exp(14 + 0.01 * X[:, 0])).astype(float)
    run = st.descend((X, y), loss="poisson")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = PoissonRegressor(alpha=0, solver="newton-cholesky", tol=1e-12).fit(X, y)
    assert run.stop.reason in ("arrived", "settled")
    assert run.loss <= mean_poisson_deviance(y, theirs.predict(X)) / 2 * (1 + 1e-8)


def test_mini_batches_come_near() -> None:
    X, y = counts(7, rows=2000)
    run = st.descend((X, y), loss="poisson", batch=100, steps=400)
    lowest = st.descend((X, y), loss="poisson").loss
    assert not run.verdicts
    assert run.loss < 1.05 * lowest


def test_a_target_below_0_is_named() -> None:
    with pytest.raises(ChoiceError, match=r"the target is -2 on row 3; .* squared"):
        st.descend((np.arange(4.0), [1.0, 2.0, -2.0, -3.0]), loss="poisson")


def test_a_count_of_two_values_is_a_number() -> None:
    run = st.descend((np.arange(6.0), [0, 1, 0, 1, 1, 1]), loss="poisson")
    assert run.classes is None


def test_a_run_says_and_keeps_counts(tmp_path: Any) -> None:
    X, y = counts(8, features=1)
    run = st.descend((X, y), loss="poisson")
    run.save(tmp_path / "run.steepest")
    again = st.load(tmp_path / "run.steepest")
    assert np.array_equal(again.predict(X), np.exp(X @ run.weights + run.bias))
    assert np.array_equal(run.table()["predicted"].to_numpy(), run.predict(X))
    assert run.table()["loss"].to_numpy().mean() == pytest.approx(run.loss)
    assert run.score((X, y)) == pytest.approx(
        1 - np.sum((y - run.predict(X)) ** 2) / np.sum((y - y.mean()) ** 2)
    )
    assert "half the mean Poisson deviance" in run.explain()


def test_the_surface_is_the_loss_itself() -> None:
    X, y = counts(9, features=1)
    surface = st.descend((X, y), loss="poisson").surface(points=11)
    a, b = surface.x[7], surface.y[2]
    mu = np.exp(X[:, 0] * a + b)
    true = np.mean(mu - y + xlogy(y, y) - y * np.log(mu))
    assert surface.loss[2, 7] == pytest.approx(true, rel=1e-9)
