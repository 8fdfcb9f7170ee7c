"""The lesson as PowerPoint: a slide for each build, in native text that can be edited.

It opens in PowerPoint, Keynote, Google Slides and LibreOffice. Every text box wraps, since Impress
centres those that do not; every picture, table and film has its alternative text, which python-pptx
does not write; a film has its type and its poster, which it would guess.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from steepest.extras import check_installed
from steepest.files import check_writable, whole_file
from steepest.lesson.alternative import alternative_text
from steepest.lesson.film import FILM, write_film
from steepest.lesson.lesson import Lesson
from steepest.lesson.markdown import Line, Piece
from steepest.lesson.marks import INKS
from steepest.lesson.own_parts import fitting_size, marked
from steepest.lesson.own_slide import Image
from steepest.lesson.pictures import picture
from steepest.lesson.slide_table import INCH, SMALL, Box, add_table
from steepest.lesson.tables import Rows, rows_of
from steepest.lesson.template import (
    number_slide,
    open_presentation,
    title_layout,
    titled_layout,
)
from steepest.page.lesson.builds import Build
from steepest.view.progress import bar
from steepest.view.style import THEMES

__all__ = ["SLIDES", "write_slides"]

SLIDES = (".pptx",)

MARGIN = 0.045
"""The share of the width that stays free at either side."""

FOOT = 0.075
"""The share of the height that the number of the slide has to itself."""

STEPS, WORDS = 0.27, 0.14
"""The share of the height that sentences have: with the lecture's steps, room for all four from the
first on, so that nothing jumps; and without."""

HALF = 0.62
"""The share of the width that the steps have; what happens now is beside them."""

BODY = 18
"""The size of type in points: 18 on a slide 7.5 inches high is 3.3 % of the height."""

OWN = (22, 20, BODY, 16, 14, 12)
"""Sizes of type of an own slide: the first in which it fits, on a narrow template too."""

LONG = 100
"""Letters of a sentence from which on it is set smaller where it must be."""

TABLE = 0.48
"""The share of the width that a table has beside a picture."""


def write_slides(
    lesson: Lesson,
    path: str | os.PathLike[str],
    *,
    template: str | os.PathLike[str] | None = None,
    film: bool = True,
    progress: bool = False,
) -> None:
    """Write the lesson as slides, .pptx; on a `template`, .pptx or .potx, in its look.

    `film` embeds the walk as a film. Raises FileError for what cannot be written or read, and
    ChoiceError without python-pptx.
    """
    check_writable(path, SLIDES)
    check_installed("slides", "slides")
    made = open_presentation(template, INKS[lesson.theme].weight)
    deck = _Deck(lesson, made, own_look=template is None)
    shown = [one for one in lesson.builds if film or one.pictures != ("film",)]
    with _shown(progress, len(shown)) as show:
        for count, build in enumerate(shown, start=1):
            deck.add(build)
            show(count)
    deck.say_what_it_is()
    with whole_file(path) as draft:
        deck.made.save(str(draft))


@contextmanager
def _shown(progress: bool, total: int) -> Iterator[Callable[[int], None]]:
    """Yield what is called with how many slides are made, with a bar of them or none."""
    if not progress:
        yield lambda count: None
        return
    with bar("slides", float(total)) as show:
        yield lambda count: show(float(count), lambda: f"{count}/{total}")


class _Deck:
    """The slides as they are made."""

    def __init__(self, lesson: Lesson, made: Any, own_look: bool) -> None:
        self.made, self._lesson, self._own_look = made, lesson, own_look
        theme = lesson.theme
        self._inks, self._theme = INKS[theme], THEMES[theme]

    def add(self, build: Build) -> None:
        """Add the slide of a build."""
        if build.key == "title":
            slide = self._first(build)
        elif build.pictures == ("words",):
            slide = self._own(build)
        elif build.pictures == ("film",):
            slide = self._film(build)
        else:
            slide = self._plain(build)
        number_slide(slide)
        slide.notes_slide.notes_text_frame.text = self._notes(build)

    def say_what_it_is(self) -> None:
        """Write title, author and language of the file."""
        about = self.made.core_properties
        about.title, about.author = self._lesson.title, self._lesson.settings.author
        about.language, about.subject = self._lesson.language, self._lesson.sentence("title")

    def _first(self, build: Build) -> Any:
        """Add the first slide: title, who gives it, on what data."""
        layout = title_layout(self.made)
        slide = self._slide(layout, [Piece(self._lesson.title)])
        lines = [self._lesson.settings.author, *self._said_at("title")]
        subtitles = [one for one in slide.placeholders if one.placeholder_format.type == 4]
        said = "\n".join(filter(None, lines))
        if subtitles:
            subtitles[0].text_frame.text = said
            self._ink(subtitles[0].text_frame)
        self._drop_empty(slide)
        return slide

    def _plain(self, build: Build) -> Any:
        """Add a slide with pictures, a table if there is one, the steps so far and a sentence."""
        slide = self._slide(titled_layout(self.made), self._lesson.heading_pieces(build))
        above, below = self._rooms(slide, build)
        rows = rows_of(self._lesson, build.key)
        left, right = _beside(above, 1 - TABLE) if rows else (above, above)
        self._picture(slide, build, left)
        if rows is not None:
            self._table(slide, build, rows, right)
        self._sentences(slide, build, below)
        return slide

    def _own(self, build: Build) -> Any:
        """Add a slide of the author's own: its words, and its pictures beside them."""
        own = self._lesson.own[build.key]
        slide = self._slide(titled_layout(self.made), self._lesson.heading_pieces(build))
        above, below = self._rooms(slide, build)
        whole = Box(above.left, above.top, above.width, above.height + below.height)
        lines = [one for one in own.lines if one.shown is None]
        shown = [one.shown for one in own.lines if one.shown is not None]
        words, right = _beside(whole, 1 - TABLE) if lines and shown else (whole, whole)
        if lines:
            size = fitting_size(lines, words.inches, OWN)
            self._text(slide, words, [marked(line) for line in lines], size)
        height = right.height // max(1, len(shown))
        for i, one in enumerate(shown):
            room = right._replace(top=right.top + i * height, height=height - INCH // 12)
            _describe(_fitted(slide, own.images[one.source], room), one.words)
        return slide

    def _film(self, build: Build) -> Any:
        """Add the slide with the film of the walk."""
        slide = self._slide(titled_layout(self.made), self._lesson.heading_pieces(build))
        above, below = self._rooms(slide, build)
        width = min(above.width, int(above.height * FILM))
        place = Box(above.left + (above.width - width) // 2, above.top, width, int(width / FILM))
        with tempfile.TemporaryDirectory() as folder:
            film, poster = Path(folder, "walk.mp4"), Path(folder, "walk.png")
            write_film(self._lesson, film, poster)
            shape = slide.shapes.add_movie(str(film), *place, str(poster), mime_type="video/mp4")
        _describe(shape, alternative_text(self._lesson, build))
        self._sentences(slide, build, below)
        return slide

    def _slide(self, layout: Any, title: Sequence[Piece]) -> Any:
        slide = self.made.slides.add_slide(layout)
        _write(slide.shapes.title.text_frame.paragraphs[0], title)
        if self._own_look and self._lesson.theme == "dark":
            slide.background.fill.solid()
            slide.background.fill.fore_color.rgb = _colour(self._theme.paper)
        self._ink(slide.shapes.title.text_frame)
        if layout is not title_layout(self.made):
            self._drop_empty(slide)
        return slide

    def _drop_empty(self, slide: Any) -> None:
        """Take out the places of a layout that nothing was put in."""
        for one in list(slide.placeholders):
            is_number = one.placeholder_format.type == 13
            if one.has_text_frame and not one.text_frame.text and not is_number:
                one._element.getparent().remove(one._element)

    def _rooms(self, slide: Any, build: Build) -> tuple[Box, Box]:
        """Return the room for pictures below the title, and that for sentences below them."""
        width, height, title = self.made.slide_width, self.made.slide_height, slide.shapes.title
        top = min(title.top + title.height, height // 3)
        bottom = int((1 - FOOT) * height)
        share = STEPS if build.step or build.key in SUMMARIES else WORDS
        words, left = int(share * height), int(MARGIN * width)
        wide = width - 2 * left
        return Box(left, top, wide, bottom - words - top), Box(left, bottom - words, wide, words)

    def _picture(self, slide: Any, build: Build, room: Box) -> None:
        """Put the pictures of a build in a room, with their alternative text."""
        image = picture(self._lesson, build, room.inches)
        if image is not None:
            shape = slide.shapes.add_picture(BytesIO(image), *room)
            _describe(shape, alternative_text(self._lesson, build))

    def _table(self, slide: Any, build: Build, rows: Rows, room: Box) -> None:
        """Put a table in a room, the formula of cross entropy above that of its terms."""
        top = room.top
        if build.key == "class_row":
            box = Box(room.left, top, room.width, int(0.8 * INCH))
            self._text(slide, box, [[Piece(f"{self._lesson.word('loss')} = {FORMULA}")]], BODY + 6)
            top += box.height
        left = room._replace(top=top, height=room.top + room.height - top)
        colours = (self._theme.faint, self._theme.edge) if self._own_look else None
        shape = add_table(slide, rows, left, colours)
        for cell in shape.table.iter_cells():
            self._ink(cell.text_frame)
        _describe(shape, self._lesson.sentence(build.key))

    def _sentences(self, slide: Any, build: Build, room: Box) -> None:
        """Write the steps that have come so far, the last one lit, and what happens now."""
        steps, now = _beside(room, HALF) if build.step else (room, room)
        if build.step:
            lines = [
                [Piece(f"{self._lesson.word('step', step=n)}  ", is_bold=True), Piece(sentence)]
                for n, sentence in enumerate(self._lesson.words["steps"][: build.step], start=1)
            ]
            self._text(slide, steps, lines, BODY, lit=build.step - 1)
        elif build.key in SUMMARIES:
            lines = [
                [Piece(f"{n}  ", is_bold=True), Piece(sentence)]
                for n, sentence in enumerate(self._lesson.words["steps"], start=1)
            ]
            steps, now = _beside(room, HALF)
            self._text(slide, steps, lines, BODY)
        said = self._said_at(build.key)
        told = [Line(0, (Piece(one),)) for one in said]
        is_long = max(map(len, said), default=0) > LONG
        size = fitting_size(told, now.inches, (BODY, 16, SMALL)) if is_long else BODY
        self._text(slide, now, [line.pieces for line in told], size)

    def _said_at(self, key: str) -> list[str]:
        """Return the sentence of a build and its line of numbers, where it has them."""
        return [text for what in ("say", "sum") if (text := self._lesson.sentence(key, what))]

    def _text(
        self,
        slide: Any,
        room: Box,
        lines: Sequence[Sequence[Piece]],
        size: int,
        lit: int | None = None,
    ) -> None:
        """Write paragraphs in a box that wraps; of them one may be `lit`, the others stand back."""
        from pptx.util import Pt

        frame = slide.shapes.add_textbox(*room).text_frame
        frame.word_wrap = True
        for i, pieces in enumerate(lines):
            paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
            paragraph.space_after = Pt(size / 3)
            _write(paragraph, pieces)
            for run in paragraph.runs:
                run.font.size = Pt(size)
        self._ink(frame)
        if lit is not None:
            self._light(frame.paragraphs, lit)

    def _light(self, paragraphs: Sequence[Any], lit: int) -> None:
        """Colour the paragraph that happens now, and grey those that have been."""
        for i, paragraph in enumerate(paragraphs):
            for run in paragraph.runs:
                colour = self._inks.now if i == lit and run.font.bold else self._theme.muted
                if i != lit or run.font.bold:
                    run.font.color.rgb = _colour(colour)

    def _ink(self, frame: Any) -> None:
        """Say the language of all words, and on dark paper of our own their colour."""
        dark = self._own_look and self._lesson.theme == "dark"
        for paragraph in frame.paragraphs:
            for run in paragraph.runs:
                run._r.get_or_add_rPr().set("lang", LOCALES[self._lesson.language])
                if dark:
                    run.font.color.rgb = _colour(self._theme.ink)

    def _notes(self, build: Build) -> str:
        """Return what is said at a build, its note, and the numbers of its table."""
        lesson, rows = self._lesson, rows_of(self._lesson, build.key)
        said = [lesson.note(build.key), *self._said_at(build.key)]
        table = (
            []
            if rows is None
            else ["\t".join(line) for line in (rows.heads, *rows.rows, rows.last)]
        )
        return "\n".join(filter(None, [*said, alternative_text(lesson, build), *table]))


FORMULA = "−Σ yᵢ log ŷᵢ"
"""Cross entropy of one row, in plain letters: a native equation is dropped by those who convert."""

SUMMARIES = ("steps", "end")
"""The builds that show all four steps once more."""

LOCALES = {"en": "en-GB", "de": "de-DE"}


def _beside(room: Box, share: float) -> tuple[Box, Box]:
    """Return a room cut in two, the left one with a share of its width."""
    gap = int(0.02 * room.width)
    left = int(share * room.width)
    right = Box(room.left + left + gap, room.top, room.width - left - gap, room.height)
    return room._replace(width=left), right


def _write(paragraph: Any, pieces: Sequence[Piece]) -> None:
    """Add pieces to a paragraph as runs of letters, each in its style."""
    for piece in pieces:
        run = paragraph.add_run()
        run.text = piece.text
        run.font.bold, run.font.italic = piece.is_bold or None, piece.is_italic or None
        if piece.is_code:
            run.font.name = CODE
        if piece.link:
            run.hyperlink.address = piece.link


CODE = "Courier New"
"""Letters of one width that every program with slides has, or has a twin of."""


def _fitted(slide: Any, image: Image, room: Box) -> Any:
    """Return a picture that was put in the middle of a room, as large as fits."""
    shape = slide.shapes.add_picture(BytesIO(image.data), room.left, room.top)
    share = min(room.width / shape.width, room.height / shape.height)
    shape.width, shape.height = int(share * shape.width), int(share * shape.height)
    shape.left = room.left + (room.width - shape.width) // 2
    shape.top = room.top + (room.height - shape.height) // 2
    return shape


def _describe(shape: Any, text: str) -> None:
    """Give a picture, table or film its alternative text, which python-pptx has no name for."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", text)


def _colour(text: str) -> Any:
    """Return `#1b1f24` as a colour of PowerPoint's."""
    from pptx.dml.color import RGBColor

    code = text.removeprefix("#")
    colour: Any = RGBColor
    return colour.from_string(code.upper())
