"""The lesson in a browser: one press a build, true numbers, and nothing of what is to come."""

import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from doors import Doors
from german import english_left, words
from numpy.typing import NDArray
from PIL import Image

import steepest as st
from steepest.lesson.doors import Doors as LessonDoors
from steepest.lesson.lesson import lesson_of
from steepest.lesson.own_data import OwnData
from steepest.lesson.settings import Settings
from steepest.numerals import short
from steepest.page.lesson.builds import builds, sentences
from steepest.page.lesson.record import lesson_record, lesson_rows
from steepest.page.lesson.rows import LessonRows

if TYPE_CHECKING:
    from playwright.sync_api import Page

KEYS = [one.key for one in builds()]

SIZES = [(1280, 720), (1366, 625), (1920, 1080), (820, 1180), (390, 844)]

SHOWN = """() => {
  const root = document.querySelector('.st-lecture');
  const text = (name) => root.querySelector(`.st-le-${name}`).innerText;
  return {
    key: root.dataset.build, say: text('say'), sum: text('sum'), words: root.innerText,
    steps: root.querySelectorAll('.st-le-steps li').length,
    others: document.querySelectorAll('.st-app').length,
  };
}"""

FIRST_FRAME = """() => {
  const now = performance.now();
  performance.now = () => now;
  window.drawn = [];
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function told(text, ...place) {
    if (document.querySelector('[data-build="again"]')) window.drawn.push(text);
    return write.call(this, text, ...place);
  };
}"""

CUT = """() => {
  const [w, h] = [innerWidth, innerHeight];
  const shown = ["say", "sum", "eq", "go", "canvas"].map((name) => `.st-le-${name}`);
  const cut = shown.filter((name) => {
    const range = document.createRange();
    range.selectNode(document.querySelector(name));
    const box = range.getBoundingClientRect();
    return box.right > w + 1 || box.bottom > h + 1 || box.left < -1 || box.top < -1;
  });
  const [say, sum, band, stage] = ['say', 'sum', 'band', 'stage'].map((name) => (
    document.querySelector(`.st-le-${name}`).getBoundingClientRect()));
  const steps = Array.from(document.querySelectorAll('.st-le-steps li'));
  if (steps.some((step) => step.getBoundingClientRect().right > w)) cut.push('steps');
  const go = document.querySelector('.st-le-go').getBoundingClientRect();
  if (w < h && sum.bottom > go.top + 1) cut.push('go');
  if (sum.bottom > h || stage.bottom > band.top + 2) cut.push('band');
  const root = document.documentElement;
  if (root.scrollHeight > h + 1 || root.scrollWidth > w + 1) cut.push('scrolls');
  return cut;
}"""


@pytest.fixture(scope="module")
def penguins() -> st.Run:
    features = ["bill_length_mm", "flipper_length_mm"]
    return st.descend("penguins", "species", features, rule="steepest", learning_rate=1, steps=5)


def opened(
    doors: Doors, path: Path, size: tuple[int, int] = (1280, 720), key: str = "", **options: Any
) -> "Page":
    """Return a page that opened in the lesson, standing still, at a build."""
    page = doors.window(reduced_motion="reduce", **options)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(path.as_uri() + (f"#lesson&build={KEYS.index(key) + 1}" if key else ""))
    page.wait_for_selector(".st-lecture")
    return page


ELLIPSES = """() => [...document.querySelectorAll('.st-lecture *')]
  .filter((one) => one.checkVisibility() && getComputedStyle(one).overflow === 'hidden')
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && !one.matches('.st-unseen'))
  .map((one) => one.textContent)"""

STEPS_FIT = """() => {
  const steps = document.querySelector('.st-le-steps').getBoundingClientRect();
  return [...document.querySelectorAll('.st-le-steps li')].every((one) =>
    one.getBoundingClientRect().bottom <= steps.bottom + 1);
}"""


BELOW_STEPS = """() => {
  const last = document.querySelector('.st-le-steps li:last-child').getBoundingClientRect();
  return document.querySelector('.st-le-say').getBoundingClientRect().top - last.bottom;
}"""


def test_a_german_sentence_that_fits_is_as_large_as_those_beside_it(
    doors: Doors, line: st.Run, tmp_path: Path
) -> None:
    line.lesson(tmp_path / "lesson.html", language="de")
    page = opened(doors, tmp_path / "lesson.html", (1280, 720), "momentum")
    sizes, size = [], "(one) => getComputedStyle(one).fontSize"
    for _ in range(3):
        assert page.evaluate(CUT) == []
        sizes.append(page.locator(".st-le-say").evaluate(size))
        page.keyboard.press("PageDown")
    assert len(set(sizes)) == 1, sizes


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_sentence_is_cut_on_a_phone(
    doors: Doors, line: st.Run, tmp_path: Path, language: str
) -> None:
    line.lesson(tmp_path / "lesson.html", language=language)
    page = opened(doors, tmp_path / "lesson.html", (390, 844), "bowl")
    assert page.locator(".st-le-steps li").count() == 4
    assert page.evaluate(ELLIPSES) == [] and page.evaluate(STEPS_FIT)
    assert page.evaluate(BELOW_STEPS) >= 4, "the list and the sentence touch"
    page.keyboard.press("End")
    assert page.evaluate(ELLIPSES) == []


def key_of(page: "Page") -> str:
    return str(page.locator(".st-lecture").get_attribute("data-build"))


def said(page: "Page") -> tuple[str, str]:
    """Return the sentence of the build that is shown, and its line of numbers."""
    return page.locator(".st-le-say").inner_text(), page.locator(".st-le-sum").inner_text()


def pixels(page: "Page") -> NDArray[np.int64]:
    """Return the canvas as it is seen, (height, width, 3)."""
    shot = page.locator(".st-le-canvas").screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)


def ramp_seen(page: "Page") -> int:
    """Return how many pixels have the middle colours of the surface, which nothing else has."""
    middle = np.array([[33, 145, 140], [44, 114, 142], [40, 174, 128]])
    near = np.abs(pixels(page)[::2, ::2, None, :] - middle).max(axis=3) < 14
    return int(near.any(axis=2).sum())


def bowl(rows: LessonRows) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the feature in standard units and the target."""
    x = rows["X"]
    return (x - x.mean()) / x.std(), rows["Y"]


def expected_numbers(rows: LessonRows) -> dict[str, list[float]]:
    """Return the numbers that builds of the line tell, by NumPy alone."""
    x, y = bowl(rows)

    def loss(params: NDArray[np.float64]) -> float:
        return float(np.mean((y - params[0] * x - params[1]) ** 2))

    def gradient(params: NDArray[np.float64]) -> NDArray[np.float64]:
        off = params[0] * x + params[1] - y
        return np.array([2 * np.mean(off * x), 2 * np.mean(off)])

    at = [rows["start"]]
    for _ in range(30):
        at.append(at[-1] - 0.15 * gradient(at[-1]))
    losses = [loss(params) for params in at]
    return {
        "squares": [losses[0]],
        "sum": [*gradient(at[0])],
        "step": [*at[1]],
        "loss": losses[:2],
        "again": losses[1:3],
        "walk": [losses[30]],
        "bowl": [float(np.polyfit(x, y, 1, full=True)[1][0]) / len(y)],
    }


def test_space_leads_through_true_numbers_and_shows_nothing_of_what_is_to_come(
    doors: Doors, line: st.Run, tmp_path: Path
) -> None:
    path = tmp_path / "lesson.html"
    line.lesson(path)
    rows, _ = lesson_rows(line.record())  # type: ignore[arg-type]
    expected = expected_numbers(rows)
    page = opened(doors, path)
    said = set()
    for one in builds():
        shown, key = page.evaluate(SHOWN), one.key
        assert shown["key"] == key
        assert not page.evaluate(CUT), key
        assert "{" not in shown["words"] and "NaN" not in shown["words"]
        told = f"{shown['say']} {shown['sum']}".replace("\u2212", "-")
        assert all(short(number) in told for number in expected.get(key, [])), (key, told)
        assert shown["steps"] == (4 if key in ("steps", "end") else one.step)
        assert shown["others"] == 0, "the run is not on the page of the lesson"
        if key in ("dot", "loss", "walk"):
            assert (ramp_seen(page) > 100) == (key == "walk"), "a surface where nobody walked"
        said.add(shown["say"])
        page.keyboard.press("Space")
    assert key_of(page) == KEYS[-1]
    assert len(said) == len(KEYS) >= 18
    page.get_by_role("button", name="Explore").first.click()
    page.wait_for_selector('.st-app[data-busy="false"]')
    assert page.locator(".st-lecture").count() == 0
    page.get_by_role("button", name="Lesson").click()
    assert key_of(page) == KEYS[-1]


@pytest.mark.parametrize(("asked", "key"), [("99", KEYS[-1]), ("0", KEYS[0]), ("x", KEYS[0])])
def test_a_build_that_there_is_not_is_the_nearest(
    doors: Doors, line: st.Run, tmp_path: Path, asked: str, key: str
) -> None:
    line.lesson(tmp_path / "lesson.html")
    page = doors.sealed()
    page.goto(f"{(tmp_path / 'lesson.html').as_uri()}#lesson&build={asked}")
    page.wait_for_selector(f'.st-lecture[data-build="{key}"]')


def test_the_loss_of_the_last_build_is_there_until_the_next_step_falls(
    doors: Doors, line: st.Run, tmp_path: Path
) -> None:
    """The first frame of a build, at a clock that is stopped, has no earlier loss."""
    path = tmp_path / "lesson.html"
    line.lesson(path)
    page = doors.sealed()
    page.goto(path.as_uri())
    page.wait_for_selector('.st-lecture[data-build="title"]')
    for _ in range(KEYS.index("loss")):
        page.keyboard.press("PageDown")
    page.evaluate(FIRST_FRAME)
    page.keyboard.press("Space")
    page.wait_for_selector('[data-build="again"]')
    losses = [short(step.loss) for step in lesson_of(line).line.walk.trace[:2]]
    drawn = page.evaluate("() => window.drawn")
    assert losses[1] in drawn and losses[0] not in drawn, (losses, drawn)


def test_a_prediction_is_drawn_beside_the_truth(doors: Doors, line: st.Run, tmp_path: Path) -> None:
    path = tmp_path / "lesson.html"
    line.lesson(path)
    page = opened(doors, path, key="step")
    assert key_of(page) == "step"
    without = pixels(page)
    page.keyboard.press("PageUp")
    assert key_of(page) == "guess"
    page.locator(".st-le-canvas").click(position={"x": 5, "y": 5})
    assert key_of(page) == "guess", "a click beside the map predicts nothing"
    box = page.locator(".st-le-canvas").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.65 * box["width"], box["y"] + 0.3 * box["height"])
    assert key_of(page) == "step"
    moved = np.abs(pixels(page) - without).max(axis=2) > 40
    assert 50 < moved.sum() < 0.05 * moved.size


def test_touch_and_names_lead_on_and_back(doors: Doors, line: st.Run, tmp_path: Path) -> None:
    path = tmp_path / "lesson.html"
    line.lesson(path, language="de")
    page = opened(doors, path, (390, 844), has_touch=True)
    page.get_by_role("button", name="Weiter").click()
    page.locator(".st-le-canvas").tap()
    assert key_of(page) == KEYS[2]
    page.keyboard.press("Space")
    assert key_of(page) == KEYS[3], "a button that was clicked does not swallow a key"
    page.get_by_role("button", name="Zurück").click()
    assert key_of(page) == KEYS[2]
    assert re.search(r"\d,\d", page.locator(".st-le-eq").inner_text())
    word = page.locator(".st-le-say .st-le-term").first
    word.hover()
    assert sentences("de")["glossary"][word.inner_text()] in page.locator(".st-le-tip").inner_text()


def test_a_lecturer_presents_blanks_and_reads_notes(
    doors: Doors, line: st.Run, tmp_path: Path
) -> None:
    path = tmp_path / "lesson.html"
    line.lesson(path, language="en")
    page = opened(doors, path, key="step")
    with page.expect_popup() as opening:
        page.keyboard.press("n")
    notes = opening.value
    assert sentences("en")["notes"]["step"] in notes.locator("body").inner_text()
    notes.keyboard.press("PageDown")
    assert key_of(page) == "loss"
    page.keyboard.press("b")
    assert pixels(page).max() < 5, "a blank screen"
    page.keyboard.press("b")
    assert pixels(page).max() > 200
    page.keyboard.press("p")
    assert page.locator(".st-lecture[data-present]").count() == 1
    assert page.locator(".st-le-head").evaluate("(one) => getComputedStyle(one).opacity") == "0"


def test_terms_of_a_cross_entropy_are_numpys(
    doors: Doors, penguins: st.Run, tmp_path: Path
) -> None:
    path = tmp_path / "lesson.html"
    penguins.lesson(path)
    _, rows = lesson_rows(penguins.record())  # type: ignore[arg-type]
    assert rows["own"] and rows["of"] == 2
    z, y = bowl(rows)
    weights, biases = rows["start"].reshape(2, -1)
    margins = z[:, None] * weights + biases
    p = np.exp(margins) / np.exp(margins).sum(axis=1, keepdims=True)
    given = p[np.arange(len(y)), y.astype(int)]
    row = int(np.argmin(np.abs(given - 0.5)))
    page = opened(doors, path, key="class_row")
    # The probability has as many digits as its logarithm needs to come out by a calculator.
    shown, cost = re.findall(r"\d+\.\d+", said(page)[1])
    assert short(float(shown)) == short(given[row])
    assert cost == short(-np.log(float(shown))) == short(-np.log(given[row]))
    page.keyboard.press("Space")
    assert said(page)[1].endswith(f"= {short(float(-np.log(given).mean()))}")


def test_words_of_every_language_fill_every_place() -> None:
    english, german = sentences("en"), sentences("de")
    assert list(english["builds"]) == list(german["builds"]) == KEYS
    assert english["ui"].keys() == german["ui"].keys()
    for key in KEYS:
        for kind in english["builds"][key]:
            places = [re.findall(r"\{\w+\}", one["builds"][key][kind]) for one in (english, german)]
            assert sorted(places[0]) == sorted(places[1]), key


def test_another_language_is_refused(line: st.Run, tmp_path: Path) -> None:
    with pytest.raises(st.ChoiceError, match="one of en, de"):
        line.lesson(tmp_path / "lesson.html", language="xx")
    assert not list(tmp_path.iterdir())


@pytest.mark.prove
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_no_build_is_cut(
    doors: Doors,
    penguins: st.Run,
    tmp_path: Path,
    size: tuple[int, int],
    theme: str,
    language: str,
) -> None:
    path = tmp_path / "lesson.html"
    penguins.lesson(path, language=language)
    page = opened(doors, path, size, color_scheme=theme)
    for key in KEYS:
        assert key_of(page) == key
        assert not page.evaluate(CUT), key
        page.keyboard.press("PageDown")


@pytest.mark.prove
@pytest.mark.parametrize("size", [(1280, 720), (390, 844)])
def test_long_german_names_cut_no_build(
    doors: Doors, tmp_path: Path, size: tuple[int, int]
) -> None:
    long, wide = "Kilometerstand in " * 15, "PreisInTausendEuro" * 15
    table = tmp_path / "long.csv"
    rows = [f"{i}.5,{3.7 * i + i % 3 - 12}\n" for i in range(20)]
    table.write_text(f"{long},{wide}\n{''.join(rows)}", encoding="utf-8")
    path = tmp_path / "lesson.html"
    st.descend(table, wide, steps=1).lesson(path, language="de")
    page = opened(doors, path, size)
    for key in KEYS:
        assert key_of(page) == key and not page.evaluate(CUT), key
        if key == "line":
            line = page.locator(".st-le-eq")
            assert "(Standardeinheiten)" in line.inner_text()
            assert line.evaluate("(node) => node.scrollHeight <= node.clientHeight + 1")
        page.keyboard.press("PageDown")


RECORD_TEXTS = """() => {
  window.drawn = new Set();
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    window.drawn.add(text);
    return write.call(this, text, ...rest);
  };
}"""

ALL_TEXTS = """() => {
  const told = [...document.querySelectorAll('[aria-label], [title], [alt]')].flatMap((one) => (
    ['aria-label', 'title', 'alt'].map((name) => one.getAttribute(name) ?? '')));
  const words = document.querySelector('.st-lecture');
  return [document.title, document.documentElement.lang, words.innerText, ...told, ...window.drawn];
}"""


@pytest.mark.prove
def test_a_lesson_in_german_has_no_english_word(doors: Doors, line: st.Run, tmp_path: Path) -> None:
    path = tmp_path / "lesson.html"
    line.lesson(path, language="de")
    page = opened(doors, path)
    page.evaluate(RECORD_TEXTS)
    texts = set()
    for _ in KEYS:
        texts |= set(page.evaluate(ALL_TEXTS))
        page.keyboard.press("Space")
    with page.expect_popup() as opening:
        page.keyboard.press("n")
    texts.add(opening.value.locator("body").inner_text())
    own = ["waiting", "duration", "species", "flipper_length_mm", "geyser"]
    assert {"verlust", "wahrscheinlichkeit", "standardeinheiten"} < words(texts)
    assert not english_left(texts, own=own)
    assert "de" in texts


PART_BESIDE = """() => {
  const range = document.createRange();
  range.selectNodeContents(document.querySelector('.st-le-part'));
  const count = document.querySelector('.st-le-count').getBoundingClientRect();
  const shown = range.getBoundingClientRect();
  const head = document.querySelector('.st-le-head').getBoundingClientRect();
  return shown.right <= count.left && shown.top >= head.top && shown.bottom <= head.bottom;
}"""


@pytest.mark.parametrize("key", ["ravine", "classes", "end"])
def test_on_a_phone_no_name_of_a_part_covers_the_count(
    doors: Doors, line: st.Run, tmp_path: Path, key: str
) -> None:
    line.lesson(tmp_path / "lesson.html", language="de")
    page = opened(doors, tmp_path / "lesson.html", (390, 844), key)
    assert page.evaluate(PART_BESIDE)


TOLD = """async ([record, language]) => {
  const words = (await import('/lesson/words.js')).lessonOf(record).in(language);
  return { names: words.classes.classes, notes: ['title', 'classes'].map(words.sum) };
}"""


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_was_made_of_the_readers_rows_is_told_as_python_tells_it(
    modules: "Page", line: st.Run, penguins: st.Run, language: str
) -> None:
    for run in (line, penguins, st.descend("orings", "damaged", ["temperature"], steps=1)):
        record = json.loads(json.dumps(lesson_record(run.record()), default=np.ndarray.tolist))
        told = modules.evaluate(TOLD, [record, language])
        lesson = lesson_of(run, Settings(language=language))
        assert told["names"] == lesson.classes.classes
        assert told["notes"] == [lesson.sentence(key, "sum") for key in ("title", "classes")]


@pytest.mark.parametrize("language", ["en", "de"])
def test_data_of_an_authors_own_are_in_the_page_as_in_python(
    modules: "Page", line: st.Run, language: str
) -> None:
    own = OwnData("penguins", "species", ("body_mass_g",)), OwnData("circles", "class")
    settings = Settings(language=language, classification=own[0], network=own[1])
    doors = LessonDoors(line, settings)
    record = json.loads(json.dumps(doors.author_page, default=np.ndarray.tolist))
    told = modules.evaluate(OWN, [record, language])
    keys = ("title", "classes", "class_walk", "two", "surface")
    assert told == [doors.lesson.sentence(key, "sum") for key in keys]
    assert told[1].startswith("penguins: 333 "), told


OWN = """async ([record, language]) => {
  const words = (await import('/lesson/words.js')).lessonOf(record).in(language);
  return ['title', 'classes', 'class_walk', 'two', 'surface'].map(words.sum);
}"""


@pytest.fixture(scope="module")
def long_named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve features of long names, gaps, and more rows than a page draws."""
    folder = tmp_path_factory.mktemp("wide")
    X = np.random.default_rng(0).normal(size=(2500, 12)).round(3)
    names = [f"temperature_of_the_sensor_{i}" for i in range(12)]
    rows = [",".join([*map(str, x), "birch" if x[0] > 0 else "oak"]) for x in X]
    rows[3] = "," + rows[3].split(",", 1)[1]
    table = folder / "measured.csv"
    table.write_text("\n".join([",".join([*names, "kind_of_the_tree"]), *rows]), encoding="utf-8")
    run = st.descend(table, "kind_of_the_tree", missing="drop", rule="steepest", steps=2)
    run.lesson(folder / "lesson.html", author="Ada Lovelace", language="de")
    return folder / "lesson.html"


@pytest.mark.parametrize("size", [(1280, 720), (1366, 625), (390, 844)])
def test_a_long_note_on_the_rows_is_not_cut(
    doors: Doors, long_named: Path, size: tuple[int, int]
) -> None:
    for key in ("title", "classes"):
        page = opened(doors, long_named, size, key)
        assert page.evaluate(CUT) == [] and page.evaluate(ELLIPSES) == []
        assert ("von 12 Merkmalen" in said(page)[1]) == (key == "title"), "it is said once"
