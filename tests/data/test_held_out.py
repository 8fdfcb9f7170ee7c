"""Rows kept back: which they are, for every way to say it, and what is refused."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

import steepest as st
from steepest.data.prepare import prepare
from steepest.data.prepared import Data

X = np.arange(40.0)[:, None]
Y = X[:, 0] * 2.0 + 1.0


def table(**more: object) -> pl.DataFrame:
    return pl.DataFrame({"x": X[:, 0], "y": Y, **more})


def kept_back(data: Data) -> list[int]:
    """Return the numbers of the rows that were kept back; all others are left, each once."""
    assert data.validation is not None
    back = data.validation.row_numbers.tolist()
    assert sorted([*back, *data.row_numbers.tolist()]) == list(range(1, 41))
    assert data.validation.X[:, 0].tolist() == [row - 1.0 for row in back]
    return back


@given(some.floats(0.01, 0.95), some.integers(0, 99), some.integers(1, 4))
def test_a_share_is_drawn_of_each_class_alike(share: float, seed: int, classes: int) -> None:
    y = np.array(["a", "b", "c", "d"])[np.arange(40) % classes]
    y[-1] = "a" if classes == 1 else y[-1]
    labels = Y if classes == 1 else y
    back = kept_back(prepare((X, labels), validation=share, seed=seed))
    assert abs(len(back) - share * 40) <= max(1, classes)
    if classes > 1:
        sizes = [np.sum(y[np.array(back) - 1] == name) for name in np.unique(y)]
        assert max(sizes) - min(sizes) <= 1


def test_a_seed_draws_the_same_rows_and_another_seed_others() -> None:
    drawn = [kept_back(prepare((X, Y), validation=0.25, seed=seed)) for seed in (3, 3, 4)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_the_last_rows_are_those_at_the_end() -> None:
    assert kept_back(prepare((X, Y), validation="last:0.2")) == list(range(33, 41))


@given(some.permutations(range(40)), some.floats(0.05, 0.9))
def test_the_last_by_a_column_are_later_than_all_others(order: list[int], share: float) -> None:
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(days=day) for day in order]
    for when in (order, days, [str(day) for day in days]):
        data = prepare(table(day=when), "y", validation=f"last:day:{share}")
        back = kept_back(data)
        assert data.features.names == ("x",)
        assert len(back) == max(1, round(share * 40))
        assert min(order[row - 1] for row in back) == 40 - len(back)


def test_of_equal_values_the_last_rows_are_the_last() -> None:
    back = kept_back(
        prepare(table(year=[2000] * 20 + [1999] * 20), "y", validation="last:year:0.25")
    )
    assert back == list(range(11, 21))


def test_the_column_of_the_order_is_a_feature_where_it_is_named() -> None:
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(days=day) for day in range(40)]
    rows = table(day=days, year=list(range(40)))
    data = prepare(rows.drop("day"), "y", ["x", "year"], validation="last:year:0.2")
    assert data.features.names == ("x", "year")
    data = prepare(rows.drop("year"), "y", date={"day": "days"}, validation="last:day:0.2")
    assert len(data.features.names) == 2
    gap = table(day=[None, *days[1:]])
    with pytest.raises(st.DataError, match=r"'day' has 1 gap, so it does not say which rows are"):
        prepare(gap, "y", ["x"], validation="last:day:0.2")


@pytest.mark.parametrize(
    "marks",
    [
        [row % 4 == 0 for row in range(40)],
        [float(row % 4 == 0) for row in range(40)],
        ["Test" if row % 4 == 0 else "train" for row in range(40)],
        ["hold-out" if row % 4 == 0 else "train" for row in range(40)],
        ["HOLD_OUT" if row % 4 == 0 else "learn" for row in range(40)],
        ["dev" if row % 4 == 0 else "train" for row in range(40)],
    ],
)
def test_a_column_marks_them_and_is_no_feature(marks: list[object]) -> None:
    data = prepare(table(part=marks), "y", validation="part")
    assert kept_back(data) == list(range(1, 41, 4))
    assert data.features.names == ("x",)


@given(some.integers(0, 50), some.floats(0.05, 0.9))
def test_groups_stay_whole_and_come_nearest_to_the_share(seed: int, share: float) -> None:
    groups = [f"g{row // 5}" for row in range(40)]
    data = prepare(table(who=groups), "y", validation=f"who:{share}", seed=seed)
    back = np.array(kept_back(data)) - 1
    assert len(back) % 5 == 0 and set(back // 5 * 5) <= set(back)
    assert abs(len(back) - share * 40) <= 2.5 or len(back) in (5, 35)
    assert data.features.names == ("x",)


def test_a_second_table_has_the_same_columns() -> None:
    data = prepare(table(), "y", validation=pl.DataFrame({"y": [1.0, 5.0], "x": [0.0, 2.0]}))
    assert data.validation is not None and len(data.y) == 40
    assert data.validation.X.tolist() == [[0.0], [2.0]]
    assert data.validation.y.tolist() == [1.0, 5.0]
    pair = prepare((X, Y), validation=([[3.0]], [7.0])).validation
    assert pair is not None and pair.y.tolist() == [7.0]


def test_weights_and_rows_left_out_stay_with_their_rows() -> None:
    holes = [None if row == 7 else float(row) for row in range(40)]
    frame = pl.DataFrame({"x": holes, "y": Y, "w": np.arange(40.0)})
    data = prepare(frame, "y", missing="drop", sample_weight="w", validation="last:0.5")
    assert data.validation is not None and data.validation.sample_weight is not None
    assert data.validation.sample_weight.tolist() == data.validation.X[:, 0].tolist()
    assert data.sample_weight is not None
    assert data.sample_weight.tolist() == data.X[:, 0].tolist()
    assert (data.dropped, data.weightless) == (1, 1)


def test_rows_kept_back_count_by_class_as_the_others() -> None:
    y = np.where(np.arange(40) % 4 == 0, "rare", "usual")
    data = prepare((X, y), validation=0.5, class_weight={"rare": 3.0})
    for part in (data, data.validation):
        assert part is not None and part.sample_weight is not None
        rare = part.y == data.target.classes.index("rare") if data.target.classes else None
        assert set(part.sample_weight[rare]) == {3.0}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (1.5, "validation is 1.5, but a share lies between 0 and 1; give a share such as 0.2"),
        ("0", "validation is '0', but a share lies between 0 and 1"),
        ("last:2", "validation is 'last:2', but a share"),
        (0.99, "validation keeps 40 of 40 rows back; a descent needs two or more"),
        ("who:0.3", "validation by groups needs two groups or more"),
        ("none", "the column 'none' keeps no row back for validation; it must be true, 1 or"),
        ("all", "the column 'all' keeps 40 of 40 rows back"),
        ("nowhere.csv", "nowhere.csv"),
        ("nnoe", "validation is 'nnoe', which is no share, no column and no file; did you mean no"),
        ("Who:0.3", "no column and no file; did you mean who:0.3? give a share such as 0.2"),
        ("0,2", "no column and no file; did you mean 0.2? give"),
        ("20%", "validation is '20%', which is no share, no column and no file; give a share"),
        ("", "validation is '', which is no share, no column and no file; give a share"),
        ("folds", "the column 'folds' holds 0, 1, 2, so it does not tell which rows"),
        ("gaps", "the column 'gaps' holds 0, 1, a gap, so it does not tell which rows"),
        ("who", "validation; it holds one; it must be true, 1 or one of the words validation, val"),
        ([3, 4], "validation is a list, and not true or false for each row; give a share"),
        (True, "validation is a bool, and not true or false for each row; give a share"),
        (np.zeros(39, dtype=bool), "validation has 39 values and the data 40 rows; give true or"),
        (np.zeros(40, dtype=bool), "validation keeps no row back"),
        (pl.DataFrame({"x": [], "y": []}), "there is no row"),
    ],
)
def test_what_keeps_nothing_or_all_is_refused(said: object, message: str) -> None:
    frame = table(
        who=["one"] * 40,
        none=[0] * 40,
        all=[True] * 40,
        folds=np.arange(40) % 3,
        gaps=[None if row == 9 else float(row < 20) for row in range(40)],
    )
    with pytest.raises(st.SteepestError) as error:
        prepare(frame, "y", ["x"], validation=said)
    assert message in str(error.value)


def test_a_class_keeps_a_row_to_learn_from() -> None:
    y = ["a"] * 20 + ["b"] * 20
    with pytest.raises(st.SteepestError, match=r"keeps all rows of the class 'b' back, so nothing"):
        prepare((X, y), validation="last:0.5")


def test_other_arrays_without_a_row_are_refused() -> None:
    with pytest.raises(st.SteepestError, match="X and y have no rows to measure on"):
        prepare((X, Y), validation=(X[:0], Y[:0]))


def test_a_mask_of_the_rows_is_taken_where_some_are_left_out_too() -> None:
    mask = np.arange(40) % 3 == 0
    for given_as in (mask, mask.tolist(), pl.Series(mask)):
        assert kept_back(prepare((X, Y), validation=given_as)) == list(range(1, 41, 3))
    frame = pl.DataFrame({"x": [None, *X[1:, 0]], "y": Y})
    data = prepare(frame, "y", missing="drop", validation=mask)
    assert data.validation is not None
    assert data.validation.row_numbers.tolist() == list(range(4, 41, 3))


def test_the_last_by_an_ordered_category_are_those_of_its_last_levels() -> None:
    sizes = pd.Categorical(["s", "l", "m", "s"] * 10, ["s", "m", "l"], ordered=True)
    frame = pd.DataFrame({"x": X[:, 0], "size": sizes, "y": Y})
    back = kept_back(prepare(frame, "y", ["x"], validation="last:size:0.25"))
    assert back == list(range(2, 41, 4))


def test_what_has_no_order_does_not_say_which_rows_are_the_last() -> None:
    frame = pa.table({"x": range(20), "at": [[1, 2]] * 20, "y": [1.5, 2.5] * 10})
    with pytest.raises(st.DataError, match=r"'at' holds values \(list<.*>\), which have no order"):
        prepare(frame, "y", ["x"], validation="last:at:0.25")
