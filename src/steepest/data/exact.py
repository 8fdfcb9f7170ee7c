"""Whole numbers beyond 2^53, of which a float64 has only every second, fourth, ... one."""

from typing import TYPE_CHECKING

from steepest.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["EXACT", "check_exact", "in_full"]

EXACT = 2**53
"""Up to here a float64 has every whole number."""


def check_exact(column: "pa.ChunkedArray", name: str) -> None:
    """Raise DataError if two different whole numbers of a column are one and the same float64.

    The message starts with the column's name. Others are rounded as any number with a point is.
    """
    import pyarrow as pa

    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_decimal(kind)) or len(column) == 0:
        return
    import pyarrow.compute as pc

    ends = pc.min_max(column).as_py()
    if ends["min"] is None or max(-ends["min"], ends["max"]) <= EXACT:
        return
    there = pc.unique(column.drop_null())
    rounded = len(pc.unique(there.cast(pa.float64(), safe=False)))
    if rounded < len(there):
        raise DataError(
            f"{name!r} has {len(there):,} different whole numbers from {ends['min']} to "
            f"{ends['max']}, of which a float64 can tell {rounded:,} apart (beyond 2^53 it has "
            f"not each of them); subtract {ends['min']}, or take it as words with --category "
            f"{name} (in Python: category={name!r})"
        )


def in_full(value: float) -> str:
    """Return a number for a message; beyond 2^53 with what a float64 has of it.

    >>> in_full(3.0), in_full(1e25)
    ('3', '1e+25 (to the 16 digits of a float64)')
    """
    return f"{value:g}" + (" (to the 16 digits of a float64)" if abs(value) > EXACT else "")
