"""Rows of numbers of the steps of a training: in memory that is bounded, and thinned geometrically.

Rows of a device wait there as tensors, and come over in chunks, so that it is waited for once in
`CHUNK` steps. Once they are many they go on to a temporary file.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from steepest.bridge.torch.spill import Spill

__all__ = ["CHUNK", "MEMORY", "Rows"]

Array = NDArray[np.generic]

CHUNK = 256
"""Rows that wait to come over together: reading a number off a device stops it for some 10 us."""

CHUNK_BYTES = 2**24
"""Bytes that wait, 16 MB: of wide rows fewer wait."""

WIDE = 2**15
"""Bytes of a row from which on it is kept as it is where it need not be brought over: to put such
rows together costs a copy of each, and saves nothing."""

MEMORY = 2**26
"""Bytes of rows that stay in memory, 64 MB: beyond them all that are there go to the file."""

FEWEST = 4
"""Rows that are kept however wide they are."""


class Rows:
    """A row of `width` numbers of each step, as long as all fit in `budget` bytes.

    Beyond it every second row is given up, and from there on only every second (then fourth, ...)
    step keeps its own. With a `budget` of None all are kept. `memory` is how many bytes stay in
    memory: more are spilled to a file.
    """

    def __init__(
        self, width: int, dtype: torch.dtype, budget: int | None, memory: int = MEMORY
    ) -> None:
        self.width, self.dtype = width, dtype
        row = max(1, width * dtype.itemsize)
        self._most = None if budget is None else max(FEWEST, budget // row)
        self._wait = min(CHUNK, max(1, CHUNK_BYTES // row))
        self._is_wide = row >= WIDE
        self.every = 1
        """Of how many steps one keeps its row."""
        self._indices: list[int] = []
        self._far: list[Tensor] = []
        self._near: Array | None = None
        self._given_up: list[Tensor] = []
        self._chunks: list[tuple[NDArray[np.intp], Array]] = []
        self._here = self._count = 0
        self._in_memory = max(1, memory // row)
        self._spill: Spill | None = None

    def append(self, index: int, row: Tensor) -> bool:
        """Keep the row, (width,), of the step `index`; indices rise.

        Return whether it is kept as it is, and not copied: then it must not be written over.
        """
        if index % self.every:
            return False
        if row.is_cpu and self._is_wide:
            self._keep(np.array([index]), row.numpy()[None])
            return True
        if is_here := row.is_cpu:
            self._wait_here(row.numpy())
        else:
            self._far.append(row)
        self._indices.append(index)
        if len(self._indices) >= self._wait:
            self._bring_over()
        return not is_here

    def extend(self, first: int, rows: Array) -> None:
        """Keep rows, (steps, width), of the step `first` and of those after it; none may wait."""
        steps = np.arange(first, first + len(rows))
        kept = steps % self.every == 0
        if kept.any():
            self._keep(steps[kept], rows[kept])

    def _wait_here(self, row: Array) -> None:
        """Copy a row of this side to those that wait: it may be written over."""
        if self._near is None:
            self._near = np.empty((self._wait, self.width), row.dtype)
        self._near[len(self._indices)] = row

    def given_up(self) -> list[Tensor]:
        """Return the memory of wide rows that were given up or are in the file now, once."""
        found, self._given_up = self._given_up, []
        return found

    @property
    def is_full(self) -> bool:
        """Whether the next row is the first for which others are given up."""
        return self.every == 1 and self._count + len(self._indices) == self._most

    def _bring_over(self) -> None:
        """Take what waits to this side."""
        if not self._indices:
            return
        near, steps = self._near, np.array(self._indices)
        rows = torch.stack(self._far).cpu().numpy() if near is None else near[: len(steps)]
        self._indices, self._far, self._near = [], [], None
        self._keep(steps, rows)

    def _keep(self, steps: NDArray[np.intp], rows: Array) -> None:
        """Keep some rows; give up every second one of all, as often as there are too many."""
        self._chunks.append((steps, rows))
        self._here += len(steps)
        self._count += len(steps)
        while self._most is not None and self._count > self._most:
            self.every *= 2
            self._thin()
        if self._here > self._in_memory:
            self._spill_over()

    def _thin(self) -> None:
        thinned = [_thinned(at, rows, self.every) for at, rows in self._chunks]
        for (at, _), (_, rows) in zip(thinned, self._chunks, strict=True):
            if not len(at):
                self._give_up(rows)
        self._chunks = [(at, rows) for at, rows in thinned if len(at)]
        self._here = self._count = sum(len(at) for at, _ in self._chunks)
        if self._spill is not None:
            self._spill.thin(self.every)
            self._count += len(self._spill.steps)

    def _spill_over(self) -> None:
        """Write what is in memory to the file; what is written is given up here, one by one."""
        if self._spill is None:
            self._spill = Spill(self.width, self._chunks[0][1].dtype)
        while self._chunks:
            self._spill.append(*self._chunks[0])
            steps, rows = self._chunks.pop(0)
            self._here -= len(steps)
            self._give_up(rows)

    def _give_up(self, rows: Array) -> None:
        """Let go of a chunk: that of a wide row is a row of its own, to be written over."""
        if self._is_wide and len(rows) == 1:
            self._given_up.append(torch.from_numpy(rows[0]))

    @property
    def spilled(self) -> int:
        """How many bytes are in a file."""
        return 0 if self._spill is None else self._spill.bytes

    def arrays(self) -> tuple[NDArray[np.intp], Array]:
        """Return the indices of the steps that are kept, (kept,), and their rows, (kept, width)."""
        self._bring_over()
        chunks = self._chunks
        if self._spill is not None:
            chunks = [(self._spill.steps, self._spill.rows()), *chunks]
        if not chunks:
            return np.empty(0, dtype=np.intp), np.empty((0, self.width))
        steps, rows = zip(*chunks, strict=True)
        return np.concatenate(steps), np.concatenate(rows)


def _thinned(at: NDArray[np.intp], rows: Array, every: int) -> tuple[NDArray[np.intp], Array]:
    """Return the rows of every so many-th step."""
    kept = at % every == 0
    return (at, rows) if kept.all() else (at[kept], rows[kept])
