"""Tables in text files: CSV, TSV and their kin, packed or not.

Arrow reads the file, fast and with real types, as its `dialect` says (`text_file`); what only looks
like numbers, or only like words, is set right afterwards (`number_marks`).

What is a gap: in a column of numbers an empty field and the usual spellings (NA, NaN, null, ...);
in a column of words only the empty field, since a country code "NA" is a word. Blank lines are
no rows, except in a file of one column, where a blank line is all that a gap can be.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from steepest.data.text.dialect import Dialect, read_dialect
from steepest.data.text.encoding import FORMER, UTF8, refuse_junk
from steepest.data.text.leading_zeros import has_leading_zeros
from steepest.data.text.number_marks import Written, deciding_mark, written_numbers
from steepest.data.text.reading import Reading
from steepest.data.text.text_file import TextFile
from steepest.errors import FileError
from steepest.numerals import counted

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["TextTable", "parsed", "read_text"]

Result = TypeVar("Result")

_HEAD = 100
"""Values that are looked at before a column is read as text."""

_CODE = r"^\s*0\d+\s*$"
_GROUPED = r"^\s*[+-]?[1-9]\d{0,2}(\.\d{3})+\s*$"


@dataclass(frozen=True)
class TextTable:
    """The table of a text file, and what was decided while it was read."""

    arrow: "pa.Table"
    dialect: Dialect
    decimal: str
    """The decimal mark by which text became numbers; "" where it made no difference."""
    notes: tuple[str, ...]


def read_text(path: Path, reading: Reading, as_written: Collection[str] = ()) -> TextTable:
    """Return the table of a text file; the columns in `as_written` stay text whatever they hold.

    Raises DataError for ragged lines, a quote left open or bytes that are no text, with the line;
    FileError if the file cannot be read to its end.
    """
    file, table = parsed(path, reading, TextFile.read, as_written)
    dialect = file.dialect
    table, notes = _without_nothing(table, dialect)
    table, zeros = _with_codes(file, table)
    table, decimal, marks = _with_marks(file, table, reading)
    table = _named(table, dialect)
    return TextTable(table, dialect, decimal, (*dialect.notes, *notes, *zeros, *marks))


def parsed(
    path: Path,
    reading: Reading,
    parse: Callable[[TextFile], Result],
    as_written: Collection[str] = (),
) -> tuple[TextFile, Result]:
    """Return a text file in the encoding that it has, and what `parse` makes of it.

    What turns out not to be UTF-8 is taken as `FORMER`, unless `reading` says the encoding. Raises
    FileError, with line and byte, for what is no text in either, and what `parse` raises.
    """
    file = TextFile(path, read_dialect(path, reading.encoding, reading.delimiter), as_written)
    try:
        return file, parse(file)
    except UnicodeDecodeError:
        if reading.encoding is not None or file.dialect.encoding != UTF8:
            refuse_junk(path, file.dialect.encoding)
            raise
    try:
        file = TextFile(path, read_dialect(path, FORMER, reading.delimiter), as_written)
        return file, parse(file)
    except (UnicodeDecodeError, FileError):
        refuse_junk(path, UTF8)
        raise


def _without_nothing(table: "pa.Table", dialect: Dialect) -> "tuple[pa.Table, tuple[str, ...]]":
    """Return the table without columns that have neither name nor value, and rows of no value.

    Only rows at the end go: spreadsheets leave them there. Lines that end in a delimiter have such
    a column. Raises DataError for values in a column without a name, unless it is the first.
    """
    nameless = [i for i, name in enumerate(dialect.names) if not name]
    empty = [i for i in nameless if _is_empty(table.column(i))]
    notes = []
    if empty and (table.num_columns > len(empty)):
        behind = empty == list(range(table.num_columns - len(empty), table.num_columns))
        what = (
            f"each line ends with {dialect.delimiter!r}"
            if behind and len(empty) == 1
            else (f"{counted(len(empty), 'column')} without name and values left out")
        )
        notes.append(what)
        table = table.drop_columns([table.column_names[i] for i in empty])
    rows = _rows_with_values(table)
    if rows < table.num_rows:
        notes.append(f"{counted(table.num_rows - rows, 'empty row')} at the end left out")
        table = table.slice(0, rows)
    return table, tuple(notes)


def _is_empty(column: "pa.ChunkedArray") -> bool:
    """Return whether a column has no value at all."""
    import pyarrow as pa

    if pa.types.is_string(column.type):
        import pyarrow.compute as pc

        return not pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py()
    return column.null_count == len(column)


def _rows_with_values(table: "pa.Table") -> int:
    """Return how many rows there are up to the last that has a value."""
    rows = table.num_rows
    while rows and all(column[rows - 1].as_py() in (None, "") for column in table.columns):
        rows -= 1
    return rows


def _with_codes(file: TextFile, table: "pa.Table") -> "tuple[pa.Table, tuple[str, ...]]":
    """Return the table with whole numbers that begin with 0 as they are written: codes are words.

    A postcode 01000 is not the number 1000.
    """
    import pyarrow as pa

    kinds = zip(table.column_names, table.schema.types, strict=True)
    numbers = [key for key, kind in kinds if pa.types.is_integer(kind) or pa.types.is_float64(kind)]
    if not numbers or not has_leading_zeros(file.path, file.dialect):
        return table, ()
    import pyarrow.compute as pc

    found = []
    text = file.read(numbers).slice(0, table.num_rows)
    for key in numbers:
        if pc.any(pc.match_substring_regex(text[key], _CODE)).as_py():
            table = table.set_column(table.column_names.index(key), key, text[key])
            found.append(repr(file.dialect.names[int(key)]))
    if not found:
        return table, ()
    return table, (f"{_list(found)} with leading zeros read as words, since they are codes",)


def _with_marks(
    file: TextFile, table: "pa.Table", reading: Reading
) -> "tuple[pa.Table, str, tuple[str, ...]]":
    """Return the table with text that is numbers as numbers; the decimal mark; what to say."""
    written = _written_columns(file, table)
    decimal = reading.mark or deciding_mark(written)
    if decimal == "," or any(one.ambiguous for one in written.values()):
        grouped, pointed = _with_points(file, table)
        decimal = decimal or ("." if pointed else reading.usual_decimal)
        decimal = decimal or ("" if file.dialect.delimiter == ";" else ".")
        written |= grouped if decimal == "," and (reading.mark or not pointed) else {}
    said: dict[str, list[str]] = {}
    for key, one in written.items():
        mark = one.mark(decimal, only=bool(reading.mark))
        if mark is None:
            continue
        at, numbers = table.column_names.index(key), one.numbers(mark)
        table = table.set_column(at, _field(key, numbers.type, one.unit), numbers)
        said.setdefault(one.in_words(mark), []).append(repr(file.dialect.names[int(key)]))
    notes = [f"{_list(names)} read with {how}" for how, names in said.items()]
    if not decimal and (unclear := _unclear_points(file, table)):
        notes.append(f"{_list(unclear)} read with the decimal mark '.'; if not, --thousands .")
    return table, decimal, tuple(notes)


def _unclear_points(file: TextFile, table: "pa.Table") -> list[str]:
    """Return the columns such as 1.234, if no other of a file that `;` parts has decimals.

    In such a file the point may be that of thousands as well.
    """
    import pyarrow as pa

    heads = [c.slice(0, _HEAD) for c in table.columns if pa.types.is_float64(c.type)]
    if file.dialect.delimiter != ";" or not any(map(_may_be_thousands, heads)):
        return []
    grouped, pointed = _with_points(file, table)
    return [] if pointed else [repr(file.dialect.names[int(key)]) for key in grouped]


def _may_be_thousands(column: "pa.ChunkedArray") -> bool:
    """Return whether all numbers are from 1 to 1,000 and have three decimals at most."""
    values = np.abs(column.drop_null().to_numpy())
    return bool(np.all((values >= 1) & (values < 1000) & (values.round(3) == values)))


def _written_columns(file: TextFile, table: "pa.Table") -> dict[str, Written]:
    """Return the columns of text that can be read as numbers."""
    import pyarrow as pa

    found = {}
    for key, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_string(column.type) and file.dialect.names[int(key)] not in file.as_written:
            one = written_numbers(column)
            if one is not None and not one.is_code:
                found[key] = one
    return found


def _with_points(file: TextFile, table: "pa.Table") -> tuple[dict[str, Written], bool]:
    """Return the columns in which every point has three digits behind it, and whether others are.

    Arrow reads 1.234 as little more than 1; where decimals have a comma it is 1234.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kinds = zip(table.column_names, table.schema.types, strict=True)
    keys = [key for key, kind in kinds if pa.types.is_float64(kind)]
    text = file.read(keys).slice(0, table.num_rows) if keys else {}
    grouped, pointed = {}, False
    for key in keys:
        points = pc.match_substring(text[key], ".")
        groups = pc.match_substring_regex(text[key], _GROUPED)
        if not pc.any(points).as_py():
            continue
        one = written_numbers(text[key])
        if one is not None and one.ambiguous and pc.all(pc.equal(points, groups)).as_py():
            grouped[key] = one
        else:
            pointed = True
    return grouped, pointed


def _field(key: str, kind: "pa.DataType", unit: str) -> "pa.Field":
    """Return the field of a column, with its unit if it has one."""
    import pyarrow as pa

    return pa.field(key, kind, metadata={"unit": unit} if unit else None)


def _named(table: "pa.Table", dialect: Dialect) -> "pa.Table":
    """Return the table with the names of its columns, and their units where a line said them."""
    import pyarrow as pa

    fields = []
    for field in table.schema:
        key = int(field.name)
        unit = dialect.units[key] if dialect.units else ""
        field = _field("", field.type, unit) if unit else field
        fields.append(field.with_name(dialect.names[key]))
    return pa.Table.from_arrays(table.columns, schema=pa.schema(fields))


def _list(names: Sequence[str]) -> str:
    """Return the first few names, and how many more there are."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
