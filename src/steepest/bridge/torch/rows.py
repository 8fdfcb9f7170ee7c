"""Rows of numbers of the steps of a training: in memory that is bounded, and thinned geometrically.

Rows wait as tensors where they were made, and come over in chunks, so that a device is waited for
once in `CHUNK` steps. Once they are many they go on to a temporary file.
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

MEMORY = 2**25
"""Bytes of rows that stay in memory, 32 MB: beyond them all that are there go to the file."""

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
        self._waiting: list[tuple[int, Tensor]] = []
        self._chunks: list[tuple[NDArray[np.intp], Array]] = []
        self._here = self._count = 0
        self._in_memory = max(1, memory // row)
        self._spill: Spill | None = None

    def append(self, index: int, row: Tensor) -> bool:
        """Keep the row, (width,), of the step `index`; indices rise. Return whether it is kept."""
        if index % self.every:
            return False
        if self._is_wide and row.device.type == "cpu":
            self._keep(np.array([index]), row.numpy()[None])
            return True
        self._waiting.append((index, row))
        if len(self._waiting) >= self._wait:
            self._bring_over()
        return True

    @property
    def is_full(self) -> bool:
        """Whether the next row is the first for which others are given up."""
        return self.every == 1 and self._count + len(self._waiting) == self._most

    def _bring_over(self) -> None:
        """Take what waits to this side."""
        if self._waiting:
            steps, rows = zip(*self._waiting, strict=True)
            self._waiting = []
            self._keep(np.array(steps), torch.stack(rows).cpu().numpy())

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
        thinned = (_thinned(at, rows, self.every) for at, rows in self._chunks)
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
            self._here -= len(self._chunks.pop(0)[0])

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
