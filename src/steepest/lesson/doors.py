"""What a lesson is written as, by the ending of a file: page, slides, sheet, quiz, package."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from steepest.data.distinct_files import check_distinct
from steepest.errors import ChoiceError, FileError
from steepest.extras import check_installed
from steepest.files import PAGES, check_writable, whole_file
from steepest.lesson.display import LessonView
from steepest.lesson.lecture import in_lecture_order
from steepest.lesson.lesson import Lesson, for_page, lesson_of
from steepest.lesson.settings import Settings
from steepest.lesson.tasks import page_tasks
from steepest.page.html import saved_html
from steepest.page.lesson.builds import LANGUAGES, builds
from steepest.page.lesson.record import LessonRecord, lesson_record
from steepest.page.schema import SceneRecord
from steepest.run.run import Run

if TYPE_CHECKING:
    from steepest.page.record import Record

__all__ = ["KINDS", "Doors", "LessonView", "unused_option", "view_lesson", "write_lesson"]

KINDS: Mapping[str, tuple[str, ...]] = {
    "page": PAGES,
    "pptx": (".pptx",),
    "handout": (".pdf",),
    "quiz": (".gift", ".txt"),
    "scorm": (".zip",),
}
"""What there is, with the endings of its files."""

NEEDS: Mapping[str, tuple[str, str]] = {
    "pptx": ("slides", "slides"),
    "handout": ("figure", "a hand-out"),
}
"""The extra that a kind needs, and what for."""

CALLED: Mapping[str, str] = {
    "page": "a page",
    "pptx": "a file of slides",
    "handout": "a hand-out",
    "scorm": "a package",
}
"""What the kinds are called that an option may say something of."""

USED_BY: Mapping[str, tuple[str, ...]] = {
    "exam": ("page",),
    "present": ("page",),
    "template": ("pptx",),
    "no-film": ("pptx",),
    "paper": ("handout",),
    "scorm": ("scorm",),
    "scorm-version": ("scorm",),
    "theme": ("page", "pptx", "scorm"),
    "link": ("page", "pptx", "handout", "scorm"),
    "author": ("page", "pptx", "handout", "scorm"),
    "hide": ("page", "pptx", "scorm"),
}
"""The kinds of files that an option says something of."""


def unused_option(
    kinds: Collection[str], said: Mapping[str, object]
) -> tuple[str, Sequence[str], str] | None:
    """Return an option that says something of no kind of file among `kinds`; None if none is so.

    `said` are the options by name, None where not given. Returned are its name, the kinds that use
    it, and what they are called.
    """
    for name, used_by in USED_BY.items():
        if said.get(name) is not None and not set(used_by) & set(kinds):
            return name, used_by, " or ".join(CALLED[kind] for kind in used_by)
    return None


@dataclass(frozen=True)
class Doors:
    """A run whose lesson is written, as its author has it, and how slides and sheets are made.

    `present` says that its page opens as a class sees it.
    """

    run: Run
    settings: Settings
    template: str | os.PathLike[str] | None = None
    film: bool = True
    paper: str = "a4"
    version: str = "1.2"
    present: bool = False
    progress: bool = False

    @cached_property
    def lesson(self) -> Lesson:
        """The lesson, made once for all files."""
        return lesson_of(self.run, self.settings)

    @property
    def sources(self) -> list[str | os.PathLike[str]]:
        """The files that are read; pictures are left out, whose endings nothing has that we write.

        Names of shipped data sets are among them.
        """
        template = [] if self.template is None else [self.template]
        return [*self.settings.sources, *template]

    @staticmethod
    def every_build() -> list[str]:
        """Return the keys of all builds that there are, in the order of the lecture."""
        return [one.key for one in in_lecture_order(builds())]

    def write(self, kind: str, path: str | os.PathLike[str]) -> None:
        """Write the lesson as one of `KINDS`."""
        writers: Mapping[str, Callable[[str | os.PathLike[str]], None]] = {
            "page": self._page,
            "pptx": self._slides,
            "handout": self._handout,
            "quiz": self._quiz,
            "scorm": self._package,
        }
        writers[kind](path)

    @cached_property
    def author_page(self) -> LessonRecord:
        """The lesson of the page, with its tasks."""
        found = lesson_record(cast(SceneRecord, self.run.record()))
        spoken = {
            language: lesson_of(self.run, replace(self.settings, language=language), self.lesson)
            for language in LANGUAGES
        }
        return {
            **for_page(found, self.settings),
            "classes": self.lesson.rows.classes,
            "network": self.lesson.rows.network,
            "tasks": {language: page_tasks(one) for language, one in spoken.items()},
        }

    def view(self) -> LessonView:
        """Return the lesson's page as a notebook shows it."""
        return LessonView(self.lesson.title, self._html(), len(self.author_page["builds"]))

    def _html(self) -> str:
        """Return the page of the lesson."""
        return saved_html(
            self._titled(self.run.opening_record()),
            self.run.explain(),
            way="present" if self.present else "lesson",
            language=self.settings.language,
            lesson=self.author_page,
            exam=self.settings.exam,
        )

    def _titled(self, record: "Record") -> "Record":
        """Return the record of a page under the author's title, where there is one."""
        return {**record, "title": self.settings.title} if self.settings.title else record

    def _page(self, path: str | os.PathLike[str]) -> None:
        check_writable(path, PAGES)
        with whole_file(path) as draft:
            draft.write_text(self._html(), encoding="utf-8", newline="\n")

    def _slides(self, path: str | os.PathLike[str]) -> None:
        from steepest.lesson.powerpoint import write_slides

        write_slides(
            self.lesson, path, template=self.template, film=self.film, progress=self.progress
        )

    def _handout(self, path: str | os.PathLike[str]) -> None:
        from steepest.lesson.handout import write_handout

        write_handout(self.lesson, path, self.paper)

    def _quiz(self, path: str | os.PathLike[str]) -> None:
        from steepest.lesson.quiz import write_quiz
        from steepest.lesson.tasks import tasks_of

        write_quiz(tasks_of(self.lesson), self.lesson.title, path)

    def _package(self, path: str | os.PathLike[str]) -> None:
        from steepest.lesson.scorm import write_package

        page = saved_html(
            self._titled(self.run.record()),
            self.run.explain(),
            way="lesson",
            language=self.lesson.language,
            lesson=self.author_page,
        )
        write_package(self.lesson, page, path, self.version)


def write_lesson(
    doors: Doors, paths: Sequence[str | os.PathLike[str]], said: Mapping[str, object]
) -> None:
    """Write a lesson to files, each as its ending says; `said` are options of some kinds.

    Raises FileError for an ending that says nothing, and ChoiceError for a package that is not
    installed or an option of no file that is written, all before any work is done; FileError for
    a file that is written twice, or one that is read.
    """
    kinds = [_kind_of(path) for path in paths]
    _check_used(kinds, said)
    check_distinct(paths, doors.sources)
    for kind, path in zip(kinds, paths, strict=True):
        check_writable(path, KINDS[kind])
        if kind in NEEDS:
            check_installed(*NEEDS[kind])
    for kind, path in zip(kinds, paths, strict=True):
        doors.write(kind, path)


def view_lesson(doors: Doors, said: Mapping[str, object]) -> LessonView:
    """Return the page of a lesson as a notebook shows it; ChoiceError for an option of a file."""
    _check_used(["page"], said)
    return doors.view()


def _check_used(kinds: Collection[str], said: Mapping[str, object]) -> None:
    """Raise ChoiceError for an option that says something of no kind of file among `kinds`."""
    unused = unused_option(kinds, said)
    if unused is not None:
        name, used_by, called = unused
        endings = " or ".join(KINDS[kind][0] for kind in used_by)
        raise ChoiceError(
            f"{name}= says how {called} is made, but none is asked for; add a path that ends in "
            f"{endings}, or leave it out"
        )


def _kind_of(path: str | os.PathLike[str]) -> str:
    ending = Path(path).suffix.lower()
    for kind, endings in KINDS.items():
        if ending in endings:
            return kind
    known = ", ".join(one for endings in KINDS.values() for one in endings)
    raise FileError(f"cannot write the lesson to {path}: its name must end in one of {known}")
