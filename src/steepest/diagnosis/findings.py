"""What was found of a run: verdicts at once, notes and checks when they are first asked for.

A verdict may say that another step than the last is the result, so it is known before the run is.
Notes and checks change nothing: to work them out takes as long as two steps on few rows, and few
runs are asked for them.
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

if TYPE_CHECKING:
    from steepest.diagnosis.evidence import Evidence

__all__ = ["Findings"]


class Findings:
    """The verdicts, notes and checks of one run; of a run from a file they are the file's."""

    def __init__(self, verdicts: Sequence[Verdict], evidence: "Evidence | None" = None) -> None:
        self.verdicts = list(verdicts)
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
