"""A prediction has the same bits alone, in any batch, in a table, and at every door."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as some
from proved import every_other
from sklearn.base import clone

import steepest as st
from steepest.data.sparse import is_sparse
from steepest.objective.model.activation import ACTIVATIONS
from steepest.sklearn import SteepestClassifier, SteepestRegressor

KINDS: dict[str, Callable[[np.ndarray], Any]] = {
    "dense": lambda X: X,
    "single": lambda X: X.astype(np.float32),
    "column order": np.asfortranarray,
    "rows": sp.csr_array,
    "columns": sp.csc_array,
}


def uneven(rows: int, features: int, seed: int) -> np.ndarray:
    """Return rows whose products with weights cancel, so that each order of sums tells."""
    draw = np.random.default_rng(seed)
    return draw.normal(size=(rows, features)) * np.exp(3 * draw.normal(size=(rows, features)))


PLAIN: dict[str, Any] = {"rule": "steepest", "learning_rate": 0.1, "scale": "none", "steps": 0}


def fitted(classes: int, features: int, seed: int = 0) -> st.Run:
    """Return a run that stays at its start; 0 classes are a number to predict, 1 a count."""
    draw = np.random.default_rng(seed)
    X, y = draw.normal(size=(60, features)), np.arange(60) % max(classes, 2)
    loss = ("squared", "poisson")[classes] if classes < 2 else "cross_entropy"
    start = draw.normal(size=(features + 1) * max(1, classes * (classes > 2)))
    return st.descend((X, y), loss=loss, start=start, **PLAIN)


def assert_same_alone(predict: Callable[[Any], np.ndarray], X: Any) -> None:
    """Assert that rows have the bits of the batch alone, in a part of it, and in another order."""
    whole, count = predict(X), X.shape[0]
    rows = X.tocsr() if is_sparse(X) else X
    alone = np.concatenate([predict(rows[i : i + 1]) for i in range(count)])
    assert np.array_equal(alone, whole)
    assert np.array_equal(predict(rows[3:]), whole[3:])
    turned = np.random.default_rng(1).permutation(count)
    assert np.array_equal(predict(rows[turned]), whole[turned])


@pytest.mark.parametrize("kind", every_other(KINDS))
@given(
    features=some.one_of(some.integers(1, 40), some.just(255)),
    rows=some.integers(4, 40),
    classes=some.sampled_from([0, 1, 2, 3, 11]),
    seed=some.integers(0, 10**6),
)
def test_a_row_is_predicted_alone_as_in_its_batch(
    kind: str, features: int, rows: int, classes: int, seed: int
) -> None:
    run = fitted(classes, features, seed)
    X = KINDS[kind](uneven(rows, features, seed + 1) / 1000)
    assert_same_alone(run.predict if classes < 2 else run.predict_proba, X)


def test_so_it_is_of_few_weights_that_are_not_0() -> None:
    for classes in (0, 3):
        run = fitted(classes, 2100)
        params = np.where(np.arange(len(run.params)) % 397, 0.0, run.params)
        few = st.descend((run.data.X, run.data.y), loss=run.plan.loss, start=params, **PLAIN)
        X = uneven(30, 2100, 5)
        assert_same_alone(few.predict if classes < 2 else few.predict_proba, X)
        dense = X @ few.weights + few.bias
        np.testing.assert_allclose(few.margins(X), dense, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("classes", [0, 2, 11])
def test_so_it_is_of_networks(activation: str, classes: int) -> None:
    X, y = uneven(40, 13, 0) / 100, np.arange(40) % max(classes, 2)
    loss = "cross_entropy" if classes else "squared"
    asked: dict[str, Any] = {"loss": loss, "hidden": (9, 5), "activation": activation}
    run = st.descend((X, y), rule="adam", learning_rate=0.01, steps=3, **asked)
    for kind in KINDS.values():
        assert_same_alone(run.predict_proba if classes else run.predict, kind(X))
    expected = run.objective.model.at(run.params).output(X)
    np.testing.assert_allclose(run.margins(X), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_the_table_of_the_rows_has_the_predictions_bits(classes: int) -> None:
    X = uneven(5000, 13, 0) / 100
    y = np.arange(5000) % classes if classes else X.sum(axis=1)
    run = st.descend((X, y), steps=2, loss="cross_entropy" if classes else "squared", l2=0.1)
    table = run.table()
    if not classes:
        assert np.array_equal(table["predicted"].to_numpy(), run.predict(X))
        return
    for number in range(classes):
        column = table[f"P({number})"].to_numpy()
        assert np.array_equal(column, run.predict_proba(X)[:, number])


def test_one_row_of_a_frame_is_predicted_as_in_the_frame() -> None:
    run = st.descend("penguins", "species")
    rows = run.prediction_table("penguins").to_pandas().dropna()
    names = [name for name in rows.columns if name.startswith("P(")]
    for i in range(0, len(rows), 23):
        found = run.predict_proba(rows.iloc[[i]])[0]
        assert np.array_equal(found, rows.iloc[i][names].to_numpy(dtype=float))


@pytest.mark.parametrize("model", [SteepestRegressor(max_iter=3), SteepestClassifier(max_iter=3)])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_estimators_predict_a_row_alone_as_in_its_batch(model: Any, kind: str) -> None:
    X = uneven(90, 13, 2)
    for y in (np.arange(90) % 2, np.arange(90) % 11):
        fit = clone(model).fit(X, y)
        names = ("predict",)
        if isinstance(fit, SteepestClassifier):
            names = ("decision_function", "predict_proba", "predict_log_proba", "predict")
        for name in names:
            assert_same_alone(getattr(fit, name), KINDS[kind](X))
