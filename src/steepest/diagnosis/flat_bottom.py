"""A flat bottom: where params may be with no change of the lowest loss."""

from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.note import Note
from steepest.numerals import short

__all__ = ["note_flat_bottom"]

MOST_TOLD = 3
"""Params that are told one by one."""


def note_flat_bottom(evidence: Evidence) -> Note | None:
    """Return from where to where params have the lowest loss, where the bottom is flat.

    Each is told on the way along which it changes the most, on which others may change with it
    (`objective.kinks.face`); what the rows do not tell at all is another note's.
    """
    if not len(evidence.flat) or not evidence.stop.ended:
        return None
    names = [*(f"weight of {name}" for name in evidence.problem.feature_names), "bias"]
    told = [f"{names[int(i)]} anywhere from {short(a)} to {short(b)}" for i, a, b in evidence.flat]
    also = " (others with it)" if len(told) > 1 else ""
    more = f", and {len(told) - MOST_TOLD:,} more" if len(told) > MOST_TOLD else ""
    numbers = {names[int(i)]: high - low for i, low, high in evidence.flat.tolist()}
    return Note(
        "flat bottom",
        f"the bottom is flat: {', '.join(told[:MOST_TOLD])}{also}{more} has the same loss; the "
        "result is in the middle",
        numbers,
    )
