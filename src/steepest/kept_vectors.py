"""Params and gradients of a descent's steps: of every second, fourth, ... where room is short."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.growing import ROOM, locked, longer

__all__ = ["KeptVectors"]

Array = NDArray[np.float64]


class KeptVectors:
    """The two vectors, (params,) each, of every `spacing`-th step, within `budget` bytes.

    Once these are full every second kept step gives up its own, and the spacing doubles, so that
    memory stays below the budget however long and wide the run is.

    >>> kept = KeptVectors(size=1, budget=4 * 2 * 8, dtype=np.dtype(float))
    >>> for i in range(5):
    ...     kept.add(i, np.array([1.0 * i]), np.array([0.0]))
    >>> kept.spacing, kept.steps
    (2, array([0, 2, 4]))
    """

    def __init__(self, size: int, budget: int, dtype: np.dtype[Any]) -> None:
        self.spacing = 1
        self._most = max(4, budget // (2 * dtype.itemsize * max(size, 1)))
        self._steps = np.empty(ROOM, dtype=np.intp)
        self._vectors: Array = np.empty((min(ROOM, self._most), 2, size), dtype)
        self._count = 0

    def add(self, index: int, params: Array, gradient: Array) -> None:
        """Keep the vectors, (params,), of a step whose index is a multiple of the spacing."""
        if self._count >= self._most:
            self._thin()
            if index % self.spacing:
                return
        at = self._count
        if at == len(self._vectors):
            self._vectors = longer(self._vectors, self._most)
        if at == len(self._steps):
            self._steps = longer(self._steps)
        self._vectors[at, 0] = params
        self._vectors[at, 1] = gradient
        self._steps[at] = index
        self._count = at + 1

    def _thin(self) -> None:
        """Let every second kept step give up its vectors."""
        # Copies, since a step that was given out still has views of the old ones.
        self._vectors = self._vectors[: self._count : 2].copy()
        self._steps = self._steps[: self._count : 2].copy()
        self._count = len(self._steps)
        self.spacing *= 2

    def fill(self, steps: NDArray[np.intp], vectors: Array, spacing: int) -> None:
        """Take steps, (kept,), and their vectors, (kept, 2, params), as a file holds them."""
        self._steps, self._vectors, self._count = steps, vectors, len(steps)
        self.spacing = spacing

    def drop_others(self) -> None:
        """Let steps whose index is no multiple of the spacing give up their vectors."""
        regular = self._steps % self.spacing == 0
        self._steps, self._vectors = self._steps[regular], self._vectors[regular]
        self._count = len(self._steps)

    @property
    def steps(self) -> NDArray[np.intp]:
        """The indices of the steps, in order, (kept,)."""
        return self._steps[: self._count]

    @property
    def vectors(self) -> Array:
        """Their params and gradients, (kept, 2, params)."""
        return self._vectors[: self._count]

    @property
    def nbytes(self) -> int:
        """The bytes that the vectors take, with the room for more."""
        return self._vectors.nbytes

    def at(self, index: int) -> tuple[Array, Array] | None:
        """Return params and gradient of a step, (params,) each; None where they are not kept."""
        row = int(np.searchsorted(self.steps, index))
        if row < self._count and self._steps[row] == index:
            return locked(self._vectors[row, 0]), locked(self._vectors[row, 1])
        return None
