"""The author's own slides on pages of the hand-out: words in their styles, links and pictures."""

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO

from matplotlib.font_manager import FontProperties
from PIL import Image as Pillow

from steepest.lesson.markdown import Line, Piece
from steepest.lesson.own_slide import Content, Image
from steepest.view.sheet import GAP, Sheet

__all__ = ["write_slides_on"]

TYPE, HEADING = 10.5, 13
"""Sizes of type in points."""

SPACING = 1.45
"""From one line of words to the next, in sizes of type."""

INDENT = 0.03
"""The share of the width by which a list stands in, each level of it."""

TALLEST = 3.0
"""Inches that a picture is high at most: three of them and their words stand on a page."""

LINK = "#1d5aa8"

Words = list[tuple[str, Piece]]


def write_slides_on(page: Callable[[], Sheet], slides: Sequence[Content], title: str) -> None:
    """Write own slides under a title on pages, each an empty one that `page` makes."""
    writer = _Writer(page)
    writer.sheet.head(title, fontsize=16, fontweight="bold")
    for one in slides:
        writer.slide(one)


class _Writer:
    """Writes from the top of a page down, and goes on with a new one where there is no room."""

    def __init__(self, page: Callable[[], Sheet]) -> None:
        self._page = page
        self._type: float = TYPE
        self.sheet = page()

    def slide(self, own: Content) -> None:
        """Write a slide."""
        self._need(6 * self._high(TYPE))
        if own.title:
            self._type = HEADING
            self._line(Line(0, tuple(piece._replace(is_bold=True) for piece in own.title)))
            self._type = TYPE
        for line in own.lines:
            if line.shown is not None:
                self._picture(own.images[line.shown.source])
            else:
                self._line(line)
        self.sheet.skip(2 * GAP)

    def _line(self, line: Line) -> None:
        """Write a paragraph, its mark before it."""
        left = self.sheet.left + INDENT * line.level
        for i, words in enumerate(self._broken(line.pieces, self.sheet.right - left)):
            self._need(self._high(self._type))
            if i == 0 and line.mark:
                self._put(line.mark, Piece(""), left - INDENT * 0.75)
            at = left
            for text, piece in words:
                at += self._put(text, piece, at)
            self.sheet.skip(self._high(self._type))
        self.sheet.skip(GAP / 3)

    def _put(self, text: str, piece: Piece, left: float) -> float:
        """Write words on the line; return how wide they are, as a share of the width."""
        font = self._font(piece)
        put = self.sheet.figure.text(left, self.sheet.top, text, va="top", fontproperties=font)
        if piece.link:
            put.set(color=LINK, url=piece.link)
        return self._wide(text, font)

    def _broken(self, pieces: Sequence[Piece], most: float) -> Iterator[Words]:
        """Yield the words of a paragraph in lines that are no wider than a share of the width."""
        line: Words = []
        used = 0.0
        for text, piece in self._fitting(pieces, most):
            wide = self._wide(text, self._font(piece))
            if line and used + self._wide(text.rstrip(), self._font(piece)) > most:
                yield line
                line, used = [], 0.0
            line.append((text, piece))
            used += wide
        yield line

    def _fitting(self, pieces: Sequence[Piece], most: float) -> Iterator[tuple[str, Piece]]:
        """Yield each word in its style, one that is wider than a line in parts."""
        for text, piece in _words(pieces):
            parts = self.sheet.filled(text.rstrip(), most, self._font(piece)).split("\n")
            yield from ((part, piece) for part in parts[:-1])
            yield parts[-1] + " " * text.endswith(" "), piece

    def _picture(self, image: Image) -> None:
        """Draw a picture, as wide as it is at 100 pixels an inch but no larger than fits."""
        pixels = Pillow.open(BytesIO(image.data)).convert("RGBA")
        width, height = self.sheet.figure.get_size_inches()
        most = (self.sheet.right - self.sheet.left) * width
        scale = min(most / pixels.width, TALLEST / pixels.height, 0.01)
        across, down = scale * pixels.width / width, scale * pixels.height / height
        self._need(down)
        axes = self.sheet.figure.add_axes((self.sheet.left, self.sheet.top - down, across, down))
        axes.imshow(pixels, aspect="auto")
        axes.set_axis_off()
        self.sheet.skip(down + GAP)

    def _need(self, height: float) -> None:
        """Begin a new page where so much room is not left."""
        if self.sheet.room < height:
            self.sheet = self._page()

    def _high(self, size: float) -> float:
        return SPACING * size / 72 / float(self.sheet.figure.get_size_inches()[1])

    def _font(self, piece: Piece) -> FontProperties:
        return FontProperties(
            family="monospace" if piece.is_code else "sans-serif",
            weight="bold" if piece.is_bold else "normal",
            style="italic" if piece.is_italic else "normal",
            size=self._type,
        )

    def _wide(self, text: str, font: FontProperties) -> float:
        return self.sheet.measured(text, font) / float(self.sheet.figure.bbox.width)


def _words(pieces: Sequence[Piece]) -> Iterator[tuple[str, Piece]]:
    """Yield each word with the space behind it, in its style."""
    for piece in pieces:
        words = piece.text.split(" ")
        for i, word in enumerate(words):
            text = word if i == len(words) - 1 else f"{word} "
            if text:
                yield text, piece
