"""An attribute of an ARFF file: its declaration, its values, and the column they become."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Attribute", "Cell", "Value", "cells", "declared"]

Value = float | int | str | datetime | None

_QUOTED = r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\""
_CELL = re.compile(rf"\s*({_QUOTED}|[^,\t]*?)\s*([,\t]|$)")
_DECLARED = re.compile(rf"@attribute\s+({_QUOTED}|[^\s{{]+)\s*(.+)", re.IGNORECASE)
_NUMERIC = ("numeric", "real", "integer")
_ISO = "yyyy-MM-dd'T'HH:mm:ss"
_DATES = {"yyyy": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "dd": "%d", "d": "%d"}
_DATES |= {"HH": "%H", "hh": "%I", "mm": "%M", "ss": "%S", "SSS": "%f", "a": "%p", "Z": "%z"}


class Cell(NamedTuple):
    """The text of a cell; in quotes even a `?` is a word and no gap."""

    text: str
    quoted: bool = False


@dataclass(frozen=True)
class Attribute:
    """A column as the header declares it: `levels` of a nominal one, `pattern` of a date."""

    name: str
    kind: str
    """numeric, integer, nominal, string or date."""
    levels: tuple[str, ...] = ()
    pattern: str = ""

    @property
    def absent(self) -> Value:
        """What a sparse row means where it writes nothing: 0, or the first declared value."""
        return self.levels[0] if self.levels else 0 if self.kind in _NUMERIC else None

    def read(self, cell: Cell) -> Value:
        """Return the value of a cell, None for a gap; ValueError says what it must be."""
        text = cell.text
        if text == "?" and not cell.quoted:
            return None
        if self.kind == "nominal" and text not in self.levels:
            raise ValueError(f"one of {', '.join(self.levels[:8])}")
        try:
            if self.kind in _NUMERIC:
                return int(text) if self.kind == "integer" else float(text)
            return datetime.strptime(text, self.pattern) if self.kind == "date" else text
        except ValueError:
            wanted = {"numeric": "a number", "integer": "a whole number"}
            raise ValueError(wanted.get(self.kind, f"a date as {self.pattern}")) from None

    def column(self, values: Sequence[Value]) -> "Sequence[Value] | pa.DictionaryArray":
        """Return its values, (rows,); of a nominal one in the order in which they are declared."""
        import pyarrow as pa

        if self.kind != "nominal":
            return values
        place: dict[Value, int] = {level: i for i, level in enumerate(self.levels)}
        codes = pa.array([None if v is None else place[v] for v in values], pa.int32())
        return pa.DictionaryArray.from_arrays(codes, pa.array(self.levels), ordered=True)


def declared(line: str) -> Attribute:
    """Return the attribute that a line declares; ValueError says what it must be.

    >>> declared("@attribute 'how far' {near, far}")
    Attribute(name='how far', kind='nominal', levels=('near', 'far'), pattern='')
    """
    found = _DECLARED.fullmatch(line)
    if found is None:
        raise ValueError("@attribute NAME TYPE")
    name, kind = _plain(found[1]).text, found[2].strip()
    if kind.startswith("{") and kind.endswith("}"):
        return Attribute(name, "nominal", tuple(cell.text for cell in cells(kind[1:-1])))
    word, _, rest = kind.partition(" ")
    if word.lower() == "date":
        return Attribute(name, "date", pattern=_strptime(_plain(rest.strip()).text or _ISO))
    if word.lower() not in (*_NUMERIC, "string"):
        raise ValueError("numeric, integer, real, string, date or {a, b, ...}")
    return Attribute(name, {"real": "numeric"}.get(word.lower(), word.lower()))


def cells(line: str) -> list[Cell]:
    r"""Return the cells of a row: commas between, quotes around what holds one; else ValueError.

    >>> [cell.text for cell in cells("1, 'a, \\'b\\'', ?")]
    ['1', "a, 'b'", '?']
    """
    found, at = [], 0
    while True:
        match = _CELL.match(line, at)
        if match is None:
            raise ValueError("cells with commas between, in quotes where they hold one")
        found.append(_plain(match[1]))
        if not match[2]:
            return found
        at = match.end()


def _plain(text: str) -> Cell:
    """Return what a cell says without its quotes and backslashes."""
    if text[:1] in ("'", '"') and text[-1:] == text[:1] and len(text) > 1:
        return Cell(re.sub(r"\\(.)", r"\1", text[1:-1]), quoted=True)
    return Cell(text)


def _strptime(pattern: str) -> str:
    """Return Java's pattern of a date as Python's; ValueError for letters it has no word for.

    >>> _strptime("yyyy-MM-dd'T'HH:mm:ss")
    '%Y-%m-%dT%H:%M:%S'
    """
    made = []
    for part in re.finditer(r"'([^']*)'|(([A-Za-z])\3*)|([^A-Za-z'])", pattern):
        if part[2] and part[2] not in _DATES:
            raise ValueError(f"a date of {', '.join(_DATES)}")
        made.append(_DATES[part[2]] if part[2] else part[1] or part[4] or "")
    if any(made.count(one) > 1 for one in _DATES.values()):
        raise ValueError("a date that says each of its parts once")
    return "".join(made)
