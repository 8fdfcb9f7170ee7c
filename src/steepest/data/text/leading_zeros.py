"""What Arrow does not tell of a text file: whether a whole number begins with 0, and any quote.

Bytes are compared by pieces that stay in the cache, which is quicker than to parse them, so that a
file is not read as text only to learn that it has no code such as 01000.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from steepest.data.text.dialect import Dialect

__all__ = ["has_leading_zeros", "has_quotes"]

_PIECE = 1 << 18
"""Bytes looked at a time: what a core's cache holds, with the answers."""

Bytes = NDArray[np.uint8]


def has_quotes(path: Path, dialect: Dialect) -> bool:
    """Return whether a row of a text file may have a quote, so that a line may end in a field."""
    if dialect.encoding.startswith("utf-16"):
        return True
    pieces = _pieces(path)
    # The names of the columns often have quotes where the rows have none.
    first = next(pieces, b"").split(b"\n", dialect.first_line - 1)[-1]
    return b'"' in first or any(b'"' in piece for piece in pieces)


def has_leading_zeros(path: Path, dialect: Dialect) -> bool:
    """Return whether a field may begin with 0 and another digit; True where letters are wider."""
    if dialect.encoding.startswith("utf-16"):
        return True
    before = b'\n\r" +-' + dialect.delimiter.encode()
    return any(_leads(np.frombuffer(piece, np.uint8), before) for piece in _pieces(path, overlap=2))


def _pieces(path: Path, overlap: int = 0) -> Iterator[bytes]:
    """Yield the bytes of a file, unpacked; each piece starts with the last few of that before."""
    import pyarrow as pa

    kept = b""
    with pa.input_stream(str(path), compression="detect") as raw:
        while piece := raw.read(_PIECE):
            yield kept + piece
            kept = piece[len(piece) - overlap :]


def _leads(letters: Bytes, before: bytes) -> bool:
    """Return whether 0 and a digit stand behind one of the bytes `before`."""
    found = letters[1:-1] == ord("0")
    # Below "0" the bytes wrap to large numbers.
    found &= letters[2:] - np.uint8(ord("0")) < 10
    behind = np.zeros(found.shape, dtype=bool)
    for byte in before:
        behind |= letters[:-2] == byte
    return bool((found & behind).any())
