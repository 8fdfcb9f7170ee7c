"""The film of the lesson: the walk on its own pictures, the four steps below, in its language."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, cast

import matplotlib as mpl
import numpy as np
from matplotlib.text import Text
from numpy.typing import NDArray

from steepest.files import whole_file
from steepest.lesson.lesson import Lesson
from steepest.lesson.marks import INKS
from steepest.lesson.pictures import DRAWN
from steepest.lesson.walks import ROUNDS
from steepest.page.lesson.builds import Build
from steepest.view.film import Canvas, film_taker
from steepest.view.format import FILM_SIZE, Format
from steepest.view.sheet import MARGIN, Sheet
from steepest.view.style import look, theme_in_use

__all__ = ["FILM", "write_film"]

FILM = FILM_SIZE[0] / FILM_SIZE[1]
"""The width of the film by its height."""

PICTURES = ("data", "map")

TYPE = 13.5
"""Points of the sentences: 3.6 % of a picture 7.2 inches high, as slides have them."""

READ = (("dot", 1, 0, 2.2), ("sum", 2, 0, 2.2), ("step", 2, 1, 1.2), ("loss", 3, 1, 2.2))
"""Builds that stand still, which step is lit, the rounds walked, and seconds to read them."""

WALKED = (*range(2, 13), 14, 17, 21, 25, ROUNDS)
"""Rounds of the walk that are shown: each as long as the distance of its dots."""

QUICK, LAST = 0.3, 2.5
"""Seconds that each of them is shown, and the last one."""

Frame = NDArray[np.uint8]


class Shot(NamedTuple):
    """A picture of the film: the build that it draws, which step is lit, its rounds, how long."""

    build: Build
    lit: int
    rounds: int
    seconds: float


def write_film(lesson: Lesson, path: Path, poster: Path) -> None:
    """Write the film to `path`, .mp4, and its last picture, .png, to `poster`."""
    from PIL import Image

    wanted = Format(size=FILM_SIZE, theme=lesson.theme)
    with look(lesson.theme), film_taker(path, wanted) as take:
        mpl.rcParams.update({"axes.titleweight": "normal", "axes.facecolor": "none"})
        reel = _Reel(lesson)
        for shot in _shots():
            frame = reel.frame(shot)
            for _ in range(round(shot.seconds * wanted.fps)):
                take(frame)
    with whole_file(poster) as draft:
        Image.fromarray(frame).save(draft, "PNG")


def _shots() -> Iterator[Shot]:
    """Yield the pictures: start, gradient, step and new loss to be read, then the walk."""
    for key, lit, rounds, seconds in READ:
        yield Shot(Build(key, f"step {lit}", lit, PICTURES), lit, rounds, seconds)
    for rounds in WALKED:
        build = Build(f"walk {rounds}", "step 4", 4, PICTURES)
        yield Shot(build, 4, rounds, LAST if rounds == ROUNDS else QUICK)


class _Reel:
    """One figure for all pictures, laid out once: of the next one only what is in it is drawn."""

    def __init__(self, lesson: Lesson) -> None:
        self._lesson, self._inks = lesson, INKS[lesson.theme]
        self._sheet = Sheet(FILM_SIZE, FILM_SIZE)
        self._told = self._sheet.head(self._loss(0), fontsize=TYPE, fontweight="bold")
        self._steps = self._columns()
        self._axes = self._sheet.panels(len(PICTURES))
        self._draw(Build("sum", "step 2", 2, PICTURES))
        self._sheet.settle()

    def frame(self, shot: Shot) -> Frame:
        """Return a picture, (height, width, 3)."""
        for axes in self._axes:
            axes.clear()
        self._draw(shot.build)
        self._told.set_text(self._loss(shot.rounds))
        theme = theme_in_use()
        for number, (head, text) in enumerate(self._steps, start=1):
            is_lit = number == shot.lit
            head.set(visible=number <= shot.lit, color=self._inks.now if is_lit else theme.muted)
            text.set(visible=number <= shot.lit, color=theme.ink if is_lit else theme.muted)
        canvas = cast(Canvas, self._sheet.canvas)
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()

    def _draw(self, build: Build) -> None:
        for name, axes in zip(PICTURES, self._axes, strict=True):
            DRAWN[name](axes, self._lesson, build, self._inks)

    def _loss(self, rounds: int) -> str:
        """Return the round and its loss in words."""
        lesson, loss = self._lesson, self._lesson.line.walk.trace[rounds].loss
        named = f"{lesson.word('round')} {rounds}".capitalize()
        return f"{named}: {lesson.word('loss')} {lesson.number(loss)}"

    def _columns(self) -> list[tuple[Text, Text]]:
        """Return the four steps side by side at the bottom: what each is called, and its words."""
        sheet, sentences = self._sheet, self._lesson.words["steps"]
        wide = (sheet.right - sheet.left + MARGIN) / len(sentences)
        found = []
        for i, sentence in enumerate(sentences):
            left = sheet.left + i * wide
            called = self._lesson.word("step", step=i + 1)
            head = sheet.write(left, 0, called, wide, fontsize=TYPE, fontweight="bold")
            found.append((head, sheet.write(left, 0, sentence, wide - MARGIN, fontsize=TYPE)))
        heads, texts = (max(map(sheet.height_of, some)) for some in zip(*found, strict=True))
        top = sheet.keep_free(heads + texts + 2 * MARGIN)
        for head, text in found:
            head.set_y(top - MARGIN)
            text.set_y(top - 1.5 * MARGIN - heads)
        return found
