import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from exact import least_squares
from hypothesis import assume, given
from hypothesis import strategies as some
from reference import problem
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import r2_score

import steepest as st
from steepest.data.prepare import prepare
from steepest.errors import DataError
from steepest.objective.plane.plane import Plane
from steepest.sklearn import SteepestRegressor

LOSSES = {
    "squared": st.Squared(),
    "absolute": st.Absolute(),
    "huber": st.Huber(),
    "cross_entropy": st.CrossEntropy(),
    "softmax": st.Softmax(3),
}

WHOLE = some.lists(some.integers(0, 4), min_size=20, max_size=20)


def pair(kind: str, seed: int, times: Any, l2: float = 0.1) -> tuple[Any, Any]:
    """Return an objective of weighted rows, and the same of rows that are there so many times."""
    X, y = problem(kind, seed, rows=20)
    times = np.array(times)
    times[: 3 if kind == "softmax" else 2] += 1  # every class counts
    weighted = st.LinearObjective(X, y, LOSSES[kind], l2=l2, sample_weight=times)
    again = np.repeat(np.arange(20), times)
    return weighted, st.LinearObjective(X[again], y[again], LOSSES[kind], l2=l2)


@pytest.mark.parametrize("kind", LOSSES)
@given(seed=some.integers(0, 10**6), times=WHOLE)
def test_whole_weights_are_repeated_rows(kind: str, seed: int, times: list[int]) -> None:
    weighted, repeated = pair(kind, seed, times)
    params = np.random.default_rng(seed).normal(size=weighted.size)
    value, gradient = weighted.value_and_gradient(params)
    true, slope = repeated.value_and_gradient(params)
    assert value == pytest.approx(true, rel=1e-12)
    assert weighted.value(params) == value
    assert np.allclose(gradient, slope, rtol=1e-11, atol=1e-12)
    for ours, theirs in zip(weighted.moments, repeated.moments, strict=True):
        assert np.allclose(ours, theirs, rtol=1e-12, atol=1e-14)
    assert np.allclose(weighted.gram, repeated.gram, rtol=1e-11, atol=1e-12)
    assert weighted.null_loss == pytest.approx(repeated.null_loss, rel=1e-12)
    starts = [o.random_start(np.random.default_rng(1)) for o in (weighted, repeated)]
    assert np.allclose(*starts, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("kind", LOSSES)
@given(seed=some.integers(0, 10**6), times=WHOLE)
def test_the_surface_of_weighted_rows_is_that_of_repeated_ones(
    kind: str, seed: int, times: list[int]
) -> None:
    weighted, repeated = pair(kind, seed, times)
    plane = Plane(*np.random.default_rng(seed).normal(size=(3, weighted.size)))
    a, b = np.linspace(-2, 2, 5), np.linspace(-1, 3, 4)
    grids = [o.on_plane(plane).grid(a, b) for o in (weighted, repeated)]
    assert np.allclose(*grids, rtol=1e-12, atol=0)
    points = [o.on_plane(plane).at(a[:4], b) for o in (weighted, repeated)]
    assert np.allclose(*points, rtol=1e-12, atol=0)
    bowls = [o.on_plane(plane).bowl() for o in (weighted, repeated)]
    if bowls[0] is not None and bowls[1] is not None:
        assert np.allclose(bowls[0].lowest, bowls[1].lowest, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("kind", ["cross_entropy", "softmax"])
def test_a_surface_whose_rows_all_weigh_differently_is_the_true_loss(kind: str) -> None:
    X, y = problem(kind, 0, rows=60)
    weight = np.random.default_rng(0).uniform(0.1, 3, 60)
    objective = st.LinearObjective(X, y, LOSSES[kind], sample_weight=weight)
    plane = Plane(*np.random.default_rng(0).normal(size=(3, objective.size)))
    a = np.linspace(-2, 2, 5)
    true = [[objective.value(plane.params(x, z)) for x in a] for z in a]
    assert np.allclose(objective.on_plane(plane).grid(a, a), true, rtol=1e-12, atol=0)


@pytest.mark.parametrize("kind", LOSSES)
def test_the_size_of_all_weights_does_not_matter(kind: str) -> None:
    X, y = problem(kind, 1)
    params = np.random.default_rng(1).normal(size=9 if kind == "softmax" else 3)
    weight = np.random.default_rng(2).uniform(0, 2, len(y))
    one, other = (
        st.LinearObjective(X, y, LOSSES[kind], sample_weight=size * weight).evaluate(params)
        for size in (1.0, 1000.0)
    )
    assert one.loss == pytest.approx(other.loss, rel=1e-13)
    assert np.allclose(one.gradient, other.gradient, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("kind", LOSSES)
def test_any_number_of_threads_gives_the_same_bits(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("steepest.data.block_sizes.BLOCK_BYTES", 2048)
    X, y = problem(kind, 3, rows=1000, features=7)
    weight = np.random.default_rng(0).integers(0, 3, 1000)
    found = []
    for threads in (1, 2, 5):
        objective = st.LinearObjective(X, y, LOSSES[kind], sample_weight=weight, threads=threads)
        params = np.linspace(-1, 1, objective.size)
        found.append([*objective.evaluate(params)[:4], objective.gram, *objective.moments])
    for one, *others in zip(*found, strict=True):
        assert all(np.array_equal(one, other) for other in others)


def test_a_weighted_line_is_the_exact_one() -> None:
    X, y = problem("squared", 3, rows=50)
    weight = np.random.default_rng(3).uniform(0, 2, 50)
    run = st.descend((X, y), loss="squared", sample_weight=weight)
    exact = least_squares(X, y, weight)
    assert np.allclose(run.params, exact, rtol=1e-10)
    score = r2_score(y, X @ exact[:-1] + exact[-1], sample_weight=weight)
    assert run.score((X, y), sample_weight=weight) == pytest.approx(score, rel=1e-9)


def test_one_number_is_the_weight_of_every_row() -> None:
    X, y = problem("squared", 3, rows=50)
    by_one, by_each = (
        st.descend((X, y), l2=0.1, sample_weight=weight) for weight in (3.0, np.full(50, 3.0))
    )
    assert np.array_equal(by_one.params, by_each.params)
    assert st.LinearObjective(X, y, "squared", sample_weight=2).blocks.total == 100.0
    ours = SteepestRegressor(l2=0.1).fit(X, y, sample_weight=3)
    assert np.array_equal(np.append(ours.coef_, ours.intercept_), by_one.params)
    assert by_one.score((X, y), sample_weight=7) == pytest.approx(by_one.score((X, y)), rel=1e-12)


@pytest.mark.parametrize("shape", [(50, 1), (1, 50), (50, 2)])
def test_weights_of_two_dimensions_are_refused_at_every_door(shape: tuple[int, int]) -> None:
    X, y = problem("squared", 3, rows=50)
    doors = (
        lambda weight: st.descend((X, y), sample_weight=weight),
        lambda weight: st.descend({"x": X[:, 0], "y": y}, "y", sample_weight=weight),
        lambda weight: st.descend((X, y)).score((X, y), sample_weight=weight),
        lambda weight: SteepestRegressor().fit(X, y, sample_weight=weight),
    )
    said = re.escape(f"sample_weight must be one value a row, one dimension, got the shape {shape}")
    for door in doors:
        with pytest.raises(DataError, match=said):
            door(np.ones(shape))


@given(
    some.lists(
        some.tuples(some.sampled_from("abcd"), some.integers(1, 6)), min_size=8, max_size=30
    ),
    some.integers(0, 99),
)
def test_weighted_counts_are_as_repeated_rows(rows: list[tuple[str, int]], seed: int) -> None:
    """Also where a category's base is another level by weight than by rows."""
    level, weight = (np.array(part) for part in zip(*rows, strict=True))
    assume(len(set(level)) > 1)
    random = np.random.default_rng(seed)
    table = pa.table(
        {"c": level, "x": random.normal(size=len(level)), "y": np.arange(len(level)) % 2}
    )
    again = table.take(np.repeat(np.arange(len(level)), weight))
    counted = st.descend(table, "y", l2=0.1, sample_weight=weight)
    repeated = st.descend(again, "y", l2=0.1)
    assert counted.feature_names == repeated.feature_names
    expected = repeated.predict_proba(table)
    assert np.allclose(counted.predict_proba(table), expected, rtol=0, atol=1e-7)


def test_weighted_classes_are_scikit_learns() -> None:
    X, y = problem("cross_entropy", 3, rows=80)
    weight = np.random.default_rng(3).uniform(0.2, 2, 80)
    run = st.descend((X, y), l2=0.01, sample_weight=weight)
    theirs = LogisticRegression(C=1 / (0.01 * weight.sum()), tol=1e-10).fit(X, y, weight)
    assert np.allclose(run.weights, theirs.coef_[0], rtol=1e-4)
    assert run.score((X, y), weight) == pytest.approx(theirs.score(X, y, weight), rel=1e-12)


def test_rows_of_weight_0_count_for_nothing_whatever_they_hold() -> None:
    X, y = problem("squared", 4, rows=20)
    wild, odd = np.vstack([X, [[np.nan, 1e300]]]), np.append(y, np.inf)
    weight = np.append(np.ones(20), 0.0)
    data = prepare((wild, odd), sample_weight=weight)
    assert (len(data.y), data.weightless, data.dropped) == (20, 1, 0)
    run = st.descend((wild, odd), sample_weight=weight, rule="steepest", steps=3)
    plain = st.descend((X, y), rule="steepest", steps=3)
    assert np.allclose(run.params, plain.params, rtol=1e-12)
    assert "1 row of weight 0 left out" in run.explain()


@pytest.fixture
def frame() -> Any:
    return pd.DataFrame(
        {"a": [1.0, 2, 3, 4, 5], "b": [2.0, 1, 4, 3, 6], "w": [1.0, 2, 0, 3, np.nan]}
    )


def test_a_column_may_hold_the_weights_and_is_no_feature(frame: Any) -> None:
    data = prepare(frame[:4], "b", sample_weight="w")
    assert data.features.names == ("a",)
    assert data.sample_weight is not None
    assert data.sample_weight.tolist() == [1.0, 2.0, 3.0]
    assert data.X[:, 0].tolist() == [1.0, 2.0, 4.0]


def test_a_row_whose_weight_is_missing_is_a_row_with_a_gap(frame: Any) -> None:
    with pytest.raises(st.DataError, match="'w' has 1 missing value"):
        prepare(frame, "b", sample_weight="w")
    data = prepare(frame, "b", sample_weight="w", missing="drop")
    assert (data.dropped, data.weightless, len(data.y)) == (1, 1, 3)
    arrays = prepare(
        (frame[["a"]], frame["b"]), sample_weight=frame["w"].to_numpy(), missing="drop"
    )
    assert (arrays.dropped, arrays.weightless, len(arrays.y)) == (1, 1, 3)


def test_the_place_of_a_gap_is_that_in_the_readers_rows() -> None:
    X = np.array([[1.0], [2.0], [3.0], [np.nan]])
    with pytest.raises(st.DataError, match="row 4"):
        prepare((X, np.arange(4.0)), sample_weight=[1, 0, 1, 1])


@pytest.mark.parametrize(
    ("weight", "error", "said"),
    [
        ([1, 2], st.DataError, "sample_weight has 2 values, but there are 5 rows"),
        ([1, 2, -3, 1, 1], st.DataError, "sample_weight is -3 on row 3"),
        ([0] * 5, st.DataError, "zero in every row"),
        ([0, 0, 0, 0, 1], st.DataError, "only 1 row left after 4 rows of weight 0 went"),
        (["x"] * 5, st.DataError, "sample_weight must hold numbers"),
        (np.ones((5, 2)), st.DataError, "sample_weight must be one value a row"),
        ([1, 2, np.inf, 1, 1], st.DataError, "'sample_weight' has 1 infinite value"),
        ("w", st.ChoiceError, "arrays have no columns to name"),
    ],
)
def test_weights_that_cannot_be_are_refused(weight: Any, error: Any, said: str) -> None:
    with pytest.raises(error, match=said):
        prepare((np.arange(5.0), np.arange(5.0)), sample_weight=weight)


@pytest.mark.parametrize(
    ("target", "features", "name", "said"),
    [
        ("b", None, "v", "no column 'v' for the sample weights"),
        ("b", None, "b", "'b' is the target, it cannot hold the sample weights too"),
        ("b", ["a", "w"], "w", "'w' is a feature, it cannot hold the sample weights too"),
        ("b", None, "c", "the sample weights 'c' must be numbers"),
    ],
)
def test_a_column_that_cannot_hold_weights_is_refused(
    frame: Any, target: str, features: Any, name: str, said: str
) -> None:
    frame["c"] = ["x", "y", "x", "y", "x"]
    with pytest.raises(st.DataError, match=said):
        prepare(frame, target, features, sample_weight=name)


def test_an_objective_refuses_weights_that_do_not_fit() -> None:
    X, y = problem("squared", 0, rows=3)
    with pytest.raises(st.ChoiceError, match=r"shape \(2,\), but there are 3 rows"):
        st.LinearObjective(X, y, "squared", sample_weight=[1, 2])
    with pytest.raises(st.ChoiceError, match="from 0 up, not all of them 0"):
        st.LinearObjective(X, y, "squared", sample_weight=[0, 0, 0])


def test_a_batch_takes_its_weights_along() -> None:
    X, y = problem("squared", 5)
    weight = np.random.default_rng(5).uniform(0, 2, len(y))
    rows, params = np.array([2, 3, 9]), np.ones(3)
    batch = st.LinearObjective(X, y, "squared", sample_weight=weight).sample(rows)
    true = np.average((X[rows] @ params[:-1] + 1 - y[rows]) ** 2, weights=weight[rows])
    assert batch.value(params) == pytest.approx(true, rel=1e-12)


@pytest.fixture(scope="module")
def weighted() -> st.Run:
    frame = pd.DataFrame(
        {"x": [1.0, 2, 3, 4], "kind": ["no", "yes", "no", "yes"], "w": [1.0, 2, 3, 0.5]}
    )
    return st.descend(frame, "kind", sample_weight="w", l2=0.1)


def test_words_say_that_rows_are_weighted(weighted: st.Run) -> None:
    told = weighted.explain()
    assert "4 rows, weighted, of" in told
    assert "sum of weight × -log P / sum of weights" in told
    assert "/ 6.5 = " in told


def test_the_table_has_weights_and_shares_by_them(weighted: st.Run) -> None:
    table = weighted.table()
    weight, loss = table["weight"].to_numpy(), table["loss"].to_numpy()
    assert weight.tolist() == [1.0, 2.0, 3.0, 0.5]
    assert np.allclose(table["share"].to_numpy(), weight * loss / (weight @ loss))
    penalty = 0.05 * float(weighted.weights @ weighted.weights)
    assert np.average(loss, weights=weight) + penalty == pytest.approx(weighted.loss, rel=1e-12)


def test_a_saved_run_keeps_its_weights(weighted: st.Run, tmp_path: Path) -> None:
    weighted.save(tmp_path / "run.steepest")
    again = st.load(tmp_path / "run.steepest")
    assert again.objective.value(weighted.params) == weighted.objective.value(weighted.params)
    assert again.explain() == weighted.explain()


def test_a_page_does_not_walk_weighted_rows_by_itself(weighted: st.Run) -> None:
    record = weighted.record()
    assert (record["engine"], record["editable"], record["weighted"]) == ("record", False, True)
