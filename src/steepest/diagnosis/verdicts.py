"""All verdicts: each a pure function of the evidence, with an answer or None."""

from collections.abc import Callable

from steepest.diagnosis.divergence import judge_divergence
from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.gradient import judge_gradient
from steepest.diagnosis.separation import judge_separation
from steepest.diagnosis.stalled import judge_stalled
from steepest.diagnosis.symmetry import judge_symmetry
from steepest.diagnosis.verdict import Verdict

__all__ = ["VERDICTS", "judge"]

VERDICTS: tuple[Callable[[Evidence], Verdict | None], ...] = (
    judge_gradient,
    judge_divergence,
    judge_separation,
    judge_stalled,
    judge_symmetry,
)
"""What is looked for, in the order in which it is said; a new verdict is added here."""


def judge(evidence: Evidence) -> list[Verdict]:
    """Return what is wrong with a run; empty where nothing that was looked for was found.

    A gradient that is not that of the loss explains all else, so it is said alone.
    """
    found = [made for verdict in VERDICTS if (made := verdict(evidence)) is not None]
    return found[:1] if found and found[0].name == "gradient" else found
