"""What Arrow does not tell of a text file: whether a whole number begins with 0.

Bytes are compared by pieces that stay in the cache, which is quicker than to parse them, so that a
file is not read as text only to learn that it has no code such as 01000.
"""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from steepest.data.text.dialect import Dialect, reason
from steepest.data.text.encoding import has_ascii
from steepest.data.text.pieces import byte_pieces
from steepest.errors import FileError

__all__ = ["has_leading_zeros"]

_LONGEST = 64
"""Bytes of a piece that are looked at once more with the next: no code is longer."""

Bytes = NDArray[np.uint8]


def has_leading_zeros(path: Path, dialect: Dialect) -> bool:
    """Return whether a field may be digits that begin with 0; True if letters are wide.

    Raises FileError if the file cannot be read to its end.
    """
    if not has_ascii(dialect.encoding):
        return True
    delimiter = dialect.delimiter.encode()
    before = b'\n\r" ' + delimiter
    # An hour such as 09 stands behind a blank too, before a colon.
    code = re.compile(rb"""[\n\r" %b]0\d+\s*(?=[\n\r"%b]|\Z)""" % ((re.escape(delimiter),) * 2))
    pieces = byte_pieces(path, overlap=_LONGEST)
    try:
        return any(
            _leads(np.frombuffer(piece, np.uint8), before) and code.search(piece)
            for piece in pieces
        )
    except OSError as error:
        raise FileError(f"cannot read {path}: {reason(error)}") from error


def _leads(letters: Bytes, before: bytes) -> bool:
    """Return whether 0 and a digit stand behind one of the bytes `before`."""
    found = letters[1:-1] == ord("0")
    # Below "0" the bytes wrap to large numbers.
    found &= letters[2:] - np.uint8(ord("0")) < 10
    behind = np.zeros(found.shape, dtype=bool)
    for byte in before:
        behind |= letters[:-2] == byte
    return bool((found & behind).any())
