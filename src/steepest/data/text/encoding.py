"""Which letters the bytes of a text file stand for: UTF-8, UTF-16, or those of Windows."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from steepest.errors import ChoiceError, FileError

__all__ = [
    "FORMER",
    "UTF8",
    "check_encoding",
    "find_encoding",
    "has_ascii",
    "open_text",
    "refuse_junk",
]

UTF8 = "utf-8-sig"
"""UTF-8, with or without a byte order mark."""

FORMER = "cp1252"
"""What text that is not UTF-8 most often is: that of Windows in the west of Europe and America."""

_LOOK = 1 << 16
"""Bytes that are looked at first; what comes later is looked at when it does not fit."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # which begins as that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile("[\0-\x08\x0e-\x19\x1b-\x1f]")


@contextmanager
def open_text(path: Path, encoding: str, errors: str = "replace") -> Iterator[TextIO]:
    """Open a text file, packed or not; bytes that are no letters are passed on as `errors` says."""
    import pyarrow as pa

    with pa.input_stream(str(path), compression="detect") as raw:
        yield io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline="")


def check_encoding(encoding: str) -> str:
    """Return the name of an encoding if Python knows it; raise ChoiceError if not."""
    try:
        if codecs.lookup(encoding)._is_text_encoding:
            return encoding
    except (LookupError, ValueError):
        pass
    raise ChoiceError(
        f"encoding is {encoding!r}, which is not known; known are such as utf-8, utf-16, cp1252, "
        "latin-1, cp1251, shift_jis, gbk"
    )


def has_ascii(encoding: str) -> bool:
    """Return whether letters and line ends are the single bytes that they are in ASCII."""
    return "a\n".encode(encoding).endswith(b"a\n")


def find_encoding(path: Path) -> str:
    """Return the encoding that the first bytes of a text file show; `UTF8` where none fits."""
    import pyarrow as pa

    with pa.input_stream(str(path), compression="detect") as raw:
        head = raw.read(_LOOK)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        # Every other byte of plain letters is 0.
        if head[first::2].count(0) > len(head) // 4 and not head[1 - first :: 2].count(0):
            return encoding
    if _decodes(head, "utf-8") or not _decodes(head, FORMER):
        return UTF8
    return UTF8 if _CONTROL.search(head.decode(FORMER, "ignore")) else FORMER


def refuse_junk(path: Path, encoding: str) -> None:
    """Raise FileError, with line and byte, if the file holds what is no text in its encoding."""
    try:
        _refuse_lines(path, encoding)
    except UnicodeDecodeError as error:
        raise FileError(
            f"cannot read {path}: it is no {encoding} text; save the file as CSV in UTF-8"
        ) from error


def _refuse_lines(path: Path, encoding: str) -> None:
    """Raise FileError for the first line that is no text.

    UnicodeDecodeError too, where what is none cannot be passed on, as in UTF-16.
    """
    name = "UTF-8" if encoding == UTF8 else encoding
    with open_text(path, encoding, errors="surrogateescape") as text:
        for number, line in enumerate(text, start=1):
            found = re.search("[\0\udc80-\udcff]", line)
            if found and found[0] == "\0":
                raise FileError(
                    f"cannot read {path}: line {number} holds a NUL byte (0x00), so this is no "
                    f"{name} text; is it a spreadsheet, or UTF-16? save it as CSV in UTF-8"
                )
            if found:
                byte = ord(found[0]) - 0xDC00
                raise FileError(
                    f"cannot read {path}: line {number} holds the byte 0x{byte:02x}, which is not "
                    f"{name}; save the file as CSV in UTF-8, or say its encoding (--encoding, "
                    "encoding=)"
                )


def _decodes(head: bytes, encoding: str) -> bool:
    """Return whether bytes, cut anywhere, are letters in an encoding."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    return True
