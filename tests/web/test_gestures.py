"""What a hand does: every gesture ends what it began, and one table tells of every key."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from doors import Doors, settle
from test_network_page import two_rings

import steepest as st
from steepest.page.lesson.builds import sentences

if TYPE_CHECKING:
    from playwright.sync_api import Page

GESTURES = Path(st.__file__).parent / "page" / "web" / "gestures"

# Returns for each gesture of a module which events it hears: attached, once and twice,
# detached, and attached again.
HEARD = """async (file) => {
  const module = await import(`/gestures/${file}`);
  const { Gesture } = await import('/gestures/gesture.js');
  const { Fingers } = await import('/gestures/fingers.js');
  const of = { PressBeside: [document.createElement('b'), {}], Keyboard: ['page', {}] };
  const whole = (one) => one.prototype instanceof Gesture && one !== Fingers;
  return Object.fromEntries(Object.values(module).filter(whole).map((Kind) => {
    const node = document.createElement('div');
    const heard = [];
    const add = node.addEventListener.bind(node);
    node.addEventListener = (name, act, { signal }) => {
      heard.push([name, signal]);
      add(name, act, { signal });
    };
    const now = () => heard.filter(([, signal]) => !signal.aborted).map(([name]) => name).sort();
    const gesture = new Kind(node, ...(of[Kind.name] ?? [{}]));
    const states = [gesture.attach(), gesture.attach()].map(now);
    gesture.detach();
    states.push(now());
    gesture.attach();
    return [Kind.name, [...states, now()]];
  }));
}"""

SHARED = {"gesture.js", "fingers.js", "keys.js"}
"""Modules that are no gesture but what gestures are made of, and the table of keys."""

WHERE = {
    "page": ".st-app",
    "surface": ".st-relief",
    "start": ".st-map .st-handle",
    "line": ".st-line-end",
    "points": '[data-card="fit"] svg.st-plot-svg',
    "chart": '[data-card="chart"] svg.st-plot-svg',
    "network": '[data-card="network"] svg.st-plot-svg',
    "table": ".st-table tbody",
    "menu": ".st-keep",
    "lesson": ".st-lecture",
}
"""The element that tells of the keys of each place of the table."""

FOCUS = {
    "points": ".st-point",
    "table": ".st-table tbody tr[tabindex='0']",
    "menu": ".st-keep summary",
}
"""What is focused for the keys of a place, where that is another element."""

LISTEN = (
    """() => window.addEventListener('keydown', (event) => { window.lastKey = event; }, true)"""
)


@pytest.mark.parametrize(
    "file", [one.name for one in sorted(GESTURES.glob("*.js")) if one.name not in SHARED]
)
def test_a_gesture_hears_nothing_once_it_is_detached(file: str, modules: Any) -> None:
    kinds = modules.evaluate(HEARD, file)
    assert len(kinds) == 1, "one gesture a file"
    for once, twice, detached, again in kinds.values():
        assert len(once) == len(set(once)) > 0
        assert (twice, detached, again) == (once, [], once)


@pytest.fixture
def table(modules: Any) -> dict[str, Any]:
    """The table of keys, and the help that is made of it."""
    read = """async () => {
      const { KEYS, actsOf, helpOf, shortcutsOf } = await import('/gestures/keys.js');
      return Object.fromEntries(Object.entries(KEYS).map(([place, { where }]) => [place, {
        where, keys: Object.keys(actsOf(place)), help: helpOf(place), told: shortcutsOf(place),
      }]));
    }"""
    told: dict[str, Any] = modules.evaluate(read)
    return told


def untaken(page: "Page", place: str, keys: list[str]) -> list[str]:
    """Press each key of a place, with the focus there; return those that nobody took."""
    left = []
    for key in keys:
        if place == "menu":
            page.locator(".st-keep").evaluate("(menu) => { menu.open = true; }")
        if place not in ("page", "lesson"):
            page.locator(FOCUS.get(place, WHERE[place])).first.focus()
        page.keyboard.press(key.replace("Plus", "+"))
        if not page.evaluate("() => window.lastKey.defaultPrevented"):
            left.append(key)
    return left


def assert_keys_are_taken_and_told(page: "Page", table: dict[str, Any], places: set[str]) -> None:
    """Check that every key of these places is told where it is heard, and taken there."""
    page.evaluate(LISTEN)
    for place in (one for one in table if one in places):
        told = page.locator(WHERE[place]).first.get_attribute("aria-keyshortcuts")
        assert told == table[place]["told"], place
        assert untaken(page, place, table[place]["keys"]) == [], place
        if page.locator(".st-app").count():
            settle(page)


def helped(page: "Page") -> list[tuple[str, str]]:
    """Return the keys that the help of the page tells, with what they do."""
    lists = page.locator(".st-foot dl")
    return list(
        zip(
            lists.locator("dt").all_text_contents(),
            lists.locator("dd").all_text_contents(),
            strict=True,
        )
    )


def listeners(page: "Page") -> list[str]:
    """Return the events that something hears at the document and at the window."""
    session = page.context.new_cdp_session(page)
    found = []
    for name in ("document", "window"):
        handle = session.send("Runtime.evaluate", {"expression": name})["result"]["objectId"]
        heard = session.send("DOMDebugger.getEventListeners", {"objectId": handle})["listeners"]
        found += [f"{name} {one['type']}" for one in heard]
    return sorted(found)


@pytest.mark.prove
def test_every_key_of_the_table_is_taken_told_and_helped(
    doors: Doors, saved: Path, line: st.Run, table: dict[str, Any], tmp_path: Path
) -> None:
    assert table.keys() == WHERE.keys()
    page = doors.file(saved, "explore")
    assert helped(page) == [
        tuple(one) for place in table if place != "lesson" for one in table[place]["help"]
    ]
    assert_keys_are_taken_and_told(page, table, table.keys() - {"network", "lesson"})
    st.descend(two_rings(12), "ring", hidden=(2,), steps=2).page(tmp_path / "rings.html")
    assert_keys_are_taken_and_told(
        doors.file(tmp_path / "rings.html", "explore"), table, {"network"}
    )


def test_the_lesson_takes_its_keys_and_leaves_none_behind(
    doors: Doors, line: st.Run, table: dict[str, Any], tmp_path: Path
) -> None:
    line.lesson(tmp_path / "lesson.html")
    page = doors.sealed()
    page.goto((tmp_path / "lesson.html").as_uri())
    page.locator(WHERE["lesson"]).wait_for()
    assert_keys_are_taken_and_told(page, table, {"lesson"})
    told = page.get_by_role("button", name="Present", exact=True).get_attribute("title")
    assert told == sentences("en")["ui"]["keys"]
    page.keyboard.press("Escape")
    heard = listeners(page)
    page.locator(".st-le-ways button").last.click()
    settle(page)
    page.get_by_role("button", name="Lesson", exact=True).click()
    page.locator(WHERE["lesson"]).wait_for()
    assert listeners(page) == heard


def test_a_menu_or_box_that_was_pressed_gives_the_keys_back(doors: Doors, saved: Path) -> None:
    page = doors.file(saved, "explore")
    theme = page.get_by_label("theme", exact=True)
    theme.dispatch_event("pointerdown")
    theme.focus()
    theme.select_option("dark")
    page.keyboard.press("Space")
    page.locator('.st-app[data-at="1"][data-busy="false"]').wait_for()
    page.get_by_label("slow", exact=False).first.click()
    page.keyboard.press("ArrowLeft")
    page.locator('.st-app[data-at="0"]').wait_for()
