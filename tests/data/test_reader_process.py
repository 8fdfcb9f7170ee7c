"""A file of a page is read in a process of its own: a crash there costs one answer.

What ends a reader here is a program that ends itself; no file that ends a library is kept.
"""

import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

import steepest as st
from steepest.data import reader_process
from steepest.data.reader_process import read_apart
from steepest.data.table import read_table
from steepest.session import Session


def csv_of(folder: Path, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_text("day;amount (kg)\n" + "".join(f"d{i};{i},5\n" for i in range(20)))
    return path


def test_what_is_handed_over_is_what_is_read_here(tmp_path: Path) -> None:
    path = csv_of(tmp_path)
    here, apart = read_table(path), read_apart(path)
    assert apart.arrow.equals(here.arrow)
    assert apart.arrow.schema.equals(here.arrow.schema, check_metadata=True)
    for name in ("name", "notes", "decimal", "index", "line_word", "refused", "dialect", "lines"):
        assert getattr(apart, name) == getattr(here, name), name


def test_what_is_wrong_is_told_in_the_same_words(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"a": np.zeros(9)}), path)
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(st.FileError, match="it is not a Parquet file, or is damaged or cut short"):
        read_apart(path)


def ended_by(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(reader_process, "COMMAND", (sys.executable, "-c", program))


@pytest.mark.parametrize("program", ["import os; os.abort()", "raise MemoryError"])
def test_a_reader_that_ends_costs_one_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    session = Session.of_run(st.descend("orings", "damaged", steps=2))
    with monkeypatch.context() as patched:
        ended_by(patched, program)
        file = {"name": "mine.csv", "base64": "YSxiCjEsMgozLDQK"}
        said = session.answer({"ask": "open", "file": file})
        assert "cannot read mine.csv: it ended the process that read it" in said["error"]
    assert "error" not in session.answer({"ask": "offer"})


def test_a_reader_that_takes_too_long_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended_by(monkeypatch, "import time; time.sleep(600)")
    began = time.perf_counter()
    with pytest.raises(st.FileError, match="or was given up"):
        read_apart(csv_of(tmp_path), lambda: time.perf_counter() - began > 0.2)
    monkeypatch.setattr(reader_process, "LONGEST", 0)
    with pytest.raises(st.FileError, match="it took more than 0 s"):
        read_apart(csv_of(tmp_path))


@pytest.mark.skipif(sys.platform != "linux", reason="limits on memory")
def test_a_reader_holds_no_more_than_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended_by(
        monkeypatch,
        "from steepest.data import reader_process as r; r.MOST_MEMORY = 300_000_000\n"
        "r._bound_memory(); print(len(bytearray(400_000_000)))",
    )
    with pytest.raises(st.FileError, match="it ended the process that read it"):
        read_apart(csv_of(tmp_path))
