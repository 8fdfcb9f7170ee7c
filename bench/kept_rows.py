"""The rows of the problems, made once: the process of each peer reads them from a folder.

Some take longer to make than to fit, and a table starts a process for every peer and number of
threads. The folder is named in the environment, which those processes have from this one; it is
removed at the end. Where none is named, rows are made each time.
"""

import os
import pickle
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.problems import Problem
from bench.recipes import RECIPES

__all__ = ["kept_rows", "problem_of"]

FOLDER = "STEEPEST_BENCH_ROWS"


@contextmanager
def kept_rows() -> Iterator[None]:
    """Keep what is made within, in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        before = os.environ.get(FOLDER)
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            os.environ.pop(FOLDER) if before is None else os.environ.update({FOLDER: before})


def problem_of(name: str, quick: bool) -> Problem:
    """Return the problem of a recipe: read, where it was made before and kept, else made."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return RECIPES[name].problem(quick)
    path = Path(folder, f"{name}{'-quick' * quick}.pickle")
    if not path.exists():
        # Whole before it has its name: another process may look for it meanwhile.
        part = path.with_suffix(f".{os.getpid()}")
        with part.open("wb") as file:
            pickle.dump(RECIPES[name].problem(quick), file, protocol=5)
        part.replace(path)
    with path.open("rb") as file:
        return pickle.load(file)
