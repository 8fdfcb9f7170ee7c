"""What a verdict is."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Verdict"]


@dataclass(frozen=True)
class Verdict:
    """One thing that is wrong with a run.

    `level` is `proved`, `measured` or `rule of thumb`; `name` one word; `message` what and why,
    with its numbers, which `numbers` holds too; `remedy` what to do; `source` where the rule
    comes from.
    """

    level: str
    name: str
    message: str
    numbers: Mapping[str, float]
    remedy: str
    source: str

    def __str__(self) -> str:
        """Return what is wrong and what to do, as a line."""
        return f"{self.message}; {self.remedy}"
