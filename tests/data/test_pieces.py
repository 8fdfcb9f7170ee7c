"""A long text file is the same table whether it is read by pieces or at once."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from steepest.data.table import Table, read_table
from steepest.data.text import pieces, text_file
from steepest.errors import DataError

FIELDS = (
    "12",
    "12.5",
    "-0.25",
    "",
    "NA",
    "nan",
    "true",
    "0",
    "word",
    "2024-01-05",
    "9007199254740993",
    '"12"',
    '"a,\nb"',
    '"\n"',
    '"say ""so\n"""',
    '""',
    '5" pipe',
)
"""What decides over the type of a column, alone or beside another; no code such as 01."""


def read(path: Path, piece: int) -> Table:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "PIECE", piece)
        patch.setattr(text_file, "PIECE", piece)
        return read_table(path)


def same(path: Path, piece: int) -> None:
    at_once, by_pieces = read(path, 1 << 24), read(path, piece)
    assert by_pieces.arrow.schema == at_once.arrow.schema
    # As words, since no NaN equals another.
    assert str(by_pieces.arrow.to_pydict()) == str(at_once.arrow.to_pydict())
    assert by_pieces.notes == at_once.notes


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    some.lists(some.tuples(*[some.sampled_from(FIELDS)] * 2), min_size=1, max_size=30),
    some.integers(1, 64),
    some.sampled_from(["\n", "\r\n", "\n\n"]),
)
def test_pieces_tell_the_types_of_the_whole(
    tmp_path: Path, rows: list[tuple[str, str]], piece: int, end: str
) -> None:
    path = tmp_path / "long.csv"
    lines = ["a,b,c", *(f"{a},{b},{i}" for i, (a, b) in enumerate(rows))]
    path.write_text(end.join(lines) + end, newline="")
    same(path, piece)


@pytest.mark.parametrize(
    ("field", "by_pieces"),
    [('"a\nb"', True), ('"say ""so\n"""', True), ('"a"b', True), ('5" pipe', False)],
)
def test_lines_that_end_within_quotes_end_no_piece(
    tmp_path: Path, field: str, by_pieces: bool
) -> None:
    path = tmp_path / "quoted.csv"
    path.write_text('5" pipes\n"x","y"\n' + f"{field},1\n" * 40)
    at_once: list[object] = []
    whole = text_file.TextFile._whole
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_file.TextFile, "_whole", lambda *a: at_once.append(a) or whole(*a))
        assert read(path, 50).arrow.num_rows == 40
    assert bool(at_once) != by_pieces


def test_a_quote_left_open_behind_many_pieces_is_told_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    path.write_text("x,y\n" + '"a\nb",1\n' * 40 + '"a,1\n' + "b,1\n" * 20)
    with pytest.raises(DataError, match="line 82: a quote is opened here and never closed"):
        read(path, 50)


@pytest.mark.parametrize("row", ['"a\nb",1', "a,1\r", "ä,1", "a,1"])
def test_lines_that_are_no_rows_and_other_letters(tmp_path: Path, row: str) -> None:
    for encoding in ("utf-8", "cp1252", "utf-16"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(("x,y\n" + f"{row}\n" * 40).encode(encoding))
        same(path, 50)


def test_a_line_that_is_amiss_is_told_by_its_number_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("x,y\n" + "1,2\n" * 40 + "1,2,3\n" + "1,2\n" * 40)
    with pytest.raises(DataError, match="line 42: expected 2 columns"):
        read(path, 50)


def test_codes_behind_the_first_piece_are_words(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("x,y\n" + "11000,2\n" * 40 + "01000,2\n")
    table = read(path, 50)
    assert table.arrow["x"].to_pylist() == ["11000"] * 40 + ["01000"]
    assert "leading zeros" in table.notes[0]


def test_hours_are_no_codes(tmp_path: Path) -> None:
    path = tmp_path / "hours.csv"
    path.write_text("at,y\n" + "2024-01-05 09:00:00,2\n" * 40)
    with pytest.MonkeyPatch.context() as patch:
        asked: list[object] = []
        whole = text_file.TextFile.read
        patch.setattr(text_file.TextFile, "read", lambda *a: asked.append(a[1:]) or whole(*a))
        read_table(path)
    assert asked == [()]
