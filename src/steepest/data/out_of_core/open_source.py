"""What of all that a reader may give is read in passes, and as which files."""

import os
from pathlib import Path

from steepest.data.out_of_core.limits import Limits
from steepest.data.out_of_core.sources import Source, files_of, source_of_files
from steepest.errors import FileError
from steepest.numerals import counted

__all__ = ["stored_source"]


def stored_source(given: object, limits: Limits) -> Source | None:
    """Return what is given as a source that is read in passes; None of a table in memory.

    A folder, a pattern and a list of files are, and a single file where the memory was said. Raises
    FileError where there are no such files, or one is damaged.
    """
    if isinstance(given, list) and given and all(isinstance(one, str | os.PathLike) for one in given):
        return source_of_files([_file(one) for one in given], counted(len(given), "file"))
    if not isinstance(given, str | os.PathLike) or not os.fspath(given):
        return None
    files, path = files_of(given), Path(given)
    if files is not None:
        root = path if path.is_dir() else _common(path)
        return source_of_files(files, os.fspath(given), root)
    if limits.asked and path.is_file():
        return source_of_files([path], path.name)
    return None


def _file(given: str | os.PathLike[str]) -> Path:
    path = Path(given)
    if not path.is_file():
        raise FileError(f"cannot read {path}: there is no such file")
    return path


def _common(pattern: Path) -> Path:
    """Return the folder before the first part of a pattern that has a wildcard."""
    parts = pattern.parts
    first = next(i for i, part in enumerate(parts) if any(sign in part for sign in "*?["))
    return Path(*parts[:first])
