"""The page as texts: one file that holds all, and the parts that a server or a notebook hands out.

The saved file asks the network for nothing, and its own policy forbids it to: scripts and styles
run only if they are the ones whose hashes stand in its head. It has the code that its record can
use (`page/needed.py`). The script is minified behind every door, once a process; a reader finds it
as it is written in `page/web/`.
"""

import base64
import hashlib
import html
import json
import os
import re
from collections import Counter
from functools import cache
from itertools import chain, product
from string import ascii_letters
from typing import TYPE_CHECKING, NamedTuple, cast

from steepest.files import PAGES, check_writable, whole_file
from steepest.page.joiner import join, style_text, web_text
from steepest.page.lesson.builds import sentences
from steepest.page.lesson.record import LessonRecord, lesson_record
from steepest.page.needed import UNUSED_LIVE, unneeded
from steepest.page.wire import to_json

if TYPE_CHECKING:
    from steepest.page.record import Record
    from steepest.page.schema import SceneRecord

__all__ = ["live_html", "live_script", "notebook_script", "saved_html", "style", "write_page"]

SAVED = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<main id="steepest"></main>
<noscript><p>This page draws itself with JavaScript, which is switched off here. In words:</p>
<pre>{words}</pre></noscript>
<script type="application/json" id="steepest-record">{record}</script>
<script type="application/json" id="steepest-lesson">{lesson}</script>
<script type="application/json" id="steepest-kept">{kept}</script>
<script type="application/json" id="steepest-sentences">{sentences}</script>
<script type="module">{script}</script>
</body>
</html>
"""

LIVE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>steepest</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{style}">
</head>
<body>
<main id="steepest"></main>
<noscript><p>This page draws itself with JavaScript, which is switched off here.</p></noscript>
<script type="application/json" id="steepest-sentences">{sentences}</script>
<script type="module" src="{script}"></script>
</body>
</html>
"""


SENTENCES = "sentences/en.json"
"""The sentences of the page: of a saved and a live one they stand beside the code."""

FOUND = (
    "globalThis.steepestSentences ?? "
    'JSON.parse(document.getElementById("steepest-sentences").textContent)'
)
"""Where a saved page finds them, and its worker, whose text has them before the script."""

OWN_KEYS = frozenset(("classroomEnds",))
"""Whose sentences are looked up by a word of the run: all others are `SAY.key` in the modules."""

KEYS = "gestures/keys.json"
"""The table of keys, which stands with the sentences as their `keys`."""

GLOBALS = (
    *("Math.max", "Math.min", "Math.abs", "Math.floor", "Math.round", "Math.sqrt", "Math.hypot"),
    *("Math.ceil", "Math.cos", "Math.sin", "Math.exp", "Math.log", "Array.from"),
    *("Number.isFinite", "Object.assign", "Object.entries", "Object.keys", "Object.fromEntries"),
    *("Error", "Math", "Float64Array", "Int32Array", "Object", "Number", "Array", "String"),
    *("Float32Array", "Boolean", "performance", "Set"),
)
"""What the modules name most of what every page has."""

OF_DOCUMENT = (
    *("document", "ResizeObserver", "getComputedStyle"),
    *("cancelAnimationFrame", "requestAnimationFrame"),
)
"""The same of what a page has and its worker, which runs the same text, has not."""

OF_OBJECTS = (
    *("addEventListener", "replaceChildren", "setAttribute", "textContent", "toggleAttribute"),
    *("querySelector", "querySelectorAll", "getBoundingClientRect", "getPropertyValue", "dataset"),
    *("disconnect", "getContext", "measureText", "strokeStyle", "fillStyle", "beginPath"),
    *("globalAlpha", "lineWidth", "preventDefault", "setProperty", "classList", "drawImage"),
    *("forEach", "filter", "includes", "slice", "reduce", "flatMap", "indexOf", "findIndex"),
    *("replace", "replaceAll", "toFixed", "subarray", "append", "remove", "destroy"),
    *("choices", "network", "classes", "surface", "scene", "layers"),
)
"""What the modules ask most of objects: `object.name` is `object[name]`, of a short name."""


def write_page(
    record: "Record",
    words: str,
    path: str | os.PathLike[str],
    *,
    way: str = "explore",
    language: str = "",
    lesson: LessonRecord | None = None,
    exam: bool = False,
    present: bool = False,
    link: str = "",
) -> None:
    """Write the saved page to `path` (.html), whole or not at all; FileError if it cannot be.

    `way` is how it opens where its address says nothing: "explore" or "lesson"; `language` that of
    the lesson, where it is not the browser's, ChoiceError if it has no sentences in it. `lesson` is
    the one of an author, in place of ours on these rows. An `exam` shows no verdicts and answers;
    `present` opens it as a class sees it; `link` is as `saved_html` has it.
    """
    check_writable(path, PAGES)
    text = saved_html(
        record,
        words,
        link,
        way="present" if present else way,
        language=language,
        lesson=lesson,
        exam=exam,
    )
    with whole_file(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def saved_html(
    record: "Record",
    words: str,
    link: str = "",
    *,
    way: str = "explore",
    language: str = "",
    lesson: LessonRecord | None = None,
    exam: bool = False,
) -> str:
    """Return one HTML file that shows `record` and computes by itself where it can.

    `words` tell the run where there is no JavaScript. `link` is the state to begin with, as in the
    fragment of an address, `way` how the page opens: "explore", "lesson" or "present",
    `language` that of the lesson, ChoiceError if it has no sentences in it, and `lesson` the one of
    an author, in place of ours. An `exam` shows no verdicts and answers.
    """
    if language:
        sentences(language)
    return _page(record, words, Kept(link, way, language, exam), lesson)


class Kept(NamedTuple):
    """What a page begins with where its address says nothing."""

    link: str
    way: str
    language: str
    exam: bool = False


def _page(record: "Record", words: str, kept: Kept, lesson: LessonRecord | None) -> str:
    """Return the file of a record; `kept` is what the page begins with."""
    script = _started("saved.js", apart=True, without=unneeded(record))
    styled = style(lesson=True, editor=True)
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(styled)}; "
        "img-src data: blob:; worker-src blob:; base-uri 'none'; form-action 'none'"
    )
    return SAVED.format(
        policy=policy,
        title=html.escape(record["title"]),
        style=styled,
        words=html.escape(words),
        record=to_json(record),
        lesson=to_json(lesson or lesson_record(cast("SceneRecord", record))),
        sentences=_sentences(),
        kept=to_json(kept._asdict()),
        script=script,
    )


@cache
def _sentences() -> str:
    """Return the sentences, under short names, and the keys, as they stand beside the code."""
    sentences = {
        module: said if module in OWN_KEYS else {_short_keys()[key]: said[key] for key in said}
        for module, said in json.loads(web_text(SENTENCES)).items()
    }
    return to_json({**sentences, "keys": json.loads(web_text(KEYS))})


@cache
def _short_keys() -> dict[str, str]:
    """Return a short name for each of a sentence: a letter for those that most modules have."""
    said = json.loads(web_text(SENTENCES))
    found = Counter(key for module, keys in said.items() if module not in OWN_KEYS for key in keys)
    names = chain(ascii_letters, map("".join, product(ascii_letters, repeat=2)))
    return dict(zip(sorted(found, key=lambda key: (-found[key], key)), names, strict=False))


def _with_short_keys(script: str) -> str:
    """Return a script that asks for the sentences of a module under their short names."""
    return re.sub(r"\bSAY\.(\w+)", lambda match: f"SAY.{_short_keys()[match[1]]}", script)


def live_html(token: str) -> str:
    """Return the page that a server hands out; its parts are asked for with the same token."""
    return LIVE.format(
        style=html.escape(f"/page.css?token={token}"),
        sentences=_sentences(),
        script=html.escape(f"/app.js?token={token}"),
    )


def live_script() -> str:
    """Return the module of the live page, minified: without what it never shows."""
    return _started("live.js", apart=True, without=UNUSED_LIVE)


def notebook_script() -> str:
    """Return the module of the notebook's widget, minified: its default export renders."""
    script = _script("notebook.js", "render")
    return _minified(f"let shown;{{{script}shown=render;}}export default {{ render: shown }};\n")


@cache
def style(lesson: bool = False, editor: bool = False) -> str:
    """Return the style of the page, with that of a `lesson` and of its `editor`, in saved files.

    Raises ValueError if it could end its element.
    """
    names = ("page", "explore", *["lesson"] * lesson, *["edit"] * editor)
    return _enclosed("".join(style_text(f"{name}.css") for name in names), "</style")


def _started(entry: str, *, apart: bool = False, without: frozenset[str] = frozenset()) -> str:
    """Return a module that starts a page, minified: in a block the modules get short names too."""
    return _minified(f"{{{_script(entry, 'start', apart=apart, without=without)}start();}}\n")


@cache
def _script(
    entry: str, export: str, *, apart: bool = False, without: frozenset[str] = frozenset()
) -> str:
    """Return the joined text of a door, with its sentences or `apart` from them."""
    found = {SENTENCES: FOUND, KEYS: f"({FOUND}).keys"} if apart else {}
    script = join(entry, (export,), apart=found, without=without)
    return _with_short_globals(_with_short_keys(script) if apart else script)


def _with_short_globals(script: str) -> str:
    """Return a script that names what every page has by names that a minifier may shorten.

    With `let` for `const`, which only forbids more: together 22 kB of a page (measured).
    """
    found: set[str] = set()

    def own(match: re.Match[str]) -> str:
        found.add(match[0])
        return f"{match[0].replace('.', '_')}_"

    def asked(match: re.Match[str]) -> str:
        found.add(match[2])
        return f"{'?.' if match[1] else ''}[{match[2]}_]"

    # A name with a dot comes before the one that it begins with.
    known = {name: name for name in GLOBALS} | {name: f"globalThis.{name}" for name in OF_DOCUMENT}
    names = "|".join(map(re.escape, known))
    script = re.sub(rf"(?<![\w$.'])(?:{names})(?=[.(])", own, script)
    script = re.sub(rf"(?<!\.)(\??)\.({'|'.join(OF_OBJECTS)})\b", asked, script)
    known |= {name: f"'{name}'" for name in OF_OBJECTS}
    used = {name: place for name, place in known.items() if name in found}
    # In the form of a module (joiner.py): the minifier moves these before others.
    short = ", ".join(f"{name.replace('.', '_')}_" for name in used)
    named = f"const [{short}] = (() => [{', '.join(used.values())}])();\n" if used else ""
    return re.sub(r"(?<![\w$.])const(?=[ {\[])", "let", named + script)


@cache
def _minified(script: str) -> str:
    """Return a script with short names and without blanks; ValueError if it could end its element.

    The minifier is loaded here, since it brings threads of its own, which a process that is forked
    later does not have: there a call would never return. Such a process inherits what its parent
    has minified, and writes other scripts as they are joined.
    """
    from minify import string

    has_its_threads = _minifying_process() == os.getpid()
    return _enclosed(string("text/javascript", script) if has_its_threads else script, "</script")


@cache
def _minifying_process() -> int:
    """Return the process that has asked the minifier first, in its forks too."""
    return os.getpid()


def _enclosed(text: str, end: str) -> str:
    """Return the text if it can stand inside an element that `end` would end.

    The minifier joins two texts that are added, and resolves escapes: what it made is looked at.
    """
    for odd in (end, "<!--"):
        if odd in text.lower():
            raise ValueError(
                f"{odd!r} may not stand in the code of the page; "
                f"a script can join it as it runs: ['{odd[0]}', '{odd[1:]}'].join('')"
            )
    return text


def _hash(text: str) -> str:
    """Return a text's hash as a policy names it."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
