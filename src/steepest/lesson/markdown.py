"""Slides of the author's own: Markdown (CommonMark, by markdown-it) as the lines that are shown.

A formula between $ signs stands as it is written: its stars and underscores are no emphasis. A
table becomes lines in letters of one width, which every program with letters shows as columns.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

__all__ = ["INDENTED", "QUOTE", "Line", "Piece", "Shown", "cells", "joined", "lines_of"]

FORMULA = re.compile(r"\$(?=\S)([^$\n]+?)(?<=\S)\$(?!\d)")
"""A formula in a line; what costs $5 or $6 is none."""

QUOTE, RULE, COLUMN = "\N{LEFT ONE QUARTER BLOCK}", "\N{BOX DRAWINGS LIGHT HORIZONTAL}", "   "
"""The mark of a quotation, of what a line across is made, and what is between two columns."""

ACROSS = 30
"""Letters of a line across."""

INDENTED = "\N{EM SPACE}"
"""The mark of a paragraph that goes on in a list without a mark of its own."""


class Piece(NamedTuple):
    """Some words in one style; `link` is where they lead, empty where nowhere."""

    text: str
    is_bold: bool = False
    is_italic: bool = False
    is_code: bool = False
    link: str = ""


class Shown(NamedTuple):
    """A picture: the file that is named, and what it shows, in words."""

    source: str
    words: str


class Line(NamedTuple):
    """A paragraph, of level 0, or what is in a list or quotation, of level 1, 2, ...; its mark.

    The mark is what is before it: a bullet, a number, a bar.
    """

    level: int
    pieces: tuple[Piece, ...]
    mark: str = ""
    shown: Shown | None = None

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(piece.text for piece in self.pieces)


def lines_of(text: str) -> tuple[Sequence[Piece], Sequence[Line]]:
    r"""Return the first heading of a text in Markdown, and its paragraphs, items and pictures.

    >>> text = "# Mine\n\nso **much**, $w_0 * x$\n1. one\n   - ![a dog](dog.png)"
    >>> heading, lines = lines_of(text)
    >>> heading[0].text, lines[0].text, lines[0].pieces[1].is_bold, lines[0].pieces[3].text
    ('Mine', 'so much, w_0 * x', True, 'w_0 * x')
    >>> lines[1].mark, lines[1].level, lines[2].level, lines[2].shown
    ('1.', 1, 2, Shown(source='dog.png', words='a dog'))
    """
    reader = _Reader()
    for token in _parser().parse(text):
        reader.take(token)
    return reader.heading, reader.lines


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.inline.ruler.before("escape", "formula", _formula)
    return made


def _formula(state: "StateInline", silent: bool) -> bool:
    """Take a formula at the place where the parser stands, as its rules do."""
    found = FORMULA.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("formula", "", 0).content = found[1]
    state.pos = found.end()
    return True


@dataclass
class _Reader:
    """The lines so far, and the lists that are open, each with the mark of its next item."""

    heading: Sequence[Piece] = ()
    lines: list[Line] = field(default_factory=list)
    _level: int = 0
    _mark: str = ""
    _quotes: int = 0
    _is_heading: bool = False
    _table: "_Table | None" = None

    def take(self, token: "Token") -> None:
        """Take one token of the parser: of a block, or all that is in one."""
        block, _, end = token.type.rpartition("_")
        if block in ("bullet_list", "ordered_list", "blockquote"):
            self._level += token.nesting
            self._quotes += token.nesting * (block == "blockquote")
        elif token.type == "list_item_open":
            self._mark = f"{token.info}{token.markup}" if token.info else "\N{BULLET}"
        elif block == "heading":
            self._is_heading = end == "open"
        elif block in ("table", "thead", "tr", "th", "td"):
            self._cell(block, token)
        else:
            self._leaf(token)

    def _leaf(self, token: "Token") -> None:
        """Take code, a line across, or the words of a block."""
        if token.type in ("fence", "code_block"):
            for line in token.content.splitlines():
                self._add([Piece(line or " ", is_code=True)], is_blank=not line.strip())
        elif token.type == "hr":
            self._add([Piece(RULE * ACROSS)])
        elif token.type == "inline":
            self._text(token)

    def _cell(self, block: str, token: "Token") -> None:
        """Take the beginning or end of a table, or of a row or a cell of it."""
        if block == "table" and token.nesting == 1:
            self._table = _Table()
        elif block == "table" and self._table is not None:
            for pieces in self._table.lines():
                self._add(pieces)
            self._table = None
        elif self._table is not None and token.nesting == 1:
            self._table.open(block, str(token.attrGet("style") or ""))

    def _text(self, token: "Token") -> None:
        """Add what stands in a paragraph or a heading; the first heading is that of the slide."""
        pieces = list(_pieces(token.children or []))
        if self._table is not None:
            self._table.fill(one for one in pieces if isinstance(one, Piece))
            return
        if self._is_heading and not self.heading:
            self.heading = [one for one in pieces if isinstance(one, Piece)]
            return
        words: list[Piece] = []
        for one in pieces:
            if isinstance(one, Piece) and one.text != "\n":
                words.append(one._replace(is_bold=one.is_bold or self._is_heading))
                continue
            self._add(words)
            if isinstance(one, Shown):
                self.lines.append(Line(self._level, (), self._taken_mark(), one))
            words = []
        self._add(words)

    def _add(self, pieces: Sequence[Piece], is_blank: bool = False) -> None:
        if is_blank or any(one.text.strip() for one in pieces):
            self.lines.append(Line(self._level, tuple(pieces), self._taken_mark()))

    def _taken_mark(self) -> str:
        """Return the mark of the next line: of its item, else of its quotation or list."""
        mark, self._mark = self._mark, ""
        return mark or (QUOTE if self._quotes else INDENTED if self._level else "")


class _Table:
    """The rows of a table as they are read: cells of pieces, each column with its alignment."""

    def __init__(self) -> None:
        self._rows: list[list[list[Piece]]] = []
        self._is_right: list[bool] = []

    def open(self, block: str, style: str) -> None:
        """Begin a row or a cell; the cells of the first row say how columns are aligned."""
        if block == "tr":
            self._rows.append([])
        elif block in ("th", "td"):
            self._rows[-1].append([])
            if block == "th":
                self._is_right.append("right" in style)

    def fill(self, pieces: Iterator[Piece]) -> None:
        """Give the cell that was begun its words."""
        self._rows[-1][-1] += [one._replace(is_code=True) for one in pieces]

    def lines(self) -> Iterator[list[Piece]]:
        """Yield each row as a line whose columns are one below the other, the heads underlined."""
        widths = [max(map(_width, column)) for column in zip(*self._rows, strict=True)]
        for i, row in enumerate(self._rows):
            yield joined(self._padded(row, widths, is_bold=i == 0))
            if i == 0:
                yield [Piece(COLUMN.join(RULE * width for width in widths), is_code=True)]

    def _padded(
        self, row: Sequence[list[Piece]], widths: Sequence[int], is_bold: bool
    ) -> Iterator[Piece]:
        """Yield the pieces of a row, each cell filled with blanks to the width of its column."""
        for j, (cell, width) in enumerate(zip(row, widths, strict=True)):
            blank = Piece(" " * (width - _width(cell)), is_bold, is_code=True)
            gap = Piece(COLUMN if j else "", is_bold, is_code=True)
            words = [one._replace(is_bold=one.is_bold or is_bold) for one in cell]
            filled = (gap, blank, *words) if self._is_right[j] else (gap, *words, blank)
            yield from (one for one in filled if one.text)


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Return the pieces, those of one style that follow each other as one."""
    styles = groupby(pieces, key=lambda one: one._replace(text=""))
    return [style._replace(text="".join(one.text for one in same)) for style, same in styles]


def _width(cell: Sequence[Piece]) -> int:
    """Return how many letters of one width a cell takes."""
    return cells("".join(piece.text for piece in cell))


def cells(text: str) -> int:
    """Return how many letters of one width a text takes: of East Asian ones each takes two."""
    return sum(
        0 if unicodedata.combining(one) else 1 + (unicodedata.east_asian_width(one) in "WF")
        for one in text
    )


def _pieces(tokens: Sequence["Token"]) -> Iterator[Piece | Shown]:
    """Yield words in their styles, pictures, and where a line ends by itself a line feed."""
    style = Piece("")
    for token in tokens:
        is_open = token.nesting == 1
        if token.tag == "strong":
            style = style._replace(is_bold=is_open)
        elif token.tag == "em":
            style = style._replace(is_italic=is_open)
        elif token.tag == "a":
            style = style._replace(link=str(token.attrGet("href") or ""))
        elif token.type == "image":
            yield Shown(str(token.attrGet("src") or ""), token.content)
        elif token.type in ("softbreak", "hardbreak"):
            yield style._replace(text=" " if token.type == "softbreak" else "\n")
        elif token.type == "formula":
            yield style._replace(text=token.content, is_italic=True)
        else:
            yield style._replace(text=token.content, is_code=token.type == "code_inline")
