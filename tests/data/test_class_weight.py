"""Rows that count by their class: scikit-learn's formula, and its fits."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as some
from sklearn.linear_model import LogisticRegression
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

import steepest as st
from steepest.data.prepare import prepare
from steepest.data.weights import within_range
from steepest.errors import ChoiceError

LABELS = some.lists(some.sampled_from(["no", "maybe", "yes"]), min_size=6, max_size=40)


def frame(kinds: int, rows: int = 60) -> pd.DataFrame:
    random = np.random.default_rng(kinds)
    X = random.normal(size=(rows, 2))
    label = np.clip(np.round(X[:, 0] + random.normal(size=rows)), 0, kinds - 1).astype(int)
    return pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "kind": np.array(["k0", "k1", "k2"])[label]})


@given(LABELS, some.integers(0, 99))
def test_balanced_is_the_formula_of_scikit_learn(labels: list[str], seed: int) -> None:
    y = np.array(labels)
    classes = np.unique(y)
    assume(1 < len(classes) <= len(y) // 2)
    X = np.random.default_rng(seed).normal(size=(len(y), 1))
    data = prepare((X, y), class_weight="balanced")
    assert data.sample_weight is not None
    truth = compute_class_weight("balanced", classes=classes, y=y)
    np.testing.assert_allclose(data.sample_weight, truth[np.searchsorted(classes, y)], rtol=1e-14)
    each = [data.sample_weight[y == label].sum() for label in classes]
    np.testing.assert_allclose(each, len(y) / len(classes), rtol=1e-12)


@given(LABELS, some.integers(0, 99))
def test_balanced_with_sample_weights_is_that_of_repeated_rows(
    labels: list[str], seed: int
) -> None:
    y = np.array(labels)
    assume(len(set(labels)) == 3)
    random = np.random.default_rng(seed)
    X, times = random.normal(size=(len(y), 1)), random.integers(1, 4, len(y))
    data = prepare((X, y), class_weight="balanced", sample_weight=times)
    again = prepare((X.repeat(times, axis=0), y.repeat(times)), class_weight="balanced")
    assert data.sample_weight is not None and again.sample_weight is not None
    whole = np.cumsum(times) - 1
    np.testing.assert_allclose(data.sample_weight, again.sample_weight[whole] * times, rtol=1e-12)


@given(LABELS, some.floats(0.1, 10), some.floats(0.1, 10))
def test_numbers_by_class_are_those_of_scikit_learn(
    labels: list[str], yes: float, no: float
) -> None:
    y = np.array(labels)
    assume({"yes", "no"} <= set(labels))
    said = {"yes": yes, "no": no}
    data = prepare((np.arange(len(y), dtype=float)[:, None], y), class_weight=said)
    truth = compute_sample_weight(said | {"maybe": 1.0}, y)
    np.testing.assert_allclose(data.sample_weight, truth, rtol=1e-15)


@pytest.mark.parametrize("kinds", [2, 3])
@pytest.mark.parametrize("said", ["balanced", {"k0": 3.0, "k1": 0.5}])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_fit_is_that_of_scikit_learn(kinds: int, said: Any, weighted: bool) -> None:
    rows = frame(kinds)
    X, y = rows[["a", "b"]].to_numpy(), rows["kind"].to_numpy()
    weight = np.random.default_rng(1).integers(1, 4, len(y)) if weighted else np.ones(len(y))
    run = st.descend(rows, "kind", class_weight=said, sample_weight=weight, l2=0.05)
    assert run.data.sample_weight is not None
    if said == "balanced":  # theirs counts rows, not their weights
        classes, codes = np.unique(y, return_inverse=True)
        sizes = np.bincount(codes, weight)
        said = dict(zip(classes, sizes.sum() / (len(classes) * sizes), strict=True))
    C = 1.0 / (0.05 * run.data.sample_weight.sum())
    peer = LogisticRegression(C=C, class_weight=said, tol=1e-10, max_iter=10_000)
    peer.fit(X, y, sample_weight=weight)
    np.testing.assert_allclose(run.predict_proba(rows), peer.predict_proba(X), atol=1e-6)


def test_what_was_decided_is_told() -> None:
    run = st.descend(frame(2), "kind", class_weight="balanced")
    assert "each row counts by its class: k0 " in run.explain()
    assert any("each row counts by its class" in note.message for note in run.notes)


@pytest.mark.parametrize(
    ("target", "said", "message"),
    [
        ("a", "balanced", "class_weight goes with classes, but 'a' is predicted as a number"),
        ("kind", "even", "class_weight is 'even'; it must be 'balanced' or a number for each"),
        ("kind", {"k7": 2.0}, "names the class 'k7', which 'kind' does not have; its classes are"),
        ("kind", {"k0": 0.0}, "class_weight of 'k0' is 0.0; it must be a number above 0"),
        ("kind", {"k0": float("nan")}, "must be a number above 0"),
        ("kind", {"k0": True}, "must be a number above 0"),
        ("kind", [1.0, 2.0], "must be 'balanced' or a number for each class"),
    ],
)
def test_class_weights_that_cannot_be(target: str, said: Any, message: str) -> None:
    with pytest.raises(ChoiceError, match=message):
        st.descend(frame(2), target, class_weight=said)


def test_classes_that_are_numbers_are_named_as_they_are_shown() -> None:
    X, y = np.arange(8.0)[:, None], np.array([0, 1, 0, 1, 1, 1, 0, 1])
    one = prepare((X, y), class_weight={"1": 2.0}).sample_weight
    other = prepare((X, y), class_weight={1: 2.0}).sample_weight
    assert one is not None and one.tolist() == (y + 1.0).tolist()
    assert other is not None and other.tolist() == one.tolist()


SIZES = some.sampled_from([1e308, 1e307, 1.0, 1e-160, 1e-308, 5e-324])


@given(SIZES, some.integers(0, 10**6))
def test_weights_of_any_size_are_the_same_run(size: float, seed: int) -> None:
    """Only their ratios count, so those near the ends of float64 are as those near 1."""
    random = np.random.default_rng(seed)
    X, times = random.normal(size=(12, 1)), random.integers(1, 3, 12)
    y = X[:, 0] + random.normal(size=12)
    given, plain = (
        st.descend((X, y), sample_weight=(times * unit) if unit < 1e308 else times / 2 * unit)
        for unit in (size, 1.0)
    )
    np.testing.assert_allclose(given.params, plain.params, rtol=1e-9, atol=1e-12)
    assert given.stop.reason == plain.stop.reason
    assert given.loss == pytest.approx(plain.loss, rel=1e-12)
    np.testing.assert_allclose(given.score((X, y), times * 1e307), plain.score((X, y), times))


@pytest.mark.parametrize("target", ["kind", "a"])
def test_large_weights_at_every_door(target: str) -> None:
    rows = frame(2).assign(w=1e308)
    rows.loc[::2, "w"] = 5e307
    by_column = st.descend(rows, target, sample_weight="w", l2=0.1)
    plain = st.descend(rows.drop(columns="w"), target, sample_weight=rows["w"] / 1e307, l2=0.1)
    np.testing.assert_allclose(by_column.params, plain.params, rtol=1e-9)
    X = rows[["a", "b"]].to_numpy()
    objectives = [
        st.LinearObjective(X, rows["a"], "squared", sample_weight=rows["w"] / unit)
        for unit in (1.0, 1e307)
    ]
    one, other = (objective.value(np.ones(3)) for objective in objectives)
    assert one == pytest.approx(other, rel=1e-14)


def test_a_large_weight_of_a_class() -> None:
    rows = frame(2)
    run = st.descend(rows, "kind", class_weight={"k0": 1e308, "k1": 1e308}, sample_weight=1e308)
    assert np.allclose(run.params, st.descend(rows, "kind").params, rtol=1e-6)


@given(some.lists(some.floats(0, allow_infinity=False), min_size=1, max_size=8))
def test_weights_within_range_keep_their_ratios(values: list[float]) -> None:
    given = np.array(values)
    weights = within_range(given)
    assert np.isfinite(weights.sum())
    largest = given.max()
    if largest:
        np.testing.assert_allclose(weights / weights.max(), given / largest, atol=1e-300)
    if 1e-100 < largest < 1e100:
        assert weights is given


def test_classes_too_far_apart_are_refused() -> None:
    X, y = np.arange(12.0).reshape(6, 2), np.array(list("ababab"))
    for weights in ({"a": 1e300}, {"a": 1e300, "b": 1e-300}, {"b": 1e-20}):
        with pytest.raises(ChoiceError, match=r"more than 1e\+15 times apart, so the rows of"):
            st.descend((X, y), class_weight=weights)
    run = st.descend((X, y), class_weight={"a": 1e300, "b": 1e300}, l2=1.0)
    assert run.loss == pytest.approx(st.descend((X, y), l2=1.0).loss)
