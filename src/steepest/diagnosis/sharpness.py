"""The curvature of a network's loss against its learning rate: what that explains, what is normal.

Trained in full batches a network becomes sharper until the rate is at its limit, 2 / curvature for
steepest descent, and hovers there while the loss goes on falling (Cohen et al. 2021, "Gradient
descent on neural networks typically occurs at the edge of stability", arXiv 2103.00065). So a rate
at its limit is normal. It is the reason only of a run that left its best point and did not return.
"""

from dataclasses import replace

from steepest.diagnosis.divergence import too_far
from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.note import Note
from steepest.diagnosis.remedies import or_auto, remedy
from steepest.diagnosis.stability import Stability, largest_stability, stability
from steepest.diagnosis.verdict import Verdict
from steepest.numerals import percent, short

__all__ = ["explain_divergence", "judge_oscillation", "note_catapult", "note_edge"]

EDGE = 0.9
"""The share of its limit from which on a rate is at the edge: Cohen et al. see 1.0 to 1.1."""

RISEN = 0.08
"""The share of the whole fall by which a loss at the edge may be above its lowest, by a spike.

Of the networks of `bench/verdicts`, even seeds 0 to 6, the highest of a sound run at the edge was
0.04; 0.09 and 0.14 of those that a smaller rate mends.
"""


def explain_divergence(evidence: Evidence, verdict: Verdict) -> Verdict:
    """Return a verdict of which no reason was known with the limit that the rate is above.

    As it is where no curvature was measured, or none that is the reason.
    """
    if verdict.name not in ("divergence", "unsettled") or verdict.level != "rule of thumb":
        return verdict
    known = largest_stability(evidence)
    if known is None or known.share <= 1.0:
        return verdict
    suggested = known.limit / 2.0
    vague = too_far(verdict.numbers["learning_rate"], evidence.method.rule.name)
    reason = (
        f"learning rate {short(known.rate)} is above {known.formula} = {short(known.limit)} "
        f"{_where(evidence, known)}, so steps across the steepest slope overshoot and grow"
    )
    return replace(
        verdict,
        level="measured",
        message=verdict.message.replace(vague, reason),
        numbers={
            **verdict.numbers,
            "curvature": known.curvature,
            "limit": known.limit,
            "suggested": suggested,
        },
        remedy=f"use learning rate {suggested:.2g}, half that limit{or_auto(evidence)}",
        source=known.source,
    )


def judge_oscillation(evidence: Evidence) -> Verdict | None:
    """Return the verdict on a network at its limit whose loss goes to and fro above its lowest.

    At the edge of stability a loss rises at times and falls on the whole; here it does not.
    """
    known = stability(evidence) if _may_be_normal(evidence) else None
    trace = evidence.trace
    first, last, lowest = trace.full_losses[0], trace.full_losses[-1], trace.best.full_loss
    if known is None or known.share < EDGE or last - lowest < RISEN * (first - lowest):
        return _left_lowest(evidence)
    suggested = known.limit / 2.0
    return Verdict(
        level="measured",
        name="oscillation",
        message=(
            f"the loss goes to and fro: it is {short(last)} at the end, and was {short(lowest)} at "
            f"step {trace.best.index:,}; learning rate {short(known.rate)} is "
            f"{percent(known.share)} of {known.formula} = {short(known.limit)} "
            f"{_where(evidence, known)}"
        ),
        numbers={
            "learning_rate": known.rate,
            "limit": known.limit,
            "curvature": known.curvature,
            "suggested": suggested,
        },
        remedy=f"use learning rate {suggested:.2g}, half that limit"
        + or_auto(evidence, "a schedule"),
        source=known.source,
    )


def _left_lowest(evidence: Evidence) -> Verdict | None:
    """Return the verdict on given rates that left the lowest loss and did not return to it.

    No limit explains that, so it is a rule of thumb: where a run ended for it.
    """
    if evidence.stop.reason != "risen" or not evidence.method.step_size.is_given:
        return None
    trace, rule = evidence.trace, evidence.method.rule.name
    best, last = trace.best, float(trace.full_losses[-1])
    rate = float(trace.learning_rates[best.index : -1].max())
    return Verdict(
        level="rule of thumb",
        name="oscillation",
        message=(
            f"the loss was lowest at step {best.index:,}, {short(best.full_loss)}, left that and "
            f"did not return: it is {short(last)} at the end; {too_far(rate, rule)}"
        ),
        numbers={
            "learning_rate": rate,
            "suggested": rate / 10,
            "best_step": best.index,
            "best_loss": best.full_loss,
        },
        remedy=f"try {rate / 10:.2g}"
        + remedy(
            evidence,
            ", a schedule such as time, which lets it fade, or auto",
            ", or a scheduler that lets it fade, of torch.optim.lr_scheduler",
        ),
        source="ours: no limit of the rate is known here, so a tenth of it is tried",
    )


def note_edge(evidence: Evidence) -> Note | None:
    """Return that the rate is at the edge of stability at the end, which is normal."""
    known = stability(evidence) if _may_be_normal(evidence) else None
    if known is None or known.share < EDGE or judge_oscillation(evidence) is not None:
        return None
    return Note(
        "edge of stability",
        f"learning rate {short(known.rate)} is {percent(known.share)} of {known.formula} = "
        f"{short(known.limit)} {_where(evidence, known)}: steps go to and fro across the steepest "
        "slope while the loss falls; of a network that is normal, and nothing to change (Cohen et "
        "al. 2021)",
        {"learning_rate": known.rate, "limit": known.limit, "curvature": known.curvature},
    )


def note_catapult(evidence: Evidence) -> Note | None:
    """Return that the rate began above its limit, and the run went to where the loss is flatter.

    Lewkowycz et al. 2020, "The large learning rate phase of deep learning", arXiv 2003.02218.
    """
    known = largest_stability(evidence) if _may_be_normal(evidence) else None
    if known is None or known.step or known.share <= 1.0:
        return None
    return Note(
        "catapult",
        f"learning rate {short(known.rate)} was above {known.formula} = {short(known.limit)} at "
        "the start, and the steps led to where the loss is flatter; nothing to change",
        {"learning_rate": known.rate, "limit": known.limit, "curvature": known.curvature},
    )


def _may_be_normal(evidence: Evidence) -> bool:
    """Return whether it is a network whose loss fell."""
    losses = evidence.trace.full_losses
    fell = bool(losses[-1] < losses[0]) and evidence.stop.reason != "diverged"
    return fell and not evidence.objective.is_convex and bool(evidence.objective.layer_names)


def _where(evidence: Evidence, known: Stability) -> str:
    """Return the curvature, and where it was measured."""
    at = "the start" if not known.step else f"step {known.step:,}"
    where = f"curvature {short(known.curvature)} at {at} {evidence.method.coordinates.in_words}"
    return f"({where.rstrip()})"
