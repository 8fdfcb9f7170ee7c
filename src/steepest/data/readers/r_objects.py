"""What R saves: .rds holds one object, .rda and .RData several by name; a data frame is a table.

rdata reads them, without R. Two classes it leaves as their numbers, dates (days since 1970) and
times (seconds since); here they are dates and times.
"""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.readers.contents import (
    Contents,
    chosen_part,
    needed_package,
    no_such_file,
)
from steepest.data.text.reading import Reading
from steepest.errors import DataError

__all__ = ["R_OBJECTS", "read_r"]

R_OBJECTS = (".rds", ".rda", ".rdata")
"""The suffixes of what R saves."""


def read_r(path: Path, reading: Reading) -> Contents:
    """Return the data frame, or matrix of numbers, in a file of R; `reading.sheet` names which.

    Raises FileError for a file that is none, DataError if it holds no table, ChoiceError for an
    object that is not there.
    """
    rdata = needed_package("rdata", path, "a file of R")
    classes = rdata.conversion.DEFAULT_CLASS_MAP | {"Date": _days, "POSIXct": _seconds}
    read = rdata.read_rds if path.suffix.lower() == ".rds" else rdata.read_rda
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = read(path, constructor_dict=classes)
        # Whatever the bytes make the reader stumble over: they are no file of R.
        except Exception as error:
            raise no_such_file(path, "a file of R", error) from error
    objects = found if path.suffix.lower() != ".rds" else {"the object": found}
    tables = {name: table for name, one in objects.items() if (table := _table(one)) is not None}
    if not tables:
        kinds = ", ".join(f"{name} ({type(one).__name__})" for name, one in objects.items())
        raise DataError(f"{path.name}: there is no data frame, only {kinds or 'nothing'}")
    name, notes = chosen_part(list(tables), reading.sheet, path.name, "object")
    return Contents(tables[name], (*notes, *sorted({_in_words(one) for one in caught})))


def _days(days: NDArray[np.float64], attributes: Mapping[str, Any]) -> NDArray[np.datetime64]:
    """Return R's dates, days since 1970, as dates."""
    return _since_1970(days, "D")


def _seconds(seconds: NDArray[np.float64], attributes: Mapping[str, Any]) -> NDArray[np.datetime64]:
    """Return R's times, seconds since 1970, as times of a microsecond."""
    return _since_1970(np.asarray(seconds) * 1e6, "us")


def _since_1970(count: NDArray[np.float64], unit: str) -> NDArray[np.datetime64]:
    there = np.isfinite(count)
    whole = np.where(there, np.floor(count), 0).astype(np.int64)
    dates = whole.astype(f"datetime64[{unit}]")
    dates[~there] = np.datetime64("NaT")
    return dates


def _table(found: object) -> object | None:
    """Return an object as a table: a data frame as it is, a matrix of numbers by its columns."""
    if hasattr(found, "to_dict") and hasattr(found, "columns"):
        return found
    values: Any = getattr(found, "values", found)
    if not isinstance(values, np.ndarray) or values.ndim != 2 or values.dtype.kind not in "biuf":
        return None
    names = _column_names(found, values.shape[1])
    return {name: values[:, i] for i, name in enumerate(names)}


def _column_names(found: object, count: int) -> list[str]:
    """Return the names that a matrix has, else V1, V2, ... as R names them."""
    coordinates = getattr(found, "coords", {})
    named = coordinates.get(getattr(found, "dims", ("", ""))[1]) if coordinates else None
    return [f"V{i + 1}" for i in range(count)] if named is None else [str(n) for n in named.values]


def _in_words(warning: warnings.WarningMessage) -> str:
    """Return what the reader of R's files warned of, on one line."""
    return " ".join(str(warning.message).split())
