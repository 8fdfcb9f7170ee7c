"""Reading a CSV file: seconds and peak memory of steepest beside pyarrow, each in a fresh process.

The peak is taken over what the process held before, and told against the bytes of the columns; 1
would be no memory but theirs. Both use all processors, so seconds of processors are told too.
"""

import multiprocessing
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from bench.memory import STATUS, megabytes, status
from bench.timing import progress, table

__all__ = ["reading"]

ROWS, QUICK = 10_000_000, 200_000
FEATURES = 9
ROUNDS = 3
CHUNK = 500_000
"""Rows that are written at a time."""

HEADER = ("", "seconds", "of processors", "peak, MB", "peak / columns")


def reading(quick: bool) -> str:
    """Return the table: the least seconds of some rounds in turn, and the memory of the last."""
    if not STATUS.exists():
        return "### Reading a CSV file\n\nLeft out: needs Linux, which tells a process its peak.\n"
    rows = QUICK if quick else ROWS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        _write(path, rows)
        found: dict[str, list[tuple[float, float, int, int]]] = {name: [] for name in READERS}
        for _ in range(ROUNDS):
            for name, taken in found.items():
                progress(f"    {name}")
                taken.append(_measured(name, path))
        title = (
            f"Reading a CSV file, {rows:,} x {FEATURES + 1}, {megabytes(path.stat().st_size)} MB"
        )
    return table(title, HEADER, [_row(name, taken) for name, taken in found.items()])


def _row(name: str, taken: list[tuple[float, float, int, int]]) -> list[str]:
    seconds, of_processors = (min(one[place] for one in taken) for place in (0, 1))
    *_, peak, size = taken[-1]
    times = [f"{seconds:.2f}", f"{of_processors:.2f}"]
    return [name, *times, megabytes(peak), f"{peak / size:.2f}"]


def _write(path: Path, rows: int) -> None:
    """Write features of four decimals and a target of two classes."""
    import pyarrow as pa
    from pyarrow import csv

    draw = np.random.default_rng(0)
    names = [f"x{i}" for i in range(1, FEATURES + 1)]
    schema = pa.schema([*((name, pa.float64()) for name in names), ("class", pa.int64())])
    with csv.CSVWriter(path, schema) as file:
        for start in range(0, rows, CHUNK):
            count = min(CHUNK, rows - start)
            numbers = [np.round(draw.normal(size=count), 4) for _ in names]
            file.write_table(pa.table([*numbers, draw.integers(0, 2, count)], schema=schema))


def _measured(name: str, path: Path) -> tuple[float, float, int, int]:
    """Return seconds, those of processors, peak and columns in bytes, of a fresh process."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_send, args=(theirs, name, path))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    finally:
        process.join()


def _send(pipe: Connection, name: str, path: Path) -> None:
    """Send what reading the file took; packages are loaded, and a first small file read, before."""
    read = READERS[name]
    few = path.with_suffix(".few.csv")
    with path.open() as lines:
        few.write_text("".join(line for line, _ in zip(lines, range(1000), strict=False)))
    read(few)
    before, start, spent = status("VmRSS"), time.perf_counter(), time.process_time()
    columns = read(path)
    taken = time.perf_counter() - start, time.process_time() - spent
    pipe.send((*taken, status("VmHWM") - before, columns.nbytes))


def _steepest(path: Path) -> Any:
    from steepest.data.table import read_table

    return read_table(path).arrow


def _pyarrow(path: Path) -> Any:
    from pyarrow import csv

    return csv.read_csv(path)


READERS: dict[str, Callable[[Path], Any]] = {"steepest": _steepest, "pyarrow": _pyarrow}
