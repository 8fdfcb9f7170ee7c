"""What is piped in, as a file: from there lines can be shown, and it can be read again."""

import shutil
import stat
import sys
from pathlib import Path

from steepest.errors import FileError
from steepest.temporary_folder import folder_until_exit

__all__ = ["PIPED", "is_piped", "kind_by_start", "spooled"]

PIPED = "-"
"""The name that stands for what is piped in."""

_STARTS = {b"PAR1": ".parquet", b"ARROW1": ".arrow", b"\x1f\x8b": ".csv.gz", b"BZh": ".csv.bz2"}
_STARTS |= {b"SQLite f": ".sqlite", b"\x93NUMPY": ".npy"}
_STARTS |= {b"PK\x03\x04": ".xlsx", b"\xd0\xcf\x11\xe0": ".xls"}
_STARTS |= {b"\x28\xb5\x2f\xfd": ".csv.zst", b"\x04\x22\x4d\x18": ".csv.lz4"}
"""How files begin, and the suffix that says so; all else is text."""


def spooled(path: Path) -> tuple[str, Path]:
    """Return the name to call a source by, and a file of its bytes, itself if it is one.

    Raises FileError if nothing is piped in, or the disk has no room for it.
    """
    if not is_piped(path):
        return path.name, path
    if str(path) == PIPED and sys.stdin.isatty():
        raise FileError("cannot read -: nothing is piped in; name a file, or pipe one in")
    try:
        folder = folder_until_exit()
        source = sys.stdin.buffer if str(path) == PIPED else path.open("rb")
        copy = folder / "piped-in"
        with source, copy.open("wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
        if not copy.stat().st_size:
            raise FileError("cannot read what is piped in: it is empty; it needs a header and rows")
        return "piped in", copy.rename(copy.with_suffix(kind_by_start(copy)))
    except OSError as error:
        raise FileError(f"cannot read what is piped in: {error.strerror}") from error


def kind_by_start(path: Path) -> str:
    """Return the suffix that the first bytes of a file show; ".csv" where they show none."""
    with path.open("rb") as file:
        head = file.read(8)
    return next((kind for start, kind in _STARTS.items() if head.startswith(start)), ".csv")


def is_piped(source: str | Path) -> bool:
    """Return whether a source can be read only once."""
    return str(source) == PIPED or _is_pipe(Path(source))


def _is_pipe(path: Path) -> bool:
    """Return whether a path is a pipe, such as a shell's `<(zcat f.gz)`."""
    try:
        return stat.S_ISFIFO(path.stat().st_mode)
    except (OSError, ValueError):
        return False
