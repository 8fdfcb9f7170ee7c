"""The lesson as a record: its numbers by closed forms, and what its author changes."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.special import log_softmax

from steepest.errors import ChoiceError, FileError, SteepestError
from steepest.lesson.arithmetic import worked_out
from steepest.lesson.handout import Pages
from steepest.lesson.lesson import Lesson, for_page, lesson_of
from steepest.lesson.markdown import RULE, lines_of
from steepest.lesson.settings import OwnSlide, OwnTask, Settings, read_settings, write_settings
from steepest.lesson.source_notes import source_notes
from steepest.lesson.tables import rows_of
from steepest.lesson.tasks import tasks_of
from steepest.page.lesson.builds import LANGUAGES, builds, sentences
from steepest.page.lesson.record import lesson_record, lesson_rows, shipped_network
from steepest.run.descend import descend
from steepest.run.run import Run


def test_the_numbers_of_the_line_are_those_of_the_closed_forms(lesson: Lesson) -> None:
    rows, v = lesson.line.rows, lesson.values
    x, y = rows["X"], rows["Y"]
    z = (x - x.mean()) / x.std()
    w, b = rows["start"]
    for step in range(3):
        errors = y - w * z - b
        assert v[f"loss{step}"] == pytest.approx(np.mean(errors**2), rel=1e-12)
        assert (v[f"w{step}"], v[f"b{step}"]) == pytest.approx((w, b), rel=1e-12)
        w, b = w + 0.3 * np.mean(errors * z), b + 0.3 * errors.mean()
    slope, intercept = np.polyfit(z, y, 1)
    assert v["lowest"] == pytest.approx(np.mean((y - slope * z - intercept) ** 2), rel=1e-12)
    # In standard units every step of a fixed rate leaves the same share of the way.
    assert v["small_left"] == pytest.approx(0.98**20) and v["good_left"] == pytest.approx(0.7**20)
    assert v["good_loss"] < v["large_loss"] < v["small_loss"] < v["loss0"] < v["over_loss"]
    hessian = 2 * np.array([[np.mean(x**2), x.mean()], [x.mean(), 1.0]])
    bent = np.linalg.eigvalsh(hessian)
    assert v["condition"] == pytest.approx(bent[1] / bent[0], rel=1e-9)


def test_the_numbers_of_the_classes_are_those_of_softmax(lesson: Lesson) -> None:
    rows, v = lesson.classes.rows, lesson.values
    x, codes, start = rows["X"], rows["Y"].astype(int), rows["start"]
    k = len(rows["classes"] or [])
    logits = np.outer((x - x.mean()) / x.std(), start[:k]) + start[k:]
    costs = -log_softmax(logits, axis=1)[np.arange(len(x)), codes]
    assert v["cost_sum"] == pytest.approx(costs.sum(), rel=1e-12)
    assert v["c_loss0"] == pytest.approx(costs.mean(), rel=1e-12)
    assert v["row_cost"] == pytest.approx(costs[np.argmin(np.abs(np.exp(-costs) - 0.5))])
    assert v["params"] == 105 and v["weights"] == 88


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_has_its_numbers_in_its_language(geyser: Run, language: str) -> None:
    lesson = lesson_of(geyser, Settings(language=language))
    for build in lesson.builds:
        said = (lesson.sentence(build.key), lesson.sentence(build.key, "sum"))
        for text in (*said, lesson.note(build.key)):
            assert "{" not in text and "nan" not in text
    assert {one.key for one in builds()} < {one.key for one in lesson.builds}
    said = lesson.sentence("again", "sum")
    assert ("546,8" if language == "de" else "546.8") in said


def test_an_author_orders_hides_and_says_anew(geyser: Run) -> None:
    text = "# Mine\n\nIt is **so**, *as* $w_0 * x$\n\n- one"
    own = OwnSlide("rows", text)
    settings = Settings(
        order=("rows", "title", "dot"),
        hide=("dot",),
        sentences={"rows": "{n} of them"},
        slides=(own,),
    )
    lesson = lesson_of(geyser, settings)
    assert [one.key for one in lesson.builds] == ["rows", "own 1", "title"]
    assert lesson.sentence("rows") == "272 of them" and lesson.sentence("own 1") == (
        "It is so, as w_0 * x\n\N{BULLET} one"
    )
    assert lesson.heading(lesson.builds[1]) == "Mine"
    page = for_page(lesson_record(geyser.record()), settings)
    assert [one["key"] for one in page["builds"]] == ["rows", "own 1", "title"]
    assert page["words"]["de"]["builds"]["rows"]["say"] == "{n} of them"
    first, second = page["builds"][1]["lines"]
    styles = [(piece["is_bold"], piece["is_italic"]) for piece in first["pieces"]]
    assert (True, False) in styles and styles.count((False, True)) == 2
    assert second["level"] == 1 and second["mark"] == "\N{BULLET}"


def test_title_author_and_what_is_hidden_are_said_where_a_lesson_is_written(
    geyser: Run, tmp_path: Path
) -> None:
    path = tmp_path / "lesson.html"
    geyser.lesson(path, title="Week 3", author="A. Lecturer", hide=["momentum"])
    text = path.read_text(encoding="utf-8")
    assert "<title>Week 3</title>" in text
    found = re.search(r'id="steepest-lesson"[^>]*>(.*?)</script>', text, re.DOTALL)
    assert found is not None
    page = json.loads(found[1])
    assert "momentum" not in [one["key"] for one in page["builds"]]
    for language in LANGUAGES:
        words = page["words"][language]
        assert words["title"] == "Week 3"
        assert words["builds"]["title"]["say"].startswith("A. Lecturer · {source}")
    with pytest.raises(ChoiceError, match="hide of the lesson names 'ravin', but there is no such"):
        geyser.lesson(path, hide=["ravin"])


def test_a_place_that_no_number_fills_is_refused(geyser: Run) -> None:
    with pytest.raises(ChoiceError, match=r"sentences of the lesson: 'line' has \{w9\}, but .* w2"):
        lesson_of(geyser, Settings(sentences={"line": "From {w0} to {w9}"}))


MARKDOWN = """one  \ntwo\n\n> said\n\n5. five\n\n   goes on\n6) six\n
| a | rate |\n|---|-----:|\n| 日本 | **1.5** |\n\n---\n
```\nf\n\n  g\n```\n"""


def test_nothing_of_a_slide_in_markdown_is_flattened() -> None:
    _, lines = lines_of(MARKDOWN)
    assert [(one.mark, one.text) for one in lines] == [
        ("", "one"),
        ("", "two"),
        ("\N{LEFT ONE QUARTER BLOCK}", "said"),
        ("5.", "five"),
        ("\N{EM SPACE}", "goes on"),
        ("6)", "six"),
        ("", "a      rate"),
        ("", f"{4 * RULE}   {4 * RULE}"),
        ("", "日本    1.5"),
        ("", 30 * RULE),
        ("", "f"),
        ("", " "),
        ("", "  g"),
    ]
    assert all(piece.is_code for line in lines[6:9] for piece in line.pieces)
    assert all(piece.is_bold for piece in lines[6].pieces if piece.text.strip())


def test_a_page_keeps_its_own_order_where_none_is_given(geyser: Run) -> None:
    page = for_page(lesson_record(geyser.record()), Settings(hide=("film", "parts")))
    assert [one["key"] for one in page["builds"]] == [
        one.key for one in builds() if one.key != "parts"
    ]
    assert page["words"]["en"]["builds"].keys() == sentences("en")["builds"].keys()


@pytest.mark.parametrize("ending", ["png", "jpg", "gif"])
def test_a_picture_that_was_cut_off_is_told(geyser: Run, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    noise = np.random.default_rng(0).integers(0, 255, (90, 120, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    settings = Settings(slides=(OwnSlide("rows", f"![a](a.{ending})"),), folder=str(tmp_path))
    assert lesson_of(geyser, settings).own["own 1"].images
    path.write_bytes(path.read_bytes()[:2000])
    said = rf"a slide of your own shows a\.{ending}, but the picture is damaged: .*; save it anew"
    with pytest.raises(FileError, match=said):
        lesson_of(geyser, settings)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("none.png", "none.png, which cannot be read: No such file"),
        ("https://example.org/a.png", "asks the network for nothing; save the picture beside"),
        ("lesson.toml", "lesson.toml, but that is no PNG, JPEG or GIF"),
    ],
)
def test_a_picture_that_cannot_be_shown_is_told(
    geyser: Run, tmp_path: Path, source: str, why: str
) -> None:
    path = tmp_path / "lesson.toml"
    path.write_text(f"[[slides]]\nafter = 'rows'\nmarkdown = '![a]({source})'\n")
    with pytest.raises(FileError, match=f"a slide of your own shows .*{why}"):
        lesson_of(geyser, read_settings(path))


def test_what_a_lesson_leaves_out_or_borrows_is_said(tmp_path: Path) -> None:
    rows = "".join(f"{i},{'' if i in (3, 5) else 2 * i + i % 3}\n" for i in range(12))
    (tmp_path / "gaps.csv").write_text(f"x,y\n{rows}", encoding="utf-8")
    run = descend(tmp_path / "gaps.csv", "y", missing="drop", steps=1)
    lesson = lesson_of(run, Settings(language="de"))
    assert lesson.sentence("title", "sum") == "2 Zeilen mit Lücken sind weggelassen"
    made = lesson.sentence("classes", "sum")
    assert made == "y ist eine Zahl: ihre Klassen sind Drittel der Zeilen"


WRONG = {
    'language = "fr"': "the language of the lesson is 'fr', but it must be one of en, de",
    'order = ["row"]': "order of the lesson names 'row', but there is no such slide; there are",
    "colour = 1": "has 'colour', but a lesson knows title, author",
    "title = 3": "title has 3, but it must be text in quotes",
    "order = 3": "order is 3, but it must be a list",
    "[[slides]]\nafter = 'rows'": "each needs after and markdown, but one has after",
    "[[tasks]]\nquestion = 'a'\nanswer = '1'\ntolerance = 2": "must be a share from 0 to below 1",
    "title =": "is no TOML",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_lesson_that_cannot_be_used_says_why(geyser: Run, tmp_path: Path, text: str) -> None:
    path = tmp_path / "lesson.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SteepestError, match=WRONG[text].replace("[", r"\[")):
        lesson_of(geyser, read_settings(path))


def test_what_is_written_of_settings_is_read_back(lesson: Lesson, tmp_path: Path) -> None:
    settings = Settings(
        title='A "title" \\ of\ttabs\x7f',
        author="Ä. Ü.",
        language="de",
        data="geyser",
        target="waiting",
        features=("duration",),
        order=("title", "rows"),
        hide=("rows",),
        sentences={"rows": "a\nb {n}"},
        slides=(OwnSlide("title", "# x\n- y"),),
        tasks=(OwnTask("What?", "w0 + 1", 0.02),),
    )
    path = tmp_path / "lesson.toml"
    write_settings(settings, [one.key for one in lesson.builds], lesson.own_words, path)
    assert read_settings(path) == settings
    write_settings(Settings(), [one.key for one in lesson.builds], lesson.own_words, path)
    assert read_settings(path).shown([one.key for one in lesson.builds]) == [
        one.key for one in lesson.builds
    ]


def test_the_examples_of_a_lesson_toml_can_be_used(
    geyser: Run, lesson: Lesson, tmp_path: Path
) -> None:
    path = tmp_path / "lesson.toml"
    write_settings(Settings(), [one.key for one in lesson.builds], lesson.own_words, path)
    before, _, examples = path.read_text(encoding="utf-8").partition("# Slides of your own")
    used = [line.removeprefix("# ") for line in examples.splitlines()]
    text = "\n".join(used[used.index("[[slides]]") :])
    tasks = text.replace("Tasks of your own", "# Tasks of your own")
    path.write_text(before + tasks, encoding="utf-8")
    made = lesson_of(geyser, read_settings(path))
    assert made.own["own 1"].heading == "My example"
    ratio = made.values["loss1"] / made.values["loss0"]  # type: ignore[operator]
    assert tasks_of(made)[-1].answer == pytest.approx(ratio)


@pytest.mark.parametrize(
    "text", ["__import__('os')", "w0.real", "w1", "1 if w0 else 2", "[1]", "w0 +", "1/0", "9**9**9"]
)
def test_an_answer_is_arithmetic_and_nothing_else(text: str) -> None:
    with pytest.raises(ChoiceError, match="answer"):
        worked_out(text, {"w0": 1.0})


def test_a_line_that_meets_every_row_has_the_lowest_loss_0(tmp_path: Path) -> None:
    years = np.arange(1991.0, 2011.0)
    (tmp_path / "years.csv").write_text(
        "year,gdp\n" + "".join(f"{x},{0.1 * x + 3}\n" for x in years), encoding="utf-8"
    )
    lesson = lesson_of(descend(tmp_path / "years.csv", "gdp", steps=1))
    assert lesson.values["lowest"] == 0
    # 2000.5 to four digits is 2,000, a tenth of the deviation off.
    assert "2,000.5)" in lesson.sentence("line", "sum")


def test_a_large_sum_of_squares_by_the_rows_is_the_loss(tmp_path: Path) -> None:
    """Rounded to a power of ten, 7.5e+07 / 150, it would be another loss."""
    rng = np.random.default_rng(0)
    rows = "".join(f"{x},{r:.6f}\n" for x, r in enumerate(rng.normal(1500.0, 700.0, 150)))
    (tmp_path / "rents.csv").write_text("size,rent\n" + rows, encoding="utf-8")
    lesson = lesson_of(descend(tmp_path / "rents.csv", "rent", ["size"], steps=1))
    total, mean = lesson.sentence("squares", "sum").replace(",", "").split("=")[2:]
    total, rows = total.split("/")
    assert float(rows) == 150 and int(total) > 1e7
    assert int(total) / 150 == pytest.approx(float(mean), abs=0.51)


def test_what_is_in_standard_units_is_called_so(lesson: Lesson) -> None:
    """The weight of the slides is not that of the feature in its own units."""
    assert "× standard units =" in lesson.sentence("parts", "sum")
    table = rows_of(lesson, "parts")
    assert table is not None and "standard units" in table.heads and table.last[0] == "average"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_without_rows_names_no_column_where_other_rows_stand_in(language: str) -> None:
    run = descend(lambda x: (float(x @ x), 2 * x), start=[1.0, 2.0], steps=2)
    scene = run.record()
    numbers, classes = lesson_rows(scene)
    words = sentences(language)
    notes = source_notes(scene, numbers, classes, shipped_network(), words, language)
    for build in ("title", "classes"):
        begin = words["ui"]["shipped_none"].split("{")[0]
        assert notes[build].startswith(begin) and "  " not in notes[build]


@pytest.mark.parametrize("title", ["{flag=1}", "{0.flag} {", "{{at}} {of}"])
def test_braces_in_a_title_are_letters(geyser: Run, title: str) -> None:
    pages = Pages(lesson_of(geyser, Settings(title=title)), "a4", "page {at} of {of}")
    sheets = [pages.new(), pages.new()]
    pages.number()
    for at, sheet in enumerate(sheets, start=1):
        feet = [text.get_text() for text in sheet.figure.texts]
        assert any(foot.startswith(title) and foot.endswith(f"page {at} of 2") for foot in feet)
