"""Files as units that are read one by one: row groups of Parquet, batches of Arrow.

How many rows a unit has is known from the footer of its file. Small neighbours are one unit, so
that a file of tiny row groups takes about as long as one of large ones.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from steepest.data.frames import one_line
from steepest.data.out_of_core.arrow_rows import arrow_rows, arrow_sizes
from steepest.errors import FileError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BATCH_ROWS", "BUFFERED", "OURS", "UNITS", "Unit", "batches_of", "footer_of", "joined"]

BATCH_ROWS = 2**17
"""Rows that are decoded at a time: of 28 columns of float32 15 MB; fewer took longer (measured)."""

BUFFERED = 2**25
"""Bytes that are read ahead, of all columns together; a decoded batch is as large."""

JOINED_ROWS, JOINED_NUMBERS = 2**14, 2**20
"""Rows, and numbers in them, that small neighbours have together at most to be one unit."""

LEAST_BUFFER, MOST_BUFFER = 2**14, 2**20
"""Bytes of a column of Parquet that are read at a time."""

UNITS = b"steepest.units"
"""The key under which an Arrow file of ours has the rows of its units, of several batches each."""

OURS = b"steepest.scratch"
"""The key of an Arrow file in a scratch folder, which nobody else writes to."""

PARQUET = (".parquet", ".pq")


@dataclass(frozen=True)
class Unit:
    """Neighbouring rows of a file: `groups` row groups from `group` on, from row `start` of all."""

    file: Path
    group: int
    rows: int
    start: int
    in_file: int  # the row of the file, from 0, at which it begins
    called: str  # how messages call the file
    groups: int = 1

    @property
    def stop(self) -> int:
        """The row of all at which it ends."""
        return self.start + self.rows

    @property
    def numbers(self) -> list[int]:
        """The numbers of its row groups, from 0."""
        return list(range(self.group, self.group + self.groups))

    @property
    def in_words(self) -> str:
        """How messages call its row groups, from 1."""
        first, last = self.group + 1, self.group + self.groups
        return f"row group {first}" if first == last else f"row groups {first} to {last}"

    def alone(self) -> Iterator["Unit"]:
        """Yield its row groups one by one, for what asks which of them cannot be read.

        How many rows each has is not known: 0.
        """
        return (replace(self, group=one, groups=1, rows=0) for one in self.numbers)


def joined(sizes: Sequence[int], schema: "pa.Schema") -> Iterator[tuple[int, int, int]]:
    """Yield units of row groups of so many rows each: the first, how many, and their rows.

    Neighbours are joined as long as they have few rows together; to join what is joined changes
    nothing, so the bits of a run are the same from a cache that keeps the units. Levels with an
    order, which may be another in each row group, are not joined.
    """
    ordered = any(getattr(kind, "ordered", False) for kind in schema.types)
    most = 0 if ordered else min(JOINED_ROWS, JOINED_NUMBERS // max(1, len(schema)))
    first, rows = 0, 0
    for group, size in enumerate(sizes):
        if rows and rows + size > most:
            yield first, group - first, rows
            first, rows = group, 0
        rows += size
    if rows:
        yield first, len(sizes) - first, rows


def batches_of(unit: Unit, columns: Sequence[str], buffered: int) -> Iterator["pa.RecordBatch"]:
    """Yield the rows of a unit in order, some columns of them, as they are in its file."""
    read = _parquet_batches if _is_parquet(unit.file) else _arrow_batches
    yield from read(unit, columns, buffered)


def footer_of(file: Path) -> tuple["pa.Schema", list[int]]:
    """Return the schema of a file and how many rows each of its units has; FileError if damaged."""
    import pyarrow as pa

    kind = "a Parquet file" if _is_parquet(file) else "an Arrow file"
    read: Callable[[Path], tuple[pa.Schema, list[int]]]
    read = _parquet_footer if _is_parquet(file) else _arrow_footer
    try:
        return read(file)
    except (pa.ArrowException, OSError) as error:
        raise FileError(
            f"cannot read {file}: it is not {kind}, or is damaged or cut short "
            f"({one_line(error)}); make it anew"
        ) from error


def _parquet_footer(file: Path) -> tuple["pa.Schema", list[int]]:
    from pyarrow import parquet

    with parquet.ParquetFile(file) as opened:
        meta = opened.metadata
        sizes = [meta.row_group(i).num_rows for i in range(meta.num_row_groups)]
        return opened.schema_arrow, sizes


def _parquet_batches(
    unit: Unit, columns: Sequence[str], buffered: int
) -> Iterator["pa.RecordBatch"]:
    from pyarrow import parquet

    each = max(LEAST_BUFFER, min(MOST_BUFFER, buffered // max(1, len(columns))))
    rows = _batch_rows(buffered, len(columns))
    # Neither a buffer of the whole row group nor threads: these cost 60 MB a file (measured).
    with parquet.ParquetFile(unit.file, pre_buffer=False, buffer_size=each) as file:
        batches = file.iter_batches(
            rows, row_groups=unit.numbers, columns=list(columns), use_threads=False
        )
        yield from batches if unit.groups == 1 else _cut_anew(batches, rows)


def _batch_rows(buffered: int, columns: int) -> int:
    """Return how many rows are decoded at a time."""
    return max(1, min(BATCH_ROWS, buffered // (8 * max(1, columns))))


def _arrow_footer(file: Path) -> tuple["pa.Schema", list[int]]:
    """Return the schema of an Arrow file and how many rows each of its units has: its batches."""
    import pyarrow as pa

    with pa.OSFile(str(file)) as opened, pa.ipc.open_file(opened) as reader:
        metadata = dict(reader.schema.metadata or {})
        kept = metadata.pop(UNITS, None)
        metadata.pop(OURS, None)
        sizes = arrow_sizes(file) if kept is None else json.loads(kept)
        return reader.schema.with_metadata(metadata), sizes


def _arrow_batches(unit: Unit, columns: Sequence[str], buffered: int) -> Iterator["pa.RecordBatch"]:
    """Yield the rows of a batch; those of a file of ours, which nobody shortens, are mapped."""
    import pyarrow as pa

    rows = _batch_rows(buffered, len(columns))
    with pa.OSFile(str(unit.file)) as opened, pa.ipc.open_file(opened) as reader:
        metadata = reader.schema.metadata or {}
    kept = metadata.get(UNITS)
    if kept is None and OURS not in metadata:
        each = (arrow_rows(unit.file, number, columns, rows) for number in unit.numbers)
        batches = chain.from_iterable(each)
        yield from batches if unit.groups == 1 else _cut_anew(batches, rows)
        return
    with pa.memory_map(str(unit.file)) as mapped, pa.ipc.open_file(mapped) as reader:
        if kept is None:
            some = (reader.get_batch(number).select(list(columns)) for number in unit.numbers)
            yield from _cut_anew(some, rows)
            return
        yield from _of_several(reader, sum(json.loads(kept)[: unit.group]), unit, columns, rows)


def _of_several(
    reader: "pa.ipc.RecordBatchFileReader",
    first: int,
    unit: Unit,
    columns: Sequence[str],
    rows: int,
) -> Iterator["pa.RecordBatch"]:
    """Yield a unit that begins at row `first` of an Arrow file, of whole batches, in so many rows.

    So many at a time as of Parquet, so that sums over batches have the same bits.
    """
    at, parts = 0, []
    for number in range(reader.num_record_batches):
        batch = reader.get_batch(number)
        if first <= at < first + unit.rows and batch.num_rows:
            parts.append(batch.select(list(columns)))
        at += batch.num_rows
    yield from _cut_anew(parts, rows)


def _cut_anew(batches: Iterable["pa.RecordBatch"], rows: int) -> Iterator["pa.RecordBatch"]:
    """Yield the rows of small batches so many at a time, wherever these were cut."""
    import pyarrow as pa

    table = pa.Table.from_batches(batches)
    for start in range(0, table.num_rows, rows):
        yield table.slice(start, rows).combine_chunks().to_batches()[0]


def _is_parquet(file: Path) -> bool:
    return file.suffix.lower() in PARQUET
