"""A record on disk: one zip file of a JSON text and NumPy arrays, whole or not at all.

Every part can be read without steepest, in any language, in many years: zip (with a checksum of
each part), JSON, and NumPy's documented array format. Nothing is pickled, so opening a file never
runs code.
"""

import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

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
    text = json.dumps({"format": FORMAT, "version": VERSION, **record}, allow_nan=False)
    with (
        whole_file(path) as draft,
        zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        archive.writestr("run.json", text)
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
            parts = {name: archive.read(name) for name in archive.namelist()}
        record = json.loads(parts.pop("run.json"))
        _check(source, record)
        arrays = {name.removesuffix(".npy"): _array(part) for name, part in parts.items()}
    except FileNotFoundError as error:
        raise FileError(
            f"cannot read {source}: there is no such file; steepest fit --save makes one"
        ) from error
    except OSError as error:
        raise FileError(f"cannot read {source}: {error.strerror or error}") from error
    except FileError:
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


def _array(part: bytes) -> NDArray[np.generic]:
    array: NDArray[np.generic] = np.lib.format.read_array(io.BytesIO(part), allow_pickle=False)
    return array


def _check(source: Path, record: object) -> None:
    """Raise FileError if the record is not one of ours, or is from a later steepest."""
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise FileError(f"cannot read {source}: it is a zip file, but not a saved run of steepest")
    if record.get("version", 0) > VERSION:
        raise FileError(
            f"cannot read {source}: it was saved by a later steepest (format {record['version']}, "
            f"this one reads up to {VERSION}); update steepest"
        )
