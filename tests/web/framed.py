"""The page as a notebook shows it: as a widget, beside another, in a frame of another origin."""

import json
from base64 import b64encode
from typing import TYPE_CHECKING

from doors import Doors

import steepest as st
from steepest.notebook.widget import RunWidget

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Page

# What VS Code and Colab allow an output: scripts, and styles and pictures that lie in it.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; "
    "img-src data: blob:"
)

# A cell of a notebook with a widget in it, behind the little of anywidget's model that is used.
OUTPUT = """<!doctype html><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<body style="color: {ink}"><div tabindex="0" id="cell"></div><script type="module">
window.complaints = [];
window.heard = [];
window.ends = [];
addEventListener('securitypolicyviolation', (e) => complaints.push(e.violatedDirective));
addEventListener('keydown', (e) => heard.push(e.key));
for (const {{ esm, css, record }} of {states}) {{
  const url = URL.createObjectURL(new Blob([esm], {{ type: 'text/javascript' }}));
  const widget = (await import(url)).default;
  const style = document.createElement('style');
  style.textContent = css;
  const el = document.createElement('div');
  const hearing = new Set();
  const model = {{
    get: () => new DataView(Uint8Array.from(atob(record), (c) => c.charCodeAt(0)).buffer),
    on: (event, hear) => hearing.add(hear),
    off: (event, hear) => hearing.delete(hear),
    send() {{}},
  }};
  document.getElementById('cell').append(style, el);
  const end = widget.render({{ model, el }});
  ends.push(() => {{ end(); return [el.childElementCount, hearing.size]; }});
}}
</script>"""

FORBIDDEN = """() => {
  const root = document.activeElement.getRootNode();
  return root.activeElement.dataset.lmSuppressShortcuts === 'true';
}"""


def output_of(runs: list[st.Run], ink: str) -> str:
    """Return the document of an output with a widget for each run."""
    states = [RunWidget(run).get_state() for run in runs]
    told = [
        {
            "esm": state["_esm"],
            "css": state["_css"],
            "record": b64encode(state["record"]).decode("ascii"),
        }
        for state in states
    ]
    coded = json.dumps(told).replace("</", "<\\/")
    return OUTPUT.format(policy=POLICY, ink=ink, states=coded)


def framed(doors: Doors, document: str) -> "tuple[Page, Frame]":
    """Open a document in a frame of another origin that may run scripts, and nothing else."""
    page = doors.window()
    page.set_content("<!doctype html><iframe sandbox='allow-scripts' width=1200 height=800>")
    page.eval_on_selector("iframe", "(frame, text) => { frame.srcdoc = text; }", document)
    frame = page.frames[-1]
    frame.locator('.st-app[data-busy="false"]').nth(1).wait_for()
    return page, frame


def assert_widgets_live_in_a_frame(doors: Doors, runs: list[st.Run]) -> None:
    """Check that two widgets in a frame of another origin keep their keys and leave nothing."""
    page, frame = framed(doors, output_of(runs, "rgb(230, 230, 230)"))
    for app in frame.locator(".st-app").all():
        assert app.get_attribute("data-theme") == "dark"
        app.locator("h1").click()
        assert frame.evaluate(FORBIDDEN)
        page.keyboard.press("ArrowRight")
        app.get_by_role("button", name="Step", exact=True).click()
        assert frame.evaluate(FORBIDDEN)
        for key in ("b", "d", "d"):
            page.keyboard.press(key)
        assert app.get_attribute("data-at") == "2"
    assert frame.evaluate("heard") == []
    page.keyboard.press("Control+Enter")
    assert "Enter" in frame.evaluate("heard")
    frame.evaluate("document.body.style.color = 'rgb(20, 20, 20)'")
    frame.locator('.st-app[data-theme="light"]').nth(1).wait_for()
    assert frame.evaluate("ends.map((end) => end())") == [[0, 0], [0, 0]]
    assert frame.evaluate("complaints") == []
