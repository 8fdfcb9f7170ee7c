"""Sample weights: how much each row counts, one number from 0 up, or a column that holds them."""

from collections.abc import Callable, Sequence
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from steepest.data.arrays import as_vector
from steepest.data.columns import kind_of, need_column, numbers, what_it_holds
from steepest.data.gaps import Holes
from steepest.data.table import Table
from steepest.errors import ChoiceError, DataError
from steepest.numerals import counted

__all__ = [
    "WEIGHTS",
    "array_weights",
    "check_weights",
    "table_weights",
    "weight_holes",
    "within_range",
]

WEIGHTS = "sample_weight"

Weights = NDArray[np.float64]

_WIDEST = 400
"""The power of two up to which the largest weight is taken as it is, or down to minus that.

Of weights of 1e308 (2^1023) sums overflow, and those of 5e-324 lose their digits against a total.
"""


def within_range(weights: Weights) -> Weights:
    """Return weights, (rows,), whose sums neither overflow nor vanish: only their ratios count.

    Very large or small ones are multiplied by a power of two, which keeps every digit; one that is
    then below 5e-324, since another is 1e300 times larger, becomes 0. NaN and infinity stay, and
    all do if one is below 0, which is refused as it was given.

    >>> within_range(np.array([1e308, 5e307])), within_range(np.array([3.0, 1.5]))
    (array([0.55626846, 0.27813423]), array([3. , 1.5]))
    """
    largest = np.abs(weights[np.isfinite(weights)]).max(initial=0.0)
    power = int(np.frexp(largest)[1])
    extreme = abs(power) > _WIDEST and not (weights < 0).any()
    return np.ldexp(weights, -power) if extreme else weights


def array_weights(given: object, rows: int) -> Weights | None:
    """Return one weight a row, (rows,), as float64; None if none were given.

    One number is the weight of every row. A NaN stays. Raises DataError for another shape, (rows,
    1) too, and for what is no number, ChoiceError for a name, since arrays have no column of that
    name.

    Weights of an extreme size are brought `within_range`.
    """
    if given is None:
        return None
    if isinstance(given, str):
        raise ChoiceError(
            f"sample_weight is {given!r}, but (X, y) arrays have no columns to name; give one "
            "number a row"
        )
    if isinstance(given, Real) or getattr(given, "shape", None) == ():
        given = [given] * rows
    weights = as_vector(given, WEIGHTS, column=False)
    if weights.dtype.kind not in "biuf":
        raise DataError(f"sample_weight must hold numbers, got {weights.dtype}")
    if len(weights) != rows:
        raise DataError(
            f"sample_weight has {counted(len(weights), 'value')}, but there are "
            f"{counted(rows, 'row')}; give one number a row"
        )
    return within_range(weights.astype(np.float64))


def table_weights(
    given: object, table: Table, target: str, features: Sequence[str] | None
) -> Weights | None:
    """Return one weight a row, (rows,), from numbers or from the column of the table named `given`.

    Raises DataError or ChoiceError as `array_weights` does, and for a column that is not there,
    is the target or a feature that was asked for, or holds no numbers.
    """
    if not isinstance(given, str):
        return array_weights(given, table.arrow.num_rows)
    need_column(table, given, "sample weights")
    if given == target or given in (features or ()):
        role = "the target" if given == target else "a feature"
        raise DataError(f"{table.name}: {given!r} is {role}, it cannot hold the sample weights too")
    column = table.arrow[given]
    if kind_of(column) not in ("number", "boolean", "empty"):
        raise DataError(
            f"{table.name}: the sample weights {given!r} must be numbers, got "
            f"{what_it_holds(table, given)}"
        )
    return within_range(numbers(column))


def check_weights(weights: Weights, place: Callable[[int], str], where: str) -> None:
    """Raise DataError for a weight below 0, and if all are 0; a NaN is left aside here."""
    below = np.flatnonzero(weights < 0)
    if below.size:
        raise DataError(
            f"{where}: sample_weight is {weights[below[0]]:g} on {place(int(below[0]))}; a row "
            "counts 0 times or more, so give numbers from 0 up"
        )
    if not weights.any():
        raise DataError(
            f"{where}: sample_weight is zero in every row, so no row counts; give some rows a "
            "number above 0"
        )


def weight_holes(weights: Weights | None, name: str) -> list[Holes]:
    """Return where weights are missing or infinite: one column with holes, or none."""
    if weights is None:
        return []
    holes = Holes(name, np.isnan(weights), np.isinf(weights))
    return [holes] if holes else []
