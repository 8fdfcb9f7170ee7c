"""Gaps filled on request: the numbers of scikit-learn's imputers, kept with the run, told."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from asked import Ask
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.typing import NDArray
from pyarrow import csv
from sklearn.impute import MissingIndicator, SimpleImputer

import steepest as st
from steepest.data.fill import FILLS
from steepest.data.prepare import prepare
from steepest.errors import ChoiceError, DataError

STRATEGY = {"mean": "mean", "indicator": "mean", "most": "most_frequent"}

CELLS = some.sampled_from([0.0, 0.25, 1.5, 1.5, -3.0, np.nan])


def frame(rows: int = 24, seed: int = 0) -> pd.DataFrame:
    """Return numbers, truths and words with gaps, and a target."""
    draw = np.random.default_rng(seed)
    age = draw.normal(40, 9, rows).round(1)
    age[::5] = np.nan
    member: NDArray[Any] = draw.random(rows) < 0.3
    words: NDArray[Any] = draw.choice(["red", "blue", "blue", "green"], rows).astype(object)
    truths = member.astype(object)
    truths[2::7], words[1::6] = None, None
    y = draw.normal(size=rows).round(3)
    return pd.DataFrame({"age": age, "member": truths, "kind": words, "y": y})


@settings(max_examples=12)
@given(
    some.lists(some.tuples(CELLS, CELLS, some.integers(1, 3)), min_size=6, max_size=12),
    some.sampled_from(FILLS),
)
def test_numbers_are_filled_as_scikit_learn_fills_them(rows: list[Any], missing: str) -> None:
    table = np.array([*rows, (0.5, 2.0, 1), (1.0, 7.0, 2)])
    X, weight = table[:, :2], table[:, 2]
    y = np.arange(len(X), dtype=float)
    filled = prepare((X, y), missing=missing, sample_weight=weight)
    repeated = np.repeat(X, weight.astype(int), axis=0)
    imputer = SimpleImputer(strategy=STRATEGY[missing], keep_empty_features=True).fit(repeated)
    truth = imputer.transform(X)
    ours = [filled.features.names.index(name) for name in ("x1", "x2")]
    np.testing.assert_allclose(filled.X[:, ours], truth, rtol=1e-12, atol=1e-12)
    flags = [name for name in filled.features.names if name.endswith(" missing")]
    if missing == "indicator":
        marks = MissingIndicator().fit_transform(X)
        here = [filled.features.names.index(name) for name in flags]
        np.testing.assert_array_equal(filled.X[:, here], marks)
    else:
        assert not flags


@pytest.mark.parametrize("missing", FILLS)
def test_words_and_truths_take_the_most_frequent(missing: str) -> None:
    data = frame()
    made = prepare(data, "y", missing=missing)
    assert made.dropped == 0 and np.isfinite(made.X).all()
    often = SimpleImputer(strategy="most_frequent")
    for name in ("kind", "member"):
        column = data[[name]].where(data[name].notna(), np.nan).astype(object)
        often.fit(column)
        if name == "kind" and missing == "indicator":
            continue
        fill = made.features.fills[name]
        assert fill == often.statistics_[0]


def test_with_an_indicator_a_gap_among_words_is_a_level_of_its_own() -> None:
    data = frame()
    made = prepare(data, "y", missing="indicator")
    names = made.features.names
    assert names == (
        *("age", "age missing", "member", "member missing"),
        *("kind=green", "kind=red", "kind=missing"),
    )
    at = made.X[:, names.index("kind=missing")]
    np.testing.assert_array_equal(at == 1, data["kind"].isna())
    taken = data.assign(kind=data["kind"].replace("green", "missing"))
    assert "kind=(missing)" in prepare(taken, "y", missing="indicator").features.names


@pytest.mark.parametrize("missing", FILLS)
def test_rows_kept_back_have_no_part_in_the_fill_but_get_it(missing: str) -> None:
    data = frame(40)
    back = np.arange(40) >= 30
    split = prepare(data, "y", missing=missing, validation=back.tolist())
    alone = prepare(data[~back], "y", missing=missing)
    assert split.features == alone.features and split.validation is not None
    np.testing.assert_array_equal(split.X, alone.X)
    other = prepare(data[~back], "y", missing=missing, validation=data[back])
    assert other.validation is not None
    np.testing.assert_array_equal(split.validation.X, other.validation.X)


@pytest.mark.parametrize("missing", FILLS)
def test_a_filled_run_is_that_of_the_filled_table(missing: str) -> None:
    data = frame(30)
    run = st.descend(data, "y", missing=missing)
    plain = st.descend((run.data.X, run.data.y), features=run.feature_names)
    np.testing.assert_allclose(run.params, plain.params, rtol=1e-9)
    whole = run.predict(data)
    np.testing.assert_array_equal(whole, plain.predict(run.data.X))
    assert run.score(data) == plain.score((run.data.X, run.data.y))


def test_the_fill_is_kept_with_the_run_at_every_door(ask: Ask) -> None:
    frame(30).to_csv("t.csv", index=False)
    said = ask("fit", "t.csv", "--target", "y", "--missing", "mean", "--steps", "3", "--save", "r")
    assert said.status == 0
    assert "15 gaps filled, by the rows to learn from: age (6) with the mean, 38.98" in said.out
    assert "member (4) with the more frequent, false" in said.out
    assert "kind (5) with the most frequent level, blue" in said.out
    report = json.loads(ask("show", "r", "--json").out)
    fills = report["data"]["fills"]
    assert report["data"]["missing"] == "mean" and fills["kind"] == "blue"
    assert [note for note in report["notes"] if "15 gaps filled" in note["message"]]
    assert ask("resume", "r", "--steps", "2", "--save", "further").status == 0
    run, further = st.load("r"), st.load("further")
    assert further.data.features.fills == run.data.features.fills == fills
    told = ask("predict", "further", "t.csv", "-o", "p.csv")
    assert told.status == 0
    predicted = csv.read_csv(Path("p.csv"))["predicted"].to_numpy()
    np.testing.assert_allclose(predicted, further.predict(frame(30)), rtol=1e-12)
    assert "predictions empty" in ask("predict", "r", "t.csv", "--missing", "error").err
    assert ask("predict", "r", "t.csv", "--missing", "drop", "-o", "d.csv").status == 0
    assert csv.read_csv(Path("d.csv")).num_rows == int(frame(30).notna().all(axis=1).sum())


def test_a_run_without_fills_says_so(ask: Ask) -> None:
    ask("fit", "geyser", "--target", "waiting", "--steps", "1", "--save", "r")
    told = ask("predict", "r", "geyser", "--missing", "fill")
    assert told.status == 2 and "has learnt no fills; train with --missing mean" in told.err


def test_a_page_says_how_gaps_were_filled() -> None:
    record = st.descend(frame(), "y", ["age"], missing="most", steps=2).record()
    assert record["missing"] == "most"
    dropped = st.descend(frame(), "y", ["age"], missing="drop", steps=2).record()
    assert dropped["missing"] == "drop"


def test_rows_without_a_target_are_left_out_and_told() -> None:
    data = frame()
    data.loc[3, "y"] = np.nan
    made = prepare(data, "y", missing="mean")
    assert (made.dropped, len(made.y)) == (1, 23)
    assert 4 not in made.row_numbers.tolist()


def test_new_arrays_are_filled_too() -> None:
    X = np.array([[1.0, np.nan], [2.0, 5.0], [np.nan, 6.0], [4.0, 9.0]])
    run = st.descend((X, [1.0, 2.0, 2.5, 5.0]), missing="indicator", l2=0.1)
    assert run.feature_names == ("x1", "x1 missing", "x2", "x2 missing")
    np.testing.assert_array_equal(run.predict(X), run.margins(run.data.X))
    single = st.descend((X.astype(np.float32), [1.0, 2.0, 2.5, 5.0]), missing="mean")
    assert single.data.X.dtype == np.float32


REFUSED = {
    "infinite": (
        {"x": [1.0, np.inf, 2.0], "y": [1, 2, 4]},
        "1 infinite value .* is no gap, so nothing fills it; mend it, or leave the rows out",
    ),
    "constant": (
        {"x": [1.0, None, 1.0], "y": [1, 2, 4]},
        "'x' is 1 wherever it has a value, and so in every row once filled",
    ),
    "one level": (
        {"x": ["a", None, "a"], "y": [1, 2, 4]},
        "'x' is 'a' wherever it has a value, and so in every row once filled",
    ),
    "a flag's name": (
        {"x": [1.0, None, 3.0], "x missing": [1, 2, 4], "y": [1, 2, 4]},
        "the feature 'x missing' is there twice",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_filled(name: str) -> None:
    columns, message = REFUSED[name]
    missing = "indicator" if "flag" in name else "mean"
    with pytest.raises(DataError, match=message):
        prepare(columns, "y", missing=missing)


def test_a_column_without_a_value_among_the_rows_to_learn_from() -> None:
    columns = {"x": [None, None, None, 1.0, 2.0], "y": [1, 2, 4, 5, 7]}
    with pytest.raises(DataError, match="'x' has no value in the rows to learn from"):
        prepare(columns, "y", missing="mean", validation="last:0.4")


def test_a_sparse_matrix_is_not_filled() -> None:
    from scipy.sparse import csr_array

    X = csr_array(np.array([[1.0, 0.0], [np.nan, 2.0], [0.0, 3.0]]))
    with pytest.raises(ChoiceError, match="but X is sparse, where most of a column is 0"):
        prepare((X, [1, 2, 4]), missing="mean")
