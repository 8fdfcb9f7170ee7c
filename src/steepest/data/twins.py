"""Columns that say the same: a number in other units, a category in other words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from steepest.data.columns import kind_of, numbers, words
from steepest.data.table import Table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["twins_of"]

_SAME = 1e-9
"""How much two columns in standard units may differ: twins that were written to ten digits do."""

Array = NDArray[np.float64]


def twins_of(table: Table) -> dict[str, str]:
    """Return for each column that says what one before it says the name of that one.

    Numbers are twins if one is `a + b` times the other to 9 digits, with the same gaps; words if
    levels go together one to one. Each column is compared with those of the same fingerprint
    only, so a thousand columns are read a few times, not half a million.
    """
    found: dict[str, str] = {}
    by_mark: dict[tuple[str, int], list[tuple[str, Array]]] = {}
    direction = np.random.default_rng(0).normal(size=table.arrow.num_rows)
    for name, kind, values in _comparable(table):
        mark = round(1e6 * abs(float(direction @ values)))
        near = [one for m in (mark - 1, mark, mark + 1) for one in by_mark.get((kind, m), ())]
        same = next((other for other, its in near if _agree(values, its)), None)
        if same is None:
            by_mark.setdefault((kind, mark), []).append((name, values))
        else:
            found[name] = same
    return found


def _comparable(table: Table) -> Iterator[tuple[str, str, Array]]:
    """Yield each column that varies by its name, its kind and in standard units, (rows,).

    Words of two levels are as numbers: yes is 1.
    """
    for name, column in zip(table.arrow.column_names, table.arrow.columns, strict=True):
        kind = kind_of(column)
        if kind in ("number", "boolean"):
            plain = numbers(column)
        elif kind in ("text", "dictionary"):
            plain = _order_of_levels(column)
        else:
            continue
        values = _standard(plain)
        if values is not None:
            several = kind in ("text", "dictionary") and np.nanmax(plain) > 1
            yield name, "words" if several else "number", values


def _order_of_levels(column: "pa.ChunkedArray") -> Array:
    """Return for each row which level it has, (rows,), by their first appearance; NaN for a gap."""
    codes = words(column).combine_chunks().dictionary_encode().indices
    found: Array = codes.cast("float64").to_numpy(zero_copy_only=False)
    return found


def _standard(values: Array) -> Array | None:
    """Return values less their mean, of length 1, a gap as 0; None if they are all the same."""
    there = np.isfinite(values)
    with np.errstate(over="ignore", invalid="ignore"):
        found = np.where(there, values, 0.0)
        size = np.abs(found).max(initial=0.0) or 1.0
        found = found / size
        found = np.where(there, found - found[there].mean() if there.any() else 0.0, 0.0)
        length = float(np.linalg.norm(found))
    return found / length if length > _SAME else None


def _agree(one: Array, other: Array) -> bool:
    """Return whether two columns in standard units are the same, or each other's opposite."""
    tolerance = _SAME / np.sqrt(len(one))
    return bool(np.abs(one - np.sign(one @ other) * other).max() <= tolerance)
