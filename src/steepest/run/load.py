"""`load`: from a file to a run."""

import os

from steepest.run.run import Run
from steepest.run.saved import read_run

__all__ = ["load"]


def load(path: str | os.PathLike[str], objective: object = None) -> Run:
    """Return the run that `Run.save` wrote to `path`.

    Of a run of an objective that was given the file has every step, but not the objective, which
    is code: with `objective` the run has it again, and its loss where the run ended is compared
    with the recorded one. Without, all that needs it says so. Raises FileError for a file that is
    missing, damaged, foreign, or of a later version, and ChoiceError for another objective than
    the run's, or one for a run of data.
    """
    return Run(**read_run(path, objective))
