"""Slides of the author's own: Markdown (CommonMark, by markdown-it) as the lines that are shown.

A formula between $ signs stands as it is written: its stars and underscores are no emphasis.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

__all__ = ["Line", "Piece", "Shown", "lines_of"]

FORMULA = re.compile(r"\$(?=\S)([^$\n]+?)(?<=\S)\$(?!\d)")
"""A formula in a line; what costs $5 or $6 is none."""


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
    """A paragraph, of level 0, or what stands in a list, of level 1, 2, ..., behind its `mark`."""

    level: int
    pieces: tuple[Piece, ...]
    mark: str = ""
    shown: Shown | None = None

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(piece.text for piece in self.pieces)


def lines_of(text: str) -> tuple[str, Sequence[Line]]:
    r"""Return the first heading of a text in Markdown, and its paragraphs, items and pictures.

    >>> text = "# Mine\n\nso **much**, $w_0 * x$\n1. one\n   - ![a dog](dog.png)"
    >>> heading, lines = lines_of(text)
    >>> heading, lines[0].text, lines[0].pieces[1].is_bold, lines[0].pieces[3].text
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

    made = MarkdownIt("commonmark", {"html": False})
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

    heading: str = ""
    lines: list[Line] = field(default_factory=list)
    _level: int = 0
    _mark: str = ""
    _is_heading: bool = False

    def take(self, token: "Token") -> None:
        """Take one token of the parser: of a block, or all that is in one."""
        if token.type in ("bullet_list_open", "ordered_list_open", "blockquote_open"):
            self._level += 1
        elif token.type in ("bullet_list_close", "ordered_list_close", "blockquote_close"):
            self._level -= 1
        elif token.type == "list_item_open":
            self._mark = f"{token.info}." if token.info else "\N{BULLET}"
        elif token.type in ("heading_open", "heading_close"):
            self._is_heading = token.type == "heading_open"
        elif token.type in ("fence", "code_block"):
            for line in token.content.splitlines():
                self._add([Piece(line, is_code=True)])
        elif token.type == "inline":
            self._text(token)

    def _text(self, token: "Token") -> None:
        """Add what stands in a paragraph or a heading; the first heading is that of the slide."""
        pieces = list(_pieces(token.children or []))
        if self._is_heading and not self.heading:
            self.heading = "".join(one.text for one in pieces if isinstance(one, Piece))
            return
        words: list[Piece] = []
        for one in pieces:
            if isinstance(one, Piece):
                words.append(one._replace(is_bold=one.is_bold or self._is_heading))
                continue
            self._add(words)
            self.lines.append(Line(self._level, (), self._taken_mark(), one))
            words = []
        self._add(words)

    def _add(self, pieces: Sequence[Piece]) -> None:
        if any(one.text.strip() for one in pieces):
            self.lines.append(Line(self._level, tuple(pieces), self._taken_mark()))

    def _taken_mark(self) -> str:
        mark, self._mark = self._mark, ""
        return mark


def _pieces(tokens: Sequence["Token"]) -> Iterator[Piece | Shown]:
    """Yield words in their styles, and pictures."""
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
            yield style._replace(text=" ")
        elif token.type == "formula":
            yield style._replace(text=token.content, is_italic=True)
        else:
            yield style._replace(text=token.content, is_code=token.type == "code_inline")
