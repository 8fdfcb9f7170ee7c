"""Temporary folders that do not outlive their process for long, even if it is killed.

Each holds a file that its process keeps locked. A folder whose lock is free belongs to no process
any more: it is removed by whoever makes the next one in that place.
"""

import os
import shutil
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path

from steepest.file_locks import lock

__all__ = ["LOCK", "PREFIX", "TemporaryFolder", "folder_until_exit"]

PREFIX = "steepest-"

LOCK = ".lock"
"""The file in a folder that is locked as long as the folder is used."""


class TemporaryFolder:
    """A folder that is gone with this object, at the end of Python at the latest.

    Raises OSError where none can be made in `place`, the system's own if None.
    """

    def __init__(self, place: str | os.PathLike[str] | None = None) -> None:
        _remove_litter(Path(tempfile.gettempdir() if place is None else place))
        self.path, handle = _new_folder(place)
        self.remove = weakref.finalize(self, _remove, self.path, handle)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *error: object) -> None:
        self.remove()


_KEPT: list[TemporaryFolder] = []


def folder_until_exit() -> Path:
    """Return a new folder that is kept until Python ends; OSError if none can be made."""
    _KEPT.append(TemporaryFolder())
    return _KEPT[-1].path


def _new_folder(place: str | os.PathLike[str] | None) -> tuple[Path, int]:
    """Return a new folder and the handle of its lock."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
        try:
            handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if lock(handle) and (folder / LOCK).exists():
            return folder, handle
        os.close(handle)  # It was taken for litter before it was locked.


def _remove(folder: Path, handle: int) -> None:
    os.close(handle)
    shutil.rmtree(folder, ignore_errors=True)


def _remove_litter(place: Path) -> None:
    """Remove the folders in `place` that no process uses any more."""
    with suppress(OSError):
        for held in list(place.glob(f"{PREFIX}*/{LOCK}")):
            with suppress(OSError), held.open("r+b") as file:
                if not held.parent.is_symlink() and lock(file.fileno()):
                    held.unlink()
                    shutil.rmtree(held.parent, ignore_errors=True)
