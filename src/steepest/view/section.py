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


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as lines, each column as wide as its widest, to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in rows]
