"""A notebook shows a lesson as its page, in the notebook's own file, of a size that is bounded."""

import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import steepest as st
from steepest.errors import ChoiceError
from steepest.lesson.display import LessonView
from steepest.run.run import Run

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Frame(HTMLParser):
    """The attributes of the one frame of an output."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.had: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.had.append({"tag": tag, **dict(attrs)})


def test_the_frame_holds_the_page_that_is_saved(geyser: Run, tmp_path: Path) -> None:
    said = tmp_path / "lesson.toml"
    said.write_text("title = 'On \"it\\'s\" & <more>'\n".replace("\\'", ""))
    shown = geyser.lesson(settings=said, language="de", present=True)
    assert isinstance(shown, LessonView)
    assert repr(shown) == f'<Lesson: On "its" & <more>; {shown.builds} builds>'
    (frame,) = Frame(shown._repr_html_()).had
    geyser.lesson(tmp_path / "a.html", settings=said, language="de", present=True)
    assert frame["srcdoc"] == (tmp_path / "a.html").read_text(encoding="utf-8") == shown.page
    assert frame["title"] == 'On "its" & <more>'
    assert "allow-same-origin" not in str(frame["sandbox"])


def test_the_size_goes_by_no_number_of_rows() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=100_000)
    run = st.descend({"x": x, "y": 2 * x + random.normal(size=len(x))}, "y", steps=2)
    assert len(run.lesson()._repr_html_()) < 1_500_000


def test_what_is_said_of_a_file_is_refused_where_there_is_none(geyser: Run) -> None:
    with pytest.raises(ChoiceError, match=r"template= says how .* add a path that ends in \.pptx"):
        geyser.lesson(template="a.pptx")  # type: ignore[call-overload]


@pytest.mark.prove
@pytest.mark.filterwarnings("ignore")
def test_an_export_shows_the_lesson_without_a_network(tmp_path: Path, geyser: Run) -> None:
    nbformat = pytest.importorskip("nbformat.v4")
    nbconvert = pytest.importorskip("nbconvert")
    sync_api = pytest.importorskip("playwright.sync_api")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip("no browser to open the export in: apt-get install chromium")
    shown = geyser.lesson(language="en")
    data = {"text/html": shown._repr_html_(), "text/plain": repr(shown)}
    output = nbformat.new_output("execute_result", data, execution_count=1)
    cell = nbformat.new_code_cell("run.lesson()", outputs=[output], execution_count=1)
    body, _ = nbconvert.HTMLExporter().from_notebook_node(nbformat.new_notebook(cells=[cell]))
    export = tmp_path / "a.html"
    export.write_text(body, encoding="utf-8")
    errors: list[str] = []
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = opened.new_context(offline=True).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(export.as_uri(), wait_until="domcontentloaded")
        frame = page.frame_locator("iframe")
        said = frame.locator(".st-le-say")
        said.wait_for()
        assert shown.title in frame.locator(".st-lecture").inner_text()
        for build in ("rows", "line"):
            frame.locator(".st-le-next").click()
            frame.locator(f'[data-build="{build}"]').wait_for()
        frame.locator(".st-lecture").press("Space")
        page.wait_for_timeout(800)
        page.screenshot(path=str(tmp_path / "export.png"))
        box = page.locator("iframe").bounding_box()
        opened.close()
    # RequireJS and MathJax of the export itself are what it asks the network for.
    assert not [one for one in errors if "require" not in one.lower()]
    assert box and box["width"] > 500 and box["height"] > 400
