"""What a reader takes along: the link, the page anew, the table, the picture; and odd names."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pytest
from doors import (
    Doors,
    Menu,
    app,
    assert_same_steps,
    at_step,
    enter,
    loss_of,
    outcomes,
    press,
    settle,
    typed_params,
)
from PIL import Image

import steepest as st

if TYPE_CHECKING:
    from playwright.sync_api import Page

PLAIN: dict[str, Any] = {"rule": "steepest", "scale": "none", "learning_rate": 0.05}


@pytest.fixture(scope="module")
def run() -> st.Run:
    return st.descend("geyser", "waiting", ["duration"], steps=40, **PLAIN)


@pytest.fixture(scope="module")
def saved(run: st.Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kept") / "geyser.html"
    run.page(path)
    return path


def shown(page: "Page") -> dict[str, Any]:
    """Return what a reader sees of the state."""
    settle(page)
    return {
        "at": app(page).get_attribute("data-at"),
        "loss": loss_of(page),
        "params": typed_params(page, ["weight", "bias"]),
        "outcomes": outcomes(page),
        "lowest": page.locator(".st-chart").get_attribute("data-lowest"),
        "minimum": (page.locator(".st-map").get_attribute("aria-label") or "").split("Lowest")[1],
        "chosen": page.locator(".st-chosen .st-link").inner_text(),
    }


def parts(link: str) -> list[str]:
    return sorted(link.partition("#")[2].split("&"))


def change_much(page: "Page") -> None:
    """Change rows, start, rate, rule and step, with two runs, of which the first is shown."""
    page.locator(".st-point").first.focus()
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    settle(page)
    enter(page, "weight", "-2.5")
    enter(page, "learning rate as a number", "0.03")
    press(page, "Keep this run and try another")
    page.get_by_label("rule", exact=True).select_option("nesterov")
    settle(page)
    press(page, "Run 1")
    page.get_by_label("Step of the run").fill("7")
    at_step(page, 7)


def test_a_link_brings_the_whole_state(doors: Doors, saved: Path) -> None:
    page = doors.file(saved)
    change_much(page)
    before, link = shown(page), Menu(page).link()
    teacher = f"&hide=tasks,rate&text={quote('Why does it turn? <b>Think.</b>', safe='')}"
    fresh = doors.file(saved, link.partition("#")[2] + teacher)
    at_step(fresh, 7)
    assert shown(fresh) == before
    assert fresh.get_by_text("Why does it turn? <b>Think.</b>").is_visible()
    for name, seen in (("tasks", False), ("rate", False), ("rule", True)):
        assert fresh.locator(f'[data-control="{name}"]').first.is_visible() is seen
    assert parts(Menu(fresh).link()) == parts(link + teacher)


def test_a_damaged_link_is_told_and_does_no_harm(doors: Doors, saved: Path) -> None:
    plain = shown(doors.file(saved))
    damaged = "v=1&rate=fast&start=1,2,3&seed=-1&at=many&theme=%zz&hide=<b>&x=1,2&runs=99&=&&k"
    page = doors.file(saved, damaged)
    told = page.get_by_role("alert")
    told.wait_for()
    for part in ("rate=fast", "start=1,2,3", "at=many", "theme=%zz", "points"):
        assert part in told.inner_text()
    assert shown(page) == plain
    press(page, "Step")
    at_step(page, 1)
    page.get_by_role("button", name="Close").click()
    assert not told.is_visible()


def test_the_page_saved_from_the_page_shows_the_same(
    doors: Doors, saved: Path, tmp_path: Path
) -> None:
    page = doors.file(saved)
    change_much(page)
    before, link = shown(page), Menu(page).link()
    again = tmp_path / "again.html"
    again.write_bytes(Menu(page).saved("Save this page (HTML)"))
    fresh = doors.file(again)
    at_step(fresh, 7)
    assert shown(fresh) == before
    assert parts(Menu(fresh).link()) == parts(link)
    fresh.keyboard.press("Escape")
    press(fresh, "Take back changes of the data")
    assert shown(fresh) != before


def test_trace_and_pictures_are_files(doors: Doors, run: st.Run, saved: Path) -> None:
    page = doors.file(saved, "v=1&theme=light&at=9")
    at_step(page, 9)
    menu = Menu(page)
    assert_same_steps(menu.trace(), run.trace_table(), tolerance=0.0)
    picture = Image.open(io.BytesIO(menu.saved("Save picture (PNG)"))).convert("RGB")
    assert picture.width >= 1500
    assert 0.4 < picture.height / picture.width < 1.6
    seen = picture.getcolors(picture.width * picture.height)
    assert seen is not None
    assert len(seen) > 1000
    drawing = ElementTree.fromstring(menu.saved("Save picture (SVG)"))
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    words = "".join(drawing.itertext())
    for title in ("Data and fit", "Loss surface", "The same from above", "Loss against step"):
        assert title in words
    press(page, "Show the Python lines")
    assert "learning_rate=0.05" in page.locator(".st-keep textarea").input_value()


def test_names_that_look_like_code_are_text(doors: Doors, tmp_path: Path) -> None:
    column = "</script><script>alert()"
    names = ["\"quoted\" & 'more'", "<img src=x onerror=alert(2)>", "🐧 ü"]
    random = np.random.default_rng(0)
    values = np.concatenate([random.normal(centre, 1.0, 12) for centre in (0.0, 2.0, 4.0)])
    table = pa.table({column: values, "kind": [name for name in names for _ in range(12)]})
    st.descend(table, "kind", [column], steps=20).page(tmp_path / "odd.html")
    page = doors.file(tmp_path / "odd.html")
    page.on("dialog", lambda dialog: doors.complaints.append(dialog.message))
    press(page, "Step")
    page.locator(".st-point").nth(20).hover()
    assert column in page.locator("h1").inner_text()
    legend = page.locator('[data-card="fit"] .st-draw').inner_text()
    table_text = page.locator('[data-control="table"]').inner_text()
    for name in names:
        assert name in table_text
        assert name in legend or f"{name[:4]}" in legend
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 3
    page.locator("summary", has_text="Keep it").click()
    press(page, "Show the Python lines")
    ElementTree.fromstring(Menu(page).saved("Save picture (SVG)"))
