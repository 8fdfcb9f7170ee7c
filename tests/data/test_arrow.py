"""Columns are read from Arrow's buffers as pyarrow converts them, without what it loads for it."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some
from pyarrow import feather, parquet

import steepest as st
import steepest.data.arrow as arrow
from steepest.data.columns import numbers

KINDS = {
    "double": (pa.float64(), float),
    "single": (pa.float32(), float),
    "whole": (pa.int64(), int),
    "byte": (pa.int8(), int),
    "true or false": (pa.bool_(), lambda value: value > 0),
    "decimal": (pa.decimal128(10, 3), lambda value: Decimal(int(value))),
}

values = some.lists(some.one_of(some.none(), some.integers(-100, 100)), max_size=40)


@given(some.sampled_from(sorted(KINDS)), values, some.integers(0, 40), some.integers(0, 9))
def test_numbers_are_those_that_pyarrow_converts(
    kind: str, whole: list[Any], cut: int, start: int
) -> None:
    type_, of = KINDS[kind]
    array = pa.array([None if value is None else of(value) for value in whole], type_)
    parts = [array[:cut], array[cut:]] if cut < len(array) else [array]
    column = pa.chunked_array(parts, type_).slice(start)
    wanted = column.cast(pa.float64(), safe=False).to_numpy()
    found = numbers(column)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("memory", [None, "64MB"])
def test_numbers_load_no_pandas(tmp_path: Path, memory: str | None) -> None:
    """In memory or in passes: there its import was a twentieth of a fit of 1e7 rows (measured)."""
    pytest.importorskip("pandas")
    path, x = tmp_path / "t.parquet", np.arange(40.0)
    parquet.write_table(pa.table({"x": x, "y": (7 * x % 5).astype(np.int8)}), path)
    program = (
        f"import sys, steepest as st; st.descend({str(path)!r}, 'y', memory={memory!r});"
        "sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@given(some.sampled_from(sorted(KINDS)), values, some.integers(0, 9))
def test_an_array_has_its_own_type_and_without_copies(
    kind: str, whole: list[Any], start: int
) -> None:
    type_, of = KINDS[kind]
    array = pa.array([None if value is None else of(value) for value in whole], type_)[start:]
    wanted = array.cast(pa.int8()) if kind == "true or false" else array
    wanted = wanted.cast(pa.float64(), safe=False) if array.null_count else wanted
    found = arrow.numbers_of(array)
    np.testing.assert_array_equal(found, wanted.to_numpy(zero_copy_only=False))
    assert found.dtype == wanted.to_numpy(zero_copy_only=False).dtype
    if found.dtype != object:
        shared = arrow.array_of(found)
        assert shared.type == pa.array(found).type and shared.null_count == 0
        np.testing.assert_array_equal(shared.to_numpy(), found)


def test_a_press_while_conversions_load_is_heard_after(monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import signal

    def press(value: str) -> None:
        # As while pandas loads: whoever swallows the exception does so here.
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(pa, "scalar", press)
    try:
        with pytest.raises(KeyboardInterrupt):
            arrow.ready_for_text()
    finally:
        signal.signal(signal.SIGINT, before)


def not_letters(rows: int, at: int, type_: pa.DataType) -> pa.Array:
    """Return text of which one row holds bytes that are no UTF-8: plain, long or a dictionary's."""
    large = pa.types.is_large_string(type_)
    words = [b"ok", b"fine"] * (rows // 2)
    words[at] = b"\xff\xfe"
    made = pa.array(words, pa.large_binary() if large else pa.binary())
    kind = pa.LargeStringArray if large else pa.StringArray
    text = kind.from_buffers(rows, made.buffers()[1], made.buffers()[2])
    if not pa.types.is_dictionary(type_):
        return text
    return pa.DictionaryArray.from_arrays(pa.array(range(rows), pa.int32()), text)


@pytest.mark.parametrize(
    "type_", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), "utf8")]
)
@pytest.mark.parametrize("door", ["parquet", "arrow", "table"])
def test_bytes_that_are_no_letters_are_told_by_column_and_row(
    tmp_path: Path, door: str, type_: pa.DataType
) -> None:
    table = pa.table({"y": range(40), "c": not_letters(40, 26, type_)})
    source: Any = table
    if door != "table":
        source = tmp_path / f"t.{door}"
        write = parquet.write_table if door == "parquet" else feather.write_feather
        write(table, str(source))
    place = "column 'c'" if pa.types.is_dictionary(type_) else "column 'c', row 27"
    with pytest.raises(st.DataError, match=f"{place} holds bytes that are no letters in UTF-8"):
        st.descend(source, "y", ["c"])


def test_a_column_whose_name_is_no_letters_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t.arrow"
    feather.write_feather(pa.table({"y": range(9), "naming": range(9)}), str(path))
    path.write_bytes(path.read_bytes().replace(b"naming", b"n\xff\xfeing"))
    with pytest.raises(st.FileError, match="it is not an Arrow file, or is damaged"):
        st.descend(path, "y")
