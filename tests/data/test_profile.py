"""A look at a table, against NumPy and pandas: nothing is said that is not so."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

import steepest as st
from steepest.data.likely import SAMPLED, likely_targets, look
from steepest.data.profile import BINS, profile
from steepest.data.table import read_table
from steepest.data.twins import twins_of
from steepest.errors import DataError
from steepest.view.table_look import bars, look_report, tell_look

VALUES = some.floats(allow_nan=True, allow_infinity=True, allow_subnormal=False)


@given(some.lists(VALUES, min_size=1, max_size=40))
def test_numbers_are_those_of_numpy(values: list[float]) -> None:
    (one,) = profile(read_table({"x": values}))
    amounts = np.array(values)[np.isfinite(values)]
    assert (one.missing, one.infinite) == (np.isnan(values).sum(), np.isinf(values).sum())
    if not amounts.size:
        assert one.histogram is None and one.mean is None
        return
    assert one.ends == (amounts.min(), amounts.max())
    with np.errstate(over="ignore"):
        sound = np.isfinite(np.ptp(amounts)) and np.isfinite(amounts.sum())
    assert one.histogram is not None and sum(one.histogram.counts) == amounts.size
    assert np.isfinite([one.mean, *one.histogram.edges]).all()
    if sound:
        size = np.abs(amounts).max()
        assert one.mean == pytest.approx(amounts.mean(), rel=1e-9, abs=1e-12 * size)


@given(some.lists(some.integers(-1000, 1000), min_size=2, max_size=60))
def test_the_histogram_is_that_of_numpy(values: list[int]) -> None:
    assume(len(set(values)) > 1)
    low, high = min(values), max(values)
    # In the middle of bins, where rounding decides nothing.
    amounts = [low, high] + [low + (high - low) * (abs(v) % BINS + 0.5) / BINS for v in values]
    (one,) = profile(read_table({"x": amounts}))
    counts, edges = np.histogram(amounts, BINS)
    assert one.histogram is not None
    assert list(one.histogram.counts) == counts.tolist()
    np.testing.assert_allclose(one.histogram.edges, edges, rtol=1e-12, atol=1e-9)


@given(some.lists(some.sampled_from(["a", "b", "c", None]), min_size=3, max_size=30))
def test_levels_are_those_of_pandas(values: list[str | None]) -> None:
    (one,) = profile(read_table({"x": values}))
    assert one.missing == values.count(None)
    counted = pd.Series(values, dtype=object).value_counts().to_dict()
    assert one.levels is None or dict(one.levels) == counted
    if one.levels:
        assert list(one.levels.values()) == sorted(one.levels.values(), reverse=True)


NUMBERS = some.lists(some.integers(-50, 50), min_size=4, max_size=20)


@given(NUMBERS, some.floats(0.01, 1000), some.booleans(), some.floats(-1e3, 1e3))
def test_a_number_in_other_units_is_a_twin(
    values: list[int], unit: float, turned: bool, shift: float
) -> None:
    assume(len(set(values)) > 1)
    x = np.array(values, dtype=float)
    assume(np.ptp(x) * unit > 1e-4 * abs(shift))
    other = x * (-unit if turned else unit) + shift
    almost = x.copy()
    almost[0] += 1e-3
    table = read_table({"x": x, "almost": almost, "other": other, "words": list(map(str, values))})
    assert twins_of(table).get("other") == "x"
    assert "almost" not in twins_of(table) or len(set(values)) == 2


@given(some.lists(some.sampled_from("abcd"), min_size=4, max_size=20))
def test_a_category_in_other_words_is_a_twin(levels: list[str]) -> None:
    assume(len(set(levels)) > 2)
    other = [{"a": "z", "b": "y", "c": "x", "d": "w"}[level] for level in levels]
    joined = ["z" if level in "ab" else level for level in levels]
    twins = twins_of(read_table({"one": levels, "other": other, "joined": joined}))
    assert twins.get("other") == "one"
    assert ("joined" in twins) == (not {"a", "b"} <= set(levels))


def test_two_words_are_the_twin_of_0_and_1() -> None:
    table = read_table({"sex": ["m", "f", "m", "f"], "code": [1, 0, 1, 0], "is": [True, False] * 2})
    assert twins_of(table) == {"code": "sex", "is": "sex"}


def test_gaps_are_part_of_a_column() -> None:
    table = read_table({"a": [1.0, None, 3.0, 4.0], "b": [1.0, 2.5, 3.0, 4.0]})
    assert twins_of(table) == {}


def mess(rows: int = 120) -> pd.DataFrame:
    random = np.random.default_rng(0)
    size = random.normal(size=rows)
    return pd.DataFrame(
        {
            "customer_id": random.permutation(rows) + 500,
            "size_m": size,
            "size_mm": 1000 * size,
            "grade code": random.integers(1, 4, rows),
            "note, by hand": [f"some words {i} of text" for i in range(rows)],
            "const": 7,
            "when": pd.date_range("2024-01-01", periods=rows),
            "gone": np.where(np.arange(rows) % 4 == 0, 1.0 + np.arange(rows), np.nan),
            "income": np.where(np.arange(rows) % 9 == 0, np.nan, random.normal(size=rows)),
            "kind": random.choice(["a", "b", "c"], rows),
            "churn": np.where(np.arange(rows) % 15 == 0, "yes", "no"),
        }
    )


def test_what_a_fit_would_stumble_over_is_told() -> None:
    found = {one.name: one for one in profile(read_table(mess()))}
    assert [name for name, one in found.items() if one.refused] == [
        "note, by hand",
        "const",
        "when",
    ]
    assert [name for name, one in found.items() if one.id] == ["customer_id"]
    assert [name for name, one in found.items() if one.code] == ["grade code"]
    assert {name: one.twin for name, one in found.items() if one.twin} == {"size_mm": "size_m"}
    with pytest.raises(DataError) as refused:
        st.descend(mess(), "churn")
    for one in found.values():
        assert not one.refused or one.refused in str(refused.value)


def test_targets_are_told_with_the_balance_of_their_classes() -> None:
    found = look(read_table(mess()), "mess.csv")
    first = found.targets[0]
    assert (first.name, dict(first.classes or {})) == ("churn", {"no": 112, "yes": 8})
    assert "always to say no is right in 93.3 %" in tell_look(found)


TABLES: dict[str, Any] = {
    "a mess": mess(),
    "numbers": pd.DataFrame({"a": [1.0, 2, 4, 3], "b": [2.0, 4.5, 7.5, 6]}),
    "one column": pd.DataFrame({"a": [1.0, 2, 4]}),
    "nothing varies": pd.DataFrame({"a": [1, 1], "b": ["x", "x"]}),
    "gaps make it constant": pd.DataFrame(
        {"a": [1.0, 1, 1, None, 2], "b": [1.0, 2, 4, 3, None], "c": [2.0, 3, 6, 4, 7]}
    ),
    "the target twice": pd.DataFrame({"x": [1.0, 2, 4, 3], "a": [1, 0, 1, 1], "y": list("ynyy")}),
    "only ids": pd.DataFrame({"id": [3, 4, 5], "row": [0, 1, 2]}),
    "empty": pd.DataFrame({"a": [None, None], "b": [1.0, 2.0]}),
}


@pytest.mark.parametrize("name", TABLES)
def test_the_command_runs_or_it_is_told_why_there_is_none(name: str) -> None:
    rows = TABLES[name]
    found = look(read_table(rows), "f.csv")
    told = tell_look(found)
    assert list(look_report(found)) == [
        "format",
        "name",
        "rows",
        "columns",
        "reading",
        "notes",
        "targets",
        "command",
    ]
    if not found.command:
        assert found.problem and found.problem in told
        return
    words = list(found.command)
    drop = [words[i + 1].strip('"') for i, word in enumerate(words) if word == "--drop"]
    target = words[words.index("--target") + 1]
    missing = "drop" if "--missing" in words else "error"
    run = st.descend(rows, target, drop=drop, missing=missing, l2=0.001, steps=3)
    assert run.weights.size
    assert "size_mm" not in run.feature_names and "customer_id" not in run.feature_names
    if name == "the target twice":
        assert run.feature_names == ("x",)


@given(some.lists(some.integers(0, 10**6), max_size=12))
def test_bars_are_as_high_as_counts(counts: list[int]) -> None:
    drawn = bars(counts)
    assert len(drawn) == len(counts)
    for count, bar in zip(counts, drawn, strict=True):
        eighths = 0 if bar == " " else "▁▂▃▄▅▆▇█".index(bar) + 1
        assert eighths - 1 < 8 * count / max(counts, default=1) <= eighths if count else bar == " "


@given(
    some.dictionaries(
        some.text("ab é", min_size=1, max_size=4).filter(str.strip),
        some.lists(
            VALUES | some.none() | some.text("ab", max_size=2) | some.booleans(),
            min_size=4,
            max_size=4,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_table_can_be_looked_at(columns: dict[str, Any]) -> None:
    try:
        table = read_table(columns)
    except DataError:
        return
    found = look(table, "f.csv")
    assert tell_look(found) and look_report(found)["rows"] == 4


@pytest.mark.parametrize("word", ["test", "Validation", "hold-out"])
def test_a_column_of_train_and_test_is_offered_for_validation_and_never_as_target(
    word: str,
) -> None:
    x = np.arange(12.0)
    rows = {"x": x, "y": x**2, "part": ["train"] * 8 + [word] * 4}
    found = look(read_table(rows), "f.csv")
    assert "part" not in [one.name for one in found.targets]
    assert found.command[-2:] == ["--validation", "part"] and "--drop" not in found.command
    unknown = {"x": x, "part": rows["part"], "y": [*x[:8] ** 2, None, None, None, None]}
    found = look(read_table(unknown), "f.csv")
    assert "--validation" not in found.command
    words = " ".join(found.command)
    assert "--target y" in words and "--drop part" in words and "--missing drop" in words
    yes = look(read_table({"x": x, "part": ["no"] * 8 + ["yes"] * 4}), "f.csv")
    assert yes.targets[0].name == "part"


def test_of_a_long_table_some_rows_say_what_could_be_predicted() -> None:
    rows = 3 * SAMPLED
    columns = {"n": range(rows), "x": np.sin(np.arange(rows)), "price": np.cos(np.arange(rows))}
    candidates, ids = likely_targets(read_table(columns))
    assert [str(one) for one in candidates] == [
        "price (a number, its name, the last column)",
        "x (a number)",
    ]
    assert ids == ["n"]


def test_an_infinite_value_is_no_class() -> None:
    grade = [0.0, 1.0, np.inf, 1.0, 0.0, -np.inf, 1.0, 0.0]
    table = read_table({"size": np.arange(8) * 1.5, "grade": grade})
    found = look(table, "t.csv")
    assert found.targets[0].classes == {"0": 3, "1": 3}
    assert str(found.targets[0]).startswith("grade (2 classes, its name")
    data = st.descend(table, found.targets[0].name, missing="drop", steps=1).data
    assert data.target.classes == (0, 1)
    words = read_table({"size": np.arange(8) * 1.5, "grade": ["inf", "a"] * 4})
    assert look(words, "t.csv").targets[0].classes == {"a": 4, "inf": 4}
