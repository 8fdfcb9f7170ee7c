"""The lecturer edits the lesson in the page and saves the file, which opens as it was edited."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from doors import Doors

import steepest as st
from steepest.numerals import short
from steepest.page.lesson.builds import builds, sentences
from steepest.page.lesson.record import lesson_record

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

LEAVE_ALL_OUT = """() => {
  const boxes = document.querySelectorAll('.st-le-edit [type=checkbox]');
  boxes.forEach((one) => one.click());
}"""

KEYS = [one.key for one in builds()]


@pytest.fixture(scope="module")
def lesson(line: st.Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("edited") / "lesson.html"
    line.lesson(path)
    return path


def opened(doors: Doors, path: Path) -> "Page":
    page = doors.sealed(reduced_motion="reduce")
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(path.as_uri())
    page.locator(".st-lecture").wait_for()
    return page


def built(page: "Page", count: int) -> list[str]:
    """Return the keys of the first builds of the lesson, each by a press."""
    lecture = page.locator(".st-lecture").first
    found = []
    for _ in range(count):
        found.append(str(lecture.get_attribute("data-build")))
        page.keyboard.press("PageDown")
    page.keyboard.press("Home")
    return found


def item(page: "Page", key: str) -> "Locator":
    return page.locator(f'.st-le-edit li[data-key="{key}"]')


def edited(page: "Page") -> None:
    """Leave out the rows, tell the line before the title, and say it otherwise."""
    page.get_by_role("button", name="Edit", exact=True).click()
    item(page, "rows").get_by_role("checkbox", name="shown").uncheck()
    for _ in range(2):
        item(page, "line").get_by_role("button", name="earlier").click()
    item(page, "line").get_by_label("Sentence of line").fill("Guess <b>{x}</b> & see {n} rows.")


def saved(page: "Page", name: str, path: Path, file: str = "geyser.html") -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name=name, exact=True).click()
    page.get_by_role("status").filter(has_text=f"Saved as {file}.").wait_for()
    download.value.save_as(path)
    return path


def assert_edited(page: "Page") -> None:
    assert built(page, 4) == ["line", "title", "errors", "squares"]
    said = page.locator(".st-le-say").first.inner_text()
    assert said == "Guess <b>duration</b> & see 272 rows."
    assert page.locator(".st-le-count").first.inner_text() == f"1 / {len(KEYS) - 1}"


def test_order_sentences_and_what_is_shown_are_saved_and_taken_back(
    doors: Doors, lesson: Path, tmp_path: Path
) -> None:
    page = opened(doors, lesson)
    page.set_viewport_size({"width": 1280, "height": 720})
    page.get_by_role("button", name="Edit", exact=True).click()
    assert page.locator(".st-le-edit").evaluate("(root) => root.scrollTop") == 0
    page.get_by_role("button", name="Edit", exact=True).click()
    edited(page)
    page.locator(".st-le-edit").get_by_role("button", name="Close").click()
    page.keyboard.press("Home")
    assert_edited(page)
    page.get_by_role("button", name="Edit", exact=True).click()
    again = opened(doors, saved(page, "Save this file", tmp_path / "own.html"))
    assert_edited(again)
    again.get_by_role("combobox", name="Language").select_option("de")
    assert "{" not in again.locator(".st-le-say").inner_text()
    again.get_by_role("button", name="Bearbeiten").click()
    assert not item(again, "rows").get_by_role("checkbox").is_checked()
    german = item(again, "line").get_by_role("textbox").input_value()
    assert german == sentences("de")["builds"]["line"]["say"], "a language has its own sentences"
    again.get_by_role("button", name="Zurück zum Original").click()
    again.get_by_role("status").filter(has_text="Alle Änderungen gehen verloren.").wait_for()
    assert not item(again, "rows").get_by_role("checkbox").is_checked(), "one press drops nothing"
    again.get_by_role("button", name="Zurück zum Original").click()
    again.keyboard.press("Home")
    assert built(again, 3) == KEYS[:3]
    assert again.locator(".st-le-edit").count() == 0


def test_a_class_gets_the_lesson_without_what_was_left_out(
    doors: Doors, lesson: Path, tmp_path: Path
) -> None:
    page = opened(doors, lesson)
    edited(page)
    name = "Save it for a class, without this editor"
    path = saved(page, name, tmp_path / "class.html", "geyser-class.html")
    given = opened(doors, path)
    assert_edited(given)
    assert given.get_by_role("button", name="Edit", exact=True).count() == 0
    text = path.read_text(encoding="utf-8")
    for language in ("en", "de"):
        told = sentences(language)["builds"]
        assert told["rows"]["say"] not in text and told["squares"]["say"] in text


def test_all_left_out_is_all_shown_and_the_editor_takes_no_key_of_the_lesson(
    doors: Doors, lesson: Path
) -> None:
    page = opened(doors, lesson)
    page.get_by_role("button", name="Edit", exact=True).click()
    page.evaluate(LEAVE_ALL_OUT)
    assert page.locator(".st-le-count").first.inner_text().endswith(f" / {len(KEYS)}")
    page.keyboard.press("Home")
    area = item(page, "title").get_by_role("textbox")
    area.press("End")
    area.press("Space")
    assert page.locator(".st-lecture").first.get_attribute("data-build") == "title"
    page.keyboard.press("Escape")
    assert page.locator(".st-le-edit").count() == 0


def test_the_title_is_edited_for_both_languages(doors: Doors, lesson: Path, tmp_path: Path) -> None:
    page = opened(doors, lesson)
    page.get_by_role("button", name="Edit", exact=True).click()
    title = page.get_by_role("textbox", name="Title", exact=True)
    item(page, "title").get_by_role("textbox").fill("Ours")
    page.locator(".st-lecture").first.get_by_role("combobox").select_option("de")
    german = str(sentences("de")["title"])
    assert page.locator(".st-le-eq").inner_text() == german, "a sentence changes no title"
    page.locator(".st-lecture").first.get_by_role("combobox").select_option("en")
    title.fill("Week 3 <i>")
    assert page.locator(".st-le-eq").inner_text() == "Week 3 <i>"
    again = opened(doors, saved(page, "Save this file", tmp_path / "own.html"))
    assert again.title().startswith("Week 3 <i> ")
    again.get_by_role("combobox", name="Language").select_option("de")
    assert again.locator(".st-le-eq").inner_text() == "Week 3 <i>"
    again.get_by_role("button", name="Bearbeiten").click()
    again.get_by_role("textbox", name="Titel", exact=True).fill("")
    assert again.locator(".st-le-eq").inner_text() == german


def test_a_place_that_no_number_fills_is_said_where_it_is_written(
    doors: Doors, lesson: Path
) -> None:
    page = opened(doors, lesson)
    page.get_by_role("button", name="Edit", exact=True).click()
    assert page.locator(".st-le-edit li [role=status]:not(:empty)").count() == 0
    area = item(page, "line").get_by_role("textbox")
    area.fill("From {w0} to {w9} and {lowst}.")
    warning = item(page, "line").get_by_role("status")
    assert warning.inner_text().startswith("{w9}, {lowst}: no number of the lesson")
    area.fill("From {w0} to {w1}.")
    assert warning.inner_text() == ""


START = ("Learning rate", "Weight at the start", "Bias at the start")


def field(page: "Page", name: str) -> "Locator":
    return page.get_by_role("textbox", name=name, exact=True)


def sentence_at(page: "Page", key: str) -> str:
    """Return the line of numbers of a build."""
    item(page, key).get_by_role("button", name="look at it").click()
    return str(page.locator(".st-le-sum").first.inner_text())


def stepped(line: st.Run, rate: float, start: tuple[float, float]) -> list[float]:
    """Return the losses of the start and of one step there, by NumPy alone."""
    x, y = line.data.X[:, 0], line.data.y
    z = np.column_stack([(x - x.mean()) / x.std(), np.ones_like(x)])
    params = np.array(start)
    after = params - rate * 2 / len(y) * z.T @ (z @ params - y)
    return [float(np.mean((z @ one - y) ** 2)) for one in (params, after)]


def test_start_and_rate_of_the_walk_are_edited_and_saved(
    doors: Doors, lesson: Path, line: st.Run, tmp_path: Path
) -> None:
    page = opened(doors, lesson)
    page.get_by_role("button", name="Edit", exact=True).click()
    for name, typed in zip(START, ("0.4", "\u22125", "90"), strict=True):
        field(page, name).fill(typed)
        field(page, name).press("Tab")
    before, after = (short(one) for one in stepped(line, 0.4, (-5.0, 90.0)))
    told = f"loss {before} → {after}"
    assert sentence_at(page, "loss") == told
    assert page.locator(".st-le-eq").inner_text().startswith("waiting = ")
    assert sentence_at(page, "good").startswith("loss after 20 rounds: 34.72")
    again = opened(doors, saved(page, "Save this file", tmp_path / "own.html"))
    again.get_by_role("button", name="Edit", exact=True).click()
    assert [field(again, name).input_value() for name in START] == ["0.4", "\u22125", "90"]
    assert sentence_at(again, "loss") == told
    name = "Save it for a class, without this editor"
    given = opened(doors, saved(again, name, tmp_path / "class.html", "geyser-class.html"))
    for _ in range(KEYS.index("loss")):
        given.keyboard.press("PageDown")
    assert given.locator(".st-le-sum").inner_text() == told
    for _ in range(2):
        again.get_by_role("button", name="Back to the original").click()
    again.get_by_role("button", name="Edit", exact=True).click()
    assert sentence_at(again, "loss") != told
    assert field(again, START[0]).input_value() == "0.15"
    sentence_at(again, "line")
    assert "these two are random" in again.locator(".st-le-say").first.inner_text()


@pytest.mark.parametrize(
    ("name", "typed", "why"),
    [
        (START[0], "0.9", "from 0.02 to 0.5: it tells 0.01 as too small and 0.95 as too large."),
        (START[0], "fast", "Type a number, such as \u22121.5."),
        (START[1], "1e6", "the lowest loss is at the weight 12.22 and the bias 70.9; start at"),
    ],
)
def test_a_start_or_rate_that_cannot_be_is_refused_at_its_field(
    doors: Doors, lesson: Path, name: str, typed: str, why: str
) -> None:
    page = opened(doors, lesson)
    page.get_by_role("button", name="Edit", exact=True).click()
    before = sentence_at(page, "loss")
    field(page, name).fill(typed)
    field(page, name).press("Tab")
    assert why in page.locator(".st-le-walk + p").inner_text()
    assert field(page, name).get_attribute("aria-invalid") == "true"
    assert sentence_at(page, "loss") == before
    used = page.locator(".st-le-walk + p").inner_text()
    assert "In use are the rate 0.15, the weight " in used and typed not in used.split("In use")[1]
    close = page.locator(".st-le-edit").get_by_role("button", name="Close")
    close.click()
    assert field(page, name).evaluate("(one) => one === document.activeElement")
    close.click()
    assert page.locator(".st-le-edit").count() == 0


def test_a_weight_that_is_refused_alone_is_taken_with_its_bias(doors: Doors, lesson: Path) -> None:
    page = opened(doors, lesson)
    page.get_by_role("button", name="Edit", exact=True).click()
    for name, typed in ((START[2], "70.9"), (START[1], "12.22"), (START[2], "90")):
        field(page, name).fill(typed)
        field(page, name).press("Tab")
        refused = [field(page, one).get_attribute("aria-invalid") for one in START[1:]]
        assert refused.count("true") == (name == START[1])
    assert "In use" not in page.locator(".st-le-walk + p").inner_text()
    item(page, "line").get_by_role("button", name="look at it").click()
    assert "12.2" in page.locator(".st-le-eq").inner_text()


DRAWN = """() => {
  window.drawn = { dots: [], map: null };
  const { arc, fillRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.arc = function told(x, y, r, ...more) {
    window.drawn.dots.push([x, y, r]);
    return arc.call(this, x, y, r, ...more);
  };
  CanvasRenderingContext2D.prototype.fillRect = function told(...box) {
    if (Math.min(box[2], box[3]) > 150) window.drawn = { dots: [], map: box };
    return fillRect.call(this, ...box);
  };
}"""
"""Keeps the map's box that was drawn last, and every dot after it."""


def outside(page: "Page") -> list[list[float]]:
    """Return the large dots that the map does not hold whole."""
    dots, (x, y, w, h) = (page.evaluate("window.drawn")[name] for name in ("dots", "map"))
    most = max(r for *_, r in dots)
    large = [one for one in dots if one[2] > 0.7 * most]
    return [[a, b] for a, b, r in large if not (x + r < a < x + w - r and y + r < b < y + h - r)]


@pytest.mark.parametrize("start", [("12.3", "120"), ("-40", "70.8")])
def test_a_start_straight_over_or_beside_the_lowest_loss_is_within_each_map(
    doors: Doors, lesson: Path, start: tuple[str, str]
) -> None:
    page = opened(doors, lesson)
    page.evaluate(DRAWN)
    page.get_by_role("button", name="Edit", exact=True).click()
    for name, typed in zip(START[1:], start, strict=True):
        field(page, name).fill(typed)
        field(page, name).press("Tab")
    for key in ("dot", "sum", "guess", "step", "again", "guess_large", "ravine", "momentum"):
        sentence_at(page, key)
        page.wait_for_timeout(60)
        assert outside(page) == [], key
    sentence_at(page, "line")
    said = page.locator(".st-le-say").first.inner_text()
    assert said == "A weight and a bias make a line; these two were chosen."
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    figures = page.locator(".st-sheet figure").all_inner_texts()
    assert "Start at the chosen bias and weight" in figures[0]


SAID = """async ([record, language]) => {
  const { lessonOf } = await import('/lesson/words.js');
  const { makeSheet } = await import('/lesson/sheet.js');
  const { closedRecord } = await import('/lesson/edited.js');
  const start = record.numbers.start.map((one) => 1.1 * one);
  const edited = { ...record, edits: { walk: { start } } };
  return [record, edited, closedRecord(edited)].map((one) => {
    const words = lessonOf(one).in(language);
    const sheet = makeSheet(document.body, one, language, { tasks: [], run: null });
    const first = document.querySelector('.st-sheet figcaption').textContent;
    sheet.remove();
    const { steps, notes } = words.sentences;
    const says = one.builds.map(({ key }) => words.say(key)).join();
    return [says, steps[0], Object.values(notes).join(), first];
  });
}"""


@pytest.mark.parametrize(("language", "random"), [("en", "random"), ("de", "zufällig")])
@pytest.mark.parametrize("is_class", [False, True], ids=["line", "classes"])
def test_a_chosen_start_is_nowhere_called_random(
    modules: "Page", line: st.Run, language: str, random: str, is_class: bool
) -> None:
    """On the sheet of classes it stands beside them: these start at random all the same."""
    run = st.descend("penguins", "species", ["body_mass_g"], steps=1) if is_class else line
    record = json.loads(json.dumps(lesson_record(run.record()), default=np.ndarray.tolist))
    drawn, *chosen = modules.evaluate(SAID, [record, language])
    assert [random in said for said in drawn] == [True] * 4
    for texts in chosen:
        assert [random in said for said in texts] == [False, False, False, is_class]


def test_the_title_is_in_sight_at_every_build(doors: Doors, lesson: Path) -> None:
    page = opened(doors, lesson)
    page.set_viewport_size({"width": 1280, "height": 720})
    page.keyboard.press("End")
    page.get_by_role("button", name="Edit", exact=True).click()
    editor = page.locator(".st-le-edit")
    assert editor.evaluate("(root) => root.scrollTop") > 1000
    title = editor.get_by_label("Title", exact=True)
    for field in (title, editor.get_by_role("button", name="Close")):
        box = field.bounding_box()
        assert box is not None and box["y"] >= 0 and box["x"] + box["width"] <= 1280
        field.click(trial=True)  # Nothing lies over it.
