import datetime
import json
import re
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.data.table import read_table
from steepest.data.target import Target, choose_target, plain_target
from steepest.errors import DataError


def choose(values: Any, classify: bool | None = None) -> Target:
    return choose_target(read_table({"y": values}), "y", classify)


KINDS = {
    "numbers": ([1.5, 2, 7], None, None),
    "whole numbers": ([1, 2, 7], None, None),
    "two whole numbers": ([0, 1, 1], None, (0, 1)),
    "two whole floats": ([-1.0, 1.0, 1.0], None, (-1, 1)),
    "two fractions": ([0.5, 1.5, 1.5], None, None),
    "two whole numbers as numbers": ([0, 1, 1], False, None),
    "booleans": ([True, False, True], None, (False, True)),
    "booleans as numbers": ([True, False, True], False, None),
    "words": (["no", "yes", "no"], None, ("no", "yes")),
    "codes": ([2, 0, 1, 1, 0, 2], True, (0, 1, 2)),
    "fractions as classes": ([0.5, 1.5, 2.5] * 2, True, (0.5, 1.5, 2.5)),
}


@pytest.mark.parametrize(("values", "classify", "classes"), KINDS.values(), ids=KINDS)
def test_the_same_rule_for_columns_and_arrays(
    values: list[Any], classify: bool | None, classes: tuple[Any, ...] | None
) -> None:
    target = choose(values, classify)
    assert target.classes == classes
    plain, y = plain_target(values, classify)
    assert plain == target
    expected = values if classes is None else [classes.index(value) for value in values]
    assert y.tolist() == expected
    assert target.vector(read_table({"y": values})).tolist() == expected
    assert y.dtype == np.float64
    for kind in (classes or ())[:1]:
        assert type(kind) in (str, bool, int, float)


def test_a_dictionary_is_classes_however_many() -> None:
    words = pa.array(["c", "a", "b", "a"]).dictionary_encode()
    target = choose(words)
    assert target.classes == ("a", "b", "c")
    assert target.vector(read_table({"y": words})).tolist() == [2, 0, 1, 0]


def test_unit_of_the_target() -> None:
    schema = pa.schema([pa.field("y", "int64", metadata={"unit": "min"})])
    assert choose_target(read_table(pa.table({"y": [1, 2, 3]}, schema)), "y", None).unit == "min"


day = datetime.date(2020, 1, 1)
REFUSED = {
    "constant": ([5, 5], None, "table: the target 'y' is 5 wherever it has a value"),
    "one class": (["a", "a"], None, "the target 'y' has a single class, 'a'; to tell classes"),
    "one number as class": ([5, 5], True, "has a single class, 5"),
    "one boolean": ([True, True], None, "has a single class, True"),
    "nothing": ([None, None], None, "'y' has no finite value at all"),
    "no words": (["", ""], None, "'y' has no value at all"),
    "date": ([day, day], None, "'y' holds date32[day], which cannot be predicted; turn it into a"),
    "free text": (["a", "b", "c", "d"], None, "the target 'y' holds names or ids: 4 different"),
    "number with text": (
        ["1", "2", "x", "4"],
        None,
        "the target 'y' is a column of numbers with text in 1 row, the first 'x' on row 3",
    ),
    "words as numbers": (
        ["a", "b", "a"],
        False,
        "must hold numbers for a regression, got text in 3 rows, the first 'a' on row 1; use the",
    ),
    "many fractions": (
        np.arange(0, 60, 0.5).repeat(3),
        True,
        "has 120 different values in 360 rows, too many to be classes (at most 50 here)",
    ),
    "fractions of few rows": ([0.5, 1.5, 2.5], True, "3 different values in 3 rows, too many"),
}


@pytest.mark.parametrize(("values", "classify", "message"), REFUSED.values(), ids=REFUSED)
def test_columns_that_cannot_be_predicted(values: Any, classify: bool | None, message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        choose(values, classify)


PLAIN = {
    "constant": ([5, 5], None, "y is 5 wherever it has a value"),
    "one class": (["a", "a"], None, "y has a single class, 'a'"),
    "words as numbers": (["a", "b"], False, "y must hold numbers for a regression, got 'a' in row"),
    "complex": ([1j, 2], None, "y must hold numbers, booleans or strings, got complex128"),
    "mixed": (np.array([1, "a"], object), None, "y must hold numbers, booleans or strings, got ob"),
    "free text": (["a", "b", "c"], None, "3 different values in 3 rows, too many to be classes"),
}


@pytest.mark.parametrize(("y", "classify", "message"), PLAIN.values(), ids=PLAIN)
def test_arrays_that_cannot_be_predicted(y: Any, classify: bool | None, message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        plain_target(y, classify)


def test_a_target_that_is_no_column() -> None:
    with pytest.raises(
        DataError, match="no column 'Waiting' for the target; did you mean 'waiting'"
    ):
        choose_target(read_table({"waiting": [1, 2]}), "Waiting", None)


NEW = {
    "missing": (Target("y"), {"x": [1]}, "no column 'y' for the target"),
    "gap": (Target("y"), {"y": [1, None]}, "the target 'y' has no value on row 2; fill it in"),
    "infinite": (Target("y"), {"y": [np.inf]}, "the target 'y' has an infinite value on row 1"),
    "text": (Target("y"), {"y": ["q"]}, "'y' must hold numbers, got text in 1 row, the first 'q'"),
    "date": (Target("y"), {"y": [day]}, "'y' must hold numbers, got date32[day]"),
    "unknown": (
        Target("y", ("a", "b")),
        {"y": ["a", "c"]},
        "has the class 'c' on row 2; known are",
    ),
    "no word": (Target("y", ("a", "b")), {"y": [""]}, "'y' has no value on row 1; known are: a, b"),
    "date for words": (Target("y", ("a", "b")), {"y": [day]}, "'y' must hold words, got date32"),
    "unknown number": (Target("y", (0, 1)), {"y": [0, 2]}, "has the class 2.0 on row 2; known are"),
    "no number": (Target("y", (0, 1)), {"y": [0, None]}, "'y' has no value on row 2; fill it in"),
}


@pytest.mark.parametrize(("target", "columns", "message"), NEW.values(), ids=NEW)
def test_new_targets_that_do_not_fit(target: Target, columns: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        target.vector(read_table(columns))


def test_true_and_one_are_the_same_class() -> None:
    table = read_table({"y": [1, 0]})
    assert Target("y", (False, True)).vector(table).tolist() == [1, 0]
    assert Target("y", ("0", "1")).vector(table).tolist() == [1, 0]


@given(
    st.one_of(
        st.none(),
        st.lists(st.text(), min_size=2, unique=True),
        st.lists(st.integers(), min_size=2, unique=True),
        st.lists(st.floats(allow_nan=False), min_size=2, unique=True),
        st.just([False, True]),
    ),
    st.text(),
    st.text(),
)
def test_a_target_survives_json(classes: list[Any] | None, name: str, unit: str) -> None:
    target = Target(name, None if classes is None else tuple(classes), unit)
    again = Target.from_dict(json.loads(json.dumps(target.to_dict())))
    assert again == target
    assert [type(label) for label in again.classes or ()] == [
        type(label) for label in classes or ()
    ]


@given(st.lists(st.sampled_from(["a", "b", "ß"]), min_size=6, max_size=40))
def test_codes_stand_for_the_sorted_classes(words: list[str]) -> None:
    if len(set(words)) == 1:
        return
    target, y = plain_target(words, None)
    assert target.classes == tuple(sorted(set(words)))
    assert [target.classes[int(code)] for code in y] == words
    assert target.vector(read_table({"y": words})).tolist() == y.tolist()
