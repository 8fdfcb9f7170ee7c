"""What a note is."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Note"]


@dataclass(frozen=True)
class Note:
    """One thing worth knowing of a run of which nothing is wrong.

    `name` is one word; `message` what and why, with its numbers, which `numbers` holds too.
    """

    name: str
    message: str
    numbers: Mapping[str, float]
