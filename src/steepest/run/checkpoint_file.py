"""A file in which a run is kept while it goes on, so that it goes on after a kill too."""

import os
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

from steepest.checks import number
from steepest.data.distinct_files import check_distinct
from steepest.descent.checkpoint import Checkpoint
from steepest.descent.plan.plan import Plan
from steepest.descent.stop import Stop
from steepest.diagnosis.check import NOT_JUDGED, Check
from steepest.diagnosis.findings import Findings
from steepest.errors import ChoiceError, FileError
from steepest.files import check_writable
from steepest.objective.problem import Problem
from steepest.run.saved import check_kept, write_run
from steepest.run.training import Keep, Outcome
from steepest.trace import Trace

if TYPE_CHECKING:
    from steepest.run.run import Run

__all__ = ["EVERY", "CheckpointFile", "checkpoint_file"]

EVERY = 30.0
"""Seconds between two checkpoints, if nobody says otherwise."""

WRITING = 0.05
"""The share of a run's time that its checkpoints may take; of many rows they come less often."""


@dataclass
class CheckpointFile:
    """The file `path`, written anew, whole or not at all, when `every` seconds have passed.

    `every` is a number of seconds or a text such as 30s, 5min, 1h. Raises ChoiceError for
    another, and FileError for a place that cannot be written to. A disk that refuses later ends
    no run: the file stays as it was, `tell` has the words, once, and the next time is tried again.
    """

    path: str | os.PathLike[str]
    every: float | str = EVERY
    tell: Callable[[str], object] = warnings.warn
    _due: float = field(init=False)
    _told: bool = False
    is_written: bool = False
    """Whether the file holds something of this run."""

    def __post_init__(self) -> None:
        check_writable(self.path)
        self._period = seconds_in(self.every)
        self._due = perf_counter() + self._period

    def of(self, problem: Problem, plan: Plan, run_of: Callable[[Outcome], "Run"]) -> Keep:
        """Return what keeps a run of this plan: asked after each step, it writes when due.

        `run_of` makes the run of an outcome. Raises ChoiceError for one that no file can hold: of
        rows that are read in passes it says from which files, so they must be files;
        FileError where it is one of them.
        """
        check_kept(plan)
        if problem.origin is not None:
            problem.origin.check_whole()
            check_distinct([self.path], list(problem.origin.files))

        def keep(trace: Trace, at: Callable[[int], Checkpoint | None]) -> None:
            began = perf_counter()
            checkpoint = at(len(trace)) if began >= self._due else None
            if checkpoint is None:
                return
            self.write(run_of(Outcome(trace, _stop(trace), _findings(), checkpoint)))
            now = perf_counter()
            self._due = now + max(self._period, (now - began) / WRITING)

        return keep

    def write(self, run: "Run") -> None:
        """Write a run; where the disk refuses, say so once."""
        try:
            write_run(run, self.path, to_go_on=True)
            self.is_written = True
        except (FileError, MemoryError) as error:
            if not self._told:
                self.tell(f"no checkpoint was written, the run goes on: {error or 'no memory'}")
            self._told = True


def checkpoint_file(
    given: "str | os.PathLike[str] | CheckpointFile | None", every: float | str = EVERY
) -> CheckpointFile | None:
    """Return the file of a run that is named, or given as it is; None if there is none.

    Raises ChoiceError for what is no name.
    """
    if given is None or isinstance(given, CheckpointFile):
        return given
    if not isinstance(given, str | os.PathLike):
        raise ChoiceError(f"checkpoint is {given!r}, but it must be the name of a file")
    return CheckpointFile(given, every)


def _stop(trace: Trace) -> Stop:
    said = f"a checkpoint of step {len(trace) - 1:,}, where it had not ended; resume goes on"
    return Stop("interrupted", said)


def _findings() -> Findings:
    return Findings.of_file([], [], [Check("end", NOT_JUDGED, "it had not ended: a checkpoint")])


UNITS = {"": 1.0, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
"""The seconds of each unit in which a time is written."""


def seconds_in(every: float | str) -> float:
    """Return the seconds in a number or a text such as 30s; ChoiceError for any other.

    >>> seconds_in("30s"), seconds_in("1.5 min"), seconds_in(2)
    (30.0, 90.0, 2.0)
    """
    if not isinstance(every, str):
        return number("every", every)
    found = re.fullmatch(r"\s*(\d+\.?\d*|\.\d+)\s*([a-z]*)\s*", every)
    if found is None or found[2] not in UNITS:
        raise ChoiceError(f"every is {every!r}, but it must be a time, such as 30s, 5min or 1h")
    return float(found[1]) * UNITS[found[2]]
