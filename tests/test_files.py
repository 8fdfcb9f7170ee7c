"""Writing a file whole or not at all: its mode, what a killed writer leaves, links, no room."""

import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import steepest as st
from steepest.files import whole_file

pytestmark = pytest.mark.skipif(os.name != "posix", reason="file modes and locks")


def write(path: Path, text: str) -> None:
    with whole_file(path) as draft:
        draft.write_text(text)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o755])
def test_a_file_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "run"
    path.touch()
    path.chmod(mode)
    write(path, "new")
    assert (stat.S_IMODE(path.stat().st_mode), path.read_text()) == (mode, "new")


def test_a_read_only_file_is_refused_whoever_asks(tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.write_text("old")
    path.chmod(0o444)
    with pytest.raises(st.FileError, match=r"it is read-only.*chmod u\+w"):
        write(path, "new")
    assert path.read_text() == "old"


def test_a_name_as_long_as_can_be_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("ü" * 120 + ".csv")
    write(path, "new")
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


KILLED = """
import sys, time
from steepest.files import whole_file
with whole_file(sys.argv[1]) as draft:
    draft.write_text("half")
    print("writing", flush=True)
    time.sleep(60)
"""


def test_the_draft_of_a_killed_writer_is_removed_and_that_of_one_at_work_is_not(
    tmp_path: Path,
) -> None:
    path, near = tmp_path / "run.steepest", tmp_path / ".run-steepest.steepest"
    near.write_text("the reader's own")
    command = [sys.executable, "-c", KILLED, str(path)]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for writer in writers:
        assert writer.stdout and writer.stdout.readline() == "writing\n"
    assert len(list(tmp_path.iterdir())) == 3
    write(path, "whole")
    assert len(list(tmp_path.iterdir())) == 4
    for writer in writers:
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
    write(path, "whole again")
    assert {one.name for one in tmp_path.iterdir()} == {path.name, near.name}


def test_an_error_behind_which_the_disk_refused_is_told_as_that(tmp_path: Path) -> None:
    def untidy() -> None:
        try:
            raise OSError(28, "No space left on device")
        finally:
            raise ValueError("I/O operation on closed file")

    refused = pytest.raises(st.FileError, match="run: No space left on device; nothing was left")
    with refused, whole_file(tmp_path / "run"):
        untidy()
    with pytest.raises(ValueError, match="mine"), whole_file(tmp_path / "run"):
        raise ValueError("mine")
    assert not list(tmp_path.iterdir())


def test_file_and_folder_are_synced_in_this_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, replace = os.fsync, Path.replace

    def synced(handle: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        sync(handle)

    def replaced(draft: Path, target: Path) -> Path:
        done.append("name")
        return replace(draft, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    write(tmp_path / "run", "new")
    assert done == ["file", "name", "folder"]


def damaged(draft: Path) -> None:
    raise OSError("image file is truncated")


def missing(draft: Path) -> None:
    draft.with_name("none").read_bytes()


def full(draft: Path) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(draft))


def tidied(draft: Path) -> None:
    try:
        full(draft)
    finally:
        raise ValueError("nothing to close")


def broken(draft: Path) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


@pytest.mark.parametrize(
    ("writer", "said"),
    [
        (damaged, r"image file is truncated; nothing was left behind$"),
        (missing, r"none: No such file or directory; nothing was left behind$"),
        (full, r"No space left on device; .* behind, free some room or choose another place$"),
        (tidied, r"No space left on device; .* behind, free some room or choose another place$"),
        (broken, r"Input/output error; nothing was left behind, choose another place$"),
    ],
)
def test_why_a_file_could_not_be_written_is_said_as_it_is(
    tmp_path: Path, writer: Callable[[Path], None], said: str
) -> None:
    path = tmp_path / "a.png"
    refused = pytest.raises(st.FileError, match=f"cannot write .*a.png: .*{said}")
    with refused, whole_file(path) as draft:
        writer(draft)
    assert list(tmp_path.iterdir()) == []
