"""Verdicts on seeded runs, against what a change of each run shows to have been wrong with it.

A run is labelled by its outcome, not by what was planned (`label`). The rules were written on the
runs of even seeds; the figures printed are those of the odd ones, which they were not written on.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bench.timing import has_torch, progress, table
from bench.verdict_cases import Case, cases
from bench.verdict_labels import HEALTHY, label

__all__ = ["verdicts"]

THUMB = "rule of thumb"


class Judged(NamedTuple):
    """A run, the names that would be right of it, and the verdicts it was given."""

    case: Case
    wanted: frozenset[str]
    found: tuple[tuple[str, str], ...]
    """Level and name of each."""

    @property
    def is_healthy(self) -> bool:
        """Whether its outcome is sound."""
        return self.wanted == HEALTHY


class Score(NamedTuple):
    """What is counted of some runs."""

    runs: int
    healthy: int
    proved: int
    """Healthy runs with an alarm at level proved."""
    alarms: int
    """Healthy runs with an alarm above a rule of thumb."""
    any_alarm: int
    """Healthy runs with any alarm."""
    told: int
    """Faulty runs with a verdict."""
    named: int
    """Faulty runs whose first verdict has the right name."""

    @classmethod
    def of(cls, runs: Sequence[Judged]) -> "Score":
        """Return the counts of some runs."""
        sound = [one for one in runs if one.is_healthy]
        faulty = [one for one in runs if not one.is_healthy]
        return cls(
            runs=len(runs),
            healthy=len(sound),
            proved=sum(any(level == "proved" for level, _ in one.found) for one in sound),
            alarms=sum(any(level != THUMB for level, _ in one.found) for one in sound),
            any_alarm=sum(bool(one.found) for one in sound),
            told=sum(bool(one.found) for one in faulty),
            named=sum(bool(one.found) and one.found[0][1] in one.wanted for one in faulty),
        )

    def row(self, title: str) -> tuple[str, ...]:
        """Return the counts as a line of the table."""
        faulty = self.runs - self.healthy
        return (
            title,
            str(self.runs),
            f"{self.proved} of {self.healthy}",
            f"{self.alarms} of {self.healthy}",
            f"{self.any_alarm} of {self.healthy}",
            f"{self.told} of {faulty} ({self.told / max(faulty, 1):.2f})",
            f"{self.named} of {faulty} ({self.named / max(faulty, 1):.2f})",
        )


HEADER = (
    "",
    "runs",
    "healthy: proved",
    "above thumb",
    "any alarm",
    "faulty: told",
    "first name right",
)


def verdicts(quick: bool = False) -> str:
    """Return the table of the two halves, and each run of which the verdicts are not right."""
    if has_torch():
        import torch

        torch.set_num_threads(1)
    runs = [judged(case) for case in cases(quick)]
    held = [one for one in runs if one.case.seed % 2]
    written = [one for one in runs if not one.case.seed % 2]
    families = list(dict.fromkeys(one.case.family for one in held))
    rows = [
        Score.of(held).row("held out (odd seeds)"),
        *(Score.of([r for r in held if r.case.family == f]).row(f"  {f}") for f in families),
        Score.of(written).row("rules written on (even seeds)"),
    ]
    return table("verdicts", HEADER, rows) + "\n\n" + "\n".join(wrong(runs))


def judged(case: Case) -> Judged:
    """Return a run with its label and its verdicts."""
    progress(f"verdicts {case.title}")
    run = case.run()
    found = tuple((verdict.level, verdict.name) for verdict in run.verdicts)
    return Judged(case, label(case, run), found)


def wrong(runs: Iterable[Judged]) -> list[str]:
    """Return a line for each run whose verdicts are not those of its label."""
    lines = []
    for one in runs:
        names = [name for _, name in one.found]
        right = not names if one.is_healthy else bool(names) and names[0] in one.wanted
        if not right:
            half = "held out" if one.case.seed % 2 else "written on"
            wanted = " or ".join(sorted(one.wanted))
            lines.append(f"{half}: {one.case.title}: {wanted}; told: {', '.join(names) or 'none'}")
    return lines
