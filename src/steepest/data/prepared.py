"""Data that are ready for a descent: X, y and how much each row counts, with their names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from steepest.data.features import Features
from steepest.data.origin import Origin
from steepest.data.sparse import Matrix
from steepest.data.target import Target
from steepest.data.weights import within_range

__all__ = ["Data"]


@dataclass(frozen=True)
class Data:
    """What a descent needs, and what its numbers were called."""

    # (rows, features), all finite: float64 or float32 in C order, a CSR array, or `StoredRows`
    X: Matrix
    y: NDArray[np.float64]  # (rows,), values or class codes, all finite
    features: Features
    target: Target
    name: str
    dropped: int  # rows left out because of a gap
    sample_weight: NDArray[np.float64] | None = None  # (rows,), all above 0; None: all count once
    weightless: int = 0  # rows left out because they weigh 0
    kept: NDArray[np.intp] | None = None  # (rows,) rows of the source that are left, None for all
    notes: tuple[str, ...] = ()  # what was decided while the table was read
    validation: "Data | None" = None  # the rows that were kept back, None if none were
    sample: "Data | None" = None  # some of the rows, in memory, where these are beyond it
    origin: Origin | None = None  # from where rows beyond memory are read anew
    count_by: str = ""  # by what rows count, beside how often they are there: exposure, class
    square_sum: float | None = None  # of all numbers of X, or of more rows; None if not known
    finder: Callable[[int], str] | None = field(default=None, repr=False, compare=False)
    """What tells the place of a row of the source, from 0, in words; None: by its number alone."""

    def take(self, rows: NDArray[np.intp]) -> "Data":
        """Return the data of some `rows`, (n,), from 0; their places stay those of the source."""
        kept = rows if self.kept is None else self.kept[rows]
        weight = None if self.sample_weight is None else self.sample_weight[rows]
        return replace(self, X=self.X[rows], y=self.y[rows], sample_weight=weight, kept=kept)

    def counting(self, by_class: NDArray[np.float64]) -> "Data":
        """Return the data with each row counting by its class too, (k,)."""
        weights, given = within_range(by_class)[self.y.astype(np.intp)], self.sample_weight
        weights = weights if given is None else within_range(weights * given)
        sample = None if self.sample is None else self.sample.counting(by_class)
        return replace(self, sample_weight=weights, count_by="class", sample=sample)

    def noted(self, notes: tuple[str, ...]) -> "Data":
        """Return the data with further notes, before its own."""
        return replace(self, notes=(*notes, *self.notes)) if notes else self

    def from_where(self, given: object, asked: Mapping[str, object]) -> "Data":
        """Return the data with what was given, and how it was asked to be read, where that counts.

        It does of rows beyond memory, which no file of a run holds.
        """
        return self if self.origin is None else self.of(self.origin.asked_for(given, asked))

    def of(self, origin: Origin) -> "Data":
        """Return the data, and their sample, with their origin."""
        sample = None if self.sample is None else replace(self.sample, origin=origin)
        return replace(self, origin=origin, sample=sample)

    @property
    def row_numbers(self) -> NDArray[np.intp]:
        """The place of each row in its source, counted from 1, (rows,): rows left out count too."""
        return self.numbers_of(np.arange(len(self.y)))

    def place(self, row: int) -> str:
        """Return the place of row `row` (from 0) in its source: "line 14" of a text file."""
        source = row if self.kept is None else int(self.kept[row])
        return f"row {source + 1:,}" if self.finder is None else self.finder(source)

    def numbers_of(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the same of some rows, by their indices, (n,): of all there may be no room."""
        return (rows if self.kept is None else self.kept[rows]) + 1
