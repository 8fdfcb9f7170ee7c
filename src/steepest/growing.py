"""Arrays that grow, as a record of steps does, and views of them that cannot be written to."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["ROOM", "locked", "longer"]

Scalar = TypeVar("Scalar", bound=np.generic)

ROOM = 64
"""Steps for which there is room at first; the room doubles whenever it is full."""


def locked(view: NDArray[Scalar]) -> NDArray[Scalar]:
    """Return a view, of any shape, as one that cannot be written to by its reader."""
    view.setflags(write=False)
    return view


def longer(array: NDArray[Scalar], most: int | None = None) -> NDArray[Scalar]:
    """Return a copy, (rows, n), with room for twice as many, at least `ROOM`, at most `most`."""
    used = len(array)
    length = max(ROOM, 2 * used)
    length = length if most is None else min(length, most)
    longer = np.empty((length, *array.shape[1:]), dtype=array.dtype)
    longer[:used] = array
    return longer
