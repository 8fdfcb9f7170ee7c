"""JSON: a line a row (.jsonl, .ndjson), or one list of rows (.json); a row is an object by name.

Arrow reads them, with the types that it finds in all rows; what it refuses is looked for with
Python's own reader, for Arrow names neither the line nor the place.
"""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from steepest.data.frames import one_line
from steepest.data.readers.contents import Contents
from steepest.data.text.encoding import UTF8, open_text
from steepest.data.text.reading import Reading
from steepest.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["JSON", "read_json"]

JSON = (".jsonl", ".ndjson", ".json")
"""The suffixes of rows in JSON."""


def read_json(path: Path, reading: Reading) -> Contents:
    """Return rows as columns; a name that a row lacks is a gap, `{"a": {"b": 1}}` the column `a.b`.

    Raises DataError for what is no JSON or no row, with its line, or the number of its row.
    """
    import pyarrow as pa
    from pyarrow import json as arrow_json

    with open_text(path, reading.encoding or UTF8) as file:
        text = file.read()
    listed = text.lstrip().startswith("[")
    lines = _as_lines(text, path) if listed else text
    # Arrow's rows lie within one block, so it is as long as the longest may be.
    options = arrow_json.ReadOptions(block_size=max(1 << 20, len(lines.encode()) + 1))
    try:
        found = arrow_json.read_json(io.BytesIO(lines.encode()), options)
    except pa.ArrowException as error:
        raise _explained(lines, path, "row" if listed else "line", error) from error
    return Contents(_flat(found))


def _as_lines(text: str, path: Path) -> str:
    """Return a list of rows as a line a row."""
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise DataError(f"{path.name}: it is no JSON ({error}); mend it") from None
    return "\n".join(json.dumps(row) for row in rows) + "\n"


def _flat(table: "pa.Table") -> "pa.Table":
    """Return a table in which columns of objects are columns of their names, `a.b`."""
    import pyarrow as pa

    while any(pa.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    return table


def _explained(lines: str, path: Path, word: str, error: Exception) -> DataError:
    """Return the error of the first line that is no row, or whose value is of another kind."""
    kinds: dict[str, tuple[str, int]] = {}
    for number, line in _numbered(lines):
        try:
            row = json.loads(line)
        except ValueError as wrong:
            return DataError(f"{path.name}, {word} {number}: it is no JSON ({wrong}); mend it")
        if not isinstance(row, dict):
            return DataError(
                f"{path.name}, {word} {number}: a row must be an object of names and values, got "
                f"{line[:40]}"
            )
        for name, value in row.items():
            kind = _kind(value)
            before, at = kinds.setdefault(name, (kind, number)) if kind else (kind, number)
            if kind != before:
                return DataError(
                    f"{path.name}: {name!r} mixes {before} ({word} {at}) and {kind} "
                    f"({word} {number}); make it one kind"
                )
    return DataError(f"{path.name}: it cannot be read as rows ({one_line(error)})")


def _numbered(lines: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with their numbers from 1."""
    return ((i, line) for i, line in enumerate(lines.splitlines(), start=1) if line.strip())


def _kind(value: object) -> str:
    """Return what kind a value is, in the plural; "" of a gap, which is of any kind."""
    kinds = {bool: "booleans", int: "numbers", float: "numbers", str: "words", dict: "objects"}
    return "" if value is None else kinds.get(type(value), "lists")
