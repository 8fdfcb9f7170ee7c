"""The lint of the page's modules: it agrees with the map, and fails on what it should."""

import json
import re
import subprocess
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from shutil import copy, copytree, ignore_patterns, which

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / "tools" / "page_lint"
WEB = ROOT / "src" / "steepest" / "page" / "web"


def arrows() -> dict[str, list[str]]:
    """Return which rooms each room of the page may import."""
    told: dict[str, list[str]] = json.loads((TOOLS / "arrows.json").read_text())
    return told


def test_the_map_names_every_room_of_the_page_with_the_arrows_that_are_linted() -> None:
    told = (ROOT / "ARCHITECTURE.md").read_text().split("Which room of `page/web/` may import")[1]
    row = re.compile(r"^\| `page/web/([^`]+)` \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
    named = {
        room.rstrip("/"): [] if below == "nothing" else below.split(", ")
        for room, below in row.findall(told.split("\n\n")[1])
    }
    assert named == {
        room: [one.removesuffix(".js") for one in sorted(below)] for room, below in arrows().items()
    }


def test_every_room_of_the_page_has_its_arrows() -> None:
    rooms = {path.name for path in WEB.iterdir() if path.is_dir() or path.suffix == ".js"}
    assert rooms == set(arrows())


def test_the_page_has_the_types_of_the_record_that_the_schema_has() -> None:
    spec = spec_from_file_location("page_types", ROOT / "tools" / "page_types.py")
    assert spec and spec.loader
    tool = module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.TYPES.read_text() == tool.rendered(), "run: python tools/page_types.py"


FAULTS = {
    "engine/turned.js": (
        "import { short } from '../words/steps.js';\nexport const arrow = short;\n",
        "what engine may import: engine/turned.js",
    ),
    "state/state.js": (
        "/** @param {State} state */\nexport const type = (state) => state.scene.columns.size;\n",
        "Property 'size' does not exist on type 'string[]'",
    ),
    "engine/tanh.js": (
        "".join(f"export const long{i} = {i};\n" for i in range(400)),
        "Maximum allowed is 400",
    ),
    "engine/vectors.js": (
        "export function long(told) {\n" + "  told();\n" * 40 + "}\n",
        "Function 'long' has too many lines (42)",
    ),
    "engine/wire.js": (
        "/** @param {State} state */\nexport const none = (state) => state.runs.at(-1).index;\n",
        "Object is possibly 'undefined'",
    ),
    "controls/theme.js": (
        "export const heard = (node, act) => node.addEventListener('pointerdown', act);\n",
        "What a hand does is heard by a gesture",
    ),
    "engine/nested.js": ("export const slip = () => missing;\n", "'missing' is not defined"),
}
"""What is added to a module of the page, and what the lint must say of it."""


@pytest.mark.prove
@pytest.mark.skipif(which("npm") is None, reason="the page's lint needs Node's npm")
def test_the_lint_fails_on_a_wrong_arrow_type_size_or_name(tmp_path: Path) -> None:
    subprocess.run(["sh", ROOT / "tools" / "page_lint.sh"], check=True, capture_output=True)
    web = tmp_path / "src" / "steepest" / "page" / "web"
    copytree(WEB, web)
    copytree(TOOLS, tmp_path / "tools" / TOOLS.name, ignore=ignore_patterns("node_modules"))
    for script in ("page_lint.sh", "npm_packages.sh"):
        copy(ROOT / "tools" / script, tmp_path / "tools")
    (tmp_path / "tools" / TOOLS.name / "node_modules").symlink_to(TOOLS / "node_modules")
    for path, (text, _) in FAULTS.items():
        with (web / path).open("a") as module:
            module.write(text)
    lint = ["sh", str(tmp_path / "tools" / "page_lint.sh")]
    linted = subprocess.run(lint, capture_output=True, text=True, check=False)
    assert linted.returncode == 1
    for _, told in FAULTS.values():
        assert told in linted.stdout + linted.stderr


def test_the_lint_goes_on_where_there_is_no_npm(tmp_path: Path) -> None:
    for name in ("dirname", "sh"):
        (tmp_path / name).symlink_to(which(name) or name)
    linted = subprocess.run(
        [which("sh") or "sh", ROOT / "tools" / "page_lint.sh"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": str(tmp_path)},
    )
    assert linted.stdout.count("\n") == 1
    assert "there is no npm here" in linted.stdout
