"""Tables in text files: CSV, TSV and their kin, packed or not.

Arrow reads the file, fast and with real types. What Arrow cannot say, namely on which line of the
file something is, is found by reading the file a second time with the standard library, and
only when a message needs it. UTF-8 with or without a byte order mark.

What is a gap: in a column of numbers an empty field and the usual spellings (NA, NaN, null, ...);
in a column of words only the empty field, since a country code "NA" is a word. Blank lines are
no rows, except in a file of one column, where a blank line is the only way to leave a gap.
"""

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from steepest.errors import DataError, FileError
from steepest.numerals import counted

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Header", "line_of", "read_header", "read_text"]

_DELIMITERS = (",", ";", "\t", "|")
_BLOCK = 8 << 20  # bytes that Arrow parses at once; no field may be longer
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")


@dataclass(frozen=True)
class Header:
    """The first record of a text file, and what parts its fields."""

    written: tuple[str, ...]  # the names as the file has them
    delimiter: str

    @property
    def names(self) -> tuple[str, ...]:
        """The column names without the spaces around them."""
        return tuple(name.strip() for name in self.written)

    @property
    def blanks_count(self) -> bool:
        """Whether a blank line is a row: in a file of one column it is a gap."""
        return len(self.written) == 1


def read_header(path: Path) -> Header:
    """Return the column names of a text file and its delimiter.

    Raises FileError for an empty or binary file, DataError if no row follows the header or if the
    header is a row of numbers.
    """
    try:
        with _text(path) as text:
            first = next((line for line in text if line.strip()), "")
    except OSError as error:
        raise FileError(f"cannot read {path}: {_reason(error)}") from error
    if not first:
        raise FileError(f"cannot read {path}: the file is empty; it needs a header and rows")
    delimiter = _delimiter(path, first)
    records = (record for _, record in _records(path, delimiter) if record)
    header = Header(tuple(next(records)), delimiter)
    if re.search("[\0\ufffd]", "".join(header.written)):
        _refuse_junk(path)
    if next(records, None) is None:
        raise DataError(f"{path.name}: there is a header ({_short(header.names)}) but no row")
    if all(_NUMBER.fullmatch(name) for name in header.names):
        raise DataError(
            f"{path.name}, line 1: the header holds only numbers ({_short(header.names)}); "
            "the first line must name the columns, write the names above it"
        )
    return header


def read_text(path: Path, header: Header, as_written: Sequence[str] = ()) -> "pa.Table":
    """Return the table of a text file; the columns in `as_written` stay text whatever they hold.

    Raises DataError for ragged lines, a quote left open or bytes that are no text, with the line;
    FileError if the file cannot be read to its end.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    pairs = zip(header.names, header.written, strict=True)
    types = {written: pa.string() for name, written in pairs if name in as_written}
    parse = arrow_csv.ParseOptions(
        delimiter=header.delimiter,
        newlines_in_values=True,
        ignore_empty_lines=not header.blanks_count,
    )
    convert = arrow_csv.ConvertOptions(column_types=types, strings_can_be_null=False)
    read = arrow_csv.ReadOptions(block_size=_BLOCK)
    try:
        table = arrow_csv.read_csv(path, read, parse, convert)
    except OSError as error:
        raise FileError(f"cannot read {path}: {_reason(error)}") from error
    except (pa.ArrowException, UnicodeDecodeError) as error:
        _explain(path, header, error)
    _check_words(path, header, table)
    return table.rename_columns(list(header.names))


def line_of(path: Path, row: int) -> int | None:
    """Return the line of the file, from 1, on which row `row` (from 0) starts.

    None if it cannot be found, because the file has changed or is no longer there.
    """
    try:
        header = read_header(path)
        records = _records(path, header.delimiter)
        rows = (line for line, record in records if record or header.blanks_count)
        return next(itertools.islice(rows, row + 1, None), None)
    except (DataError, FileError, OSError):
        return None


@contextmanager
def _text(path: Path, errors: str = "replace") -> Iterator[TextIO]:
    """Open a text file, packed or not; bytes that are not UTF-8 are passed on as `errors` says."""
    import pyarrow as pa

    with pa.input_stream(str(path), compression="detect") as raw:
        yield io.TextIOWrapper(raw, encoding="utf-8-sig", errors=errors, newline="")


def _reason(error: OSError) -> str:
    """Say in a few words why the file would not open: the system's own, or else Arrow's."""
    return error.strerror or f"it is damaged or cut short ({str(error).splitlines()[0]})"


def _delimiter(path: Path, line: str) -> str:
    """Return what parts the fields: a tab in .tsv, else the most frequent candidate in `line`."""
    if ".tsv" in (suffix.lower() for suffix in path.suffixes):
        return "\t"
    counts = Counter(re.sub('"[^"]*"', "", line))
    return max(_DELIMITERS, key=lambda delimiter: counts[delimiter])


def _records(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line it starts on; a blank line is a record without fields."""
    start = 1
    with _text(path) as text:
        reader = csv.reader(text, delimiter=delimiter)
        try:
            for record in reader:
                yield start, record
                start = reader.line_num + 1
        except csv.Error as error:
            raise DataError(
                f"{path.name}, line {start}: cannot be read ({error}); is a quote left open there?"
            ) from error


def _explain(path: Path, header: Header, error: Exception) -> NoReturn:
    """Raise what Arrow's complaint comes from, with the line of the file."""
    _refuse_junk(path)
    _refuse_open_quote(path, header.delimiter)
    expected = len(header.written)
    for line, record in _records(path, header.delimiter):
        if record and len(record) != expected:
            raise DataError(
                f"{path.name}, line {line}: expected {counted(expected, 'column')} as in the "
                f"header, got {len(record)}; mend the line, or put quotes around a value that "
                f"holds a {header.delimiter!r}"
            ) from error
    raise DataError(f"{path.name}: cannot be read as a table ({error})") from error


def _check_words(path: Path, header: Header, table: "pa.Table") -> None:
    """Look through the columns of words for what Arrow lets pass: junk, and a quote left open."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for column in table.columns:
        if pa.types.is_binary(column.type):
            _refuse_junk(path)
        if not pa.types.is_string(column.type):
            continue
        if pc.any(pc.match_substring(column, "\0")).as_py():
            _refuse_junk(path)
        # A quote left open swallows the lines up to the end of the file into its last value.
        if "\n" in column[-1].as_py():
            _refuse_open_quote(path, header.delimiter)


def _refuse_junk(path: Path) -> None:
    """Raise FileError, with line and byte, if the file holds bytes that are no UTF-8 text."""
    with _text(path, errors="surrogateescape") as text:
        for number, line in enumerate(text, start=1):
            found = re.search("[\0\udc80-\udcff]", line)
            if found and found[0] == "\0":
                raise FileError(
                    f"cannot read {path}: line {number} holds a NUL byte (0x00), so this is no "
                    "UTF-8 text; is it a spreadsheet, or UTF-16? save it as CSV in UTF-8"
                )
            if found:
                byte = ord(found[0]) - 0xDC00
                raise FileError(
                    f"cannot read {path}: line {number} holds the byte 0x{byte:02x}, which is not "
                    "UTF-8; save the file as CSV in UTF-8"
                )


def _refuse_open_quote(path: Path, delimiter: str) -> None:
    """Raise DataError, with the line, if a quoted field is still open at the end of the file."""
    start, mark = 1, "\x01end"
    with _text(path) as text:
        # The mark is a record of its own, unless an open quote swallows it.
        reader = csv.reader(itertools.chain(text, [mark]), delimiter=delimiter)
        try:
            for record in reader:
                if record and record[-1].endswith(mark) and record != [mark]:
                    break
                start = reader.line_num + 1
            else:
                return
        except csv.Error:
            pass
    raise DataError(
        f"{path.name}, line {start}: a quote is opened here and never closed; close it, or write "
        'a quote within a value as ""'
    )


def _short(names: Sequence[str]) -> str:
    """Return the first few of `names`, for a message."""
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
