"""Files recognised by their bytes: all of them, of large Parquet the footer and places."""

import hashlib
import os
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import steepest as st
from steepest.data import stamp
from steepest.data.stamp import Stamp


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Parquet file that counts as large, of numbers that are packed as they are."""
    for name, value in {"WHOLE": 10_000, "PLACES": 4, "PIECE": 64, "LAST": 128}.items():
        monkeypatch.setattr(stamp, name, value)
    x = np.random.default_rng(0).normal(size=3000)
    pq.write_table(pa.table({"x": x}), tmp_path / "a.parquet", compression="none")
    return tmp_path / "a.parquet"


def touched(path: Path, text: bytes) -> Path:
    """Write a file with a time of its own."""
    later = path.stat().st_mtime_ns + 10**9
    path.write_bytes(text)
    os.utime(path, ns=(later, later))
    return path


def test_a_small_file_is_known_by_all_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x,y\n" + b"1,2\n" * 500)
    kept = Stamp.of(path).with_digest(path)
    assert kept == Stamp.of(path) and kept.is_of(path)
    for at in (0, 1000, 2003):
        changed = bytearray(path.read_bytes())
        changed[at] ^= 1
        assert not kept.is_of(touched(path, bytes(changed)))
        changed[at] ^= 1
        assert kept.is_of(touched(path, bytes(changed)))
    assert not kept.is_of(touched(path, path.read_bytes() + b"1"))
    assert not Stamp(kept.size, kept.changed).is_of(path)


@pytest.mark.parametrize("replaced", [False, True])
def test_other_bytes_of_the_same_size_and_mtime_are_another_file(
    tmp_path: Path, replaced: bool
) -> None:
    path, other = tmp_path / "a.csv", tmp_path / "b.csv"
    path.write_bytes(b"1,3\n" * 500)
    kept = Stamp.of(path).with_digest(path)
    time.sleep(0.02)  # longer than a tick of the clock of file systems
    target = other if replaced else path
    target.write_bytes(b"1,9\n" * 500)
    os.utime(target, ns=(kept.changed, kept.changed))
    if replaced:
        other.replace(path)
    now = Stamp.of(path)
    assert now.is_dated_as(kept) and not kept.is_of(path)
    assert now.with_digest(path).digest not in ("", kept.digest)
    of_earlier_builds = Stamp(kept.size, kept.changed, kept.digest)
    assert not of_earlier_builds.is_of(path)
    path.write_bytes(b"1,3\n" * 500)
    assert of_earlier_builds.is_of(path)


def test_a_large_parquet_file_is_known_by_its_footer_and_places(large: Path) -> None:
    kept, text = Stamp.of(large).with_digest(large), large.read_bytes()
    assert kept.digest.startswith("parquet-") and kept.is_of(touched(large, text))
    footer = len(text) - 8 - int.from_bytes(text[-8:-4], "little")
    for at in (4, 40, footer + 5, len(text) - 7):
        changed = bytearray(text)
        changed[at] ^= 1
        assert not kept.is_of(touched(large, bytes(changed)))


def test_other_large_files_are_known_by_all_their_bytes(large: Path) -> None:
    text = large.with_name("a.csv")
    text.write_bytes(b"1,2\n" * 5000)
    kept, whole = Stamp.of(text).with_digest(text), text.read_bytes()
    assert kept.digest == hashlib.sha256(whole).hexdigest()
    assert kept.is_of(touched(text, whole))
    for at in (4000, 9001, 15000):
        changed = bytearray(whole)
        changed[at] ^= 1
        assert not kept.is_of(touched(text, bytes(changed)))


def test_a_file_that_changed_meanwhile_has_no_digest(large: Path) -> None:
    old = Stamp.of(large)
    assert old.with_digest(touched(large, large.read_bytes())).digest == ""
    large.unlink()
    assert old.with_digest(large).digest == ""
    with pytest.raises(st.FileError, match=r"cannot read .*a.parquet: No such file"):
        old.is_of(large)
