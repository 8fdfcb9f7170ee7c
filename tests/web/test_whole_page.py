"""The whole page in a browser: it draws, it walks as Python does, and follows the reader's hand."""

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from doors import (
    LINE,
    Doors,
    Menu,
    assert_steps,
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
from numpy.typing import NDArray
from PIL import Image

import steepest as st
from steepest.numerals import short
from steepest.run.descend import descend_rows

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Locator, Page

CLASSES: dict[str, Any] = {"rule": "steepest", "scale": "standard", "learning_rate": 0.5}

FIRST_RUN, SECOND_RUN = (0xD5, 0x5E, 0x00), (0x00, 0x72, 0xB2)

CARDS = ("fit", "relief", "map", "chart")

LOSS_MOVED = "(told) => Number(document.querySelector('.st-app').dataset.loss) !== told"

LABELS = "(nodes) => nodes.map((node) => node.getAttribute('aria-label') ?? '')"

LOWEST_MOVED = """(told) =>
  document.querySelector('.st-map').ariaLabel.split('Lowest')[1] !== told"""

FRAMED = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A lecture</title>
<link rel="icon" href="data:,"></head>
<body><iframe sandbox="allow-scripts" width="1000" height="1400" src="{}"></iframe></body></html>"""


def picture_of(page: "Page | Frame", card: str) -> "Locator":
    return page.locator(f'[data-card="{card}"] .st-draw')


def colours(picture: "Locator") -> dict[Any, int]:
    """Return how many pixels of a picture have each colour, as the reader sees it."""
    image = Image.open(io.BytesIO(picture.screenshot())).convert("RGB")
    counted = image.getcolors(image.width * image.height)
    assert counted is not None
    return {colour: count for count, colour in counted}


# --- it draws ------------------------------------------------------------------------------------


def assert_drawn(page: "Page | Frame") -> None:
    """Check that the four pictures are not blank, and that the run's colour is in all of them."""
    assert page.locator(".st-draw").count() == len(CARDS)
    for card in CARDS:
        seen = colours(picture_of(page, card))
        assert max(seen.values()) < 0.97 * sum(seen.values()), f"{card} is blank"
        assert seen.get(FIRST_RUN, 0) > 30, f"{card} shows no run"


def assert_described(page: "Page") -> None:
    """Check that what is seen is said too, with its numbers: by the picture, or below it."""
    for card in ("fit", "chart"):
        text = page.locator(f'[data-card="{card}"] > .st-unseen').text_content() or ""
        labels = picture_of(page, card).locator(f".st-{card}").evaluate_all(LABELS)
        assert re.search(r"\d", text + "".join(labels)), card


def framed(doors: Doors, file: Path) -> "Frame":
    """Return a saved page within a lecturer's page, in a frame that allows it scripts alone."""
    lecture = file.with_name("lecture.html")
    lecture.write_text(FRAMED.format(f"{file.name}#v=1&theme=light"), encoding="utf-8")
    page = doors.sealed()
    page.goto(lecture.as_uri())
    frame = page.frames[-1]
    settle(frame)
    return frame


def test_a_saved_page_draws_from_a_file_and_in_a_sandboxed_frame(doors: Doors, saved: Path) -> None:
    page = doors.file(saved, "v=1&theme=light&at=5")
    at_step(page, 5)
    assert page.locator("h1").inner_text() == "waiting by duration: 272 rows of geyser"
    assert_drawn(page)
    assert_described(page)
    frame = framed(doors, saved)
    assert frame.evaluate("() => origin") == "null"
    press(frame, "25 rounds")
    at_step(frame, 25)
    assert_drawn(frame)


# --- it walks as Python does ---------------------------------------------------------------------


def assert_at(page: "Page", trace: st.Trace, step: int) -> None:
    """Check that the page shows a step of Python's trace: its loss, its weight, its bias."""
    at_step(page, step)
    assert loss_of(page) == pytest.approx(trace[step].full_loss, rel=1e-12)
    assert typed_params(page, ["weight", "bias"]) == written(trace[step].params)


def assert_walks_as_python(page: "Page", run: st.Run, choices: dict[str, Any]) -> None:
    start = [float(value) for value in run.trace[0].params]
    longer = descend_rows(run.data, start=start, steps=260, **choices)
    assert_at(page, longer.trace, 0)
    for name, step in (("Step", 1), ("Step", 2), ("Step", 3), ("Back", 2), ("25 rounds", 27)):
        press(page, name)
        assert_at(page, longer.trace, step)
    page.get_by_label("Round of the run").fill("41")
    assert_at(page, longer.trace, 41)
    assert_steps(page, run.trace_table(), tolerance=0.0)
    press(page, "25 rounds")
    assert_at(page, longer.trace, 66)  # Beyond what was recorded the page goes on by itself.
    press(page, "Restart")
    assert_at(page, longer.trace, 0)
    assert_steps(page, longer.trace_table())


def assert_the_default_run_lives_on(doors: Doors, tmp_path: Path) -> None:
    """Check that the page of a run with all left to auto walks on by the plane, as Python does."""
    run = st.descend("orings", "damaged", ["temperature"])
    # On a surface that is named a page is of the run itself, with no walk to watch before it.
    run.page(tmp_path / "default.html", surface=run.surface())
    page = doors.file(tmp_path / "default.html")
    rate = page.get_by_label("learning rate as a number", exact=True)
    rule = page.get_by_label("rule", exact=True)
    assert rule.input_value() == run.plan.rule.word == "plane"
    assert rate.is_disabled() and rate.input_value() == "auto"
    enter(page, "seed", "5")
    again = st.descend("orings", "damaged", ["temperature"], seed=5, steps=len(run.trace) - 1)
    assert loss_of(page) == pytest.approx(again.trace[0].loss, rel=1e-12)
    press(page, "25 rounds")
    at_step(page, 25)
    assert loss_of(page) == pytest.approx(again.loss, rel=1e-9)
    rule.select_option("steepest")
    enter(page, "learning rate as a number", "0.001")
    enter(page, "batch size", "4")
    rule.select_option("plane")
    settle(page)
    assert rate.is_disabled() and rate.input_value() == "auto"
    assert page.get_by_label("batch size", exact=True).input_value() == ""
    assert not page.get_by_role("alert").is_visible()


def test_step_back_and_scrub_agree_with_pythons_trace(
    doors: Doors, line: st.Run, saved: Path, tmp_path: Path
) -> None:
    assert_walks_as_python(doors.file(saved), line, LINE)
    classes = st.descend("orings", "damaged", ["temperature"], steps=60, **CLASSES)
    classes.page(tmp_path / "orings.html")
    assert_walks_as_python(doors.file(tmp_path / "orings.html"), classes, CLASSES)
    assert_the_default_run_lives_on(doors, tmp_path)


def test_divergence_is_told_with_its_numbers_and_its_remedy(
    doors: Doors, line: st.Run, saved: Path
) -> None:
    page = doors.file(saved)
    enter(page, "learning rate as a number", "0.2")
    diverged = descend_rows(line.data, steps=60, **{**LINE, "learning_rate": 0.2})
    numbers = diverged.verdicts[0].numbers
    (told,) = outcomes(page)
    assert f"Run 1: {diverged.verdicts[0].message}." in told
    better = short(numbers["suggested"], 2)
    assert f"Use learning rate {better} (1/curvature), or auto." in told
    assert_steps(page, diverged.trace_table())
    enter(page, "learning rate as a number", better)
    assert "diverged" not in outcomes(page)[0]
    mended = descend_rows(line.data, steps=60, **{**LINE, "learning_rate": float(better)})
    assert_steps(page, mended.trace_table())


# --- it follows the reader's hand ----------------------------------------------------------------


def drag_the_start(page: "Page", across: float, down: float) -> list[float]:
    """Drag the start on the map; return the params at which it then is."""
    handle, before = page.locator('[data-card="map"] .st-handle'), loss_of(page)
    x, y = into_sight(handle)
    drag(page, (x, y), (x + across, y + down))
    page.wait_for_function(LOSS_MOVED, arg=before)  # It follows while the start is still held.
    page.mouse.up()
    settle(page)
    assert middle(handle) == pytest.approx((x + across, y + down), abs=1.5)
    return [float(value) for value in Menu(page).told()["start"].split(",")]


def drag_a_point(page: "Page", across: float, down: float) -> list[NDArray[np.float64]]:
    """Drag a row on the picture of the fit; return the feature and the target of all rows then."""
    x, y = into_sight(page.locator(".st-point").nth(3))
    before = page.locator(".st-map").get_attribute("aria-label") or ""
    drag(page, (x, y), (x + across, y + down))
    page.wait_for_function(LOWEST_MOVED, arg=before.split("Lowest")[1])  # So does the minimum.
    page.mouse.up()
    settle(page)
    told = Menu(page).told()
    return [np.array([float(value) for value in told[key].split(",")]) for key in "xy"]


def assert_lowest(page: "Page", X: NDArray[np.float64], targets: NDArray[np.float64]) -> None:
    """Check the minimum that the page tells against least squares."""
    design = np.column_stack([X, np.ones_like(X)])
    best, *_ = np.linalg.lstsq(design, targets, rcond=None)
    lowest = np.mean((design @ best - targets) ** 2)
    told = page.locator(".st-chart").get_attribute("data-lowest")
    assert float(told or "nan") == pytest.approx(lowest, rel=1e-9)
    said = page.locator(".st-map").get_attribute("aria-label") or ""
    assert f"Lowest {short(lowest)} at {short(best[0])}, {short(best[1])}." in said


def test_a_drag_of_the_start_changes_path_and_numbers_and_one_of_a_row_the_minimum(
    doors: Doors, line: st.Run, saved: Path
) -> None:
    page = doors.file(saved, "v=1&theme=light")
    before = colours(picture_of(page, "map"))
    start = drag_the_start(page, 90, 60)
    walk = descend_rows(line.data, steps=60, start=start, **LINE)
    assert loss_of(page) == pytest.approx(walk.trace[0].full_loss, rel=1e-12)
    assert_steps(page, walk.trace_table())
    page.mouse.move(0, 0)
    assert colours(picture_of(page, "map")) != before

    X, targets = drag_a_point(page, 40, -70)
    (moved,) = np.flatnonzero((line.data.X[:, 0] != X) | (line.data.y != targets))
    assert X[moved] > line.data.X[moved, 0]
    assert targets[moved] > line.data.y[moved]
    assert_lowest(page, X, targets)
    rows = replace(line.data, X=X[:, None], y=targets)
    assert_steps(page, descend_rows(rows, steps=60, start=start, **LINE).trace_table())
    press(page, "Take back changes of the data")
    assert_steps(page, walk.trace_table())


def test_several_runs_stand_on_one_surface(doors: Doors, line: st.Run, saved: Path) -> None:
    page = doors.file(saved, "v=1&theme=light&at=60")
    at_step(page, 60)
    press(page, "Keep this run and try another")
    page.get_by_label("rule", exact=True).select_option("momentum")
    settle(page)
    second = descend_rows(line.data, steps=60, **{**LINE, "rule": "momentum"})
    assert [told[:5] for told in outcomes(page)] == ["Run 1", "Run 2"]
    assert outcomes(page)[0][5:] != outcomes(page)[1][5:]
    assert page.locator(".st-chart .st-curve").count() == 2
    for card in ("relief", "map", "chart"):
        seen = colours(picture_of(page, card))
        assert min(seen.get(FIRST_RUN, 0), seen.get(SECOND_RUN, 0)) > 30, card
    assert_steps(page, second.trace_table())
    press(page, "Run 1")
    assert_steps(page, line.trace_table(), tolerance=0.0)
    press(page, "Remove Run 1")
    assert [told[:5] for told in outcomes(page)] == ["Run 2"]
    assert loss_of(page) == pytest.approx(second.trace[step_of(page)].full_loss, rel=1e-12)
