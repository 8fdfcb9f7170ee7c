"""Decoded rows that are kept by name, and found again as long as the files are what they were.

A folder with one Arrow file for each file that was read, whose row groups it keeps, so that the
bits of a run are those without it; and a record of the files, each with a digest. It is written
whole or not at all: the record last, everything synced, then the folder gets its name.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steepest.data.out_of_core.data_files import CACHE_RECORD
from steepest.data.out_of_core.dictionaries import (
    dictionary_columns,
    levels_of,
    with_levels,
    with_levels_schema,
)
from steepest.data.out_of_core.file_units import UNITS, Unit, footer_of
from steepest.data.out_of_core.scratch import Scratch, size_in_words
from steepest.data.out_of_core.sources import Source
from steepest.data.stamp import Stamp
from steepest.data.text.reading import Reading
from steepest.errors import FileError
from steepest.files import sync_folder
from steepest.temporary_folder import LOCK, TemporaryFolder

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KeptCache"]

FORM = 1
"""What the folder and its record hold; another number is no cache of ours."""

WORD = 16
"""Bytes that a value without a fixed width is taken to have, before it is read."""

Done = Callable[[int, int, int], None]
Said = Callable[[str, int, int, int], None]


@dataclass(frozen=True)
class KeptCache:
    """The folder `name` of a cache folder, for the files that are read, and how they are."""

    scratch: Scratch
    name: str
    reading: Reading

    @property
    def folder(self) -> Path:
        """Where the rows are kept."""
        return self.scratch.place / self.name

    @property
    def _how(self) -> Any:
        """How text is read, as JSON has it."""
        return json.loads(json.dumps(asdict(self.reading)))

    def found(self, files: Sequence[Path]) -> dict[Path, Path] | None:
        """Return the kept files, each with the file that it is of; None where there are none.

        There are none, too, where a file was added, is gone, or has other bytes, where text was
        read in another manner, or a kept file is not as long as it was.
        """
        try:
            record = json.loads((self.folder / CACHE_RECORD).read_text())
            if not self._is_of(record, files):
                return None
            parts = {self.folder / part: files[of] for part, of, _ in record["parts"]}
            sizes = [size for _, _, size in record["parts"]]
            same = [part.stat().st_size for part in parts] == sizes
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return None
        return parts if same else None

    def _is_of(self, record: Mapping[str, Any], files: Sequence[Path]) -> bool:
        if record["form"] != FORM or record["reading"] != self._how:
            return False
        known = {name: Stamp(**stamp) for name, stamp in record["files"]}
        if list(known) != [str(file.absolute()) for file in files]:
            return False
        return all(known[str(file.absolute())].is_of(file) for file in files)

    def write(
        self,
        source: Source,
        stamps: Mapping[Path, Stamp],
        progress: Said,
    ) -> None:
        """Keep the rows of a source; what was kept before under the name is gone.

        `stamps` are those of the files before they were read.

        Raises FileError where the folder has no room or cannot be written to, and where another
        thing has its name.
        """
        self._check_name()
        size = _size(source)
        if not self.scratch.has_room(size):
            raise FileError(
                f"cannot write to the cache folder {self.scratch.place}: the rows take about "
                f"{size_in_words(size)}, but {size_in_words(self.scratch.free())} are free; free "
                "some room, name another folder with --cache DIR, or leave --keep-cache out"
            )
        what = f"writing about {size_in_words(size)} to {self.folder}, which are kept"
        progress(what, 0, source.rows, source.bytes)
        try:
            with TemporaryFolder(self.scratch.place) as folder:
                parts = self._parts(folder, source, list(stamps), partial(progress, what))
                source.check_unchanged()
                self._record(folder, parts, stamps)
                self._take_over(folder)
        except OSError as error:
            raise self.scratch.refused(error) from error

    def _check_name(self) -> None:
        """Raise FileError where what has the name of the cache is no cache."""
        if os.path.lexists(self.folder) and not (self.folder / CACHE_RECORD).is_file():
            raise FileError(
                f"cannot write {self.folder}: it is there, and no cache of steepest; choose "
                "another name with --keep-cache (in Python: keep_cache=)"
            )

    def _parts(
        self, folder: Path, source: Source, files: Sequence[Path], done: Done
    ) -> list[tuple[str, int, int]]:
        """Write the parts of a cache; return of each its name, its file's number, its size."""
        parts, rows = [], 0
        for number, (file, origin) in enumerate(source.origins.items()):
            units = [unit for unit in source.units if unit.file == file]
            part = folder / f"part-{number:06}.arrow"
            _write(part, source, file, units)
            parts.append((part.name, files.index(origin), part.stat().st_size))
            rows += sum(unit.rows for unit in units)
            done(rows, source.rows, source.bytes)
        return parts

    def _record(
        self, folder: Path, parts: list[tuple[str, int, int]], stamps: Mapping[Path, Stamp]
    ) -> None:
        """Write what the parts of a cache are of."""
        files = [(str(one.absolute()), asdict(stamps[one].with_digest(one))) for one in stamps]
        record = {"form": FORM, "reading": self._how, "files": files, "parts": parts}
        with (folder / CACHE_RECORD).open("w") as opened:
            json.dump(record, opened)
            opened.flush()
            os.fsync(opened.fileno())

    def _take_over(self, folder: Path) -> None:
        """Give a folder that is complete the name of the cache, in place of the one before."""
        with TemporaryFolder(self.scratch.place) as old:
            if self.folder.exists():
                self.folder.rename(old / "old")
            folder.rename(self.folder)
            (self.folder / LOCK).unlink()
            sync_folder(self.scratch.place)
            shutil.rmtree(old / "old", ignore_errors=True)


def _write(part: Path, source: Source, file: Path, units: Sequence[Unit]) -> None:
    """Write the rows of one file, in its own columns, as an Arrow file of the same units.

    Where it has dictionaries these are read once before, for their levels.
    """
    import pyarrow as pa

    schema, _ = footer_of(file)
    coded = dictionary_columns(schema)
    every = (batch for unit in units for batch in source.own_batches(unit, coded))
    levels = levels_of(every, str(source.origins.get(file, file))) if coded else {}
    schema = with_levels_schema(schema)
    sizes = json.dumps([unit.rows for unit in units]).encode()
    schema = schema.with_metadata({**(schema.metadata or {}), UNITS: sizes})
    with pa.OSFile(str(part), "wb") as opened, pa.ipc.new_file(opened, schema) as writer:
        for unit in units:
            for batch in source.own_batches(unit, schema.names):
                writer.write(with_levels(batch, levels, schema))
    with part.open("rb") as written:
        os.fsync(written.fileno())


def _size(source: Source) -> int:
    """Return about how many bytes the rows of a source take, decoded."""
    return source.rows * sum(map(_width, source.schema.types))


def _width(kind: "pa.DataType") -> int:
    try:
        return max(1, kind.bit_width // 8)
    except ValueError:
        return WORD
