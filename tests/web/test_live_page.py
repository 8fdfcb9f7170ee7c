"""The page with Python behind it: what `steepest play` serves, and two widgets in a notebook."""

import base64
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from doors import (
    READY,
    Doors,
    Menu,
    assert_steps,
    at_step,
    drag,
    enter,
    into_sight,
    loss_of,
    press,
    settle,
    step_of,
    typed_params,
    written,
)
from framed import assert_widgets_live_in_a_frame

import steepest as st
from steepest.data.table import read_table
from steepest.notebook.widget import RunWidget
from steepest.run.descend import descend_rows
from steepest.session.opening import open_table

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

# Lets a test close the page's sockets, and hears what the page tells of it.
SOCKETS = """(() => {
  const Plain = window.WebSocket;
  window.sockets = [];
  window.WebSocket = class extends Plain {
    constructor(...address) {
      super(...address);
      window.sockets.push(this);
    }
  };
})()"""

CUT = """() => {
  window.told = '';
  const alert = document.querySelector('.st-fault');
  const look = () => { window.told += alert.innerText; };
  new MutationObserver(look).observe(alert, { subtree: true, childList: true, characterData: true,
    attributes: true });
  window.sockets.at(-1).close();
}"""

# Shows runs as a notebook does: each widget takes the module anew, and its model brings what the
# page asks to Python and hands on what Python answers.
WIDGETS = """async ([states, shadow]) => {
  const bytes = (coded) => new DataView(
    Uint8Array.from(atob(coded), (letter) => letter.charCodeAt(0)).buffer);
  for (const { number, record, script, style } of states) {
    const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    const { default: widget } = await import(address);
    const host = document.createElement('div');
    document.body.append(host);
    const place = shadow ? host.attachShadow({ mode: 'open' }) : host;
    const el = document.createElement('div');
    const look = document.createElement('style');
    look.textContent = style;
    place.append(look, el);
    let hear;
    const model = {
      get: () => bytes(record),
      on: (event, does) => { hear = does; },
      off() {},
      send: (content) => window.askPython(number, content)
        .then(([header, buffers]) => hear(header, buffers.map(bytes))),
    };
    widget.render({ model, el });
  }
}"""


PRESS = """(text) => [...document.querySelectorAll('.st-turns button')]
  .find((one) => one.textContent === text).click()"""


class Kernel:
    """Widgets as a notebook's kernel has them, for pages without a notebook."""

    def __init__(self, runs: list[st.Run]) -> None:
        self.sent: list[tuple[Any, list[bytes]]] = []
        self.heard: list[str] = []
        self.widgets = [RunWidget(run) for run in runs]
        for widget in self.widgets:
            widget.send = self._send

    def _send(self, content: Any, buffers: Any = None) -> None:
        self.sent.append((content, buffers))

    def answer(self, number: int, content: dict[str, Any]) -> tuple[Any, list[str]]:
        """Return what a widget answers to its page: JSON, and buffers as text."""
        self.heard.append(f"{number} {content['ask']}")
        self.widgets[number]._handle_custom_msg(content, [])
        header, buffers = self.sent.pop()
        return header, [coded(buffer) for buffer in buffers]

    def states(self) -> list[dict[str, Any]]:
        """Return what a notebook's page gets of each widget."""
        states = [widget.get_state() for widget in self.widgets]
        return [
            {
                "number": number,
                "record": coded(state["record"]),
                "script": state["_esm"],
                "style": state["_css"],
            }
            for number, state in enumerate(states)
        ]


def coded(content: Any) -> str:
    return base64.b64encode(content).decode()


@pytest.fixture
def live(doors: Doors) -> "Iterator[Page]":
    """The live page on the geyser, of a server that runs as it does for a reader."""
    words = [sys.executable, "-m", "steepest", "play", "geyser", "--no-open", "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        page = doors.window()
        page.add_init_script(SOCKETS)
        try:
            assert server.stdout
            addresses = (re.search(r"http://\S+", line) for line in server.stdout)
            address = next(filter(None, addresses), None)
            assert address, "the server ended before it said where it is"
            page.goto(address[0])
            settle(page)
            yield page
        finally:
            page.close()  # First: a page that is left alone complains that the server is gone.
            server.terminate()
            server.communicate()


def title(page: "Page", words: str) -> None:
    page.get_by_role("heading", name=words, exact=True).wait_for()
    settle(page)


# --- the live page -------------------------------------------------------------------------------


def assert_steps_are_pythons(live: "Page", run: st.Run) -> None:
    title(live, "waiting by duration: 272 rows of geyser")
    press(live, "Step")
    press(live, "25 rounds")
    at_step(live, 26)
    assert loss_of(live) == run.trace[26].full_loss
    assert typed_params(live, ["weight", "bias"]) == written(run.trace[26].params)


def assert_a_drag_asks_python(live: "Page", run: st.Run) -> None:
    x, y = into_sight(live.locator('[data-card="map"] .st-handle'))
    drag(live, (x, y), (x + 80, y + 50))
    live.mouse.up()
    settle(live)
    start = [float(value) for value in Menu(live).told()["start"].split(",")]
    assert start != [float(value) for value in run.trace[0].params]
    choices = {"scale": run.plan.scale, "learning_rate": run.plan.learning_rate}
    again = descend_rows(run.data, rule="steepest", steps=200, start=start, **choices)
    assert_steps(live, again.trace_table(), tolerance=0.0)


def assert_a_refusal_is_told(live: "Page") -> None:
    enter(live, "learning rate as a number", "fast")
    assert "fast" in live.get_by_role("alert").inner_text()


def open_other_data(live: "Page") -> None:
    live.get_by_label("data", exact=True).select_option("diabetes")
    title(live, "progression by 10 features: 442 rows of diabetes")
    live.get_by_role("checkbox", name="age", exact=True).uncheck()
    title(live, "progression by 9 features: 442 rows of diabetes")
    live.get_by_label("rule", exact=True).select_option("momentum")
    settle(live)


def assert_many_features_are_seen_in_standard_units(live: "Page") -> None:
    """Check that the surface turns to the units of the walk and back, as Python has them."""
    start = live.locator(".st-map .st-handle")
    own = start.get_attribute("aria-valuetext")
    for units, seen in (("Standard units", True), ("Your units", False)):
        live.evaluate(PRESS, units)
        settle(live)
        assert not live.get_by_role("alert").is_visible()
        told = start.get_attribute("aria-valuetext") or ""
        assert ("in standard units" in told) == seen
    assert told == own


def assert_a_lost_connection_comes_back(live: "Page") -> None:
    """Check that it is told, that nothing on the page changes, and that Python knows its data."""
    press(live, "25 rounds")
    at_step(live, 25)
    before = loss_of(live)
    live.evaluate(CUT)
    live.wait_for_function("() => sockets.length > 1 && sockets.at(-1).readyState === 1")
    live.get_by_role("alert").wait_for(state="hidden")
    told = live.evaluate("() => told")
    assert "connection is lost" in told and "start it once more" in told
    assert loss_of(live) == before
    enter(live, "learning rate as a number", "0.03")
    features = read_table("diabetes").arrow.column_names[1:-1]
    opened = open_table(read_table("diabetes"), "progression", features).run
    choices = {"scale": opened.plan.scale, "learning_rate": 0.03}
    again = descend_rows(opened.data, rule="momentum", steps=200, **choices)
    assert_steps(live, again.trace_table(), tolerance=0.0)


def assert_files_are_opened_or_refused(live: "Page") -> None:
    chooser, alert = live.get_by_label("A file of yours"), live.get_by_role("alert")
    before = live.locator("h1").inner_text()
    files = {"name": "notes.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    chooser.set_input_files(files)
    alert.wait_for()
    assert "cannot read notes.pdf" in alert.inner_text()
    title(live, before)
    rows = "\n".join(f"{x},{3 * x + x % 3}" for x in range(30))
    contents = f"size,price\n{rows}\n".encode()
    chooser.set_input_files({"name": "mine.csv", "mimeType": "text/csv", "buffer": contents})
    title(live, "price by size: 30 rows of mine.csv")
    assert not alert.is_visible()
    press(live, "Step")
    at_step(live, 1)


def assert_a_lesson_is_on_the_data(live: "Page") -> None:
    """Check that what was opened is taught, and that the address leads back to what was tried."""
    live.wait_for_function("() => location.hash.includes('data=mine.csv')")
    live.get_by_role("button", name="Lesson", exact=True).click()
    live.locator('[data-build="title"]').wait_for()
    assert "mine.csv: 30 rows" in live.locator(".st-le-say").inner_text()
    live.keyboard.press("PageDown")
    live.get_by_role("button", name="Explore").click()
    settle(live)
    assert step_of(live) == 1


def assert_the_token_leaves_the_address_and_a_reload_finds_it(live: "Page") -> None:
    live.wait_for_function("() => location.hash")
    assert "token" not in live.url
    again = live.url
    live.reload()
    live.locator("#steepest canvas").first.wait_for(state="attached")
    settle(live)
    assert live.url == again
    # What was copied from there opens nothing in another window.
    refused = live.context.browser
    assert refused
    other = refused.new_page()
    other.goto(again)
    assert "open the whole address that steepest printed" in other.locator("body").inner_text()
    other.close()


def test_the_live_page_asks_python_whatever_its_data(live: "Page") -> None:
    assert_the_token_leaves_the_address_and_a_reload_finds_it(live)
    first = open_table(read_table("geyser")).run
    assert_steps_are_pythons(live, first)
    assert_a_drag_asks_python(live, first)
    assert_a_refusal_is_told(live)
    open_other_data(live)
    assert_many_features_are_seen_in_standard_units(live)
    assert_a_lost_connection_comes_back(live)
    assert_files_are_opened_or_refused(live)
    assert_a_lesson_is_on_the_data(live)


# --- the notebook --------------------------------------------------------------------------------


def show(page: "Page", kernel: Kernel, shadow: bool) -> "list[Locator]":
    """Show two widgets below what there is; return their pages once they have drawn."""
    before = page.locator(".st-app").count()
    page.evaluate(WIDGETS, [kernel.states(), shadow])
    widgets = [page.locator(".st-app").nth(before + i) for i in (0, 1)]
    for widget in widgets:
        wait_until(widget, READY)
        assert widget.locator("canvas").first.evaluate("(canvas) => canvas.width") > 100
    return widgets


def wait_until(widget: "Locator", is_so: str) -> None:
    widget.and_(widget.page.locator(is_so)).wait_for()


def loss_in(widget: "Locator") -> float:
    return float(widget.get_attribute("data-loss") or "nan")


def assert_apart(first: "Locator", second: "Locator", runs: list[st.Run]) -> None:
    """Check that what is done in the second of two widgets leaves the first as it was."""
    second.get_by_role("button", name="Step", exact=True).click()
    wait_until(second, '[data-at="1"]')
    wait_until(first, '[data-at="0"]')
    assert loss_in(first) == runs[0].trace[0].full_loss
    assert loss_in(second) == runs[1].trace[1].full_loss
    second.get_by_text("slow motion", exact=True).click()
    second.locator("label:text-is('rule')").click()
    ticked = [widget.get_by_label("slow motion").is_checked() for widget in (first, second)]
    assert ticked == [False, True]
    focused = second.get_by_label("rule", exact=True)
    assert focused.evaluate("(node) => node.getRootNode().activeElement === node")


def assert_python_answers(widget: "Locator", choices: dict[str, Any]) -> None:
    """Check that a widget of many features shows the run that Python works out for it."""
    widget.get_by_label("rule", exact=True).select_option("momentum")
    wait_until(widget, READY)
    widget.get_by_label("Round of the run").fill("7")
    wait_until(widget, '[data-at="7"]')
    run = st.descend("diabetes", "progression", **{**choices, "rule": "momentum"})
    assert loss_in(widget) == run.trace[7].full_loss


def saved_by(widget: "Locator", path: Path) -> Path:
    """Return the file of the page that a widget lets the reader save."""
    widget.locator(".st-keep summary").click()
    with widget.page.expect_download() as download:
        widget.get_by_role("button", name="Save this page (HTML)", exact=True).click()
    widget.locator(".st-keep summary").press("Escape")
    path.write_bytes(Path(download.value.path()).read_bytes())
    return path


def assert_saved_pages_keep_their_state(
    page: "Page", runs: list[st.Run], doors: Doors, tmp_path: Path
) -> None:
    """Check that a page saved from a widget opens at the widget's step and in its theme."""
    kernel = Kernel(runs)
    page.expose_function("askPython", kernel.answer)
    for i, widget in enumerate(show(page, kernel, shadow=False)):
        widget.get_by_role("button", name="Step", exact=True).click()
        widget.get_by_label("theme", exact=True).select_option("dark")
        wait_until(widget, '[data-at="1"]')
        opened = doors.file(saved_by(widget, tmp_path / f"{i}.html"))
        at_step(opened, 1)
        assert opened.locator(".st-app").get_attribute("data-theme") == "dark"
        assert not opened.get_by_role("alert").is_visible()
        assert Menu(opened).told()["theme"] == "dark"


@pytest.mark.prove
def test_two_widgets_in_one_notebook_do_not_clash(
    page: "Page", doors: Doors, line: st.Run, tmp_path: Path
) -> None:
    choices = {"rule": "steepest", "scale": "standard", "learning_rate": 0.1, "steps": 20}
    runs = [line, st.descend("diabetes", "progression", **choices)]
    kernel = Kernel(runs)
    page.expose_function("askPython", kernel.answer)
    for shadow in (False, True):
        first, second = show(page, kernel, shadow)
        assert_apart(first, second, runs)
        assert_python_answers(second, choices)
    assert kernel.heard.count("1 descend") >= 2
    assert [words for words in kernel.heard if words[0] == "0"] == []
    other = page.context.new_page()
    other.goto(page.url)
    assert_saved_pages_keep_their_state(other, runs, doors, tmp_path)
    assert_widgets_live_in_a_frame(doors, runs)
