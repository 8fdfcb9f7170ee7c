"""The letters of the lesson's pictures: as large as a class needs, whole, and none over another."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from doors import Doors
from test_lesson_page import opened

import steepest as st
from steepest.page.lesson.builds import builds

if TYPE_CHECKING:
    from playwright.sync_api import Page

DRAWN = """() => {
  const of = CanvasRenderingContext2D.prototype;
  const { clearRect, fillText, strokeRect } = of;
  of.clearRect = function clear(...box) {
    if (this.canvas.matches?.('.st-le-canvas')) Object.assign(window, { texts: [], squares: [] });
    return clearRect.apply(this, box);
  };
  of.strokeRect = function stroke(...box) {
    window.squares.push(box);
    return strokeRect.apply(this, box);
  };
  of.fillText = function write(text, x, y, room = Infinity) {
    const { width } = this.measureText(text);
    const size = parseFloat(/([\\d.]+)px/.exec(this.font)[1]);
    const left = { center: x - width / 2, right: x - width }[this.textAlign] ?? x;
    const shown = x > -50;  // what another picture has the room of is drawn far off
    if (shown) window.texts.push({
      text, left, y, width, size, narrow: width > room + 1,
      cut: y + 0.36 * size > this.canvas.clientHeight,
    });
    return fillText.call(this, text, x, y, ...(room < Infinity ? [room] : []));
  };
}"""


ALIKE = {
    *("rows", "errors", "dot", "nudge_weight", "nudge_bias", "guess"),
    *("step", "loss", "again", "good", "diverge"),
}
"""Builds whose pictures have the letters of others."""


TWO_FRAMES = """() => new Promise((done) => (
  requestAnimationFrame(() => requestAnimationFrame(done))
))"""


LINES = """() => {
  const sum = document.querySelector('.st-le-sum');
  const range = document.createRange();
  range.selectNodeContents(sum);
  const high = parseFloat(getComputedStyle(sum).fontSize);
  const middles = Array.from(range.getClientRects(), ({ top, bottom }) => (top + bottom) / 2);
  return 1 + Math.round((Math.max(...middles, 0) - Math.min(...middles, Infinity)) / high || 0);
}"""
"""How many lines the arithmetic below the pictures has."""


def over(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether letters of two texts lie over each other: capitals have 0.7 of the size."""
    wide = min(t["left"] + t["width"] for t in (one, other)) - max(one["left"], other["left"])
    return bool(wide > 1 and abs(one["y"] - other["y"]) < 0.35 * (one["size"] + other["size"]))


def stands_free(number: dict[str, Any], square: list[float]) -> bool:
    """Whether the loss lies within its square, or above it."""
    left, top, side, _ = square
    within = left < number["left"] and number["left"] + number["width"] < left + side
    return within or number["y"] + 0.36 * number["size"] < top


@pytest.fixture(scope="module")
def prices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(3)
    area = rng.normal(1200, 300, 900)
    price = 310 * area + 5e4 + rng.normal(0, 4e4, 900)
    table = pd.DataFrame({"living_area_of_the_house_in_feet": area, "price": price})
    run = st.descend(table, "price")
    path = tmp_path_factory.mktemp("letters") / "lesson.html"
    run.lesson(path)
    return path


def presented(doors: Doors, path: Path) -> "Page":
    page = doors.window(reduced_motion="reduce")
    page.add_init_script(f"({DRAWN})()")
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{path.as_uri()}#present")
    page.wait_for_selector(".st-lecture")
    return page


@pytest.fixture
def plain(line: st.Run, tmp_path: Path) -> Path:
    line.lesson(tmp_path / "lesson.html")
    return tmp_path / "lesson.html"


@pytest.mark.parametrize(
    ("table", "share"), [("plain", 0.03), ("prices", 0.0219)], ids=["plain", "long names"]
)
def test_letters_are_large_and_whole_and_none_lies_over_another(
    doors: Doors, request: pytest.FixtureRequest, table: str, share: float
) -> None:
    page, found = presented(doors, request.getfixturevalue(table)), []
    for build in builds():
        if build.key in ALIKE:
            page.keyboard.press("PageDown")
            continue
        page.wait_for_selector(f'.st-lecture[data-build="{build.key}"]')
        page.evaluate(TWO_FRAMES)
        texts: list[dict[str, Any]] = page.evaluate("window.texts")
        lines = page.evaluate(LINES)
        found += [(build.key, "arithmetic in lines:", lines)] if lines > 1 else []
        small = [t for t in texts if t["size"] < 720 * share - 0.01]
        found += [(build.key, "small", t["text"], t["size"]) for t in small]
        found += [(build.key, "narrow", t["text"]) for t in texts if t["narrow"]]
        found += [(build.key, "cut", t["text"]) for t in texts if t["cut"]]
        pairs = ((one, other) for i, one in enumerate(texts) for other in texts[:i])
        found += [(build.key, a["text"], b["text"]) for a, b in pairs if over(a, b)]
        if build.key == "squares":
            assert stands_free(max(texts, key=lambda t: t["size"]), page.evaluate("squares.at(-1)"))
        page.keyboard.press("PageDown")
    assert not found, "\n".join(map(str, found))


OF_HEADING = """() => ['.st-le-eq', '.st-le-eq em', '.st-le-own p'].map((name) => {
  const { fontSize, fontWeight, fontStyle } = getComputedStyle(document.querySelector(name));
  return [parseFloat(fontSize), Number(fontWeight), fontStyle];
})"""


def test_the_heading_of_an_own_slide_is_larger_and_bolder_than_its_lines(
    doors: Doors, line: st.Run, tmp_path: Path
) -> None:
    toml, path = tmp_path / "lesson.toml", tmp_path / "lesson.html"
    slide = '[[slides]]\nafter = "rows"\nmarkdown = "# Why *rents*?\\n- first\\n- second"\n'
    toml.write_text(f'order = ["rows"]\n{slide}', encoding="utf-8")
    line.lesson(path, settings=toml)
    for size in ((1280, 720), (390, 844)):
        page = opened(doors, path, size)
        page.keyboard.press("PageDown")
        heading, word, lines = page.evaluate(OF_HEADING)
        assert heading[0] > lines[0] and heading[1] > lines[1] == 400, size
        assert word == [heading[0], heading[1], "italic"]
        assert page.locator(".st-le-eq").inner_text() == "Why rents?"
