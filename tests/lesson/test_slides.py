"""The slides: native text, alternative text, notes, numbers; on a template of another size."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from PIL import Image

from steepest.errors import FileError
from steepest.lesson.bowl import draw_map
from steepest.lesson.lesson import Lesson, lesson_of
from steepest.lesson.marks import INKS
from steepest.lesson.pictures import DRAWN
from steepest.lesson.powerpoint import write_slides
from steepest.lesson.settings import OwnSlide, Settings
from steepest.run.run import Run

pptx = pytest.importorskip("pptx")

SOME = ("title", "class_row", "loss", "steps")


OWN = """# My *own*
1. first
   - **second** and *third*, `code`, $a_1 * b_1$

[there](https://example.org)

![what it shows](<a dot.png>)
"""

bare = OwnSlide("steps", "No heading.")


def texts(slide: Any) -> str:
    return "\n".join(one.text_frame.text for one in slide.shapes if one.has_text_frame)


@pytest.fixture(scope="module")
def deck(geyser: Run, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("slides")
    Image.new("RGB", (200, 100), "#b34700").save(folder / "a dot.png")
    own = OwnSlide("title", OWN)
    settings = Settings(order=SOME, slides=(own, bare), author="A. Lecturer", folder=str(folder))
    lesson = lesson_of(geyser, settings)
    path = folder / "lesson.pptx"
    write_slides(lesson, path)
    return pptx.Presentation(str(path))


def test_a_slide_a_build_in_native_text(deck: Any, lesson: Lesson) -> None:
    slides = list(deck.slides)
    assert len(slides) == len(SOME) + 2 and deck.slide_width * 9 == deck.slide_height * 16
    assert "A. Lecturer" in texts(slides[0]) and deck.core_properties.author == "A. Lecturer"
    assert "1.  first" in texts(slides[1]) and slides[1].shapes.title.text_frame.text == "My own"
    runs = slides[1].shapes.title.text_frame.paragraphs[0].runs
    assert [(one.text, one.font.italic) for one in runs] == [("My ", None), ("own", True)]
    assert slides[5].shapes.title.text_frame.text == lesson.words["parts"]["step 4"]
    steps = lesson.words["steps"]
    assert all(step in texts(slides[3]) for step in steps[:3]) and steps[3] not in texts(slides[3])
    assert lesson.sentence("loss", "sum") in texts(slides[3])
    assert all(step in texts(slides[4]) for step in steps)


def test_markdown_is_styled_linked_and_shown(deck: Any) -> None:
    slide = deck.slides[1]
    boxes = [one for one in slide.shapes if one.has_text_frame and not one.is_placeholder]
    runs = [run for one in boxes for line in one.text_frame.paragraphs for run in line.runs]
    by_text = {run.text: run for run in runs}
    assert by_text["second"].font.bold and by_text["third"].font.italic
    assert by_text["code"].font.name == "Courier New" and by_text["a_1 * b_1"].font.italic
    assert by_text["there"].hyperlink.address == "https://example.org"
    themes = [one.blob for one in deck.part.package.iter_parts() if "/theme/" in one.partname]
    assert any(b'<a:hlink><a:srgbClr val="1D5AA8"/>' in one for one in themes)
    (picture,) = (one for one in slide.shapes if one.shape_type == 13)
    assert picture._element.xpath(".//p:cNvPr")[0].get("descr") == "what it shows"
    assert picture.width == pytest.approx(2 * picture.height, rel=0.01)


def test_cross_entropy_is_a_native_table_with_all_its_terms(deck: Any, lesson: Lesson) -> None:
    slide = deck.slides[2]
    (table,) = (one.table for one in slide.shapes if one.has_table)
    rows = [[cell.text_frame.text for cell in row.cells] for row in table.rows]
    assert [row[0] for row in rows[1:-1]] == lesson.classes.classes
    assert sum(row[1] == "1" for row in rows[1:-1]) == 1
    terms = sum(float(row[3].replace("\N{MINUS SIGN}", "-")) for row in rows[1:-1])
    assert -terms == pytest.approx(float(rows[-1][3]), abs=1e-4)
    assert "Σ yᵢ log ŷᵢ" in texts(slide) and rows[1][2] in slide.notes_slide.notes_text_frame.text


@pytest.mark.parametrize(("key", "arrows"), [("sum", 3), ("guess", 0)])
def test_who_predicts_a_step_sees_no_arrow_that_tells_it(
    lesson: Lesson, key: str, arrows: int
) -> None:
    axes = Figure().subplots()
    draw_map(axes, lesson, key, INKS[lesson.theme])
    patches = [getattr(one, "arrow_patch", None) for one in axes.texts]
    assert sum(one is not None for one in patches) == arrows


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("momentum", ["without momentum", "with momentum"]),
        ("large", ["0.15", "0.95"]),
        ("diverge", ["0.15", "0.95", "1.02"]),
        ("walk", []),
    ],
)
def test_curves_beside_each_other_are_named(lesson: Lesson, key: str, names: list[str]) -> None:
    axes = Figure().subplots()
    (build,) = (one for one in lesson.builds if one.key == key)
    DRAWN["curve"](axes, lesson, build, INKS[lesson.theme])
    legend = axes.get_legend()
    assert [one.get_text() for one in legend.get_texts()] == names if names else legend is None
    looks = {str(line.get_linestyle()) for line in axes.lines if len(line.get_xdata()) > 1}
    assert len(looks) == max(1, len(names)), "colour alone tells none of them"


def test_every_picture_is_told_and_every_box_wraps(deck: Any) -> None:
    for slide in deck.slides:
        assert slide.notes_slide.notes_text_frame.text
        numbers = slide._element.xpath('.//a:fld[@type="slidenum"]')
        assert len(numbers) == 1
        for shape in slide.shapes:
            if shape.shape_type == 13 or shape.has_table:
                assert shape._element.xpath(".//p:cNvPr")[0].get("descr")
            if shape.shape_type == 13 and slide.slide_id != deck.slides[1].slide_id:
                image = Image.open(BytesIO(shape.image.blob))
                assert image.width / (shape.width / 914400) == pytest.approx(192, rel=0.01)
            if shape.shape_type == 17:
                assert shape.text_frame.word_wrap
            inside = shape.left >= 0 and shape.left + shape.width <= deck.slide_width
            assert inside and shape.top + shape.height <= deck.slide_height


def test_a_template_gives_its_size_and_loses_its_slides(geyser: Run, tmp_path: Path) -> None:
    made = pptx.Presentation()
    made.slides.add_slide(made.slide_layouts[1]).shapes.title.text = "old"
    made.save(str(tmp_path / "own.pptx"))
    lesson = lesson_of(geyser, Settings(order=("title", "end")))
    path = tmp_path / "lesson.pptx"
    write_slides(lesson, path, template=tmp_path / "own.pptx")
    deck = pptx.Presentation(str(path))
    assert (deck.slide_width, len(deck.slides)) == (made.slide_width, 2)
    assert "old" not in "".join(map(texts, deck.slides))
    (tmp_path / "none.pptx").write_text("no zip")
    with pytest.raises(FileError, match=r"none\.pptx is no presentation"):
        write_slides(lesson, path, template=tmp_path / "none.pptx")
    with pytest.raises(FileError, match=r"must end in \.pptx or \.potx"):
        write_slides(lesson, path, template=tmp_path / "own.odp")
