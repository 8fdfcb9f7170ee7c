"""An author's own slide in parts that each fit on a screen and on a slide of PowerPoint.

PowerPoint lays words out only when it opens a file, and a page is written before its size is known,
so the height of the words is measured here, in widths of letters that are wider than those of most
fonts: what fits by this measure fits there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from steepest.lesson.markdown import INDENTED, QUOTE, Line, Piece, cells, joined
from steepest.lesson.own_slide import Content

__all__ = ["fitting_size", "in_parts", "marked", "width_of"]

WIDE, NARROW, HIGH = 48.0, 24.0, 22.0
"""The room of a slide in sizes of type, at 3 % of the height: its width, with pictures, its height.

At 18 points a slide of 13 1/3 x 7 1/2 inches has 48 x 23 below its title, a page of 1280 x 720 at
21 pixels 54 x 24.
"""

PICTURE = 9.0
"""The height that a picture takes, in sizes of type."""

SPACING = 1.4
"""From one line of words to the next, in sizes of type."""

AFTER = 0.6
"""What is free after a paragraph, in sizes of type."""

THIN, THICK = " .,:;'|!()[]-/\"ijlIftr", "mwMW@%&"
"""Letters that are narrower, and wider, than most."""

CODE, BOLD = 0.61, 1.12
"""The width of a letter of code, and how much wider bold ones are."""

HEIGHTS = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Shares of the room that are tried so that the parts of a slide are about as long."""


def in_parts(own: Content) -> list[Content]:
    """Return a slide in parts that each fit, the second headed `heading (2)`, and so on."""
    parts = _parts(own.lines, HIGH)
    if len(parts) > 1:
        shorter = (_parts(own.lines, share * HIGH) for share in HEIGHTS)
        parts = next((one for one in shorter if len(one) == len(parts)), parts)
    return [
        replace(own, title=_numbered(own.title, number), lines=lines)
        for number, lines in enumerate(parts, start=1)
    ]


def fitting_size(lines: Sequence[Line], inches: tuple[float, float], sizes: Sequence[int]) -> int:
    """Return the first size of type, in points, in which lines of words fit in (width, height).

    The last if they do in none. Pictures take no height: on a slide they are beside the words.
    """
    words = [line for line in lines if line.shown is None]

    def fits(size: int) -> bool:
        width, height = (72 * inch / size for inch in inches)
        return sum(_height(line, width) for line in words) <= height

    return next((size for size in sizes if fits(size)), sizes[-1])


def marked(line: Line) -> list[Piece]:
    """Return a paragraph of a slide: what is in a list with its mark, deeper for each level."""
    before = "    " * (line.level - 1) + (f"{line.mark}  " if line.mark else "")
    return [*([Piece(before)] if before else []), *line.pieces]


def _is_heading(line: Line) -> bool:
    """Return whether a line is a heading within a slide: bold in all its words, of no code."""
    return bool(line.pieces) and all(one.is_bold and not one.is_code for one in line.pieces)


def width_of(piece: Piece) -> float:
    """Return the width of the letters of a piece in sizes of type, at least that of most fonts."""
    if piece.is_code:
        return CODE * cells(piece.text)
    return (BOLD if piece.is_bold else 1.0) * sum(map(_width, piece.text))


@cache
def _width(letter: str) -> float:
    """Return the width of a letter in sizes of type."""
    if letter in THIN:
        return 0.4
    if letter in THICK or cells(letter) > 1:
        return 1.0
    return (0.75 if letter.isupper() else 0.64) * cells(letter)


def _numbered(title: Sequence[Piece], number: int) -> Sequence[Piece]:
    return [*title, Piece(f" ({number})")] if title and number > 1 else title


def _parts(lines: Sequence[Line], most: float) -> list[list[Line]]:
    """Return lines in parts no higher than `most`; a paragraph that is higher is cut."""
    parts: list[list[Line]] = [[]]
    for line in (one for long in lines for one in _cut(long, most)):
        if parts[-1] and _total([*parts[-1], line]) > most:
            parts.append(_taken_headings(parts[-1]))
        parts[-1].append(line)
    return parts


def _taken_headings(part: list[Line]) -> list[Line]:
    """Take the headings at the end of a part from it and return them, but never all of it."""
    taken: list[Line] = []
    while len(part) > 1 and _is_heading(part[-1]):
        taken.insert(0, part.pop())
    return taken


def _total(lines: Sequence[Line]) -> float:
    """Return the height of lines; beside a picture they have half the width."""
    width = NARROW if any(line.shown for line in lines) else WIDE
    return sum(_height(line, width) for line in lines)


def _cut(line: Line, most: float) -> Iterator[Line]:
    """Yield a paragraph in pieces that fit, cut between words; its mark is before the first."""
    rest = list(_words(line.pieces))
    while len(rest) > 1 and _height(line._replace(pieces=tuple(rest)), WIDE) > most:
        count = _fitting(line, rest, most)
        yield line._replace(pieces=tuple(joined(rest[:count])))
        line, rest = line._replace(mark=_mark_further(line)), rest[count:]
    yield line._replace(pieces=tuple(joined(rest)))


def _mark_further(line: Line) -> str:
    """Return the mark of a paragraph that goes on: a quotation keeps its bar."""
    return line.mark if line.mark in ("", QUOTE) else INDENTED


def _fitting(line: Line, words: Sequence[Piece], most: float) -> int:
    """Return how many of the words, at least one, fit in a height, by bisection."""
    low, high = 1, len(words)
    while high - low > 1:
        middle = (low + high) // 2
        fits = _height(line._replace(pieces=tuple(words[:middle])), WIDE) <= most
        low, high = (middle, high) if fits else (low, middle)
    return low


@lru_cache(maxsize=4096)
def _height(line: Line, width: float) -> float:
    """Return the height of a paragraph, filled to a width, both in sizes of type."""
    if line.shown is not None:
        return PICTURE
    rows, used = 1, 0.0
    for word in _words(marked(line)):
        wide = width_of(word)
        if used and used + wide > width:
            rows, used = rows + 1, 0.0
        broken = int(wide // width)
        rows, used = rows + broken, used + wide - broken * width
    return SPACING * rows + AFTER


def _words(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield each word with the blank after it, in its style."""
    for piece in pieces:
        *words, last = piece.text.split(" ")
        yield from (piece._replace(text=f"{word} ") for word in words)
        if last:
            yield piece._replace(text=last)
