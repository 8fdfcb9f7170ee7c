"""Gaps and infinite values: how many each column has, and where the first one is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.numerals import counted

__all__ = ["Holes", "holes_in_words", "sound_rows"]


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


def holes_in_words(columns: Sequence[Holes], place: Callable[[int], str]) -> str:
    """Return how many holes each column has; `place(row)` names a row, counted from 0."""
    return "; ".join(_count(holes, place) for holes in columns)


def _count(holes: Holes, place: Callable[[int], str]) -> str:
    """Return "column 'a' has 3 missing values (first: line 14)"."""
    kinds = ((holes.gaps, "missing value"), (holes.infinite, "infinite value"))
    found = [
        f"{counted(int(there.sum()), what)} (first: {place(int(there.argmax()))})"
        for there, what in kinds
        if there.any()
    ]
    return f"column {holes.name!r} has {' and '.join(found)}"
