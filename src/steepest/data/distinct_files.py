"""No file is written to twice, and none that is read is written to: asked before any work is done.

What is read may be a folder or a pattern: then each file that it means is one that is read.
"""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from steepest.data.out_of_core.data_files import files_of
from steepest.errors import FileError

__all__ = ["check_distinct"]

Name = str | os.PathLike[str]


def check_distinct(written: Iterable[Name], read: Sequence[Name] = ()) -> None:
    """Raise FileError if a file would be written to twice, or is one of those that are read.

    A name of what is read counts where there is a file, a folder or a pattern of that name.
    """
    inputs = {file.resolve() for name in read for file in _files(name)}
    for path, count in Counter(Path(one).resolve() for one in written).items():
        if path in inputs or count > 1:
            what = "read from and written to" if path in inputs else "written to twice"
            raise FileError(f"{path.name} would be {what}; give each file a name of its own")


def _files(name: Name) -> list[Path]:
    """Return the files that a name means; whoever reads says what is wrong with one of none."""
    try:
        found = files_of(name)
    except (FileError, OSError):
        return []
    if found is not None:
        return found
    return [Path(name)] if Path(name).is_file() else []
