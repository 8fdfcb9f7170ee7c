"""The page as a reader has it: opened from a file or a server, worked with mouse and keys."""

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from steepest.numerals import short

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Frame, Locator, Page, ViewportSize

LINE: dict[str, Any] = {"rule": "steepest", "scale": "none", "learning_rate": 0.05}
"""How the run of the `line` fixture was made, but for its steps."""

READY = '.st-app[data-busy="false"]'

NO_CLIPBOARD = """if (navigator.clipboard) {
  navigator.clipboard.writeText = () => Promise.reject(new Error('denied'));
}"""

ALL_CONTROLS = """() => {
  const all = [...document.querySelectorAll('[data-fitted] .st-tabs button')];
  all.find((one) => one.textContent === 'All controls')?.click();
}"""

OUTSIDE = re.compile(r"^(?!file:|data:|blob:|about:)")


class Doors:
    """Opens pages in windows of their own; at the end none may have complained.

    Pages that are saved files are refused the network, and none of them may have asked for it.
    """

    def __init__(self, browser: "Browser", width: int = 1280, height: int = 900) -> None:
        self.browser = browser
        self.size: ViewportSize = {"width": width, "height": height}
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        self.asked: list[str] = []

    def __enter__(self) -> "Doors":
        return self

    def __exit__(self, *error: object) -> None:
        for context in self.contexts:
            context.close()
        assert not self.complaints, f"on the page's console: {self.complaints}"
        assert not self.asked, f"asked of the network: {self.asked}"

    def window(self, width: int = 0, **options: Any) -> "Page":
        """Return an empty page that is listened to; what it waits for may take 30 seconds."""
        size = {**self.size, "width": width or self.size["width"]}
        context = self.browser.new_context(viewport=size, **options)
        context.set_default_timeout(30_000)
        self.contexts.append(context)
        page = context.new_page()
        page.add_init_script(NO_CLIPBOARD)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def sealed(self, width: int = 0, **options: Any) -> "Page":
        """Return an empty page that is refused the network; what it asks of it is kept."""
        page = self.window(width, **options)
        page.context.set_offline(True)
        page.context.route(OUTSIDE, lambda route: route.abort())
        page.on("request", lambda request: self._note(request.url))
        return page

    def file(self, path: Path, fragment: str = "", width: int = 0, **options: Any) -> "Page":
        """Open a saved file with the network refused; return the page once it has drawn."""
        page = self.sealed(width, **options)
        page.goto(path.as_uri() + (f"#{fragment}" if fragment else ""))
        settle(page)
        return page

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _note(self, address: str) -> None:
        if OUTSIDE.match(address):
            self.asked.append(address)


def settle(page: "Page | Frame") -> None:
    """Wait until the page has nothing under way, and what follows from it is drawn.

    Of a page that is fitted to its window all controls are shown: the others are in drawers.
    """
    page.locator(READY).wait_for()
    page.evaluate(ALL_CONTROLS)
    page.evaluate("() => new Promise((go) => requestAnimationFrame(() => setTimeout(go)))")


def app(page: "Page | Frame") -> "Locator":
    return page.locator(".st-app")


def loss_of(page: "Page") -> float:
    return float(app(page).get_attribute("data-loss") or "nan")


def step_of(page: "Page") -> int:
    return int(app(page).get_attribute("data-at") or -1)


def at_step(page: "Page | Frame", step: int) -> None:
    """Wait until the page shows a step, and has drawn it."""
    page.locator(f'.st-app[data-at="{step}"][data-busy="false"]').wait_for()
    settle(page)


def press(page: "Page | Frame", name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settle(page)


def enter(page: "Page", label: str, text: str) -> None:
    """Type into a field, and leave it."""
    field = page.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Tab")
    settle(page)


def typed_params(page: "Page", words: list[str]) -> list[str]:
    return [page.get_by_label(word, exact=True).input_value() for word in words]


def written(params: NDArray[np.float64]) -> list[str]:
    """Return params as the page's fields write them."""
    return [short(value, 6) for value in params]


def outcomes(page: "Page") -> list[str]:
    """Return the sentence about each run."""
    return page.locator(".st-runs li p").all_inner_texts()


def into_sight(mark: "Locator") -> tuple[float, float]:
    """Scroll until a mark is in the middle of the window; return where its own middle is."""
    mark.evaluate("(node) => node.scrollIntoView({ block: 'center' })")
    return middle(mark)


def middle(mark: "Locator") -> tuple[float, float]:
    box = mark.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: "Page", start: tuple[float, float], end: tuple[float, float]) -> None:
    """Press at a place, and move to another; the button stays down."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=3)
    page.mouse.move(*end, steps=3)


class Menu:
    """The menu of what can be kept; it is open while it is used, and closed after."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.fold = page.locator(".st-keep")

    def __enter__(self) -> "Menu":
        self.fold.locator("summary").click()
        return self

    def __exit__(self, *error: object) -> None:
        if error == (None, None, None):
            self.fold.locator("summary").press("Escape")
            self.page.locator(".st-keep:not([open])").wait_for()

    def saved(self, name: str) -> bytes:
        """Return the file that a button of the menu lets the reader save."""
        with self, self.page.expect_download() as download:
            self.page.get_by_role("button", name=name, exact=True).click()
        return Path(download.value.path()).read_bytes()

    def trace(self) -> pa.Table:
        """Return every step of the run that is shown, all digits."""
        return csv.read_csv(io.BytesIO(self.saved("Save the rounds (CSV)")))

    def text(self, name: str) -> str:
        """Return the text that a button of the menu shows.

        The link is shown where the clipboard is not the page's to write.
        """
        with self:
            press(self.page, name)
            return self.fold.locator("textarea").input_value()

    def link(self) -> str:
        return self.text("Copy link")

    def told(self) -> dict[str, str]:
        """Return what the link says, by its keys."""
        return dict(parse_qsl(self.link().partition("#")[2], keep_blank_values=True))


def numbers(table: pa.Table) -> dict[str, NDArray[np.float64]]:
    return {name: table[name].to_numpy().astype(float) for name in table.column_names}


def assert_steps(page: "Page", wanted: pa.Table, tolerance: float = 1e-11) -> None:
    """Check the steps that a page saves against Python's; 0 asks for the same bits."""
    told = Menu(page).trace()
    shown, right = numbers(told), numbers(wanted)
    assert len(told) == len(wanted)
    for name, values in shown.items():
        spread = np.abs(right[name][np.isfinite(right[name])]).max(initial=0.0)
        np.testing.assert_allclose(
            values, right[name], rtol=tolerance, atol=tolerance * spread, err_msg=name
        )
