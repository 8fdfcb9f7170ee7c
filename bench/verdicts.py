"""Verdicts on seeded runs, against what a change of each run shows to have been wrong with it.

A run is labelled by its outcome, not by what was planned (`label`). The rules were written on the
runs of even seeds; the figures printed are those of the odd ones, which they were not written on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import steepest as st
from bench.timing import has_torch, progress, table
from bench.verdict_cases import Case, Training, cases
from bench.verdict_labels import HEALTHY, label
from bench.verdict_line import five_rates
from bench.verdict_peers import LOGGED, WATCHING, Log, meant, missing, of_log, of_training

__all__ = ["verdicts"]

THUMB = "rule of thumb"


class Judged(NamedTuple):
    """A run, the names that would be right of it, and the verdicts it was given."""

    case: Case
    wanted: frozenset[str]
    found: tuple[tuple[str, str], ...]
    """Level and name of each."""
    others: Mapping[str, Sequence[str]]
    """What other tools find, by their names."""

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
    tables = table("verdicts", HEADER, rows), peers(runs), five_rates()
    return "\n\n".join([*tables, *wrong(runs)])


def judged(case: Case) -> Judged:
    """Return a run with its label and its verdicts."""
    progress(f"verdicts {case.title}")
    run = case.run()
    found = tuple((verdict.level, verdict.name) for verdict in run.verdicts)
    return Judged(case, label(case, run), found, others(case, run))


def others(case: Case, run: st.Run) -> dict[str, list[str]]:
    """Return what other tools find of the log of a run, and of a training of torch."""
    norms = run.trace.steepnesses.tolist()
    found = of_log(Log(run.trace.losses.tolist(), norms, case.rate, case.X))
    return found | (of_training(partial(Training, case)) if case.in_torch else {})


def peers(runs: Sequence[Judged]) -> str:
    """Return the table of all tools: held out runs of those that read logs, all of the others."""
    held = [one for one in runs if one.case.seed % 2]
    in_torch = [one for one in runs if one.case.in_torch]
    rows = [_ours(held, "steepest"), *_theirs(held, in_torch=False)]
    rows += [_ours(in_torch, "steepest, of torch's trainings"), *_theirs(in_torch, in_torch=True)]
    absent = missing()
    note = f"\nNot installed: {', '.join(absent)} (pip install --no-deps).\n" if absent else ""
    header = "", "runs", "healthy: any alarm", "recall", "precision", "a name right", "names a run"
    return table("what other tools say of the same runs", header, rows) + note


def _ours(runs: Sequence[Judged], title: str) -> tuple[str, ...]:
    return _row(title, [(one.wanted, [frozenset({name}) for _, name in one.found]) for one in runs])


def _theirs(runs: Sequence[Judged], in_torch: bool) -> Iterator[tuple[str, ...]]:
    """Yield the line of each tool that has seen all these runs."""
    for tool in WATCHING if in_torch else LOGGED:
        if all(tool in one.others for one in runs):
            told = [(one.wanted, list(map(meant, set(one.others[tool])))) for one in runs]
            yield _row(tool, told)


def _row(
    title: str, told: Sequence[tuple[frozenset[str], list[frozenset[str]]]]
) -> tuple[str, ...]:
    """Return the counts of a tool: alarms, and how often a faulty run is told and named."""
    faulty = [(wanted, names) for wanted, names in told if wanted != HEALTHY]
    sound = [names for wanted, names in told if wanted == HEALTHY]
    alarms, right = sum(map(bool, sound)), sum(bool(names) for _, names in faulty)
    named = sum(any(wanted & one for one in names) for wanted, names in faulty)
    each = sum(len(frozenset().union(*names)) for _, names in faulty) / max(len(faulty), 1)
    return (
        title,
        str(len(told)),
        f"{alarms} of {len(sound)}",
        f"{right / max(len(faulty), 1):.2f}",
        f"{right / max(right + alarms, 1):.2f}",
        f"{named / max(len(faulty), 1):.2f}",
        f"{each:.1f}",
    )


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
