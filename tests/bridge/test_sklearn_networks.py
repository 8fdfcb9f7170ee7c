"""Networks as estimators: what is fitted is the run's, and the rows kept back end a fit."""

import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_iris, make_moons
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.utils.estimator_checks import (
    check_estimator,
    check_sample_weight_equivalence_on_dense_data,
)

import steepest as st
from steepest.errors import ChoiceError
from steepest.sklearn import SteepestClassifier, SteepestRegressor

MOONS = make_moons(120, noise=0.2, random_state=0)
IRIS = load_iris(return_X_y=True)
QUICK: dict[str, Any] = {"hidden": (5, 3), "max_iter": 20}


def fit(model: Any, X: Any, y: Any) -> Any:
    """Fit, at ease with an end by its number of steps."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y)


@pytest.mark.parametrize("X, y", [MOONS, IRIS], ids=["two", "three"])
@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "gelu"])
def test_a_fit_is_the_run_that_descend_gives(X: Any, y: Any, activation: str) -> None:
    asked = {"activation": activation, "l2": 0.01}
    model = fit(SteepestClassifier(**QUICK, **asked, random_state=3), X, y)
    run = st.descend((X, y.astype(str)), hidden=(5, 3), steps=20, seed=3, **asked)
    for ours, bias, layer in zip(model.coefs_, model.intercepts_, run.layers, strict=True):
        assert_array_equal(ours, layer.weights)
        assert_array_equal(bias, layer.bias)
    assert_array_equal(model.predict_proba(X), run.predict_proba(X))
    assert_array_equal(model.loss_curve_, run.trace.losses)
    again = pickle.loads(pickle.dumps(model))
    assert_array_equal(again.predict(X), run.predict(X).astype(int))


def test_its_layers_are_kept_as_scikit_learn_keeps_those_of_an_mlp() -> None:
    X, y = MOONS
    ours = fit(SteepestClassifier(**QUICK), X, y)
    theirs = fit(MLPClassifier((5, 3), activation="tanh", max_iter=1), X, y)
    assert [w.shape for w in ours.coefs_] == [w.shape for w in theirs.coefs_]
    theirs.coefs_, theirs.intercepts_ = ours.coefs_, ours.intercepts_
    assert_allclose(theirs.predict_proba(X), ours.predict_proba(X), atol=1e-12)


def test_a_network_learns_what_a_line_cannot() -> None:
    X, y = MOONS
    assert SteepestClassifier().fit(X, y).score(X, y) < 0.9
    assert fit(SteepestClassifier(hidden=(8,), max_iter=200), X, y).score(X, y) > 0.97


def test_what_was_fitted_by_one_model_is_not_left_beside_another() -> None:
    X, y = MOONS
    model = fit(SteepestClassifier(**QUICK), X, y)
    assert not hasattr(model, "coef_")
    plain = clone(model).set_params(hidden=None).fit(X, y)
    assert plain.coef_.shape == (1, 2) and not hasattr(plain, "coefs_")
    model.set_params(hidden=None).fit(X, y)
    assert not hasattr(model, "coefs_")
    assert_array_equal(model.coef_, plain.coef_)


@pytest.mark.parametrize("hidden", [None, (6,)])
def test_rows_kept_back_end_a_fit_at_their_best_step(hidden: Any) -> None:
    X = np.random.default_rng(2).normal(size=(60, 30))
    y = X[:, 0] + np.random.default_rng(3).normal(size=60)
    asked = {"rule": "steepest", "learning_rate": 0.02, "validation": 0.3, "stop": "validation"}
    model = SteepestRegressor(hidden=hidden, patience=10, **asked).fit(X, y)
    run = st.descend((X, y), hidden=hidden, patience=10, tol=1e-10, **asked)
    losses = model.trace_.validation_losses
    assert model.run_.stop.reason == "validation" and len(losses) == np.argmin(losses) + 11
    assert_array_equal(model.run_.params, run.params)
    mask = np.zeros(60, dtype=bool)
    mask[40:] = True
    for given in (mask, (X[40:], y[40:])):
        rows = (X, y) if given is mask else (X[:40], y[:40])
        kept = fit(SteepestRegressor(hidden=hidden, validation=given, epochs=5), *rows)
        back = ((kept.predict(X[40:]) - y[40:]) ** 2).mean()
        assert_allclose(kept.trace_.validation_losses[-1], back, rtol=1e-12)


def test_parts_begin_at_random_weights_and_bring_the_loss_down() -> None:
    X, y = MOONS
    model = SteepestClassifier(hidden=(6,), batch=30, random_state=1)
    model.partial_fit(X[y == 0][:9], y[y == 0][:9], classes=[0, 1])
    assert all(np.isfinite(weights).all() for weights in model.coefs_)
    for _ in range(30):
        model.partial_fit(X, y)
    assert model.score(X, y) > 0.8
    again = SteepestClassifier(hidden=(6,), batch=30, random_state=1)
    again.partial_fit(X[y == 0][:9], y[y == 0][:9], classes=[0, 1])
    for _ in range(30):
        again.partial_fit(X, y)
    assert_array_equal(again.coefs_[0], model.coefs_[0])


def test_a_warm_start_goes_on_from_the_layers() -> None:
    X, y = IRIS
    model = fit(SteepestClassifier(**QUICK, warm_start=True), X, y)
    first, loss = [w.copy() for w in model.coefs_], model.loss_curve_[-1]
    fit(model, X, y)
    assert model.loss_curve_[0] == pytest.approx(loss, rel=1e-12)
    assert_array_equal(model.run_.problem.layers(model.trace_[0].params)[0].weights, first[0])


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"hidden": (0,)}, "hidden is .*, but it must be whole numbers from 1 up"),
        ({"hidden": (4,), "activation": "swish"}, "there is no activation 'swish'; choose one of"),
        ({"max_iter": 5, "epochs": 2}, "max_iter is 5 and epochs 2; give one of the two"),
        ({"stop": "validation"}, "stop is validation, but no rows were kept back"),
        ({"hidden": (4,), "fit_intercept": False}, "bias is false, but units of a hidden layer"),
    ],
)
def test_what_cannot_be_is_refused(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(ChoiceError, match=message):
        SteepestClassifier(**asked).fit(*MOONS)


def test_layers_in_float32_predict_in_float64() -> None:
    X, y = np.random.default_rng(0).normal(size=(60, 3)), np.arange(60) % 3
    model = fit(SteepestClassifier(dtype="float32", **QUICK), X, y)
    assert {one.dtype for one in (*model.coefs_, *model.intercepts_)} == {np.dtype(np.float32)}
    assert model.predict_proba(X).dtype == np.float64
    kept = pickle.loads(pickle.dumps(model))
    assert np.array_equal(kept.predict_proba(X), model.predict_proba(X))
    model.partial_fit(X, y)
    assert model.coefs_[0].dtype == np.float32 and model.run_.params.dtype == np.float32
    with pytest.raises(st.ChoiceError, match="without hidden layers the model is one neuron"):
        SteepestClassifier(dtype="float32").fit(X, y)


@pytest.mark.parametrize("Estimator", [SteepestClassifier, SteepestRegressor])
def test_weights_are_repeated_rows_to_a_network_that_is_fitted_to_its_end(Estimator: Any) -> None:
    """As scikit-learn checks it, with no step counted: of a flat loss rounding may not decide."""
    model = Estimator(hidden=(8,))
    check_sample_weight_equivalence_on_dense_data("network", model)


@pytest.mark.prove
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("Estimator", [SteepestClassifier, SteepestRegressor])
def test_a_network_without_any_other_choice_passes_all_checks(Estimator: Any) -> None:
    found = check_estimator(Estimator(hidden=(8,)), on_fail=None)
    assert [one["check_name"] for one in found if one["status"] == "failed"] == []
    assert len(found) > 50
