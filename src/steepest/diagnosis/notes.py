"""All notes: what is worth knowing of a run and is not wrong, each a function of the evidence."""

from collections.abc import Callable

from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.flat_bottom import note_flat_bottom
from steepest.diagnosis.note import Note
from steepest.diagnosis.uniqueness import note_rank, note_shared
from steepest.numerals import percent, short

__all__ = ["NOTES", "take_notes"]

NEAR = 0.9
"""The share of its limit from which on a rate is near it: an error left by 0.8 a step, or more."""


def take_notes(evidence: Evidence) -> list[Note]:
    """Return what is worth knowing of a run; mostly nothing."""
    return [told for one in NOTES if (told := one(evidence)) is not None]


def note_near_limit(evidence: Evidence) -> Note | None:
    """Return that a fixed rate is below its limit, but near it: it is stable, to and fro.

    Steepest descent multiplies the error along the steepest axis by `1 - rate curvature` a step
    (Polyak 1987, section 1.4); just below the limit that is near -1.
    """
    method = evidence.method
    curvature = method.coordinates.curvature if method.step_size.is_given else None
    limit = method.rule.limit(curvature) if curvature else None
    rate = float(evidence.trace.learning_rates.max())
    if limit is None or not NEAR * limit < rate < limit or evidence.stop.reason == "diverged":
        return None
    return Note(
        "near the limit",
        f"learning rate {short(rate)} is {percent(rate / limit)} of its limit {short(limit)}: no "
        "step is too long, but across the steepest slope they go to and fro for long",
        {"learning_rate": rate, "limit": limit},
    )


NOTES: tuple[Callable[[Evidence], Note | None], ...] = (
    note_near_limit,
    note_rank,
    note_shared,
    note_flat_bottom,
)
"""What is looked for, in the order in which it is said; a new note is added here."""
