"""Slides of the author's own: of Markdown its headings, paragraphs, lists and bold words."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

__all__ = ["Line", "Piece", "lines_of"]

HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
ITEM = re.compile(r"^(\s*)(?:[-*+]|\d+[.)])\s+(.*)$")
BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")


class Piece(NamedTuple):
    """Some words, bold or not."""

    text: str
    is_bold: bool = False


class Line(NamedTuple):
    """A paragraph: of level 0, or an item of a list, of level 1, 2, ..."""

    level: int
    pieces: tuple[Piece, ...]


def lines_of(text: str) -> tuple[str, Sequence[Line]]:
    r"""Return the first heading of a text in Markdown, and its paragraphs and items.

    >>> lines_of("# Mine\n\nso **much**\n- one")[0]
    'Mine'
    >>> [line.level for line in lines_of("# Mine\n\nso **much**\n- one")[1]]
    [0, 1]
    """
    found = list(_paragraphs(text))
    heading = next((line for is_heading, _, line in found if is_heading), "")
    rest = [(level, line) for is_heading, level, line in found if not is_heading or line != heading]
    return heading, [Line(level, tuple(_pieces(line))) for level, line in rest]


def _paragraphs(text: str) -> Iterator[tuple[bool, int, str]]:
    """Yield whether it is a heading, the level in a list, and the text, lines joined."""
    held: list[str] = []
    for line in [*text.splitlines(), ""]:
        heading, item = HEADING.match(line), ITEM.match(line)
        if held and (heading or item or not line.strip()):
            yield False, 0, " ".join(held)
            held = []
        if heading:
            yield True, 0, heading[1]
        elif item:
            yield False, 1 + len(item[1].expandtabs()) // 2, item[2].strip()
        elif line.strip():
            held.append(line.strip())


def _pieces(line: str) -> Iterator[Piece]:
    at = 0
    for bold in BOLD.finditer(line):
        if bold.start() > at:
            yield Piece(line[at : bold.start()])
        yield Piece(bold[2], is_bold=True)
        at = bold.end()
    if at < len(line):
        yield Piece(line[at:])
