"""Draw the house into ARCHITECTURE.md from the code itself: `make house`.

The arrows are the imports that run, as import-linter's own graph (grimp) finds them; those for
names of types alone are left out. An arrow that others imply is not drawn, or nothing could be
read. What lives in a room is the first line of its docstring. A test fails where the file was not
written anew.
"""

import ast
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import grimp

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "ARCHITECTURE.md"
PACKAGE = "steepest"
ROOMS = (PACKAGE, "steepest.objective", "steepest.descent")
"""The packages of which there is a picture."""

LEFT_OUT = {"steepest.__main__"}

Arrows = Mapping[str, frozenset[str]]
"""What each module imports, both by their full names."""


def arrows(package: str) -> Arrows:
    """Return the arrows between what lies directly in `package`; it must have no circle."""
    graph = grimp.build_graph(PACKAGE, exclude_type_checking_imports=True, cache_dir=None)
    for importer, imported in exceptions():
        graph.remove_import(importer=importer, imported=imported)
    parts = {part: {part} | graph.find_descendants(part) for part in graph.find_children(package)}
    home = {module: part for part, modules in parts.items() for module in modules}
    found: dict[str, frozenset[str]] = {}
    for part in sorted(parts.keys() - LEFT_OUT):
        imported = {
            home[other]
            for module in parts[part]
            for other in graph.find_modules_directly_imported_by(module)
            if other in home
        }
        found[part] = frozenset(imported - {part})
    return found


def exceptions() -> list[tuple[str, str]]:
    """Return the imports, from and to, that the contract of the rooms lets pass."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]
    return [tuple(line.split(" -> ")) for line in contract.get("ignore_imports", ())]


def reduced(found: Arrows) -> Arrows:
    """Return the arrows without those that lead where others lead too (transitive reduction).

    >>> reduced({"a": frozenset("bc"), "b": frozenset("c"), "c": frozenset()})["a"]
    frozenset({'b'})
    """
    return {
        part: targets - {far for near in targets for far in reached(found, near)}
        for part, targets in found.items()
    }


def reached(found: Arrows, part: str) -> frozenset[str]:
    """Return all that is below a part."""
    below = found[part]
    return below.union(*(reached(found, other) for other in below))


def floors(found: Arrows) -> dict[str, int]:
    """Return how many arrows lead down from each part at most."""
    heights: dict[str, int] = {}
    while len(heights) < len(found):
        for part, targets in found.items():
            if part not in heights and targets <= heights.keys():
                heights[part] = max((heights[other] + 1 for other in targets), default=0)
    return heights


def picture(package: str) -> str:
    """Return the rooms of a package and the arrows between them as Mermaid, the doors on top."""
    found = arrows(package)
    heights = floors(found)
    order = sorted(found, key=lambda part: (-heights[part], part))
    lines = [f"  {_short(part, package)}" for part in order]
    for part in order:
        for other in sorted(reduced(found)[part]):
            lines.append(f"  {_short(part, package)} --> {_short(other, package)}")
    if package == PACKAGE:
        for one, other in exceptions():
            lines.append(f"  {other.split('.')[1]} <-.-> {one.split('.')[1]}")
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```"])


def table(package: str) -> str:
    """Return the rooms of a package, from the top floor down: what is in each, what it imports."""
    found = arrows(package)
    heights = floors(found)
    rows = ["| room | what lives there | imports |", "|---|---|---|"]
    for part in sorted(found, key=lambda part: (-heights[part], part)):
        imports = ", ".join(_short(other, package) for other in sorted(found[part]))
        path, head = _source(part)
        rows.append(f"| `{path}` | {head} | {imports or 'nothing'} |")
    return "\n".join(rows)


def _short(part: str, package: str) -> str:
    """Return the name of a room as it is drawn."""
    return part.removeprefix(f"{package}.")


def _source(part: str) -> tuple[str, str]:
    """Return where a room is, below the package, and the first line of its docstring."""
    path = Path(*part.split(".")[1:])
    folder = ROOT / "src" / PACKAGE / path
    file = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    doc = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return (f"{path}/" if folder.is_dir() else f"{path}.py"), doc.split("\n")[0].replace("|", "\\|")


def rendered(text: str) -> str:
    """Return the document with every picture and table made anew between its marks."""
    for package in ROOMS:
        for name, made in (("picture", picture(package)), ("rooms", table(package))):
            begin, end = f"<!-- {name} of {package} -->\n", f"<!-- end of {name} -->"
            before, found, rest = text.partition(begin)
            _, closed, after = rest.partition(end)
            if not (found and closed):
                sys.exit(f"ARCHITECTURE.md has no {begin.strip()} with {end} after it")
            text = f"{before}{begin}{made}\n{end}{after}"
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(rendered(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
