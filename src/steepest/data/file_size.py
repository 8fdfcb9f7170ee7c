"""How large the table in a file is, as the file itself says before it is read.

A Parquet or Arrow file of a megabyte may hold a table that fills the memory: numbers that repeat
take next to no room in it.
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from steepest.errors import FileError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

__all__ = ["check_size"]

MOST_CELLS = 50_000_000
"""Rows times columns of a file that may be dropped on the page."""

MOST_UNPACKED = 400_000_000
"""Bytes of the same when it is unpacked."""

BATCH = 65_536
"""Rows of text that are measured at once."""

RECORD_BATCH, DICTIONARY = "record batch", "dictionary"


class TableSize(NamedTuple):
    """Cells of a table and the bytes that they take in memory."""

    cells: int
    unpacked: int


def check_size(path: Path, name: str) -> None:
    """Raise FileError if the table in a Parquet or Arrow file is too large for a page.

    What is no such file, or is damaged, is left to who reads it. `name` is what the file is called.
    """
    size, remedy = _table_size(path), "open it with: steepest play FILE"
    if size.cells > MOST_CELLS:
        raise FileError(
            f"{name} holds {size.cells:,} cells, but a page takes {MOST_CELLS:,} at most; {remedy}"
        )
    if size.unpacked > MOST_UNPACKED:
        raise FileError(
            f"{name} unpacks to {size.unpacked / 1e6:,.0f} MB, but a page takes "
            f"{MOST_UNPACKED / 1e6:,.0f} MB at most; {remedy}"
        )


def _table_size(path: Path) -> TableSize:
    """Return the size of the table by what the file says, 0 where it says nothing."""
    import pyarrow as pa

    with suppress(pa.ArrowException, OSError, struct.error, TypeError):
        with path.open("rb") as file:
            begins = file.read(6)
        if begins[:4] == b"PAR1":
            return _of_parquet(path)
        if path.suffix in (".arrow", ".feather", ".ipc"):
            return _of_arrow(path, 8 if begins == b"ARROW1" else 0)
    return TableSize(0, 0)


def _of_parquet(path: Path) -> TableSize:
    """Return the size by the metadata, and that of text by what repeats in it."""
    from pyarrow import parquet, types

    with parquet.ParquetFile(path) as file:
        metadata, schema = file.metadata, file.schema_arrow
        groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
        chunks = [group.column(j) for group in groups for j in range(metadata.num_columns)]
    cells = sum(chunk.num_values for chunk in chunks)
    unpacked = sum(chunk.total_uncompressed_size for chunk in chunks)
    is_text = (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    text = [field.name for field in schema if any(test(field.type) for test in is_text)]
    if max(cells * 8, unpacked) <= MOST_UNPACKED and text:
        with parquet.ParquetFile(path, read_dictionary=text) as file:
            unpacked = max(unpacked, _of_text(file, text))
    return TableSize(cells, unpacked)


def _of_text(file: "parquet.ParquetFile", names: list[str]) -> int:
    """Return the bytes of columns of text, each different text held once; enough is enough."""
    import pyarrow.compute as pc

    total = 0
    for batch in file.iter_batches(BATCH, columns=names):
        for column in batch.columns:
            lengths = pc.binary_length(column.dictionary).take(column.indices)
            total += pc.sum(lengths).as_py() or 0
        if total > MOST_UNPACKED:
            break
    return total


def _of_arrow(path: Path, first: int) -> TableSize:
    """Return the size by the messages of an Arrow file, which begin at byte `first`."""
    import pyarrow as pa

    cells = unpacked = 0
    with pa.OSFile(str(path)) as file:
        file.seek(first)
        for message in pa.ipc.MessageReader.open_stream(file):
            if message.type not in (RECORD_BATCH, DICTIONARY):
                continue
            header = FlatbufferTable.root(message.metadata).table(2)
            batch = header.table(1) if message.type == DICTIONARY else header
            cells += sum(length for length, _ in batch.pairs(1))
            packed = batch.at(3) is not None
            unpacked += sum(_room(message.body, *pair, packed) for pair in batch.pairs(2))
    return TableSize(cells, unpacked)


def _room(body: "pa.Buffer", start: int, length: int, packed: bool) -> int:
    """Return the bytes of a buffer in a message's body; one that is packed begins with them."""
    if not packed or not length:
        return length
    (whole,) = struct.unpack_from("<q", body, start)
    return length if whole < 0 else int(whole)


class FlatbufferTable(NamedTuple):
    """A table of a flatbuffer, as which Arrow writes what its messages hold."""

    data: "pa.Buffer"
    place: int

    @classmethod
    def root(cls, data: "pa.Buffer") -> "FlatbufferTable":
        """Return the table that the others hang on."""
        return cls(data, struct.unpack_from("<I", data, 0)[0])

    def at(self, field: int) -> int | None:
        """Return where a field is, None if it is not there."""
        (back,) = struct.unpack_from("<i", self.data, self.place)
        (size,) = struct.unpack_from("<H", self.data, self.place - back)
        slot = 4 + 2 * field
        if slot >= size:
            return None
        (offset,) = struct.unpack_from("<H", self.data, self.place - back + slot)
        return self.place + offset if offset else None

    def table(self, field: int) -> "FlatbufferTable":
        """Return the table that a field leads to."""
        return FlatbufferTable(self.data, self._led(field))

    def pairs(self, field: int) -> Iterator[tuple[int, int]]:
        """Yield the pairs of whole numbers in the list that a field leads to."""
        if self.at(field) is None:
            return
        start = self._led(field)
        (count,) = struct.unpack_from("<I", self.data, start)
        for i in range(count):
            yield struct.unpack_from("<qq", self.data, start + 4 + 16 * i)

    def _led(self, field: int) -> int:
        place = self.at(field)
        if place is None:
            raise struct.error(f"field {field} is missing")
        return place + int(struct.unpack_from("<I", self.data, place)[0])
