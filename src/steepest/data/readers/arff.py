"""ARFF, the format of Weka: a header of attributes, then rows, dense or sparse.

By Weka's own description of the format (Witten, Frank & Hall 2011, "Data Mining", section 2.4, and
the manual of Weka): classes are in the order in which they are declared; `?` is a gap; what a
sparse row `{1 5, 3 yes}` does not write is 0, or the first declared value; `{w}` behind a row is
its weight, which becomes the column `weight`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

import numpy as np

from steepest.data.readers.arff_attribute import Attribute, Cell, Value, cells, declared
from steepest.data.readers.contents import Contents
from steepest.data.text.encoding import UTF8, open_text
from steepest.data.text.reading import Reading
from steepest.errors import DataError

__all__ = ["ARFF", "read_arff"]

ARFF = (".arff",)
"""The suffix of Weka's files."""

WEIGHT = "weight"
"""The column of the weights that are written behind rows."""

_WEIGHTED = re.compile(r"(.*\S)\s*,\s*\{\s*([^{},]+?)\s*\}")


class _Row(NamedTuple):
    line: int
    values: list[Value]
    weight: float


def read_arff(path: Path, reading: Reading) -> Contents:
    """Return the rows of an ARFF file; DataError with the line for what is not as declared."""
    with open_text(path, reading.encoding or UTF8) as text:
        lines = _lines(text)
        attributes = _header(lines, path)
        rows = [_row(line, number, attributes, path) for number, line in lines]
    columns = {
        attribute.name: attribute.column([row.values[i] for row in rows])
        for i, attribute in enumerate(attributes)
    }
    notes: tuple[str, ...] = ()
    if any(row.weight != 1.0 for row in rows):
        columns[WEIGHT] = [row.weight for row in rows]
        notes = (f"the weights behind rows are the column {WEIGHT!r} (--weights {WEIGHT})",)
    return Contents(columns, notes, np.array([row.line for row in rows], dtype=np.intp))


def _lines(text: TextIO) -> Iterator[tuple[int, str]]:
    """Yield the lines that are neither blank nor a comment, with their numbers from 1."""
    for number, line in enumerate(text, start=1):
        line = line.strip()
        if line and not line.startswith("%"):
            yield number, line


def _header(lines: Iterator[tuple[int, str]], path: Path) -> list[Attribute]:
    """Return the attributes, and leave `lines` at the first row."""
    attributes: list[Attribute] = []
    for number, line in lines:
        word = line.split()[0].lower()
        if word == "@data":
            _check_names(attributes, path)
            return attributes
        if word == "@attribute":
            try:
                attributes.append(declared(line))
            except ValueError as error:
                raise _unlike(path, number, line, error) from None
        elif word != "@relation":
            raise _unlike(path, number, line, ValueError("@relation, @attribute or @data"))
    raise DataError(f"{path.name}: there is no line @data, so it has no rows")


def _check_names(attributes: list[Attribute], path: Path) -> None:
    """Refuse two attributes of one name: a table has each column once."""
    names = [attribute.name for attribute in attributes]
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        raise DataError(f"{path.name}: two attributes are named {twice[0]!r}; rename one of them")


def _row(line: str, number: int, attributes: list[Attribute], path: Path) -> _Row:
    """Return a row, dense or sparse, with its weight."""
    weighted = _WEIGHTED.fullmatch(line)
    body, weight = (weighted[1], weighted[2]) if weighted else (line, "1")
    try:
        read = _sparse if body.startswith("{") and body.endswith("}") else _dense
        return _Row(number, read(body, attributes), _weight(weight))
    except ValueError as error:
        raise _unlike(path, number, line, error) from None


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError("a number as the weight in braces") from None


def _dense(body: str, attributes: list[Attribute]) -> list[Value]:
    """Return the values of a row that writes all."""
    found = cells(body)
    if len(found) != len(attributes):
        raise ValueError(f"{len(attributes)} values, one for each attribute, got {len(found)}")
    return [_value(one, cell) for one, cell in zip(attributes, found, strict=True)]


def _sparse(body: str, attributes: list[Attribute]) -> list[Value]:
    """Return the values of a row that writes `index value` of those that are not 0."""
    values = [attribute.absent for attribute in attributes]
    for part in cells(body[1:-1]) if body[1:-1].strip() else []:
        index, _, text = part.text.partition(" ")
        if not index.isdigit() or int(index) >= len(attributes):
            raise ValueError(
                f"an index from 0 to {len(attributes) - 1} and a value, got {part.text!r}"
            )
        attribute = attributes[int(index)]
        values[int(index)] = _value(attribute, cells(text.strip())[0])
    return values


def _value(attribute: Attribute, cell: Cell) -> Value:
    """Return the value of a cell; the ValueError names its attribute."""
    try:
        return attribute.read(cell)
    except ValueError as error:
        raise ValueError(f"{error} for {attribute.name!r}, got {cell.text!r}") from None


def _unlike(path: Path, number: int, line: str, error: ValueError) -> DataError:
    """Return the error of a line that is not as the format or the header says."""
    shown = line if len(line) <= 60 else f"{line[:59]}…"
    return DataError(f"{path.name}, line {number}: {shown!r} must be {error}; mend the line")
