"""What a reader returns, and how it says that it cannot."""

import importlib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.errors import ChoiceError, DataError, FileError
from steepest.extras import install_line

__all__ = ["INSTALL", "Contents", "chosen_part", "needed_package", "no_such_file"]

INSTALL = install_line("tables")
"""The line that installs what the readers need."""


class Contents(NamedTuple):
    """The columns of a file: an Arrow table, a data frame or a dict; and what is said of them."""

    columns: object
    notes: tuple[str, ...] = ()
    lines: NDArray[np.intp] | None = None
    """The line of the file that each row is on, (rows,), from 1; None of a file without lines."""
    aside: tuple[str, ...] = ()
    """Columns that are no features unless asked for."""


def needed_package(name: str, path: Path, kind: str) -> ModuleType:
    """Return a package that reads `kind`; FileError with the line that installs it."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        raise FileError(f"cannot read {path}: {kind} needs {name}; {INSTALL}") from None


def no_such_file(path: Path, kind: str, error: Exception) -> FileError:
    """Return the error that a file is not of its kind, with the words of who tried to read it."""
    from steepest.data.frames import one_line

    return FileError(
        f"cannot read {path}: it is not {kind}, or is damaged or cut short ({one_line(error)}); "
        "make it anew"
    )


def chosen_part(
    parts: Sequence[str], wanted: str | None, name: str, kind: str
) -> tuple[str, tuple[str, ...]]:
    """Return which of the `parts` of a file is read, and a note if it was ours to choose.

    `kind` says what they are: tables, objects. Raises ChoiceError for one that is not there,
    DataError if there is none.
    """
    if not parts:
        raise DataError(f"{name}: there are no {kind}s; it needs one with columns and rows")
    if wanted is not None and wanted not in parts:
        raise ChoiceError(
            f"{name}: there is no {kind} {wanted!r}; its {kind}s are {', '.join(parts)}"
        )
    if wanted is not None or len(parts) == 1:
        return wanted or parts[0], ()
    return parts[0], (f"the {kind} {parts[0]!r} is read, of {len(parts)} (--sheet takes another)",)
