"""What the documents say is so: the picture, the paths, the names, and every worked example."""

import json
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from steepest.descent.named_rules import RULES
from steepest.diagnosis import verdicts
from steepest.page.joiner import WEB, join
from steepest.page.lesson.builds import LANGUAGES, sentences

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "steepest"
DOCUMENTS = ("ARCHITECTURE.md", "CONTRIBUTING.md")

EXAMPLES = dict(
    re.findall(
        r"^## (.+?)\n(?:(?!^## ).)*?^(```(?:python|js)\n.*?)^```$",
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
)
"""The example of each heading, behind the word that says its language."""

MOST_LINES = 30
"""What a worked example must stay under, empty lines aside."""

PAGE = """
class Element {
  constructor(tag) { Object.assign(this, { tag, parts: [], attributes: {}, textContent: '' }); }
  setAttribute(name, value) { this.attributes[name] = value; }
  append(...parts) { this.parts.push(...parts); }
  remove() { this.gone = true; }
}
globalThis.document = { createElementNS: (_, tag) => new Element(tag) };
"""
"""As much of a browser as a card asks for that draws no pixel."""

SHOWN = """
const parent = new Element('div');
const card = makeGradient(parent);
const run = { norm: [12.5, 0.25] };
card.show({ runs: [run], active: 0, at: 0 }, null);
const said = [parent.parts[0].parts[0].textContent];
card.show({ runs: [run], active: 0, at: 1 }, new Set(['hover']));
said.push(parent.parts[0].parts[0].textContent);
card.show({ runs: [run], active: 0, at: 1 }, new Set(['at']));
said.push(parent.parts[0].parts[0].textContent, card.caption(), card.picture().tag);
card.destroy();
said.push(parent.parts[0].gone);
console.log(JSON.stringify(said));
"""


def example(heading: str) -> str:
    """Return the code of the example under a heading."""
    return EXAMPLES[heading].split("\n", 1)[1]


def test_five_things_are_added_by_example() -> None:
    kinds = {heading: code.split("\n")[0] for heading, code in EXAMPLES.items()}
    assert kinds == {
        "A loss": "```python",
        "A rule": "```python",
        "A model": "```python",
        "A verdict": "```python",
        "A card of the page": "```js",
    }


@pytest.mark.parametrize("heading", EXAMPLES)
def test_an_example_is_short(heading: str) -> None:
    assert len([line for line in example(heading).splitlines() if line.strip()]) < MOST_LINES


@pytest.mark.parametrize("heading", [h for h in EXAMPLES if EXAMPLES[h].startswith("```python")])
def test_an_example_runs_as_it_stands(heading: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "VERDICTS", verdicts.VERDICTS)
    code = compile(example(heading), f"CONTRIBUTING.md, {heading}", "exec")
    assert "\nassert " in example(heading)
    with patch.dict(RULES):
        exec(code, {"__name__": "example"})


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """The page's modules with the card of the example among them, in `CARDS` too."""
    folder = tmp_path / "web"
    shutil.copytree(Path(str(WEB)), folder)
    (folder / "cards" / "gradient.js").write_text(example("A card of the page"), encoding="utf-8")
    app = (folder / "app.js").read_text(encoding="utf-8")
    line = "  ['gradient', 'Gradient', makeGradient],\n"
    made, count = re.subn(r"(const CARDS = \[\n(?:  \[.*\],\n)+)", rf"\1{line}", app)
    assert count == 1
    head = "import { makeGradient } from './cards/gradient.js';\n"
    (folder / "app.js").write_text(head + made, encoding="utf-8")
    return folder


def test_the_joiner_takes_the_card_that_is_added(web: Path) -> None:
    text = join("saved.js", ("start",), web)
    assert text.count("const makeGradient=") == 1
    assert text.index("const makeGradient=") < text.index("'Gradient',makeGradient]")


def test_the_card_that_is_added_follows_the_state(web: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node to run a module with")
    text = PAGE + join("cards/gradient.js", ("makeGradient",), web) + SHOWN
    words = [node, "--input-type=module", "-e", text]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    first, same, after, caption, picture, gone = json.loads(said)
    assert (first, same, after) == ("|gradient| = 12.5", "|gradient| = 12.5", "|gradient| = 0.25")
    assert "0 in the minimum" in caption and (picture, gone) == ("svg", True)


# --- the picture ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def house() -> Any:
    """The tool that draws the house."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        return import_module("house")
    finally:
        sys.path.pop(0)


def test_the_picture_is_what_the_tool_makes(house: Any) -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert text.count("-->\n```mermaid\nflowchart TD\n") == len(house.ROOMS)
    assert house.rendered(text) == text, "the imports are others: make house"


def test_the_arrows_that_are_drawn_imply_those_that_are_not(house: Any) -> None:
    found = house.arrows("steepest")
    drawn = house.reduced(found)
    for part, targets in found.items():
        assert house.reached(drawn, part) == house.reached(found, part) >= targets
    assert sum(map(len, drawn.values())) < sum(map(len, found.values()))


def test_a_reduction_keeps_no_arrow_that_two_others_are(house: Any) -> None:
    found = {"a": {"b", "c", "d"}, "b": {"c"}, "c": {"d"}, "d": set(), "e": {"d"}}
    found = {part: frozenset(targets) for part, targets in found.items()}
    assert house.reduced(found) == {**found, "a": {"b"}}
    assert house.floors(found) == {"d": 0, "c": 1, "e": 1, "b": 2, "a": 3}


# --- paths and names -----------------------------------------------------------------------------


def quoted(document: str) -> list[str]:
    """Return what stands in backticks in a document, its examples and pictures aside."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_that_is_named_is_there(document: str) -> None:
    named = {
        word for word in quoted(document) if re.fullmatch(r"\.?[\w/.]+(/|\.(py|js|md|toml))", word)
    }
    assert len(named) > 5
    missing = [n for n in sorted(named) if not ((SOURCE / n).exists() or (ROOT / n).exists())]
    assert missing == []


def test_every_class_that_is_named_is_there() -> None:
    classes = set(
        re.findall(r"^class (\w+)", "\n".join(map(Path.read_text, SOURCE.rglob("*.py"))), re.M)
    )
    words = {word.split(".")[0].split("(")[0] for word in quoted("ARCHITECTURE.md")}
    named = {word for word in words if re.fullmatch(r"[A-Z][a-z]+([A-Z][a-z]+)*", word)}
    assert {"Plan", "Evidence", "Objective"} <= named
    assert sorted(named - classes) == []


# --- keys ----------------------------------------------------------------------------------------

IN_WORDS = {"PageDown": "Page Down", "PageUp": "Page Up", "Space": "Space", "Enter": "Enter"}


def test_the_keys_of_the_lesson_are_in_the_guide_and_at_the_button_in_both_languages() -> None:
    guide = (ROOT / "docs" / "lecturer.md").read_text(encoding="utf-8")
    table = guide.partition("| key | what it does |")[2].partition("\n\n")[0]
    acts = json.loads((WEB / "gestures" / "keys.json").read_text("utf-8"))["lesson"]["entries"]
    named = {key for _, keys in acts for key in keys}
    assert {"p", "n", "b", "1", "4", "d", "PageDown"} <= named
    for key in named:
        word = IN_WORDS.get(key, key.removeprefix("Arrow").lower() if "Arrow" in key else key)
        shown = key.upper() if len(key) == 1 else word
        assert re.search(rf"\b{shown}\b", table), key
    for language in LANGUAGES:
        told = sentences(language)["ui"]["keys"]
        for key in (one for one in named if len(one) == 1 and one not in "23"):
            assert re.search(rf"\b{key.upper()}\b", told), (language, key)
