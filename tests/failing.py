"""Every failure point visited: the 1st, 2nd, 3rd, ... call of a kind fails, until all pass.

As SQLite tests itself (sqlite.org/testing.html, 3.1 to 3.3).
"""

import errno
import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import steepest as st

__all__ = ["KINDS", "visit"]

NO_SPACE = OSError(errno.ENOSPC, "No space left on device")
BROKEN = OSError(errno.EIO, "Input/output error")
MEMBER: Any = zipfile._ZipWriteFile  # type: ignore[attr-defined]

Places = list[tuple[Any, str]]

ALLOCATING = (
    *("empty", "empty_like", "zeros", "zeros_like", "ones", "ones_like", "full", "full_like"),
    *("array", "asarray", "ascontiguousarray", "arange", "linspace", "tile", "repeat"),
    *("concatenate", "stack", "vstack", "hstack", "column_stack", "outer"),
)
"""Functions of NumPy that ask for memory."""

KINDS: dict[str, tuple[Places, BaseException]] = {
    "write": ([(zipfile.ZipFile, "writestr"), (MEMBER, "write")], NO_SPACE),
    "text": ([(Path, "write_text"), (Path, "write_bytes")], NO_SPACE),
    "sync": ([(os, "fsync")], BROKEN),
    "rename": ([(Path, "replace"), (Path, "rename"), (Path, "chmod")], BROKEN),
    "opening": ([(Path, "open"), (os, "open")], BROKEN),
    "read": ([(io, "open"), (zipfile.ZipExtFile, "read")], BROKEN),
    "allocation": ([(np, name) for name in ALLOCATING], MemoryError()),
    "cache": ([(os, "pwrite"), (np, "memmap"), (tempfile, "TemporaryFile")], NO_SPACE),
    "spool": ([(tempfile, "mkdtemp"), (pa, "OSFile"), (pa.ipc, "new_file")], NO_SPACE),
    "cached": ([(os, "preadv")], BROKEN),
    "kill": ([(MEMBER, "write"), (os, "fsync"), (Path, "replace")], KeyboardInterrupt()),
}
"""What may fail: where it is called, and how it fails."""

REFUSED = (st.SteepestError, MemoryError, KeyboardInterrupt, OSError)
"""What may come of it: anything else is a fault of ours."""

MOST_CALLS = 3000


@contextmanager
def failing(places: Places, error: BaseException, at: int) -> Iterator[list[int]]:
    """Have call `at`, from 1, of the places fail; yield a list as long as there were calls."""
    calls: list[int] = []
    kept = [(holder, name, getattr(holder, name)) for holder, name in places]

    def failed(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            calls.append(1)
            if len(calls) == at:
                raise type(error)(*error.args)
            return real(*args, **named)

        return call

    for holder, name, real in kept:
        setattr(holder, name, failed(real))
    try:
        yield calls
    finally:
        for holder, name, real in kept:
            setattr(holder, name, real)


def visit(
    kind: str | tuple[Places, BaseException],
    work: Callable[[], object],
    sound: Callable[[bool], None],
    refused: tuple[type[BaseException], ...] = REFUSED,
) -> int:
    """Have each call of a kind fail in turn; return how many there are.

    After each `sound` is asked, with whether the work passed in spite of it; `refused` is what the
    work may raise.
    """
    places, error = KINDS[kind] if isinstance(kind, str) else kind
    for at in range(1, MOST_CALLS):
        with failing(places, error, at) as calls:
            try:
                work()
                passed = True
            except refused:
                passed = False
        sound(passed)
        if passed and len(calls) < at:
            return at - 1
    raise AssertionError("there is no end to the calls")
