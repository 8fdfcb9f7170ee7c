"""What NumPy saves: .npy holds one array, .npz several by name; they are the columns."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from steepest.data.arrays import AnyArray
from steepest.data.readers.contents import Contents
from steepest.data.text.reading import Reading
from steepest.errors import DataError, FileError

__all__ = ["NUMPY", "read_numpy"]

NUMPY = (".npz", ".npy")
"""The suffixes of what NumPy saves."""


def read_numpy(path: Path, reading: Reading) -> Contents:
    """Return arrays as columns: (rows,) is one by its name, (rows, k) is `X 1` to `X k`.

    The arrays with as many rows as most have are read, and a note names the rest. Raises FileError
    for a file that is none, or of Python's objects, which may run code when they are read;
    DataError if no array has rows.
    """
    try:
        arrays = _arrays(path)
    # NumPy's own words tell how to load Python objects, which may run whatever their writer liked.
    # A header is Python's text, so damaged bytes may end in any error of its tokens.
    except Exception as error:
        raise FileError(
            f"cannot read {path}: it is not a file of NumPy with numbers and words, or is damaged "
            "or cut short; make it anew, arrays of objects as numbers"
        ) from error
    columns = {name: array for name, array in arrays.items() if array.ndim in (1, 2)}
    if not columns:
        raise DataError(f"{path.name}: there is no array of rows; columns are (rows,) or (rows, k)")
    ((rows, _),) = Counter(len(array) for array in columns.values()).most_common(1)
    others = [f"{n} {a.shape}" for n, a in arrays.items() if a.ndim == 0 or len(a) != rows]
    found = {
        name: column
        for array_name, array in columns.items()
        if len(array) == rows
        for name, column in _columns(array_name, array).items()
    }
    return Contents(
        found, (f"left out, not of {rows} rows: {', '.join(others)}",) if others else ()
    )


def _arrays(path: Path) -> dict[str, AnyArray]:
    """Return the arrays of a file by name."""
    found = np.load(path, allow_pickle=False)
    if isinstance(found, np.ndarray):
        return {"X": found}
    with found:
        return dict(found)


def _columns(name: str, array: AnyArray) -> dict[str, AnyArray]:
    """Return the columns of an array, by the names of its fields if it has any."""
    if array.dtype.names:
        fields: Any = array
        return {field: fields[field] for field in array.dtype.names}
    if array.ndim == 1:
        return {name: array}
    return {f"{name} {i + 1}": array[:, i] for i in range(array.shape[1])}
