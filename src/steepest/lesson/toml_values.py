"""Values of a `lesson.toml`, checked: what is wrong names the file, and its line if known."""

import re
from collections.abc import Sequence

from steepest.errors import ChoiceError

__all__ = ["check_keys", "data_twice", "line_of", "listed", "text_of"]


def check_keys(said: Sequence[str], known: Sequence[str], where: str) -> None:
    """Raise ChoiceError for a name that is not among those `known`."""
    for name in said:
        if name not in known:
            raise ChoiceError(f"{where} has {name!r}, but a lesson knows {', '.join(known)}")


def listed(name: str, value: object, where: str) -> Sequence[object]:
    """Return a value that is a list; ChoiceError for any other."""
    if not isinstance(value, list):
        raise ChoiceError(f"{where}: {name} is {value!r}, but it must be a list")
    return value


def text_of(name: str, value: object, where: str) -> str:
    """Return a value that is text; ChoiceError for any other."""
    if not isinstance(value, str):
        raise ChoiceError(f"{where}: {name} has {value!r}, but it must be text in quotes")
    return value


def line_of(table: str, text: str) -> int:
    """Return the line of a TOML text at which a table begins, from 1; 0 if none begins with it.

    >>> line_of("data.network", "[sentences]  [ data . network ]".replace("  ", chr(10)))
    2
    """
    name = r"\s*\.\s*".join(rf"[\"']?{re.escape(part)}[\"']?" for part in table.split("."))
    found = re.search(rf"^[ \t]*\[\s*{name}\s*\]", text, re.MULTILINE)
    return text.count("\n", 0, found.end()) + 1 if found else 0


def data_twice(text: str) -> str:
    """Return what to do where `data = ...` stands above a table `[data.PART]`; empty if none does.

    >>> data_twice("data = 'a.csv'; [data.network]".replace("; ", chr(10)))
    "line 2 begins [data.network], but line 1 names data already: remove line 1 (data = 'a.csv')"
    """
    lines = text.splitlines()
    begun = [re.match(r"[ \t]*\[\s*([\"']?)data\1\s*\.", line) is not None for line in lines]
    top = next((at for at, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))
    key = r"[ \t]*([\"']?)(data|target|features)\1\s*="
    found = {at: match[2] for at, line in enumerate(lines[:top]) if (match := re.match(key, line))}
    if "data" not in found.values() or not any(begun):
        return ""
    table, named = begun.index(True), [at for at in found if found[at] == "data"]
    removed = " and ".join(f"line {at + 1} ({lines[at].strip()})" for at in found)
    return (
        f"line {table + 1} begins {lines[table].strip()}, but line {named[0] + 1} names data "
        f"already: remove {removed}"
    )
