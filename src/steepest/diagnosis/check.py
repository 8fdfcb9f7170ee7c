"""What a check is: what was looked at of a run, and what was not."""

from collections.abc import Collection
from dataclasses import dataclass

__all__ = ["CHECKED", "NOT_JUDGED", "NOT_LOOKED_AT", "STATED", "Check", "Found"]

Found = Collection[str]
"""The names of the verdicts of a run."""

STATED = "the verdict says what was found"

CHECKED = "checked"
"""It was looked at: what is wrong there is a verdict, and where there is none nothing is."""

NOT_LOOKED_AT = "not looked at"
"""There was nothing to look at, or no reason to."""

NOT_JUDGED = "could not judge"
"""It was looked at, or should have been, and cannot be decided."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at, or was not, and why.

    `name` is what; `state` one of `CHECKED`, `NOT_LOOKED_AT` and `NOT_JUDGED`; `message` how, or
    why not.
    """

    name: str
    state: str
    message: str

    def __str__(self) -> str:
        """Return it as a line.

        >>> print(Check("curvature", CHECKED, "exact, 28.7"))
        curvature: checked, exact, 28.7
        >>> print(Check("held-out loss", NOT_LOOKED_AT, "no rows were kept back"))
        held-out loss: not looked at, no rows were kept back
        """
        return f"{self.name}: {self.state}, {self.message}"
