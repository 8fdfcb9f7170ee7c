"""What would run: of a table that is refused, the same command with the options that it lacks."""

import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from steepest.cli.options import names_in
from steepest.data.likely import options_that_run
from steepest.data.streams import is_piped
from steepest.data.table import read_table
from steepest.data.text.reading import Reading
from steepest.errors import DataError, SteepestError

__all__ = ["what_runs_is_told"]

READING = ("decimal", "thousands", "delimiter", "sheet", "query", "encoding")
PREPARING = ("category", "date", "missing", "sample_weight", "class_weight", "validation")
OTHERWISE = ("features", "terms", "exposure", "offset")
"""What says which columns there are to be: then none is left out for the reader."""

IN_PASSES = ("memory", "cache", "cluster")
"""What says that the table is not held in memory: then it is not, to see what would run."""


@contextmanager
def what_runs_is_told(data: str, target: str, drop: Sequence[str], **given: Any) -> Iterator[None]:
    """Add to a DataError the command that would run, if there is one; it is tried, up to X and y.

    What is piped in cannot be read a second time.
    """
    try:
        yield
    except DataError as error:
        more = [] if is_piped(data) else _lacking(data, target, names_in(",".join(drop)), given)
        if not more:
            raise
        command = shlex.join(["steepest", *sys.argv[1:], *more])
        raise DataError(f"{error}\ntry: {command}") from error


def _lacking(data: str, target: str, drop: Sequence[str], given: Mapping[str, Any]) -> list[str]:
    """Return the options that the command lacks; none if there are none by which it runs."""
    if any(given.get(name) is not None for name in (*OTHERWISE, *IN_PASSES)):
        return []
    reading = Reading(**{name: given[name] for name in READING})
    chosen = {name: given[name] for name in (*PREPARING, "positive") if name in given}
    try:
        table = read_table(data, given["category"], reading)
        return options_that_run(table, target, drop=drop, **chosen)
    except SteepestError:
        return []
