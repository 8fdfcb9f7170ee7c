"""Tables for the tests: a file with some content, and the columns of what was read."""

from pathlib import Path
from typing import Any

from steepest.data.table import Table


def write(folder: Path, content: str | bytes, name: str = "f.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def columns(table: Table) -> dict[str, list[Any]]:
    return table.arrow.to_pydict()
