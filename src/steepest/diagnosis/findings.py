"""What was found of a run: some verdicts at once, all else when it is first asked for.

A verdict may say that another step than the last is the result, so it is known before the run is.
Those of a closer look, notes and checks change nothing: to work them out takes as long as some
steps, and few runs are asked for them.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from steepest.diagnosis.check import Check
from steepest.diagnosis.checks import look
from steepest.diagnosis.note import Note
from steepest.diagnosis.notes import take_notes
from steepest.diagnosis.verdict import Verdict
from steepest.diagnosis.verdicts import LATER_NAMES, judge_closer

if TYPE_CHECKING:
    from steepest.diagnosis.evidence import Evidence

__all__ = ["Findings"]


class Findings:
    """The verdicts, notes and checks of one run; of a run from a file they are the file's."""

    def __init__(self, verdicts: Sequence[Verdict], evidence: "Evidence | None" = None) -> None:
        self._found = list(verdicts)
        self._evidence = evidence

    @classmethod
    def of_file(
        cls, verdicts: Sequence[Verdict], notes: Sequence[Note], checks: Sequence[Check]
    ) -> "Findings":
        """Return what a file holds of them."""
        findings = cls(verdicts)
        findings.notes, findings.checks = list(notes), list(checks)
        return findings

    @cached_property
    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def verdicts(self) -> list[Verdict]:
        """What is wrong: what was found at once, and what a closer look adds to it."""
        return self._found if self._evidence is None else judge_closer(self._evidence, self._found)

    @property
    def at_once(self) -> list[Verdict]:
        """What was found at once, without the verdicts that a closer look adds."""
        return [verdict for verdict in self._found if verdict.name not in LATER_NAMES]

    @cached_property
    def notes(self) -> list[Note]:
        """What is worth knowing though nothing is wrong: first how the table was read."""
        if self._evidence is None:
            return []
        reading = (Note("table", said, {}) for said in self._evidence.problem.reading)
        return [*reading, *self._evidence.said, *take_notes(self._evidence)]

    @cached_property
    @np.errstate(over="ignore", invalid="ignore")
    def checks(self) -> list[Check]:
        """What was looked at, and what was not, and why."""
        if self._evidence is None:
            return []
        return look(self._evidence, [verdict.name for verdict in self.verdicts])
