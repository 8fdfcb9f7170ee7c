"""Rows in a temporary file: what a training leaves there takes none of its memory."""

import os
import tempfile
from collections.abc import Iterator
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

__all__ = ["Spill"]

Array = NDArray[np.generic]

BLOCK = 2**24
"""Bytes that are read at once where the file is thinned, 16 MB."""


class Spill:
    """Rows of `width` numbers of rising steps in a file without a name, gone with the process.

    A row counts once it is written whole: what a full disk cut short is as if it were not there.
    """

    def __init__(self, width: int, kind: np.dtype[np.generic]) -> None:
        self._width, self._kind = width, kind
        self._row = max(1, width * kind.itemsize)
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed with the rows
        finalize(self, self._file.close)
        self.steps: NDArray[np.intp] = np.empty(0, dtype=np.intp)

    @property
    def bytes(self) -> int:
        """How many bytes are in the file."""
        return len(self.steps) * self._row

    def append(self, steps: NDArray[np.intp], rows: Array) -> None:
        """Write rows, (steps, width); OSError where the disk is full."""
        os.lseek(self._file.fileno(), self.bytes, os.SEEK_SET)
        _write(self._file.fileno(), np.ascontiguousarray(rows).ravel())
        self.steps = np.append(self.steps, steps)

    def thin(self, every: int) -> None:
        """Keep the rows of every so many-th step: they are written anew, and the file is cut."""
        whole, self.steps = self.steps, self.steps[:0]
        for at, rows in self._blocks(whole):
            kept = at % every == 0
            # What is kept is never more than what was read: no row is written before it is read.
            self.append(at[kept], rows[kept])
        os.truncate(self._file.fileno(), self.bytes)

    def rows(self) -> Array:
        """Return all rows, (steps, width)."""
        return self._read(0, len(self.steps))

    def _blocks(self, steps: NDArray[np.intp]) -> Iterator[tuple[NDArray[np.intp], Array]]:
        """Yield some steps and their rows at a time."""
        count = max(1, BLOCK // self._row)
        for first in range(0, len(steps), count):
            some = steps[first : first + count]
            yield some, self._read(first, len(some))

    def _read(self, first: int, count: int) -> Array:
        """Return rows by their places in the file, (count, width)."""
        self._file.seek(first * self._row)
        return np.fromfile(self._file, self._kind, count * self._width).reshape(-1, self._width)


def _write(file: int, numbers: Array) -> None:
    """Write all bytes of numbers, of which a system takes some at a time."""
    left = memoryview(numbers.view(np.uint8).data)
    while left:
        left = left[os.write(file, left) :]
