"""Reading a file that came from a page in a process of its own, with bounds on time and memory.

What a damaged file does to the library that reads it is not ours to know: it may end the process.
So it ends one that reads this file and nothing else, and the page gets an answer in words. The
process hands over the table as an Arrow file, written by itself, and what messages need as JSON:
nothing that runs when it is read.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

from steepest.data.file_size import check_size
from steepest.data.table import Table, read_table
from steepest.data.text.dialect import Dialect
from steepest.errors import ChoiceError, DataError, FileError, SteepestError

__all__ = ["hand_over", "read_apart", "read_here"]

LONGEST = 60
"""Seconds that the reading may take: 32 MB of CSV, the most that a page sends, take 2."""

MOST_MEMORY = 4_000_000_000
"""Bytes that it may hold: ten times what a file of a page may unpack to."""

PERIOD = 0.05
"""Seconds between two looks whether the page still waits."""

COMMAND = (sys.executable, "-m", "steepest.data.reader_process")

KINDS: Mapping[str, type[SteepestError]] = {
    kind.__name__: kind for kind in (DataError, FileError, ChoiceError)
}
"""The errors that may be handed over."""

KEPT = ("name", "line_word", "index", "notes", "decimal", "refused")
"""What of a table is handed over as it is, as JSON."""


def read_apart(path: Path, given_up: Callable[[], bool] = lambda: False) -> Table:
    """Return the table in a file, which is alone in its folder, read by another process.

    Raises DataError or FileError as that does, and FileError where it ends, or takes too long.
    """
    folder = path.parent
    with (folder / "said").open("wb") as said:
        reader = subprocess.Popen(
            [*COMMAND, str(path)], stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            start_new_session=True,
        )  # fmt: skip
        _wait(reader, path, given_up)
    if reader.returncode != 0:
        raise FileError(
            f"cannot read {path}: it ended the process that read it, so it is damaged or takes "
            f"more than {MOST_MEMORY / 1e9:g} GB; make it anew, or open it with: steepest play FILE"
        )
    return _taken_over(folder)


def _wait(reader: "subprocess.Popen[bytes]", path: Path, given_up: Callable[[], bool]) -> None:
    """Wait for the end of the reading; FileError if it takes too long or nobody waits any more."""
    began = perf_counter()
    try:
        while reader.poll() is None:
            if given_up() or perf_counter() - began > LONGEST:
                raise FileError(
                    f"cannot read {path}: it took more than {LONGEST} s, or was given up; open it "
                    "with: steepest play FILE"
                )
            try:
                reader.wait(PERIOD)
            except subprocess.TimeoutExpired:
                continue
    finally:
        reader.kill()
        reader.wait()


def _taken_over(folder: Path) -> Table:
    """Return the table that was handed over, or raise the error that was."""
    import pyarrow as pa

    record: dict[str, Any] = json.loads((folder / "table.json").read_text("utf-8"))
    if "error" in record:
        raise KINDS[record["error"]](record["words"])
    with pa.OSFile(str(folder / "table.arrow")) as file:
        arrow = pa.ipc.open_file(file).read_all()
    arrow.validate(full=True)
    dialect, lines = record.pop("dialect"), record.pop("lines")
    return Table(arrow, dialect=_dialect(dialect), lines=_lines(lines), **_with_tuples(record))


def _dialect(record: Mapping[str, Any] | None) -> Dialect | None:
    return None if record is None else Dialect(**_with_tuples(record))


def _with_tuples(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with tuples for its lists, which JSON makes of them."""
    return {name: tuple(one) if isinstance(one, list) else one for name, one in record.items()}


def _lines(listed: list[int] | None) -> Any:
    import numpy as np

    return None if listed is None else np.array(listed, dtype=np.intp)


def read_here(path: Path) -> Table:
    """Return the table in a file, read by this process, unless it is too large for a page.

    Raises DataError or FileError.
    """
    check_size(path, path.name)
    return read_table(path)


def hand_over(path: Path) -> None:
    """Read a file and write its table, or what is wrong with it, beside it."""
    import pyarrow as pa

    _bound_memory()
    try:
        table = read_here(path)
    except SteepestError as error:
        record: dict[str, Any] = {"error": type(error).__name__, "words": str(error)}
    else:
        record = {name: getattr(table, name) for name in KEPT} | {"refused": dict(table.refused)}
        record["dialect"] = None if table.dialect is None else asdict(table.dialect)
        record["lines"] = None if table.lines is None else table.lines.tolist()
        arrow = str(path.parent / "table.arrow")
        with pa.OSFile(arrow, "wb") as file, pa.ipc.new_file(file, table.arrow.schema) as writer:
            writer.write_table(table.arrow)
    (path.parent / "table.json").write_text(json.dumps(record), "utf-8")


def _bound_memory() -> None:
    """Have this process end before it holds more than it may, where the system can see to that."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (2 * LONGEST, 2 * LONGEST))


if __name__ == "__main__":
    hand_over(Path(sys.argv[1]))
