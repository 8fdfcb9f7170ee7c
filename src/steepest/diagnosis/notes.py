"""All notes: each a pure function of the evidence, with an answer or None."""

from collections.abc import Callable

from steepest.diagnosis.evidence import Evidence
from steepest.diagnosis.note import Note
from steepest.diagnosis.uniqueness import note_rank, note_shared

__all__ = ["NOTES", "take_notes"]

NOTES: tuple[Callable[[Evidence], Note | None], ...] = (note_rank, note_shared)
"""What is looked for, in the order in which it is said; a new note is added here."""


def take_notes(evidence: Evidence) -> list[Note]:
    """Return what is worth knowing of a run of which nothing need be wrong."""
    return [found for note in NOTES if (found := note(evidence)) is not None]
