"""The page with Python behind it: what `steepest play` serves, and two widgets in a notebook."""

import base64
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from doors import (
    Doors,
    Menu,
    assert_same_steps,
    at_step,
    drag,
    enter,
    into_sight,
    loss_of,
    press,
    settle,
    typed_params,
    written,
)

import steepest as st
from steepest.data.table import read_table
from steepest.descend import descend_rows
from steepest.session.opening import open_table
from steepest.view.page import notebook_script, style
from steepest.view.wire import to_frame

if TYPE_CHECKING:
    from playwright.sync_api import Page

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

# Shows two runs as a notebook does: each widget takes the module anew.
WIDGETS = """async ([script, style, frames, shadow]) => {
  for (const frame of frames) {
    const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    const { default: widget } = await import(address);
    const host = document.createElement('div');
    document.body.append(host);
    const place = shadow ? host.attachShadow({ mode: 'open' }) : host;
    const el = document.createElement('div');
    const look = document.createElement('style');
    look.textContent = style;
    place.append(look, el);
    const bytes = Uint8Array.from(atob(frame), (letter) => letter.charCodeAt(0));
    const record = new DataView(bytes.buffer);
    widget.render({ model: { get: () => record, send() {}, on() {}, off() {} }, el });
  }
}"""


@pytest.fixture
def live(doors: Doors) -> "Iterator[Page]":
    """The live page on the geyser, of a server that runs as it does for a reader."""
    words = [sys.executable, "-m", "steepest", "play", "geyser", "--no-open", "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            said = next(line for line in server.stdout if "http://" in line)
            page = doors.window()
            page.add_init_script(SOCKETS)
            page.goto(re.search(r"http://\S+", said)[0])
            settle(page)
            yield page
            page.close()
        finally:
            server.terminate()
            server.communicate()


def title(page: "Page", words: str) -> None:
    page.get_by_role("heading", name=words, exact=True).wait_for()
    settle(page)


def test_the_live_page_asks_python(live: "Page") -> None:
    first = open_table(read_table("geyser")).run
    title(live, "waiting by duration: 272 rows of geyser")
    press(live, "Step")
    press(live, "25 steps")
    at_step(live, 26)
    assert loss_of(live) == first.trace[26].full_loss
    assert typed_params(live, ["weight", "bias"]) == written(first.trace[26].params)
    x, y = into_sight(live.locator('[data-card="map"] .st-handle'))
    drag(live, (x, y), (x + 80, y + 50))
    live.mouse.up()
    settle(live)
    start = [float(value) for value in Menu(live).told()["start"].split(",")]
    choices = {"rule": "steepest", "scale": first.choices.scale, "steps": 200, "start": start}
    rate = first.choices.learning_rate
    again = descend_rows(first.data, learning_rate=rate, **choices)
    assert_same_steps(Menu(live).trace(), again.trace_table(), tolerance=0.0)
    live.keyboard.press("Escape")
    enter(live, "learning rate as a number", "fast")
    assert "fast" in live.get_by_role("alert").inner_text()


def test_the_live_page_opens_other_data_and_comes_back_to_them(live: "Page") -> None:
    live.get_by_label("data", exact=True).select_option("diabetes")
    title(live, "progression by 10 features: 442 rows of diabetes")
    live.get_by_role("checkbox", name="age", exact=True).uncheck()
    title(live, "progression by 9 features: 442 rows of diabetes")
    live.get_by_label("rule", exact=True).select_option("momentum")
    settle(live)
    press(live, "25 steps")
    at_step(live, 25)
    before = loss_of(live)
    live.evaluate(CUT)
    live.wait_for_function("() => sockets.length > 1 && sockets.at(-1).readyState === 1")
    live.get_by_role("alert").wait_for(state="hidden")
    assert "connection is lost" in live.evaluate("() => told")
    assert loss_of(live) == before
    enter(live, "learning rate as a number", "0.03")
    features = read_table("diabetes").arrow.column_names[1:-1]
    opened = open_table(read_table("diabetes"), "progression", features).run
    again = descend_rows(
        opened.data, rule="momentum", scale=opened.choices.scale, learning_rate=0.03, steps=200
    )
    assert_same_steps(Menu(live).trace(), again.trace_table(), tolerance=0.0)


def test_the_live_page_takes_files_and_tells_which_it_cannot(live: "Page") -> None:
    chooser = live.get_by_label("A file of yours")
    files = {"name": "notes.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    chooser.set_input_files(files)
    alert = live.get_by_role("alert")
    alert.wait_for()
    assert "cannot read notes.pdf" in alert.inner_text()
    title(live, "waiting by duration: 272 rows of geyser")
    rows = "\n".join(f"{x},{3 * x + x % 3}" for x in range(30))
    contents = f"size,price\n{rows}\n".encode()
    chooser.set_input_files({"name": "mine.csv", "mimeType": "text/csv", "buffer": contents})
    title(live, "price by size: 30 rows of mine.csv")
    assert not alert.is_visible()
    press(live, "Step")
    at_step(live, 1)


@pytest.mark.parametrize("shadow", [False, True])
def test_two_widgets_in_one_notebook_do_not_clash(page: "Page", shadow: bool) -> None:
    runs = [
        st.descend("geyser", "waiting", ["duration"], steps=20, scale="none", learning_rate=0.05),
        st.descend("orings", "damaged", ["temperature"], steps=20),
    ]
    frames = [base64.b64encode(to_frame(run.record(live=True))).decode() for run in runs]
    page.evaluate(WIDGETS, [notebook_script(), style(), frames, shadow])
    first, second = (page.locator(".st-app").nth(i) for i in (0, 1))
    for app in (first, second):
        assert app.locator("canvas").first.evaluate("(canvas) => canvas.width") > 100
    second.get_by_role("button", name="Step", exact=True).click()
    assert [app.get_attribute("data-at") for app in (first, second)] == ["0", "1"]
    losses = [float(app.get_attribute("data-loss") or "nan") for app in (first, second)]
    assert losses == [runs[0].trace[0].full_loss, runs[1].trace[1].full_loss]
    second.get_by_text("slow motion", exact=True).click()
    second.locator("label:text-is('rule')").click()
    ticked = [app.get_by_label("slow motion").is_checked() for app in (first, second)]
    assert ticked == [False, True]
    focused = second.get_by_label("rule", exact=True)
    assert focused.evaluate("(node) => node.getRootNode().activeElement === node")
