"""Packed text files are read in passes as those that are not, at all doors, to the same bits."""

import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

import steepest as st
from steepest.cli.program import cli
from steepest.data.table import PACKED
from steepest.errors import DataError, FileError

ROWS = 300


def text_of(part: int) -> bytes:
    rows = (f"{i % 10},{3 * i % 7 + part},{'ab'[i % 2]}\n" for i in range(ROWS))
    return b"x,y,c\n" + "".join(rows).encode()


def packed(path: Path, text: bytes) -> Path:
    """Write a file packed as its suffix says."""
    with pa.output_stream(str(path), compression="detect") as opened:
        opened.write(text)
    return path


@pytest.fixture
def plain(tmp_path: Path) -> st.Run:
    """Return the fit of the files as they are."""
    (tmp_path / "plain").mkdir()
    for part in range(2):
        (tmp_path / "plain" / f"p{part}.csv").write_bytes(text_of(part))
    return st.descend(tmp_path / "plain", "y")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "packed").mkdir()
    for part in range(2):
        packed(tmp_path / "packed" / f"p{part}.csv.gz", text_of(part))
    return tmp_path / "packed"


def test_packed_files_are_read_at_all_doors(plain, folder, tmp_path):
    (tmp_path / "kept").mkdir()
    kept = {"cache": str(tmp_path / "kept"), "keep_cache": "rows"}
    pattern = str(folder / "*.csv.gz")
    doors = [(folder, {}), (pattern, {}), (sorted(folder.iterdir()), {}), (folder, kept)]
    for door, asked in (*doors, (folder, kept)):
        assert np.array_equal(st.descend(door, "y", **asked).params, plain.params)
    plain.predict_to(pattern, tmp_path / "of_packed.parquet")
    plain.predict_to(tmp_path / "plain", tmp_path / "of_plain.parquet")
    one, other = (st.descend(tmp_path / f"of_{k}.parquet", "y") for k in ("packed", "plain"))
    assert np.array_equal(one.params, other.params) and one.params.any()
    said = CliRunner().invoke(cli, ["fit", pattern, "--target", "y"])
    assert said.exit_code == 0 and f"{2 * ROWS} rows" in said.output


@pytest.mark.parametrize("suffix", PACKED)
def test_a_single_packed_file_is_read_in_passes_where_the_memory_is_said(tmp_path, suffix):
    (tmp_path / "a.csv").write_bytes(text_of(0))
    path = packed(tmp_path / f"a.csv{suffix}", text_of(0))
    assert path.read_bytes() != text_of(0)
    whole, run = (st.descend(one, "y", memory="64MB") for one in (tmp_path / "a.csv", path))
    assert np.array_equal(run.params, whole.params)
    assert np.allclose(run.params, st.descend(path, "y").params, rtol=1e-6)
    told = [note.message for note in run.notes if note.name == "table"]
    assert told == [note.message.replace("a.csv", path.name) for note in whole.notes][: len(told)]


def test_a_bad_cell_of_a_packed_file_is_said_with_its_line(folder):
    packed(folder / "p1.csv.gz", text_of(1).replace(b"\n3,", b"\noops,", 1))
    with pytest.raises(DataError, match=r"is 'oops' on line 5 of p1.csv.gz"):
        st.descend(folder, "y")


def test_a_packed_file_that_is_cut_short_is_refused(folder):
    path = folder / "p1.csv.gz"
    random = np.random.default_rng(0).integers(0, 10**9, (20_000, 2))
    text = "x,y\n" + "".join(f"{x},{y}\n" for x, y in random.tolist())
    whole = gzip.compress(text.encode())
    for damaged in (whole[: len(whole) // 2], whole[:-4], text.encode()):
        path.write_bytes(damaged)
        for given, asked in ((folder, {}), (path, {"memory": "64MB"}), (path, {})):
            with pytest.raises(FileError, match=r"cannot read .*p1.csv.gz"):
                st.descend(given, "y", **asked)


def test_a_file_that_is_there_packed_too_is_refused(folder):
    (folder / "p0.csv").write_bytes(text_of(0))
    for given in (folder, str(folder / "p*")):
        with pytest.raises(FileError, match=r"packed as p0.csv.gz too.* such as '\*.csv'"):
            st.descend(given, "y")
    assert st.descend(str(folder / "*.csv"), "y").trace.last.loss > 0


def test_other_packed_files_are_refused(folder):
    for path in folder.iterdir():
        path.rename(path.with_name(path.name.replace(".csv", ".parquet")))
    with pytest.raises(FileError, match=r"has no data in it; known are .* \.gz .* behind those"):
        st.descend(folder, "y")
    with pytest.raises(FileError, match=r"p0.parquet.gz in passes: its name must end in one of"):
        st.descend(str(folder / "*"), "y")
