"""The hand-out: two pages to write on, four pictures and four steps, then tasks; answers after.

More tasks than fit on a page are on further ones, none is left out. Where a link is known, its QR
code is beside the tasks.

An author's own slides come between tasks and answers, on pages of their own.

Its words are text in the file, so that they can be searched and read aloud; matplotlib writes no
tags, so the order in which a reader hears them is that in which they are drawn.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from PIL import Image as Pillow

from steepest.errors import ChoiceError
from steepest.files import check_writable, whole_file
from steepest.lesson.handout_slides import write_slides_on
from steepest.lesson.lesson import Lesson, whole_slides
from steepest.lesson.marks import INKS
from steepest.lesson.pictures import DRAWN
from steepest.lesson.questions import qr_code
from steepest.lesson.tasks import Task, names_of, tasks_of
from steepest.page.lesson.builds import Build
from steepest.view.sheet import GAP, MARGIN, Sheet
from steepest.view.style import look

__all__ = ["HANDOUTS", "PAPERS", "write_handout"]

HANDOUTS = (".pdf",)

PAPERS = {"a4": (8.27, 11.69), "letter": (8.5, 11.0)}
"""Width and height in inches."""

DPI = 100

ROOMS = ((2, 0.3), (2, 0.26), (1, 0.3), (1, 0.22))
"""Lines to write on below a task, and inches from one to the next, the first with which all tasks
are on one page: 0.3 inches are those of lined paper. If they are on none, the first."""

CODE = 1.15
"""Inches that a QR code is wide: a phone reads it from the length of an arm."""

ASKED = 3
"""The step whose new weight and bias tasks ask for."""

HALF, CAPTION, GREY = 0.37, 9.0, "#5b6570"
"""The share of the width that a caption has, its type in points, and the colour of what stands
back."""


class Step(NamedTuple):
    """A picture of one of the four steps: which, at which build."""

    picture: str
    build: Build


STEPS = (
    Step("data", Build("line", "step 1", 1, ())),
    Step("map", Build("sum", "step 2", 2, ())),
    Step("data", Build("loss", "step 3", 3, ())),
    Step("map", Build("walk", "step 4", 4, ())),
)


def write_handout(lesson: Lesson, path: str | os.PathLike[str], paper: str = "a4") -> None:
    """Write the hand-out as .pdf on `paper`, a4 or letter: steps, tasks, own slides, answers.

    Raises ChoiceError for any other paper, FileError for what cannot be written.
    """
    check_writable(path, HANDOUTS)
    if paper not in PAPERS:
        raise ChoiceError(f"there is no paper {paper!r}; choose {' or '.join(PAPERS)}")
    about = {"Title": lesson.title, "Author": lesson.settings.author, "CreationDate": None}
    with look(), whole_file(path) as draft, PdfPages(draft, metadata=about) as pages:
        for sheet in _sheets(lesson, paper):
            pages.savefig(sheet.figure)


def _sheets(lesson: Lesson, paper: str) -> Sequence[Sheet]:
    """Return the pages: steps, tasks, the author's own slides where there are any, answers."""
    names, tasks = names_of(lesson.language), tasks_of(lesson)
    pages = Pages(lesson, paper, names["page"])
    _steps(pages.new(), lesson, names["name"])
    _tasks(pages, lesson, tasks, names)
    if own := whole_slides(lesson.settings):
        write_slides_on(pages.new, own, names["own"])
    _answers(pages, tasks, names["answers"])
    pages.number()
    return pages.sheets


class Pages:
    """The pages so far, each with a foot that says what it is of, and its number of so many."""

    def __init__(self, lesson: Lesson, paper: str, numbered: str) -> None:
        width, height = PAPERS[paper]
        self._size = round(width * DPI), round(height * DPI)
        about = [lesson.title, lesson.sentence("title"), lesson.sentence("title", "sum")]
        self._about, self._numbered = [one for one in about if one], numbered
        self.sheets: list[Sheet] = []
        self._feet: list[Text] = []

    def new(self) -> Sheet:
        """Return an empty page, which comes after the others."""
        sheet = Sheet(self._size, self._size)
        foot = " · ".join([*self._about, self._numbered])
        self._feet.append(sheet.foot(foot, fontsize=8, color=GREY))
        self.sheets.append(sheet)
        return sheet

    def with_room(self, height: float) -> Sheet:
        """Return the last page if so much of its height is free, else a new one."""
        return self.sheets[-1] if self.sheets[-1].room >= height else self.new()

    def height(self, write: Callable[..., None], *given: Any) -> float:
        """Return the share of a page's height that `write(sheet, *given)` takes."""
        trial = Sheet(self._size, self._size)
        before = trial.top
        write(trial, *given)
        return before - trial.top

    def number(self) -> None:
        """Write the number of each page into its foot."""
        for at, foot in enumerate(self._feet, start=1):
            number = self._numbered.format(at=at, of=len(self._feet))
            foot.set_text(" · ".join([*self._about, number]))


def _steps(sheet: Sheet, lesson: Lesson, name: str) -> None:
    """Draw the four steps, a picture each, with the lecture's sentence and its arithmetic."""
    sheet.head(lesson.title, fontsize=18, fontweight="bold")
    sheet.head(f"{lesson.settings.author}      {name}: {'_' * 30}".strip(), fontsize=10)
    axes = sheet.panels(len(STEPS))
    for number, (at, step) in enumerate(zip(axes, STEPS, strict=True), start=1):
        DRAWN[step.picture](at, lesson, step.build, INKS["light"])
        _caption(sheet, at, lesson, number, step.build)
    sheet.settle()


def _caption(sheet: Sheet, axes: Axes, lesson: Lesson, number: int, build: Build) -> None:
    """Write the step above its picture, and its arithmetic below that.

    The line after the step is given without numbers: tasks ask for them.
    """
    words = f"{lesson.word('step', step=number)}  {lesson.words['steps'][number - 1]}"
    numbers = lesson.sentence(build.key, "sum")
    said = "" if number == ASKED else axes.get_title(loc="left")
    font = FontProperties(size=CAPTION)
    lines = [sheet.filled(one, HALF, font) for one in (words, numbers, said) if one]
    axes.set_title("\n".join(lines), loc="left", fontsize=CAPTION, fontweight="normal")


def _tasks(pages: Pages, lesson: Lesson, tasks: Sequence[Task], names: Mapping[str, str]) -> None:
    """Write all tasks with lines to write on: on one page if they fit, else on several."""
    sheet, numbered = pages.new(), list(enumerate(tasks, start=1))
    sheet.head(names["tasks"], fontsize=16, fontweight="bold")
    if link := lesson.settings.link:
        _draw_link(sheet, link, names["linked"].format(link=link))
    heights = {
        lines: [pages.height(_write_task, i, one, *lines) for i, one in numbered] for lines in ROOMS
    }
    lines = next((one for one in ROOMS if sum(heights[one]) <= sheet.room), ROOMS[0])
    for (number, task), height in zip(numbered, heights[lines], strict=True):
        _write_task(pages.with_room(height), number, task, *lines)


def _draw_link(sheet: Sheet, link: str, words: str) -> None:
    """Draw the QR code of a link in the upper right corner, and write where it leads beside it."""
    width, height = sheet.figure.get_size_inches()
    across, down = CODE / width, CODE / height
    bottom = 1 - MARGIN - down
    axes = sheet.figure.add_axes((sheet.right - across, bottom, across, down))
    axes.imshow(Pillow.open(BytesIO(qr_code(link).data)), cmap="gray", interpolation="none")
    axes.set_axis_off()
    room = sheet.right - sheet.left - across - 2 * GAP
    words_at = sheet.write(sheet.left, sheet.top, words, room, fontsize=10)
    words_at.set_url(link)
    sheet.skip(max(sheet.height_of(words_at), sheet.top - bottom) + GAP)


def _write_task(sheet: Sheet, number: int, task: Task, lines: int, spacing: float) -> None:
    """Write a task, and lines below it to write on, so many inches from one to the next."""
    choices = "   ".join(f"☐ {choice}" for choice in task.choices)
    text = f"{number}.  {task.question}" + (f"\n{choices}" if choices else "")
    sheet.head(text, fontsize=10)
    for _ in range(1 if choices else lines):
        sheet.skip(spacing / sheet.figure.get_size_inches()[1])
        sheet.rule(GREY)
    sheet.skip(GAP)


def _answers(pages: Pages, tasks: Sequence[Task], heading: str) -> None:
    """Write the answers, with how they come about, on pages of their own."""
    pages.new().head(heading, fontsize=16, fontweight="bold")
    for number, task in enumerate(tasks, start=1):
        height = pages.height(_write_answer, number, task)
        _write_answer(pages.with_room(height), number, task)


def _write_answer(sheet: Sheet, number: int, task: Task) -> None:
    answer = task.choices[int(task.answer)] + ".  " if task.choices else ""
    sheet.head(f"{number}.  {answer}{task.why}", fontsize=10)
