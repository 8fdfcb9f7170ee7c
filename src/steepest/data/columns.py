"""What a column of a table holds, and its values as numbers or as words.

A gap is a null, a NaN or an empty word, whatever kind of file or frame the table came from.
"""

import difflib
from collections.abc import Collection, Sequence
from math import fsum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.arrow import floats_of, ready_for_text
from steepest.data.table import Table
from steepest.data.text.number_marks import GAP_WORDS, NUMBER, NUMBER_LIKE
from steepest.errors import DataError
from steepest.numerals import counted

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "clip",
    "counts",
    "kind_of",
    "listing",
    "matches",
    "need_column",
    "no_numbers",
    "numbers",
    "plain_words",
    "unit_of",
    "weighted_counts",
    "what_it_holds",
    "words",
]

_INFINITE = r"^[+-]?(?i:inf|infinity)$"


def kind_of(column: "pa.ChunkedArray") -> str:
    """Return "number", "boolean", "text", "dictionary", "time", "empty" or "other"."""
    from pyarrow import types

    kind = column.type
    if types.is_boolean(kind):
        return "boolean"
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return "text"
    if types.is_dictionary(kind):
        return "other" if _is_no_word(kind.value_type) else "dictionary"
    if types.is_temporal(kind):
        return "time"
    return "empty" if types.is_null(kind) else "other"


def _is_no_word(kind: "pa.DataType") -> bool:
    """Return whether a level of this type cannot be written as a word."""
    from pyarrow import types

    nested = types.is_nested(kind) or types.is_dictionary(kind) or types.is_null(kind)
    return nested or types.is_temporal(kind) or "binary" in str(kind)


def numbers(column: "pa.ChunkedArray") -> NDArray[np.float64]:
    """Return a column of numbers or booleans, (rows,); a null is NaN, True is 1.

    Whole numbers beyond 2**53 take the nearest value that a float64 has.
    """
    import pyarrow as pa

    if pa.types.is_null(column.type):
        return np.full(len(column), np.nan)
    # A cast loads Arrow's functions, even of what is of that type already.
    plain = pa.types.is_float64(column.type)
    return floats_of(column if plain else column.cast(pa.float64(), safe=False))


def words(column: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """Return a column as text, (rows,), without the blanks around it; the empty word is null.

    Whole numbers and booleans become words too: a category "1" is a number in many a file.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    ready_for_text()
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    text = pc.utf8_trim_whitespace(column.cast(pa.large_string()))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.large_string()), text)


def counts(column: "pa.ChunkedArray") -> dict[str, int]:
    """Return how often each word occurs in a column of words, gaps left aside."""
    import pyarrow.compute as pc

    found = pc.value_counts(words(column).drop_null())
    return dict(zip(found.field(0).to_pylist(), found.field(1).to_pylist(), strict=True))


def in_order(column: "pa.ChunkedArray", levels: Collection[str]) -> list[str]:
    """Return the levels of a column of words as it orders them, else by the alphabet.

    An ordered category of a data frame, or one that a file declares, has an order of its own.
    """
    from pyarrow import types

    if not (types.is_dictionary(column.type) and column.type.ordered):
        return sorted(levels)
    declared = words(column.unify_dictionaries().chunk(0).dictionary) if column.num_chunks else []
    return [level for level in map(str, declared) if level in levels]


def weighted_counts(column: "pa.ChunkedArray", weights: NDArray[np.float64]) -> dict[str, float]:
    """Return the sum of the `weights`, (rows,), of the rows of each word, gaps left aside.

    Each sum is rounded once, so it does not depend on the order of the rows.
    """
    coded = words(column).combine_chunks().dictionary_encode()
    code = coded.indices.fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False)
    by_word = weights[np.argsort(code, kind="stable")]
    ends = np.cumsum(np.bincount(code, minlength=len(coded.dictionary)))
    parts = np.split(by_word, ends[: len(coded.dictionary)])
    return dict(zip(coded.dictionary.to_pylist(), map(fsum, parts), strict=False))


def unit_of(table: Table, name: str) -> str:
    """Return the unit in the column's metadata, "" if there is none."""
    return ((table.arrow.schema.field(name).metadata or {}).get(b"unit") or b"").decode()


def what_it_holds(table: Table, name: str) -> str:
    """Return what a column holds in place of numbers: "text in 2 rows, the first 'a' on line 5"."""
    column = table.arrow[name]
    if kind_of(column) not in ("text", "dictionary"):
        return str(column.type)
    text = words(column)
    rows = np.flatnonzero(plain_words(text))
    if rows.size == 0:
        return "numbers written as text"
    first = int(rows[0])
    return (
        f"text in {counted(rows.size, 'row')}, the first {clip(text[first].as_py())} on "
        f"{table.place(first)}"
    )


def plain_words(text: "pa.ChunkedArray") -> NDArray[np.bool_]:
    """Return where words, (rows,), are nothing like a number, nor a spelling of a gap."""
    there: NDArray[np.bool_] = text.is_valid().to_numpy()
    return there & ~matches(text, NUMBER_LIKE) & ~matches(text, GAP_WORDS)


def no_numbers(text: "pa.ChunkedArray") -> NDArray[np.bool_]:
    """Return where words, (rows,), are what no file has among numbers, nor a spelling of a gap."""
    there: NDArray[np.bool_] = text.is_valid().to_numpy()
    return there & ~matches(text, f"{NUMBER}|{_INFINITE}") & ~matches(text, GAP_WORDS)


def matches(text: "pa.ChunkedArray", pattern: str) -> NDArray[np.bool_]:
    """Return where the words match, (rows,); a gap does not."""
    import pyarrow.compute as pc

    found: NDArray[np.bool_] = pc.match_substring_regex(text, pattern).fill_null(False).to_numpy()
    return found


def need_column(table: Table, name: str, role: str) -> None:
    """Raise DataError if the table has no column `name`, or none that can be read.

    `role` says what it was wanted for.
    """
    if name in table.refused:
        raise DataError(f"{table.name}: column {name!r} {table.refused[name]}")
    if table.arrow.schema.get_field_index(name) >= 0:
        return
    known = table.arrow.column_names
    by_fold = {other.casefold(): other for other in known}
    near = difflib.get_close_matches(str(name).casefold(), by_fold, n=3, cutoff=0.6)
    hint = f"; did you mean {' or '.join(repr(by_fold[fold]) for fold in near)}?" if near else ";"
    raise DataError(
        f"{table.name}: there is no column {name!r} for the {role}{hint} columns: {listing(known)}"
    )


def listing(names: Collection[object], most: int = 12) -> str:
    """Return the names with commas between them; of more than `most` the first, and how many more.

    >>> listing("abcd", most=2)
    'a, b, ... and 2 more'
    """
    shown: Sequence[str] = [str(name) for name in list(names)[:most]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f", ... and {more} more" if more else "")


def clip(value: str) -> str:
    """Return a value for a message, in quotes, cut at 40 characters."""
    return repr(value if len(value) <= 40 else value[:39] + "…")
