"""The hand-out: two pages to write on, four pictures and four steps, then tasks; answers after.

An author's own slides come between tasks and answers, on pages of their own.

Its words are text in the file, so that they can be searched and read aloud; matplotlib writes no
tags, so the order in which a reader hears them is that in which they are drawn.
"""

import os
from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.font_manager import FontProperties

from steepest.errors import ChoiceError
from steepest.files import check_writable, whole_file
from steepest.lesson.handout_slides import slides_on
from steepest.lesson.lesson import Lesson
from steepest.lesson.marks import INKS
from steepest.lesson.pictures import DRAWN
from steepest.lesson.tasks import Task, names_of, tasks_of
from steepest.page.lesson.builds import Build
from steepest.view.sheet import GAP, Sheet
from steepest.view.style import look

__all__ = ["HANDOUTS", "PAPERS", "write_handout"]

HANDOUTS = (".pdf",)

PAPERS = {"a4": (8.27, 11.69), "letter": (8.5, 11.0)}
"""Width and height in inches."""

DPI = 100

MOST_TASKS = 9
"""Tasks on a page: each has two lines of question and an inch to write in."""

ROOMS = ((2, 0.3), (2, 0.26), (1, 0.3), (1, 0.22))
"""Lines to write on below a task, and inches from one to the next, the first that fits: 0.3 inches
are those of lined paper."""


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
    """Write the hand-out as .pdf on `paper`, a4 or letter: two pages, and one of answers.

    Raises ChoiceError for any other paper, FileError for what cannot be written.
    """
    check_writable(path, HANDOUTS)
    if paper not in PAPERS:
        raise ChoiceError(f"there is no paper {paper!r}; choose {' or '.join(PAPERS)}")
    tasks = _chosen(tasks_of(lesson))
    about = {"Title": lesson.title, "Author": lesson.settings.author, "CreationDate": None}
    with look(), whole_file(path) as draft, PdfPages(draft, metadata=about) as pages:
        for sheet in _sheets(lesson, paper, tasks):
            pages.savefig(sheet.figure)


def _sheets(lesson: Lesson, paper: str, tasks: Sequence[Task]) -> Iterator[Sheet]:
    """Yield the pages: steps, tasks, the author's own slides where there are any, answers."""
    rest = 1 + len(_own(lesson, paper, PAGES))
    yield _steps(lesson, paper, tasks, rest + 2)
    yield _tasks(lesson, paper, tasks, rest + 2)
    yield from _own(lesson, paper, rest + 2)
    yield _answers(lesson, paper, tasks, rest + 2)


def _own(lesson: Lesson, paper: str, of: int) -> list[Sheet]:
    """Return pages with the author's own slides, none where there are none."""
    if not lesson.own:
        return []
    numbers = count(PAGES)
    title = names_of(lesson.language)["own"]
    return slides_on(lesson, title, lambda: _sheet(lesson, paper, next(numbers), of))


def _chosen(tasks: Sequence[Task]) -> list[Task]:
    """Return the tasks that a page has room for: the author's own all, before the lesson's."""
    own = [task for task in tasks if task.key.startswith("own")]
    rest = [task for task in tasks if not task.key.startswith("own")]
    return [*rest[: max(0, MOST_TASKS - len(own))], *own][:MOST_TASKS]


PAGES = 3
"""Steps, tasks and answers; own slides come before the answers, on pages of their own."""


def _sheet(lesson: Lesson, paper: str, number: int, of: int) -> Sheet:
    """Return an empty page with its number of so many, and what it is of."""
    width, height = PAPERS[paper]
    size = round(width * DPI), round(height * DPI)
    sheet = Sheet(size, size)
    names = names_of(lesson.language)
    said = names["page"].format(at=number, of=of)
    told = [lesson.title, lesson.told("title"), lesson.told("title", "sum"), said]
    sheet.foot(" · ".join(filter(None, told)), fontsize=8, color=GREY)
    return sheet


def _steps(lesson: Lesson, paper: str, tasks: Sequence[Task], of: int) -> Sheet:
    """Return the four steps, a picture each, with the lecture's sentence and its arithmetic."""
    sheet = _sheet(lesson, paper, 1, of)
    sheet.head(lesson.title, fontsize=18, fontweight="bold")
    name = names_of(lesson.language)["name"]
    sheet.head(f"{lesson.settings.author}      {name}: {'_' * 30}".strip(), fontsize=10)
    axes = sheet.panels(len(STEPS))
    for number, (at, step) in enumerate(zip(axes, STEPS, strict=True), start=1):
        DRAWN[step.picture](at, lesson, step.build, INKS["light"])
        _caption(sheet, at, lesson, number, step.build)
    sheet.settle()
    return sheet


def _caption(sheet: Sheet, axes: Axes, lesson: Lesson, number: int, build: Build) -> None:
    """Write the step above its picture, and its arithmetic below that.

    The line after the step is not told in numbers: tasks ask for them.
    """
    words = f"{lesson.word('step', step=number)}  {lesson.words['steps'][number - 1]}"
    told = lesson.told(build.key, "sum")
    said = "" if number == ASKED else axes.get_title(loc="left")
    font = FontProperties(size=CAPTION)
    lines = [sheet.filled(one, HALF, font) for one in (words, told, said) if one]
    axes.set_title("\n".join(lines), loc="left", fontsize=CAPTION, fontweight="normal")


def _tasks(lesson: Lesson, paper: str, tasks: Sequence[Task], of: int) -> Sheet:
    """Return the tasks, each with lines to write on: as many, and as far apart, as fit."""
    for lines, apart in ROOMS:
        sheet = _sheet(lesson, paper, 2, of)
        sheet.head(names_of(lesson.language)["tasks"], fontsize=16, fontweight="bold")
        for number, task in enumerate(tasks, start=1):
            choices = "   ".join(f"☐ {choice}" for choice in task.choices)
            text = f"{number}.  {task.question}" + (f"\n{choices}" if choices else "")
            sheet.head(text, fontsize=10)
            _rule(sheet, 1 if choices else lines, apart)
        if sheet.room >= 0:
            break
    return sheet


def _rule(sheet: Sheet, lines: int, apart: float) -> None:
    """Draw lines to write on below what has been written, so many inches apart."""
    for _ in range(lines):
        sheet.skip(apart / sheet.figure.get_size_inches()[1])
        sheet.rule(GREY)
    sheet.skip(GAP)


def _answers(lesson: Lesson, paper: str, tasks: Sequence[Task], of: int) -> Sheet:
    """Return the answers, with how they come about."""
    sheet = _sheet(lesson, paper, of, of)
    sheet.head(names_of(lesson.language)["answers"], fontsize=16, fontweight="bold")
    for number, task in enumerate(tasks, start=1):
        answer = task.choices[int(task.answer)] + ".  " if task.choices else ""
        sheet.head(f"{number}.  {answer}{task.why}", fontsize=10)
    return sheet
