"""`load`: from a file to a run."""

import os

from steepest.descent.rule import GradientTransformation
from steepest.descent.steps.step_size import Schedule
from steepest.run.run import Run
from steepest.run.saved import Code, read_run

__all__ = ["load"]


def load(
    path: str | os.PathLike[str],
    objective: object = None,
    *,
    rule: GradientTransformation | None = None,
    learning_rate: Schedule | None = None,
) -> Run:
    """Return the run that `Run.save` wrote to `path`.

    Of a run of an objective that was given the file has every step, but not the objective, which
    is code: with `objective` the run has it again, and its loss where the run ended is compared
    with the recorded one. So it is with a rule of your own and with a `learning_rate` that was a
    function of your own. Without, all that needs them says so. Raises FileError for a file that
    is missing, damaged, foreign, or of a later version, and ChoiceError for another objective or
    rule than the run's, or for one that the file itself has.
    """
    return Run(**read_run(path, Code(objective, rule, learning_rate)))
