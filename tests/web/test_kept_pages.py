"""What a reader takes along, and what others wrote: links, saved pages, files, odd names."""

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
    assert_steps,
    at_step,
    enter,
    loss_of,
    outcomes,
    press,
    settle,
    typed_params,
)
from PIL import Image
from test_keep import (
    assert_a_link_asks_for_a_guess,
    assert_a_link_brings_eye_window_names_and_part,
    assert_steps_left_out_are_told,
)

import steepest as st

if TYPE_CHECKING:
    from playwright.sync_api import Page

DAMAGED = "v=1&rate=fast&start=1,2,3&seed=-1&at=many&theme=%zz&hide=<b>&x=1,2&runs=99&=&&k"

ODD_COLUMN = "</script><script>alert()"

ODD_NAMES = ["\"quoted\" & 'more'", "<img src=x onerror=alert(2)>", "🐧 ü"]

TITLES = ("Data and fit", "Loss surface", "Loss surface from above", "Loss by round")


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


# --- what is taken along -------------------------------------------------------------------------


def assert_pictures(page: "Page") -> None:
    """Check that both pictures can be opened, and have all four parts."""
    picture = Image.open(io.BytesIO(Menu(page).saved("Save picture (PNG)"))).convert("RGB")
    assert picture.width >= 1500
    assert 0.4 < picture.height / picture.width < 1.6
    assert len(picture.getcolors(picture.width * picture.height) or []) > 1000
    drawing = ElementTree.fromstring(Menu(page).saved("Save picture (SVG)"))
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    words = "".join(drawing.itertext())
    assert [title for title in TITLES if title not in words] == []


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
    page.get_by_label("Round of the run").fill("7")
    at_step(page, 7)


def assert_link_brings_all(doors: Doors, saved: Path, page: "Page") -> None:
    """Check that a link, with a lecturer's words added, shows what the page shows."""
    teacher = f"&hide=tasks,rate&text={quote('Why does it turn? <b>Think.</b>', safe='')}"
    link = Menu(page).link() + teacher
    fresh = doors.file(saved, link.partition("#")[2])
    at_step(fresh, 7)
    assert shown(fresh) == shown(page)
    assert fresh.get_by_text("Why does it turn? <b>Think.</b>").is_visible()
    for name, seen in (("tasks", False), ("rate", False), ("rule", True)):
        assert fresh.locator(f'[data-control="{name}"]').first.is_visible() is seen, name
    assert parts(Menu(fresh).link()) == parts(link)


def assert_page_saves_itself(doors: Doors, file: Path, page: "Page") -> None:
    """Check that the page that is saved from the page shows what the page shows."""
    file.write_bytes(Menu(page).saved("Save this page (HTML)"))
    fresh = doors.file(file)
    at_step(fresh, 7)
    assert shown(fresh) == shown(page)
    assert parts(Menu(fresh).link()) == parts(Menu(page).link())
    press(fresh, "Take back changes of the data")
    assert shown(fresh) != shown(page)


@pytest.mark.prove
def test_what_is_taken_along_is_what_is_seen(
    doors: Doors, line: st.Run, saved: Path, tmp_path: Path
) -> None:
    page = doors.file(saved, "v=1&theme=light&at=9")
    at_step(page, 9)
    assert_steps(page, line.trace_table(), tolerance=0.0)
    assert_pictures(page)
    assert "learning_rate=0.05" in Menu(page).text("Show the Python lines")
    change_much(page)
    assert_link_brings_all(doors, saved, page)
    assert_page_saves_itself(doors, tmp_path / "again.html", page)
    assert_a_link_brings_eye_window_names_and_part(doors, tmp_path)
    assert_a_link_asks_for_a_guess(doors, tmp_path)
    assert_steps_left_out_are_told(doors, tmp_path)


# --- what others wrote ---------------------------------------------------------------------------


def assert_damage_is_told(doors: Doors, saved: Path) -> None:
    """Check that a damaged link is told of, and the page is as without it."""
    page = doors.file(saved, DAMAGED)
    told = page.get_by_role("alert")
    told.wait_for()
    for part in ("rate=fast", "start=1,2,3", "at=many", "theme=%zz", "points"):
        assert part in told.inner_text()
    assert shown(page) == shown(doors.file(saved))
    press(page, "Step")
    at_step(page, 1)
    page.get_by_role("button", name="Close").click()
    told.wait_for(state="hidden")


def odd_table() -> pa.Table:
    """Return three classes by one feature, whose names look like code."""
    random = np.random.default_rng(0)
    values = np.concatenate([random.normal(centre, 1.0, 12) for centre in (0.0, 2.0, 4.0)])
    return pa.table({ODD_COLUMN: values, "kind": [name for name in ODD_NAMES for _ in range(12)]})


def assert_names_are_text(doors: Doors, file: Path) -> None:
    """Check that names are shown as they are, and do nothing."""
    st.descend(odd_table(), "kind", [ODD_COLUMN], steps=20).page(file)
    page = doors.file(file)
    page.on("dialog", lambda dialog: doors.complaints.append(dialog.message))
    press(page, "Step")
    page.locator(".st-point").nth(20).hover()
    assert ODD_COLUMN in page.locator("h1").inner_text()
    legend = page.locator('[data-card="fit"] .st-draw').inner_text()
    table = page.locator('[data-control="table"]').inner_text()
    for name in ODD_NAMES:
        assert name in table
        assert name in legend or f"{name[:4]}" in legend
    assert (page.locator("img").count(), page.locator("script").count()) == (0, 5)
    assert Menu(page).text("Show the Python lines")
    ElementTree.fromstring(Menu(page).saved("Save picture (SVG)"))


def test_what_others_wrote_is_text_and_does_no_harm(
    doors: Doors, saved: Path, tmp_path: Path
) -> None:
    assert_damage_is_told(doors, saved)
    assert_names_are_text(doors, tmp_path / "odd.html")
