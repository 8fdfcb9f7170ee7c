"""All verdicts: each a pure function of the evidence, with an answer or None."""

from collections.abc import Callable

from steepest.diagnosis.divergence import judge_divergence
from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.gradient import judge_gradient
from steepest.diagnosis.separation import judge_separation
from steepest.diagnosis.stalled import judge_stalled
from steepest.diagnosis.symmetry import judge_symmetry
from steepest.diagnosis.too_small import judge_too_small
from steepest.diagnosis.uncleared import judge_uncleared
from steepest.diagnosis.unmoved import judge_unmoved
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

OF_TRAINING = (judge_unmoved, judge_uncleared, judge_too_small)
"""What else is looked for in a training that was watched, whose loop is not ours."""


def judge(evidence: Evidence) -> list[Verdict]:
    """Return what is wrong with a run; empty where nothing that was looked for was found.

    A gradient that is not that of the loss explains all else, so it is said alone.
    """
    looked_for = VERDICTS if evidence.training is None else (*OF_TRAINING, *VERDICTS)
    found = [made for verdict in looked_for if (made := verdict(evidence)) is not None]
    wrong = [verdict for verdict in found if verdict.name == "gradient"]
    return wrong or found
