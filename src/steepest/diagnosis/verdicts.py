"""All verdicts: each a pure function of the evidence, with an answer or None."""

from collections.abc import Callable, Sequence

from steepest.diagnosis.ascent import judge_ascent
from steepest.diagnosis.divergence import judge_divergence
from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.gradient import judge_gradient
from steepest.diagnosis.layers import judge_layers
from steepest.diagnosis.loop_order import judge_emptied, judge_no_step, judge_uncleared
from steepest.diagnosis.not_finite import judge_not_finite
from steepest.diagnosis.saddle import judge_saddle
from steepest.diagnosis.separation import judge_separation
from steepest.diagnosis.sharpness import explain_divergence, judge_oscillation
from steepest.diagnosis.slow import judge_slow
from steepest.diagnosis.stalled import judge_stalled
from steepest.diagnosis.symmetry import judge_symmetry
from steepest.diagnosis.too_small import judge_too_small
from steepest.diagnosis.units import judge_dead, judge_saturated
from steepest.diagnosis.unmoved import judge_unmoved
from steepest.diagnosis.verdict import Verdict

__all__ = ["LATER_NAMES", "VERDICTS", "judge", "judge_closer"]

VERDICTS: tuple[Callable[[Evidence], Verdict | None], ...] = (
    judge_gradient,
    judge_not_finite,
    judge_divergence,
    judge_separation,
    judge_symmetry,
    judge_stalled,
)
"""What is looked for, in the order in which it is said; a new verdict is added here."""

OF_TRAINING = (
    judge_ascent,
    judge_no_step,
    judge_emptied,
    judge_unmoved,
    judge_uncleared,
    judge_too_small,
)
"""What else is looked for in a training that was watched, whose loop is not ours."""

CLOSER = (
    judge_dead,
    judge_saturated,
    judge_layers,
    judge_oscillation,
    judge_too_small,
    judge_slow,
    judge_saddle,
)
"""What is looked for when the verdicts are first asked for: it takes as long as some steps."""

LATER_NAMES = frozenset(
    (
        "dead units",
        "saturation",
        "vanishing",
        "exploding",
        "oscillation",
        "too small",
        "ravine",
        "saddle",
    )
)
"""The names of verdicts that do not say that the run left its best point."""


def judge(evidence: Evidence) -> list[Verdict]:
    """Return what is wrong with a run; empty where nothing that was looked for was found.

    A gradient that is not that of the loss, or is gone along, explains all else: it is said alone.
    """
    looked_for = VERDICTS if evidence.training is None else (*OF_TRAINING, *VERDICTS)
    found = [made for verdict in looked_for if (made := verdict(evidence)) is not None]
    wrong = [verdict for verdict in found if verdict.name in ("gradient", "ascent")]
    return wrong or found


def judge_closer(evidence: Evidence, found: Sequence[Verdict]) -> list[Verdict]:
    """Return what is wrong by a closer look too, after what `judge` has found.

    What it found of another fault is enough: a run that diverged, or whose units stay alike, is
    not slow.
    """
    if evidence.objective.missing:
        return list(found)
    explained = [explain_divergence(evidence, verdict) for verdict in found]
    for verdict in CLOSER:
        if explained and verdict is not judge_dead:
            break
        made = verdict(evidence)
        explained += [made] if made is not None else []
    return explained
