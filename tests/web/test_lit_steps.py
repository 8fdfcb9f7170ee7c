"""The steps of a fitted page: which is lit, and that no picture of the loss is ahead of them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from doors import READY, Doors

import steepest as st

if TYPE_CHECKING:
    from playwright.sync_api import Page

TEXTBOOK: dict[str, Any] = {
    "rule": "steepest", "learning_rate": 0.1, "scale": "standard", "steps": 12,
}  # fmt: skip

PAGES: dict[str, Callable[[], st.Run]] = {
    "line": lambda: st.descend("geyser", "waiting", ["duration"], **TEXTBOOK),
    "classes": lambda: st.descend("penguins", "species", ["flipper_length_mm"], **TEXTBOOK),
    "plane": lambda: st.descend(
        "penguins", "body_mass_g", ["flipper_length_mm", "bill_length_mm"], **TEXTBOOK
    ),
    "many": lambda: st.descend("breast_cancer", "diagnosis", **TEXTBOOK),
    "network": lambda: st.descend("spirals", "class", hidden=(4,), steps=12, seed=1),
}


def opened(doors: Doors, path: Path, size: tuple[int, int] = (1280, 720), **options: Any) -> "Page":
    page = doors.sealed(**options)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{path.as_uri()}#explore")
    page.locator(READY).wait_for()
    page.locator('[data-fitted] [data-card="map"]').wait_for()
    return page


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lit") / "line.html"
    PAGES["line"]().page(path)
    return path


LIT = """() => ({
  lit: [...document.querySelectorAll('.st-frame .st-lit')]
    .map(({ dataset }) => dataset.step).join(),
  said: [...document.querySelectorAll('.st-frame [aria-current]')]
    .map(({ dataset }) => dataset.step).join(),
  number: document.querySelector('.st-loss-number').firstChild.data,
  bar: document.querySelector('.st-loss-bar').getAttribute('y'),
  dot: document.querySelector('[data-card="chart"] svg svg > g:last-child > circle')
    .getAttribute('cx'),
})"""

ROUND = f"""(act) => new Promise((done) => {{
  const look = {LIT};
  const seen = [look()];
  const watch = () => {{
    const now = look();
    if (now.lit !== seen.at(-1).lit) seen.push(now);
    if (seen.length > 3 && now.lit === '4') done(seen);
    else requestAnimationFrame(watch);
  }};
  document.querySelector(act).click();
  requestAnimationFrame(watch);
}})"""


def assert_old_until_step_3(seen: list[dict[str, str]]) -> None:
    before, second, third, fourth = seen
    assert [one["lit"] for one in seen[1:]] == ["2", "3", "4"]
    assert all(one["said"] == one["lit"] for one in seen)
    for what in ("number", "bar", "dot"):
        assert second[what] == before[what], what
        assert third[what] == fourth[what], what
    assert third["dot"] != before["dot"] and third["number"] != before["number"]


@pytest.mark.parametrize(
    "name",
    [
        "line",
        "network",
        *(pytest.param(one, marks=pytest.mark.prove) for one in ("classes", "plane", "many")),
    ],
)
def test_the_loss_is_the_old_one_until_step_3_is_lit(
    doors: Doors, tmp_path: Path, name: str
) -> None:
    PAGES[name]().page(tmp_path / "page.html")
    page = opened(doors, tmp_path / "page.html")
    assert_old_until_step_3(page.evaluate(ROUND, ".st-transport .st-main"))


def test_a_round_that_is_played_slowly_is_lit_step_by_step(doors: Doors, line: Path) -> None:
    page = opened(doors, line)
    page.locator(".st-pace").evaluate(
        "(one) => { one.value = '1'; one.dispatchEvent(new Event('input')); }"
    )
    assert_old_until_step_3(page.evaluate(ROUND, ".st-run"))


def test_whoever_wants_no_motion_sees_the_last_step_at_once(doors: Doors, line: Path) -> None:
    page = opened(doors, line, reduced_motion="reduce")
    before = page.evaluate(LIT)
    page.keyboard.press("Space")
    after = page.evaluate(LIT)
    assert (before["lit"], after["lit"], after["said"]) == ("1", "4", "4")
    assert after["number"] != before["number"] and after["bar"] != before["bar"]


@pytest.mark.parametrize("name", ["line", "network"])
def test_what_is_opened_or_resized_leaves_the_lit_step(
    doors: Doors, tmp_path: Path, name: str
) -> None:
    PAGES[name]().page(tmp_path / "page.html")
    page = opened(doors, tmp_path / "page.html")
    for _ in range(3):
        page.keyboard.press("Space")
    page.locator('.st-frame [data-step="4"].st-lit').wait_for()
    before = page.evaluate(LIT)
    tabs = page.locator(".st-tabs [aria-expanded]:visible")
    assert tabs.count() >= 3
    for k in range(tabs.count()):
        tabs.nth(k).click()
        assert page.evaluate(LIT)["lit"] == "4", k
    for theme in ("dark", "projector", "light"):
        page.locator('[data-control="theme"] select').select_option(theme)
        assert page.evaluate(LIT)["lit"] == "4", theme
    for width, height in ((1920, 1080), (390, 844), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(100)
        assert page.evaluate(LIT)["lit"] == "4", width
    assert page.evaluate(LIT)["number"] == before["number"]


def test_a_drawer_that_is_opened_while_a_round_is_lit_leaves_it_to_go_on(
    doors: Doors, line: Path
) -> None:
    page = opened(doors, line)
    page.locator(".st-transport .st-main").first.click()
    page.get_by_role("button", name="Rate and rule").click()
    assert page.evaluate(LIT)["lit"] in ("2", "3")
    page.locator('.st-frame [data-step="4"].st-lit').wait_for()


@pytest.mark.parametrize("name", ["Rows", "Rate and rule"])
def test_the_steps_stay_in_sight_beside_a_drawer_of_a_phone(
    doors: Doors, line: Path, name: str
) -> None:
    page = opened(doors, line, (390, 844))
    page.get_by_role("button", name=name, exact=True).click()
    page.locator(".st-transport .st-main").first.click()
    lines = page.locator(".st-frame .st-lit .st-lines")
    lines.wait_for()
    boxes = [
        box for one in (".st-cards", ".st-panel[data-open], .st-settings[data-open]",
                        ".st-frame", ".st-transport")
        if (box := page.locator(one).first.bounding_box())
    ]  # fmt: skip
    assert len(boxes) == 4 and lines.is_visible()
    frame, transport = boxes[2:]
    assert frame["y"] + frame["height"] <= transport["y"] + 1
    assert transport["y"] + transport["height"] <= 845 and boxes[0]["height"] > 150
    hit = "(one) => { const b = one.getBoundingClientRect(); return one.closest('.st-frame')" \
        ".contains(document.elementFromPoint(b.x + 20, b.y + 5)); }"  # fmt: skip
    assert lines.evaluate(hit), "the drawer lies over the words"


DRAWN_AT = """
  window.boxes = [];
  const { drawImage } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.drawImage = function (...all) {
    const isMap = this.canvas.closest?.('[data-card="map"]');
    if (all.length === 9 && isMap) window.boxes.push(all.slice(7));
    return drawImage.apply(this, all);
  };
"""


def test_the_map_keeps_one_scale_beside_a_drawer(doors: Doors, line: Path) -> None:
    page = doors.sealed()
    page.add_init_script(DRAWN_AT)
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{line.as_uri()}#explore")
    page.locator(READY).wait_for()
    for name in ("Rate and rule", "Rows"):
        page.evaluate("() => { window.boxes = []; }")
        page.get_by_role("button", name=name, exact=True).click()
        page.wait_for_function("() => window.boxes.length")
        wide, tall = page.evaluate("() => window.boxes.at(-1)")
        assert wide == pytest.approx(tall, rel=0.01) and wide > 150, name


@pytest.mark.parametrize("name", ["Rate and rule", "Runs", "Rows", "Tasks"])
def test_escape_closes_the_drawer_and_its_tab_has_the_focus(
    doors: Doors, line: Path, name: str
) -> None:
    page = opened(doors, line)
    tab = page.get_by_role("button", name=name, exact=True)
    tab.click()
    inside = page.locator("[data-open] :is(input, select, button, [tabindex]):visible").first
    if inside.count():
        inside.focus()
    page.keyboard.press("Escape")
    assert tab.get_attribute("aria-expanded") == "false"
    assert tab.evaluate("(one) => one === document.activeElement")


def test_the_equation_says_its_units_where_the_map_has_others(doors: Doors, line: Path) -> None:
    page = opened(doors, line)
    units = page.locator(".st-equation > small")
    assert units.inner_text() == "your units" and units.is_visible()
    page.get_by_role("button", name="Your units").click()
    page.get_by_role("button", name="Standard units").wait_for()
    assert not units.is_visible()


@pytest.mark.parametrize(("size", "told"), [(1e-9, "10⁻"), (1e9, "10¹")])
def test_a_power_of_ten_is_written_as_a_product(
    doors: Doors, tmp_path: Path, size: float, told: str
) -> None:
    table = {"x": [1.0, 2.0, 3.0, 5.0], "y": [size, 3 * size, 2 * size, 4 * size]}
    st.descend(table, "y", ["x"], rule="steepest", steps=5).page(tmp_path / "page.html")
    page = opened(doors, tmp_path / "page.html")
    page.locator(".st-transport .st-main").first.click()
    number = page.locator(".st-loss-number").inner_text()
    said = page.locator(".st-frame").text_content() or ""
    assert f"\u00a0×\u00a0{told}" in number and f"\u00a0×\u00a0{told}" in said
    assert not re.search(r"\de[+-]\d", number + said)
