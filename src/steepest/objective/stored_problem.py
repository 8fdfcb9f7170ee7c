"""The problem of rows that are beyond memory: its loss is of all, what is shown row by row of some.

The sample that is at hand stands for the rows wherever single rows are shown: in tables and
pictures, which say so. The objective is that of all rows.
"""

from dataclasses import replace
from functools import cached_property
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from steepest.data.array_blocks import blocks_of
from steepest.data.blocks import Block
from steepest.data.origin import Origin
from steepest.data.prepared import Data
from steepest.objective.evaluation import Vector
from steepest.objective.loss.loss import weighed
from steepest.objective.problem import RowPredictions
from steepest.objective.risk import Risk
from steepest.objective.table_problem import TableProblem

__all__ = ["StoredProblem", "problem_on"]

Array = NDArray[np.float64]

WORST = 100
"""The rows that are found of all, by what they cost."""


class StoredLike(Protocol):
    """X of which some rows can be read."""

    def take(self, rows: NDArray[np.intp]) -> Array:
        """Return some rows, (n, features), by their indices, (n,)."""


class StoredProblem(TableProblem):
    """The mean loss of a model over rows that are read in passes, with a sample of them."""

    def __init__(self, data: Data, sample: Data, objective: Risk) -> None:
        super().__init__(sample, objective)
        self.all_rows = data
        self.rows, self.dropped, self.weightless = len(data.y), data.dropped, data.weightless
        self.rows_in_words = (
            f"rows shown one by one are of {len(sample.y):,} drawn of {self.rows:,}"
        )

    def numbers_of(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the places, from 1, of rows by their indices among all rows, (n,)."""
        return self.all_rows.numbers_of(rows)

    @property
    def trained_on(self) -> Data:
        """All rows, for another descent on them."""
        return self.all_rows

    @cached_property
    def on_sample(self) -> Risk:
        """The mean loss of the sample."""
        data, ours = self.data, self.objective.blocks
        blocks = blocks_of(
            data.X, data.y, data.sample_weight, outputs=ours.outputs, threads=ours.threads
        )
        return self.objective.on(blocks)

    def at_rows(self, params: Vector) -> RowPredictions:
        """Return what params, (size,), say of the rows of the sample."""
        margins, y = self.on_sample.margins_by_row(params), self.data.y
        return RowPredictions(
            margins,
            self.loss.value(margins, y),
            self.loss.probabilities(margins),
            None if self.classes is None else y.astype(np.intp),
        )

    def with_worst_rows(self, params: Vector) -> "StoredProblem":
        """Return the problem with the `WORST` rows that cost most at params, (size,), at hand too.

        It costs a pass over all rows.
        """
        at, value, found = self.objective.model.at(params), self.loss.value, self.objective.blocks

        def work(block: Block) -> tuple[Array, NDArray[np.intp]]:
            losses = weighed(value(at.output(block.X), block.y), block.weight)
            worst = np.argsort(-losses, kind="stable")[:WORST]
            return losses[worst], block.at.start + worst

        parts = found.map(work)
        losses, rows = (np.concatenate(one) for one in zip(*parts, strict=True))
        rows = rows[np.argsort(-losses, kind="stable")[:WORST]]
        return StoredProblem(self.all_rows, _joined(self.all_rows, rows, self.data), self.objective)

    @property
    def origin(self) -> Origin | None:
        """From where the rows are read anew."""
        return self.all_rows.origin

    @property
    def is_stored(self) -> bool:
        """Whether the rows are beyond memory: no file of a run holds them."""
        return True


def _joined(data: Data, rows: NDArray[np.intp], sample: Data) -> Data:
    """Return some of all rows, (n,), and those of the sample that are none of them."""
    X = cast(StoredLike, data.X)
    places = rows if data.kept is None else np.asarray(data.kept[rows])
    others = np.flatnonzero(~np.isin(sample.row_numbers - 1, places))
    rest = sample.take(others)
    weight = None if data.sample_weight is None else np.asarray(data.sample_weight[rows])
    if weight is not None and rest.sample_weight is not None:
        weight = np.concatenate([weight, rest.sample_weight])
    return replace(
        sample,
        X=np.concatenate([X.take(rows), cast(Array, rest.X)]),
        y=np.concatenate([np.asarray(data.y[rows]), rest.y]),
        sample_weight=weight,
        kept=np.concatenate([places, rest.row_numbers - 1]),
    )


def problem_on(data: Data, objective: Risk) -> TableProblem:
    """Return the problem of data and their objective: of rows at hand, or beyond memory."""
    if data.sample is None:
        return TableProblem(data, objective)
    return StoredProblem(data, data.sample, objective)
