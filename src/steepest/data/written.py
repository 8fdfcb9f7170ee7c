"""Tables written out as CSV, TSV, Parquet or Arrow by the ending of the name, whole or not."""

import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steepest.files import TABLES, check_writable, whole_file

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["flat", "write_batches", "write_table"]


def write_table(table: "pa.Table", path: str | os.PathLike[str]) -> None:
    """Write a table to `path`; FileError if its ending is unknown or the disk refuses."""
    from pyarrow import csv, feather, parquet

    suffix = check_writable(path, TABLES).suffix.lower()
    with whole_file(path) as draft:
        if suffix in (".csv", ".tsv"):
            delimiter = "," if suffix == ".csv" else "\t"
            csv.write_csv(
                table, draft, csv.WriteOptions(delimiter=delimiter, quoting_style="needed")
            )
        elif suffix == ".parquet":
            parquet.write_table(table, draft)
        else:
            feather.write_feather(table, str(draft))


def write_batches(tables: "Iterator[pa.Table]", path: str | os.PathLike[str]) -> int:
    """Write tables of the same columns one after the other, and return how many rows they have.

    Raises FileError as `write_table` does.
    """
    suffix = check_writable(path, TABLES).suffix.lower()
    rows = 0
    with whole_file(path) as draft:
        first = next(tables)
        with _writer(first.schema, draft, suffix) as writer:
            for table in chain((first,), tables):
                writer.write_table(table.cast(first.schema))
                rows += table.num_rows
    return rows


def _writer(schema: "pa.Schema", draft: Path, suffix: str) -> Any:
    """Return what writes tables one by one to a file."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    if suffix in (".csv", ".tsv"):
        delimiter = "," if suffix == ".csv" else "\t"
        how = csv.WriteOptions(delimiter=delimiter, quoting_style="needed")
        return csv.CSVWriter(draft, schema, write_options=how)
    if suffix == ".parquet":
        return parquet.ParquetWriter(draft, schema)
    return pa.ipc.new_file(str(draft), schema)


def flat(table: "pa.Table", lists: dict[str, list[str]]) -> "pa.Table":
    """Return the table with each column of lists as one column per item, named by `lists`."""
    import pyarrow.compute as pc

    for column, names in lists.items():
        values = table[column]
        for i, name in enumerate(names):
            table = table.append_column(name, pc.list_element(values, i))
        table = table.drop_columns(column)
    return table
