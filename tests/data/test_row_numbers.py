"""Row numbers are those of the source, whatever was left out of it, at every door."""

import re
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.typing import NDArray

import steepest as st
from steepest.data.prepare import prepare

ROWS = 60
RNG = np.random.default_rng(4)
X = RNG.normal(size=ROWS)
ACTUAL = np.where(X + RNG.normal(size=ROWS) > 0, "yes", "no")
GAPS = [0, 3, 17, 58]
WEIGHTLESS = [2, 17, 59]


def written(folder: Path) -> Path:
    """Write a file with gaps in some rows, rows of weight 0, and each row's own number."""
    gaps = ["" if i in GAPS else f"{x:.6f}" for i, x in enumerate(X)]
    weights = [0 if i in WEIGHTLESS else 1 + i % 3 for i in range(ROWS)]
    lines = [f"{x},{a},{w}" for x, a, w in zip(gaps, ACTUAL, weights, strict=True)]
    path = folder / "holes.csv"
    path.write_text("\n".join(["hours,passed,w", *lines]) + "\n")
    return path


@pytest.fixture
def run(tmp_path: Path) -> st.Run:
    return st.descend(
        written(tmp_path), "passed", ["hours"], missing="drop", sample_weight="w", l2=0.01
    )


LEFT = [i + 1 for i in range(ROWS) if i not in GAPS and i not in WEIGHTLESS]


def test_the_table_of_rows_has_them(run: st.Run) -> None:
    table = run.table()
    assert table["row"].to_pylist() == LEFT
    assert table["actual"].to_pylist() == [ACTUAL[i - 1] for i in LEFT]


def test_the_words_have_them(run: st.Run) -> None:
    told = re.findall(r"^ +(\d+) +(yes|no) ", run.explain(), re.MULTILINE)
    assert len(told) == 12
    assert all(ACTUAL[int(number) - 1] == actual for number, actual in told)
    losses = run.table()["loss"].to_numpy() * run.table()["weight"].to_numpy()
    assert int(told[0][0]) == LEFT[int(losses.argmax())]


def test_the_page_has_them(run: st.Run) -> None:
    assert run.record()["rowNumbers"].tolist() == LEFT


def test_a_saved_run_still_has_them(run: st.Run, tmp_path: Path) -> None:
    run.save(tmp_path / "r.steepest")
    assert st.load(tmp_path / "r.steepest").table()["row"].to_pylist() == LEFT


def test_the_command_line_writes_them(tmp_path: Path, ask: object) -> None:
    written(tmp_path)
    words = "fit holes.csv --target passed --missing drop --features hours --table t.parquet"
    assert ask(*words.split()).status == 0  # type: ignore[operator]
    left = [i + 1 for i in range(ROWS) if i not in GAPS]
    assert pq.read_table(tmp_path / "t.parquet")["row"].to_pylist() == left


@given(some.integers(3, 40).flatmap(lambda n: some.tuples(*[some.integers(0, 2)] * n)))
def test_each_row_of_arrays_is_found_in_the_source_by_its_number(kinds: tuple[int, ...]) -> None:
    """0: a sound row, 1: one with a gap, 2: one of weight 0."""
    kind = np.array(kinds)
    if np.sum(kind == 0) < 2:
        return
    x = np.where(kind == 1, np.nan, np.arange(len(kind), dtype=float))
    weights: NDArray[np.float64] = np.where(kind == 2, 0.0, 1.0)
    data = prepare((x, np.arange(len(kind))), missing="drop", sample_weight=weights)
    np.testing.assert_array_equal(data.X[:, 0], data.row_numbers - 1)
    np.testing.assert_array_equal(data.row_numbers, np.flatnonzero(kind == 0) + 1)
