"""What is piped in is a file like any other: every kind, told by its lines."""

import bz2
import gzip
import io
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from steepest.data.table import read_table
from steepest.errors import FileError

TABLE = pa.table({"a": [1, 2, 3], "b": ["x", "y", "z"]})
TEXT = b"a,b\n1,x\n2,y\n3,z\n"


class Piped(io.TextIOWrapper):
    """A standard input that is no terminal."""

    def isatty(self) -> bool:
        return False


def parquet_bytes() -> bytes:
    sink = io.BytesIO()
    parquet.write_table(TABLE, sink)
    return sink.getvalue()


def arrow_bytes() -> bytes:
    sink = io.BytesIO()
    feather.write_feather(TABLE, sink, compression="uncompressed")
    return sink.getvalue()


KINDS = {
    "text": TEXT,
    "gzip": gzip.compress(TEXT, mtime=0),
    "zstd": pa.compress(TEXT, "zstd", asbytes=True),
    "bz2": bz2.compress(TEXT),
    "UTF-16": TEXT.decode().encode("utf-16"),
    "parquet": parquet_bytes(),
    "arrow": arrow_bytes(),
}


@pytest.mark.parametrize("content", KINDS.values(), ids=KINDS)
def test_what_is_piped_in_is_told_by_its_first_bytes(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Piped(io.BytesIO(content)))
    table = read_table("-")
    assert table.arrow.to_pydict() == TABLE.to_pydict()
    assert table.name == "piped in"


def test_lines_of_what_was_piped_in_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Piped(io.BytesIO(TEXT)))
    assert read_table("-").place(2) == "line 4"


def test_nothing_that_is_piped_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Piped(io.BytesIO(b"")))
    with pytest.raises(FileError, match="cannot read what is piped in: it is empty"):
        read_table("-")


def test_a_terminal_is_no_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Piped(io.BytesIO(b""))
    monkeypatch.setattr(screen, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", screen)
    with pytest.raises(FileError, match="nothing is piped in"):
        read_table("-")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_is_read_once(tmp_path: Path) -> None:
    """As a shell's `<(zcat f.gz)` is."""
    pipe = tmp_path / "f.csv"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(TEXT,))
    writer.start()
    found: Any = read_table(pipe).arrow.to_pydict()
    writer.join()
    assert found == TABLE.to_pydict()


def test_a_pipe_of_the_shell_is_fitted() -> None:
    rows = "x,y\n" + "".join(f"{i},{2 * i + i % 3}\n" for i in range(12))
    command = [sys.executable, "-m", "steepest", "fit", "-", "--target", "y"]
    done = subprocess.run(command, input=rows, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("y by x: 12 rows of piped in")
