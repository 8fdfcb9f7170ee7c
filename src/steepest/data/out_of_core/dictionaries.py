"""Columns of dictionaries, whose levels may differ from row group to row group, for one file.

An Arrow file has one list of levels for each column. What is made of such a column goes by its
values, and by the order of its levels only where the type says that they have one (`ordered`).
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from steepest.errors import FileError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["dictionary_columns", "levels_of", "with_levels", "with_levels_schema"]


def dictionary_columns(schema: "pa.Schema") -> list[str]:
    """Return the names of the columns that are dictionaries."""
    import pyarrow as pa

    return [field.name for field in schema if pa.types.is_dictionary(field.type)]


def levels_of(batches: Iterable["pa.RecordBatch"], file: str) -> dict[str, "pa.Array"]:
    """Return the levels of each column of all batches, (levels,), as they come first.

    Raises FileError for levels with an order that is another in another row group.
    """
    found: dict[str, pa.Array] = {}
    for batch in batches:
        for field, column in zip(batch.schema, batch.columns, strict=True):
            levels = column.dictionary
            known = found.setdefault(field.name, levels)
            if levels.equals(known):
                continue
            if field.type.ordered:
                raise FileError(
                    f"{file}: the levels of the ordered column {field.name!r} differ from row "
                    "group to row group, so a cache, which has them once, cannot tell their order; "
                    "write it as text, or leave --keep-cache out (in Python: keep_cache=)"
                )
            found[field.name] = _joined(known, levels)
    return found


def _joined(known: "pa.Array", levels: "pa.Array") -> "pa.Array":
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.unique(pa.concat_arrays([known, levels]))


def with_levels_schema(schema: "pa.Schema") -> "pa.Schema":
    """Return a schema whose dictionaries without an order have room for the levels of all batches.

    It is the type that columns of several files have in common.
    """
    import pyarrow as pa

    for at, field in enumerate(schema):
        if pa.types.is_dictionary(field.type) and not field.type.ordered:
            kind = pa.dictionary(pa.int32(), field.type.value_type)
            schema = schema.set(at, field.with_type(kind))
    return schema


def with_levels(
    batch: "pa.RecordBatch", levels: Mapping[str, "pa.Array"], schema: "pa.Schema"
) -> "pa.RecordBatch":
    """Return a batch in the types of `schema`, its dictionaries with the levels of all batches.

    `levels` of each column are (levels,).
    """
    import pyarrow as pa

    columns = [
        _coded(column, levels.get(name), schema.field(name).type)
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _coded(column: "pa.Array", levels: "pa.Array | None", kind: Any) -> "pa.Array":
    import pyarrow as pa
    import pyarrow.compute as pc

    if levels is None or (column.type == kind and column.dictionary.equals(levels)):
        return column
    places = pc.index_in(column.dictionary, levels)
    return pa.DictionaryArray.from_arrays(pc.take(places, column.indices), levels)
