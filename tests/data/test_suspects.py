"""What a fit notes of columns that may be other than they are taken for; it never acts on it."""

import numpy as np
import pandas as pd
import pytest

import steepest as st
from steepest.data.likely import look
from steepest.data.suspects import counts_rows, is_code, is_id
from steepest.data.table import Table, read_table
from steepest.view.table_look import tell_look

ROWS = 48


def frame(**more: object) -> pd.DataFrame:
    random = np.random.default_rng(0)
    return pd.DataFrame({"size": random.normal(size=ROWS), **more, "y": random.normal(size=ROWS)})


def notes(rows: pd.DataFrame, **options: object) -> list[str]:
    run = st.descend(rows, "y", steps=1, **options)  # type: ignore[arg-type]
    return [note.message for note in run.notes if note.name == "table"]


def test_a_number_that_alone_tells_two_classes_apart_is_noted() -> None:
    rows = frame(after=np.arange(ROWS) - 24.5, near=np.arange(ROWS) - 24.5)
    rows.loc[3, "near"] = 5.5
    rows["y"] = np.where(rows["after"] < 0, "Down", "Up")
    (said,) = notes(rows)
    assert said == (
        "'after' alone separates the classes of 'y': if that is known only afterwards, --drop after"
    )
    assert not notes(rows.drop(columns="after"))
    assert not notes(rows.iloc[10:40])  # 15 and 15 rows: that may be chance
    rows["y"] = np.resize(["a", "b", "c"], ROWS)
    assert not notes(rows)


def test_two_numbers_that_became_classes_are_noted() -> None:
    (said,) = notes(frame().assign(y=np.resize([10, 20], ROWS)))
    said_of_two = "'y' is 10 or 20, taken as two classes: as a number it is predicted by --loss "
    assert said == f"{said_of_two}squared"
    for usual in ([0, 1], [-1, 1], [1, 2], [True, False]):
        assert not notes(frame().assign(y=np.resize(usual, ROWS)))


SHUFFLED = np.random.default_rng(1).permutation(ROWS)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("row", np.arange(ROWS)),
        ("row", np.arange(1, ROWS + 1)),
        ("row", np.arange(ROWS, dtype=float)),
        ("customer_id", SHUFFLED * 17 + 1000),
        ("ID", SHUFFLED),
        ("userId", SHUFFLED),
    ],
)
def test_an_id_as_a_feature_is_noted(name: str, values: np.ndarray) -> None:
    (said,) = notes(frame(**{name: values}))
    assert said.startswith(f"'{name}': another number in every row")
    assert said.endswith(f"--drop {name}")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("year", np.arange(1970, 1970 + ROWS)),
        ("width", SHUFFLED),
        ("idea_id", SHUFFLED % 20),
        ("x", SHUFFLED / 7),
        ("id", SHUFFLED + 0.5),
    ],
)
def test_other_numbers_are_no_ids(name: str, values: np.ndarray) -> None:
    assert notes(frame(**{name: values})) == []


def test_what_the_reader_chose_is_no_id() -> None:
    rows = frame(id=SHUFFLED)
    assert notes(rows, features=["size", "id"]) == []
    assert notes(rows[["id", "y"]]) == []


@pytest.mark.parametrize("values", [[1, 2, 3], [0, 1, 2, 3], list(range(10)), [1.0, 2.0, 3.0]])
def test_few_whole_numbers_are_noted_as_codes(values: list[float]) -> None:
    rows = frame(**{"the form": np.resize(values, ROWS)})
    (said,) = notes(rows)
    assert said.startswith("'the form': few whole numbers, taken as amounts")
    assert said.endswith("--category 'the form'")
    assert notes(rows, category=["the form"]) == []


@pytest.mark.parametrize("values", [[0, 1], [4, 6, 8], [0.5, 1, 1.5], list(range(11)), [1, 2, 4]])
def test_other_numbers_are_no_codes(values: list[float]) -> None:
    assert notes(frame(form=np.resize(values, ROWS))) == []


def test_codes_with_gaps() -> None:
    """pandas has them as floats."""
    values = np.resize([1.0, 2.0, 3.0], ROWS)
    values[5] = np.nan
    (said,) = notes(frame(form=values), missing="drop")
    assert "'form': few whole numbers" in said


@pytest.mark.parametrize(
    ("values", "value"),
    [([20, 35, 60, -999], -999), ([1, 2, 5, 99], 99), ([0.5, 1.25, -9999.0], -9999)],
)
def test_a_number_that_stands_for_a_gap_is_noted(values: list[float], value: float) -> None:
    rows = frame(age=np.resize(values, ROWS))
    (said,) = notes(rows)
    low, high = min(set(values) - {value}), max(set(values) - {value})
    times = np.resize(values, ROWS).tolist().count(value)
    assert said.startswith(f"'age' is {value} in {times} rows, {low} to {high} in all others")
    assert said in tell_look(look(read_table(rows), "f.csv"))


@pytest.mark.parametrize(
    "values", [[0, 50, 99], [-999, -999, -999, -998], [99, 30.5, -70], [99, 7]]
)
def test_other_numbers_stand_for_themselves(values: list[float]) -> None:
    assert notes(frame(age=np.resize(values, ROWS))) == []


def test_classes_by_accident_are_noted() -> None:
    rows = frame()
    rows["y"] = np.resize(np.arange(17), ROWS)
    (said,) = notes(rows, loss="cross_entropy")
    assert said.startswith("'y' has 17 classes (0, 1, 2, ... and 14 more), whose order does not")
    assert notes(rows) == []
    rows["y"] = np.resize([f"kind {i}" for i in range(12)], ROWS)
    assert "'y' has 12 classes" in notes(rows)[0]
    rows["y"] = np.resize([f"kind {i}" for i in range(10)], ROWS)
    assert notes(rows) == []


def test_a_note_is_at_every_door() -> None:
    run = st.descend(frame(row=np.arange(ROWS)), "y", steps=1)
    assert "--drop row" in run.explain()


def test_nothing_is_suspected_of_odd_columns() -> None:
    nan, inf = float("nan"), float("inf")
    table = read_table({"id": [None] * 3, "b": [1.5, nan, 2.0], "c": ["1"] * 3, "d": [inf, 1, 2]})
    for name in table.arrow.column_names:
        assert not (is_id(table, name) or is_code(table, name) or counts_rows(table, name))


def test_a_column_with_a_unit_is_no_code() -> None:
    import pyarrow as pa

    values = pa.array([0, 1, 2, 3] * 5)
    fields = [pa.field("a", pa.int8()), pa.field("b", pa.int8(), metadata={"unit": "of 16"})]
    table = Table(pa.table([values.cast(pa.int8())] * 2, schema=pa.schema(fields)), "t")
    assert is_code(table, "a") and not is_code(table, "b")
