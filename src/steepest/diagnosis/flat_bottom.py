"""A flat bottom: where params may be with no change of the lowest loss."""

import numpy as np

from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.note import Note
from steepest.numerals import short
from steepest.objective.evaluation import Vector

__all__ = ["note_flat_bottom"]

MOST_LISTED = 3
"""Params that are listed one by one."""

CENTRED = 1e-6
"""The share of a range by which the result may be off its middle, but for rounding."""


def note_flat_bottom(evidence: Evidence) -> Note | None:
    """Return from where to where params have the lowest loss, where the bottom is flat.

    Others may change with each (`objective.kinks.face`); what the rows do not tell at all is
    another note's.
    """
    if not len(evidence.flat) or not evidence.at_minimum:
        return None
    names = [*(f"weight of {name}" for name in evidence.problem.feature_names), "bias"]
    ranges = [_in_words(names[int(one[0])], one) for one in evidence.flat[:MOST_LISTED]]
    count = len(evidence.flat)
    also = " (others with it)" if count > 1 else ""
    more = f", and {count - MOST_LISTED:,} more" if count > MOST_LISTED else ""
    numbers = {names[int(one[0])]: float(one[2] - one[1]) for one in evidence.flat}
    return Note(
        "flat bottom",
        f"the bottom is flat: {', '.join(ranges)}{also}{more} has the same loss; the result is "
        f"{_where(evidence)}",
        numbers,
    )


def _in_words(name: str, interval: Vector) -> str:
    """Return a param with its range, (4,): in older files (3,), without whether it is exact."""
    exact = len(interval) > 3 and interval[3]
    words = "anywhere" if exact else "at least anywhere"
    return f"{name} {words} from {short(interval[1])} to {short(interval[2])}"


def _where(evidence: Evidence) -> str:
    """Return where the result is in these ranges."""
    param, low, high = evidence.flat.T[:3]
    off = evidence.trace.last.params[param.astype(np.intp)] - 0.5 * (low + high)
    return "in the middle" if (np.abs(off) <= CENTRED * (high - low)).all() else "one of these"
