"""One row of a run: forward and back at the params of a step."""

from typing import TYPE_CHECKING, cast

import numpy as np

from steepest.checks import whole_number
from steepest.errors import ChoiceError
from steepest.objective.table_problem import TableProblem
from steepest.trace import Step
from steepest.view.row_story import RowStory

if TYPE_CHECKING:
    from steepest.run.run import Run

__all__ = ["row_story"]


def row_story(run: "Run", row: int, step: int | None = None) -> RowStory:
    """Return the story of row `row` of the source, from 1, at a step, the result if left out.

    Raises ChoiceError for a row or a step that is not there, and without data.
    """
    run.problem.table("one row")
    number = whole_number("row", row, least=1)
    here = run.result if step is None else _kept_step(run, step)
    return RowStory.of(cast(TableProblem, run.problem), run.trace[0], here, number)


def _kept_step(run: "Run", step: int) -> Step:
    """Return a step; ChoiceError for one that is not there, or whose params were given up."""
    at, last = whole_number("step", step, least=0), len(run.trace) - 1
    if at > last:
        raise ChoiceError(f"there is no step {at}: the run has the steps 0 to {last:,}")
    found = run.trace[at]
    if np.isnan(found.params).all():
        near = int(run.trace.kept[np.abs(run.trace.kept - at).argmin()])
        raise ChoiceError(
            f"step {at} has kept its loss, not its params: so long a run keeps them of some steps "
            f"only; the nearest is {near}"
        )
    return found
