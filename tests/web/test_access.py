"""The page for everybody: by keyboard alone, for screen readers, on a phone and a projector."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from doors import Doors, Menu, app, at_step, enter, loss_of, outcomes, press, settle, step_of

import steepest as st

if TYPE_CHECKING:
    from playwright.sync_api import Page

PLAIN: dict[str, Any] = {"rule": "steepest", "scale": "none", "learning_rate": 0.05}

# Numbers all that the tab key should reach, and returns how many there are.
NUMBER = """() => {
  const wanted = 'a[href], button, input, select, textarea, summary, [tabindex]';
  const found = [...document.querySelectorAll(wanted)].filter((node) =>
    node.tabIndex >= 0 && !node.disabled && node.checkVisibility());
  found.forEach((node, i) => node.setAttribute('data-tab', String(i)));
  return found.map((node) => node.getAttribute('aria-label') ?? node.textContent);
}"""

# Returns the number of what has the focus, and whether that is seen: by an outline, or by a ring.
FOCUSED = """() => {
  const node = document.activeElement;
  const look = getComputedStyle(node);
  const outlined = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2;
  const rings = document.querySelectorAll('.st-fit path[fill="none"][stroke-width="2"]');
  const ringed = node.matches('.st-point') &&
    [...rings].some((ring) => ring.getAttribute('display') !== 'none');
  return [Number(node.getAttribute('data-tab') ?? -1), outlined || ringed];
}"""

# Returns what reaches out of the page, or, controls and texts, out of the panel that they are on.
OUTSIDE = """() => {
  const app = document.querySelector('.st-app');
  const panels = '.st-card, .st-panel, .st-settings, .st-transport, .st-frame > li, .st-menu';
  const inner = ':is(.st-table-scroll, svg, .st-unseen, [role="slider"]) *, .st-unseen';
  const out = (node, around) => {
    const [own, room] = [node, around].map((one) => one.getBoundingClientRect());
    return own.width > 0 && (own.left < room.left - 1 || own.right > room.right + 1);
  };
  return [...app.querySelectorAll('*')]
    .filter((node) => node.checkVisibility() && !node.matches(inner))
    .filter((node) => out(node, app) || out(node, node.parentElement.closest(panels) ?? app))
    .map((node) => `${node.tagName} ${node.getAttribute('class')}: ${node.textContent}`)
    .map((words) => words.slice(0, 90));
}"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("access") / "geyser.html"
    st.descend("geyser", "waiting", ["duration"], steps=40, **PLAIN).page(path)
    return path


@pytest.fixture(scope="module")
def wide(saved: Path) -> Path:
    path = saved.with_name("penguins.html")
    st.descend("penguins", "species", missing="drop", steps=30).page(path)
    return path


def test_the_tab_key_reaches_everything_and_is_seen(doors: Doors, saved: Path) -> None:
    page = doors.file(saved)
    names: list[str] = page.evaluate(NUMBER)
    assert len(names) > 25
    reached, unseen = set(), []
    for _ in range(len(names) + 2):
        page.keyboard.press("Tab")
        number, seen = page.evaluate(FOCUSED)
        reached.add(number)
        if number >= 0 and not seen:
            unseen.append(names[number])
    assert [names[i] for i in range(len(names)) if i not in reached] == []
    assert unseen == []


def test_keys_alone_do_a_run(doors: Doors, saved: Path) -> None:
    page = doors.file(saved)
    keys = page.keyboard
    for key, step in (
        ("Space", 1),
        ("ArrowRight", 2),
        ("ArrowRight", 3),
        ("ArrowLeft", 2),
        ("PageDown", 27),
        ("End", 40),
        ("Home", 0),
    ):
        keys.press(key)
        at_step(page, step)
        said = page.locator("[aria-live=polite]").inner_text()
        assert said.startswith(f"Step {step}: weight " if step else "Start: weight ")
    keys.press("Enter")
    page.locator('.st-app:not([data-at="0"])').wait_for()
    keys.press("Enter")
    page.get_by_role("button", name="Run", exact=True).wait_for()
    keys.press("Home")
    start = loss_of(page)
    keys.press("r")
    settle(page)
    assert (step_of(page), loss_of(page) != start) == (0, True)
    keys.press("s")
    for phase in ("1", "2", "3", "4"):
        keys.press("Space")
        page.locator(f'.st-app[data-phase="{phase}"]').wait_for()
    keys.press("Space")
    at_step(page, 1)
    keys.press("s")
    keys.press("k")
    settle(page)
    assert len(outcomes(page)) == 2
    keys.press("Home")
    at_step(page, 0)
    start = loss_of(page)
    handle = page.locator('[data-card="map"] .st-handle')
    handle.focus()
    place = float(handle.get_attribute("aria-valuenow") or "nan")
    keys.press("Shift+ArrowRight")
    settle(page)
    assert float(handle.get_attribute("aria-valuenow") or "nan") > place
    assert loss_of(page) != start
    assert "run2.start" in Menu(page).told()


@pytest.mark.parametrize("theme", ["light", "dark", "projector"])
def test_axe_finds_no_serious_fault(doors: Doors, saved: Path, theme: str) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python"
    )
    page = doors.file(saved, f"v=1&theme={theme}&at=3&text=Hello")
    enter(page, "learning rate as a number", "0.2")
    press(page, "Keep this run and try another")
    enter(page, "batch size", "0")
    assert page.get_by_role("alert").is_visible()
    for fold in reversed(
        page.locator("summary").all()
    ):  # the menu last: a press beside it closes it
        fold.click()
    press(page, "Show the Python lines")
    found = axe.Axe().run(page).response["violations"]
    assert [
        (fault["id"], node["html"][:120])
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ] == []


def open_all(page: "Page") -> None:
    page.locator("summary", has_text="Keep it").click()
    press(page, "Copy link")


@pytest.mark.parametrize("width", [360, 768, 1920])
def test_nothing_sticks_out(doors: Doors, saved: Path, wide: Path, width: int) -> None:
    theme = "projector" if width == 1920 else "light"
    for path in (saved, wide):
        page = doors.file(path, f"v=1&theme={theme}&at=9", width=width)
        at_step(page, 9)
        open_all(page)
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
        assert page.evaluate(OUTSIDE) == []
        assert app(page).get_attribute("data-theme") == theme
