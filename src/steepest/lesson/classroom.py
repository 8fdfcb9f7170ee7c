"""A class: the links of its students' pages, each run again and so verified, over one surface.

No name is read: of a table of links the cells that hold one are taken, and a student is the row.
What is reported of a run is of the run that Python makes of the choices in its link, so nobody can
hand in a loss that the choices do not lead to.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from steepest.data.shipped import datasets
from steepest.data.text.dialect import records
from steepest.descent.plan.options import Options
from steepest.errors import ChoiceError, FileError, SteepestError
from steepest.lesson.lesson import lesson_of
from steepest.lesson.settings import Settings
from steepest.lesson.tasks import Task, tasks_of
from steepest.numerals import counted, percent
from steepest.page.link import Link, link_of_cells, read_link
from steepest.run.descend import descend
from steepest.run.run import Run
from steepest.surface.surface import Surface, surface_on_plane
from steepest.view.section import Section

__all__ = ["ENDS", "Classroom", "Student", "classroom_of"]

NEAR = 1e-3
"""The share of the fall to the lowest loss within which a run has arrived, as on the page."""

SLOW = 0.1
"""The share of the limit of its rate below which a run that has not arrived was too slow."""

OUTSIDE, ROOM = 0.02, 0.08
"""The share of starts and ends that may lie outside the picture at each side, and the room about
the others."""

SURFACE = ("hidden", "activation", "loss", "delta", "l2")
"""The choices that make the surface: a class has one."""

MOST_LINKS = 2000
"""Links that are run: a lecture hall several times over."""

MOST_ROWS = 12
"""Rows that are listed one by one."""

MOST_SEEDS = 5
"""Seeds whose lesson is tried as that of the class."""

MOST_WORK = 5_000_000_000
"""Rows times steps of all runs: about a minute on one core, at 10 ns for each (measured)."""

ENDS = {
    "arrived": f"came within {percent(NEAR)} of the way to the lowest loss",
    "too large": "ended higher than it began: the learning rate is too large",
    "too small": f"did not come there, at a rate below {percent(SLOW)} of its limit: too small",
    "too few": "did not come there: too few rounds, or a start far away",
    "no lowest": "fell for ever: this loss has no lowest point, so nobody arrives",
}
"""How a run can have ended, and what that is."""


class Student(NamedTuple):
    """One row of the table: its place, from 1; the run of its link, or why there is none.

    `end` is one of `ENDS`; `mistakes` are those in the answers, by the key of the task.
    """

    row: int
    run: Run | None
    fault: str
    end: str
    answers: Mapping[str, float]
    mistakes: Mapping[str, str]


@dataclass(frozen=True)
class Classroom:
    """The students of a class, and the run that arrives on the same rows."""

    students: tuple[Student, ...]
    truth: Run
    tasks: Mapping[str, Task]

    @property
    def runs(self) -> list[Run]:
        """The runs that were made again."""
        return [one.run for one in self.students if one.run is not None]

    @property
    def ends(self) -> Mapping[str, int]:
        """How many runs ended how, of those of `ENDS` that occur."""
        counts = Counter(one.end for one in self.students if one.run is not None)
        return {end: counts[end] for end in ENDS if counts[end]}

    @cached_property
    def surface(self) -> Surface:
        """The true loss of all rows, where the class was: round most starts and ends."""
        end = np.asarray(self.truth.params, dtype=np.float64)
        axes = self.truth.surface(points=2).axes
        within = [run.trace[at].params for run in self.runs for at in (0, -1) if self._stays(run)]
        places = np.array([axes.read(np.asarray(one)) for one in [end, *within]])
        low, high = (np.quantile(places, at, axis=0) for at in (OUTSIDE, 1 - OUTSIDE))
        low, high = np.minimum(low, places[0]), np.maximum(high, places[0])
        room = ROOM * np.where(high > low, high - low, 1.0)
        window = np.stack([low - room, high + room], axis=1)
        return surface_on_plane(
            self.truth.objective, axes, end, end[None, :], np.array([self.truth.loss]), shown=window
        )

    def _stays(self, run: Run) -> bool:
        """Return whether a run ended no higher than it began."""
        losses = run.trace.losses
        return bool(losses[-1] <= losses[0])

    @cached_property
    def answered(self) -> Mapping[str, Mapping[str, int]]:
        """How often each task was answered right, by a mistake of a name, or otherwise wrong."""
        found: dict[str, Counter[str]] = {}
        for student in self.students:
            for key in student.answers:
                found.setdefault(key, Counter())[student.mistakes.get(key, RIGHT)] += 1
        return {key: dict(found[key]) for key in self.tasks if key in found}

    def explain(self) -> str:
        """Return what the class did, in words and numbers, and no name."""
        story = self.truth.story
        head = f"A class on {story.title}"
        lines = [f"{count} {ENDS[end]}" for end, count in self.ends.items()]
        sections = [
            Section(f"Runs of {counted(len(self.runs), 'student')}, run again", tuple(lines))
        ]
        answers = tuple(self._answers_in_words())
        sections += [Section("Answers", answers)] if answers else []
        sections += [Section("Left out", tuple(self._left_out()))] if any(self._faults) else []
        return "\n\n".join([head, *map(str, sections)])

    @property
    def _faults(self) -> Mapping[str, list[int]]:
        """The rows that are left out, by why."""
        found: dict[str, list[int]] = {}
        for one in self.students:
            if one.fault:
                found.setdefault(one.fault, []).append(one.row)
        return found

    def _left_out(self) -> Iterator[str]:
        """Yield which rows are left out, and why; first how many of how many."""
        count = sum(map(len, self._faults.values()))
        yield f"{count} of {counted(len(self.students), 'row')}"
        for why, rows in self._faults.items():
            more = f" and {len(rows) - MOST_ROWS:,} more" if len(rows) > MOST_ROWS else ""
            listed = ", ".join(map(str, rows[:MOST_ROWS]))
            yield f"{'row' if len(rows) == 1 else 'rows'} {listed}{more}: {why}"

    def _answers_in_words(self) -> Iterator[str]:
        for key, counts in self.answered.items():
            total = sum(counts.values())
            wrong = {name: n for name, n in counts.items() if name != RIGHT}
            mistakes = "".join(f"; {n} {name}" for name, n in sorted(wrong.items()))
            yield f"{key}: {counts.get(RIGHT, 0)} of {total} right{mistakes}"

    def to_dict(self) -> dict[str, Any]:
        """Return the same as JSON has it."""
        return {
            "data": self.truth.problem.name,
            "runs": len(self.runs),
            "ends": dict(self.ends),
            "answers": {key: dict(counts) for key, counts in self.answered.items()},
            "left_out": [{"row": one.row, "why": one.fault} for one in self.students if one.fault],
            "losses": [float(run.loss) for run in self.runs if np.isfinite(run.loss)],
        }


RIGHT, OTHER = "right", "otherwise wrong"


def classroom_of(
    path: str | os.PathLike[str],
    data: Any = None,
    target: str | None = None,
    features: Sequence[str] | None = None,
    settings: Settings | None = None,
) -> Classroom:
    """Return the class whose links stand in a table, a link a row, of any column.

    They are run on `data`, or on the shipped data set that most of them name; answers are judged
    by the tasks of the lesson as its author has it in `settings`. Raises FileError for a file that
    cannot be read, ChoiceError where no link is found or its data are not at hand.
    """
    found = list(_links(path))
    links = [(row, link) for row, link in found if link is not None]
    if not links:
        raise ChoiceError(
            f"{path} has no link of a page in it: each holds its state behind a #, as in "
            "lesson.html#v=1&data=geyser&...; export the column that students pasted it into"
        )
    common = _common([link for _, link in links])
    source = _source(common, data)
    asked = target or common.target, list(features or common.features)
    if not asked[0]:
        raise ChoiceError(
            f"most links in {path} name no target; give the column that the class predicts: "
            "--target COLUMN (in Python: target='COLUMN')"
        )
    surface = {k: v for k, v in common.options.items() if k in SURFACE}
    truth = descend(source, *asked, **surface)
    _check_work(links, truth)
    tasks = _tasks(
        [link for _, link in links], truth, lambda seed: _drawn(source, asked, seed), settings
    )
    students = tuple(
        Student(row, None, NO_LINK, "", {}, {})
        if link is None
        else _student(row, link, truth, source, common, asked, tasks)
        for row, link in found
    )
    return Classroom(students, truth, tasks)


def _drawn(source: Any, asked: tuple[str, list[str]], seed: int) -> Run:
    """Return a run whose lesson starts where the `seed` says."""
    return descend(source, *asked, seed=seed, steps=1)


def _tasks(
    links: Sequence[Link], truth: Run, drawn: Callable[[int], Run], settings: Settings | None
) -> Mapping[str, Task]:
    """Return the tasks of the lesson that the class had, by their keys.

    Its numbers are those of a random line, drawn with a seed that no link holds for certain: that
    of its run may have been changed. So of the seeds in most links, and the usual one, it is that
    by which most answers are right; by chance an answer is so to four digits under no other.
    """
    usual = Options().seed
    counts = Counter(link.options.get("seed", usual) for link in links if link.answers)
    seeds = [seed for seed, _ in counts.most_common(MOST_SEEDS)]
    known = [
        {task.key: task for task in tasks_of(lesson_of(run, settings))}
        for run in (
            truth if seed == usual else drawn(seed) for seed in dict.fromkeys([*seeds, usual])
        )
    ]
    return max(known, key=lambda tasks: sum(_right(link, tasks) for link in links))


def _right(link: Link, tasks: Mapping[str, Task]) -> int:
    """Return how many answers of a link are right."""
    return sum(tasks[key].is_right(one) for key, one in link.answers.items() if key in tasks)


NO_LINK = "there is no link of a page in it"


def _links(path: str | os.PathLike[str]) -> Iterator[tuple[int, Link | None]]:
    """Yield the place of each row, and its link; None where there is none.

    A first row without a link has the names of the columns, and one without words is none.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise FileError(f"cannot read {path}: it is no text in UTF-8; export it as CSV") from error
    sample = text[:20_000]
    delimiter = max(",;\t", key=sample.count)
    for row, (_, cells) in enumerate(records(Path(path), "utf-8-sig", delimiter), start=1):
        state = link_of_cells(cells, delimiter)
        if state is not None:
            yield row, read_link(state)
        elif row > 1 and any(cell.strip() for cell in cells):
            yield row, None


def _common(links: Sequence[Link]) -> Link:
    """Return the first of those links whose data are named most often."""
    counts = Counter((one.data, one.target, one.features) for one in links)
    most = counts.most_common(1)[0][0]
    return next(one for one in links if (one.data, one.target, one.features) == most)


def _source(common: Link, data: Any) -> Any:
    """Return the data of a class: those given, or shipped ones; never a file that a link names."""
    if data is not None:
        return data
    if common.data in datasets():
        return common.data
    raise ChoiceError(
        f"the links are of {common.data!r}, which does not come with steepest; say where it is: "
        "--data FILE"
    )


def _check_work(links: Sequence[tuple[int, Link]], truth: Run) -> None:
    """Raise ChoiceError for more links, or steps, than a class takes."""
    steps = sum(link.options.get("steps", 0) for _, link in links)
    if len(links) > MOST_LINKS or steps * truth.problem.rows > MOST_WORK:
        raise ChoiceError(
            f"there are {counted(len(links), 'link')} with {counted(steps, 'step')} on "
            f"{counted(truth.problem.rows, 'row')}, but a class takes {MOST_LINKS:,} links and "
            f"{MOST_WORK:.0e} rows times steps; give it in parts"
        )


def _student(
    row: int,
    link: Link,
    truth: Run,
    source: Any,
    common: Link,
    asked: tuple[str, list[str]],
    tasks: Mapping[str, Task],
) -> Student:
    """Return a student, whose run is made again where it is one of the class's."""
    fault = _fault(link, common)
    run = None
    if not fault:
        try:
            run = descend(source, *asked, start=link.start, **link.options)
        except SteepestError:
            fault = "its choices make no run on these rows"
    answers = {} if fault else {key: one for key, one in link.answers.items() if key in tasks}
    wrong = {key: one for key, one in answers.items() if not tasks[key].is_right(one)}
    mistakes = {key: tasks[key].mistake_of(one) or OTHER for key, one in wrong.items()}
    end = "" if run is None else _end(run, truth)
    return Student(row, run, fault, end, answers, mistakes)


def _fault(link: Link, common: Link) -> str:
    """Return why a link is left out; empty if it is not. Nothing of what it says is repeated."""
    if link.faults:
        return f"the link is damaged at {', '.join(link.faults)}"
    if link.missing:
        return f"the link is cut off, or of a page that takes no steps: no {link.missing[0]} in it"
    if (link.data, link.target, link.features) != (common.data, common.target, common.features):
        return "it is of other data, another target or other features than the class"
    if any(
        (link.options.get(name) or None) != (common.options.get(name) or None) for name in SURFACE
    ):
        return "it is of another model, loss or penalty than the class"
    return "its rows were changed, so it is on another surface" if link.own_rows else ""


def _end(run: Run, truth: Run) -> str:
    """Return how a run ended: one of `ENDS`."""
    losses = run.trace.losses
    start, end = float(losses[0]), float(losses[-1])
    if run.stop.reason == "diverged" or not end <= start:
        return "too large"
    lowest = truth.lowest_loss
    if lowest is None:
        return "no lowest"
    if end - lowest <= NEAR * (start - lowest):
        return "arrived"
    limit, rate = run.plan.limit, float(run.trace[0].learning_rate)
    return "too small" if limit is not None and rate < SLOW * limit else "too few"
