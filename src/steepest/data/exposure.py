"""The exposure of counts: over how much each row was counted, years at risk or square miles.

With exposure e a count is expected to be `e exp(X w + b)`; its logarithm is the offset of the
margin (McCullagh & Nelder 1989, "Generalized Linear Models", 2nd ed., section 6.2). Half the
Poisson deviance of a count y is `e` times that of the rate `y / e`, so the rows become rates that
count by their exposure, exactly.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steepest.data.arrays import as_vector
from steepest.data.columns import kind_of, need_column, numbers, what_it_holds
from steepest.data.table import Table
from steepest.data.weights import within_range
from steepest.errors import ChoiceError, DataError
from steepest.numerals import counted

__all__ = ["Exposure", "count_by", "exposure_of"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Exposure:
    """The column `name` of a table, which holds the exposure, or with `log` its logarithm.

    `given` are the numbers instead, (rows,), if these were given: then they are a column too, which
    is called exposure or offset.
    """

    name: str
    log: bool = False
    given: Array | None = None

    @property
    def unit(self) -> str:
        """What a rate is per."""
        return f"per exp({self.name})" if self.log else f"per {self.name}"

    def joined(self, table: Table) -> Table:
        """Return the table with the exposure as a column; DataError if it cannot be one."""
        if self.given is None:
            return table
        if self.name in table.arrow.column_names:
            raise DataError(
                f"{table.name}: there is a column {self.name!r} already; give its name in place of "
                "numbers, or rename it"
            )
        import pyarrow as pa

        self.of_rows(table.arrow.num_rows)
        column = pa.array(self.given)
        return replace(table, arrow=table.arrow.append_column(self.name, column))

    def of_table(self, table: Table, gaps: bool = False) -> Array:
        """Return the exposure of each row of a table, (rows,), NaN at a gap if there may be `gaps`.

        Raises DataError for a column that is not there, holds no numbers, or one not above 0.
        """
        need_column(table, self.name, "offset" if self.log else "exposure")
        column = table.arrow[self.name]
        if kind_of(column) not in ("number", "empty"):
            held = what_it_holds(table, self.name)
            raise DataError(f"{table.name}: the column {self.name!r} must hold numbers, got {held}")
        exposure = self._checked(numbers(column), table.place)
        missing = np.flatnonzero(np.isnan(exposure))
        if missing.size and not gaps:
            place, rows = table.place(int(missing[0])), counted(missing.size, "row")
            raise DataError(
                f"{table.name}: column {self.name!r} has no value on {place} ({rows} so); fill it "
                "in or leave the row out"
            )
        return exposure

    def of_rows(self, rows: int) -> Array:
        """Return the exposure of each row of arrays, (rows,).

        Raises ChoiceError for a name, DataError for another number of rows, or one not above 0.
        """
        if self.given is None:
            raise ChoiceError(
                f"{self.name!r} is a name, but (X, y) arrays have no columns to name; give one "
                "number a row"
            )
        if len(self.given) != rows:
            raise DataError(
                f"{self.name} has {counted(len(self.given), 'value')}, but there are "
                f"{counted(rows, 'row')}; give one number a row"
            )
        return self._checked(self.given, lambda row: f"row {row + 1}")

    def _checked(self, values: Array, place: Callable[[int], str]) -> Array:
        """Return exposures, (rows,), NaN at a gap; DataError for one that is not above 0."""
        with np.errstate(over="ignore", under="ignore"):
            exposure = np.exp(values) if self.log else values
        wrong = np.flatnonzero(~(exposure > 0.0) & ~np.isnan(exposure) | np.isinf(exposure))
        if wrong.size:
            row = int(wrong[0])
            what = "and its exponential" if self.log else "but an exposure"
            raise DataError(
                f"{self.name} is {values[row]:g} on {place(row)}, {what} must be finite and above 0"
            )
        return exposure

    def counting(self, weights: Array | None, exposure: Array) -> Array:
        """Return how much each row counts, (rows,): by its weight, if any, and its exposure."""
        return within_range(exposure if weights is None else weights * exposure)

    def check_free(self, target: str, features: Sequence[str] | None, where: str) -> None:
        """Raise DataError if the column is the target, or a feature that was asked for."""
        if self.name in (target, *(features or ())):
            role = "the target" if self.name == target else "a feature"
            raise DataError(f"{where}: {self.name!r} is {role}, it cannot be the exposure too")

    def in_words(self, target: str) -> str:
        """Return what becomes of the rows."""
        held = f"exp({self.name})" if self.log else self.name
        return f"{target} is taken {self.unit}, and a row counts by {held}: predictions are rates"

    def to_dict(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {"name": self.name, "log": self.log}

    @classmethod
    def from_dict(cls, said: Mapping[str, Any] | None) -> "Exposure | None":
        """Return the exposure of which `to_dict` made this; None of nothing."""
        return None if said is None else cls(str(said["name"]), bool(said["log"]))


def exposure_of(exposure: object, offset: object) -> Exposure | None:
    """Return what was said of exposure or offset: a column's name, or numbers, (rows,).

    Raises ChoiceError for both, DataError for what is no number.
    """
    if exposure is not None and offset is not None:
        raise ChoiceError(
            "exposure and offset are both given, but an offset is the logarithm of an exposure; "
            "leave one out"
        )
    word, said = ("exposure", exposure) if offset is None else ("offset", offset)
    if said is None or isinstance(said, str):
        return None if said is None else Exposure(said, word == "offset")
    values = as_vector(said, word, column=False)
    if values.dtype.kind not in "biuf":
        raise DataError(f"{word} must hold numbers, got {values.dtype}")
    return Exposure(word, word == "offset", values.astype(np.float64))


def count_by(weights: object, exposure: Exposure | None) -> str:
    """Return by what rows count, beside how often they are there."""
    if exposure is None:
        return ""
    return "exposure" if weights is None else "weight and exposure"
