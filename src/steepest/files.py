"""Writing a file whole or not at all.

A reader never sees half a file: what is written goes to a new file beside the target, which
takes the target's name only when all of it is on the disk.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from steepest.errors import FileError

__all__ = ["FIGURES", "FILMS", "MODELS", "PAGES", "TABLES", "check_writable", "whole_file"]

FIGURES = (".png", ".svg", ".pdf")
FILMS = (".gif", ".mp4")
PAGES = (".html", ".htm")
TABLES = (".csv", ".tsv", ".parquet", ".arrow", ".feather")
MODELS = (".onnx",)
"""The endings of the names of the kinds of files that we write."""


def check_writable(path: str | os.PathLike[str], suffixes: tuple[str, ...] = ()) -> Path:
    """Return the file that `path` names, links followed, if it can be written to.

    Asked before any work is done. Raises FileError if the name does not end in one of `suffixes`
    (each with its dot), the folder is missing or closed to us, or a folder already bears the name.
    """
    target = Path(path)
    if target.is_symlink():
        target = target.resolve()
    if suffixes and target.suffix.lower() not in suffixes:
        kinds = " or ".join(suffixes)
        raise FileError(f"cannot write {target}: its name must end in {kinds}")
    if target.is_dir():
        raise FileError(f"cannot write {target}: it is a folder; name a file in it")
    if target.exists() and not target.is_file():
        raise FileError(f"cannot write {target}: it is a device or a pipe; name a file")
    if not target.parent.is_dir():
        raise FileError(f"cannot write {target}: there is no folder {target.parent}; make it first")
    if not os.access(target.parent, os.W_OK):
        raise FileError(f"cannot write {target}: the folder {target.parent} may not be written to")
    return target


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a name to write to; it becomes `path` if the block ends well, and vanishes if not.

    The yielded name keeps the suffix of `path`, since writers go by it. Raises FileError, which
    names `path`, for whatever the disk refuses.
    """
    target = check_writable(path)
    try:
        handle, name = tempfile.mkstemp(
            dir=target.parent, prefix=f".{target.stem}-", suffix=target.suffix
        )
        os.close(handle)
    except OSError as error:
        raise FileError(f"cannot write {target}: {error.strerror}") from error
    draft = Path(name)
    try:
        yield draft
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.chmod(0o666 & ~_umask())
        draft.replace(target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(
            f"cannot write {target}: {reason}; nothing was left behind, free some room or "
            "choose another place"
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _umask() -> int:
    """Return the process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
