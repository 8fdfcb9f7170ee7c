"""Rows of an Arrow file that another program may shorten meanwhile: an error then, and no signal.

A mapped file ends whoever reads behind its new end (SIGBUS), so bytes are read and not mapped. A
batch that is too large for that at once is mapped only to learn where its buffers are; what stands
there is read, some rows at a time.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["MOST_WHOLE", "arrow_rows", "arrow_sizes"]

MOST_WHOLE = 2**24
"""Bytes of a batch that is read at once, as the file has it."""


def arrow_sizes(file: Path) -> list[int]:
    """Return how many rows each batch of a file has: only its first column is read."""
    import pyarrow as pa

    with _opened(file, [0]) as (reader, _):
        if not len(reader.schema):
            raise pa.ArrowInvalid("it has no column")
        return [reader.get_batch(i).num_rows for i in range(reader.num_record_batches)]


def arrow_rows(
    file: Path, number: int, columns: Sequence[str], rows: int
) -> Iterator["pa.RecordBatch"]:
    """Yield batch `number` of a file, some columns of it, so many rows at a time.

    Raises OSError for a file that has been shortened, and what Arrow raises for one that is
    damaged.
    """
    names = _schema_of(file).names
    with _opened(file, [names.index(name) for name in columns]) as (reader, mapped):
        batch = reader.get_batch(number).select(list(columns))
        for start in range(0, batch.num_rows, rows):
            part = batch.slice(start, rows)
            yield part if mapped is None else mapped.batch(part)


def _schema_of(file: Path) -> "pa.Schema":
    import pyarrow as pa

    with pa.OSFile(str(file)) as opened, pa.ipc.open_file(opened) as reader:
        return reader.schema


@contextmanager
def _opened(
    file: Path, fields: Sequence[int]
) -> "Iterator[tuple[pa.ipc.RecordBatchFileReader, Mapped | None]]":
    """Yield a reader of some columns of a file, and where it is mapped if its batches are large."""
    import pyarrow as pa

    with ExitStack() as stack:
        opened = stack.enter_context(pa.OSFile(str(file)))
        chosen = pa.ipc.IpcReadOptions(included_fields=list(fields))
        reader = stack.enter_context(pa.ipc.open_file(opened, options=chosen))
        if opened.size() <= MOST_WHOLE * max(1, reader.num_record_batches):
            yield reader, None
            return
        mapping = stack.enter_context(pa.memory_map(str(file)))
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        stack.callback(os.close, descriptor)
        mapped = Mapped(descriptor, mapping.read_buffer(1).address, mapping.size())
        mapping.seek(0)
        # All columns: to choose some copies them, whole.
        yield stack.enter_context(pa.ipc.open_file(mapping)), mapped


@dataclass(frozen=True)
class Mapped:
    """An open file, and at which address its `size` bytes are mapped."""

    descriptor: int
    address: int
    size: int

    def batch(self, part: "pa.RecordBatch") -> "pa.RecordBatch":
        """Return rows whose buffers are mapped with buffers that were read."""
        import pyarrow as pa

        return pa.RecordBatch.from_arrays([self._read(c) for c in part.columns], schema=part.schema)

    def _read(self, array: "pa.Array") -> "pa.Array":
        import pyarrow as pa

        kind = array.type
        if pa.types.is_dictionary(kind):
            indices, levels = self._read(array.indices), self._read(array.dictionary)
            return pa.DictionaryArray.from_arrays(indices, levels, ordered=kind.ordered, safe=False)
        buffers = array.buffers()
        if len(buffers) == 2 and _has_width(kind):
            return self._of_width(array, buffers)
        if len(buffers) == 3 and _has_offsets(kind):
            return self._of_offsets(array, buffers)
        # Nested values, which nothing here reads as numbers or words.
        return array

    def _of_width(self, array: "pa.Array", buffers: "list[pa.Buffer]") -> "pa.Array":
        """Return an array of values of one width; it begins at a whole byte of its bits."""
        import pyarrow as pa

        start, stop = array.offset // 8 * 8, array.offset + len(array)
        read = [self._bits(buffers[0], start, stop, 1)]
        read.append(self._bits(buffers[1], start, stop, array.type.bit_width))
        return pa.Array.from_buffers(array.type, len(array), read, offset=array.offset - start)

    def _of_offsets(self, array: "pa.Array", buffers: "list[pa.Buffer]") -> "pa.Array":
        """Return an array of words or bytes, whose offsets begin anew."""
        import pyarrow as pa

        start, stop = array.offset // 8 * 8, array.offset + len(array)
        dtype = np.dtype(np.int64 if _is_large(array.type) else np.int32)
        held: Any = self._bits(buffers[1], start, stop + 1, 8 * dtype.itemsize)
        offsets = np.frombuffer(held, dtype)
        first, last = int(offsets[array.offset - start]), int(offsets[-1])
        if not 0 <= first <= last <= buffers[2].size:
            raise pa.ArrowInvalid("offsets of words are beyond its bytes")
        read = [
            self._bits(buffers[0], start, stop, 1),
            pa.py_buffer(np.maximum(offsets - dtype.type(first), 0)),
            self._bits(buffers[2], first, last, 8),
        ]
        return pa.Array.from_buffers(array.type, len(array), read, offset=array.offset - start)

    def _bits(
        self, buffer: "pa.Buffer | None", start: int, stop: int, width: int
    ) -> "pa.Buffer | None":
        """Return values `start` to `stop` of a buffer, each of so many bits, read from the file."""
        import pyarrow as pa

        if buffer is None:
            return None
        begin, end = start * width // 8, min(buffer.size, -(-stop * width // 8))
        at = buffer.address - self.address
        if not 0 <= at < self.size:  # decompressed: it is in memory already
            return buffer.slice(begin, end - begin)
        parts, left = list[bytes](), end - begin
        while left > 0:
            parts.append(os.pread(self.descriptor, left, at + begin + (end - begin - left)))
            left -= len(parts[-1])
            if not parts[-1]:
                raise OSError("the file became shorter while it was read")
        return pa.py_buffer(parts[0] if len(parts) == 1 else b"".join(parts))


def _has_width(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    types = pa.types
    return bool(types.is_primitive(kind) or types.is_decimal(kind) or types.is_boolean(kind))


def _has_offsets(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    types = pa.types
    return bool(types.is_string(kind) or types.is_binary(kind) or _is_large(kind))


def _is_large(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    return bool(pa.types.is_large_string(kind) or pa.types.is_large_binary(kind))
