"""What cannot be read twice, or takes too long to, as Arrow files in a scratch folder.

A text file is parsed once: piece by piece, each of the types that Arrow finds in it, so that no
first block decides alone. What pieces do not agree on (words after numbers) is read as text, from
the beginning.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from steepest.data.out_of_core.file_units import BATCH_ROWS, OURS
from steepest.data.out_of_core.scratch import Scratch
from steepest.data.stamp import Stamp
from steepest.data.text.dialect import Dialect
from steepest.data.text.leading_zeros import has_leading_zeros
from steepest.data.text.number_marks import written_numbers
from steepest.data.text.read import parsed
from steepest.data.text.reading import Reading
from steepest.data.text.text_file import TextFile
from steepest.errors import DataError, FileError
from steepest.temporary_folder import TemporaryFolder

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Spool"]

CODE = r"^\s*0\d+\s*$"
"""Digits that begin with 0: a code, such as that of a place."""


class Spool:
    """A folder of Arrow files that is gone with this object, or after its process was killed."""

    def __init__(self, scratch: Scratch) -> None:
        self.scratch = scratch
        try:
            self._folder = TemporaryFolder(scratch.place)
        except OSError as error:
            raise scratch.refused(error) from error
        self._count = 0
        self.dialects: dict[Path, Dialect] = {}
        """How the text files that were read are written."""

    def batches(self, batches: Iterable["pa.RecordBatch"], schema: "pa.Schema") -> Path:
        """Write batches of one schema to a file, and return it; FileError if the disk is full."""
        import pyarrow as pa

        self._count += 1
        path = self._folder.path / f"part-{self._count:06}.arrow"
        schema = schema.with_metadata({**(schema.metadata or {}), OURS: b""})
        try:
            with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema) as writer:
                for batch in batches:
                    writer.write(batch)
        except OSError as error:
            raise self.scratch.refused(error) from error
        return path

    def text(self, path: Path, reading: Reading) -> list[Path]:
        """Return the Arrow files of a text file, in the order of its rows.

        Raises DataError and FileError as `read_text` does, and DataError for numbers that are not
        written with a point alone.
        """
        file, parts = parsed(path, reading, self._of_text)
        self.dialects[path] = file.dialect
        return parts

    def _of_text(self, file: TextFile) -> list[Path]:
        """Return the same of a file whose encoding is known."""
        path, stamp = file.path, Stamp.of(file.path)
        texts = _codes(file) if has_leading_zeros(path, file.dialect) else set()
        while True:
            more, parts = self._parsed(file, sorted(texts))
            if Stamp.of(path) != stamp:
                raise FileError(
                    f"{path} changed while it was read; fit once more when nobody writes to it"
                )
            if not more:
                return parts
            for part in parts:
                part.unlink()
            texts |= more

    def _parsed(self, file: TextFile, texts: Sequence[str]) -> tuple[set[str], list[Path]]:
        """Return the columns that have to be text after all, and the files of what was parsed."""
        parts: list[Path] = []
        kinds: dict[str, pa.DataType] = {}
        for table in _without_end(file.pieces(texts)):
            if more := _unlike(kinds, table):
                return more, parts
            table = _named(table, file)
            parts.append(self.batches(table.to_batches(BATCH_ROWS), table.schema))
        return set(), parts


def _unlike(kinds: "dict[str, pa.DataType]", table: "pa.Table") -> set[str]:
    """Return the columns whose types in the pieces so far do not tell that of all."""
    import pyarrow as pa

    found = set()
    for key, kind in zip(table.column_names, table.schema.types, strict=True):
        before = kinds.setdefault(key, kind)
        if pa.types.is_null(before):
            kinds[key] = kind
        elif {before, kind} == {pa.int64(), pa.float64()}:
            kinds[key] = pa.float64()
        elif not pa.types.is_null(kind) and before != kind:
            found.add(key)
    return found


def _codes(file: TextFile) -> set[str]:
    """Return the columns with digits that begin with 0, reading all as text."""
    import pyarrow.compute as pc

    keys = [str(index) for index in range(len(file.dialect.written))]
    return {
        key
        for table in file.pieces(keys)
        for key in keys
        if pc.any(pc.match_substring_regex(table[key], CODE)).as_py()
    }


def _without_end(tables: Iterator["pa.Table"]) -> Iterator["pa.Table"]:
    """Yield the pieces without the empty rows at the end of the last."""
    before = None
    for table in tables:
        if before is not None:
            yield before
        before = table
    if before is None:
        return
    rows = before.num_rows
    while rows and all(column[rows - 1].as_py() in (None, "") for column in before.columns):
        rows -= 1
    yield before.slice(0, rows)


def _named(table: "pa.Table", file: TextFile) -> "pa.Table":
    """Return a piece with the names of its columns; DataError for one that cannot be read so."""
    import pyarrow as pa

    keep, names_of, where = [], file.dialect.names, file.path.name
    for key, column in zip(table.column_names, table.columns, strict=True):
        name = names_of[int(key)]
        marks = written_numbers(column) if pa.types.is_string(column.type) else None
        if marks is not None and not marks.plain and len(column) > column.null_count:
            raise DataError(
                f"{where}: column {name!r} holds numbers such as "
                f"{column.drop_null()[0].as_py()!r}, whose marks are not looked at where a file is "
                "read in passes; write them with a point alone, or read the file in memory (leave "
                "--memory out)"
            )
        if name or column.null_count < len(column):
            keep.append(key)
    names = [names_of[int(key)] for key in keep]
    if "" in names:
        first = int(keep[names.index("")]) + 1
        raise DataError(f"{where}: column {first} has no name; name it in the header")
    return table.select(keep).rename_columns(names)
