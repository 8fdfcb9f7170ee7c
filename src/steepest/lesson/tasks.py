"""The tasks of a lesson, with answers that are worked out, and what wrong answers come from."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from math import log, log10
from typing import Any, NamedTuple

from steepest.lesson.arithmetic import worked_out
from steepest.lesson.lesson import Lesson
from steepest.lesson.settings import OwnTask
from steepest.lesson.values import Value
from steepest.lesson.written import filled, in_language

__all__ = ["Task", "names_of", "page_tasks", "tasks_of"]

CLOSE = 0.01
"""The share of an answer by which one may be off: the numbers of a question have four digits."""

LEAST = 5e-4
"""By how much an answer may be off at least: four decimals are kept by all who read quizzes."""

ROUNDED = 1e-3
"""The same by what the answer is a difference of: two numbers of four digits are off by half."""

WHOLE = ("params",)
"""The tasks whose answer is a count."""

LEAST_TOLERANCES = 3.0
"""How many tolerances a mistake is away from the answer, to count as that mistake."""


@dataclass(frozen=True)
class Task:
    """A question with one number as its answer, or, where there are `choices`, one of these.

    `tolerance` is by how much a number may be off. `wrong` has the answers that a mistake leads
    to, by the name of that mistake, each with what to say to it.
    """

    key: str
    question: str
    hint: str
    why: str
    answer: float
    tolerance: float = 0.0
    choices: tuple[str, ...] = ()
    """The answers to choose from, the right one at the place `answer`."""
    wrong: Mapping[str, tuple[float, str]] = field(default_factory=dict)

    def is_right(self, given: float) -> bool:
        """Return whether an answer is right: a number, or the place of a choice."""
        return abs(given - self.answer) <= self.tolerance

    def mistake_of(self, given: float) -> str:
        """Return the name of the mistake that an answer comes from; empty if it is none known."""
        if self.is_right(given):
            return ""
        close = (name for name, (at, _) in self.wrong.items() if abs(given - at) <= self.tolerance)
        return next(close, "")


class Made(NamedTuple):
    """An answer, the wrong ones by the names of their mistakes, and what it is a difference of."""

    answer: float
    wrong: Mapping[str, float]
    size: float = 0.0


def _square(v: Mapping[str, Any]) -> Made:
    error = v["row_e"]
    size = 2 * abs(error) * (abs(v["row_y"]) + abs(v["row_f"]))
    return Made(error**2, {"not squared": error}, size)


def _moved(old: str, gradient: str) -> Callable[[Mapping[str, Any]], Made]:
    """Return what works out `old - rate × gradient`, and the mistakes in it."""

    def made(v: Mapping[str, Any]) -> Made:
        step = v["rate"] * v[gradient]
        wrong = {"with the gradient": v[old] + step, "without the rate": v[old] - v[gradient]}
        return Made(v[old] - step, wrong, abs(v[old]) + abs(step))

    return made


def _fall(v: Mapping[str, Any]) -> Made:
    left = 100 * v["loss1"] / v["loss0"]
    return Made(100 - left, {"what is left": left}, 100.0)


def _entropy(v: Mapping[str, Any]) -> Made:
    p = v["row_p"]
    wrong = {"one minus the probability": 1 - p, "logarithm to base 10": -log10(p)}
    return Made(-log(p), wrong)


NUMBERS: Mapping[str, Callable[[Mapping[str, Any]], Made]] = {
    "square": _square,
    "new_weight": _moved("w0", "gw"),
    "new_bias": _moved("b0", "gb"),
    "fall": _fall,
    "limit": lambda v: Made(1.0, {"the curvature": 2.0, "one over the curvature": 0.5}),
    "prediction": lambda v: Made(
        v["w_end"] + v["b_end"],
        {"without the bias": v["w_end"]},
        abs(v["w_end"]) + abs(v["b_end"]),
    ),
    "entropy": _entropy,
    "even": lambda v: Made(log(v["k"]), {"the probability": 1 / v["k"]}),
    "params": lambda v: Made(float(v["params"]), {"without the biases": float(v["weights"])}),
}
"""The answers that are numbers, from the values of the lesson."""

ORDER = (
    *("square", "way", "new_weight", "new_bias", "fall", "limit", "diverged", "prediction"),
    *("entropy", "even", "params"),
)


def tasks_of(lesson: Lesson) -> list[Task]:
    """Return the tasks of a lesson, its author's at the end; ChoiceError for one that fails."""
    values = _values(lesson)
    said = _read(lesson.language)["tasks"]
    made = [
        (_number if key in NUMBERS else _choice)(key, said[key], values, lesson) for key in ORDER
    ]
    own = [
        _own(f"own{i}", task, values, lesson)
        for i, task in enumerate(lesson.settings.tasks, start=1)
    ]
    return [*made, *own]


def page_tasks(lesson: Lesson) -> list[dict[str, Any]]:
    """Return the tasks as the lesson's page asks them: with answers, but for an exam without.

    The hints of a task are levels: what to think of, then how it is worked out but for the number.
    """
    asked = [{**vars(task), "hints": _levels(task)} for task in tasks_of(lesson)]
    if not lesson.settings.exam:
        return [
            {**one, "wrong": [[name, *at] for name, at in one["wrong"].items()]} for one in asked
        ]
    return [{key: one[key] for key in ("key", "question", "choices")} for one in asked]


def _levels(task: Task) -> list[str]:
    """Return the hints of a task, the first the least."""
    working, equals, _ = task.why.rpartition(" = ")
    return [one for one in (task.hint, working + equals + "?" if equals else "") if one]


def names_of(language: str) -> Mapping[str, str]:
    """Return the words about tasks in a language."""
    names: Mapping[str, str] = _read(language)["names"]
    return names


def _read(language: str) -> Any:
    path = files("steepest.lesson") / "words" / f"tasks_{language}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def _values(lesson: Lesson) -> dict[str, Value]:
    """Return the values of the lesson, and those that tasks ask for besides."""
    w, b = lesson.line.walk.trace.last.params
    values = {**lesson.values, "w_end": float(w), "b_end": float(b)}
    names = {"square": "square", "fall": "fall", "prediction": "prediction", "even": "even"}
    return values | {name: NUMBERS[key](values).answer for key, name in names.items()}


def _number(key: str, said: Mapping[str, Any], values: Mapping[str, Value], lesson: Lesson) -> Task:
    """Return a task whose answer is a number; a mistake that is too near to it is left out."""
    answer, wrong, size = NUMBERS[key](values)
    close = 0.0 if key in WHOLE else CLOSE
    tolerance = max(close * abs(answer), ROUNDED * size, LEAST)
    mistakes = {
        name: (at, said["wrong"][name])
        for name, at in wrong.items()
        if abs(at - answer) > LEAST_TOLERANCES * tolerance
    }
    texts = _texts(said, values, lesson.language)
    return Task(key, *texts, answer=answer, tolerance=tolerance, wrong=mistakes)


def _choice(key: str, said: Mapping[str, Any], values: Mapping[str, Value], lesson: Lesson) -> Task:
    """Return a task with answers to choose from."""
    texts, language = _texts(said, values, lesson.language), lesson.language
    if key == "way":
        choices: tuple[str, ...] = (lesson.word("up"), lesson.word("down"))
        right = choices.index(str(values["w_way"]))
        wrong = {1 - right: "with the gradient"}
    else:
        choices = tuple(in_language(values[name], language) for name in ("small", "rate", "over"))
        right, wrong = 2, {0: "slow is too large"}
    mistakes = {name: (float(at), said["wrong"][name]) for at, name in wrong.items()}
    return Task(key, *texts, answer=float(right), choices=choices, wrong=mistakes)


def _texts(
    said: Mapping[str, Any], values: Mapping[str, Value], language: str
) -> tuple[str, str, str]:
    """Return question, hint and reason, with their numbers."""
    question, hint, why = (
        filled(said[name], values, language) for name in ("question", "hint", "why")
    )
    return question, hint, why


def _own(key: str, task: OwnTask, values: Mapping[str, Value], lesson: Lesson) -> Task:
    """Return a task of the author's own, its answer worked out."""
    numbers = {name: value for name, value in values.items() if not isinstance(value, str)}
    answer = worked_out(task.answer, numbers)
    question = filled(task.question, values, lesson.language)
    why = f"{task.answer} = {in_language(answer, lesson.language)}"
    return Task(key, question, "", why, answer, max(task.tolerance * abs(answer), LEAST))
