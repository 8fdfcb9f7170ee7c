"""Tables that are in memory already, as one Arrow table, column by column.

A column that cannot be read, such as one of complex numbers, does not keep the others out: its
reason is given once it is asked for.
"""

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from steepest.data.objects import arrow_of_objects
from steepest.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["InMemory", "check_sound", "from_memory", "one_line", "plain_columns"]


class InMemory(NamedTuple):
    """A table that was in memory: how messages call it, and what of it cannot be read, and why."""

    arrow: "pa.Table"
    name: str
    refused: Mapping[str, str]


def from_memory(source: object) -> InMemory:
    """Return an Arrow table or batch, a dict of columns or a data frame as an Arrow table.

    Raises DataError for all else, for columns of several lengths and for the same name twice.
    """
    import pyarrow as pa

    if isinstance(source, pa.Table):
        return plain_columns(source, "table")
    if isinstance(source, pa.RecordBatch):
        return plain_columns(pa.Table.from_batches([source]), "table")
    try:
        if isinstance(source, dict):
            return _joined({str(name): values for name, values in source.items()}, "table")
        return _from_frame(source)
    except DataError:
        raise
    # What a foreign frame raises is its own affair.
    except Exception as error:
        raise DataError(
            f"cannot make a table of this {type(source).__name__} ({one_line(error)}); give a "
            "path, a data frame, an Arrow table, a dict of columns, or (X, y) arrays"
        ) from error


def plain_columns(table: "pa.Table", name: str) -> InMemory:
    """Return an Arrow table of types to compute with: pandas' intervals are words, say.

    Each column is looked at in full: offsets and letters that are damaged would otherwise be found
    where nobody looks for them. Raises DataError with the column and the row.
    """
    import pyarrow as pa

    columns, fields, refused = [], [], {}
    for field, column in zip(table.schema, table.columns, strict=True):
        check_sound(column, f"{name}: column {field.name!r}")
        try:
            plain = _plain(column)
        except pa.ArrowException:
            refused[field.name] = f"holds {column.type}; turn it into numbers or words"
            plain = pa.chunked_array([pa.nulls(len(column))])
        columns.append(plain)
        changed = plain.type != column.type
        fields.append(pa.field(field.name, plain.type) if changed else field)
    return InMemory(pa.Table.from_arrays(columns, schema=pa.schema(fields)), name, refused)


def check_sound(column: "pa.ChunkedArray", where: str, start: int = 0) -> None:
    """Raise DataError for a column whose bytes are not what its type says.

    `start` is how many rows of the file are before it.
    """
    import pyarrow as pa

    try:
        column.validate(full=True)
    except pa.ArrowException as error:
        row = _damaged_row(column)
        at = "" if row is None else f", row {start + row:,}"
        if "UTF8" in str(error):
            raise DataError(
                f"{where}{at} holds bytes that are no letters in UTF-8; write it anew as UTF-8"
            ) from error
        raise DataError(f"{where}{at} is damaged ({one_line(error)}); make it anew") from error


def _damaged_row(column: "pa.ChunkedArray") -> int | None:
    """Return the first row, from 1, that is damaged; None where that is not one row's fault."""
    low, high = 0, len(column)
    if not _is_sound(column.slice(0, 0)):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _is_sound(column.slice(low, middle - low)) else (low, middle)
    return low + 1


def _is_sound(column: "pa.ChunkedArray") -> bool:
    import pyarrow as pa

    try:
        column.validate(full=True)
    except pa.ArrowException:
        return False
    return True


def one_line(error: Exception) -> str:
    """Return an error of another library, which may have many lines, as one of 200 characters."""
    return textwrap.shorten(str(error) or type(error).__name__, 200, placeholder=" ...")


def _from_frame(source: object) -> InMemory:
    """Return a data frame of any kind that narwhals knows."""
    import narwhals as nw

    if isinstance(nw.from_native(source, allow_series=True, pass_through=True), nw.Series):
        raise DataError(
            "a series is one column, and a table needs the target beside it; give a data frame, or "
            "(X, y) arrays"
        )
    # Narwhals raises a TypeError for what is no frame.
    frame = nw.from_native(source)  # type: ignore[call-overload]
    whole = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    try:
        # pandas adds its row index behind the columns; it is not one of them.
        table = whole.to_arrow().select(range(len(whole.columns)))
    except Exception:
        columns = {str(name): whole.get_column(name).to_native() for name in whole.columns}
        return _joined(columns, "data frame")
    return plain_columns(table, "data frame")


def _joined(columns: Mapping[str, Any], name: str) -> InMemory:
    """Return columns of any kind as a table; what cannot be read is empty, with its reason."""
    import pyarrow as pa

    arrays, refused = {}, {}
    for key, values in columns.items():
        array = _array(values)
        if isinstance(array, str):
            refused[key] = array
            array = pa.nulls(len(values))
        arrays[key] = array
    found = plain_columns(pa.table(arrays), name)
    return found._replace(refused={**found.refused, **refused})


def _array(values: Any) -> "pa.Array | pa.ChunkedArray | str":
    """Return the values of a column as an Arrow array, or in words why they cannot be."""
    import pyarrow as pa

    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    try:
        return pa.array(values)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return arrow_of_objects(_objects(values))


def _objects(values: Any) -> Sequence[object]:
    """Return the values of a column as a list; raise DataError for what is no column."""
    listed = values.tolist() if hasattr(values, "tolist") else values
    if isinstance(listed, str | bytes) or not hasattr(listed, "__len__"):
        raise DataError(f"a column must be a list of values, got {type(values).__name__}")
    return list(listed)


def _plain(column: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """Return a column of a type that can be computed with; an interval is the words it shows."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_run_end_encoded(kind):
        return _plain(pc.run_end_decode(column))
    if isinstance(kind, pa.BaseExtensionType):
        if kind.extension_name == "pandas.interval":
            return pa.chunked_array([_intervals(column, kind.closed)])
        return _plain(column.cast(kind.storage_type))
    if pa.types.is_dictionary(kind) and isinstance(kind.value_type, pa.BaseExtensionType):
        chunks = [
            pa.DictionaryArray.from_arrays(
                chunk.indices,
                _plain(pa.chunked_array([chunk.dictionary])).combine_chunks(),
                ordered=kind.ordered,
            )
            for chunk in column.chunks
        ]
        return pa.chunked_array(chunks)
    return column.cast(_computed(kind))


def _computed(kind: "pa.DataType") -> "pa.DataType":
    """Return the type in which Arrow computes with values of a type, mostly itself.

    Raises ArrowInvalid for an interval of months, days and nanoseconds, which has none.
    """
    import pyarrow as pa

    if pa.types.is_interval(kind):
        raise pa.ArrowInvalid(f"{kind} has no order")
    if pa.types.is_float16(kind):
        return pa.float32()
    if pa.types.is_decimal(kind) and kind.bit_width < 128:
        return pa.decimal128(kind.precision, kind.scale)
    return pa.string() if pa.types.is_string_view(kind) else kind


def _intervals(column: "pa.ChunkedArray", closed: str) -> "pa.Array":
    """Return intervals as pandas shows them: `(0.5, 1.5]`."""
    import pyarrow as pa

    opening = "[" if closed in ("left", "both") else "("
    closing = "]" if closed in ("right", "both") else ")"
    ends = column.cast(column.type.storage_type).to_pylist()
    return pa.array(
        [None if e is None else f"{opening}{e['left']}, {e['right']}{closing}" for e in ends],
        pa.string(),
    )
