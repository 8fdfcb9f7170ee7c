"""The page for everybody: by keyboard alone, for screen readers, on a phone and a projector."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from doors import Doors, Menu, app, at_step, enter, loss_of, outcomes, press, settle, step_of

import steepest as st

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

AWAY_FROM_ZERO = '.st-app[data-busy="false"]:not([data-at="0"])'

NOTHING_FADES = "() => document.getAnimations().length === 0"

HAS_FOCUS = "(node) => node === document.activeElement"

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


# --- by keyboard alone ---------------------------------------------------------------------------


def assert_tab_reaches_all(page: "Page") -> None:
    """Check that the tab key goes to all that can be worked, and that it is seen where it is."""
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


def tab_to(page: "Page", mark: "Locator") -> None:
    for _ in range(100):
        if mark.evaluate(HAS_FOCUS):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the tab key does not come to {mark}")


def assert_keys_walk(page: "Page") -> None:
    """Check that keys go to steps, and that each is said."""
    for key, step in (
        ("Space", 1),
        ("ArrowRight", 2),
        ("ArrowRight", 3),
        ("ArrowLeft", 2),
        ("PageDown", 27),
        ("End", 60),
        ("Home", 0),
    ):
        page.keyboard.press(key)
        at_step(page, step)
        said = page.locator("[aria-live=polite]").inner_text()
        assert said.startswith(f"Round {step}: weight " if step else "Start: weight "), key


def assert_keys_play_and_start_anew(page: "Page") -> None:
    """Check that keys run and pause, draw a new start, and show a step by its parts."""
    page.keyboard.press("Enter")
    page.locator(AWAY_FROM_ZERO).wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Run", exact=True).wait_for()
    page.keyboard.press("Home")
    at_step(page, 0)
    before = loss_of(page)
    page.keyboard.press("r")
    settle(page)
    assert (step_of(page), loss_of(page) != before) == (0, True)
    page.keyboard.press("s")
    for phase in ("1", "2", "3", "4"):
        page.keyboard.press("Space")
        page.locator(f'.st-app[data-phase="{phase}"]').wait_for()
    page.keyboard.press("Space")
    at_step(page, 1)
    page.keyboard.press("s")


def assert_keys_try_another_run(page: "Page") -> None:
    """Check that keys keep a run, and give the next one a rate and a start of its own."""
    page.keyboard.press("k")
    settle(page)
    assert len(outcomes(page)) == 2
    page.keyboard.press("Home")
    at_step(page, 0)
    tab_to(page, page.get_by_label("learning rate as a number", exact=True))
    page.keyboard.type("0.02")
    page.keyboard.press("Tab")
    settle(page)
    before, handle = loss_of(page), page.locator('[data-card="map"] .st-handle')
    place = float(handle.get_attribute("aria-valuenow") or "nan")
    tab_to(page, handle)
    page.keyboard.press("Shift+ArrowRight")
    settle(page)
    assert float(handle.get_attribute("aria-valuenow") or "nan") > place
    assert loss_of(page) != before
    told = Menu(page).told()
    assert (told["run2.rate"], "run2.start" in told) == ("0.02", True)


def test_the_keyboard_alone_does_a_run(doors: Doors, saved: Path) -> None:
    assert_tab_reaches_all(doors.file(saved))
    page = doors.file(saved)
    assert_keys_walk(page)
    assert_keys_play_and_start_anew(page)
    assert_keys_try_another_run(page)


# --- for screen readers --------------------------------------------------------------------------


def open_everything(page: "Page") -> None:
    """Show all that can be shown: a second run, a refusal, every fold, the menu with a text."""
    enter(page, "learning rate as a number", "0.2")
    press(page, "Keep this run and try another")
    enter(page, "batch size", "0")
    assert page.get_by_role("alert").is_visible()
    for fold in reversed(page.locator("summary").all()):
        fold.click()  # The menu last: a press beside it closes it.
    press(page, "Show the Python lines")


def turn(page: "Page", theme: str) -> None:
    """Choose a theme, and wait until no colour is on its way."""
    page.get_by_label("theme", exact=True).select_option(theme)
    assert app(page).get_attribute("data-theme") == theme
    page.wait_for_function(NOTHING_FADES)


@pytest.mark.prove
def test_axe_finds_no_serious_fault(doors: Doors, saved: Path) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python"
    )
    page = doors.file(saved, "v=1&at=3&text=Hello")
    open_everything(page)
    for theme in ("light", "dark", "projector"):
        turn(page, theme)
        assert page.locator("details:not([open])").count() == 0
        assert [
            (theme, fault["id"], node["html"][:120])
            for fault in axe.Axe().run(page).response["violations"]
            if fault["impact"] in ("serious", "critical")
            for node in fault["nodes"]
        ] == []


# --- on a phone and a projector ------------------------------------------------------------------


def assert_fits(page: "Page") -> None:
    """Check that there is no sideways scroll, also with the menu open, and nothing is cut off."""
    at_step(page, 9)
    page.locator("summary", has_text="Keep it").click()
    press(page, "Copy link")
    root = "document.documentElement"
    scrolls = page.evaluate(f"{root}.scrollWidth > {root}.clientWidth")
    assert (scrolls, page.evaluate(OUTSIDE)) == (False, []), page.viewport_size


@pytest.mark.prove
def test_nothing_sticks_out_on_a_phone_and_on_a_projector(doors: Doors, saved: Path) -> None:
    wide = saved.with_name("penguins.html")
    st.descend("penguins", "species", missing="drop", steps=30).page(wide)
    for width, theme in ((360, "light"), (768, "light"), (1920, "projector")):
        for path in (saved, wide):
            page = doors.file(path, f"v=1&theme={theme}&at=9", width=width)
            assert_fits(page)
            assert app(page).get_attribute("data-theme") == theme
