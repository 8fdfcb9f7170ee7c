"""Text files as Excel, R, pandas and people write them: the same table in any dialect."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as some
from tables import columns, write

from steepest.data.table import Table, read_table
from steepest.data.text.reading import Reading
from steepest.errors import ChoiceError, DataError, FileError

IN_A_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)

FLOATS = some.floats(-1e6, 1e6, allow_subnormal=False)
NAMES = some.lists(some.from_regex(r"[a-zé][a-zé _]{0,6}[a-z]", fullmatch=True), unique=True)
WORDS = some.text("abcdé'\"\n,;| ", min_size=1, max_size=6).map(lambda word: f"w{word}w")


HEAD = "city,size,price\n"
ROWS = "Bonn,1,2.5\nKoeln,2,3.5\nTrier,3,9\n"
WANTED = {"city": ["Bonn", "Koeln", "Trier"], "size": [1, 2, 3], "price": [2.5, 3.5, 9.0]}
ENDED = "".join(f"{line},\n" for line in ROWS.splitlines())
INDEXED = "".join(f"{i},{line}\n" for i, line in enumerate(ROWS.splitlines()))

DRESSES = {
    "sep= of Excel": (f"sep=,\n{HEAD}{ROWS}", None),
    "a quoted sep=": (f'"sep=,"\n{HEAD}{ROWS}', None),
    "sep=; of Excel": (f"sep=;\n{HEAD}{ROWS}".replace("\n", "\r\n").replace(",", ";"), None),
    "comments": (f"# made by hand\n# on Monday, with care\n{HEAD}{ROWS}", "2 lines above"),
    "a title": (f"Prices of flats\n\n{HEAD}{ROWS}", "1 line above"),
    "a title with delimiters": (f"Prices of flats,,\n{HEAD}{ROWS}", "1 line above"),
    "two titles": (f"Prices\nsource: somebody\n{HEAD}{ROWS}", "2 lines above"),
    "a commented header": (f"# {HEAD}{ROWS}", None),
    "rows end with the delimiter": (HEAD + ENDED, "ends with ','"),
    "all lines end with the delimiter": (HEAD.replace("\n", ",\n") + ENDED, "ends with ','"),
    "empty columns behind": (
        HEAD.replace("\n", ",,\n") + ENDED.replace("\n", ",\n"),
        "2 columns without name and values left out",
    ),
    "empty rows at the end": (f"{HEAD}{ROWS},,\n,,\n", "2 empty rows at the end left out"),
    "units below": (f"{HEAD},m,EUR\n{ROWS}", "line 2 has the units"),
    "units in brackets": (f"{HEAD},[m],[EUR]\n{ROWS}", "line 2 has the units"),
    "units above": (f",m,EUR\n{HEAD}{ROWS}", "line 1 has the units"),
    "blanks around words": (HEAD + ROWS.replace("Bonn", " Bonn "), None),
}


@pytest.mark.parametrize(("content", "said"), DRESSES.values(), ids=DRESSES)
def test_what_stands_around_the_rows_is_no_row(
    tmp_path: Path, content: str, said: str | None
) -> None:
    table = read_table(write(tmp_path, content))
    found = {
        name: [str(v).strip() if isinstance(v, str) else v for v in values]
        for name, values in columns(table).items()
    }
    assert found == WANTED
    assert any(said in note for note in table.notes) if said else table.notes == ()


@pytest.mark.parametrize("above", ["", "# a comment\n", "Title\n\n"])
@pytest.mark.parametrize("units", ["", ",m,EUR\n"])
def test_lines_are_told_as_an_editor_counts_them(tmp_path: Path, above: str, units: str) -> None:
    table = read_table(write(tmp_path, above + HEAD + units + ROWS))
    text = (tmp_path / "f.csv").read_text().splitlines()
    assert table.place(1) == f"line {text.index('Koeln,2,3.5') + 1}"


def test_units_of_a_line_are_the_units_of_the_columns(tmp_path: Path) -> None:
    schema = read_table(write(tmp_path, f"{HEAD}-,[m],EUR\n{ROWS}")).arrow.schema
    assert [(field.metadata or {}).get(b"unit") for field in schema] == [None, b"m", b"EUR"]


def test_words_of_a_row_are_no_units(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "name,kind\nm,g\nanna,h\nberta,s\n"))
    assert columns(table) == {"name": ["m", "anna", "berta"], "kind": ["g", "h", "s"]}


INDEXES = {
    "pandas": ("," + HEAD + INDEXED, "Unnamed: 0"),
    "pandas, from 1": ("," + HEAD + INDEXED.replace("0,B", "9,B"), "Unnamed: 0"),
    "R, one name less": (
        HEAD + INDEXED.replace("2,Tr", "3,Tr").replace("1,K", "2,K").replace("0,B", "1,B"),
        "Unnamed: 0",
    ),
    "R, names of rows": ("size,price\na,1,2.5\nb,2,3.5\nc,3,9\n", "Unnamed: 0"),
    "R, quoted": ('"size","price"\n"a",1,2.5\n"b",2,3.5\n', "Unnamed: 0"),
}


@pytest.mark.parametrize(("content", "name"), INDEXES.values(), ids=INDEXES)
def test_a_column_that_numbers_the_rows_is_no_feature(
    tmp_path: Path, content: str, name: str
) -> None:
    table = read_table(write(tmp_path, content))
    assert table.index == (name,)
    assert table.arrow.column_names[0] == name
    assert "a row index" in table.notes[-1]


def test_a_first_column_with_a_name_is_kept(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "id,size\n0,4\n1,5\n2,7\n"))
    assert table.index == ()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_letters_are_found(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = "Größe,Stück,Preis\n1,große,2.5\n2,kleine,3.5\n".replace(",", delimiter)
    table = read_table(write(tmp_path, text.encode(encoding)))
    wanted = {"Größe": [1, 2], "Stück": ["große", "kleine"], "Preis": [2.5, 3.5]}
    assert columns(table) == wanted
    told = [note for note in table.notes if "letters" in note]
    assert bool(told) == (not encoding.startswith("utf-8"))


def test_letters_that_come_late_are_found_too(tmp_path: Path) -> None:
    text = "a,b\n" + "1,x\n" * 20_000 + "2,é\n"
    table = read_table(write(tmp_path, text.encode("cp1252")))
    assert table.arrow["b"][-1].as_py() == "é"
    assert table.notes == ("the letters are read as cp1252",)


@pytest.mark.parametrize("encoding", ["cp1251", "shift_jis", "gbk", "latin-1"])
def test_letters_that_are_said(tmp_path: Path, encoding: str) -> None:
    word = {"cp1251": "слово", "shift_jis": "言葉", "gbk": "词语", "latin-1": "mot é"}[encoding]
    path = write(tmp_path, f"a,b\n1,{word}\n2,x\n".encode(encoding))
    assert columns(read_table(path, (), Reading(encoding=encoding)))["b"] == [word, "x"]


def test_letters_that_do_not_fit_what_was_said(tmp_path: Path) -> None:
    path = write(tmp_path, "a,b\n1,é\n".encode("cp1252"))
    with pytest.raises(FileError, match="line 2 holds the byte 0xe9, which is not utf-8"):
        read_table(path, (), Reading(encoding="utf-8"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"delimiter": ";;"}, "delimiter is ';;'; it must be one letter"),
        ({"delimiter": '"'}, "it must be one letter"),
        ({"decimal": "x"}, "decimal is 'x'; it must be one of '.' ','"),
        ({"thousands": ""}, "thousands is ''; it must be one of"),
        ({"decimal": ",", "thousands": ","}, "are both ','; they must differ"),
        ({"encoding": "utf-99"}, "encoding is 'utf-99', which is not known"),
        ({"encoding": "base64"}, "encoding is 'base64', which is not known"),
    ],
)
def test_a_reading_that_cannot_be(given: dict[str, str], said: str) -> None:
    with pytest.raises(ChoiceError, match=said):
        Reading(**given)


def test_a_delimiter_that_is_said(tmp_path: Path) -> None:
    path = write(tmp_path, "a:b\n1:x,y\n2:z,w\n")
    assert columns(read_table(path, (), Reading(delimiter=":"))) == {
        "a": [1, 2],
        "b": ["x,y", "z,w"],
    }


def test_fields_apart_by_blanks(tmp_path: Path) -> None:
    path = write(tmp_path, '# by hand\n  a   b  c\n 1  2.5 "x y"\n10 3.5  z\n', "f.dat")
    assert columns(read_table(path)) == {"a": [1, 10], "b": [2.5, 3.5], "c": ["x y", "z"]}


def test_codes_with_leading_zeros_are_words(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "zip,n,x\n01000,1,0.5\n20095,2,0\n00501,3,-0.5\n"))
    assert columns(table) == {
        "zip": ["01000", "20095", "00501"],
        "n": [1, 2, 3],
        "x": [0.5, 0, -0.5],
    }
    assert table.notes == ("'zip' with leading zeros read as words, since they are codes",)


@pytest.mark.parametrize("zeros", ["0", "0.5", "-0.25", "0e1", "00:10"])
def test_a_number_that_begins_with_0_is_no_code(tmp_path: Path, zeros: str) -> None:
    table = read_table(write(tmp_path, f"a,b\n{zeros},1\n1,2\n"))
    assert not any("codes" in note for note in table.notes)


def test_a_blank_in_front_of_a_code(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "a,b\n1, 0123\n2, 4567\n"))
    assert [str(word).strip() for word in columns(table)["b"]] == ["0123", "4567"]


@pytest.mark.parametrize("head", ["1,2,3\n", "1.5,2.5,x\n", "0.1,0.2,0.3\n"])
def test_a_file_without_names(tmp_path: Path, head: str) -> None:
    with pytest.raises(
        DataError, match=r"line 1: the header holds .*numbers .*must name the columns"
    ):
        read_table(write(tmp_path, head + "4,5,6\n7,8,9\n"))


def test_years_may_be_names(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "land,1999,2000\na,1,2\nb,3,4\n"))
    assert table.arrow.column_names == ["land", "1999", "2000"]
    assert table.notes == ("1999, 2000 taken for the names of columns",)


# What a frame is, is what is read again of it.


@some.composite
def frames(draw: some.DrawFn) -> pd.DataFrame:
    """Draw a frame of numbers, whole numbers and words, with at least two rows and columns."""
    rows = draw(some.integers(2, 7))

    def column(values: some.SearchStrategy[Any]) -> list[Any]:
        return draw(some.lists(values, min_size=rows, max_size=rows))

    return pd.DataFrame(
        {
            "number": column(FLOATS | some.none()),
            "whole": column(some.integers(-(10**9), 10**9)),
            "word": column(WORDS),
        }
    )


def same(table: Table, frame: pd.DataFrame) -> None:
    number = table.arrow["number"].cast(pa.float64()).to_pylist()
    assert number == [None if pd.isna(value) else value for value in frame["number"]]
    assert table.arrow["whole"].to_pylist() == frame["whole"].tolist()
    assert [word.strip() for word in table.arrow["word"].to_pylist()] == frame["word"].tolist()


@IN_A_FOLDER
@given(
    frames(),
    some.sampled_from(",;\t|"),
    some.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    some.sampled_from(["\n", "\r\n"]),
    some.sampled_from(["utf-8", "utf-16", "utf-8-sig"]),
)
def test_pandas_writes_what_is_read(
    tmp_path: Path, frame: pd.DataFrame, sep: str, quoting: int, end: str, encoding: str
) -> None:
    path = tmp_path / "f.csv"
    frame.to_csv(path, sep=sep, quoting=quoting, lineterminator=end, encoding=encoding, index=False)
    same(read_table(path), frame)


@IN_A_FOLDER
@given(frames(), some.sampled_from(",;\t|"))
def test_pandas_with_its_index_is_read_as_without(
    tmp_path: Path, frame: pd.DataFrame, sep: str
) -> None:
    frame.to_csv(tmp_path / "f.csv", sep=sep)
    table = read_table(tmp_path / "f.csv")
    assert table.index == ("Unnamed: 0",)
    same(table, frame)


@IN_A_FOLDER
@given(frames(), some.sampled_from(";\t|"), some.booleans())
def test_decimal_commas_are_read_as_pandas_wrote_them(
    tmp_path: Path, frame: pd.DataFrame, sep: str, told: bool
) -> None:
    """Told or, where a semicolon or two digits behind it leave no doubt, found."""
    frame["number"] = frame["number"].fillna(0.25).round(2)
    frame.loc[0, "number"] = 0.25
    frame.to_csv(tmp_path / "f.csv", sep=sep, decimal=",", index=False)
    reading = Reading(decimal=",") if told else Reading()
    same(read_table(tmp_path / "f.csv", (), reading), frame)


@IN_A_FOLDER
@given(
    frames(), some.sampled_from(",;\t|"), some.sampled_from(["always", "necessary", "non_numeric"])
)
def test_polars_writes_what_is_read(
    tmp_path: Path, frame: pd.DataFrame, sep: str, quotes: Any
) -> None:
    pl.DataFrame(frame.to_dict("list")).write_csv(
        tmp_path / "f.csv", separator=sep, quote_style=quotes
    )
    same(read_table(tmp_path / "f.csv"), frame)


@IN_A_FOLDER
@given(frames(), some.sampled_from(",;\t|"))
def test_arrow_and_the_standard_library_write_what_is_read(
    tmp_path: Path, frame: pd.DataFrame, sep: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=sep)
    writer.writerow(frame.columns)
    writer.writerows(
        ["" if value is None or value != value else value for value in row]
        for row in frame.itertuples(index=False)
    )
    same(read_table(write(tmp_path, text.getvalue())), frame)


@IN_A_FOLDER
@given(frames(), some.sampled_from([",", ";", "\t"]), some.integers(0, 3), some.booleans())
def test_comments_and_a_title_change_nothing(
    tmp_path: Path, frame: pd.DataFrame, sep: str, comments: int, titled: bool
) -> None:
    head = "# by hand; on Monday, late\n" * comments + ("A title\n\n" if titled else "")
    write(tmp_path, head + frame.to_csv(sep=sep, index=False))
    table = read_table(tmp_path / "f.csv")
    same(table, frame)
    assert len(table.notes) == bool(head)


@IN_A_FOLDER
@given(NAMES, some.sampled_from(",;\t|"))
def test_names_are_the_names(tmp_path: Path, names: list[str], sep: str) -> None:
    assume(len(names) > 1 and len({name.strip() for name in names}) == len(names))
    frame = pd.DataFrame(np.arange(3.0 * len(names)).reshape(3, -1) / 4, columns=names)
    frame.to_csv(tmp_path / "f.csv", sep=sep, index=False)
    assert read_table(tmp_path / "f.csv").arrow.column_names == [name.strip() for name in names]


def test_where_blanks_part_the_fields_so_do_tabs(tmp_path: Path) -> None:
    path = tmp_path / "Auto.data"
    path.write_text(
        'mpg\tcylinders\tpower\tname\n18.0   8   130.0 \t"chevrolet malibu"\n'
        '25.0   4   ? \t"ford pinto"\n15.0   8   165.0 \t"buick skylark 320"\n'
    )
    table = read_table(path)
    assert columns(table) == {
        "mpg": [18.0, 25.0, 15.0],
        "cylinders": [8, 4, 8],
        "power": [130.0, None, 165.0],
        "name": ["chevrolet malibu", "ford pinto", "buick skylark 320"],
    }


def test_names_that_the_csv_module_cannot_read_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text(f"{'a' * (csv.field_size_limit() + 1)},b\n1,2\n2,3\n")
    with pytest.raises(DataError, match=r"long\.csv, line 1: cannot be read \(field larger"):
        read_table(path)
