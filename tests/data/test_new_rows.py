"""Rows to predict for that have gaps: refused, left out, or left blank; never guessed."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from asked import Ask
from hypothesis import given
from hypothesis import strategies as some
from pyarrow import csv

import steepest as st
from steepest.data.text.reading import Reading
from steepest.errors import ChoiceError, DataError


@pytest.fixture(scope="module")
def run() -> st.Run:
    """Return a run with numbers and a category."""
    i = np.arange(30)
    kinds = np.array(["red", "green", "blue"])[i % 3]
    rows = pd.DataFrame({"x": i / 7, "kind": kinds, "y": i + (i % 4) / 3 + i % 3})
    return st.descend(rows, "y")


@given(
    some.lists(
        some.tuples(
            some.sampled_from([0.5, 2.0, None, np.inf]), some.sampled_from(["red", "blue", None])
        ),
        min_size=1,
        max_size=9,
    )
)
def test_whole_rows_are_predicted_as_without_the_others(run: st.Run, rows: list[Any]) -> None:
    new = pd.DataFrame(rows, columns=["x", "kind"])
    sound = np.isfinite(new["x"].astype(float)) & new["kind"].notna()
    truth = run.predict(new[sound]) if sound.any() else np.array([])
    dropped = run.prediction_table(new, missing="drop")
    blank = run.prediction_table(new, missing="blank")
    assert dropped["predicted"].to_pylist() == truth.tolist()
    assert blank.num_rows == len(new)
    assert blank["predicted"].is_valid().to_pylist() == sound.tolist()
    assert blank["predicted"].drop_null().to_pylist() == truth.tolist()
    if not sound.all():
        with pytest.raises(DataError, match=r"--missing drop, or .* --missing blank"):
            run.prediction_table(new)


def test_gaps_in_other_columns_do_not_matter(run: st.Run) -> None:
    new = pd.DataFrame({"x": [1.0, 2.0], "kind": ["red", "blue"], "other": [None, 3.0]})
    assert run.prediction_table(new).num_rows == 2


def test_a_level_that_was_not_there_is_no_gap(run: st.Run) -> None:
    new = pd.DataFrame({"x": [1.0, None], "kind": ["pink", "red"]})
    for missing in ("drop", "blank"):
        with pytest.raises(DataError, match=r"the level 'pink' .* did not have"):
            run.prediction_table(new, missing=missing)


def test_a_choice_that_is_none(run: st.Run) -> None:
    with pytest.raises(ChoiceError, match="one of error, drop, blank, fill; got 'mean'"):
        run.prediction_table(pd.DataFrame({"x": [1.0], "kind": ["red"]}), missing="mean")


def test_probabilities_are_blank_with_the_class() -> None:
    rows = pd.DataFrame({"x": [1.0, 2, 3, 4, 5, 6], "kind": ["a", "b", "a", "a", "b", "b"]})
    run = st.descend(rows, "kind", l2=0.1)
    table = run.prediction_table(pd.DataFrame({"x": [1.5, None]}), missing="blank")
    assert [table[name][1].as_py() for name in ("predicted", "P(a)", "P(b)")] == [None] * 3
    assert table["P(a)"][0].as_py() + table["P(b)"][0].as_py() == pytest.approx(1.0)


def test_the_command_leaves_out_or_blank(ask: Ask) -> None:
    Path("old.csv").write_text("x,y\n" + "".join(f"{i},{2 * i + i % 3}\n" for i in range(12)))
    Path("new.csv").write_text("x,name\n1,a\n,b\n3,c\n")
    assert ask("fit", "old.csv", "--target", "y", "--save", "r.steepest").status == 0
    answer = ask("predict", "r.steepest", "new.csv")
    assert (answer.status, answer.out) == (2, "")
    assert "'x' has 1 missing value (first: line 3)" in answer.err
    for missing, names in (("drop", ["a", "c"]), ("blank", ["a", "b", "c"])):
        answer = ask("predict", "r.steepest", "new.csv", "--missing", missing)
        table = csv.read_csv(pa.BufferReader(answer.out.encode()))
        assert (answer.status, table["name"].to_pylist()) == (0, names)
        assert table["predicted"].is_valid().to_pylist() == [name != "b" for name in names]


def test_new_text_is_read_in_the_marks_of_the_training(tmp_path: Path) -> None:
    """`1,234` alone may be two numbers; the file of the training had decimal commas."""
    rows = "".join(f"{i},{i % 7}5;{2 * i + i % 3}\n" for i in range(12))
    (tmp_path / "old.csv").write_text(f"x;y\n{rows}")
    (tmp_path / "new.csv").write_text("x;name\n1,234;a\n2,345;b\n")
    run = st.descend(tmp_path / "old.csv", "y")
    truth = run.predict(pd.DataFrame({"x": [1.234, 2.345]}))
    assert run.prediction_table(tmp_path / "new.csv")["predicted"].to_pylist() == truth.tolist()
    assert run.predict(tmp_path / "new.csv").tolist() == truth.tolist()
    said = run.prediction_table(tmp_path / "new.csv", reading=Reading(thousands=","))
    assert said["x"].to_pylist() == [1234, 2345]
