"""Files as units that are read one by one: row groups of Parquet, batches of Arrow.

How many rows a unit has is known from the footer of its file.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from steepest.data.frames import one_line
from steepest.data.out_of_core.arrow_rows import arrow_rows, arrow_sizes
from steepest.errors import FileError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BATCH_ROWS", "BUFFERED", "OURS", "UNITS", "Unit", "batches_of", "footer_of"]

BATCH_ROWS = 2**17
"""Rows that are decoded at a time: of 28 columns of float32 15 MB; fewer took longer (measured)."""

BUFFERED = 2**25
"""Bytes that are read ahead, of all columns together; a decoded batch is as large."""

LEAST_BUFFER, MOST_BUFFER = 2**14, 2**20
"""Bytes of a column of Parquet that are read at a time."""

UNITS = b"steepest.units"
"""The key under which an Arrow file of ours has the rows of its units, of several batches each."""

OURS = b"steepest.scratch"
"""The key of an Arrow file in a scratch folder, which nobody else writes to."""

PARQUET = (".parquet", ".pq")


@dataclass(frozen=True)
class Unit:
    """Neighbouring rows of a file: its row group `group`, from row `start` of all on."""

    file: Path
    group: int
    rows: int
    start: int
    in_file: int  # the row of the file, from 0, at which it begins
    called: str  # how messages call the file

    @property
    def stop(self) -> int:
        """The row of all at which it ends."""
        return self.start + self.rows

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"{self.called}, row group {self.group + 1}"


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
        yield from file.iter_batches(
            rows, row_groups=[unit.group], columns=list(columns), use_threads=False
        )


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
        yield from arrow_rows(unit.file, unit.group, columns, rows)
        return
    with pa.memory_map(str(unit.file)) as mapped, pa.ipc.open_file(mapped) as reader:
        if kept is None:
            batch = reader.get_batch(unit.group).select(list(columns))
            yield from (batch.slice(at, rows) for at in range(0, batch.num_rows, rows))
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
    import pyarrow as pa

    at, parts = 0, []
    for number in range(reader.num_record_batches):
        batch = reader.get_batch(number)
        if first <= at < first + unit.rows and batch.num_rows:
            parts.append(batch.select(list(columns)))
        at += batch.num_rows
    table = pa.Table.from_batches(parts)
    for start in range(0, table.num_rows, rows):
        yield table.slice(start, rows).combine_chunks().to_batches()[0]


def _is_parquet(file: Path) -> bool:
    return file.suffix.lower() in PARQUET
