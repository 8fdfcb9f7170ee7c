"""Predictions of files that are read in one pass, written as they come."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from steepest.data.distinct_files import check_distinct
from steepest.data.out_of_core.limits import Limits
from steepest.data.out_of_core.open_source import stored_source
from steepest.data.out_of_core.sources import Source
from steepest.data.text.reading import Reading
from steepest.data.written import write_batches
from steepest.run.scoring import prediction_table

if TYPE_CHECKING:
    import pyarrow as pa

    from steepest.run.predictions import Predictions

__all__ = ["predict_in_passes"]


def predict_in_passes(
    run: "Predictions",
    data: object,
    path: str | os.PathLike[str],
    missing: str | None,
    threshold: float | None,
    reading: Reading,
    limits: Limits,
) -> int | None:
    """Write the columns of files with predictions beside to `path`; return how many rows.

    None where the data are not read in passes. Raises what `prediction_table` raises, by file and
    row, and FileError where the path is one of the files.
    """
    source = stored_source(data, limits, reading)
    if source is None:
        return None
    check_distinct([path], list(source.stamps))
    return write_batches(_predicted(run, source, missing, threshold, reading, limits), path)


def _predicted(
    run: "Predictions",
    source: Source,
    missing: str | None,
    threshold: float | None,
    reading: Reading,
    limits: Limits,
) -> Iterator["pa.Table"]:
    for unit in source.units:
        for table in source.tables(unit, source.schema.names, limits.buffered):
            yield prediction_table(run, table, missing, reading, threshold)
    source.check_unchanged()
