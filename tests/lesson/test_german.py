"""A lesson in German has no English word: slides, notes, pictures, film, quiz, package."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from german import english_left, words
from matplotlib.figure import Figure
from matplotlib.text import Text

from steepest.lesson.film import _Reel, _shots
from steepest.lesson.lesson import Lesson, lesson_of
from steepest.lesson.marks import sketch
from steepest.lesson.pictures import DRAWN
from steepest.lesson.powerpoint import write_slides
from steepest.lesson.quiz import write_quiz
from steepest.lesson.scorm import write_package
from steepest.lesson.settings import Settings
from steepest.lesson.tasks import tasks_of
from steepest.run.run import Run
from steepest.view.style import look

pptx = pytest.importorskip("pptx")

OWN = ("waiting", "duration", "species", "flipper_length_mm", "geyser")
"""Names in the data, which a lesson leaves as they are."""


@pytest.fixture(scope="module")
def german(geyser: Run) -> Lesson:
    return lesson_of(geyser, Settings(language="de"))


def drawn(figure: Figure) -> Iterator[str]:
    """Yield all texts of a figure."""
    yield from (one.get_text() for one in figure.findobj(Text) if isinstance(one, Text))


def test_an_english_word_is_found() -> None:
    assert english_left(["Der loss ist 3, das Gewicht und der Bias 4."]) == {"loss"}
    assert english_left(["weight and waiting"], own=OWN) == {"weight", "and"}


def test_a_quiz_and_a_package_are_in_german(german: Lesson, tmp_path: Path) -> None:
    tasks = tasks_of(german)
    write_quiz(tasks, german.title, tmp_path / "quiz.gift")
    write_package(german, "", tmp_path / "lesson.zip")
    with zipfile.ZipFile(tmp_path / "lesson.zip") as opened:
        page = opened.read("index.html").decode()
    page = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", page, flags=re.S)
    told = [one.question + one.hint + one.why + " ".join(one.choices) for one in tasks]
    quiz = (tmp_path / "quiz.gift").read_text(encoding="utf-8")
    said = [line for line in quiz.splitlines() if not line.startswith(("$CATEGORY", "::"))]
    keys = [task.key.replace("_", " ") for task in tasks] + [
        name for task in tasks for name in task.wrong
    ]
    assert len(words(told)) > 50
    assert not english_left([*told, *said, page], own=[*OWN, *keys])


@pytest.mark.prove
def test_pictures_and_film_are_in_german(german: Lesson) -> None:
    told: list[str] = []
    for build in german.builds:
        names = [name for name in build.pictures if name in DRAWN]
        turned = [name == "bowl" for name in names]
        if not names:
            continue
        with sketch("light", (12, 4), [1.0] * len(names), turned) as drawing:
            for name, axes in zip(names, drawing.axes, strict=True):
                DRAWN[name](axes, german, build, drawing.inks)
            told += drawn(drawing.figure)
    with look("light"):
        reel = _Reel(german)
        for shot in _shots():
            reel.frame(shot)
            told += drawn(reel._sheet.figure)
    assert {"verlust", "gewicht", "wahrscheinlichkeit"} < words(told)
    assert not english_left(told, own=OWN)


@pytest.mark.prove
def test_slides_are_in_german(german: Lesson, tmp_path: Path) -> None:
    write_slides(german, tmp_path / "lesson.pptx", film=False)
    told: list[str] = []
    for slide in pptx.Presentation(str(tmp_path / "lesson.pptx")).slides:
        told.append(slide.notes_slide.notes_text_frame.text)
        for shape in slide.shapes:
            told += _texts(shape)
    assert len(words(told)) > 150
    assert not english_left(told, own=OWN)


def _texts(shape: Any) -> Iterator[str]:
    """Yield what a shape says, its alternative text too."""
    yield shape._element.xpath(".//p:cNvPr")[0].get("descr") or ""
    if shape.has_text_frame:
        yield shape.text_frame.text
    if shape.has_table:
        yield from (cell.text_frame.text for row in shape.table.rows for cell in row.cells)
