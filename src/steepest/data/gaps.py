"""Gaps and infinite values: counted for every column, and told with the first place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import some

__all__ = ["Holes", "sound_rows", "tell"]


@dataclass(frozen=True)
class Holes:
    """Where a column has no number to give, (rows,) each."""

    name: str
    gaps: NDArray[np.bool_]
    infinite: NDArray[np.bool_]

    def __bool__(self) -> bool:
        return bool(self.gaps.any() or self.infinite.any())


def sound_rows(columns: Sequence[Holes], rows: int) -> NDArray[np.bool_]:
    """Return which rows, (rows,), have neither a gap nor an infinite value in any column."""
    sound = np.ones(rows, dtype=bool)
    for holes in columns:
        sound &= ~(holes.gaps | holes.infinite)
    return sound


def tell(columns: Sequence[Holes], place: Callable[[int], str]) -> str:
    """Say how many there are in each column; `place` tells where a row stands."""
    return "; ".join(_count(holes, place) for holes in columns)


def _count(holes: Holes, place: Callable[[int], str]) -> str:
    """Say how many there are and where: "column 'a' has 3 missing values (first: line 14)"."""
    kinds = ((holes.gaps, "missing value"), (holes.infinite, "infinite value"))
    found = [
        f"{some(int(there.sum()), what)} (first: {place(int(there.argmax()))})"
        for there, what in kinds
        if there.any()
    ]
    return f"column {holes.name!r} has {' and '.join(found)}"
