"""Verdicts and notes as JSON has them, which knows no infinity and no NaN, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from math import isfinite, nan
from typing import Any

from steepest.diagnosis.note import Note
from steepest.diagnosis.verdict import Verdict

__all__ = ["as_record", "of_record"]


def as_record(finding: Note | Verdict) -> dict[str, Any]:
    """Return a finding as a mapping: a number that is not finite is null, as its words say it.

    >>> as_record(Note("loss", "the loss is inf", {"loss": float("inf"), "step": 3.0}))
    {'name': 'loss', 'message': 'the loss is inf', 'numbers': {'loss': None, 'step': 3.0}}
    """
    numbers = {name: one if isfinite(one) else None for name, one in finding.numbers.items()}
    return asdict(finding) | {"numbers": numbers}


def of_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a verdict or a note: what is null is NaN again."""
    numbers = {name: nan if one is None else one for name, one in record["numbers"].items()}
    return {**record, "numbers": numbers}
