"""Writing a file whole or not at all.

A reader never sees half a file: what is written goes to a new file beside the target, which
takes the target's name only when all of it is on the disk: file and folder are synced, so that a
loss of power leaves the old file or the new one. The draft of a process that was killed is removed
by the next one that writes to the same name.
"""

import errno
import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from steepest.errors import FileError
from steepest.file_locks import lock

__all__ = [
    "FIGURES",
    "FILMS",
    "MODELS",
    "PAGES",
    "TABLES",
    "check_writable",
    "sync_folder",
    "whole_file",
]

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
    if target.exists() and not _mode(target) & WRITABLE:
        raise FileError(
            f"cannot write {target}: it is read-only, so somebody wants it kept; choose another "
            f"name, or allow it: chmod u+w {target}"
        )
    return target


WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
"""The bits of a file's mode of which one is set if anybody may write to it; root may always."""


def _mode(target: Path) -> int:
    """Return the mode of a file: what it was, or what a new one gets."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        return 0o666 & ~_umask()


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a name to write to; it becomes `path` if the block ends well, and vanishes if not.

    The yielded name keeps the suffix of `path`, since writers go by it. Raises FileError, which
    names `path`, for whatever the disk refuses.
    """
    target = check_writable(path)
    try:
        _remove_litter(target)
        mode = _mode(target)
        handle, draft = _begin(target)
    except OSError as error:
        raise FileError(f"cannot write {target}: {error.strerror}") from error
    try:
        yield draft
        with draft.open("r+b") as written:
            os.fsync(written.fileno())
        draft.chmod(mode)
        if sys.platform == "win32":
            os.close(handle)  # A file that is open is not renamed there.
            handle = -1
        draft.replace(target)
        sync_folder(target.parent)
    except FileError:
        raise
    except Exception as error:
        refused = _of_system(error)
        if refused is None:
            raise
        raise FileError(
            f"cannot write {target}: {_reason(refused, draft)}; nothing was left behind"
            f"{_remedy(refused, draft)}"
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        if handle >= 0:
            os.close(handle)


def _of_system(error: BaseException | None) -> OSError | None:
    """Return the refusal behind an error, of the system or of a library; None if there is none.

    A writer that tidies up after a refusal may raise another error in its place. What the system
    refused has a number; libraries raise OSError of their own too, as Pillow of a damaged picture.
    """
    found: OSError | None = None
    while error is not None:
        if isinstance(error, OSError):
            found = error
            if error.errno is not None:
                break
        error = error.__cause__ or error.__context__
    return found


def _reason(refused: OSError, draft: Path) -> str:
    """Return why a file could not be written; another file that was refused is named."""
    reason = refused.strerror or str(refused)
    return reason if _is_of(refused, draft) else f"{refused.filename}: {reason}"


def _remedy(refused: OSError, draft: Path) -> str:
    """Return what to do where the place of the file is at fault; else empty."""
    if refused.errno is None or not _is_of(refused, draft):
        return ""
    room = "free some room or " if refused.errno in NO_ROOM else ""
    return f", {room}choose another place"


def _is_of(refused: OSError, draft: Path) -> bool:
    """Return whether a refusal is of the draft, or of no file that is named."""
    return refused.filename in (None, draft, str(draft))


NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""The refusals of a full disk, a full share of it, and a file larger than may be."""


MARK = ".steepest-"
"""What stands in the name of a draft between that of the target and some random letters."""

NAME_KEPT = 50
"""Letters of the target's name that its draft has: names have 255 bytes, letters up to four."""


def _begin(target: Path) -> tuple[int, Path]:
    """Return a new draft beside `target`, and a handle that keeps it locked while it is ours."""
    while True:
        handle, name = tempfile.mkstemp(
            dir=target.parent, prefix=f".{target.stem[:NAME_KEPT]}{MARK}", suffix=target.suffix
        )
        lock(handle)
        draft = Path(name)
        if draft.exists():
            return handle, draft
        os.close(handle)  # It was taken for litter before it was locked.


def _remove_litter(target: Path) -> None:
    """Remove the drafts of `target` that nobody writes to any more: their process was killed."""
    named = re.escape(f".{target.stem[:NAME_KEPT]}{MARK}") + r"\w{8}" + re.escape(target.suffix)
    with suppress(OSError):
        for litter in [one for one in target.parent.iterdir() if re.fullmatch(named, one.name)]:
            with litter.open("r+b") as draft:
                if lock(draft.fileno()):
                    litter.unlink()


def sync_folder(folder: Path) -> None:
    """Have a new name in a folder on the disk, where folders can be synced.

    The file is whole by now: where this is refused a loss of power may bring back the old one.
    """
    if sys.platform == "win32":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _umask() -> int:
    """Return the process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
