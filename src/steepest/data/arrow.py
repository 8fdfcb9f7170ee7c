"""Arrow's columns as NumPy's arrays, without what pyarrow loads for its own conversions.

Its first `to_numpy`, `array` or `scalar` imports pandas where that is installed: half a second, in
which Ctrl-C may be lost.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steepest.interrupts import patient

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["array_of", "empty_table", "floats_of", "numbers_of", "ready_for_text"]


def floats_of(column: "pa.ChunkedArray") -> NDArray[np.float64]:
    """Return a column of float64, (rows,), read from its buffers; a null is NaN."""
    parts = [_floats_of(chunk) for chunk in column.chunks]
    return parts[0] if len(parts) == 1 else np.concatenate([*parts, np.empty(0)])


def _floats_of(array: "pa.Array") -> NDArray[np.float64]:
    """Return an array without copying it, unless it has nulls."""
    valid, values = array.buffers()
    if not len(array):
        return np.empty(0)
    found = np.frombuffer(values, np.float64, len(array), offset=8 * array.offset)
    if not array.null_count:
        return found
    bits = np.unpackbits(np.frombuffer(valid, np.uint8), bitorder="little")
    there = bits[array.offset : array.offset + len(array)]
    return np.where(there, found, np.nan)


def numbers_of(array: "pa.Array") -> NDArray[Any]:
    """Return an array of numbers or booleans, (rows,), in their own type; a null makes it float64.

    Then it is NaN.
    """
    import pyarrow as pa

    if pa.types.is_boolean(array.type):
        array = array.cast(pa.int8())
    if array.null_count:
        return _floats_of(array.cast(pa.float64(), safe=False))
    if not (pa.types.is_integer(array.type) or pa.types.is_floating(array.type)):
        found: NDArray[Any] = array.to_numpy(zero_copy_only=False)
        return found
    dtype = np.dtype(array.type.to_pandas_dtype())
    if not len(array):
        return np.empty(0, dtype)
    start = dtype.itemsize * array.offset
    return np.frombuffer(array.buffers()[1], dtype, len(array), offset=start)


def array_of(values: NDArray[Any]) -> "pa.Array":
    """Return numbers, (rows,), as an array of Arrow that shares them."""
    import pyarrow as pa

    shared = [None, pa.py_buffer(np.ascontiguousarray(values))]
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), shared)


def empty_table(schema: "pa.Schema") -> "pa.Table":
    """Return a table of these columns without a row."""
    import pyarrow as pa

    return pa.Table.from_batches([], schema)


def ready_for_text() -> None:
    """Have pyarrow load what its conversions of text need; Ctrl-C meanwhile is heard after it."""
    import pyarrow as pa

    with patient() as interrupted:
        pa.scalar("")
    if interrupted():
        raise KeyboardInterrupt
