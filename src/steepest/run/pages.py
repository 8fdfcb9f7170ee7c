"""The page of a run, and the record that it reads."""

import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast, overload

from steepest.diagnosis.separation import separation_without_penalty
from steepest.errors import ChoiceError
from steepest.numerals import counted
from steepest.run.pictures import Pictures
from steepest.surface.surface import Surface, surface_of_trace

if TYPE_CHECKING:
    from steepest.diagnosis.sharpness_along import SharpnessAlong
    from steepest.lesson.doors import LessonView
    from steepest.page.lesson.record import LessonRecord
    from steepest.page.record import Record
    from steepest.page.schema import SceneRecord
    from steepest.run.run import Run
    from steepest.trace import Step, Trace

__all__ = ["Pages"]

FEW_POINTS = 5
"""Points a side of a surface of which no more is asked than its axes."""


class Pages(Pictures):
    """What a page has of a run: the story and the surface that its pictures show."""

    if TYPE_CHECKING:

        @property
        def informed_trace(self) -> Trace:
            """The trace as it is drawn."""

        @property
        def _surface_end(self) -> Step:
            """The step through which surfaces go."""

        def explain(self) -> str:
            """Return the run in words."""

        def sharpness(self, points: int = 40) -> SharpnessAlong:
            """Return the largest curvature along the run."""

    def page(
        self,
        path: str | os.PathLike[str],
        *,
        surface: Surface | None = None,
        sharpness: bool = False,
        title: str = "",
        text: str = "",
        theme: str = "auto",
        hide: Sequence[str] = (),
        lang: str = "",
        present: bool = False,
        lesson: bool = False,
    ) -> None:
        """Write the run as one page, .html, that opens anywhere and asks the network for nothing.

        It shows what the figure shows, with every step; with one feature, and of a network that is
        not too large, it computes too: another start, rate, rule or data point. It opens on the
        plane of `surface`, one of `run.surface(...)`, drawn at as many points as a page has. A run
        of a network, or of one or two features, whose rule, rate and scale were left to auto is its
        second run: the first is a walk of fixed rate in standard units from the same start, which
        can be watched.
        Without data it replays the steps, on a surface where there is one, and says what is left
        out; with `sharpness` it has the largest curvature along the run too, which takes time.

        `title` heads the page and its lesson, `text` stands above all, `theme` is auto, light, dark
        or projector, `hide` names pictures and controls that are not shown (`["rate", "tasks"]`),
        and `lang`, "en" or "de", is the language of its lesson in place of the browser's. With
        `present` it opens in the lesson, as a class sees it; with `lesson` too where the lesson is
        of the same model: of one feature whose walk can be watched.

        Raises FileError for any other ending, and ChoiceError for what cannot be hidden or chosen,
        for a run that was saved without its rows, for a surface of another run, and for a sharpness
        that is not known, or of a run with rows, whose page takes other steps too.
        """
        from steepest.page.html import write_page
        from steepest.page.look import PageLook

        look = PageLook(title, text, theme, hide, lang)
        record = self.record(surface=surface) if surface or sharpness else self.opening_record()
        if sharpness:
            record = self._with_sharpness(record)
        if title:
            record = {**record, "title": title}
        way = "lesson" if lesson and self.opens_in_lesson else "explore"
        words = self.explain()
        write_page(
            record,
            words,
            path,
            way=way,
            language=lang,
            lesson=self.lesson_record(title),
            present=present,
            link=look.link,
        )

    @cached_property
    def walk_of_page(self) -> "Run | None":
        """The walk that can be watched on which a page opens; None where it opens on this run."""
        from steepest.run.watched import watched

        return watched(cast("Run", self))

    @property
    def opens_in_lesson(self) -> bool:
        """Whether the lesson draws the model of a page: one feature, and a walk to be watched."""
        if self.walk_of_page is None or self.problem.objective.linear is None:
            return False
        return len(self.problem.feature_names) == 1

    def opening_record(self) -> "Record":
        """Return what a page opens on: a walk that can be watched with this run beside it, or this.

        Raises ChoiceError for a run that was saved without its rows.
        """
        from steepest.page.record import MOST_SAVED
        from steepest.page.run_record import run_record

        walk = self.walk_of_page
        if walk is None:
            return self.record()
        own = run_record(self.story, self.problem.risk("a page"), most=MOST_SAVED)
        record = walk.record(surface=self._surface_of(walk))
        return {**record, "others": [own], "note": _note(cast("Run", self))}

    def _surface_of(self, walk: "Run") -> Surface | None:
        """Return a surface of a walk over the params that words of this run name; None if usual."""
        named, usual = (
            one.problem.surface_params(one.trace[0].params, one._surface_end.params)
            for one in (self, walk)
        )
        return None if named == usual else walk.surface(*named, points=FEW_POINTS)

    def lesson_record(self, title: str = "") -> "LessonRecord | None":
        """Return the lesson of a page, with its tasks; None without rows: pages then have ours."""
        from steepest.lesson.doors import Doors
        from steepest.lesson.settings import Settings

        if not self.problem.rows:
            return None
        return Doors(cast("Run", self), Settings(title=title)).author_page

    def _with_sharpness(self, record: "Record") -> "Record":
        from steepest.page.rowless import with_sharpness

        if self.problem.rows:
            raise ChoiceError(
                "sharpness goes with a page that replays a run without rows; draw "
                'figure(panels=["sharpness", "loss"]), or take run.sharpness()'
            )
        return with_sharpness(cast("SceneRecord", record), self.sharpness())

    @overload
    def lesson(
        self,
        *,
        title: str = "",
        author: str = "",
        hide: Sequence[str] = (),
        language: str = "",
        theme: str = "",
        link: str = "",
        settings: str | os.PathLike[str] | None = None,
        present: bool = False,
    ) -> "LessonView": ...

    @overload
    def lesson(
        self,
        path: str | os.PathLike[str],
        *more: str | os.PathLike[str],
        title: str = "",
        author: str = "",
        hide: Sequence[str] = (),
        language: str = "",
        theme: str = "",
        link: str = "",
        template: str | os.PathLike[str] | None = None,
        paper: str | None = None,
        scorm: str | None = None,
        settings: str | os.PathLike[str] | None = None,
        present: bool = False,
    ) -> None: ...

    def lesson(
        self,
        path: str | os.PathLike[str] | None = None,
        *more: str | os.PathLike[str],
        title: str = "",
        author: str = "",
        hide: Sequence[str] = (),
        language: str = "",
        theme: str = "",
        link: str = "",
        template: str | os.PathLike[str] | None = None,
        paper: str | None = None,
        scorm: str | None = None,
        settings: str | os.PathLike[str] | None = None,
        present: bool = False,
    ) -> "LessonView | None":
        """Write the lecture on the rows of this run, as the ending of each path says.

        Without a path it is returned: a notebook shows it below the cell, and keeps it, with its
        page, for whoever opens or exports the notebook without a network.

        - `.html`: one page, one press a build: that of `run.page`, opened in the lesson.
        - `.pptx`: slides, a slide a build, on a `template` of your own if one is given.
        - `.pdf`: a hand-out of two pages and the answers, on `paper` a4 (if left out) or letter.
        - `.gift`: its tasks as a quiz; `.zip`: as a package that reports, `scorm` 1.2 (if left
          out) or 2004.

        It shows the one feature that alone tells most of the target. A number is in thirds where
        the lecture comes to classes; of classes the line predicts another number of the rows, or 1
        for one class and 0 for the others. `title` and `author` head it; `hide` names builds that
        are left out. `language` is "en" or "de"; left out, English, and of a page alone the
        browser's. `theme` is light, dark or projector: of slides, and of the page, which without
        is as its reader's system. `link` is the address of a page where the tasks are answered:
        page, slides and hand-out show its QR code. `settings` is a `lesson.toml`: all these, order,
        sentences, slides and tasks of your own. With `present` a page opens as a class sees it.

        Raises FileError for any other ending, and ChoiceError without data, for another language,
        without a package that is needed, and for what is said of a file that is not written.
        """
        from steepest.lesson.doors import Doors, view_lesson, write_lesson
        from steepest.lesson.settings import Settings, read_settings

        said = Settings() if settings is None else read_settings(settings)
        given: dict[str, Any] = {"title": title, "author": author, "hide": tuple(hide)}
        given |= {"language": language, "theme": theme, "link": link}
        said = said.with_given(given)
        run = cast("Run", self)
        doors = Doors(
            run, said, template, paper=paper or "a4", version=scorm or "1.2", present=present
        )
        of_kinds: dict[str, object] = {"template": template, "paper": paper, "scorm": scorm}
        of_kinds |= {name: given[name] or None for name in ("author", "hide", "theme", "link")}
        of_kinds["present"] = present or None
        if path is None:
            return view_lesson(doors, of_kinds)
        write_lesson(doors, [path, *more], of_kinds)
        return None

    def slides(
        self,
        path: str | os.PathLike[str],
        *,
        language: str = "",
        theme: str = "",
        template: str | os.PathLike[str] | None = None,
    ) -> None:
        """Write the lecture on the rows of this run as slides, .pptx; all as `lesson` has it."""
        self.lesson(path, language=language, theme=theme, template=template)

    def record(self, live: bool = False, surface: Surface | None = None) -> "Record":
        """Return the run as a page reads it; `live` says that Python computes for the page.

        Its surface at first is over the plane of `surface`; ChoiceError for one of another run.
        """
        if not self.problem.rows:
            return self._rowless_record(surface)
        from steepest.page.record import scene_record

        usual = self.problem.surface_params(self.trace[0].params, self._surface_end.params)
        return scene_record(
            self.story,
            self.problem.table("a page"),
            self.problem.risk("a page"),
            self._page_surface if surface is None else self._page_surface_over(surface),
            usual,
            live,
            self._page_losses,
            separation_without_penalty(self.problem),
        )

    def _rowless_record(self, surface: Surface | None) -> "Record":
        """Return the page's record of a run without rows."""
        from steepest.page.rowless import rowless_record

        why = "" if surface is not None else self.no_surface
        return rowless_record(self.story, None if why else self._scene_of(surface).surface, why)

    @cached_property
    def _page_losses(self) -> dict[int, float]:
        """The losses of all rows that were worked out for a page, by step."""
        return {}

    @cached_property
    def _page_surface(self) -> Surface:
        """The surface of the page at first, if no other is asked for."""
        from steepest.page.surface_record import page_points

        return self.surface(points=page_points(self.problem.risk("a page")))

    def _page_surface_over(self, surface: Surface) -> Surface:
        """Return the surface of the page on the plane of another one of this run."""
        from steepest.page.surface_record import page_points

        self.check_own(surface)
        points, end = page_points(self.problem.risk("a page")), self._surface_end
        return surface_of_trace(self.objective, surface.axes, self.informed_trace, end, points)


def _note(run: "Run") -> str:
    """Return what the two runs of a page are that opens on a walk to be watched."""
    rounds = counted(len(run.trace) - 1, "round")
    return f"Run 2 is that of auto: {rounds}."
