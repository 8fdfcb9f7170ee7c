"""What of all that a reader may give is read in passes, and as which files."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steepest.data.frames import one_line
from steepest.data.out_of_core.dask_frames import (
    cluster_of_frame,
    is_dask_frame,
    source_of_frame,
)
from steepest.data.out_of_core.data_files import (
    ARROW,
    check_kind,
    files_of,
    is_known,
    is_text,
    root_of,
)
from steepest.data.out_of_core.file_units import BATCH_ROWS
from steepest.data.out_of_core.first_pass import Progress, silent
from steepest.data.out_of_core.kept_cache import KeptCache
from steepest.data.out_of_core.limits import Limits
from steepest.data.out_of_core.sources import (
    Source,
    called_by,
    source_of_files,
)
from steepest.data.out_of_core.spool import Spool
from steepest.data.stamp import Stamp
from steepest.data.text.reading import AS_FOUND, Reading
from steepest.errors import FileError
from steepest.numerals import counted

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["stored_source"]


def stored_source(
    given: object, limits: Limits, reading: Reading = AS_FOUND, progress: Progress = silent
) -> Source | None:
    """Return what is given as a source that is read in passes; None of a table in memory.

    A folder, a pattern and a list of files are, a dataset of Arrow, and what gives its rows as
    batches once (a relation of DuckDB, a reader of Arrow); a single file where the memory was said.
    Raises FileError where there are no such files, or one is damaged.
    """
    if isinstance(given, list) and given and all(map(_is_path, given)):
        files = [_file(one) for one in given]
        return _of_files(files, counted(len(given), "file"), None, limits, reading, progress)
    if is_dask_frame(given):
        return source_of_frame(given, cluster_of_frame(limits.cluster))
    if not _is_path(given):
        return _of_batches(given, limits)
    path = Path(str(given))
    found = files_of(path) if str(given) else None
    if found is not None:
        return _of_files(found, str(given), root_of(path), limits, reading, progress)
    if limits.asked and path.is_file() and is_known(path):
        return _of_files([path], path.name, None, limits, reading, progress)
    return None


def _is_path(given: object) -> bool:
    return isinstance(given, str | os.PathLike)


def _of_files(
    files: Sequence[Path],
    name: str,
    root: Path | None,
    limits: Limits,
    reading: Reading,
    progress: Progress,
) -> Source:
    """Return files as a source, from what was kept of them where that is asked for and there."""
    stamps = {file: Stamp.of(file) for file in files}
    for file in files:
        check_kind(file)
    if limits.keep_cache is None:
        return replace(_decoded(files, name, root, limits, reading), files=stamps)
    cache = KeptCache(limits.scratch, limits.keep_cache, reading)
    parts, how = cache.found(files), "read from"
    if parts is None:
        how = "kept in"
        cache.write(_decoded(files, name, root, limits, reading), stamps, progress)
        parts = cache.found(files)
    if parts is None:
        raise FileError(f"{name} changed while it was read; fit once more when nobody writes to it")
    found = source_of_files(list(parts), name, root, called_by(parts), None, parts)
    return replace(found, files=stamps, notes=(*found.notes, f"decoded rows {how} {cache.folder}"))


def _decoded(
    files: Sequence[Path], name: str, root: Path | None, limits: Limits, reading: Reading
) -> Source:
    """Return files as a source; those of text, and Arrow streams, are spooled."""
    spool, read = None, list[Path]()
    origins: dict[Path, Path] = {}
    for file in files:
        parts = [file]
        text = is_text(file)
        if text or _is_arrow_stream(file):
            spool = spool or Spool(limits.scratch)
            parts = spool.text(file, reading) if text else [_spooled(spool, file)]
        read += parts
        origins |= dict.fromkeys(parts, file)
    dialects = None if spool is None else spool.dialects
    return source_of_files(read, name, root, called_by(origins), spool, origins, dialects)


def _is_arrow_stream(file: Path) -> bool:
    """Return whether a file of Arrow has no footer: then it can be read from its beginning only."""
    if file.suffix.lower() not in ARROW:
        return False
    with file.open("rb") as opened:
        return opened.read(6) != b"ARROW1"


def _spooled(spool: Spool, file: Path) -> Path:
    import pyarrow as pa

    try:
        with pa.OSFile(str(file)) as opened, pa.ipc.open_stream(opened) as reader:
            return spool.batches(_validated(reader), reader.schema)
    except (pa.ArrowException, OSError) as error:
        raise FileError(
            f"cannot read {file}: it is not an Arrow file, or is damaged or cut short "
            f"({one_line(error)}); make it anew"
        ) from error


def _validated(batches: Iterable["pa.RecordBatch"]) -> Iterator["pa.RecordBatch"]:
    for batch in batches:
        batch.validate(full=True)
        yield batch


def _of_batches(given: Any, limits: Limits) -> Source | None:
    """Return what gives its rows as batches, read once into a file; None of anything else."""
    files = getattr(given, "files", None)
    if hasattr(given, "get_fragments") and files and all(Path(one).is_file() for one in files):
        return source_of_files([Path(one) for one in files], "dataset")
    batches, name = _batches_of(given)
    if batches is None:
        return None
    spool = Spool(limits.scratch)
    path = spool.batches(batches, batches.schema)
    return source_of_files([path], name, None, {path: name}, spool)


def _batches_of(given: Any) -> tuple[Any, str]:
    """Return a reader of the batches of what has one, and what it is called."""
    if hasattr(given, "get_fragments"):
        return given.scanner(batch_readahead=1, fragment_readahead=1).to_reader(), "dataset"
    if hasattr(given, "read_next_batch"):
        return given, "batches"
    if hasattr(given, "to_arrow_reader") and hasattr(given, "sql_query"):
        return given.to_arrow_reader(BATCH_ROWS), "relation"
    return None, ""


def _file(given: str | os.PathLike[str]) -> Path:
    path = Path(given)
    if not path.is_file():
        raise FileError(f"cannot read {path}: there is no such file")
    return path
