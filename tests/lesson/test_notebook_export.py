"""A notebook that is exported to HTML and opened without a network shows the picture of its run."""

import base64
import shutil
from pathlib import Path

import pytest
from notebooks import LIVE, notebook_of

import steepest as st
from steepest.page.html import notebook_script
from steepest.page.wire import to_frame

pytestmark = pytest.mark.prove

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def test_the_page_hides_the_picture_that_stands_for_it() -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip("no browser to show the page in: apt-get install chromium")
    run = st.descend("geyser", "waiting", ["duration"])
    record = base64.b64encode(to_frame(run.record())).decode("ascii")
    stills = "".join(f'<p data-steepest-still="{mark}">still</p>' for mark in ("own", "other"))
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = opened.new_page()
        page.set_content(f"<!doctype html><title>cell</title>{stills}")
        page.evaluate(LIVE, [notebook_script(), record, "own"])
        assert not page.locator('[data-steepest-still="own"]').is_visible()
        assert page.locator('[data-steepest-still="other"]').is_visible()
        assert page.locator("canvas").count() > 0
        opened.close()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("with_state", [True, False])
def test_an_export_shows_the_picture_without_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_state: bool
) -> None:
    nbconvert = pytest.importorskip("nbconvert")
    sync_api = pytest.importorskip("playwright.sync_api")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip("no browser to open the export in: apt-get install chromium")
    run = st.descend("geyser", "waiting", ["duration"])
    source = notebook_of(run, tmp_path / "a.ipynb", monkeypatch, with_state)
    body, _ = nbconvert.HTMLExporter().from_filename(str(source))
    export = tmp_path / "a.html"
    export.write_text(body, encoding="utf-8")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = opened.new_context(offline=True).new_page()
        page.goto(export.as_uri(), wait_until="domcontentloaded")
        picture = page.locator("[data-steepest-still] img")
        assert picture.count() == 1 and picture.is_visible()
        assert picture.evaluate("(image) => image.naturalWidth") > 600
        assert picture.get_attribute("alt") == repr(run)
        opened.close()


def test_a_page_shows_a_slide_of_the_authors_own(tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip("no browser to show the page in: apt-get install chromium")
    said = tmp_path / "lesson.toml"
    said.write_text(
        'order = ["title", "rows", "end"]\n[[slides]]\nafter = "rows"\n'
        'markdown = "# Mine\\n\\nIt is **so**\\n- one"\n'
    )
    path = tmp_path / "lesson.html"
    st.descend("geyser", "waiting", ["duration"]).lesson(path, settings=said, language="en")
    errors: list[str] = []
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = opened.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path.as_uri())
        page.locator(".st-le-say").wait_for()
        for _ in range(2):
            page.keyboard.press("Space")
        own = page.locator(".st-le-own")
        own.get_by_text("It is so").wait_for()
        assert own.locator("strong").inner_text() == "so" and "one" in own.inner_text()
        assert page.get_by_text("Mine", exact=True).first.is_visible()
        page.keyboard.press("Space")
        page.wait_for_timeout(200)
        assert own.is_hidden()
        opened.close()
    assert errors == []
