"""The saved page: one file that holds all and asks the network for nothing."""

import base64
import hashlib
import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import steepest as st
from steepest.cli.program import cli
from steepest.page import html as page_module
from steepest.page.html import live_script, notebook_script, saved_html, style, write_page
from steepest.page.look import PageLook
from steepest.page.needed import unneeded


@pytest.fixture(scope="module")
def line() -> st.Run:
    return st.descend("geyser", "waiting", ["duration"], steps=40)


class Parts(HTMLParser):
    """The elements of a page: tag, attributes and text of each."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}", {}, []))

    def handle_data(self, data: str) -> None:
        if self.found:
            self.found[-1][2].append(data)

    def texts(self, tag: str, **wanted: str) -> list[str]:
        return [
            "".join(text)
            for name, attributes, text in self.found
            if name == tag and wanted.items() <= attributes.items()
        ]

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes, _ in self.found if name == tag]


def saved(run: st.Run, tmp_path: Path) -> str:
    run.page(tmp_path / "page.html")
    return (tmp_path / "page.html").read_text(encoding="utf-8")


def without_data(text: str) -> str:
    return re.sub(r'(<script type="application/json"[^>]*>)[^<]*', r"\1", text)


def test_the_page_holds_the_record(line: st.Run, tmp_path: Path) -> None:
    parts = Parts(saved(line, tmp_path))
    (text,) = parts.texts("script", id="steepest-record")
    record = json.loads(text)
    coded = record["run"]["params"]["$f8"]
    params = np.frombuffer(base64.b64decode(coded), "<f8").reshape(-1, 2)
    assert np.array_equal(params, line.trace.params)
    assert json.loads(*parts.texts("script", id="steepest-kept")) == {
        "link": "",
        "way": "explore",
        "language": "",
        "exam": False,
    }


def test_the_page_refers_to_nothing_outside(line: st.Run, tmp_path: Path) -> None:
    text = saved(line, tmp_path)
    parts = Parts(text)
    for tag, attributes, _ in parts.found:
        for name in ("src", "href", "action", "data", "srcset", "poster"):
            assert attributes.get(name, "data:,") == "data:,", (tag, attributes)
    addresses = set(
        re.findall(r"(?:https?:|wss?:)?//[\w.-]+\.\w{2,}[^\s'\"`)]*", without_data(text))
    )
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml"}
    assert "@import" not in text and "url(" not in without_data(text)


def test_only_the_script_and_the_style_of_the_page_may_run(line: st.Run, tmp_path: Path) -> None:
    parts = Parts(saved(line, tmp_path))
    policy = parts.attributes("meta")[1]["content"] or ""
    assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy
    for text in [*parts.texts("script", type="module"), *parts.texts("style")]:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert len(parts.texts("script", type="module")) == len(parts.texts("style")) == 1
    assert not any(name.startswith("on") for _, a, _ in parts.found for name in a)
    assert not any("style" in attributes for _, attributes, _ in parts.found)


def test_where_there_is_no_script_the_run_is_told_in_words(line: st.Run, tmp_path: Path) -> None:
    assert html.escape(line.explain()) in saved(line, tmp_path)


ODD = "</script><!--<script>\u2028&amp;\"'"


def test_names_of_columns_cannot_break_out(tmp_path: Path) -> None:
    X = np.arange(8.0)
    names = [ODD, "</style></title><b>"]
    run = st.descend({names[0]: X, names[1]: X**2}, names[1], [names[0]], steps=3)
    text = saved(run, tmp_path)
    parts = Parts(text)
    assert [tag for tag, _, _ in parts.found].count("script") == 5
    record = json.loads(*parts.texts("script", id="steepest-record"))
    assert record["features"][0]["name"] == ODD
    assert "".join(parts.texts("title")) == record["title"]
    assert "<b>" not in text


def test_the_lesson_of_a_page_has_the_tasks_of_the_lesson(line: st.Run, tmp_path: Path) -> None:
    line.page(tmp_path / "page.html")
    line.lesson(tmp_path / "lesson.html")
    page, lesson = (
        json.loads(*Parts(path.read_text("utf-8")).texts("script", id="steepest-lesson"))
        for path in (tmp_path / "page.html", tmp_path / "lesson.html")
    )
    assert page["tasks"] == lesson["tasks"] and page["numbers"] == lesson["numbers"]
    assert len(page["tasks"]["en"]) == len(page["tasks"]["de"]) == 11


def test_a_page_of_several_seeds_has_the_tasks_of_the_best(tmp_path: Path) -> None:
    runs = st.seeds(2, "geyser", "waiting", ["duration"], steps=3)
    runs.page(tmp_path / "seeds.html")
    runs.best.page(tmp_path / "best.html")
    seeds, best = (
        json.loads(*Parts(path.read_text("utf-8")).texts("script", id="steepest-lesson"))
        for path in (tmp_path / "seeds.html", tmp_path / "best.html")
    )
    assert len(seeds["tasks"]["en"]) == 11 and seeds["tasks"] == best["tasks"]


def test_the_code_of_the_page_is_small(line: st.Run, tmp_path: Path) -> None:
    text = without_data(saved(line, tmp_path))
    # What the run says in words is of the run, like its numbers.
    assert len(text.replace(html.escape(line.explain()), "").encode()) < 400_000
    assert len((live_script() + style(lesson=True)).encode()) < 400_000
    assert len((notebook_script() + style()).encode()) < 400_000


FITS = {f"cards/fit_{kind}.js" for kind in ("line", "classes", "plane", "many")}

OWN_WORDS = {
    "st-outside": "cards/fit_line.js",
    "st-regions": "cards/fit_classes.js",
    "st-guide": "cards/fit_many.js",
    "st-net-words": "cards/network.js",
}
"""A class of elements that a module alone gives."""


def rows_of(width: int, classes: bool) -> tuple[Any, Any]:
    X = np.random.default_rng(0).normal(size=(12, width))
    return X, np.array(["no", "yes"])[(X[:, 0] > X[:, -1] ** 2).astype(int)] if classes else X[:, 0]


@pytest.mark.parametrize(
    ("width", "classes", "hidden", "own"),
    [
        (1, False, (), "cards/fit_line.js"),
        (1, True, (), "cards/fit_classes.js"),
        (2, False, (), "cards/fit_plane.js"),
        (3, True, (), "cards/fit_many.js"),
        (1, True, (2,), "cards/fit_classes.js"),
        (2, True, (8, 8), "cards/fit_plane.js"),
    ],
    ids=["line", "classes", "plane", "many", "network", "plane of a network"],
)
def test_a_page_has_no_code_that_it_can_never_use(
    width: int, classes: bool, hidden: tuple[int, ...], own: str
) -> None:
    run = st.descend(rows_of(width, classes), steps=2, **({"hidden": hidden} if hidden else {}))
    text = saved_html(run.record(), "")
    # Of two features the picture is that of many, with a map.
    own_and_base = {own, "cards/fit_many.js"} if width > 1 else {own}
    assert {path for path in unneeded(run.record()) if "fit_" in path} == FITS - own_and_base
    (script,) = Parts(text).texts("script", type="module")
    assert {word: word in script for word in OWN_WORDS} == {
        word: path in own_and_base or (path == "cards/network.js" and bool(hidden))
        for word, path in OWN_WORDS.items()
    }
    assert len(without_data(text).encode()) < 400_000


def test_the_state_that_is_kept_is_in_the_page(line: st.Run) -> None:
    link = "v=1&text=</script>"
    parts = Parts(saved_html(line.record(), "", link))
    kept = json.loads(*parts.texts("script", id="steepest-kept"))
    assert kept == {"link": link, "way": "explore", "language": "", "exam": False}


@pytest.fixture
def script_of(line: st.Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """Returns the script of a saved page whose modules are a given text."""

    def found(modules: str) -> str:
        monkeypatch.setattr(page_module, "join", lambda *_, **_more: modules)
        page_module._script.cache_clear()
        return Parts(saved_html(line.record(), "")).texts("script", type="module")[0].strip()

    yield found
    page_module._script.cache_clear()


ENDS = {
    "as it is": "a = '</SCRIPT>';",
    "a comment": "a = '<!--';",
    "two parts": "a = '</scr' + 'ipt>';",
    "an escape": r"a = '\x3c!--';",
    "a backslash": r"a = `<\/script>`;",
    "less than not": "a = b < !--c;",
}


@pytest.mark.parametrize("code", ENDS.values(), ids=ENDS)
def test_code_that_could_end_its_own_element_is_refused(
    code: str, script_of: Callable[[str], str]
) -> None:
    with pytest.raises(ValueError, match=r"may not stand in the code of the page.*\.join\(''\)"):
        script_of(code)


def test_code_is_written_as_the_refusal_says(script_of: Callable[[str], str]) -> None:
    for odd in ("</script", "<!--"):
        code = f"a=['{odd[0]}', '{odd[1:]}'].join('');\n"
        assert script_of(code) == f'a=["{odd[0]}","{odd[1:]}"].join(""),start()'


def test_sentences_are_asked_for_as_the_page_that_is_written_knows_them() -> None:
    """`SAY.key` gets a short name as a page is written: no sentence is there by another."""
    folder = Path(page_module.__file__).parent / "web"
    for module in folder.rglob("*.js"):
        script = module.read_text()
        assert not re.search(r"\bSENTENCES\.\w+\.\w", script), module.name
        for name, said in re.findall(r"\bconst (\w+) = SENTENCES\.(\w+);", script):
            assert name == "SAY" or said in page_module.OWN_KEYS, module.name


def test_a_process_that_is_forked_writes_pages_too(line: st.Run, tmp_path: Path) -> None:
    """The minifier has threads, which a fork does not have: it may not be asked there again.

    What was minified before is the same there, and another script, of a notebook, is only longer.
    """
    if not hasattr(os, "fork"):
        pytest.skip("this system has no fork")
    line.save(tmp_path / "run.steepest")
    program = (
        "import os, signal, steepest\n"
        "run = steepest.load('run.steepest')\n"
        "record, words = run.record(), run.explain()\n"
        "from steepest.page.html import notebook_script, write_page\n"
        "write_page(record, words, 'before.html')\n"
        "if not (child := os.fork()):\n"
        "    signal.alarm(30); write_page(record, words, 'after.html')\n"
        "    open('forked.js', 'w').write(notebook_script()); os._exit(0)\n"
        "print(os.waitpid(child, 0)[1])"
    )
    words = [sys.executable, "-c", program]
    done = subprocess.run(
        words, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "0\n"
    before, after = ((tmp_path / f"{name}.html").read_bytes() for name in ("before", "after"))
    assert before == after
    forked = (tmp_path / "forked.js").read_text()
    assert notebook_script() in (forked, page_module._minified(forked))
    assert 1.2 * len(notebook_script()) < len(forked)


@pytest.mark.parametrize("name", ["page.txt", "page", "page.html.gz"])
def test_the_name_of_a_page_says_that_it_is_one(line: st.Run, tmp_path: Path, name: str) -> None:
    with pytest.raises(st.FileError, match=r"must end in \.html or \.htm"):
        line.page(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_page_is_written_whole_or_not_at_all(line: st.Run, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("the one before")
    with pytest.raises(KeyError):
        write_page({}, "", tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text() == "the one before"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"title": 3}, "title is 3, but it is a text"),
        ({"text": ["a"]}, r"text is \['a'\], but it is a text"),
        ({"lang": {}}, "lang is {}, but it is a text"),
        ({"hide": 3}, "hide is 3, but it is a list of names"),
        ({"hide": [3]}, r"hide is \[3\], but it is a list of names"),
        ({"hide": {"rate": 1}}, "hide is {'rate': 1}, but it is a list of names"),
        ({"hide": ["rates"]}, "hide names rates, but a page has no such part"),
        ({"hide": [""]}, "hide names '', but a page has no such part"),
        ({"theme": "sepia"}, "theme is 'sepia'"),
    ],
)
def test_what_is_said_of_a_page_is_checked(
    line: st.Run, tmp_path: Path, how: Any, told: str
) -> None:
    with pytest.raises(st.ChoiceError, match=told):
        line.page(tmp_path / "page.html", **how)
    assert not (tmp_path / "page.html").exists()


def test_a_title_heads_the_page_and_its_lesson(line: st.Run, tmp_path: Path) -> None:
    line.page(tmp_path / "page.html", title="Mine & yours", present=True)
    parts = Parts((tmp_path / "page.html").read_text(encoding="utf-8"))
    lesson = json.loads(parts.texts("script", id="steepest-lesson")[0])
    assert {one["title"] for one in lesson["words"].values()} == {"Mine & yours"}
    assert parts.texts("title") == ["Mine & yours"]


@pytest.mark.parametrize(
    ("asked", "way"),
    [
        ((), "lesson"),
        (("--title", "Mine", "--theme", "dark"), "lesson"),
        (("--text", "Look at the rate"), "explore"),
        (("--hide", "rate"), "explore"),
        (("--x", "duration", "--y", "bias"), "explore"),
        (("--learning-rate", "0.05", "--scale", "none", "--steps", "9"), "explore"),
        (("--present",), "present"),
    ],
)
def test_a_page_that_is_asked_for_by_its_file_alone_opens_in_the_lesson(
    tmp_path: Path, asked: tuple[str, ...], way: str
) -> None:
    path = tmp_path / "page.html"
    fit = ("fit", "geyser", "--target", "waiting", "--features", "duration", "--page", str(path))
    said = CliRunner().invoke(cli, [*fit, *asked])
    assert said.exit_code == 0, said.output
    (kept,) = Parts(path.read_text(encoding="utf-8")).texts("script", id="steepest-kept")
    assert json.loads(kept)["way"] == way


def test_one_part_is_hidden_by_its_name_alone() -> None:
    assert PageLook(hide="rate").link == PageLook(hide=["rate"]).link
