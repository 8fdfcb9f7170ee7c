"""A page's record written down: as JSON for a file, as one frame for a socket, as buffers.

A record is a dict of words, numbers, lists and NumPy arrays. JSON holds the words; what is not a
finite number is null there, since JSON has no other word for it, but arrays keep NaN and infinity.
The twin that reads it is `web/engine/wire.js`.

    frame: u32 length of the header (little endian) | header, JSON in UTF-8 | 0 to 7 bytes | arrays

The header is the record with `{"$": [number, type, count]}` for each array. Arrays follow each
other in little endian, each at a multiple of 8 bytes.
"""

import base64
import json
import math
import struct
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["to_buffers", "to_frame", "to_json"]

Plain = NDArray[np.generic]


def to_json(record: object) -> str:
    r"""Return the record as JSON in ASCII, arrays as base64, safe inside a script element.

    >>> to_json({"</script>": np.array([1.0])})
    '{"\\u003c/script>": {"$f8": "AAAAAAAA8D8="}}'
    """

    def coded(array: Plain) -> dict[str, str]:
        kind, plain = _plain(array)
        return {f"${kind}": base64.b64encode(plain.tobytes()).decode("ascii")}

    text = json.dumps(_with_arrays(record, coded), allow_nan=False, ensure_ascii=True)
    return text.replace("<", "\\u003c")


def to_buffers(record: object) -> tuple[object, list[bytes]]:
    """Return the header, ready for JSON, and the bytes of each array that it counts up."""
    buffers: list[bytes] = []

    def counted(array: Plain) -> dict[str, list[int | str]]:
        kind, plain = _plain(array)
        buffers.append(plain.tobytes())
        return {"$": [len(buffers) - 1, kind, plain.size]}

    return _with_arrays(record, counted), buffers


def to_frame(record: object) -> bytes:
    """Return the record as the bytes of one frame."""
    header, buffers = to_buffers(record)
    words = json.dumps(header, allow_nan=False, ensure_ascii=False).encode("utf-8", "replace")
    head = struct.pack("<I", len(words)) + words
    return b"".join(part + bytes(-len(part) % 8) for part in (head, *buffers))


def _plain(array: Plain) -> tuple[str, Plain]:
    """Return the type of an array on the wire, and the array as that type."""
    kind = "i4" if array.dtype.kind in "iub" else "f8"
    return kind, np.ascontiguousarray(array, dtype=f"<{kind}").ravel()


def _with_arrays(value: object, write: Callable[[Plain], object]) -> object:
    """Return the value with each array as `write` has it, and nothing that JSON lacks."""
    if isinstance(value, np.ndarray):
        return write(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _with_arrays(part, write) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_with_arrays(part, write) for part in value]
    return value
