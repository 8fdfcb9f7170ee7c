"""The archive: whatever record and arrays go in come out, and NumPy alone reads them."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from steepest.archive import VERSION, damaged, read_archive, write_archive
from steepest.errors import FileError
from steepest.files import check_writable, whole_file

JSON = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(-(2**53), 2**53)
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.text(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(), inner, max_size=4),
    max_leaves=12,
)
RECORDS = some.dictionaries(
    some.text().filter(lambda key: key not in ("format", "version")), JSON, max_size=5
)
NAMES = some.from_regex(r"[A-Za-z_]{1,12}", fullmatch=True)
ARRAYS = arrays.arrays(
    some.sampled_from([np.float64, np.float32, np.int64, np.intp, np.bool_, np.uint8, "<U5"]),
    arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5),
)
ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@ONE_FOLDER
@given(RECORDS, some.dictionaries(NAMES, ARRAYS, max_size=4))
def test_record_and_arrays_come_back(
    tmp_path: Path, record: dict[str, Any], parts: dict[str, NDArray[Any]]
) -> None:
    write_archive(tmp_path / "a", record, parts)
    again, back = read_archive(tmp_path / "a")
    assert again == {"format": "steepest run", "version": VERSION, **record}
    assert back.keys() == parts.keys()
    for name, array in parts.items():
        assert (back[name].dtype, back[name].shape) == (array.dtype, array.shape)
        assert back[name].tobytes() == np.asarray(array, order="C").tobytes()


@ONE_FOLDER
@given(some.dictionaries(NAMES, ARRAYS, min_size=1, max_size=4))
def test_numpy_alone_reads_the_arrays(tmp_path: Path, parts: dict[str, NDArray[Any]]) -> None:
    path = tmp_path / "a.npz"
    write_archive(path, {}, parts)
    with np.load(path, allow_pickle=False) as opened:
        for name, array in parts.items():
            assert opened[name].dtype == array.dtype
            assert np.array_equal(opened[name], array, equal_nan=array.dtype.kind == "f")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read("run.json"))["version"] == VERSION


@pytest.mark.parametrize("order", ["F", "strided"])
def test_arrays_in_any_order_are_kept_in_order(tmp_path: Path, order: str) -> None:
    array = np.asfortranarray(np.arange(12.0).reshape(3, 4))
    array = array if order == "F" else array[::-1, ::2]
    write_archive(tmp_path / "a", {}, {"x": array})
    assert np.array_equal(read_archive(tmp_path / "a")[1]["x"], array)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_what_json_cannot_hold_leaves_no_file(tmp_path: Path, value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        write_archive(tmp_path / "a", {"x": value}, {})
    assert not list(tmp_path.iterdir())


def test_objects_are_not_pickled(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="pickle"):
        write_archive(tmp_path / "a", {}, {"x": np.array([{}])})
    assert not list(tmp_path.iterdir())


def test_damage_is_told_with_the_file_its_cause_and_the_remedy() -> None:
    error = damaged("run.steepest", ValueError("bad checksum"))
    assert isinstance(error, FileError)
    for said in ("run.steepest", "bad checksum", "save the run again"):
        assert said in str(error)


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), whole_file(path) as draft:
        draft.write_text("half")
        assert (draft.suffix, path.read_text()) == (".txt", "old")
        raise RuntimeError
    assert path.read_text() == "old"
    with whole_file(path) as draft:
        draft.write_text("new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    with whole_file(tmp_path / "link.txt") as draft:
        draft.write_text("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("f.txt", "its name must end in .png or .svg"),
        ("none/f.png", "there is no folder"),
        ("folder.png", "it is a folder"),
        ("pipe.png", "it is a device or a pipe"),
    ],
)
def test_what_cannot_be_written_is_refused_before_any_work(
    tmp_path: Path, name: str, said: str
) -> None:
    import os

    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(FileError, match=said):
        check_writable(tmp_path / name, (".png", ".svg"))
