"""A record on disk: one zip file of a JSON text and NumPy arrays, whole or not at all.

Every part can be read without steepest, in any language, in many years: zip (with a checksum of
each part), JSON, and NumPy's documented array format. Nothing is pickled, so opening a file never
runs code. The record is read first and tells the type and shape of each array; another is not read,
nor one that is not of them, and a file unpacks to no more than one of ours of its size could.
"""

import json
import math
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from steepest.errors import FileError
from steepest.files import whole_file

__all__ = ["VERSION", "damaged", "read_archive", "write_archive"]

Record: TypeAlias = dict[str, Any]
"""What JSON holds: a file may come from anywhere, so its reader checks each part that it takes."""

Arrays: TypeAlias = dict[str, NDArray[Any]]

VERSION = 1
FORMAT = "steepest run"


def write_archive(
    path: str | os.PathLike[str],
    record: Mapping[str, object],
    arrays: Mapping[str, NDArray[np.generic]],
) -> None:
    """Write `record` and `arrays`, of any shapes, to `path`; FileError, and no file, if not."""
    listed = {ARRAYS: {name: _type_and_shape(np.asarray(array)) for name, array in arrays.items()}}
    head = {"format": FORMAT, "version": VERSION}
    text = json.dumps({**head, **record, **listed}, allow_nan=False)
    with (
        whole_file(path) as draft,
        zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        archive.writestr(RECORD, text)
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as part:
                np.lib.format.write_array(part, np.asarray(array, order="C"), allow_pickle=False)


def read_archive(path: str | os.PathLike[str]) -> tuple[Record, Arrays]:
    """Return the record and the arrays in `path`.

    Raises FileError for a file that is missing, foreign, damaged or of a later version.
    """
    source = Path(path)
    try:
        with zipfile.ZipFile(source) as archive:
            parts = _parts(archive, source.stat().st_size)
            record = json.loads(archive.read(parts.pop(RECORD)), parse_constant=_no_number)
            _check(source, record)
            arrays = _arrays(archive, parts, record.pop(ARRAYS, None))
    except FileNotFoundError as error:
        raise FileError(
            f"cannot read {source}: there is no such file; steepest fit --save makes one"
        ) from error
    except OSError as error:
        raise FileError(f"cannot read {source}: {error.strerror or error}") from error
    except (FileError, MemoryError):
        raise
    except Exception as error:  # what a damaged zip file may raise is open-ended
        raise damaged(source, error) from error
    return record, arrays


def damaged(path: str | os.PathLike[str], error: Exception) -> FileError:
    """Return the error that says that a file is no record, or not a whole one."""
    return FileError(
        f"cannot read {path}: it is no saved run, or it is damaged ({error}); save the run again "
        "with run.save or steepest fit --save"
    )


def _parts(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """Return the parts by name, of a file of so many bytes; ValueError for what none of ours is."""
    parts = {part.filename: part for part in archive.infolist()}
    unpacked = sum(part.file_size for part in parts.values())
    if len(parts) < len(archive.infolist()):
        raise ValueError("two of its parts have one name")
    if RECORD not in parts:
        raise ValueError(f"it has no {RECORD}")
    if unpacked > max(SMALL, MOST_PACKED * size):
        raise ValueError(f"it would unpack to {unpacked / 1e6:,.0f} MB")
    record = parts[RECORD]
    if record.file_size > max(SMALL_RECORD, MOST_PACKED_TEXT * record.compress_size):
        raise ValueError(f"its record would unpack to {record.file_size / 1e6:,.0f} MB")
    return parts


RECORD, ARRAYS = "run.json", "arrays"

SMALL, SMALL_RECORD = 64_000_000, 4_000_000
"""Bytes to which any file, and its record, may unpack."""

MOST_PACKED = 230
"""How many times its size a file may unpack to: deflate's first level, ours, packs zeros 229 : 1.

Its ninth packs them 1,029 : 1, so a file of another's may be made to fill the memory.
"""

MOST_PACKED_TEXT = 50
"""The same of the record: levels and sentences that repeat were packed 12 : 1 at most."""


def _no_number(said: str) -> float:
    raise ValueError(f"{said} is no number in JSON")


def _type_and_shape(array: NDArray[np.generic]) -> list[str | int]:
    """Return an array's type and shape, as the record has them."""
    return [array.dtype.str, *array.shape]


def _arrays(archive: zipfile.ZipFile, parts: Mapping[str, zipfile.ZipInfo], said: object) -> Arrays:
    """Return the arrays that the record lists; of a file that lists none, those that are there.

    Raises ValueError where others are there.
    """
    names = {name.removesuffix(".npy"): name for name in parts}
    listed = dict.fromkeys(names) if said is None else said
    if not isinstance(listed, dict) or listed.keys() != names.keys():
        raise ValueError("it has other arrays than its record lists")
    arrays = {}
    for name, part in names.items():
        _check_header(archive, parts[part], listed[name])
        with archive.open(parts[part]) as opened:
            array = np.lib.format.read_array(opened, allow_pickle=False)
        arrays[name] = array.astype(array.dtype.newbyteorder("="), copy=False)
    return arrays


def _check_header(archive: zipfile.ZipFile, part: zipfile.ZipInfo, expected: object) -> None:
    """Raise ValueError for an array not as the record has it, or not as long as its shape says."""
    with archive.open(part) as opened:
        version = np.lib.format.read_magic(opened)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else _later_header
        shape, _, dtype = read(opened)
        length = part.file_size - opened.tell()
    if dtype.kind not in "biufU":
        raise ValueError(f"{part.filename} holds {dtype}, and allow_pickle=False")
    if length != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"{part.filename} is not as long as its shape {shape}")
    if expected is not None and expected != [dtype.str, *shape]:
        raise ValueError(f"{part.filename} is {dtype} of {shape}, and its record says {expected}")


def _later_header(opened: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    return np.lib.format.read_array_header_2_0(opened)


def _check(source: Path, record: object) -> None:
    """Raise FileError if the record is not one of ours, or is from a later steepest."""
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise FileError(f"cannot read {source}: it is a zip file, but not a saved run of steepest")
    version = record.get("version", 0)
    if not isinstance(version, int):
        raise ValueError(f"its version is {version!r}")
    if version > VERSION:
        raise FileError(
            f"cannot read {source}: it was saved by a later steepest (format {record['version']}, "
            f"this one reads up to {VERSION}); update steepest"
        )
