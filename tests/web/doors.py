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

from steepest.view.numerals import short

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize

READY = '.st-app[data-busy="false"]'

NO_CLIPBOARD = """if (navigator.clipboard) {
  navigator.clipboard.writeText = () => Promise.reject(new Error('denied'));
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
        assert not self.complaints, self.complaints
        assert not self.asked, self.asked

    def window(self, width: int = 0, **options: Any) -> "Page":
        """Return an empty page that is listened to."""
        size = {**self.size, "width": width or self.size["width"]}
        context = self.browser.new_context(viewport=size, **options)
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        page = context.new_page()
        page.add_init_script(NO_CLIPBOARD)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def file(self, path: Path, fragment: str = "", width: int = 0, **options: Any) -> "Page":
        """Open a saved file with the network refused; return the page once it has drawn."""
        page = self.window(width, **options)
        page.context.set_offline(True)
        page.context.route(OUTSIDE, lambda route: route.abort())
        page.on("request", lambda request: self._note(request.url))
        page.goto(path.as_uri() + (f"#{fragment}" if fragment else ""))
        settle(page)
        return page

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _note(self, address: str) -> None:
        if OUTSIDE.match(address):
            self.asked.append(address)


def settle(page: "Page") -> None:
    """Wait until the page has nothing under way, and what follows from it is drawn."""
    page.locator(READY).wait_for()
    page.evaluate("() => new Promise((go) => requestAnimationFrame(() => setTimeout(go)))")


def app(page: "Page") -> "Locator":
    return page.locator(".st-app")


def loss_of(page: "Page") -> float:
    return float(app(page).get_attribute("data-loss") or "nan")


def step_of(page: "Page") -> int:
    return int(app(page).get_attribute("data-at") or -1)


def at_step(page: "Page", step: int) -> None:
    """Wait until the page shows a step."""
    page.locator(f'.st-app[data-at="{step}"][data-busy="false"]').wait_for()


def press(page: "Page", name: str) -> None:
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
    """The menu of what can be kept."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.fold = page.locator(".st-keep")

    def open(self) -> None:
        if self.fold.get_attribute("open") is None:
            self.fold.locator("summary").click()

    def saved(self, name: str) -> bytes:
        """Return the file that a button of the menu lets the reader save."""
        self.open()
        with self.page.expect_download() as download:
            self.page.get_by_role("button", name=name, exact=True).click()
        return Path(download.value.path()).read_bytes()

    def trace(self) -> pa.Table:
        """Return every step of the run that is shown, all digits."""
        return csv.read_csv(io.BytesIO(self.saved("Save the steps (CSV)")))

    def link(self) -> str:
        """Return the link, which is shown where the clipboard is not the page's to write."""
        self.open()
        press(self.page, "Copy link")
        return self.fold.locator("textarea").input_value()

    def told(self) -> dict[str, str]:
        """Return what the link says, by its keys."""
        return dict(parse_qsl(self.link().partition("#")[2], keep_blank_values=True))


def numbers(table: pa.Table) -> dict[str, NDArray[np.float64]]:
    return {name: table[name].to_numpy().astype(float) for name in table.column_names}


def assert_same_steps(told: pa.Table, wanted: pa.Table, tolerance: float = 1e-11) -> None:
    """Check a page's steps against Python's, column by column; 0 asks for the same bits."""
    shown, right = numbers(told), numbers(wanted)
    assert len(told) == len(wanted)
    for name, values in shown.items():
        spread = np.abs(right[name][np.isfinite(right[name])]).max(initial=0.0)
        np.testing.assert_allclose(
            values, right[name], rtol=tolerance, atol=tolerance * spread, err_msg=name
        )
