"""No bias: the weights of scikit-learn with fit_intercept=False, told as such at every door."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asked import Ask
from numpy.typing import NDArray
from scipy.optimize import check_grad
from scipy.sparse import csr_array
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor, Ridge

import steepest as st
from steepest.errors import ChoiceError
from steepest.objective.loss.named import choose_loss
from steepest.objective.loss.penalty import Penalty
from steepest.objective.through_origin import ThroughOriginObjective

Array = NDArray[Any]


def rows(seed: int = 0, count: int = 80) -> tuple[Array, Array]:
    """Return X of very different units, far from 0, and a line with noise."""
    draw = np.random.default_rng(seed)
    X = draw.normal([3.0, 100.0, 0.02], [1.0, 5.0, 0.01], (count, 3))
    return X, X @ [1.0, -0.05, 30.0] + draw.normal(size=count)


def labels(X: Array, classes: int) -> Array:
    draw = np.random.default_rng(5)
    scores = ((X - X.mean(axis=0)) / X.std(axis=0)) @ draw.normal(size=(3, classes))
    return (scores + draw.gumbel(size=scores.shape)).argmax(axis=1)


@pytest.mark.parametrize("weighted", [False, True])
def test_least_squares(weighted: bool) -> None:
    X, y = rows()
    weight = np.random.default_rng(1).uniform(0.5, 2.0, len(y)) if weighted else None
    run = st.descend((X, y), bias=False, sample_weight=weight)
    truth = LinearRegression(fit_intercept=False, tol=1e-14).fit(X, y, weight)
    np.testing.assert_allclose(run.weights, truth.coef_, rtol=1e-10)
    assert (run.bias, run.stop.reason, run.is_judged) == (0.0, "arrived", True)
    np.testing.assert_allclose(run.predict(X), truth.predict(X), rtol=1e-10)
    penalised = st.descend((X, y), bias=False, l2=0.1)
    ridge = Ridge(0.1 * len(y) / 2, fit_intercept=False, tol=1e-14).fit(X, y)
    np.testing.assert_allclose(penalised.weights, ridge.coef_, rtol=1e-10)


@pytest.mark.parametrize("classes", [2, 3])
def test_classes(classes: int) -> None:
    X, _ = rows()
    y = labels(X, classes)
    run = st.descend((X, y), loss="cross_entropy", bias=False, l2=0.01)
    truth = LogisticRegression(
        C=1 / (0.01 * len(y)), fit_intercept=False, tol=1e-12, max_iter=5000, solver="newton-cg"
    ).fit(X, y)
    probabilities = truth.predict_proba(X)
    np.testing.assert_allclose(run.predict_proba(X), probabilities, atol=1e-7)
    assert run.stop.reason in ("arrived", "settled") and not run.verdicts


def test_counts() -> None:
    X, _ = rows()
    y = np.random.default_rng(2).poisson(np.exp(X @ [0.2, 0.001, 8.0]))
    run = st.descend((X, y), loss="poisson", bias=False)
    truth = PoissonRegressor(alpha=0.0, fit_intercept=False, tol=1e-12, solver="newton-cholesky")
    np.testing.assert_allclose(run.weights, truth.fit(X, y).coef_, rtol=1e-6)


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize(
    ("loss", "classes"), [("squared", 0), ("cross_entropy", 2), ("cross_entropy", 3)]
)
def test_the_gradient_is_that_of_the_loss(loss: str, classes: int, sparse: bool) -> None:
    X, y = rows(count=12)
    X /= X.std(axis=0)
    target = labels(X, classes) if classes else y
    named = choose_loss(loss, classes or None)
    made = ThroughOriginObjective.of(
        csr_array(X) if sparse else X, target, named, Penalty(0.0, 0.3)
    )
    at = np.random.default_rng(3).normal(size=made.size)
    off = check_grad(made.value, lambda params: made.evaluate(params).gradient, at)
    assert off < 1e-5 * np.linalg.norm(made.evaluate(at).gradient)


def test_a_column_of_ones_is_a_bias() -> None:
    X, y = rows()
    ones = np.column_stack([X, np.ones(len(y))])
    own, usual = st.descend((ones, y), bias=False), st.descend((X, y))
    np.testing.assert_allclose(own.weights, usual.params, rtol=1e-8)
    table = {"a": X[:, 0], "one": np.ones(len(y)), "y": y}
    assert st.descend(table, "y", bias=False).feature_names == ("a", "one")


@pytest.mark.parametrize("loss", ["squared", "cross_entropy", "poisson", "absolute"])
def test_a_feature_that_is_0_in_every_row_does_no_harm(loss: str) -> None:
    X, y = rows()
    y = labels(X, 2).astype(float) if loss in ("cross_entropy", "poisson") else y
    with_zero = np.column_stack([X, np.zeros(len(y))])
    run = st.descend((with_zero, y), loss=loss, bias=False, steps=200, tol=1e-10)
    plain = st.descend((X, y), loss=loss, bias=False, steps=200, tol=1e-10)
    assert run.loss == pytest.approx(plain.loss, rel=1e-2 if loss == "absolute" else 1e-9)
    reasons = run.summary().weights.to_dict()["reason"]
    assert loss == "absolute" or "features depend on each other" in reasons[0]


def test_the_surface_is_of_two_weights() -> None:
    X, y = rows()
    run = st.descend((X, y), bias=False, features=["a", "b", "c"])
    surface = run.surface(points=5)
    assert surface.x_name in "abc" and surface.y_name in "abc"
    at = run.params.copy()
    places = [run.param_names.index(name) for name in (surface.x_name, surface.y_name)]
    at[places] = surface.x[1], surface.y[3]
    assert surface.loss[3, 1] == pytest.approx(run.objective.value(at), rel=1e-12)


@pytest.mark.parametrize("words", [["--loss", "squared"], ["--loss", "huber", "--steps", "4"]])
def test_every_door_tells_it(ask: Ask, words: list[str]) -> None:
    fit = ["fit", "geyser", "--target", "waiting", "--no-bias", *words, "--save", "r"]
    told = ask(*fit, "--figure", "g.png")
    assert told.status == 0 and Path("g.png").stat().st_size > 1000
    assert "no bias; loss" in told.out and "random weight" in told.out
    assert "bias =" not in told.out and "bias and weight" not in told.out
    report = json.loads(ask("show", "r", "--json").out)
    assert report["bias"] is None and list(report["weights"]) == ["duration"]
    run = st.load("r")
    assert run.param_names == ("duration",) and run.bias == 0.0
    further = run.resume(steps=1)
    assert further.loss <= run.loss
    page = ask("show", "r", "--page", "p.html")
    assert page.status == 2 and "of a model without a bias" in page.err


def test_a_base_level_adds_nothing(ask: Ask) -> None:
    told = ask("fit", "penguins", "--target", "body_mass_g", "--no-bias", "--missing", "drop")
    assert "which adds 0" in told.out and "which the bias holds" not in told.out


def test_separated_classes_are_seen_without_a_bias() -> None:
    x = np.array([[-2.0], [-1.0], [1.0], [3.0]])
    apart = st.descend((x, ["a", "a", "b", "b"]), bias=False)
    assert [verdict.name for verdict in apart.verdicts] == ["separation"]
    # A bias could part these, a line through 0 cannot.
    beside = st.descend((np.abs(x) + 1.0, ["a", "b", "b", "b"]), bias=False)
    assert not beside.verdicts and beside.is_judged


def test_l1_has_scikit_learns_minimum() -> None:
    from sklearn.linear_model import Lasso

    X, y = rows()
    X /= X.std(axis=0)
    run = st.descend((X, y), bias=False, l1=0.5, learning_rate=0.001, steps=3000)
    truth = Lasso(0.25, fit_intercept=False, tol=1e-12, max_iter=100000).fit(X, y)
    assert run.loss <= run.objective.value(truth.coef_) * (1 + 1e-5)
    searched = st.descend((X, y), bias=False, l1=0.5)
    assert (searched.stop.reason, searched.plan.rule.name) == ("arrived", "proximal")
    np.testing.assert_allclose(searched.params, truth.coef_, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden": 3}, "units of a hidden layer have biases"),
        ({"scale": "standard"}, "the scale standard needs an objective of weights and a bias"),
        ({"loss": "absolute", "l1": 0.1}, "the loss absolute has kinks"),
        ({"bias": "no"}, None),
    ],
)
def test_what_does_not_go_with_it(options: dict[str, Any], message: str | None) -> None:
    with pytest.raises(ChoiceError, match=message or "bias is 'no', but it must be true or false"):
        st.descend("geyser", "waiting", ["duration"], **({"bias": False} | options))


def test_the_estimators_take_it_as_fit_intercept() -> None:
    from sklearn.base import clone

    from steepest.sklearn import SteepestClassifier, SteepestRegressor

    X, y = rows()
    model = clone(SteepestRegressor(fit_intercept=False)).fit(X, y)
    truth = LinearRegression(fit_intercept=False, tol=1e-14).fit(X, y)
    np.testing.assert_allclose(model.coef_, truth.coef_, rtol=1e-10)
    assert model.intercept_ == 0.0
    np.testing.assert_allclose(model.predict(X), truth.predict(X), rtol=1e-10)
    warm = SteepestRegressor(fit_intercept=False, warm_start=True).fit(X, y).fit(X, y)
    np.testing.assert_allclose(warm.coef_, truth.coef_, rtol=1e-10)
    part = SteepestRegressor(fit_intercept=False)
    for _ in range(30):
        part.partial_fit(X, y)
    np.testing.assert_allclose(part.predict(X), truth.predict(X), rtol=0.05)
    for classes in (2, 3):
        codes = labels(X, classes)
        made = SteepestClassifier(fit_intercept=False, l2=0.01).fit(X, codes)
        assert made.coef_.shape == (1 if classes == 2 else 3, 3) and not made.intercept_.any()
        run = st.descend((X, codes), loss="cross_entropy", bias=False, l2=0.01)
        np.testing.assert_allclose(made.predict_proba(X), run.predict_proba(X), atol=1e-6)
