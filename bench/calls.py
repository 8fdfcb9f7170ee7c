"""How many Python functions a call of `descend` runs: on few rows their number is its time.

Run as `python -m bench.calls` with a checkout's `src` on PYTHONPATH; it prints JSON. A function
counts if its module is of steepest or NumPy; so does each time that a generator is gone on with.
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import numpy as np

import steepest as st
from bench.problems import Problem
from bench.recipes import RECIPES

RECIPE = "small-one"

COUNTED = {"steepest", "numpy"}


def counted(work: Callable[[], Any]) -> int:
    """Return how many functions of steepest and NumPy run during a work."""
    calls = 0

    def note(frame: FrameType, event: str, _: Any) -> None:
        nonlocal calls
        package = frame.f_globals.get("__name__", "").partition(".")[0]
        calls += event == "call" and package in COUNTED

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def report() -> dict[str, Any]:
    """Return what was imported from where, and the calls of a fit as it comes and of no step."""
    problem = RECIPES[RECIPE].problem()
    run = _fit(problem)
    return {
        "version": st.__version__,
        "file": st.__file__,
        "numpy": np.__version__,
        "steps": len(run.trace) - 1,
        "fit": counted(partial(_fit, problem)),
        "set_up": counted(partial(_fit, problem, steps=0)),
    }


def _fit(problem: Problem, **choices: Any) -> st.Run:
    return st.descend((problem.X, problem.y), loss=problem.loss, l2=problem.l2, **choices)


if __name__ == "__main__":
    print(json.dumps(report()))
