"""Every string of the reader's data goes through every door, and runs nowhere.

Names of columns, levels and classes, of the file and of the lesson hold what would run or break out
where they were taken for code: all that they would do is to set `flag`. Chromium opens what each
door writes, its window and frames are asked for the flag, and a policy that had to refuse something
would have said so on the console, which the `doors` do not forgive.
"""

import ast
import base64
import csv
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.etree import ElementTree

import numpy as np
import pytest
from doors import ALL_CONTROLS, Doors, Menu, settle
from notebooks import LIVE, notebook_of

import steepest as st
from steepest.page.html import notebook_script
from steepest.page.wire import to_frame

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.prove,
    pytest.mark.timeout(1800),
    pytest.mark.filterwarnings("ignore:Glyph"),
]

SCRIPT = "</script><script>flag=1</script>"
IMAGE = '"><img src=x onerror="flag=1">'
TURNED = "\u202egalf\u202c '-->]]><svg onload=flag=1>"
JSON = '\\"}],"$f8":"x\u2028<!--<script>flag=1//'
MARKDOWN = "[a](javascript:flag=1) ``` <iframe srcdoc='<script>top.flag=1</script>'>"
LATEX = "$\\href{javascript:flag=1}{x} \\frac{ _^ % & # ~ \\input{x}"
TEMPLATE = "${flag=1} {{flag=1}} {0.flag} %s %(flag)s `flag=1`"
PYTHON = "\"\"\"'''\\'); flag=1; ('\n#"
FILE = '"><img src=x onerror=flag=1>${flag=1}.csv'

PAYLOADS = (SCRIPT, IMAGE, TURNED, JSON, MARKDOWN, LATEX, TEMPLATE, PYTHON)

RAN = "() => typeof flag !== 'undefined'"
"""Whether a payload ran in a frame."""


def table_of(folder: Path, head: list[str], rows: Iterator[tuple[object, ...]]) -> Path:
    path = folder / FILE
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def rows_of(count: int) -> Iterator[tuple[object, ...]]:
    """Yield a number, a level and a number that follows from both, with some noise."""
    draw = np.random.default_rng(5)
    for i in range(count):
        x, at = float(draw.normal()), i % len(PAYLOADS)
        yield round(x, 3), PAYLOADS[at], round(2 * x + at % 3 + float(draw.normal()), 3)


def classes_of(count: int) -> Iterator[tuple[object, ...]]:
    draw = np.random.default_rng(6)
    for _ in range(count):
        x = float(draw.normal())
        at = int(np.digitize(x + 0.7 * draw.normal(), [-0.6, 0.6]))
        yield round(x, 3), PAYLOADS[at]


def run_of(folder: Path, kind: str) -> st.Run:
    """Return a run of one feature, of levels beside it, or of three classes."""
    if kind == "classes":
        path = table_of(folder, [SCRIPT, IMAGE], classes_of(90))
        return st.descend(path, IMAGE, [SCRIPT], l2=0.01, steps=20)
    path = table_of(folder, [SCRIPT, LATEX, IMAGE], rows_of(80))
    features = [SCRIPT, LATEX] if kind == "levels" else [SCRIPT]
    return st.descend(path, IMAGE, features, l2=0.01, steps=20)


@pytest.fixture(scope="module", params=["line", "levels", "classes"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> st.Run:
    return run_of(tmp_path_factory.mktemp("strings"), request.param)


def opened(doors: Doors, path: Path) -> "Page":
    """Return a page on a file, once nothing more is asked of the machine."""
    page = doors.sealed()
    page.goto(path.as_uri(), wait_until="load")
    return page


def assert_nothing_ran(page: "Page") -> None:
    """Check all frames, now and once images and timers had their turn."""
    page.wait_for_timeout(300)
    assert not any(frame.evaluate(RAN) for frame in page.frames)


def look_around(page: "Page") -> None:
    """Show what the page shows on demand: all controls, folds, words at the pointer and at keys."""
    settle(page)
    page.evaluate(ALL_CONTROLS)
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => (one.open = true))")
    for canvas in page.locator("canvas, svg").all()[:6]:
        if canvas.is_visible():
            canvas.hover(force=True)
    for point in page.locator(".st-point").all()[:3]:
        point.focus()
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => (one.open = false))")
    assert_nothing_ran(page)


CARELESS = (
    ("<script>const name = '{}';</script>", SCRIPT),
    ('<p title="{}">', IMAGE),
    ("<p title='{}'>", TURNED),
    ("<p>{}", MARKDOWN),
)
"""Pages that take a name for code."""


@pytest.mark.parametrize(("page", "payload"), CARELESS)
def test_the_flag_is_seen_where_a_payload_runs(
    doors: Doors, tmp_path: Path, page: str, payload: str
) -> None:
    (tmp_path / "a.html").write_text(f"<!doctype html>{page.format(payload)}", encoding="utf-8")
    careless = opened(doors, tmp_path / "a.html")
    careless.wait_for_timeout(300)
    assert any(frame.evaluate(RAN) for frame in careless.frames)
    doors.complaints.clear()


def test_the_saved_page_and_what_it_saves(run: st.Run, doors: Doors, tmp_path: Path) -> None:
    run.page(tmp_path / "page.html")
    page = doors.file(tmp_path / "page.html")
    look_around(page)
    kept = {"again.html": "Save this page (HTML)", "again.svg": "Save picture (SVG)"}
    for name, button in kept.items():
        (tmp_path / name).write_bytes(Menu(page).saved(button))
    assert_nothing_ran(page)
    look_around(doors.file(tmp_path / "again.html", page.url.partition("#")[2]))
    assert_picture(doors, tmp_path / "again.svg")


def assert_picture(doors: Doors, path: Path) -> None:
    """Check a picture by itself, and within a page, where an SVG may run what it holds."""
    tags = {one.tag.rpartition("}")[2] for one in ElementTree.parse(path).iter()}
    assert not tags & {"script", "foreignObject", "iframe", "a"}
    assert_nothing_ran(opened(doors, path))
    within = path.with_suffix(".html")
    text = path.read_text(encoding="utf-8").partition("?>")[2] or path.read_text(encoding="utf-8")
    within.write_text(f"<!doctype html>{text[text.index('<svg') :]}", encoding="utf-8")
    page = opened(doors, within)
    assert_nothing_ran(page)
    doors.complaints.clear()  # An inline picture of Matplotlib says no icon: it is a bare page.


def test_the_figure(run: st.Run, doors: Doors, tmp_path: Path) -> None:
    run.figure(tmp_path / "figure.svg")
    assert_picture(doors, tmp_path / "figure.svg")
    run.figure(tmp_path / "figure.pdf")
    assert b"/JavaScript" not in (tmp_path / "figure.pdf").read_bytes()


def test_a_notebook(
    run: st.Run, doors: Doors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = base64.b64encode(to_frame(run.record())).decode("ascii")
    page = doors.sealed()
    page.set_content("<!doctype html><title>cell</title>")
    page.evaluate(LIVE, [notebook_script(), record, "own"])
    page.locator("canvas").first.wait_for(state="attached")
    assert_nothing_ran(page)
    nbconvert: Any = pytest.importorskip("nbconvert")
    for with_state in (True, False):
        source = notebook_of(run, tmp_path / "a.ipynb", monkeypatch, with_state)
        body, _ = nbconvert.HTMLExporter().from_filename(str(source))
        (tmp_path / "a.html").write_text(body, encoding="utf-8")
        with Doors(doors.browser) as others:
            export = opened_export(others, tmp_path / "a.html")
            assert_nothing_ran(export)
            # Its own scripts are elsewhere, and the network is refused.
            others.complaints.clear()
            others.asked.clear()


def opened_export(doors: Doors, path: Path) -> "Page":
    page = doors.sealed()
    page.goto(path.as_uri(), wait_until="domcontentloaded")
    return page


def toml(values: dict[str, str]) -> str:
    """Return texts as TOML, whose texts are JSON's."""
    return "\n".join(f"{name} = {json.dumps(value)}" for name, value in values.items())


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lesson of hostile words by hostile authors, at each of its doors."""
    pytest.importorskip("pptx")
    folder = tmp_path_factory.mktemp("lesson")
    said = {"title": IMAGE + SCRIPT, "author": SCRIPT, "language": "en"}
    slide = {"after": "rows", "markdown": f"# {SCRIPT}\n\n{MARKDOWN}\n- {IMAGE}"}
    task = {"question": IMAGE + SCRIPT + MARKDOWN.replace("{", "("), "answer": "loss1"}
    parts = [toml(said), "[sentences]", toml({"end": IMAGE + SCRIPT}), "[[slides]]", toml(slide)]
    told = "\n".join([*parts, "[[tasks]]", toml(task)])
    (folder / "lesson.toml").write_text(told, encoding="utf-8")
    line = run_of(folder, "line")
    for name in ("lesson.html", "lesson.pptx", "lesson.pdf", "lesson.gift", "lesson.zip"):
        line.lesson(folder / name, settings=folder / "lesson.toml")
    return folder


def test_the_lesson_as_a_page(lesson: Path, doors: Doors) -> None:
    page = opened(doors, lesson / "lesson.html")
    for _ in range(45):
        page.keyboard.press("Space")
        page.wait_for_timeout(30)
    assert_nothing_ran(page)


DROP = """(text) => {
  const given = new DataTransfer();
  given.items.add(new File([text], 'links.csv'));
  const event = { dataTransfer: given, bubbles: true, cancelable: true };
  document.body.dispatchEvent(new DragEvent('drop', event));
}"""


def test_the_links_of_a_class(lesson: Path, doors: Doors, tmp_path: Path) -> None:
    """Whoever hands in a link is not whoever opens the class: its keys and values run nowhere."""
    choices = "#v=1&data=geyser&target={0}&features={0}&rule={0}&rate=0.3&start=1,50&answer.{0}={0}"
    links = [choices.format(quote(one)) for one in (*PAYLOADS, FILE)]
    links += ["#v=1&data=geyser&target=waiting&answer.way=" + one for one in PAYLOADS]
    with (tmp_path / "links.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["link"], *([one] for one in links)])
    page = opened(doors, lesson / "lesson.html")
    page.evaluate(DROP, (tmp_path / "links.csv").read_text(encoding="utf-8"))
    page.get_by_text(re.compile(r"\d+ of \d+ runs worked out again")).wait_for()
    assert "Left out" in page.locator(".st-class-side").inner_text()
    assert_nothing_ran(page)


def test_the_lesson_as_a_learning_package(lesson: Path, doors: Doors, tmp_path: Path) -> None:
    with zipfile.ZipFile(lesson / "lesson.zip") as package:
        names = package.namelist()
        package.extractall(tmp_path)
    ElementTree.parse(tmp_path / "imsmanifest.xml")
    pages = [name for name in names if name.endswith(".html")]
    assert "index.html" in pages
    for name in pages:
        page = opened(doors, tmp_path / name)
        if name == "index.html":
            page.locator("#send").click()
        assert_nothing_ran(page)


PRINTER = "ppt/printerSettings/printerSettings1.bin"
"""What python-pptx's own template has of a printer."""


def test_slides_and_sheets_hold_words_alone(lesson: Path) -> None:
    allowed = {".xml", ".rels", ".png", ".jpeg", ".jpg", ".gif", ".mp4", ".thmx"}
    with zipfile.ZipFile(lesson / "lesson.pptx") as deck:
        for name in deck.namelist():
            if name != PRINTER:
                assert f".{name.rpartition('.')[2]}" in allowed, name
            if name.endswith(".rels"):
                for one in ElementTree.fromstring(deck.read(name)):
                    assert one.get("TargetMode") != "External", one.attrib
            if name.endswith((".xml", ".rels")):
                tree = ElementTree.fromstring(deck.read(name))
                acts = [one.get("action", "") for one in tree.iter() if "hlink" in one.tag]
                assert not any("macro" in act or "program" in act for act in acts)
    sheet = (lesson / "lesson.pdf").read_bytes()
    assert not any(word in sheet for word in (b"/JavaScript", b"/OpenAction", b"/Launch", b"/URI"))


def test_the_quiz_is_no_markup(lesson: Path) -> None:
    """What a system shows of GIFT is HTML there, so the signs of a tag are no signs of one."""
    text = (lesson / "lesson.gift").read_text(encoding="utf-8")
    assert "<script" not in text and "<img" not in text and "</script" not in text


def test_programs_for_other_libraries_have_the_names_as_texts(run: st.Run) -> None:
    for library, program in run.elsewhere().items():  # type: ignore[union-attr]
        if program.startswith("library"):
            continue
        names = {one.id for one in ast.walk(ast.parse(program)) if isinstance(one, ast.Name)}
        assert "flag" not in names, library


def test_the_live_page(doors: Doors, tmp_path: Path) -> None:
    path = table_of(tmp_path, [SCRIPT, LATEX, IMAGE], rows_of(80))
    words = [sys.executable, "-m", "steepest", "play", str(path), "--target", IMAGE]
    page = doors.window()
    with subprocess.Popen(
        [*words, "--no-open", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout
            said = next(line for line in server.stdout if "http://" in line)
            page.goto(said[said.index("http://") :].strip())
            look_around(page)
            page.get_by_role("checkbox", name=LATEX, exact=True).check()
            look_around(page)
            classes = table_of(tmp_path, [SCRIPT, IMAGE], classes_of(60)).read_bytes()
            chosen = {"name": IMAGE + ".csv", "mimeType": "text/csv", "buffer": classes}
            page.get_by_label("A file of yours").set_input_files(chosen)  # type: ignore[arg-type]
            page.get_by_role("heading", level=1).filter(has_text="60 rows").wait_for()
            look_around(page)
            broken = {"name": IMAGE + ".pdf", "mimeType": "text/csv", "buffer": b"%PDF"}
            page.get_by_label("A file of yours").set_input_files(broken)  # type: ignore[arg-type]
            page.get_by_role("alert").wait_for()
            assert_nothing_ran(page)
        finally:
            page.close()
            server.terminate()
            server.communicate()
