"""A text file as Arrow reads it, and where its lines are.

What Arrow cannot say, namely on which line of the file something is, is found by reading the file
a second time with the standard library, and only when a message needs it.
"""

import csv
import io
import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from steepest.data.text.dialect import Dialect, reason, records
from steepest.data.text.encoding import UTF8, has_ascii, open_text, refuse_junk
from steepest.data.text.pieces import PIECE, joined, line_pieces
from steepest.data.text.quotes import Quotes, find_quotes
from steepest.errors import DataError, FileError
from steepest.numerals import counted

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["TextFile", "line_of"]

_BLOCK = 8 << 20  # bytes that Arrow parses at once; no field may be longer


def line_of(path: Path, dialect: Dialect, row: int) -> int | None:
    """Return the line of the file, from 1, on which row `row` (from 0) starts.

    None if it cannot be found, because the file has changed or is no longer there.
    """
    try:
        return next(itertools.islice((line for line, _ in _rows(path, dialect)), row, None), None)
    except (DataError, OSError):
        return None


def _rows(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Yield the records that are rows, with their lines."""
    for line, record in records(path, dialect.encoding, dialect.delimiter):
        if line >= dialect.first_line and (record or dialect.blanks_count):
            yield line, record


@dataclass(frozen=True)
class TextFile:
    """A text file as Arrow reads it: the columns are called "0", "1", ... until all is known."""

    path: Path
    dialect: Dialect
    as_written: Collection[str]

    def read(self, as_text: Sequence[str] | None = None) -> "pa.Table":
        """Return the whole table; or only the columns `as_text`, as they are written.

        Raises UnicodeDecodeError for bytes that are no letters, FileError and DataError as
        `read_text` does.
        """
        import pyarrow as pa

        try:
            table = self._by_pieces(as_text)
            table = self._whole(as_text) if table is None else table
        except OSError as error:
            raise FileError(f"cannot read {self.path}: {reason(error)}") from error
        except UnicodeDecodeError:
            raise
        except (pa.ArrowException, UnicodeError) as error:
            self._explain(error)
        self._check_words(table)
        return table

    def pieces(self, as_text: Sequence[str] | None = None) -> "Iterator[pa.Table]":
        """Yield the table piece by piece, each with the types that Arrow finds in it.

        `as_text` are the columns that stay as they are written. A file whose quotes do not tell
        where a row ends is one piece. Raises FileError, DataError and UnicodeDecodeError as
        `read` does.
        """
        import pyarrow as pa

        texts = [] if as_text is None else list(as_text)
        try:
            if not self._has_plain_lines:
                yield self._read(self._source(), None, texts=texts)
                return
            for number, piece in enumerate(line_pieces(self.path, self.dialect.first_line)):
                skip = 0 if number else None
                table = self._read(pa.BufferReader(piece), None, skip=skip, texts=texts)
                self._check_words(table)
                yield table
        except OSError as error:
            raise FileError(f"cannot read {self.path}: {reason(error)}") from error
        except UnicodeDecodeError:
            raise
        except (pa.ArrowException, UnicodeError) as error:
            self._explain(error)

    def _by_pieces(self, as_text: Sequence[str] | None) -> "pa.Table | None":
        """Return the table of a long file; None where no line end is surely the end of a row.

        None too where Arrow complains of a piece: of the whole it knows the row.
        """
        import pyarrow as pa

        if self.path.stat().st_size < PIECE or not self._has_plain_lines:
            return None
        parts: list[pa.Table] = []
        try:
            for piece in line_pieces(self.path, self.dialect.first_line):
                source = pa.BufferReader(piece)
                parts.append(self._read(source, as_text, skip=0 if parts else None))
        except (pa.ArrowException, UnicodeError):
            return None
        return joined(parts, lambda keys: self._whole(None, keys))

    @property
    def _has_plain_lines(self) -> bool:
        """Whether quotes and the byte that ends a line tell where a row ends."""
        ascii = has_ascii(self.dialect.encoding)
        return ascii and self.dialect.delimiter != " " and self._quotes is not Quotes.UNCLEAR

    @cached_property
    def _quotes(self) -> Quotes:
        return find_quotes(self.path, self.dialect)

    def _whole(
        self, as_text: Sequence[str] | None, only: Sequence[str] | None = None
    ) -> "pa.Table":
        """Return the table as Arrow reads it at once, or `only` some of its columns."""
        return self._read(self._source(), as_text, only)

    def _read(
        self,
        source: Any,
        as_text: Sequence[str] | None,
        only: Sequence[str] | None = None,
        skip: int | None = None,
        texts: Sequence[str] = (),
    ) -> "pa.Table":
        """Return what Arrow reads of a source, of which `skip` lines come before the rows."""
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        dialect = self.dialect
        keys = [str(index) for index in range(len(dialect.written))]
        typed = [key for key in keys if dialect.names[int(key)] in self.as_written]
        typed += [key for key in texts if key not in typed]
        utf8 = dialect.encoding == UTF8
        read = arrow_csv.ReadOptions(
            block_size=_BLOCK,
            column_names=keys,
            skip_rows=dialect.first_line - 1 if skip is None else skip,
            encoding="utf8" if utf8 else dialect.encoding,
        )
        parse = arrow_csv.ParseOptions(
            delimiter="\t" if dialect.delimiter == " " else dialect.delimiter,
            newlines_in_values=self._quotes is not Quotes.NONE,
            ignore_empty_lines=not dialect.blanks_count,
        )
        convert = arrow_csv.ConvertOptions(
            column_types={key: pa.string() for key in (typed if as_text is None else as_text)},
            include_columns=as_text if only is None else only,
            strings_can_be_null=False,
        )
        return arrow_csv.read_csv(source, read, parse, convert)

    def _source(self) -> Any:
        """Return what Arrow reads: the file, or its lines anew where blanks part the fields."""
        if self.dialect.delimiter != " ":
            return self.path
        lines = io.StringIO(newline="")
        # Lines that are skipped are counted, so they stay.
        lines.write("\n" * (self.dialect.first_line - 1))
        writer = csv.writer(lines, delimiter="\t", lineterminator="\n")
        writer.writerows(record for _, record in _rows(self.path, self.dialect))
        return io.BytesIO(lines.getvalue().encode(self.dialect.encoding))

    def _explain(self, error: Exception) -> NoReturn:
        """Raise what Arrow's complaint comes from, with the line of the file."""
        path, dialect = self.path, self.dialect
        refuse_junk(path, dialect.encoding)
        _refuse_open_quote(path, dialect)
        expected = len(dialect.written)
        for line, record in _rows(path, dialect):
            if record and len(record) != expected:
                raise DataError(
                    f"{path.name}, line {line}: expected {counted(expected, 'column')} as in the "
                    f"header, got {len(record)}; mend the line, or put quotes around a value that "
                    f"holds a {dialect.delimiter!r}"
                ) from error
        raise DataError(f"{path.name}: cannot be read as a table ({error})") from error

    def _check_words(self, table: "pa.Table") -> None:
        """Look through the columns of words for what Arrow lets pass: junk, and an open quote."""
        import pyarrow as pa

        for column in table.columns:
            if pa.types.is_binary(column.type):
                raise UnicodeDecodeError(self.dialect.encoding, b"", 0, 0, "not letters")
            if not pa.types.is_string(column.type):
                continue
            # Not before there are words: it takes as long to import as all of pyarrow.
            import pyarrow.compute as pc

            if pc.any(pc.match_substring(column, "\0")).as_py():
                refuse_junk(self.path, self.dialect.encoding)
            # A quote left open swallows the lines up to the end of the file into its last value.
            if len(column) and "\n" in column[-1].as_py():
                _refuse_open_quote(self.path, self.dialect)


def _refuse_open_quote(path: Path, dialect: Dialect) -> None:
    """Raise DataError, with the line, if a quoted field is still open at the end of the file."""
    start, mark = 1, "\x01end"
    with open_text(path, dialect.encoding) as text:
        # The mark is a record of its own, unless an open quote swallows it.
        reader = csv.reader(itertools.chain(text, [mark]), delimiter=dialect.delimiter)
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
