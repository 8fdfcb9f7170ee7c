"""A long slide of an author's own comes in parts that fit, measured in letters of a real font."""

from pathlib import Path
from typing import Any

import pytest
from matplotlib.font_manager import FontProperties
from PIL import Image

from steepest.lesson.handout_slides import write_slides_on
from steepest.lesson.lesson import for_page, lesson_of, whole_slides
from steepest.lesson.markdown import Line, Piece
from steepest.lesson.own_parts import fitting_size, in_parts, marked, width_of
from steepest.lesson.own_slide import Content, content_of
from steepest.lesson.powerpoint import write_slides
from steepest.lesson.settings import OwnSlide, Settings
from steepest.page.lesson.record import lesson_record
from steepest.run.run import Run
from steepest.view.sheet import Sheet

WORDS = ["a", "step", "along", "the", "steepest", "descent", "of", "the", "loss"]
ITEMS = "\n".join(f"- item {i}: {' '.join(WORDS)} MILLIMETRES" for i in range(25))
PARAGRAPH = " ".join(f"{WORDS[i % len(WORDS)]}{i}" for i in range(250))
CODE = "```\n" + "\n".join(f"x{i} = x{i} - rate * gradient(x{i})" for i in range(30)) + "\n```"
QUOTED = "> " + PARAGRAPH
TEXTS = {"list": ITEMS, "paragraph": PARAGRAPH, "code": CODE, "quotation": QUOTED}

INCHES, POINTS = (11.9, 5.7), 18
"""The words' place on a slide of 16:9, inside the margins of its box, and their size."""


def parts_of(markdown: str) -> list[Content]:
    return in_parts(content_of(markdown, ""))


def height(lines: list[Line], inches: tuple[float, float], points: int) -> float:
    """Return the inches that lines take as PowerPoint sets them, by a wide font's true widths."""
    sheet = Sheet((round(100 * inches[0]), round(100 * inches[1])), (1, 1))
    sheet.figure.set_size_inches(*inches)
    sheet.figure.set_dpi(100)
    high = 0.0
    for line in lines:
        is_code = any(one.is_code for one in line.pieces)
        font = FontProperties(family="monospace" if is_code else "sans-serif", size=points)
        text = "".join(one.text for one in marked(line))
        high += (1.2 * (1 + sheet.filled(text, 1.0, font).count("\n")) + 1 / 3) * points / 72
    return high


@pytest.mark.parametrize("name", TEXTS)
def test_no_word_is_lost_and_each_part_fits_in_a_real_font(name: str) -> None:
    whole, parts = content_of(TEXTS[name], ""), parts_of(f"# Mine\n\n{TEXTS[name]}")
    assert [one.heading for one in parts] == ["Mine", "Mine (2)", "Mine (3)"][: len(parts)]
    assert len(parts) > 1 and "".join(_letters(one) for one in parts) == _letters(whole)
    for one in parts:
        assert height(list(one.lines), INCHES, POINTS) <= INCHES[1]
        assert height(list(one.lines), INCHES, POINTS) > 0.3 * INCHES[1], "no part is nearly empty"


def _letters(own: Content) -> str:
    """Return the letters of all words, without the marks before them and the blanks between."""
    return "".join("".join(line.text for line in own.lines).split())


def test_a_short_slide_stays_whole_and_a_heading_is_not_the_last_of_a_part() -> None:
    assert [one.heading for one in parts_of("# Short\n\nOnly this.")] == ["Short"]
    assert [one.heading for one in parts_of(PARAGRAPH)] == ["", ""]
    for count in range(5, 13):
        items = ITEMS[: ITEMS.index(f"- item {count}:")]
        parts = parts_of(f"{items}\n## Second\n\n{PARAGRAPH}")
        assert not any(one.lines[-1].text == "Second" for one in parts)
    marks = [one.lines[0].mark for one in parts_of(f"1. {PARAGRAPH}")]
    assert marks == ["1.", "\N{EM SPACE}"], "what goes on has no second number"


def test_pictures_are_on_the_part_that_names_them(tmp_path: Path) -> None:
    Image.new("RGB", (20, 10)).save(tmp_path / "a.png")
    shown = "![a](a.png)"
    text = "\n\n".join([PARAGRAPH[:300], *[shown] * 3])
    parts = in_parts(content_of(text, str(tmp_path)))
    assert [sum(one.shown is not None for one in part.lines) for part in parts] == [1, 2]


LETTERS = ("Steepest descent", "Größe, Maß, Überlauf", "WIMM mmm 0.123,4", "x_i − Σ ŷ", "the loss")


@pytest.mark.parametrize("style", ["plain", "bold", "code"])
def test_letters_are_measured_at_least_as_wide_as_a_wide_font_has_them(style: str) -> None:
    sheet = Sheet((1000, 1000))
    family = "monospace" if style == "code" else "sans-serif"
    weight = "bold" if style == "bold" else "normal"
    font = FontProperties(family=family, weight=weight, size=72)
    for text in LETTERS:
        true = sheet.measured(text, font) / sheet.figure.dpi
        own = width_of(Piece(text, is_bold=style == "bold", is_code=style == "code"))
        assert 0.97 * true < own < 1.25 * true, text


def test_slides_page_and_hand_out_have_the_parts_that_they_need(
    geyser: Run, tmp_path: Path
) -> None:
    pptx: Any = pytest.importorskip("pptx")
    settings = Settings(
        order=("title", "rows"),
        slides=(OwnSlide("rows", f"# Mine\n\n{ITEMS}"), OwnSlide("rows", "# Next")),
    )
    lesson = lesson_of(geyser, settings)
    keys = ["title", "rows", "own 1", "own 1.2", "own 1.3", "own 2"]
    assert [one.key for one in lesson.builds] == keys
    page = for_page(lesson_record(geyser.record()), settings)
    assert [one["key"] for one in page["builds"]] == keys
    assert page["words"]["de"]["builds"]["own 1.2"]["heading"] == "Mine (2)"
    assert [one.heading for one in whole_slides(settings)] == ["Mine", "Next"]
    pptx.Presentation().save(str(tmp_path / "narrow.pptx"))
    write_slides(lesson, tmp_path / "a.pptx", template=tmp_path / "narrow.pptx")
    slides = list(pptx.Presentation(str(tmp_path / "a.pptx")).slides)
    assert [one.shapes.title.text_frame.text for one in slides][2:] == [
        *("Mine", "Mine (2)", "Mine (3)", "Next")
    ]
    for slide, key in zip(slides[2:5], keys[2:5], strict=True):
        (box,) = (one for one in slide.shapes if one.has_text_frame and not one.is_placeholder)
        size = box.text_frame.paragraphs[0].runs[0].font.size.pt
        inches = box.width / 914400 - 0.2, box.height / 914400 - 0.1
        assert height(list(lesson.own[key].lines), inches, int(size)) <= inches[1]


def test_type_is_as_large_as_fits() -> None:
    lines = [Line(0, (Piece(" ".join(WORDS)),))] * 8
    assert fitting_size(lines, INCHES, (22, 18)) == 22
    assert fitting_size(lines * 2, INCHES, (22, 18, 12)) == 12
    assert fitting_size(lines * 9, INCHES, (22, 18, 12)) == 12


def test_the_heading_on_the_hand_out_is_larger_than_its_lines_and_has_their_styles() -> None:
    sheet = Sheet((1240, 1754))
    write_slides_on(lambda: sheet, [content_of("# Why *rents*?\n\n- one", "")], "Own")
    (title, *words) = sheet.figure.texts
    said = {one.get_text().strip(): one.get_fontproperties() for one in words}
    assert [one.get_weight() for one in said.values()] == ["bold"] * 3 + ["normal"] * 2
    assert [one.get_style() for one in said.values()] == ["normal", "italic"] + ["normal"] * 3
    assert said["rents"].get_size() > said["one"].get_size()
    assert title.get_text() == "Own"
