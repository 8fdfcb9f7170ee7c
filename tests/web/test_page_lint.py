"""The lint of the page's modules: it agrees with the map, and fails on what it should."""

import json
import re
from pathlib import Path

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
