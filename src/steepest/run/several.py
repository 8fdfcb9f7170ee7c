"""Several runs of one problem as a sequence, with a figure of all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from steepest.run.drawn import Drawn
from steepest.run.run import Run

__all__ = ["Several"]


@dataclass(frozen=True, repr=False, eq=False)
class Several(Drawn, Sequence[Run]):
    """The runs, in their order."""

    runs: tuple[Run, ...]

    def __len__(self) -> int:
        return len(self.runs)

    @overload
    def __getitem__(self, index: int) -> Run: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Run]: ...

    def __getitem__(self, index: int | slice) -> Run | Sequence[Run]:
        return self.runs[index]

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs)
