"""A run without its rows: what is worked out of them before a file leaves them out."""

from typing import TYPE_CHECKING

import numpy as np

from steepest.diagnosis.metrics import Measured, Metrics
from steepest.errors import ChoiceError
from steepest.objective.recorded import Recorded

if TYPE_CHECKING:
    from steepest.run.run import Run

__all__ = ["recorded_metrics", "recorded_of", "recorded_so_far"]


def recorded_of(run: "Run") -> Recorded:
    """Return what the words of a run say of its rows together, worked out now.

    Of a run whose rows are missing it is what was recorded. Raises ChoiceError for a run of an
    objective that was given: it has no rows.
    """
    problem, story = run.problem, run.story
    problem.schema("saving without data")
    if problem.recorded is not None:
        return problem.recorded
    move, measured = story.move, np.isfinite(run.loss)
    return Recorded(
        rows=problem.rows,
        validation_rows=problem.validation_rows,
        weighted=problem.is_weighted,
        kind=problem.objective.kind,
        exact_limit=story.exact_limit,
        standard_in_words=story.standard_in_words,
        start_in_words=story.start_in_words,
        lowest_loss=run.lowest_loss,
        metrics=_metrics(story.fitted if measured else None),
        validation_metrics=_metrics(story.held_out if measured else None),
        move=None if move is None else np.stack([move.old, move.new, move.gradient]),
        by_param=move is not None and move.by_param,
        rows_of_metrics=None
        if problem.rows_of_metrics == problem.rows
        else problem.rows_of_metrics,
    )


def recorded_so_far(run: "Run") -> Recorded:
    """Return what is known of the rows while a run goes on: what costs a pass over them is not."""
    problem, objective = run.problem, run.objective
    return Recorded(
        rows=problem.rows,
        validation_rows=problem.validation_rows,
        weighted=problem.is_weighted,
        kind=objective.kind,
        exact_limit=False,
        standard_in_words=objective.standard_in_words,
        start_in_words=objective.start_in_words,
        lowest_loss=None,
    )


def _metrics(said: Measured | None) -> Metrics | None:
    """Return metrics without what is no finite number."""
    if said is None:
        return None
    return {name: one if _is_known(one) else None for name, one in said.metrics.items()}


def _is_known(one: object) -> bool:
    return not isinstance(one, float) or bool(np.isfinite(one))


def recorded_metrics(recorded: Recorded, *, validation: bool) -> Metrics:
    """Return the metrics that were recorded; ChoiceError where there are none."""
    found = recorded.validation_metrics if validation else recorded.metrics
    if found is None:
        which = "rows kept back" if validation else "its rows"
        raise ChoiceError(
            f"the run was saved without its rows, and no metrics of {which} were recorded; give "
            "metrics(data) a table"
        )
    return found
