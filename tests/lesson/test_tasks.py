"""The tasks: right answers, the mistakes that are told from them, and the quiz that they make."""

import re
from pathlib import Path

import pytest

from steepest.lesson.lesson import Lesson, lesson_of
from steepest.lesson.quiz import gift
from steepest.lesson.scorm import VERSIONS, tasks_page, write_package
from steepest.lesson.settings import OwnTask, Settings
from steepest.lesson.tasks import tasks_of
from steepest.run.run import Run

NUMBER = re.compile(r"[-\N{MINUS SIGN}]?\d[\d,]*(?:\.\d+)?")


def read(text: str) -> float:
    return float(text.replace("\N{MINUS SIGN}", "-").replace(",", ""))


def test_who_computes_with_the_numbers_that_are_printed_is_right(lesson: Lesson) -> None:
    tasks = {task.key: task for task in tasks_of(lesson)}
    for key in ("new_weight", "new_bias"):
        old, gradient, rate = (read(one) for one in NUMBER.findall(tasks[key].question))
        assert tasks[key].is_right(round(old - rate * gradient, 2))
        assert tasks[key].mistake_of(old + rate * gradient) == "with the gradient"
        assert not tasks[key].mistake_of(old - rate * gradient)
    predicted, actual = (read(one) for one in NUMBER.findall(tasks["square"].question))
    assert tasks["square"].is_right((actual - predicted) ** 2)
    assert tasks["params"].is_right(105) and not tasks["params"].is_right(104)
    assert tasks["way"].choices[int(tasks["way"].answer)] == lesson.values["w_way"]


def test_no_mistake_is_taken_for_the_answer(lesson: Lesson) -> None:
    for task in tasks_of(lesson):
        assert task.is_right(task.answer)
        for name, (at, said) in task.wrong.items():
            assert not task.is_right(at) and task.mistake_of(at) == name and said


def test_an_own_task_is_worked_out_and_asked_in_every_door(geyser: Run) -> None:
    own = OwnTask("Is {loss1} -> ~a=b:{c}#?", "100 * loss1 / loss0", 0.05)
    lesson = lesson_of(geyser, Settings(tasks=(own,)))
    task = tasks_of(lesson)[-1]
    share = 100 * float(lesson.values["loss1"]) / float(lesson.values["loss0"])
    assert task.answer == pytest.approx(share) and task.tolerance == pytest.approx(0.05 * share)
    quiz = gift(tasks_of(lesson), "a/b")
    assert r"Is 546.8 to \~a\=b\:\{c\}\#?" in quiz and "->" not in quiz
    # Numbers of a quiz are in fixed point, each with a digit before its point.
    for line in re.findall(r"^  =(?:%0%)?(\S+)", quiz, re.MULTILINE):
        for number in line.split("#")[0].split(":")[:2]:
            assert re.fullmatch(r"-?\d+(\.\d{1,4})?", number) or not number[0].isdigit()
    assert "own1" in tasks_page(lesson)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_package_is_the_same_bytes_each_time(
    lesson: Lesson, tmp_path: Path, version: str
) -> None:
    paths = [tmp_path / name for name in ("a.zip", "b.zip")]
    for path in paths:
        write_package(lesson, "<!doctype html><title>page</title>", path, version)
    assert paths[0].read_bytes() == paths[1].read_bytes()
