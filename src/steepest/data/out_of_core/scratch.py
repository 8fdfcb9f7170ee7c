"""Scratch files: numbers of all rows, on disk for as long as somebody holds them.

A file has no name once it is open, so that its room is free again when the process ends, however
that is. Pages of it are the system's to keep or to drop: they are no memory of ours.
"""

import errno
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from steepest.errors import FileError

__all__ = ["Scratch", "size_in_words"]

ROOM_LEFT = 1.1
"""How many times what is to be written must be free: others write to that disk too."""


@dataclass(frozen=True)
class Scratch:
    """The folder in which scratch files are made; the system's own if `folder` is None."""

    folder: str | None = None

    @property
    def place(self) -> Path:
        """The folder itself."""
        return Path(tempfile.gettempdir() if self.folder is None else self.folder)

    def file(self) -> IO[bytes]:
        """Return a new file without a name; FileError if the folder cannot be written to."""
        try:
            return tempfile.TemporaryFile(dir=self.place)
        except OSError as error:
            raise self.refused(error) from error

    def array(self, shape: int | tuple[int, ...], dtype: DTypeLike = np.float64) -> NDArray[Any]:
        """Return an array of zeros of that shape, in a file of its own."""
        with self.file() as file:
            size = int(np.prod(shape)) * np.dtype(dtype).itemsize
            try:
                file.truncate(max(1, size))
                return np.asarray(np.memmap(file, dtype=dtype, mode="r+", shape=shape))
            except OSError as error:
                raise self.refused(error) from error

    def free(self) -> int:
        """Return how many bytes are free; FileError if there is no such folder."""
        try:
            return shutil.disk_usage(self.place).free
        except OSError as error:
            raise self.refused(error) from error

    def has_room(self, size: int) -> bool:
        """Return whether so many bytes can be written, and some are left to others."""
        return self.free() >= ROOM_LEFT * size

    def refused(self, error: OSError) -> FileError:
        """Return what to tell of an error of the disk."""
        reason = error.strerror or str(error)
        where = f"cannot write to the cache folder {self.place}"
        if error.errno == errno.ENOSPC:
            return FileError(
                f"{where}: {reason}; free some room, name another folder with --cache DIR, or "
                "decode the files anew each pass with --cache none (in Python: cache='none')"
            )
        return FileError(
            f"{where}: {reason}; name another folder with --cache DIR (in Python: cache=)"
        )


def size_in_words(size: float) -> str:
    """Return a number of bytes as a person reads it.

    >>> size_in_words(512e6), size_in_words(1.12e9)
    ('512 MB', '1.12 GB')
    """
    return f"{size / 1e9:.3g} GB" if size >= 1e9 else f"{size / 1e6:.3g} MB"
