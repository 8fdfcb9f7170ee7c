"""All notes: what is worth knowing of a run and is not wrong, each a function of the evidence."""

from collections.abc import Callable
from math import isnan

from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.flat_bottom import note_flat_bottom
from steepest.diagnosis.note import Note
from steepest.diagnosis.sharpness import note_catapult, note_edge
from steepest.diagnosis.uniqueness import note_rank, note_shared
from steepest.diagnosis.units import note_dead
from steepest.numerals import pair, percent, short

__all__ = ["NOTES", "take_notes"]

NEAR_LIMIT = 0.9
"""The share of its limit from which on a rate is near it: an error left by 0.8 a step, or more."""


RISEN_VALIDATION = 0.01
"""The share by which the loss of the rows kept back must be above its lowest to be noted."""


NO_BETTER = 0.01
"""The share of a constant guess's loss by which a network must be below it to be better."""


def take_notes(evidence: Evidence) -> list[Note]:
    """Return what is worth knowing of a run; mostly nothing."""
    return [note for one in NOTES if (note := one(evidence)) is not None]


def note_near_limit(evidence: Evidence) -> Note | None:
    """Return that a fixed rate is below its limit, but near it: it is stable, to and fro.

    Steepest descent multiplies the error along the steepest axis by `1 - rate curvature` a step
    (Polyak 1987, section 1.4); just below the limit that is near -1.
    """
    method = evidence.method
    curvature = method.coordinates.curvature if method.step_size.is_given else None
    limit = method.rule.limit(curvature) if curvature else None
    rate = float(evidence.trace.learning_rates.max())
    if limit is None or not NEAR_LIMIT * limit < rate < limit or evidence.stop.reason == "diverged":
        return None
    return Note(
        "near the limit",
        f"learning rate {short(rate)} is {percent(rate / limit)} of its limit {short(limit)}: no "
        "step is too long, but across the steepest slope they go to and fro for long",
        {"learning_rate": rate, "limit": limit},
    )


def note_unproved(evidence: Evidence) -> Note | None:
    """Return why it is not proved how much lower the loss can be, of a walk that passes ended."""
    objective, last = evidence.objective, evidence.trace.last
    if evidence.stop.reason != "arrived" or not objective.gap_tol or not isnan(last.gap):
        return None
    if not objective.unproved:
        return None
    return Note(
        "no proof",
        f"how much lower a loss can be is not proved: {objective.unproved}",
        {"params": float(objective.size)},
    )


def note_whole_batch(evidence: Evidence) -> Note | None:
    """Return that a batch was to have more rows than there are: each step is then of all rows."""
    batch, rows = evidence.method.sampler.batch, evidence.objective.count
    if batch is None or batch <= rows:
        return None
    return Note(
        "whole batch",
        f"a batch was to have {batch:,} rows, but there are {rows:,}, so each step is of all rows; "
        "leave batch out for a rate that is searched, or give fewer",
        {"batch": float(batch), "rows": float(rows)},
    )


def note_constant(evidence: Evidence) -> Note | None:
    """Return that a network is hardly better than a constant guess: it may be all there is."""
    objective, last = evidence.objective, evidence.trace.last.full_loss
    if objective.is_convex or not last > (1.0 - NO_BETTER) * objective.null_loss > 0.0:
        return None
    return Note(
        "constant guess",
        f"the loss {short(last)} is hardly lower than that of a constant guess, "
        f"{short(objective.null_loss)}: the features say nothing of the target, or it learnt none",
        {"loss": last, "constant": objective.null_loss},
    )


def note_risen_validation(evidence: Evidence) -> Note | None:
    """Return that the loss of the rows kept back was lower before: more than `RISEN_VALIDATION`.

    The model goes on to fit the rows that it learns from, and others ever worse (Prechelt 1998,
    "Early stopping - but when?").
    """
    best, last = evidence.trace.best_validated, evidence.trace.last.validation_loss
    if best is None or not last > (1.0 + RISEN_VALIDATION) * best.validation_loss:
        return None
    lowest, end = pair(best.validation_loss, last)
    if not best.index:
        do = "no step served them; a penalty such as l2 = 0.001, or other features, may"
    elif evidence.by_validation:
        do = "that step is the result; a penalty such as l2 = 0.001 may be better still"
    else:
        do = "stop = validation keeps that step, a penalty such as l2 = 0.001 may be better still"
    return Note(
        "risen validation loss",
        f"the loss of the rows kept back was lowest at step {best.index:,}, {lowest}, and is "
        f"{end} at the end: later steps fit the rows of training better and others worse; {do}",
        {"step": float(best.index), "lowest": best.validation_loss, "last": last},
    )


NOTES: tuple[Callable[[Evidence], Note | None], ...] = (
    note_near_limit,
    note_unproved,
    note_whole_batch,
    note_rank,
    note_shared,
    note_flat_bottom,
    note_edge,
    note_catapult,
    note_dead,
    note_constant,
    note_risen_validation,
)
"""What is looked for, in the order in which it is said; a new note is added here."""
