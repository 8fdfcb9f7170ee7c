"""A browser, a site that serves the page's modules, and pages in it that fail on any error."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from doors import LINE, Doors

import steepest as st

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WEB = Path(__file__).parents[2] / "src/steepest/page/web"

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

BLANK = b"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>blank</title>
<link rel="icon" href="data:,"></head><body></body></html>"""


class _Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, with a blank page as its index, and logs nothing."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript"}
    timeout = 10

    def do_GET(self) -> None:
        if self.path not in ("/", "/index.html"):
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(BLANK)))
        self.end_headers()
        self.wfile.write(BLANK)
        return None

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of a site on this machine that serves view/web, with a blank page at `/`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(WEB)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """One headless Chromium for all tests; they are skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no browser to test the page in: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """What a page complained of: errors on its console and errors that nobody caught."""

    def __init__(self, page: "Page") -> None:
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(message.text)


@contextmanager
def _sound_page(browser: "Browser", site: str) -> "Iterator[Page]":
    """A new blank page of the site, which must end without an error on its console."""
    context = browser.new_context()
    page = context.new_page()
    watched = Watched(page)
    page.goto(site)
    yield page
    context.close()
    assert not watched.complaints


@pytest.fixture
def page(browser: "Browser", site: str) -> "Iterator[Page]":
    """A new blank page of the site; the test fails if it ends with an error on its console."""
    with _sound_page(browser, site) as page:
        yield page


@pytest.fixture(scope="session")
def modules(browser: "Browser", site: str) -> "Iterator[Page]":
    """One blank page of the site for all tests of modules that draw nothing: they may share it.

    Import a module with `await import('/engine/rules.js')` inside `evaluate`.
    """
    with _sound_page(browser, site) as page:
        yield page


@pytest.fixture
def doors(browser: "Browser") -> Iterator[Doors]:
    """The ways in which a reader comes to whole pages: saved files, and the live page."""
    with Doors(browser) as doors:
        yield doors


@pytest.fixture(scope="session")
def line() -> st.Run:
    """The textbook's descent on the geyser: one weight, one bias."""
    return st.descend("geyser", "waiting", ["duration"], steps=60, **LINE)


@pytest.fixture(scope="session")
def saved(line: st.Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of `line`, as one file."""
    path = tmp_path_factory.mktemp("saved") / "geyser.html"
    line.page(path)
    return path
