"""Which files are read in passes, by their names, and which of them a folder or a pattern means."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from steepest.data.table import PACKED, unpacked_suffix
from steepest.errors import FileError
from steepest.temporary_folder import LOCK, PREFIX

__all__ = ["ARROW", "CACHE_RECORD", "check_kind", "files_of", "is_known", "is_text", "root_of"]

PARQUET = (".parquet", ".pq")
ARROW = (".arrow", ".feather", ".ipc")
TEXT = (".csv", ".tsv", ".txt")

CACHE_RECORD = "steepest-cache.json"
"""The file in a folder of kept rows that says what they are of."""

KNOWN = f"{' '.join((*PARQUET, *ARROW, *TEXT))}, and {' '.join(PACKED)} behind those of text"
"""What counts as data in a folder, in words."""


def is_text(file: Path) -> bool:
    """Return whether a file is text by its name, packed or not."""
    return unpacked_suffix(file)[0] in TEXT


def is_known(file: Path) -> bool:
    """Return whether a file of this name is read in passes."""
    return is_text(file) or file.suffix.lower() in (*PARQUET, *ARROW)


def check_kind(file: Path) -> None:
    """Raise FileError for a file whose name says that it is not read in passes."""
    if not is_known(file):
        raise FileError(f"cannot read {file} in passes: its name must end in one of {KNOWN}")


def files_of(given: str | os.PathLike[str]) -> list[Path] | None:
    """Return the files of a pattern such as `folder/*.parquet`, or of a folder and those in it.

    None of what is neither. What a cache keeps below the folder is left out: its rows are those of
    files that are there themselves. Raises FileError where there are none, and where one is there
    twice.
    """
    path = Path(given)
    if path.is_dir():
        found = _not_cached((one for one in path.rglob("*") if _is_data(one, path)), path)
        if not found:
            raise FileError(
                f"cannot read {path}: the folder has no data in it; known are files {KNOWN}"
            )
    elif path.exists() or not any(map(_is_wild, path.parts)):
        return None
    else:
        begin = root_of(path)
        named = begin.glob(str(path.relative_to(begin)))
        found = _not_cached((one for one in named if one.is_file()), begin)
        if not found:
            raise FileError(f"cannot read {path}: no file has a name like this")
    _check_once(found, path)
    return found


def _not_cached(files: Iterable[Path], begin: Path) -> list[Path]:
    """Return the files in their order, but those of caches below the folder `begin`."""
    kept: dict[Path, bool] = {begin: False}

    def is_kept(folder: Path) -> bool:
        if folder not in kept:
            is_scratch = folder.name.startswith(PREFIX) and (folder / LOCK).is_file()
            own = is_scratch or (folder / CACHE_RECORD).is_file()
            kept[folder] = own or (folder.parent != folder and is_kept(folder.parent))
        return kept[folder]

    return sorted(one for one in files if not is_kept(one.parent))


def _check_once(files: Sequence[Path], path: Path) -> None:
    """Raise FileError where a file and the same packed are among the files of a path."""
    there = set(files)
    for file in files:
        if file.suffix.lower() in PACKED and file.with_suffix("") in there:
            raise FileError(
                f"cannot read {path}: {file.with_suffix('')} is there, and packed as {file.name} "
                "too, so its rows would count twice; name one of them by a pattern, such as "
                f"'*{file.with_suffix('').suffix}'"
            )


def root_of(path: Path) -> Path:
    """Return a folder, or the one before the first part of a pattern that has a wildcard."""
    wild = [i for i, part in enumerate(path.parts) if _is_wild(part)]
    return Path(*path.parts[: wild[0]]) if wild else path


def _is_wild(part: str) -> bool:
    return any(sign in part for sign in "*?[")


def _is_data(file: Path, folder: Path) -> bool:
    """Return whether a file in a folder is data: names with a dot or underscore first are not."""
    hidden = any(part[:1] in "._" for part in file.relative_to(folder).parts)
    return not hidden and is_known(file) and file.is_file()
