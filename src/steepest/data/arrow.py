"""Arrow's columns as NumPy's arrays, without what pyarrow loads for its own conversions.

Its first `to_numpy`, `array` or `scalar` imports pandas where that is installed: half a second, in
which Ctrl-C may be lost.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.interrupts import patient

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["floats_of", "ready_for_text"]


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


def ready_for_text() -> None:
    """Have pyarrow load what its conversions of text need; Ctrl-C meanwhile is heard after it."""
    import pyarrow as pa

    with patient() as interrupted:
        pa.scalar("")
    if interrupted():
        raise KeyboardInterrupt
