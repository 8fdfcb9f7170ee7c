"""The README and the documents beside it: their links lead somewhere, their commands exist."""

import re
import shlex
from pathlib import Path

import click
import pytest

import steepest
from steepest.cli.program import cli

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)#]+)")
LIVE = re.compile(r"\]\((gallery/[\w-]+\.html)(?:#explore)?\).*`(steepest .+?)`")
BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)

MOST_LINES = 90
"""Lines of the README: what a stranger reads in three minutes."""


def commands(page: Path) -> list[list[str]]:
    """Return the commands in a page's blocks, without what is said of them behind two blanks."""
    lines = [line for block in BLOCK.findall(page.read_text()) for line in block.splitlines()]
    lines += [command for _, command in LIVE.findall(page.read_text())]
    asked = [re.split(r"\s{2,}(?=\S)", line)[0] for line in lines if line.startswith("steepest ")]
    return [shlex.split(line)[1:] for line in asked]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    made = {target for target, _ in LIVE.findall(page.read_text())}
    for target in set(LINK.findall(page.read_text())) - made:
        assert target.startswith("https://") or (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_their_options_are_there(page: Path) -> None:
    for words in commands(page):
        if words[0] in ("--help", "--version"):
            continue
        command = cli.get_command(None, words[0])
        assert command is not None, words
        known = {flag for one in command.params for flag in (*one.opts, *one.secondary_opts)}
        asked = {word for word in words[1:] if word.startswith("-") and len(word) > 1}
        assert asked <= known | {"--help"}, (words, asked - known)
        needed = [one for one in command.params if one.required and isinstance(one, click.Option)]
        assert all(asked & set(one.opts) for one in needed), words


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= MOST_LINES


def test_the_gallery_has_a_command_for_each_page() -> None:
    gallery = ROOT / "docs" / "gallery.md"
    pages = [target for target in LINK.findall(gallery.read_text()) if "gallery/" in target]
    assert len(pages) > 5
    assert pages == [target for target, _ in LIVE.findall(gallery.read_text())]


def test_every_public_name_is_in_the_site() -> None:
    told = re.findall(
        r"^::: steepest\.(\w+)$", (ROOT / "docs" / "api.md").read_text(), re.MULTILINE
    )
    assert sorted(told) == sorted(steepest.__all__)


def test_every_page_is_linked() -> None:
    linked = {
        (page.parent / target).resolve()
        for page in PAGES
        for target in LINK.findall(page.read_text())
    }
    assert {page.resolve() for page in PAGES if page.name != "README.md"} <= linked
