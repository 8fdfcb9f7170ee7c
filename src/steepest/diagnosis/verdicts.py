"""All verdicts: each a pure function of the evidence, with an answer or None."""

from collections.abc import Callable

from steepest.diagnosis.divergence import judge_divergence
from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.separation import judge_separation
from steepest.diagnosis.verdict import Verdict

__all__ = ["VERDICTS", "judge"]

VERDICTS: tuple[Callable[[Evidence], Verdict | None], ...] = (judge_divergence, judge_separation)
"""What is looked for, in the order in which it is said; a new verdict is added here."""


def judge(evidence: Evidence) -> list[Verdict]:
    """Return what is wrong with a run; empty where nothing that was looked for was found."""
    return [found for verdict in VERDICTS if (found := verdict(evidence)) is not None]
