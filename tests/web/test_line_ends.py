"""The fitted line is dragged by its ends, and all follows; what is touched is large enough."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from doors import READY, Doors, loss_of, middle, step_of

import steepest as st

if TYPE_CHECKING:
    from playwright.sync_api import Page

LOW = """() => {
  const touched = 'button, select, input, summary, textarea, .st-handle';
  const seen = [...document.querySelectorAll(touched)]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 2);
  return seen.map((one) => [one, (one.closest('label') ?? one).getBoundingClientRect()])
    .filter(([, { width, height }]) => width < 43.5 || height < 43.5)
    .map(([one, { width, height }]) => `${one.tagName} ${one.textContent} ${width} x ${height}`);
}"""

BAR = """() => {
  const bar = document.querySelector('.st-loss-bar');
  const plot = document.querySelector('[data-card="chart"] svg');
  const place = (one) => Number(plot.querySelector('svg').getAttribute(one));
  const [y, height] = ['y', 'height'].map(place);
  const area = { top: plot.getBoundingClientRect().top + y };
  area.bottom = area.top + height;
  const dot = document.querySelector('[data-card="chart"] circle[r="6"]').getBoundingClientRect();
  const { top, bottom } = bar.getBoundingClientRect();
  const at = (dot.top + dot.bottom) / 2 - area.top;
  return { top: top - area.top, rest: area.bottom - bottom, dot: at };
}"""


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ends") / "lesson.html"
    choices = {"rule": "steepest", "learning_rate": 0.1, "scale": "standard", "steps": 40}
    st.descend("geyser", "waiting", ["duration"], **choices).lesson(path)  # type: ignore[arg-type]
    return path


def explored(doors: Doors, path: Path, size: tuple[int, int], **options: bool) -> "Page":
    page = doors.sealed(**options)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{path.as_uri()}#explore")
    page.locator(READY).wait_for()
    return page


def assert_all_follows(page: "Page") -> tuple[float, float]:
    """Check loss, nudges, dot and bar against the line that is written; return its two params."""
    told = page.locator(".st-formula-line")
    numbers = told.locator("b").all_inner_texts()
    weight, size = (float(one.replace("\u2212", "-")) for one in numbers)
    bias = -size if "\u2212 " in told.inner_text() else size
    table = st.dataset("geyser")
    x, y = (table[name].to_numpy() for name in ("duration", "waiting"))
    error = weight * x + bias - y
    assert loss_of(page) == pytest.approx(np.mean(error**2), rel=4e-3)
    nudges = [float(one.split()[1]) for one in page.locator(".st-nudge").all_inner_texts()]
    # The step in standard units, at rate 0.1, and what it changes of weight and bias.
    turned = -0.1 * 2 * np.mean(error * (x - x.mean())) / x.var()
    shifted = -0.1 * 2 * np.mean(error) - turned * x.mean()
    assert nudges == pytest.approx(np.abs([turned, shifted]), rel=0.02, abs=0.02)
    bar = page.evaluate(BAR)
    assert abs(bar["top"] - bar["dot"]) < 1.5 and abs(bar["rest"]) < 1.5, bar
    return weight, bias


def settled(page: "Page", before: float) -> None:
    page.wait_for_function(
        """(before) => {
          const { loss, busy } = document.querySelector('.st-app').dataset;
          return busy === 'false' && Number(loss) !== before;
        }""",
        arg=before,
    )


def test_a_mouse_and_keys_turn_the_line_about_its_other_end(doors: Doors, lesson: Path) -> None:
    page = explored(doors, lesson, (1366, 768))
    page.keyboard.press("ArrowRight")
    ends = (f"{side} end of the line" for side in ("left", "right"))
    left, right = (page.get_by_role("slider", name=name) for name in ends)
    start, held = middle(right), middle(left)
    before = loss_of(page)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0], start[1] - 90, steps=5)
    settled(page, before)
    assert step_of(page) == 0, "what is dragged is the start"
    assert middle(right) == pytest.approx((start[0], start[1] - 90), abs=1.5)
    assert middle(left) == pytest.approx(held, abs=1.5)
    page.mouse.up()
    weight, bias = assert_all_follows(page)
    before = loss_of(page)
    left.focus()
    page.keyboard.press("Shift+ArrowDown")
    settled(page, before)
    steeper, lower = assert_all_follows(page)
    assert steeper > weight and lower < bias
    told = left.get_attribute("aria-valuetext") or ""
    assert told.startswith("waiting ") and f"weight {steeper:.4g}" in told and "loss " in told
    assert left.get_attribute("aria-orientation") == "vertical"
    start_of_map = page.locator(".st-map .st-handle").get_attribute("aria-valuetext") or ""
    assert f"{loss_of(page):.4g}" in start_of_map.replace(",", "")


def test_a_finger_drags_an_end_and_the_page_stays(doors: Doors, lesson: Path) -> None:
    page = explored(doors, lesson, (390, 844), has_touch=True, is_mobile=True)
    right = page.get_by_role("slider", name="right end of the line")
    x, y = middle(right)
    before = loss_of(page)
    touch = page.context.new_cdp_session(page)
    for kind, moved in (("Start", 0), ("Move", 20), ("Move", 50), ("End", None)):
        points = [] if moved is None else [{"x": x, "y": y - moved}]
        touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
    settled(page, before)
    assert middle(right) == pytest.approx((x, y - 50), abs=2)
    assert page.locator('[data-card="fit"]').bounding_box()["x"] == 0  # type: ignore[index]
    assert_all_follows(page)


def test_what_is_touched_is_44_pixels_high_and_wide(doors: Doors, lesson: Path) -> None:
    page = explored(doors, lesson, (1180, 820), has_touch=True, is_mobile=True)
    page.locator("[data-fitted]").wait_for()
    for drawer in ("", "Rate and rule", "Runs", "Rows", "Tasks", "All controls"):
        if drawer:
            page.get_by_role("button", name=drawer, exact=True).tap()
        assert page.evaluate(LOW) == [], drawer


def test_a_line_that_nobody_works_out_has_no_ends(doors: Doors, tmp_path: Path) -> None:
    run = st.descend("geyser", "waiting", ["duration"], loss="poisson", steps=5)
    run.page(tmp_path / "curve.html", hide=[])
    page = explored(doors, tmp_path / "curve.html", (1366, 768))
    assert page.locator(".st-line-end").count() == 2
    assert not page.locator(".st-line-end").first.is_visible()
    assert page.locator(".st-formula-line").inner_text().startswith("waiting = exp(")
