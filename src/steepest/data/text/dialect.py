"""The dialect of a text file, found by looking at its first lines.

What parts the fields, what stands above the names of the columns (blank lines, comments, a title,
`sep=;`), whether a line of units stands beside them, whether lines end with a delimiter, and
whether the first column has no name, since it counts or names the rows. What is decided is said.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from steepest.data.text.encoding import UTF8, find_encoding, open_text, refuse_junk
from steepest.data.text.number_marks import GAP_WORDS, NUMBER
from steepest.data.text.units import bare_unit, is_unit
from steepest.errors import DataError, FileError
from steepest.numerals import counted

__all__ = ["ROW_INDEX", "Dialect", "read_dialect", "reason", "records"]

ROW_INDEX = "Unnamed: 0"
"""The name of a first column that has none: the one that pandas gives it."""

_DELIMITERS = (",", ";", "\t", "|", " ")
_LOOK = 1 << 16
"""Letters that are looked at: title, names, units and some rows of any file met so far."""
_LOOK_LINES = 8
"""Lines that are looked at even if they are longer."""

Record = list[str]
Line = tuple[int, Record]
"""A record of the file, and the line it starts on, from 1."""


@dataclass(frozen=True)
class Dialect:
    """How a text file is to be read."""

    encoding: str
    delimiter: str
    first_line: int  # the line, from 1, on which the rows begin
    written: tuple[str, ...]  # one name for each field of a row, as in the file; "" for none
    units: tuple[str, ...] = ()  # one for each field, if a line of the file says them
    notes: tuple[str, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The column names without the spaces around them; a first one without is `ROW_INDEX`."""
        names = [name.strip() for name in self.written]
        if len(names) > 1 and not names[0] and ROW_INDEX not in names:
            names[0] = ROW_INDEX
        return tuple(names)

    @property
    def blanks_count(self) -> bool:
        """Whether a blank line is a row: in a file of one column it is a gap."""
        return len(self.written) == 1


def read_dialect(path: Path, encoding: str | None = None, delimiter: str | None = None) -> Dialect:
    """Return the dialect of a text file; what is given is not looked for.

    Raises FileError for an empty or binary file, DataError if the names cannot be read, no row
    follows them, or there are only numbers where they should be.
    """
    text, whole, letters = _first_lines(path, encoding)
    if re.search("[\0\ufffd]", text.split("\n", 1)[0]):
        refuse_junk(path, letters)
    if not text.strip():
        raise FileError(f"cannot read {path}: the file is empty; it needs a header and rows")
    look = _look(path, text, whole, delimiter)
    if not look.lines:
        next(_records(io.StringIO(text, newline=""), look.delimiter, path.name))  # says why
    if not look.rows:
        names = ", ".join(look.header[:5]) + (", ..." if len(look.header) > 5 else "")
        raise DataError(f"{path.name}: there is a header ({names}) but no row")
    _check_header(path.name, look)
    at, names_written, units, notes = look.laid_out()
    said = [] if letters == UTF8 else [f"the letters are read as {letters}"]
    return Dialect(letters, look.delimiter, at, names_written, units, (*said, *notes))


def records(path: Path, encoding: str, delimiter: str, errors: str = "replace") -> Iterator[Line]:
    """Yield each record of a file with the line it starts on; a blank line has no fields.

    Raises DataError, with the line, for what is no record.
    """
    with open_text(path, encoding, errors) as text:
        yield from _records(text, delimiter, path.name)


def reason(error: OSError) -> str:
    """Say in a few words why the file would not open: the system's own, or else Arrow's."""
    return error.strerror or f"it is damaged or cut short ({str(error).splitlines()[0]})"


def _records(text: Iterator[str], delimiter: str, name: str) -> Iterator[Line]:
    spaced = delimiter == " "
    # Where blanks part the fields, so do tabs among them.
    lines = (line.replace("\t", " ").strip(" ") for line in text) if spaced else text
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=spaced)
    start = 1
    try:
        for record in reader:
            yield start, record
            start = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"{name}, line {start}: cannot be read ({error}); is a quote left open there?"
        ) from error


def _first_lines(path: Path, encoding: str | None) -> tuple[str, bool, str]:
    """Return the first letters of a file, whether that is all, and the encoding.

    There are some lines at least.
    """
    try:
        encoding = encoding or find_encoding(path)
        with open_text(path, encoding) as opened:
            text = opened.read(_LOOK)
            whole = len(text) < _LOOK
            while not whole and len(text.splitlines()) < _LOOK_LINES:
                more = opened.read(len(text))
                text, whole = text + more, not more
    except OSError as error:
        raise FileError(f"cannot read {path}: {reason(error)}") from error
    return text, whole, encoding


def _look(path: Path, text: str, whole: bool, delimiter: str | None) -> "_Look":
    """Return the first lines parted as fits them best."""
    declared = re.match(r'\s*"?sep=(.)"?[ \t]*\r?\n', text, re.IGNORECASE)
    if delimiter is None and declared:
        delimiter = declared[1]
    if delimiter is None and ".tsv" in (suffix.lower() for suffix in path.suffixes):
        delimiter = "\t"
    above = text[: declared.end()].count("\n") if declared else 0
    if delimiter is not None:
        return _Look(path.name, text, delimiter, above, whole)
    tried = [_Look(path.name, text, one, above, whole) for one in _DELIMITERS]
    return max(tried, key=lambda one: one.fit)


@dataclass(frozen=True)
class _Look:
    """The first lines of a file, parted by one delimiter."""

    name: str
    text: str
    delimiter: str
    above: int  # lines that say `sep=` and are no record
    whole: bool  # whether these are all lines of the file
    lines: list[Line] = field(init=False)

    def __post_init__(self) -> None:
        found = []
        try:
            for line in _records(io.StringIO(self.text, newline=""), self.delimiter, self.name):
                found.append(line)
        except DataError:
            pass
        if not self.whole and len(found) > 1:
            found.pop()  # cut anywhere
        object.__setattr__(self, "lines", [(at, record) for at, record in found if at > self.above])

    @cached_property
    def width(self) -> int:
        """The number of fields that most records have; of several the last."""
        sizes = [len(record) for _, record in self.lines if record and not _is_comment(record)]
        counts = Counter(reversed(sizes))
        return counts.most_common(1)[0][0] if counts else 0

    @cached_property
    def head(self) -> int:
        """Which of the lines has the names."""
        there = [i for i, (_, record) in enumerate(self.lines) if any(map(str.strip, record))]
        for i, after in pairwise(there):
            if not self._is_above(self.lines[i][1], self.lines[after][1]):
                return i
        return there[-1] if there else 0

    @property
    def header(self) -> Record:
        """The names as they are written, without the mark of a comment."""
        record = self.lines[self.head][1]
        if not record or not record[0].startswith("#"):
            return record
        first = record[0].lstrip("# ")
        # A mark with a field of its own is no column.
        return record[1:] if not first and len(record) == self.width + 1 else [first, *record[1:]]

    @property
    def rows(self) -> list[Record]:
        """The records below the names that are not blank."""
        return [record for _, record in self.lines[self.head + 1 :] if record]

    @property
    def fit(self) -> tuple[bool, bool, float, int, int, int]:
        """How well the delimiter fits: the greater the better.

        Where the fields of another delimiter hold this one, lines look as long by chance; then
        some look like a title, or a quote is left within a field.
        """
        if self.width < 2 or not self.lines:
            count = self.lines[self.head][1] if self.lines else []
            return False, False, 0.0, 0, 0, len(count)
        header, rows = self.header, self.rows
        even = sum(len(record) == self.width for record in rows) / max(1, len(rows))
        exact = len(header) == self.width or (not rows and len(header) > 1)
        near = exact or self._gained(header) != 0
        titles = sum(
            bool(record) and not _is_comment(record) for _, record in self.lines[: self.head]
        )
        if self.delimiter == " ":
            near = near and even == 1.0 and not titles
            near = near and not any(map(_has_delimiter, (header, *rows)))
        quotes = sum('"' in cell for _, record in self.lines for cell in record)
        return near, exact, even, -titles, -quotes, self.width

    def laid_out(self) -> tuple[int, tuple[str, ...], tuple[str, ...], list[str]]:
        """Return the first line of rows, a name a field, units, and what is to be said of it."""
        at = self.head
        names, first = self.header, at + 1
        units: tuple[str, ...] = ()
        notes: list[str] = []
        while first < len(self.lines) and not self.lines[first][1]:
            first += 1
        gained = self._gained(names)
        names = [""] * max(0, -gained) + names + [""] * max(0, gained)
        below = self.rows[0] if self.rows else []
        found = self._units_of(names, below)
        if found:
            above = found is names
            notes.append(f"line {self.lines[at if above else first][0]} has the units")
            names = below if above else names
            units, first = tuple(map(bare_unit, found)), first + 1
        line = self.lines[first][0] if first < len(self.lines) else self.lines[-1][0] + 1
        numbers = list(filter(_is_number, names))
        if numbers:
            notes.append(f"{', '.join(numbers[:3])} taken for the names of columns")
        skipped = [number for number, record in self.lines[:at] if any(map(str.strip, record))]
        if skipped:
            what = counted(len(skipped), "line")
            notes.insert(0, f"{what} above the names of the columns left out")
        return line, tuple(names), units, notes

    def _is_above(self, record: Record, after: Record) -> bool:
        """Return whether a record is a comment or a title above the names."""
        if _is_comment(record):
            return len(record) < self.width or not any(map(_is_number, after))
        return self._is_short(record) and self._may_be_names(after)

    def _is_short(self, record: Record) -> bool:
        """Return whether a record has fewer fields than names could have."""
        filled = [cell for cell in record if cell.strip()]
        return len(record) < self.width - 1 or (len(filled) == 1 and self.width > 1)

    def _may_be_names(self, record: Record) -> bool:
        """Return whether a record could be the names of the columns, or one more line above."""
        cells = [cell.strip() for cell in record]
        named = [cell for cell in cells if cell]
        if _is_comment(record):
            return self.width > 1
        if any(map(_is_number, named)):
            return False
        if self._is_short(record):
            return True
        return (
            self.width - 1 <= len(record) <= self.width
            and len(named) >= self.width - 1
            and len(set(named)) == len(named)
        )

    def _gained(self, names: Record) -> int:
        """Return how many fields rows have beyond the names: behind (1, ...), or in front, -1."""
        rows = [record for record in self.rows if len(record) == self.width]
        more = self.width - len(names)
        if more < 1 or not rows:
            return 0
        if not any(cell.strip() for record in rows for cell in record[len(names) :]):
            return more
        labels = [record[0].strip() for record in rows]
        if more > 1 or len(names) < 2 or len(set(labels)) < len(labels) or len(rows) < 2:
            return 0
        counting = (list(map(str, range(s, s + len(rows)))) for s in (0, 1))
        wordy = all(label and not _is_number(label) for label in labels)
        return -1 if wordy or labels in counting else 0

    def _units_of(self, names: Record, below: Record) -> Record | None:
        """Return which of the first two records are units, where rows have numbers below them."""
        rows = self.rows[1:]
        if len(below) != self.width or len(names) != self.width or not rows:
            return None
        columns = [
            [row[i] for row in rows if len(row) > i and row[i].strip()] for i in range(self.width)
        ]
        numeric = {i for i, cells in enumerate(columns) if cells and all(map(_has_number, cells))}
        above = [below[i].strip() for i in numeric]
        if not any(above) or any(map(_has_number, above)):
            return None
        found = [record for record in (below, names) if _are_units(record, numeric)]
        return max(found, key=_unit_share, default=None)


def _are_units(record: Record, numeric: Container[int]) -> bool:
    """Return whether most cells above numbers are units, and all others too if they are filled."""
    others = [cell for i, cell in enumerate(record) if i not in numeric]
    above = [cell for i, cell in enumerate(record) if i in numeric]
    return _unit_share(above) >= 0.5 and all(is_unit(one) or not bare_unit(one) for one in others)


def _check_header(name: str, look: _Look) -> None:
    """Raise DataError if there are numbers where the names should be."""
    names = [cell.strip() for cell in look.header if cell.strip()]
    found = [cell for cell in names if _is_number(cell)]
    decimals = [cell for cell in found if "." in cell]
    if found and (len(found) == len(names) or (decimals and len(decimals) * 2 >= len(found))):
        shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
        what = "only numbers" if len(found) == len(names) else "numbers"
        raise DataError(
            f"{name}, line {look.lines[look.head][0]}: the header holds {what} ({shown}); the "
            "first line must name the columns, write the names above it"
        )


def _unit_share(cells: Sequence[str]) -> float:
    """Return the share of the filled cells that are units."""
    filled = [cell for cell in cells if cell.strip(" -")]
    return sum(map(is_unit, filled)) / max(1, len(filled))


def _is_comment(record: Record) -> bool:
    return bool(record) and record[0].lstrip().startswith("#")


def _is_number(cell: str) -> bool:
    return re.match(NUMBER, cell) is not None


def _has_number(cell: str) -> bool:
    """Return whether a cell starts with a number, perhaps behind a sign or a currency."""
    return re.match(r"\W*\d", cell) is not None or re.match(GAP_WORDS, cell) is not None


def _has_delimiter(record: Record) -> bool:
    """Return whether a field ends or begins with what parts fields elsewhere."""
    return any(cell.strip('"')[-1:] in (",", ";") for cell in record)
