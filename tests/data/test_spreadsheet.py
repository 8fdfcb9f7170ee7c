"""Spreadsheets that openpyxl writes are read as the values that it was given."""

import datetime
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from asked import Ask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from tables import columns

from steepest.data.prepare import prepare
from steepest.data.table import read_table
from steepest.data.text.reading import Reading
from steepest.errors import ChoiceError, DataError, FileError

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("python_calamine")

IN_A_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)

ROWS = [["city", "size", "price"], ["Bonn", 1, 2.5], ["Trier", 3, 9]]
WANTED = {"city": ["Bonn", "Trier"], "size": [1, 3], "price": [2.5, 9.0]}


def book(folder: Path, name: str = "b.xlsx", **sheets: Sequence[Sequence[Any]]) -> Path:
    """Write sheets of rows, and return where."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    made.save(folder / name)
    return folder / name


def test_a_sheet_is_a_table(tmp_path: Path) -> None:
    table = read_table(book(tmp_path, data=ROWS))
    assert (columns(table), table.name, table.notes) == (WANTED, "b.xlsx", ())


@pytest.mark.parametrize(
    "rows",
    [
        [["Prices of flats"], [], *ROWS],
        [[], [], *ROWS, [None, None, None]],
        [[*ROWS[0]], [], *ROWS[1:]],
        [ROWS[0], [None, "m", "EUR"], *ROWS[1:]],
        [[*row, None, " "] for row in ROWS],
    ],
)
def test_what_stands_around_the_table_is_no_row(tmp_path: Path, rows: Any) -> None:
    assert columns(read_table(book(tmp_path, data=rows))) == WANTED


def test_the_first_sheet_with_rows_is_read_or_the_one_that_is_said(tmp_path: Path) -> None:
    other = [["a"], [1], [2]]
    path = book(tmp_path, cover=[["only a title"]], data=ROWS, more=other)
    table = read_table(path)
    assert columns(table) == WANTED
    assert table.notes == ("the sheet 'data' is read, of 3 (--sheet takes another)",)
    table = read_table(path, (), Reading(sheet="more"))
    assert (columns(table), table.notes) == ({"a": [1, 2]}, ())


def test_messages_name_the_row_of_the_sheet(tmp_path: Path) -> None:
    rows = [["A title"], [], *ROWS, ["Koeln\nDeutz", 4, None], ["Ulm", None, 1]]
    table = read_table(book(tmp_path, data=rows))
    assert [table.place(row) for row in range(4)] == [f"sheet row {n}" for n in (4, 5, 6, 7)]
    with pytest.raises(DataError, match=r"'size' has 1 missing value \(first: sheet row 7\)"):
        prepare(table, "price", ["size"])


def test_every_kind_of_cell(tmp_path: Path) -> None:
    day, moment = datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2, 3, 4, 5)
    rows = [
        ["whole", "real", "yes", "day", "moment", "zip", "word", "big", "text"],
        [1, 0.1, True, day, moment, "01000", "a\nb", 2.0**60, "1,5"],
        [2, 1e-7, False, day, moment, "20095", 'q"', 1e300, "2,25"],
    ]
    found = columns(read_table(book(tmp_path, data=rows)))
    assert found == {
        "whole": [1, 2],
        "real": [0.1, 1e-7],
        "yes": [True, False],
        "day": [day, day],
        "moment": [moment, moment],
        "zip": ["01000", "20095"],
        "word": ["a b", 'q"'],
        "big": [2.0**60, 1e300],
        "text": [1.5, 2.25],
    }


def sixteen_digits(value: float) -> float:
    """Return a number as openpyxl writes it: it rounds to 16 digits, of the 17 that a float has."""
    return float(f"{value:.16g}")


@IN_A_FOLDER
@given(
    some.lists(
        some.tuples(
            some.floats(-1e9, 1e9, allow_subnormal=False).map(sixteen_digits) | some.none(),
            some.integers(-(10**9), 10**9),
            some.text("abé,;'\"| ", max_size=5).map(lambda word: f"w{word}w"),
        ),
        min_size=2,
        max_size=6,
    )
)
def test_what_openpyxl_writes_is_read(tmp_path: Path, rows: list[tuple[Any, ...]]) -> None:
    table = read_table(book(tmp_path, data=[["number", "whole", "word"], *rows]))
    wanted = dict(zip(["number", "whole", "word"], map(list, zip(*rows, strict=True)), strict=True))
    assert columns(table) == wanted


def test_pandas_reads_the_same(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": [0.1, 2.5, None], "kind": ["a", "b", "a"], "n": [1, 2, 3]})
    frame.to_excel(tmp_path / "f.xlsx", index=False)
    theirs = pd.read_excel(tmp_path / "f.xlsx", engine="openpyxl")
    pd.testing.assert_frame_equal(
        read_table(tmp_path / "f.xlsx").arrow.to_pandas(), theirs, check_dtype=False
    )


def test_mistakes_are_told(tmp_path: Path) -> None:
    path = book(tmp_path, data=ROWS, more=[["only a title"]])
    with pytest.raises(ChoiceError, match="there is no sheet 'x'; its sheets are data, more"):
        read_table(path, (), Reading(sheet="x"))
    with pytest.raises(DataError, match="the sheet 'more' has no rows"):
        read_table(path, (), Reading(sheet="more"))
    (tmp_path / "cut.xlsx").write_bytes(path.read_bytes()[:900])
    with pytest.raises(FileError, match=r"it is no \.xlsx file, or is damaged or protected"):
        read_table(tmp_path / "cut.xlsx")
    (tmp_path / "f.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ChoiceError, match=r"sheet is 'x', but f\.csv is no spreadsheet"):
        read_table(tmp_path / "f.csv", (), Reading(sheet="x"))


def test_what_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(FileError, match=r"needs python-calamine; pip install 'steepest\[tables\]'"):
        read_table(book(tmp_path, data=ROWS))


def test_the_commands_take_a_sheet(ask: Ask, tmp_path: Path) -> None:
    rows = [["x", "y"], *([i, 2 * i + i % 3] for i in range(12))]
    path = str(book(tmp_path, cover=[["x"], [1]], data=rows))
    words = ["--sheet", "data"]
    assert ask("fit", path, "--target", "y", *words, "--save", "r.steepest").status == 0
    printed = ask("predict", "r.steepest", path, *words)
    assert (printed.status, printed.out.count("\n")) == (0, 13)
    told = ask("data", path, *words).out
    assert "12 rows, 2 columns" in told and told.rstrip().endswith("--sheet=data")


def test_messages_name_the_readers_file(tmp_path: Path) -> None:
    with pytest.raises((DataError, FileError)) as error:
        read_table(book(tmp_path, "mine.xlsx", data=[[1, 2], [3, 4], [5, 6]]))
    assert "mine.xlsx" in str(error.value) and "sheet.csv" not in str(error.value)
