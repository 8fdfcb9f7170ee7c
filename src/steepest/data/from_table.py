"""From a table to X and y: its columns become features and target, its gaps are dealt with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from steepest.data.exposure import Exposure, count_by
from steepest.data.features import Features, choose_features
from steepest.data.fill import FILLS, fill_of_table, fills_in_words
from steepest.data.left_out import check_rows, counting_rows, whole_rows
from steepest.data.prepared import Data
from steepest.data.split import Split
from steepest.data.suspects import suspicions, telling
from steepest.data.table import Table
from steepest.data.table_gaps import table_holes
from steepest.data.target import Target, choose_target
from steepest.data.terms import Term
from steepest.data.weights import WEIGHTS, table_weights, weight_holes
from steepest.numerals import counted

__all__ = ["Asked", "from_table"]


@dataclass(frozen=True)
class Asked:
    """What of a table is to be used, and as what."""

    target: str
    features: Sequence[str] | None
    drop: Sequence[str]
    category: Sequence[str]
    classify: bool | None
    missing: str
    bias: bool
    exposure: Exposure | None
    date: Mapping[str, str]
    terms: Sequence[Term] = ()
    positive: object = None

    def of(self, table: Table, weights: NDArray[np.float64] | None) -> tuple[Target, Features]:
        """Return target and features of a table whose rows count by `weights`, (rows,).

        Raises DataError for what cannot be used.
        """
        as_words = self.target in self.category
        goal = choose_target(table, self.target, self.classify, as_words).with_positive(
            self.positive
        )
        chosen = self.features, self.target, self.drop, self.category, weights, self.missing
        features = choose_features(table, *chosen, constant=not self.bias, date=self.date)
        return goal.over(self.exposure), features.of_terms(self.terms)


def from_table(table: Table, asked: Asked, sample_weight: object, split: Split) -> Data:
    """Return the data of a table, with the rows that are kept back."""
    given, rows = table, table.arrow.num_rows
    check_rows(rows, table.name, "")
    table, weights, column, asked = _counted(table, asked, sample_weight)
    counting = counting_rows(weights, table.place, table.name)
    if weights is not None and counting is not None:
        table, weights = table.keep(counting), weights[counting]
    goal, features = asked.of(table, weights)
    holes = table_holes(table, [column.name for column in features.columns])
    needed = [*table_holes(table, [goal.name]), *weight_holes(weights, column)]
    left = table.arrow.num_rows
    sound = whole_rows(holes, needed, left, table.place, table.name, asked.missing)
    dropped = int((~sound).sum())
    if dropped:
        table = table.keep(np.flatnonzero(sound))
        weights = None if weights is None else weights[sound]
        check_rows(table.arrow.num_rows, table.name, f"{counted(dropped, 'row')} with gaps")
        # A level or a class may have gone with the rows.
        goal, features = asked.of(table, weights)
    y = goal.vector(table)
    back = split.kept_back(table, y, goal, table.kept, rows)
    chosen = asked.features is not None
    notes = [*table.notes, *suspicions(given, goal, features, chosen)]
    notes += telling(table, goal, features, y)
    notes += [] if goal.exposure is None else [goal.exposure.in_words(goal.name)]
    if asked.missing in FILLS:
        features = fill_of_table(features, table, asked.missing, ~back, weights)
        notes += fills_in_words(features, holes, sound)
    weightless = rows - dropped - len(y)
    made = features.matrix(table), y, features, goal, table.name, dropped, weights, weightless
    by = count_by(sample_weight, asked.exposure)
    data = Data(*made, table.kept, tuple(notes), count_by=by, finder=table.finder)
    return split.of(data, back)


def _counted(
    table: Table, asked: Asked, sample_weight: object
) -> tuple[Table, NDArray[np.float64] | None, str, Asked]:
    """Return how much each row counts, (rows,), and what says so, which is no feature."""
    weights = table_weights(sample_weight, table, asked.target, asked.features)
    column, exposure = WEIGHTS, asked.exposure
    if isinstance(sample_weight, str):
        column, asked = sample_weight, replace(asked, drop=[*asked.drop, sample_weight])
    if exposure is None:
        return table, weights, column, asked
    exposure.check_free(asked.target, asked.features, table.name)
    table = exposure.joined(table)
    weights = exposure.counting(weights, exposure.of_table(table, gaps=True))
    column = exposure.name if column == WEIGHTS else f"{column} x {exposure.name}"
    return table, weights, column, replace(asked, drop=[*asked.drop, exposure.name])
