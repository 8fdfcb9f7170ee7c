"""What the site of `make docs` has beside docs/: the documents of the root, and live pages.

Hooks of MkDocs, named in mkdocs.yml.
"""

import re
import shlex
import tempfile
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from mkdocs.structure.files import File, Files

from steepest.cli.program import cli

ROOT = Path(__file__).parents[1]
OF_THE_ROOT = ("ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")
LIVE = re.compile(r"\]\((gallery/[\w-]+\.html)(?:#explore)?\).*`steepest (.+?)`")


def on_files(files: Files, config: Any) -> Files:
    """Add what does not lie in docs/; the README of the root is the first page."""
    files.remove(files.src_uris["README.md"])
    readme = (ROOT / "README.md").read_text("utf-8").replace("(docs/", "(")
    files.append(
        File.generated(config, "index.md", content=readme.replace("(README.md)", "(index.md)"))
    )
    for name in OF_THE_ROOT:
        files.append(File.generated(config, name, content=(ROOT / name).read_text("utf-8")))
    for target, words in live_pages().items():
        files.append(File.generated(config, target, content=_page(words)))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Return a document whose links to the root lead to where the site has it."""
    return re.sub(rf"\]\(\.\./({'|'.join(OF_THE_ROOT)})\)", r"](\1)", markdown)


def live_pages() -> dict[str, list[str]]:
    """Return the words of the command that makes each page of the gallery, by its place."""
    rows = LIVE.findall((ROOT / "docs" / "gallery.md").read_text("utf-8"))
    return {target: shlex.split(command) for target, command in rows}


def _page(words: list[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        CliRunner().invoke(
            cli, [str(path) if word == "FILE" else word for word in words], catch_exceptions=False
        )
        return path.read_text("utf-8")
