import datetime
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import csv

from steepest.data.features import Column, Features, choose_features, named_features, plain_features
from steepest.data.table import read_table
from steepest.errors import DataError


def choose(
    columns: dict[str, Any], names: list[str] | None = None, drop: tuple[str, ...] = ()
) -> Features:
    return choose_features(read_table({**columns, "y": range(4)}), names, "y", drop)


def matrix(features: Features, columns: dict[str, Any]) -> list[list[float]]:
    return features.matrix(read_table(columns)).tolist()


def test_numbers_booleans_and_categories() -> None:
    columns = {"n": [1, 2, 3, 4], "b": [True, False, True, True], "c": ["u", "v", "u", "v"]}
    features = choose(columns)
    assert features.columns == (
        Column("n", "number"),
        Column("b", "boolean"),
        Column("c", "category", ("v",), "u"),
    )
    assert features.names == ("n", "b", "c=v")
    assert matrix(features, columns) == [[1, 1, 0], [2, 0, 1], [3, 1, 0], [4, 1, 1]]
    assert features.matrix(read_table(columns)).flags.c_contiguous


def test_the_base_is_the_most_frequent_level_or_the_first() -> None:
    words = pa.array(["b", "c", "c", "a"]).dictionary_encode()
    assert choose({"c": words}).columns[0] == Column("c", "category", ("a", "b"), "c")
    assert choose({"c": ["z", "é", "z", "é"]}).columns[0].base == "z"


def test_dictionaries_are_categories_whatever_they_hold() -> None:
    codes = pa.array([3, 1, 2, 1]).dictionary_encode()
    assert choose({"c": codes}).names == ("c=2", "c=3")
    words = pa.array(["1", "x", "2", "3"]).dictionary_encode()
    assert choose({"c": words}).names == ("c=2", "c=3", "c=x")


def test_digits_in_a_text_column_are_words() -> None:
    assert choose({"c": ["1", "2", "2", "1"]}).names == ("c=2",)


def test_units_come_from_the_metadata() -> None:
    schema = pa.schema([pa.field("n", "int64", metadata={"unit": "min"}), ("b", "bool")])
    table = pa.table({"n": [1, 2], "b": [True, False]}, schema).append_column("y", [[1, 2]])
    assert choose_features(read_table(table), None, "y").units == ("min", "")


def test_every_numeric_type_becomes_float64() -> None:
    kinds = ["int8", "uint64", "float16", "float32", "float64"]
    columns: dict[str, Any] = {kind: np.arange(4).astype(kind) for kind in kinds}
    columns["decimal"] = pa.array(range(4), pa.decimal128(20, 2))
    columns["vast"] = pa.array([2**64 - 1, 0, 1, 2], pa.uint64())
    X = choose(columns).matrix(read_table(columns))
    assert X.dtype == np.float64
    assert X[:, 0].tolist() == [0, 1, 2, 3]
    assert (X[:, :6] == X[:, :1]).all()
    assert X[0, 6] == 2.0**64


def test_the_reader_chooses() -> None:
    columns = {"a": [1, 2, 3, 4], "b": [4, 3, 2, 2], "c": [0, 1, 2, 2]}
    assert choose(columns, ["c", "a"]).names == ("c", "a")
    assert choose(columns, drop=("b",)).names == ("a", "c")


SOUND = {"duration": [1, 2, 3, 4], "dose": [1, 1, 2, 2]}
ASKED = {
    "unknown": (["durations"], (), "no column 'durations' for the features; did you mean 'dura"),
    "case": (["DOSE"], (), "did you mean 'dose'? columns: duration, dose, y"),
    "target": (["y"], (), "'y' is the target, it cannot be a feature too"),
    "twice": (["dose", "dose"], (), "the feature 'dose' is there twice; name each once"),
    "dropped": (["dose"], ("dose",), "'dose' is asked for as a feature and dropped"),
    "drop unknown": (None, ("dos",), "no column 'dos' for the columns to drop; did you mean"),
    "none left": (None, ("dose", "duration"), "no feature is left beside the target 'y'"),
    "none asked": ([], (), "no feature is left beside the target 'y'"),
}


@pytest.mark.parametrize(("names", "drop", "message"), ASKED.values(), ids=ASKED)
def test_choices_that_cannot_be(
    names: list[str] | None, drop: tuple[str, ...], message: str
) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        choose(SOUND, names, drop)


def test_a_long_list_of_columns_is_cut_short() -> None:
    columns = {f"col{index}": range(4) for index in range(100)}
    with pytest.raises(DataError, match=r"col11, \.\.\. and 89 more"):
        choose(columns, ["zzz"])


day = datetime.date(2020, 1, 1)
REFUSED = {
    "constant": ([3, 3, 3, 3], "'q' is 3 in every row, which is no different from the bias"),
    "constant boolean": ([True] * 4, "'q' is True in every row"),
    "constant word": (["u"] * 4, "'q' is 'u' in every row"),
    "date": ([day] * 4, "'q' holds dates or times (date32[day]); --date q=days (or year"),
    "duration": (
        [datetime.timedelta(1)] * 4,
        "'q' holds dates or times (duration[us]); turn it into a number",
    ),
    "nested": ([[1], [2], [3], [4]], "'q' holds values (list<item: int64>); turn it into numbers"),
    "bytes": ([b"a"] * 4, "'q' holds values (binary)"),
    "nothing": ([None] * 4, "'q' holds nothing; it has no value at all"),
    "nothing finite": ([np.nan, np.inf, np.nan, np.inf], "'q' has no finite value at all"),
    "no words": (["", "", "", ""], "'q' is empty"),
    "number with text": (
        ["1", "2", "x", "NA"],
        "'q' is a column of numbers with text in 1 row, the first 'x' on row 3; write numbers",
    ),
    "decimal comma": (
        ["1,5", "2,5", "3", "u"],
        "with text in 1 row, the first 'u' on row 4; write",
    ),
    "two units": (
        ["$1", "$2", "3", "4"],
        "'q' holds numbers that are not written alike: '$1' on row 1 and '3' on row 3; write",
    ),
    "two currencies": (
        ["$1", "$2", "€3", "€4"],
        "'q' holds numbers that are not written alike: '$1' on row 1 and '€3' on row 3; write",
    ),
    "numbers of words": (
        ["$1", "$2", "$3", "$4"],
        "'q' holds numbers written as text, such as '$1'; turn it into numbers",
    ),
    "dates of words": (
        ["1.2.2024", "2.2.2024", "3.2.2024", "4.2.2024"],
        "'q' holds dates written as text, such as '1.2.2024'; write them with the year first",
    ),
    "units": (
        ["1 kg", "2 kg", "3.5 kg", "4 kg"],
        "'q' holds numbers with a unit behind them, such as '1 kg'; write the unit in the header",
    ),
    "names": (
        ["u", "v", "w", "x"],
        "'q' holds names or ids: 4 different values in 4 rows, such as 'u'; a category has at most "
        "2 here, --category q takes it as one all the same",
    ),
    "free text": (
        ["it is late", "so it is", "we go now", "do not go"],
        "'q' holds free text: 4 different values in 4 rows, such as 'it is late'; a category has",
    ),
    "complex": (
        [1j, 2.0, 3.0, 4.0],
        "'q' holds complex numbers; give real and imaginary part as two columns",
    ),
    "beyond 2^53": (
        [2**60, 2**60 + 1, 2**60 + 2, 2**60],
        "'q' has 3 different whole numbers from 1152921504606846976 to 1152921504606846978, of "
        "which a float64 can tell 1 apart (beyond 2^53 it has not each of them); subtract "
        "1152921504606846976, or take it as words with --category q",
    ),
    "mixed": (
        [1, "q", 2, 3],
        "'q' mixes numbers such as 1 and words such as 'q'; make it one kind",
    ),
}


@pytest.mark.parametrize(("values", "message"), REFUSED.values(), ids=REFUSED)
def test_columns_that_cannot_be_features(values: list[Any], message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)) as told:
        choose({"n": range(4), "q": values})
    assert "leave it out with --drop q (in Python: drop=['q'])" in str(told.value)


def test_all_refusals_are_told_at_once() -> None:
    with pytest.raises(DataError) as told:
        choose({"n": range(4), "my day": [day] * 4, "k": [1] * 4, "bias": [1, 2, 3, 4]})
    lines = str(told.value).splitlines()
    assert lines[0] == "table: 3 columns cannot be features:"
    assert lines[3] == "  'bias' is the name of the bias; rename the column"
    assert lines[4] == (
        "leave them out with --drop 'my day' --drop k --drop bias "
        "(in Python: drop=['my day', 'k', 'bias'])"
    )


def test_too_many_levels_are_free_text() -> None:
    words = [f"w{index % 51}" for index in range(200)]
    with pytest.raises(DataError, match="51 different values in 200 rows"):
        choose_features(read_table({"w": words, "y": range(200)}), None, "y")
    frame = pd.DataFrame({"w": pd.Categorical(words), "y": range(200)})
    assert len(choose_features(read_table(frame), None, "y").names) == 50


def test_a_pandas_index_in_a_file_is_no_feature(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2], "y": [1, 2]}, index=[5, 7])
    frame.to_parquet(tmp_path / "f.parquet")
    table = read_table(tmp_path / "f.parquet")
    assert choose_features(table, None, "y").names == ("a",)
    assert table.notes == ("'__index_level_0__' left out, a row index (--features takes it)",)
    index = choose_features(table, ["__index_level_0__"], "y")
    assert index.matrix(table).tolist() == [[5], [7]]


def test_a_column_with_gaps_is_judged_later() -> None:
    assert choose({"n": [1, None, 1, np.inf]}).names == ("n",)


def test_names_that_would_be_equal() -> None:
    with pytest.raises(DataError, match="the feature 'c=v' is there twice"):
        choose({"c": ["u", "v", "u", "v"], "c=v": [1, 2, 3, 4]})


KNOWN = Features(
    (Column("n", "number"), Column("b", "boolean"), Column("c", "category", ("v",), "u"))
)
NEW = {
    "missing column": ({"n": [1], "c": ["u"]}, "no column 'b' for the features"),
    "level": (
        {"n": [1, 2], "b": [True] * 2, "c": ["u", "w"]},
        "column 'c' has the level 'w' on row 2, which the training data did not have; known are: u",
    ),
    "gap in words": ({"n": [1], "b": [True], "c": [""]}, "column 'c' has no value on row 1; fill"),
    "gap": ({"n": [1, None], "b": [True] * 2, "c": ["u"] * 2}, "'n' has no value on row 2"),
    "null column": ({"n": [None], "b": [True], "c": ["u"]}, "'n' has no value on row 1"),
    "infinite": ({"n": [-np.inf], "b": [True], "c": ["u"]}, "'n' has an infinite value on row 1"),
    "text": (
        {"n": ["1", "x"], "b": [True] * 2, "c": ["u"] * 2},
        "column 'n' must hold numbers, got text in 1 row, the first 'x' on row 2",
    ),
    "digits": ({"n": ["1"], "b": [True], "c": ["u"]}, "must hold numbers, got numbers written as"),
    "date": ({"n": [day], "b": [True], "c": ["u"]}, "must hold numbers, got date32[day]"),
    "date for words": ({"n": [1], "b": [True], "c": [day]}, "has the level '2020-01-01' on row 1"),
    "not a boolean": ({"n": [1], "b": [2], "c": ["u"]}, "'b' must hold true or false, got 2 on"),
}


@pytest.mark.parametrize(("columns", "message"), NEW.values(), ids=NEW)
def test_new_data_that_do_not_fit(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        KNOWN.matrix(read_table(columns))


def test_new_data_in_another_order_and_type() -> None:
    assert matrix(KNOWN, {"c": ["v"], "more": [day], "b": [0], "n": [True]}) == [[1, 0, 1]]


def test_a_level_is_told_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text('n,b,c\n1,true,"u"\n\n2,false,"w\nw"\n')
    with pytest.raises(
        DataError, match=re.escape(r"new.csv: column 'c' has the level 'w\nw' on line 4")
    ):
        KNOWN.matrix(read_table(path))


def test_features_of_arrays() -> None:
    assert plain_features(3).names == ("x1", "x2", "x3")
    assert named_features(["a", "b"]).units == ("", "")
    with pytest.raises(DataError, match="'bias' is the name of the bias"):
        named_features(["bias"])
    with pytest.raises(DataError, match="'a' is there twice"):
        named_features(["a", "a"])


finite = st.floats(allow_nan=False, allow_infinity=False, width=64)
# Letters only: digits would be read as numbers from a file, where only their look can tell.
letters = st.text(st.characters(categories=["Ll", "Lo"]), min_size=1, max_size=4)


@st.composite
def frames(draw: st.DrawFn) -> dict[str, list[Any]]:
    rows = draw(st.integers(4, 12))
    levels = draw(st.lists(letters, min_size=2, max_size=2, unique=True))
    return {
        "n": [1.5, 2.5, *draw(st.lists(finite, min_size=rows - 2, max_size=rows - 2))],
        "i": [
            1,
            2,
            *draw(st.lists(st.integers(-(2**53), 2**53), min_size=rows - 2, max_size=rows - 2)),
        ],
        "b": [True, False, *draw(st.lists(st.booleans(), min_size=rows - 2, max_size=rows - 2))],
        "w": [
            "ß" + w
            for w in (
                *levels,
                *draw(st.lists(st.sampled_from(levels), min_size=rows - 2, max_size=rows - 2)),
            )
        ],
        "y": list(range(rows)),
    }


@settings(max_examples=60, deadline=None)
@given(frames())
def test_the_source_makes_no_difference(
    tmp_path_factory: Any, columns: dict[str, list[Any]]
) -> None:
    arrow = pa.table(columns)
    path = tmp_path_factory.getbasetemp() / "same.csv"
    csv.write_csv(arrow, path)
    features = choose_features(read_table(arrow), None, "y")
    expected = features.matrix(read_table(arrow))
    for source in (path, pd.DataFrame(columns), pl.DataFrame(columns), columns):
        table = read_table(source)
        assert choose_features(table, None, "y") == features
        np.testing.assert_array_equal(features.matrix(table), expected)
    assert Features.from_dict(json.loads(json.dumps(features.to_dict()))) == features


@given(st.lists(st.sampled_from("abcd"), min_size=8, max_size=30))
def test_indicators_name_one_level_at_most(words: list[str]) -> None:
    levels = sorted(set(words))
    if len(levels) < 2:
        return
    table = read_table({"w": words, "y": range(len(words))})
    features = choose_features(table, None, "y")
    X = features.matrix(table)
    assert len(features.names) == len(levels) - 1
    for word, row in zip(words, X, strict=True):
        on = [name for name, value in zip(features.names, row, strict=True) if value]
        assert on == ([] if word == features.columns[0].base else [f"w={word}"])
