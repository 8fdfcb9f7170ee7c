"""What a text is made of: a heading with lines, and a table with its columns aligned."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Section", "aligned"]


@dataclass(frozen=True)
class Section:
    """A heading and the lines under it."""

    heading: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        """Return the heading, and the lines indented."""
        return "\n".join([self.heading, *(f"  {line}" for line in self.lines)])


def aligned(rows: Sequence[Sequence[str]], left: bool = False) -> list[str]:
    """Return rows of cells as lines, each column as wide as its widest, to the right or `left`."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    pad = str.ljust if left else str.rjust
    lines = ("  ".join(map(pad, row, widths)) for row in rows)
    return [line.rstrip() if left else line for line in lines]
