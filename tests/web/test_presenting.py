"""Presenting the lesson, and the page on paper."""

import json
import re
from base64 import b64decode, b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from doors import Doors
from numpy.typing import NDArray
from test_lesson_page import KEYS, opened, pixels

import steepest as st
from steepest.lesson.questions import qr_code
from steepest.numerals import short
from steepest.page.lesson.builds import sentences

if TYPE_CHECKING:
    from playwright.sync_api import Page

MARK = np.array([0xB3, 0x47, 0x00])
"""The colour of the dot, the path and the arrow of both parts."""

INK = np.array([0xE0, 0x11, 0x5F])
"""The colour of the pen."""


@pytest.fixture(scope="module")
def lesson(line: st.Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lesson") / "lesson.html"
    line.lesson(path, language="en")
    return path


def near(page: "Page", colour: NDArray[np.int64], of: slice = slice(None)) -> NDArray[np.int64]:
    """Return the places, (count, 2) as across and down, of the pixels of a colour."""
    seen = np.abs(pixels(page)[:, of] - colour).max(axis=2) < 6
    return np.argwhere(seen)[:, ::-1]


@pytest.mark.prove
def test_no_arrow_ends_where_the_next_step_does(doors: Doors, lesson: Path) -> None:
    page = opened(doors, lesson, key="dot")
    width = pixels(page).shape[1]
    of = slice(round(0.42 * width), round(0.84 * width))  # The map, without rows and loss.
    start = near(page, MARK, of).mean(axis=0)
    far = {}
    for key in ("sum", "step"):
        page = opened(doors, lesson, key=key)
        far[key] = np.hypot(*(near(page, MARK, of) - start).T).max()
    assert abs(far["sum"] / far["step"] - 1) > 0.2


@pytest.mark.prove
def test_the_pictures_the_pen_and_what_lies_on_the_surface(doors: Doors, lesson: Path) -> None:
    page = opened(doors, lesson, key="walk")
    all_pictures = pixels(page)
    page.keyboard.press("2")
    alone = pixels(page)
    assert (np.abs(alone - all_pictures).max(axis=2) > 40).mean() > 0.1
    page.keyboard.press("2")
    assert np.array_equal(pixels(page), all_pictures)
    page.keyboard.press("d")
    assert sentences("en")["ui"]["pen"] in page.locator(".st-le-tip").inner_text()
    box = page.locator(".st-le-canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.4 * box["height"], steps=5)
    page.mouse.up()
    drawn = near(page, INK)
    assert len(drawn) > 50
    page.keyboard.press("d")
    page.keyboard.press("2")
    assert len(near(page, INK)) > 50
    assert not np.array_equal(near(page, INK), drawn), "it moves with the map"
    page.keyboard.press("0")
    page.keyboard.press("PageDown")
    assert page.locator('[data-build="bowl"]').count() == 1
    assert len(near(page, INK)) > 50, "the stroke lies on the bowl"
    page.keyboard.press("PageUp")
    page.keyboard.press("r")
    page.wait_for_timeout(1200)
    assert np.array_equal(near(page, INK), drawn)
    page.keyboard.press("x")
    assert len(near(page, INK)) == 0


@pytest.mark.prove
def test_a_page_that_opens_before_a_class(doors: Doors, line: st.Run, tmp_path: Path) -> None:
    path = tmp_path / "present.html"
    line.page(path, present=True)
    page = opened(doors, path)
    page.wait_for_selector(".st-lecture[data-present]")
    low = page.evaluate(
        """() => ['steps', 'say', 'sum'].map((name) => Number.parseFloat(
          getComputedStyle(document.querySelector(`.st-le-${name}`)).fontSize))"""
    )
    assert min(low) >= 0.03 * 720
    page.keyboard.press("PageDown")
    page.reload()
    page.wait_for_selector(".st-lecture[data-present]")
    assert page.locator(".st-lecture").get_attribute("data-build") == KEYS[1]
    with page.expect_popup() as opening:
        page.keyboard.press("n")
    clock = opening.value.locator("p").last
    before = clock.inner_text()
    assert "0 min since the start" in before
    opening.value.wait_for_function("(text) => !document.body.innerText.includes(text)", arg=before)


@pytest.mark.parametrize("paper", ["A4", pytest.param("Letter", marks=pytest.mark.prove)])
def test_the_page_on_paper_is_a_hand_out(
    doors: Doors, lesson: Path, tmp_path: Path, paper: str
) -> None:
    pdfium = pytest.importorskip("pypdfium2")
    page = opened(doors, lesson)
    page.pdf(path=tmp_path / "sheet.pdf", format=paper)
    assert page.locator(".st-sheet").count() == 0
    document = pdfium.PdfDocument(str(tmp_path / "sheet.pdf"))
    texts = [one.get_textpage().get_text_range() for one in document]
    assert len(texts) == 3
    assert all(step in texts[0].replace("\r\n", " ") for step in sentences("en")["steps"])
    assert texts[1].startswith("Tasks") and texts[2].startswith("Answers")
    held = json.loads(page.locator("#steepest-lesson").text_content() or "")
    numbers = [str(i + 1) for i in range(len(held["tasks"]["en"]))]
    assert re.findall(r"^(\d+)\. ", texts[1], re.MULTILINE) == numbers
    answer = texts[2].split("4.")[0].split("=")[-1].strip()
    assert answer and not any(answer in text for text in texts[:2])
    first = np.asarray(document[0].render(scale=1).to_pil().convert("RGB")).astype(int)
    height, width, _ = first.shape
    assert np.argwhere((first.min(axis=2) < 200).any(axis=1)).max() > 0.82 * height
    for half in (first[:, : width // 2], first[:, width // 2 :]):
        inked = (half.min(axis=2) < 200).any(axis=1)
        assert inked[: height // 2].mean() > 0.4 and inked[height // 2 :].mean() > 0.4


def test_a_class_is_printed_with_its_own_pictures(doors: Doors, tmp_path: Path) -> None:
    pdfium = pytest.importorskip("pypdfium2")
    choices: dict[str, Any] = {"rule": "steepest", "learning_rate": 0.5, "steps": 5}
    run = st.descend("penguins", "species", ["flipper_length_mm"], scale="standard", **choices)
    run.page(tmp_path / "classes.html")
    page = doors.file(tmp_path / "classes.html")
    page.emulate_media(media="print")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    figures = page.locator(".st-sheet figure").all_inner_texts()
    assert len(figures) == 4 and "cross entropy" in figures[1]
    assert "The probabilities after one step: the loss fell." in figures[2]
    told = page.locator(".st-sheet").inner_text()
    assert "new line" not in told, "a line is none of classes"
    assert "333 rows" in told and "Faithful" not in told and "penguins" in told
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    page.pdf(path=tmp_path / "sheet.pdf", format="A4")
    document = pdfium.PdfDocument(str(tmp_path / "sheet.pdf"))
    seen = np.asarray(document[0].render(scale=1).to_pil().convert("RGB")).astype(int)
    # The colours of the three classes, which no line of Old Faithful has.
    for colour in ((0, 114, 178), (0, 145, 110)):
        assert (np.abs(seen - colour).max(axis=2) < 40).sum() > 60, colour


@pytest.mark.prove
def test_an_explored_page_is_a_hand_out_too(doors: Doors, saved: Path, tmp_path: Path) -> None:
    pdfium = pytest.importorskip("pypdfium2")
    page = doors.file(saved)
    page.pdf(path=tmp_path / "sheet.pdf", format="A4")
    document = pdfium.PdfDocument(str(tmp_path / "sheet.pdf"))
    texts = [one.get_textpage().get_text_range() for one in document]
    assert len(texts) == 3 and texts[1].startswith("Tasks") and texts[2].startswith("Answers")
    # Pictures and tasks are those of one walk, that of the lesson, and no computer is asked for.
    held = json.loads(page.locator("#steepest-lesson").text_content() or "")
    old = float(re.findall(r"3\. (\u2212?[\d.]+) \u2212", texts[2])[0].replace("\u2212", "-"))
    start = np.frombuffer(b64decode(held["numbers"]["start"]["$f8"]), "<f8")
    assert np.isclose(old, start[0], rtol=1e-3)
    assert "Find the learning rate" not in texts[1]


def test_several_features_are_printed_with_their_own_pictures(doors: Doors, tmp_path: Path) -> None:
    pdfium = pytest.importorskip("pypdfium2")
    choices: dict[str, Any] = {"rule": "steepest", "learning_rate": 0.1, "steps": 5}
    features = ["flipper_length_mm", "bill_length_mm"]
    run = st.descend("penguins", "body_mass_g", features, scale="standard", **choices)
    run.page(tmp_path / "two.html", theme="light", hide=["tasks"])
    page = doors.file(tmp_path / "two.html", "explore")
    page.locator("button", has_text="Fit to the window").click()
    page.pdf(path=tmp_path / "sheet.pdf", format="A4")
    document = pdfium.PdfDocument(str(tmp_path / "sheet.pdf"))
    texts = [one.get_textpage().get_text_range() for one in document]
    assert len(texts) == 1 and texts[0].startswith("body_mass_g by 2 features")
    cards = ("Data and fit", "Loss surface from above", "Loss by round")
    assert all(name in texts[0] for name in cards)
    assert f"mean squared error (g²): {short(run.trace[0].loss)}" in texts[0].replace("\r\n", " ")
    seen = np.asarray(document[0].render(scale=1).to_pil().convert("RGB")).astype(int)
    height, width, _ = seen.shape
    quarters = (seen[: height // 3, : width // 2], seen[: height // 3, width // 2 :])
    for part in (*quarters, seen[height // 3 : 2 * height // 3, : width // 2]):
        assert (np.ptp(part, axis=2) > 60).sum() > 100, "a picture is blank"
    # Letters that can be read on paper, nothing that only a mouse can do; the screen is as it was.
    sizes = [page.locator(".st-plot-svg").first.bounding_box()]
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    letters = page.locator(".st-sheet-own > svg").evaluate_all(
        """(all) => all.map((one) => one.getAttribute('font-size')
          * one.getBoundingClientRect().width / one.getAttribute('width'))"""
    )
    assert len(letters) == 2 and min(letters) > 10, letters
    assert "Click or drag" not in page.locator(".st-sheet").inner_text()
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    page.wait_for_timeout(100)
    plot = page.locator(".st-plot-svg").first
    assert [plot.bounding_box()] == sizes and sizes[0]
    drawn = (plot.get_attribute("viewBox") or "").split()
    assert abs(float(drawn[2]) - sizes[0]["width"]) < 1


def test_the_tasks_of_several_features_have_on_paper_what_they_take(
    doors: Doors, tmp_path: Path
) -> None:
    features = ["flipper_length_mm", "bill_length_mm"]
    how: dict[str, Any] = {"rule": "steepest", "learning_rate": 0.1, "steps": 5}
    run = st.descend("penguins", "body_mass_g", features, scale="standard", **how)
    run.page(tmp_path / "two.html", theme="light")
    page = doors.file(tmp_path / "two.html", "explore")
    page.emulate_media(media="print")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    asked = page.locator(".st-sheet ol").first.locator("> li").all_inner_texts()
    assert len(asked) == 2, "of trials nothing is asked"
    table = st.dataset("penguins").select([*features, "body_mass_g"]).drop_null()
    X = np.column_stack([table[one].to_numpy() for one in features])
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    ones = np.column_stack([X, np.ones(len(X))])
    most = 2 * np.linalg.eigvalsh(ones.T @ ones / len(X))[-1]
    assert f"the largest curvature of the loss is {short(most)}" in " ".join(asked)
    page.locator(".st-sheet ol").nth(1).wait_for(state="attached")
    answered = page.locator(".st-sheet ol").nth(1).locator("> li").all_inner_texts()
    assert len(answered) == len(asked) and f"= {2 / most:.4g}" in answered[0]


@pytest.mark.parametrize("paper", ["A4", pytest.param("Letter", marks=pytest.mark.prove)])
def test_a_network_is_printed_with_its_own_pictures_and_steps(
    doors: Doors, tmp_path: Path, paper: str
) -> None:
    pdfium = pytest.importorskip("pypdfium2")
    choices: dict[str, Any] = {"rule": "steepest", "learning_rate": 0.5, "steps": 5}
    run = st.descend("moons", "class", hidden=[4], scale="standard", **choices)
    run.page(tmp_path / "net.html", theme="light")
    page = doors.file(tmp_path / "net.html", "explore")
    page.pdf(path=tmp_path / "sheet.pdf", format=paper)
    document = pdfium.PdfDocument(str(tmp_path / "sheet.pdf"))
    texts = [one.get_textpage().get_text_range().replace("\r\n", " ") for one in document]
    first, asked, answered = texts
    assert "one row is its cross entropy" not in first, "the lesson's own, of one feature"
    for name in ("Network", "Data and fit", "Loss surface from above", "Loss by round"):
        assert name in first
    assert not any(word in first for word in ("Click", "Enter", "chosen in the settings"))
    losses = [short(float(one.loss)) for one in run.trace]
    assert f"cross entropy: {losses[0]}" in first and f"loss {losses[1]}" in first
    seen = np.asarray(document[0].render(scale=1).to_pil().convert("RGB")).astype(int)
    height, width, _ = seen.shape
    for part in (seen[: height // 3], seen[height // 3 : 2 * height // 3]):
        for half in (part[:, : width // 2], part[:, width // 2 :]):
            assert (np.ptp(half, axis=2) > 60).sum() > 100, "a picture is blank"
    # What the task asks for can be worked out of what stands beside it.
    old, gradient = (
        re.findall(r"(?:weight|bias) \d+: (-?[\d.]+\d)", one)
        for one in (re.search(rf"{before}.*?(?:;|$)", asked)[0] for before in ("Now", "gradient"))
    )
    new = re.findall(r"= (-?[\d.]+\d)", answered)
    assert len(old) == len(gradient) == len(new) == 2
    worked = [float(w) - 0.5 * float(g) for w, g in zip(old, gradient, strict=True)]
    assert np.allclose(worked, [float(one) for one in new], rtol=2e-3)
    assert f"loss is then {losses[2]}" in answered


def test_a_hand_out_has_the_code_of_the_link_and_no_number_cut(
    doors: Doors, line: st.Run, tmp_path: Path
) -> None:
    pdfium = pytest.importorskip("pypdfium2")
    path, link = tmp_path / "lesson.html", "https://example.org/questions"
    line.lesson(path, link=link)
    page = opened(doors, path)
    page.pdf(path=tmp_path / "sheet.pdf", format="Letter")
    document = pdfium.PdfDocument(str(tmp_path / "sheet.pdf"))
    texts = [one.get_textpage().get_text_range() for one in document]
    assert len(texts) == 3 and "example.org" in texts[1]
    assert "example.org" not in texts[0] + texts[2]
    page.emulate_media(media="print")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    code = page.locator(".st-sheet-link img")
    box = code.bounding_box()
    assert box and 110 < box["width"] == box["height"]
    source = b64encode(qr_code(link).data).decode()
    assert code.get_attribute("src") == f"data:image/png;base64,{source}"
    # The number before a task is as wide as its list lets it be.
    room = page.locator(".st-sheet ol").first.evaluate(
        """(list) => {
          const pen = document.createElement('canvas').getContext('2d');
          pen.font = getComputedStyle(list).font;
          const left = Number.parseFloat(getComputedStyle(list).paddingLeft);
          return left - pen.measureText('11. ').width;
        }"""
    )
    assert page.locator(".st-sheet ol").first.locator("> li").count() >= 10 and room > 0
