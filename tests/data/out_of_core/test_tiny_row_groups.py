"""Row groups of a few rows are read some thousand rows at a time, and still named one by one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import steepest as st
from steepest.data.out_of_core.file_units import footer_of, joined
from steepest.data.out_of_core.sources import source_of_files
from steepest.errors import FileError

ROWS = 2000


@pytest.fixture(autouse=True)
def _joined(monkeypatch: pytest.MonkeyPatch, _units_of_few_rows: None) -> None:
    monkeypatch.setattr("steepest.data.out_of_core.file_units.JOINED_ROWS", 500)


def table() -> pa.Table:
    rng = np.random.default_rng(0)
    x, c = rng.normal(size=ROWS), rng.choice(["a", "b", "c"], ROWS)
    y = 3.0 * x + (c == "b") + rng.normal(size=ROWS)
    return pa.table({"x": x, "c": c, "d": pa.array(c).dictionary_encode(), "y": y})


def parquet(path: Path) -> Path:
    pq.write_table(table(), path / "tiny.parquet", row_group_size=7)
    return path / "tiny.parquet"


def arrow(path: Path) -> Path:
    with pa.ipc.new_file(path / "tiny.arrow", table().schema) as file:
        file.write_table(table(), max_chunksize=7)
    return path / "tiny.arrow"


def test_neighbours_of_few_rows_are_one_unit_and_joining_twice_changes_nothing() -> None:
    schema = pa.schema([("x", pa.float64())])
    sizes = [7, 0, 400, 100, 300, 0, 200, 900, 1, 0]
    found = list(joined(sizes, schema))
    assert found == [(0, 3, 407), (3, 3, 400), (6, 1, 200), (7, 1, 900), (8, 2, 1)]
    again = [rows for *_, rows in joined([rows for *_, rows in found], schema)]
    assert again == [rows for *_, rows in found]
    ordered = pa.schema([("c", pa.dictionary(pa.int32(), pa.string(), ordered=True))])
    assert list(joined([7, 0, 3], ordered)) == [(0, 1, 7), (1, 2, 3)]


@pytest.mark.parametrize("write", [parquet, arrow])
def test_the_rows_are_those_of_the_file_in_few_units(
    tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    source = source_of_files([write(tmp_path)], "tiny")
    names = source.schema.names
    batches = [one for unit in source.units for one in source.batches(unit, names)]
    assert len(batches) == len(source.units) == 5
    read = pa.Table.from_batches(batches).to_pydict()
    assert read == table().to_pydict()
    assert source.place(1234) == f"row 1235 of {source.units[0].called}"


@pytest.mark.parametrize("write", [parquet, arrow])
def test_threads_and_caches_come_to_the_same_bits(
    tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    folder = write(tmp_path).parent
    pattern, kept = str(folder / "tiny.*"), {"cache": tmp_path / "c", "keep_cache": "rows"}
    (tmp_path / "c").mkdir()
    usual = st.descend(pattern, "y", threads=1)
    whole = st.descend(table(), "y")
    assert np.allclose(usual.predict(table()), whole.predict(table()), rtol=1e-6, atol=1e-6)
    for how in ({"threads": 2}, {"cache": "none"}, kept, kept):
        assert (st.descend(pattern, "y", **how).params == usual.params).all()


def test_a_damaged_row_group_is_named(tmp_path: Path) -> None:
    file = parquet(tmp_path)
    meta = pq.ParquetFile(file).metadata
    # Group 101 is within the second unit; the length in the header of its pages is spoiled.
    at = meta.row_group(100).column(0).data_page_offset
    raw = bytearray(file.read_bytes())
    raw[at : at + 20] = b"\xff" * 20
    file.write_bytes(raw)
    assert footer_of(file)[1][100] == 7
    with pytest.raises(FileError, match=r"tiny.parquet, row group 101: it is damaged or cut"):
        st.descend(str(file.parent / "*.parquet"), "y")
