"""What is streamed: files as an ordered row of units, each of which is read by itself.

A unit is some row groups of a Parquet file or batches of an Arrow file. How many rows it has is
known from the footers, so that every row has its place before the first is read.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from steepest.data.arrow import empty_table
from steepest.data.columns import clip, kind_of, no_numbers, words
from steepest.data.frame_stamp import FrameLike
from steepest.data.frames import check_sound, one_line
from steepest.data.out_of_core.file_units import BUFFERED, Unit, batches_of, footer_of, joined
from steepest.data.out_of_core.schemas import unified
from steepest.data.stamp import Stamp
from steepest.data.table import Table
from steepest.data.text.dialect import Dialect
from steepest.errors import DataError, FileError
from steepest.numerals import counted

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Source", "called_by", "source_of_files"]

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""How Hive writes a partition of no value."""


WORDS = ("text", "dictionary")
"""Kinds of columns that hold words."""


@dataclass(frozen=True)
class Source:
    """Files that are read unit by unit, with one schema for all of them.

    `parts` are the values of the partitions of a file that stand in the names of its folders.
    """

    name: str
    units: tuple[Unit, ...]
    schema: "pa.Schema"
    schemas: Mapping[str, "pa.Schema"]
    unlike: Mapping[str, str]  # columns whose types do not go together, why
    stamps: Mapping[Path, Stamp]
    parts: Mapping[Path, Mapping[str, Any]]
    notes: tuple[str, ...] = ()
    files: Mapping[Path, Stamp] = field(default_factory=dict)  # the reader's own; none of batches
    held: object = None  # what is there as long as the source is: a folder of scratch files
    origins: Mapping[Path, Path] = field(default_factory=dict)  # the files that those read are of
    dialects: Mapping[Path, Dialect] = field(default_factory=dict)  # of the origins that are text

    @cached_property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(unit.rows for unit in self.units)

    @cached_property
    def bytes(self) -> int:
        """How many bytes the files have."""
        return sum(stamp.size for stamp in self.stamps.values())

    def with_frame(self, frame: Any) -> "Source":
        """Return the source with what a worker has of it at hand: files need nothing."""
        return self

    def frame_like(self, cluster: Any, used: Sequence[str]) -> FrameLike | None:
        """Return by what a data frame is recognised; None of files."""
        return None

    def empty_table(self) -> Table:
        """Return a table of its columns without a row, for what asks of names alone."""
        return Table(empty_table(self.schema), self.name)

    def place(self, row: int) -> str:
        """Return where row `row` of all, from 0, is: "row 14 of b.parquet", "line 15 of b.csv"."""
        unit = next(one for one in self.units if row < one.stop)
        found = self.unit_table(empty_table(self.schema), unit, 0)
        return f"{found.place_in_source(unit.in_file + row - unit.start)} of {unit.called}"

    def finder(self) -> Callable[[int], str]:
        """Return `place` of a source that holds no scratch files, for what outlives this one."""
        return replace(self, held=None).place

    def unit_table(self, rows: "pa.Table", unit: Unit, start: int) -> Table:
        """Return rows of a unit, from row `start` of its file on: messages name the reader's file.

        Of a text file they name its lines too.
        """
        origin = self.origins.get(unit.file, unit.file)
        dialect = self.dialects.get(origin)
        kept = np.arange(start, start + rows.num_rows)
        path = None if dialect is None else origin
        return Table(rows, unit.called, path, dialect, kept=kept)

    def table_of(self, rows: "pa.Table", places: NDArray[np.intp]) -> Table:
        """Return rows from all over the source with their places, (rows,), -1 for what has none."""
        return Table(rows, self.name, kept=places, of_source=self.place)

    def check_unchanged(self) -> None:
        """Raise FileError if a file is not the one that it was when it was first opened.

        By its size and mtime, since workers of a cluster may have copies of it.
        """
        for file in self.stamps:
            self._check_same(file)

    def _check_same(self, file: Path) -> None:
        if not Stamp.of(file).is_dated_as(self.stamps[file]):
            raise FileError(
                f"{file} changed while it was read, so what was worked out of it does not hold "
                "any more; fit once more when nobody writes to it"
            )

    def batches(
        self, unit: Unit, columns: Sequence[str], buffered: int = BUFFERED
    ) -> Iterator["pa.RecordBatch"]:
        """Yield the rows of a unit in order, some columns of them, in the types of `schema`.

        `buffered` is how many bytes may be read ahead.

        Raises FileError, by file and row group, for what cannot be read.
        """
        here = [name for name in columns if name not in self.parts[unit.file]]
        for batch in self.own_batches(unit, here, buffered):
            yield self._as_unified(batch, unit, columns)
            del batch  # nor what it was made of

    def own_batches(
        self, unit: Unit, columns: Sequence[str], buffered: int = BUFFERED
    ) -> Iterator["pa.RecordBatch"]:
        """Yield the same, of columns that are in the file, in the types of the file.

        Each batch is looked at in full. Raises DataError, by row, for letters that are none, and
        FileError for a file that is another by now.
        """
        import pyarrow as pa

        self._check_same(unit.file)
        try:
            rows = 0
            for batch in batches_of(unit, columns, buffered):
                _check_sound(batch, unit, unit.in_file + rows)
                rows += batch.num_rows
                yield batch
                del batch  # so that the next is decoded into its memory
        except (pa.ArrowException, OSError, UnicodeDecodeError, StopIteration) as error:
            self.check_unchanged()
            raise FileError(
                f"cannot read {unit.file}, {_damaged(unit, columns)}: it is damaged or cut short "
                f"({one_line(error)}); make the file anew"
            ) from error
        if rows != unit.rows:
            self.check_unchanged()
            raise FileError(
                f"cannot read {unit.file}, {unit.in_words}: {rows:,} of the {unit.rows:,} rows are "
                "there that its footer tells; make the file anew"
            )

    def first_word(self, name: str) -> str:
        """Return the first cell of a column that is no number in its file, nor a gap, and where.

        Such as "'oops' on line 458 of p1.csv"; "" if there is none.
        """
        import pyarrow as pa

        for unit in self.units:
            schema, _ = footer_of(unit.file)
            if name not in schema.names or kind_of(empty_table(schema)[name]) not in WORDS:
                continue
            at = unit.in_file
            for batch in self.own_batches(unit, [name]):
                table = self.unit_table(pa.Table.from_batches([batch]), unit, at)
                text = words(table.arrow[name])
                for row in np.flatnonzero(no_numbers(text))[:1].tolist():
                    return f"{clip(text[row].as_py())} on {table.place(row)} of {unit.called}"
                at += batch.num_rows
        return ""

    def tables(self, unit: Unit, columns: Sequence[str], buffered: int) -> Iterator[Table]:
        """Yield the same as tables, whose rows have their places in the file."""
        import pyarrow as pa

        at = unit.in_file
        for batch in self.batches(unit, columns, buffered):
            yield self.unit_table(pa.Table.from_batches([batch]), unit, at)
            at += batch.num_rows

    def _as_unified(
        self, batch: "pa.RecordBatch", unit: Unit, columns: Sequence[str]
    ) -> "pa.RecordBatch":
        """Return a batch with the columns in the types of all, partitions among them."""
        import pyarrow as pa

        fields, arrays = [], []
        for name in columns:
            field = self.schema.field(name)
            if name in self.parts[unit.file]:
                value = pa.scalar(self.parts[unit.file][name], field.type)
                arrays.append(pa.repeat(value, batch.num_rows))
            else:
                arrays.append(_cast(batch.column(name), field.type))
            fields.append(field)
        return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def _damaged(unit: Unit, columns: Sequence[str]) -> str:
    """Return in words which row group of a unit is the first that cannot be read."""
    import pyarrow as pa

    for one in unit.alone():
        try:
            for _ in batches_of(one, columns, BUFFERED):
                pass
        except (pa.ArrowException, OSError, UnicodeDecodeError, StopIteration):
            return one.in_words
    return unit.in_words


def _check_sound(batch: "pa.RecordBatch", unit: Unit, start: int) -> None:
    """Raise DataError for a batch, `start` rows into its file, with bytes that are no values."""
    import pyarrow as pa

    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        check_sound(pa.chunked_array([column]), f"{unit.called}: column {name!r}", start)


def _cast(array: "pa.Array", kind: "pa.DataType") -> "pa.Array":
    return array if array.type == kind else array.cast(kind, safe=False)


def source_of_files(
    files: Sequence[Path],
    name: str,
    root: Path | None = None,
    called: Mapping[Path, str] | None = None,
    held: object = None,
    origins: Mapping[Path, Path] | None = None,
    dialects: Mapping[Path, Dialect] | None = None,
) -> Source:
    """Return files as what is streamed, in their order; `root` is the folder of the partitions.

    `called` is how messages call each file: neighbours that are called the same are one. `held` is
    kept as long as the source is. `origins` are the files that spooled ones are of, `dialects` how
    those of text are written.

    Raises FileError for a file that is none of Parquet or Arrow, or is damaged, and DataError for
    types that do not go together, and where there are no rows.
    """
    stamps = {file: Stamp.of(file) for file in files}
    origins = origins or {file: file for file in files}
    called = called or called_by(origins)
    parts = _partitions(origins, root)
    units: list[Unit] = []
    schemas: dict[str, pa.Schema] = {}
    empty = []
    for file in files:
        schema, sizes = footer_of(file)
        rows = (
            units[-1].in_file + units[-1].rows if units and _goes_on(units[-1], called[file]) else 0
        )
        for group, groups, size in joined(sizes, schema):
            start = units[-1].stop if units else 0
            units.append(Unit(file, group, size, start, rows, called[file], groups))
            rows += size
        if not sum(sizes):
            empty.append(called[file])
            continue
        shown = _shown(origins.get(file, file), root, called[file])
        shown = f"{shown}, part {len(schemas) + 1}" if shown in schemas else shown
        schemas[shown] = _with_parts(schema, parts[file])
    if not units:
        raise DataError(f"{name}: there is no row in {counted(len(files), 'file')}")
    notes = (
        [f"{counted(len(empty), 'file')} without a row: {', '.join(empty[:3])}"] if empty else []
    )
    schema, unlike = unified(schemas)
    return Source(
        name,
        tuple(units),
        schema,
        schemas,
        unlike,
        stamps,
        parts,
        tuple(notes),
        held=held,
        origins=origins,
        dialects=dialects or {},
    )


def _goes_on(last: Unit, called: str) -> bool:
    """Return whether a file is the next part of one that was spooled."""
    return last.called == called and last.file.name != called


def _shown(file: Path, root: Path | None, called: str) -> str:
    return str(file.relative_to(root)) if root is not None and root in file.parents else called


def called_by(origins: Mapping[Path, Path]) -> dict[Path, str]:
    """Return how messages call each file: by its name, by its path where others have that name."""
    alike = Counter(one.name for one in set(origins.values()))
    return {file: one.name if alike[one.name] == 1 else str(one) for file, one in origins.items()}


def _with_parts(schema: "pa.Schema", parts: Mapping[str, Any]) -> "pa.Schema":
    import pyarrow as pa

    for name, value in parts.items():
        kind = pa.null() if value is None else pa.int64() if isinstance(value, int) else pa.string()
        schema = schema.append(pa.field(name, kind)) if name not in schema.names else schema
    return schema


def _partitions(origins: Mapping[Path, Path], root: Path | None) -> dict[Path, dict[str, Any]]:
    """Return the `name=value` of the folders that each file comes from, as Hive has them.

    Values are whole numbers if all are.
    """
    said = {file: dict(_said(origin, root)) for file, origin in origins.items()}
    names = {name for one in said.values() for name in one}
    for name in names:
        values = [one[name] for one in said.values() if one.get(name) is not None]
        if all(value.lstrip("-").isdigit() and len(value) < 18 for value in values):
            for one in said.values():
                if one.get(name) is not None:
                    one[name] = int(one[name])
    return said


def _said(file: Path, root: Path | None) -> Iterator[tuple[str, Any]]:
    folders = file.parent.parts if root is None else file.relative_to(root).parent.parts
    for folder in folders:
        name, sign, value = folder.partition("=")
        if sign and name:
            yield unquote(name), None if value == NO_VALUE else unquote(value)
