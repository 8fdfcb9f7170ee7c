"""Tables written out as CSV, TSV, Parquet or Arrow by the ending of the name, whole or not."""

import os
from typing import TYPE_CHECKING

from steepest.files import TABLES, check_writable, whole_file

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["flat", "write_table"]


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


def flat(table: "pa.Table", lists: dict[str, list[str]]) -> "pa.Table":
    """Return the table with each column of lists as one column per item, named by `lists`."""
    import pyarrow.compute as pc

    for column, names in lists.items():
        values = table[column]
        for i, name in enumerate(names):
            table = table.append_column(name, pc.list_element(values, i))
        table = table.drop_columns(column)
    return table
