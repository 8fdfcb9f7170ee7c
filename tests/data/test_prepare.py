import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from steepest import descend
from steepest.data.new_rows import labelled_rows, new_rows
from steepest.data.prepare import prepare
from steepest.errors import ChoiceError, DataError


def test_a_table() -> None:
    data = prepare("geyser", "waiting", ["duration"])
    assert data.X.shape == (272, 1)
    assert data.y[:3].tolist() == [79, 54, 74]
    assert (data.name, data.dropped, data.target.unit) == ("geyser", 0, "min")
    assert data.features.units == ("min",)
    assert prepare("geyser", "waiting", "duration").features == data.features


def test_a_pair_of_arrays() -> None:
    X = np.arange(6.0).reshape(3, 2)
    data = prepare((X, ["a", "b", "a"]))
    assert data.X is X
    assert data.features.names == ("x1", "x2")
    assert data.target.classes == ("a", "b")
    assert (data.y.tolist(), data.name) == ([0, 1, 0], "arrays")
    assert prepare((X, [1, 2, 4]), features=["a", "b"]).features.names == ("a", "b")
    assert prepare(([1, 2, 3], [[1], [2], [4]])).X.tolist() == [[1], [2], [3]]
    assert prepare((X.astype("f4", order="F"), [1, 2, 4])).X.flags.c_contiguous


def test_constant_columns_are_the_affair_of_who_gives_arrays() -> None:
    assert prepare((np.ones((3, 1)), [1, 2, 4])).X.tolist() == [[1], [1], [1]]


GAPS = "x,w,y\n1,a,1\n,b,2\n\n3,,4\ninf,a,NA\n5,a,7\n6,b,9\n"


def test_gaps_are_counted_by_column_and_told_by_line(tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    path.write_text(GAPS)
    with pytest.raises(DataError) as told:
        prepare(path, "y")
    assert str(told.value) == (
        "g.csv: column 'x' has 1 missing value (first: line 3) and 1 infinite value (first: line "
        "6); column 'w' has 1 missing value (first: line 5); column 'y' has 1 missing value "
        "(first: line 6); fill them in, or leave 3 rows out with --missing drop (in Python: "
        "missing='drop'), or have gaps filled with --missing mean, most or indicator"
    )


def test_rows_with_gaps_are_left_out_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    path.write_text(GAPS)
    data = prepare(path, "y", missing="drop")
    assert data.dropped == 3
    assert data.features.names == ("x", "w=b")
    assert data.X.tolist() == [[1, 0], [5, 0], [6, 1]]
    assert data.y.tolist() == [1, 7, 9]


def test_gaps_in_columns_that_are_not_used_do_not_matter() -> None:
    frame = pd.DataFrame({"x": [1, 2, 3], "y": [1, 2, 4], "gone": [None, 1, 2]})
    assert prepare(frame, "y", ["x"]).dropped == 0
    assert prepare(frame, "y", drop="gone", missing="drop").dropped == 0


def test_a_level_that_goes_with_the_gaps_is_no_feature() -> None:
    columns = {"w": ["a", "b", "c", "a", "b", "a"], "x": [1, 2, None, 4, 5, 6], "y": range(6)}
    assert prepare(columns, "y", missing="drop").features.names == ("w=b", "x")


def test_what_is_constant_without_the_gaps_is_refused() -> None:
    with pytest.raises(DataError, match="column 'x' is 1 in every row"):
        prepare({"x": [1, 1, 2], "y": [1, 2, None]}, "y", missing="drop")


def test_gaps_in_arrays() -> None:
    X, y = np.array([[1, np.nan], [np.inf, 2], [3, 4], [5, 6]]), [1, 2, None, 4]
    with pytest.raises(DataError) as told:
        prepare((X, y))
    assert str(told.value).startswith(
        "arrays: column 'x1' has 1 infinite value (first: row 2); column 'x2' has 1 missing value "
        "(first: row 1); column 'y' has 1 missing value (first: row 3); fill them in, or leave 3 "
    )
    data = prepare((X[[0, 2, 3]], np.array(["a", "b", "c"], object)[[0, 1, 0]]), missing="drop")
    assert (data.dropped, data.target.classes) == (1, ("a", "b"))


def test_numbers_whose_sum_overflows_are_finite() -> None:
    assert prepare((np.full((3, 1), 1e308), [1, 2, 4])).dropped == 0


SOURCES = {
    "no target": (({"x": [1], "y": [2]},), {}, "name the column to predict (target=, --target); c"),
    "one row": (({"x": [1], "y": [2]}, "y"), {}, "table: only 1 row; a descent needs two or"),
    "one row left": (
        ({"x": [1, None], "y": [1, 2]}, "y"),
        {"missing": "drop"},
        "only 1 row left after 1 row with gaps went",
    ),
    "one row of arrays": ((([[1]], [1]),), {}, "arrays: only 1 row"),
    "lengths": ((([1, 2], [1, 2, 3]),), {}, "X has 2 rows and y has 3 values; each row of X needs"),
    "triple": ((([1], [1], [1]),), {}, "a tuple of arrays must be (X, y), got 3 items"),
    "deep": (
        ((np.ones((2, 2, 2)), [1, 2]),),
        {},
        "X must be rows by features, two dimensions, got",
    ),
    "no column": (((np.ones((2, 0)), [1, 2]),), {}, "got the shape (2, 0)"),
    "wide y": (
        ((np.eye(2), np.eye(2)),),
        {},
        "y must be one value a row, one dimension, got the s",
    ),
    "words": ((([["a"], ["b"]], [1, 2]),), {}, "X must hold numbers, got <U1, such as 'a'; turn"),
    "ragged": ((([[1], [1, 2]], [1, 2]),), {}, "X cannot be made an array"),
    "names": (
        ((np.eye(3), [1, 2, 4]),),
        {"features": ["a"]},
        "features has 1 name (a), X has 3 col",
    ),
    "bias": (((np.eye(2), [1, 2]),), {"features": ["a", "bias"]}, "'bias' is the name of the bias"),
    "list": (([[1, 2], [1, 2]], "y"), {}, "cannot make a table of this list"),
}


@pytest.mark.parametrize(("given", "options", "message"), SOURCES.values(), ids=SOURCES)
def test_sources_that_cannot_be_used(
    given: tuple[Any, ...], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        prepare(*given, **options)


def test_choices_that_cannot_be() -> None:
    with pytest.raises(ChoiceError, match="one of error, drop, mean, most, indicator; got 'fill'"):
        prepare("geyser", "waiting", missing="fill")
    with pytest.raises(ChoiceError, match="target, drop, category, date and terms name columns"):
        prepare((np.eye(2), [1, 2]), "y")


def test_new_rows_from_a_table_or_an_array() -> None:
    data = prepare({"x": [1, 2, 3, 4], "c": ["u", "v"] * 2, "y": range(4)}, "y")
    assert new_rows({"c": ["v"], "x": [9]}, data.features).tolist() == [[9, 1]]
    assert new_rows([[9, 1]], data.features).tolist() == [[9, 1]]
    one = prepare(([1, 2, 3], [1, 2, 4])).features
    assert new_rows([7, 8], one).tolist() == [[7], [8]]
    with pytest.raises(DataError, match=r"X has 2 columns, the training data had 1: x1; give the"):
        new_rows(np.eye(2), one)
    with pytest.raises(DataError, match=r"column 'x1' has 1 missing value \(first: row 2\); fill"):
        new_rows([1, np.nan], one)


def test_categories_of_a_new_file_are_read_as_words(tmp_path: Path) -> None:
    data = prepare({"zip": ["007", "12", "12", "007"], "y": ["1", "2", "1", "2"]}, "y")
    path = tmp_path / "new.csv"
    path.write_text("y,zip\n2,007\n1,12\n")
    assert new_rows(path, data.features).tolist() == [[0], [1]]
    X, y, exposure = labelled_rows(path, data.features, data.target)
    assert exposure is None
    assert (X.tolist(), y.tolist()) == ([[0], [1]], [1, 0])


def test_labelled_rows_from_a_pair() -> None:
    data = prepare((np.eye(3), ["a", "b", "a"]))
    X, y, exposure = labelled_rows((np.eye(3)[:2], ["b", "b"]), data.features, data.target)
    assert exposure is None
    assert (X.tolist(), y.tolist()) == (np.eye(3)[:2].tolist(), [1, 1])
    for labels, message in (
        (["c"], "y has the class 'c' on row 1"),
        ([None], "column 'y' has 1 mi"),
    ):
        with pytest.raises(DataError, match=message):
            labelled_rows((np.eye(3)[:1], labels), data.features, data.target)
    numbers = prepare((np.eye(3), [1, 2, 4]))
    with pytest.raises(DataError, match="y must hold numbers, got <U1"):
        labelled_rows((np.eye(3)[:1], ["q"]), numbers.features, numbers.target)


@given(
    hnp.arrays(np.float64, st.tuples(st.integers(5, 9), st.integers(1, 3)), elements=st.floats()),
)
def test_dropping_leaves_exactly_the_finite_rows(X: np.ndarray) -> None:
    y = np.arange(len(X)) + 0.5
    finite = np.isfinite(X).all(axis=1)
    if finite.sum() < 2:
        with pytest.raises(DataError, match=r"rows? with gaps went"):
            prepare((X, y), missing="drop")
        return
    data = prepare((X, y), missing="drop")
    np.testing.assert_array_equal(data.X, X[finite])
    np.testing.assert_array_equal(data.y, y[finite])
    assert data.dropped == (~finite).sum()


def test_a_data_frame_as_x_has_names_and_can_be_predicted_on() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [0.0, 1.0, 0.0], "y": [1.0, 3.0, 5.0]})
    run = descend((frame[["a", "b"]], frame["y"]))
    assert run.feature_names == ("a", "b")
    assert run.predict(frame[["b", "a"]]) == pytest.approx(
        run.predict(frame[["a", "b"]].to_numpy())
    )


def test_names_that_are_no_words_are_taken_as_words() -> None:
    frame = pd.DataFrame([[1.0, 2.0], [2.0, 3.0], [3.0, 5.0]])
    assert descend(frame, target=1).feature_names == ("0",)


@pytest.mark.parametrize("y", [[1, 0, 1], [True, False, True], [1.0, 2.0, 4.0]])
def test_numbers_kept_as_objects_are_numbers(y: list[object]) -> None:
    X = np.array([[1, 2], [2, 1], [4, 4]], dtype=object)
    assert prepare((X, np.array(y, dtype=object))).y.dtype == np.float64


def test_a_column_that_varies_only_where_rows_weigh_nothing_is_told_so() -> None:
    table = {"x": [1.0, 2.0, 4.0, 3.0], "z": [0, 0, 0, 1], "y": [3.0, 1.0, 4.0, 9.0]}
    table |= {"w": [1, 1, 1, 0]}
    with pytest.raises(DataError, match="'z' is 0 in every row that counts, which is no different"):
        prepare(pd.DataFrame(table), "y", sample_weight="w")
