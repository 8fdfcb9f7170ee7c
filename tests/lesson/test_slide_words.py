"""Large numbers of a lesson, with powers of ten as print has them; tables on dark paper."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from steepest.lesson.lesson import Lesson, lesson_of
from steepest.lesson.marks import number_axes
from steepest.lesson.powerpoint import write_slides
from steepest.lesson.quiz import gift
from steepest.lesson.settings import OwnTask, Settings
from steepest.lesson.tasks import tasks_of
from steepest.lesson.written import in_language
from steepest.run.descend import descend
from steepest.view.style import THEMES

pptx = pytest.importorskip("pptx")

NAME = "average_daily_discharge_of_the_whole_riv"


@pytest.fixture(scope="module")
def large() -> Lesson:
    """Return a lesson on numbers of 1e5 to 1e11 and a name of 40 letters, in dark."""
    random = np.random.default_rng(3)
    x = 10 ** random.uniform(5, 11, 60)
    y = 3 * x + 1e10 * random.standard_normal(60)
    run = descend({NAME: x, "income": y}, "income")
    own = OwnTask("What is twice {loss0}?", "2 * loss0")
    order = ("parts", "class_row", "step", "rows")
    return lesson_of(run, Settings(order=order, theme="dark", tasks=(own,)))


@pytest.fixture(scope="module")
def dark(large: Lesson, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("slides") / "dark.pptx"
    write_slides(large, path)
    return pptx.Presentation(str(path))


def written(deck: Any) -> list[str]:
    """Return all words of a deck: boxes, cells, notes and alternative texts."""
    found = []
    for slide in deck.slides:
        found += [text.text or "" for text in slide._element.iter("{*}t")]
        found += [one.get("descr", "") for one in slide._element.iter("{*}cNvPr")]
        found.append(slide.notes_slide.notes_text_frame.text)
    return found


def test_no_door_writes_a_power_of_ten_as_a_program_does(large: Lesson, dark: Any) -> None:
    tasks = tasks_of(large)
    told = [*written(dark), gift(tasks, "t"), *(f"{one.question} {one.why}" for one in tasks)]
    sums = [large.sentence(build.key, "sum") for build in large.builds]
    assert not [one for one in [*told, *sums] if re.search(r"\de[+-]\d", one)]
    loss = in_language(large.values["loss0"], "en")
    figures, _, power = loss.partition("\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10")
    plain = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
    exact = float(large.line.walk.trace.losses[0])
    assert float(f"{figures}e{power.translate(plain)}") == pytest.approx(exact, rel=5e-4)
    assert any(loss in one.question for one in tasks)


def test_tables_of_a_dark_deck_are_in_its_colours_and_break_no_word(dark: Any) -> None:
    tables = [one for slide in dark.slides for one in slide.shapes if one.has_table]
    assert len(tables) == 2
    for shape in tables:
        (style,) = shape._element.iter("{*}tableStyleId")
        assert style.text == "{2D5ABB26-0587-4C30-8999-92F81FD0307C}", "No Style, No Grid"
        inks = {one.get("val") for one in shape._element.xpath(".//a:rPr//a:srgbClr")}
        assert inks == {THEMES["dark"].ink.removeprefix("#").upper()}
        rows = [[cell.text_frame.text for cell in row.cells] for row in shape.table.rows]
        for texts, column in zip(zip(*rows, strict=True), shape.table.columns, strict=True):
            words = [word for text in texts for word in text.split(" ")]
            assert column.width / 914400 * 72 / 14 > 0.58 * max(map(len, words))
        total = sum(column.width for column in shape.table.columns)
        assert total == pytest.approx(shape.width, rel=0.01)


def test_tables_on_a_template_have_its_own_style(large: Lesson, tmp_path: Path) -> None:
    made = pptx.Presentation()
    for part in made.part.package.iter_parts():
        if part.partname == "/ppt/tableStyles.xml":
            part._blob = part.blob.replace(b"5C22544A-7EE6-4342-B048-85BDC9FD1C3A", OWN.encode())
    made.save(str(tmp_path / "own.pptx"))
    write_slides(large, tmp_path / "made.pptx", template=tmp_path / "own.pptx")
    deck = pptx.Presentation(str(tmp_path / "made.pptx"))
    styles = [one.text for slide in deck.slides for one in slide._element.iter("{*}tableStyleId")]
    assert styles == [f"{{{OWN}}}"] * 2


OWN = "073A0DAA-6AF3-43AB-8588-CEC1D06C72B9"
"""Medium Style 2, as PowerPoint calls it, without an accent."""


@pytest.mark.parametrize(
    ("ends", "language", "power", "label"),
    [
        ((-5e10, 5e10), "en", "× 10¹⁰", "−4"),
        ((0, 2e-5), "de", "× 10⁻⁵", "0,5"),
        ((0, 2000), "en", "", "500"),
    ],
)
def test_an_axis_of_large_numbers_has_their_power_of_ten_once(
    ends: tuple[float, float], language: str, power: str, label: str
) -> None:
    axes = Figure().subplots()
    axes.set_xlim(*ends)
    number_axes(language, axes.xaxis)
    ticks = axes.xaxis.get_major_formatter()
    labels = ticks.format_ticks(axes.get_xticks())
    assert ticks.get_offset().replace("\N{NO-BREAK SPACE}", " ") == power and label in labels
