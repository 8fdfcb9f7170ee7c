import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import feather, parquet
from tables import columns, write

from steepest.data.table import read_table
from steepest.errors import DataError, FileError

TEXTS = {
    "plain": "a,b\n1,x\n2,y\n",
    "byte order mark": "\ufeffa,b\n1,x\n2,y\n",
    "carriage returns": "a,b\r\n1,x\r\n2,y\r\n",
    "old Mac": "a,b\r1,x\r2,y\r",
    "no last newline": "a,b\n1,x\n2,y",
    "blank lines": "\na,b\n\n1,x\n\n\n2,y\n\n",
    "spaces in the header": "a , b\n1,x\n2,y\n",
    "semicolons": "a;b\n1;x\n2;y\n",
    "tabs": "a\tb\n1\tx\n2\ty\n",
    "bars": "a|b\n1|x\n2|y\n",
    "quotes": '"a","b"\n"1","x"\n2,y\n',
}


@pytest.mark.parametrize("content", TEXTS.values(), ids=TEXTS)
def test_text_in_any_dress_is_the_same_table(tmp_path: Path, content: str) -> None:
    table = read_table(write(tmp_path, content))
    assert columns(table) == {"a": [1, 2], "b": ["x", "y"]}
    assert table.name == "f.csv"


@pytest.mark.parametrize("name", ["f.CSV", "f.txt", "f.v2.csv"])
def test_suffixes_of_text(tmp_path: Path, name: str) -> None:
    assert columns(read_table(write(tmp_path, "a,b\n1,2\n", name))) == {"a": [1], "b": [2]}


def test_tsv_is_split_at_tabs_only(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "a, b, c\td\n1\t2\n", "f.tsv"))
    assert columns(table) == {"a, b, c": [1], "d": [2]}


def test_packed_text_has_lines_too(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(b'a,b\n1,"x\ny"\n\n2,z\n'), "f.csv.gz")
    table = read_table(path)
    assert columns(table) == {"a": [1, 2], "b": ["x\ny", "z"]}
    assert [table.place(row) for row in range(2)] == ["line 2", "line 5"]


def test_types_are_inferred_over_the_whole_file(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "a,b\n" + "1,2\n" * 400_000 + "2.5,x\n"))
    assert [str(kind) for kind in table.arrow.schema.types] == ["double", "string"]


def test_gaps_are_null_in_numbers_and_words_stay_words(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "n,w\n1,NA\nNA,nan\n,\n1e400,z\n"))
    assert columns(table) == {"n": [1, None, None, np.inf], "w": ["NA", "nan", "", "z"]}


def test_a_blank_line_in_a_file_of_one_column_is_a_gap(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "a\n1\n\n3\n"))
    assert columns(table) == {"a": [1, None, 3]}
    assert table.place(2) == "line 4"


def test_columns_as_written_stay_text(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "a, b\n007,1\n8,2\n"), as_written=("b", "a", "c"))
    assert columns(table) == {"a": ["007", "8"], "b": ["1", "2"]}


def test_place_tells_the_line_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, 'a,"b\nc"\r\n1,2\r\n\r\n3,"4\r\n5"\r\n6,7\r\n')
    table = read_table(path)
    assert [table.place(row) for row in range(3)] == ["line 3", "line 5", "line 7"]
    assert table.keep(np.array([0, 2])).place(1) == "line 7"
    assert table.keep(np.array([0, 2])).keep(np.array([1])).place(0) == "line 7"
    path.unlink()
    assert table.place(2) == "row 3"


def test_place_in_memory_counts_rows_from_one() -> None:
    assert read_table({"a": [1, 2]}).place(1) == "row 2"


MEMORY = {
    "dict": {"a": [1, 2], "b": ["x", "y"]},
    "Arrow table": pa.table({"a": [1, 2], "b": ["x", "y"]}),
    "record batch": pa.record_batch({"a": [1, 2], "b": ["x", "y"]}),
    "pandas": pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}),
    "pandas with an index": pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}, index=[7, 9]),
    "polars": pl.DataFrame({"a": [1, 2], "b": ["x", "y"]}),
    "lazy polars": pl.LazyFrame({"a": [1, 2], "b": ["x", "y"]}),
}


@pytest.mark.parametrize("source", MEMORY.values(), ids=MEMORY)
def test_tables_in_memory(source: object) -> None:
    assert columns(read_table(source)) == {"a": [1, 2], "b": ["x", "y"]}


def test_binary_files(tmp_path: Path) -> None:
    made = pa.table({"a": [1, 2]})
    parquet.write_table(made, tmp_path / "a=7.parquet")
    feather.write_feather(made, tmp_path / "t.feather")
    with pa.ipc.new_stream(tmp_path / "t.arrow", made.schema) as stream:
        stream.write_table(made)
    for name in ("a=7.parquet", "t.feather", "t.arrow"):
        assert read_table(str(tmp_path / name)).arrow == made


def test_a_file_goes_before_a_shipped_data_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_table("geyser").arrow.num_rows == 272
    write(tmp_path, "a\n1\n", "geyser")
    with pytest.raises(FileError, match="the suffix '' is not known"):
        read_table("geyser")


CONTENTS = {
    "empty": ("", "the file is empty; it needs a header and rows"),
    "blank": ("\n \n", "the file is empty"),
    "header only": ("a,b\n\n", "f.csv: there is a header (a, b) but no row"),
    "ragged": (
        'a,b\n1,"x\ny"\n\n2,z,3\n',
        "f.csv, line 5: expected 2 columns as in the header, got 3; mend the line",
    ),
    "short line": ("a,b\n1,2\n3\n", "line 3: expected 2 columns as in the header, got 1"),
    "same name": ("a,b,a\n1,2,3\n", "f.csv: columns 1 and 3 are both named 'a'; rename one"),
    "same but for spaces": ("a,a \n1,2\n", "columns 1 and 2 are both named 'a'"),
    "no name": ("a,,c\n1,2,3\n", "f.csv: column 2 has no name; name it in the header"),
    "no header": ("1,2\n3,4\n", "line 1: the header holds only numbers (1, 2)"),
    "NUL": (b"a,b\n1,2\n3,\x004\n", "line 3 holds a NUL byte (0x00)"),
    "NUL in the header": (b"a,\x00b\n1,2\n", "line 1 holds a NUL byte (0x00)"),
    "no letters": (b"a,b\n1,2\n\n3,\x81\n", "line 4 holds the byte 0x81, which is not UTF-8"),
    "Latin-1 and ragged": (b"a,b\n1,\xe9\n3\n", "line 3: expected 2 columns as in the header"),
    "spreadsheet": (b"PK\x03\x04\x14\x00\x06", "it begins as files such as .xlsx do"),
    "open quote": ('a,b\n1,2\n3,"4\n5,6\n', "f.csv, line 3: a quote is opened here and never"),
    "open quote at the first field": ('a,b\n"1,2\n5,6\n', "line 2: a quote is opened here"),
    "long open quote": ('a,b\n1,2\n"' + "z" * 200_000, "line 3: a quote is opened here"),
}


@pytest.mark.parametrize(("content", "message"), CONTENTS.values(), ids=CONTENTS)
def test_contents_that_are_no_table(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises((DataError, FileError), match=re.escape(message)):
        read_table(write(tmp_path, content))


def test_a_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    write(tmp_path, "a\n1\n", "geysers.csv")
    with pytest.raises(
        FileError, match=r"no such file; did you mean geysers\.csv\? `steepest data"
    ):
        read_table(tmp_path / "geyzers.csv")
    with pytest.raises(FileError, match="no such file; `steepest data` lists the shipped"):
        read_table(tmp_path / "q.parquet")
    with pytest.raises(FileError, match="there is no folder"):
        read_table(tmp_path / "nowhere" / "f.csv")


def test_a_misspelt_data_set_names_the_right_one() -> None:
    with pytest.raises(FileError, match=r"did you mean geyser\?"):
        read_table("geyzer")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="it is a folder; name a file in it"):
        read_table(tmp_path)


def test_a_closed_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path, "a\n1\n")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileError, match="you may not read it"):
        read_table(path)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs Linux")
def test_a_broken_disk(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.symlink_to("/proc/self/mem")
    with pytest.raises(FileError, match=r"cannot read .*f\.csv: (Input/output error|you may not)"):
        read_table(path)


def test_names_that_no_system_takes() -> None:
    for name in ("a\0.csv", "x" * 5000 + ".csv"):
        with pytest.raises(FileError, match="cannot read"):
            read_table(name)


def test_an_unknown_suffix_lists_the_known(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"suffix '\.docx' is not known; known are \.csv \.tsv"):
        read_table(write(tmp_path, "a", "f.docx"))
    with pytest.raises(FileError, match=r"suffix '\.gz' is not known"):
        read_table(write(tmp_path, "a", "f.parquet.gz"))


@pytest.mark.parametrize("suffix", ["parquet", "arrow", "feather"])
@pytest.mark.parametrize("cut", [3, 200, -20])
def test_binary_files_cut_short(tmp_path: Path, suffix: str, cut: int) -> None:
    path = tmp_path / f"t.{suffix}"
    made = pa.table({"a": np.arange(500)})
    (parquet.write_table if suffix == "parquet" else feather.write_feather)(made, path)
    os.truncate(path, cut if cut > 0 else path.stat().st_size + cut)
    kind = "a Parquet file" if suffix == "parquet" else "an Arrow file"
    with pytest.raises(FileError, match=rf"it is not {kind}, or is damaged or cut short"):
        read_table(path)


def test_packed_text_cut_short(tmp_path: Path) -> None:
    whole = gzip.compress(b"a,b\n" + b"1,2\n" * 1000)
    for content in (whole[:-20], b"a,b\n1,2\n"):
        with pytest.raises(FileError, match="it is damaged or cut short"):
            read_table(write(tmp_path, content, "f.csv.gz"))


NO_TABLES = {
    "number": (5, "cannot make a table of this int"),
    "lengths": ({"a": [1, 2], "b": [1]}, "expected length 2 but got length 1"),
    "same names": (pd.DataFrame([[1, 2]], columns=["m", "m"]), "'m' 2 times"),
    "same names in Arrow": (
        pa.table([pa.array([1]), pa.array([2])], ["m", "m"]),
        "table: columns 1 and 2 are both named 'm'",
    ),
    "series": (pd.Series([1]), "a series is one column, and a table needs the target beside it"),
    "series of polars": (pl.Series([1]), "a series is one column"),
    "neither": (object(), "give a path, a data frame, an Arrow table"),
    "no column": ({}, "there is no column"),
    "no row": (pd.DataFrame({"a": [], "b": []}), "data frame: there is no row; columns: a, b"),
    "no name": ({"": [1]}, "table: column 1 has no name"),
}


@pytest.mark.parametrize(
    ("kind", "start"),
    [(".csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0)), (".xlsx", b"PK\x03\x04\0\xff")],
    ids=["gzip", "zip"],
)
def test_what_is_named_as_text_and_is_none_is_told_by_its_start(
    tmp_path: Path, kind: str, start: bytes
) -> None:
    (tmp_path / "a.csv").write_bytes(start)
    with pytest.raises(FileError, match=f"it begins as files such as {re.escape(kind)} do"):
        read_table(tmp_path / "a.csv")
    (tmp_path / "a.csv").write_text("PAR1,BZh\n1,2\n")
    assert read_table(tmp_path / "a.csv").arrow.column_names == ["PAR1", "BZh"]


@pytest.mark.parametrize(("source", "message"), NO_TABLES.values(), ids=NO_TABLES)
def test_what_is_no_table(source: object, message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        read_table(source)


def test_heavy_packages_load_only_where_they_are_used() -> None:
    code = (
        "import sys, steepest.data.prepare as p; p.prepare(([1, 2, 3], [1, 2, 4]));"
        "print([name for name in ('pyarrow', 'narwhals', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
