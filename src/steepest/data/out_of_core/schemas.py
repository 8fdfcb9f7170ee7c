"""The types of columns over all files, decided before the first number is used.

Numbers of several types become one that holds them all (2.7 after whole numbers makes both
float64); nothing is cast silently to what it is not: words where others have numbers are an error,
by file, and so is a column that some files do not have.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from steepest.data.columns import listing
from steepest.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["check_everywhere", "unified"]

Schemas = Mapping[str, "pa.Schema"]


def unified(schemas: Schemas) -> "tuple[pa.Schema, dict[str, str]]":
    """Return one schema for those of all files, and why there is none for some columns."""
    import pyarrow as pa

    first: dict[str, tuple[str, pa.DataType]] = {}
    joined: dict[str, pa.Field] = {}
    unlike: dict[str, str] = {}
    for file, schema in schemas.items():
        for field in schema:
            plain = _plain(field.type)
            if field.name not in joined:
                first[field.name] = file, field.type
                joined[field.name] = field.with_type(plain)
                continue
            before = joined[field.name]
            kind = _both(before.type, plain)
            if kind is None:
                other, was = first[field.name]
                unlike.setdefault(field.name, f"is {was} in {other}, but {field.type} in {file}")
                continue
            if pa.types.is_null(before.type):
                first[field.name] = file, field.type
            joined[field.name] = before.with_type(kind)
    return pa.schema(list(joined.values())), unlike


def check_everywhere(
    schemas: Schemas,
    unlike: Mapping[str, str],
    columns: Sequence[str],
    name: str,
    first_word: Callable[[str], str],
) -> None:
    """Raise DataError if a file lacks one of the columns that are used, or has others in it.

    `first_word` tells of a column the first cell that is no number, and where; "" if all are.
    """
    for column in columns:
        leave = f"or leave it out with --drop {column} (in Python: drop=[{column!r}])"
        if column in unlike:
            word = first_word(column)
            word = word and f", where the first cell that is no number is {word}"
            raise DataError(
                f"{name}: column {column!r} {unlike[column]}{word}; write it as one type in all "
                f"files, {leave}"
            )
        without = [file for file, schema in schemas.items() if column not in schema.names]
        if not without:
            continue
        there = next(file for file, schema in schemas.items() if column in schema.names)
        raise DataError(
            f"{name}: column {column!r} is in {there}, but not in {listing(without, 3)}; write it "
            f"there too, {leave}"
        )


def _plain(kind: "pa.DataType") -> "pa.DataType":
    """Return the type that columns are read as: one for all words, one for decimals."""
    import pyarrow as pa

    types = pa.types
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return pa.large_string()
    if types.is_dictionary(kind):
        return kind if kind.ordered else pa.dictionary(pa.int32(), _plain(kind.value_type))
    if types.is_decimal(kind) or types.is_float16(kind):
        return pa.float64()
    return kind


def _both(one: "pa.DataType", other: "pa.DataType") -> "pa.DataType | None":
    """Return the type that holds the values of both; None if there is none."""
    import pyarrow as pa

    types = pa.types
    if one == other or types.is_null(other):
        return one
    if types.is_null(one):
        return other
    if types.is_integer(one) and types.is_integer(other):
        return _of_whole(one, other)
    if _is_number(one) and _is_number(other):
        return pa.float64()
    words = [types.is_dictionary(kind) or types.is_large_string(kind) for kind in (one, other)]
    return pa.large_string() if all(words) else None


def _of_whole(one: "pa.DataType", other: "pa.DataType") -> "pa.DataType":
    import pyarrow as pa

    if pa.types.is_signed_integer(one) == pa.types.is_signed_integer(other):
        return max(one, other, key=lambda kind: kind.bit_width)
    return pa.int64() if max(one.bit_width, other.bit_width) < 64 else pa.float64()


def _is_number(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    return pa.types.is_integer(kind) or pa.types.is_floating(kind)
