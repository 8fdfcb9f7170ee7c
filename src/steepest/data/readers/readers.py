"""The readers by the suffixes of their files."""

from collections.abc import Callable, Mapping
from pathlib import Path

from steepest.data.readers.arff import ARFF, read_arff
from steepest.data.readers.contents import Contents
from steepest.data.readers.database import DATABASES, read_database
from steepest.data.readers.json_rows import JSON, read_json
from steepest.data.readers.numpy_arrays import NUMPY, read_numpy
from steepest.data.readers.orange import ORANGE, has_orange_header, read_orange
from steepest.data.readers.r_objects import R_OBJECTS, read_r
from steepest.data.readers.statistics import STATISTICS, read_statistics
from steepest.data.readers.svmlight import SVMLIGHT, read_svmlight
from steepest.data.text.reading import Reading

__all__ = ["READERS", "reader_of"]

Reader = Callable[[Path, Reading], Contents]

_BY_SUFFIXES: Mapping[tuple[str, ...], Reader] = {
    STATISTICS: read_statistics,
    R_OBJECTS: read_r,
    ARFF: read_arff,
    ORANGE: read_orange,
    SVMLIGHT: read_svmlight,
    JSON: read_json,
    DATABASES: read_database,
    NUMPY: read_numpy,
}

READERS = {suffix: read for suffixes, read in _BY_SUFFIXES.items() for suffix in suffixes}
"""Who reads a file, by its suffix."""


def reader_of(path: Path, suffix: str, reading: Reading) -> Reader | None:
    """Return who reads a file with this suffix; None for text, also for tabs without Orange's."""
    if suffix in ORANGE and not has_orange_header(path, reading):
        return None
    return READERS.get(suffix)
