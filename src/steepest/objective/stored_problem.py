"""The problem of rows that are beyond memory: its loss is of all, what is shown row by row of some.

The sample that is at hand stands for the rows wherever single rows are told: in tables, metrics and
pictures, which say so. The objective is that of all rows.
"""

from functools import cached_property

import numpy as np

from steepest.data.array_blocks import blocks_of
from steepest.data.prepared import Data
from steepest.objective.evaluation import Vector
from steepest.objective.problem import RowPredictions
from steepest.objective.risk import Risk
from steepest.objective.table_problem import TableProblem

__all__ = ["StoredProblem", "problem_on"]


class StoredProblem(TableProblem):
    """The mean loss of a model over rows that are read in passes, with a sample of them."""

    def __init__(self, data: Data, sample: Data, objective: Risk) -> None:
        super().__init__(sample, objective)
        self.rows, self.dropped, self.weightless = len(data.y), data.dropped, data.weightless
        self.rows_in_words = (
            f"rows shown one by one, and metrics, are of {len(sample.y):,} drawn of {self.rows:,}"
        )

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

    @property
    def is_stored(self) -> bool:
        """Whether the rows are beyond memory: no file of a run holds them."""
        return True


def problem_on(data: Data, objective: Risk) -> TableProblem:
    """Return the problem of data and their objective: of rows at hand, or beyond memory."""
    if data.sample is None:
        return TableProblem(data, objective)
    return StoredProblem(data, data.sample, objective)
