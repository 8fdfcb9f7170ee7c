"""The whole page in a browser: it draws, it walks as Python does, and follows the reader's hand."""

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from doors import (
    Doors,
    Menu,
    app,
    assert_same_steps,
    at_step,
    drag,
    enter,
    into_sight,
    loss_of,
    middle,
    outcomes,
    press,
    settle,
    step_of,
    typed_params,
    written,
)
from PIL import Image

import steepest as st
from steepest.descend import descend_rows
from steepest.view.numerals import short

if TYPE_CHECKING:
    from playwright.sync_api import Locator

LINE: dict[str, Any] = {"rule": "steepest", "scale": "none", "learning_rate": 0.05}

CLASSES: dict[str, Any] = {"rule": "steepest", "scale": "standard", "learning_rate": 0.5}

FIRST_RUN, SECOND_RUN = (0xD5, 0x5E, 0x00), (0x00, 0x72, 0xB2)

LOWEST_MOVED = """(told) =>
  document.querySelector('.st-map').ariaLabel.split('Lowest')[1] !== told"""

FRAMED = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A lecture</title>
<link rel="icon" href="data:,"></head>
<body><iframe sandbox="allow-scripts" width="1000" height="1400" src="{}"></iframe></body></html>"""


@pytest.fixture(scope="module")
def line() -> st.Run:
    return st.descend("geyser", "waiting", ["duration"], steps=60, **LINE)


@pytest.fixture(scope="module")
def classes() -> st.Run:
    return st.descend("orings", "damaged", ["temperature"], steps=60, **CLASSES)


@pytest.fixture(scope="module")
def line_file(line: st.Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "geyser.html"
    line.page(path)
    return path


def colours(picture: "Locator") -> dict[Any, int]:
    """Return how many pixels of a picture have each colour, as the reader sees it."""
    image = Image.open(io.BytesIO(picture.screenshot())).convert("RGB")
    counted = image.getcolors(image.width * image.height)
    assert counted is not None
    return {colour: count for count, colour in counted}


def assert_drawn(pictures: "Locator") -> None:
    """Check that the four pictures are not blank, and that the run's colour is in all of them."""
    assert pictures.count() == 4
    for picture in pictures.all():
        seen = colours(picture)
        assert max(seen.values()) < 0.97 * sum(seen.values())
        assert seen.get(FIRST_RUN, 0) > 30


# --- it draws ------------------------------------------------------------------------------------


def test_a_saved_page_draws_with_the_network_refused(doors: Doors, line_file: Path) -> None:
    page = doors.file(line_file, "v=1&theme=light&at=5")
    at_step(page, 5)
    assert_drawn(page.locator(".st-draw"))
    assert page.locator("h1").inner_text() == "waiting by duration: 272 rows of geyser"
    for card in ("fit", "relief", "map", "chart"):
        text = page.locator(f'[data-card="{card}"] > .st-unseen').text_content() or ""
        assert re.search(r"\d", text), card  # What is seen is said too, with its numbers.


def test_a_saved_page_draws_in_a_sandboxed_frame(doors: Doors, line_file: Path) -> None:
    outer = line_file.with_name("lecture.html")
    outer.write_text(FRAMED.format(f"{line_file.name}#v=1&theme=light"), encoding="utf-8")
    page = doors.window()
    page.goto(outer.as_uri())
    inner = page.frame_locator("iframe")
    inner.locator('.st-app[data-busy="false"]').wait_for()
    inner.get_by_role("button", name="5 steps", exact=False).first.click()
    inner.locator('.st-app[data-at="25"]').wait_for()
    assert_drawn(inner.locator(".st-draw"))


# --- it walks as Python does ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["line", "classes"])
def test_step_back_and_scrub_agree_with_python(
    doors: Doors, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    run: st.Run = request.getfixturevalue(kind)
    choices = LINE if kind == "line" else CLASSES
    start = [float(value) for value in run.trace[0].params]
    longer = descend_rows(run.data, start=start, steps=260, **choices)
    run.page(tmp_path / "page.html")
    page = doors.file(tmp_path / "page.html")
    words = ["weight", "bias"]

    def agrees(step: int) -> None:
        at_step(page, step)
        right = longer.trace[step]
        assert loss_of(page) == pytest.approx(right.full_loss, rel=1e-12)
        assert typed_params(page, words) == written(right.params)

    agrees(0)
    for step in (1, 2, 3):
        press(page, "Step")
        agrees(step)
    press(page, "Back")
    agrees(2)
    press(page, "25 steps")
    agrees(27)
    page.get_by_label("Step of the run").fill("41")
    agrees(41)
    assert_same_steps(Menu(page).trace(), run.trace_table(), tolerance=0.0)
    page.keyboard.press("Escape")
    press(page, "25 steps")
    agrees(66)  # Beyond what was recorded the page goes on by itself.
    press(page, "Restart")
    agrees(0)
    assert_same_steps(Menu(page).trace(), longer.trace_table())


def test_divergence_is_told_with_its_numbers_and_its_remedy(
    doors: Doors, line: st.Run, line_file: Path
) -> None:
    page = doors.file(line_file)
    enter(page, "learning rate as a number", "0.2")
    again = descend_rows(line.data, steps=60, **{**LINE, "learning_rate": 0.2})
    verdict = again.verdicts[0]
    limit, better = verdict.numbers["limit"], short(verdict.numbers["suggested"], 2)
    (told,) = outcomes(page)
    assert f"Run 1 diverged: 0.2 is above 2/curvature = {short(limit, 3)}." in told
    assert f"Try {better}." in told
    assert_same_steps(Menu(page).trace(), again.trace_table())
    page.keyboard.press("Escape")
    enter(page, "learning rate as a number", better)
    assert "diverged" not in outcomes(page)[0]
    mended = descend_rows(line.data, steps=60, **{**LINE, "learning_rate": float(better)})
    assert_same_steps(Menu(page).trace(), mended.trace_table())


# --- it follows the reader's hand ----------------------------------------------------------------


def test_a_drag_of_the_start_changes_path_and_numbers(
    doors: Doors, line: st.Run, line_file: Path
) -> None:
    page = doors.file(line_file, "v=1&theme=light")
    handle = page.locator('[data-card="map"] .st-handle')
    before, picture = loss_of(page), colours(page.locator('[data-card="map"] .st-draw'))
    x, y = into_sight(handle)
    drag(page, (x, y), (x + 90, y + 60))
    page.wait_for_function(
        "(loss) => Number(document.querySelector('.st-app').dataset.loss) !== loss", arg=before
    )
    page.mouse.up()
    settle(page)
    assert middle(handle) == pytest.approx((x + 90, y + 60), abs=1.5)
    start = [float(value) for value in Menu(page).told()["start"].split(",")]
    again = descend_rows(line.data, steps=60, start=start, **LINE)
    assert loss_of(page) == pytest.approx(again.trace[0].full_loss, rel=1e-12)
    assert_same_steps(Menu(page).trace(), again.trace_table())
    page.keyboard.press("Escape")
    page.mouse.move(0, 0)
    assert colours(page.locator('[data-card="map"] .st-draw')) != picture


def test_a_dragged_data_point_moves_the_minimum(
    doors: Doors, line: st.Run, line_file: Path
) -> None:
    page = doors.file(line_file)
    point = page.locator(".st-point").nth(3)
    x, y = into_sight(point)
    surface = page.locator(".st-map")
    before = surface.get_attribute("aria-label") or ""
    drag(page, (x, y), (x + 40, y - 70))
    page.wait_for_function(
        LOWEST_MOVED, arg=before.split("Lowest")[1]
    )  # It follows while the point is still held.
    page.mouse.up()
    settle(page)
    told = Menu(page).told()
    page.keyboard.press("Escape")
    X, targets = (np.array([float(v) for v in told[key].split(",")]) for key in "xy")
    moved = np.flatnonzero((line.data.X[:, 0] != X) | (line.data.y != targets))
    assert len(moved) == 1
    assert X[moved] > line.data.X[moved, 0]
    assert targets[moved] > line.data.y[moved]
    design = np.column_stack([X, np.ones_like(X)])
    best, *_ = np.linalg.lstsq(design, targets, rcond=None)
    lowest = np.mean((design @ best - targets) ** 2)
    chart = page.locator(".st-chart").get_attribute("data-lowest")
    assert float(chart or "nan") == pytest.approx(lowest, rel=1e-9)
    seen = surface.get_attribute("aria-label") or ""
    assert f"Lowest {short(lowest)} at {short(best[0])}, {short(best[1])}." in seen
    rows = replace(line.data, X=X[:, None], y=targets)
    again = descend_rows(rows, steps=60, start=line.trace[0].params, **LINE)
    assert_same_steps(Menu(page).trace(), again.trace_table())
    page.keyboard.press("Escape")
    press(page, "Take back changes of the data")
    assert_same_steps(Menu(page).trace(), line.trace_table())


def test_several_runs_stand_on_one_surface(doors: Doors, line: st.Run, line_file: Path) -> None:
    page = doors.file(line_file, "v=1&theme=light&at=60")
    at_step(page, 60)
    press(page, "Keep this run and try another")
    page.get_by_label("rule", exact=True).select_option("momentum")
    settle(page)
    second = descend_rows(line.data, steps=60, **{**LINE, "rule": "momentum"})
    assert [re.match(r"Run \d", told)[0] for told in outcomes(page)] == ["Run 1", "Run 2"]
    assert len(set(outcomes(page))) == 2
    assert page.locator(".st-chart .st-curve").count() == 2
    for card in ("relief", "map", "chart"):
        seen = colours(page.locator(f'[data-card="{card}"] .st-draw'))
        assert min(seen.get(FIRST_RUN, 0), seen.get(SECOND_RUN, 0)) > 30, card
    assert_same_steps(Menu(page).trace(), second.trace_table())
    page.keyboard.press("Escape")
    press(page, "Run 1")
    assert_same_steps(Menu(page).trace(), line.trace_table(), tolerance=0.0)
    page.keyboard.press("Escape")
    press(page, "Remove Run 1")
    assert [told[:5] for told in outcomes(page)] == ["Run 2"]
    assert loss_of(page) == pytest.approx(second.trace[step_of(page)].full_loss, rel=1e-12)
    assert app(page).get_attribute("data-busy") == "false"
