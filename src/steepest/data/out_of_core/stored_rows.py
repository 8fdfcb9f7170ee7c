"""X beyond memory, (rows, features): an array-like whose rows are read when they are asked for."""

import os
import threading
import weakref
from collections.abc import Sequence
from itertools import pairwise
from typing import IO, Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from steepest.data.blocks import Blocks
from steepest.data.out_of_core.scratch import Scratch, size_in_words
from steepest.data.out_of_core.stored_blocks import StoredBlocks
from steepest.errors import FileError

__all__ = ["WRITTEN_BYTES", "RowReader", "ScratchRows", "StoredRows", "buffer_of"]

Numbers = NDArray[Any]

RANDOM_ROWS, RANDOM_NUMBERS = 2**12, 2**20
"""Rows, and numbers in them, that are asked for one by one at a time; of more, whole stretches."""

WRITTEN_BYTES = 2**18
"""Bytes that are put in C order and written at a time: they are still in the cache then."""


class RowReader(Protocol):
    """What reads neighbouring rows."""

    def read(self, start: int, stop: int, out: Numbers) -> None:
        """Fill `out`, (stop - start, features), with these rows."""

    def in_words(self, size: str) -> str:
        """Return how the rows, of so many bytes, are held."""


class ScratchRows:
    """Rows in a scratch file, in C order: what was decoded once is read as it is."""

    def __init__(self, scratch: Scratch, shape: tuple[int, int], dtype: DTypeLike) -> None:
        self.scratch, self.shape, self.dtype = scratch, shape, np.dtype(dtype)
        self.width = shape[1] * self.dtype.itemsize
        self._file: IO[bytes] = scratch.file()
        weakref.finalize(self, self._file.close)
        try:
            self._file.truncate(max(1, shape[0] * self.width))
        except OSError as error:
            raise scratch.refused(error) from error

    @property
    def writing(self) -> str:
        """What is about to be written, and where."""
        size = size_in_words(self.shape[0] * self.width)
        return f"writing {size} to a scratch file in {self.scratch.place}"

    def in_words(self, size: str) -> str:
        """Return how the rows, of so many bytes, are held."""
        return f"decoded once, into a scratch file of {size} that is gone at the end"

    def write(self, start: int, rows: Numbers) -> None:
        """Write rows, (n, features), from row `start` on; FileError if the disk is full."""
        some = max(1, WRITTEN_BYTES // max(1, self.width))
        try:
            for at in range(0, len(rows), some):
                self._write(start + at, np.ascontiguousarray(rows[at : at + some], self.dtype))
        except OSError as error:
            raise self.scratch.refused(error) from error

    def _write(self, start: int, rows: Numbers) -> None:
        view, at = _bytes_of(rows), start * self.width
        while len(view):
            done = os.pwrite(self._file.fileno(), view, at)
            view, at = view[done:], at + done

    def read(self, start: int, stop: int, out: Numbers) -> None:
        """Fill `out`, (stop - start, features), with these rows; FileError if they are gone."""
        whole = out.dtype == self.dtype and out.flags.c_contiguous
        raw = out if whole else buffer_of((stop - start, self.shape[1]), self.dtype)
        view, at = _bytes_of(raw), start * self.width
        while len(view):
            done = os.preadv(self._file.fileno(), [view], at)
            if not done:
                raise FileError("the scratch file of the rows was cut short; fit once more")
            view, at = view[done:], at + done
        if not whole:
            np.copyto(out, raw)


def _bytes_of(numbers: Numbers) -> memoryview:
    """Return the bytes of an array in C order, to be read or written."""
    return memoryview(numbers.reshape(-1).view(np.uint8))  # type: ignore[arg-type]


class StoredRows:
    """X, (rows, features), of float64 or float32, read by a `RowReader`.

    `ends` are where units end, (units,): blocks are cut within them, so that the sums of a unit
    are its own, whoever works them out. `sample` are rows held in memory, (m, features), in the
    order in which they were drawn, and `sampled` which they are, (m,).
    """

    ndim = 2
    most_matrix = Blocks.most_matrix
    """Numbers that a matrix over pairs of features may have, by the memory that was asked."""
    most_curvature = Blocks.most_curvature
    """The same of pairs of params, where it is to prove a gap."""

    def __init__(
        self,
        reader: RowReader,
        shape: tuple[int, int],
        dtype: DTypeLike,
        ends: Sequence[int],
        scratch: Scratch,
        sample: Numbers,
        sampled: NDArray[np.intp],
    ) -> None:
        self.reader, self.shape, self.dtype = reader, shape, np.dtype(dtype)
        self.ends, self.scratch = tuple(ends), scratch
        self.sample, self.sampled = sample, sampled

    def empty(self, shape: tuple[int, ...], dtype: DTypeLike = np.float64) -> Numbers:
        """Return an array, of a scratch file where it is larger than a matrix in memory may be.

        And where the disk has room for it.
        """
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if size <= 8 * self.most_matrix or not self.scratch.has_room(size):
            return np.empty(shape, dtype)
        return self.scratch.array(shape, dtype)

    @property
    def size(self) -> int:
        """The numbers in X."""
        return self.shape[0] * self.shape[1]

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.shape[0]

    def read(self, start: int, stop: int) -> Numbers:
        """Return neighbouring rows, (stop - start, features), as a new array."""
        out = np.empty((stop - start, self.shape[1]), self.dtype)
        self.reader.read(start, stop, out)
        return out

    def read_floats(self, start: int, stop: int, dtype: DTypeLike) -> Numbers:
        """Return the same in a buffer of this thread, which its next call writes over."""
        out = buffer_of((stop - start, self.shape[1]), np.dtype(dtype))
        self.reader.read(start, stop, out)
        return out

    def __getitem__(self, key: Any) -> Numbers:
        """Return rows as a new array: a slice, indices, or one of them with columns."""
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        if isinstance(rows, slice):
            start, stop, step = rows.indices(len(self))
            return self._columns(start, max(start, stop), columns)[::step]
        return self.take(np.atleast_1d(rows))[:, columns]

    @property
    def _near(self) -> int:
        """Within how many rows others are read with one."""
        return max(1, min(RANDOM_ROWS, RANDOM_NUMBERS // max(1, self.shape[1])))

    def _columns(self, start: int, stop: int, columns: Any) -> Numbers:
        """Return some columns of neighbouring rows; never more than a stretch of whole rows."""
        cuts = [*range(start, stop, self._near), stop]
        parts = [self.read(a, b)[:, columns] for a, b in pairwise(cuts)]
        return np.concatenate(parts) if parts else self.read(start, start)[:, columns]

    def take(self, rows: NDArray[np.intp]) -> Numbers:
        """Return some rows, (n, features), in the order of their indices, (n,)."""
        found = self.empty((len(rows), self.shape[1]), self.dtype)
        order = np.argsort(rows, kind="stable")
        for run in _runs(rows[order], self._near):
            at = order[run]
            first, last = int(rows[at[0]]), int(rows[at[-1]])
            found[at] = self.read(first, last + 1)[rows[at] - first]
        return found

    def to_blocks(self, y: NDArray[np.float64], **how: Any) -> StoredBlocks:
        """Return the rows with a target each, (rows,), in blocks; see `Blocks`."""
        make = getattr(self.reader, "blocks", StoredBlocks)
        found: StoredBlocks = make(self, y, **how)
        return found


def _runs(rows: NDArray[np.intp], near_rows: int) -> list[slice]:
    """Return runs of sorted indices, (n,), that lie so near each other: one reading for each."""
    if not len(rows):
        return []
    cuts = np.flatnonzero(np.diff(rows) > near_rows) + 1
    ends = [0, *cuts.tolist(), len(rows)]
    runs = []
    for start, stop in pairwise(ends):
        # Of neighbours no more than one stretch of rows is held at a time.
        while start < stop:
            near = int(np.searchsorted(rows[start:stop], rows[start] + near_rows, "right"))
            runs.append(slice(start, start + near))
            start += near
    return runs


_LOCAL = threading.local()


def buffer_of(shape: tuple[int, int], dtype: np.dtype[Any]) -> Numbers:
    """Return an array of this thread's that is used again for each block.

    A fresh one of 3 MB a block is mapped and faulted anew: measured 7 times as slow where an
    allocator gives back what is freed.
    """
    held: dict[str, Numbers] = _LOCAL.__dict__.setdefault("held", {})
    size, name = shape[0] * shape[1], dtype.name
    if name not in held or held[name].size < size:
        held[name] = np.empty(size, dtype)
    return held[name][:size].reshape(shape)
