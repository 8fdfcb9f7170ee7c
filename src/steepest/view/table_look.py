"""A look at a table, in words and as one JSON object."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from steepest.data.likely import Candidate, TableLook
from steepest.data.profile import ColumnProfile
from steepest.numerals import counted, percent, short
from steepest.view.section import Section, aligned
from steepest.view.story import shortened

__all__ = ["HEADS", "bars", "look_report", "tell_look"]

FORMAT = 1

HEADS = ("Columns", "Worth knowing", "Likely targets", "try: ")
"""How the lines begin that are printed bold."""

BARS = "▁▂▃▄▅▆▇█"

MOST_COLUMNS = 60
"""Columns that are listed line by line: what a screen and a half shows."""

MOST_LEVELS = 5
"""Levels that are listed with their counts."""

RARE = 0.1
"""The share of the rows below which a class of two is reported as rare: most misses are there."""


def tell_look(look: TableLook) -> str:
    """Return what a table holds, what is worth knowing of it, and what could be predicted."""
    rows, columns = look.table.arrow.num_rows, look.columns
    size = f"{counted(rows, 'row')}, {counted(len(columns), 'column')}"
    head = "\n".join([f"{look.table.name}: {size}", *look.table.notes])
    lines = aligned([_cells(one) for one in columns[:MOST_COLUMNS]], left=True)
    more = len(columns) - MOST_COLUMNS
    lines += [f"... and {more:,} more (--json has all)"] if more > 0 else []
    sections = [Section("Columns", tuple(lines))]
    if worth := tuple(_worth_knowing(columns)):
        sections.append(Section("Worth knowing", worth))
    if look.targets:
        targets = tuple(_target(one) for one in look.targets)
        sections.append(Section("Likely targets", targets))
    tried = shlex.join(["steepest", *look.command])
    return "\n\n".join(
        [head, *map(str, sections), f"try: {tried}" if look.command else look.problem]
    )


def look_report(look: TableLook) -> dict[str, Any]:
    """Return a look at a table for programs; the keys are the same for every table."""
    return {
        "format": FORMAT,
        "name": look.table.name,
        "rows": look.table.arrow.num_rows,
        "columns": [_column_report(one) for one in look.columns],
        "reading": list(look.table.notes),
        "notes": list(_worth_knowing(look.columns)),
        "targets": [asdict(one) for one in look.targets],
        "command": ["steepest", *look.command] if look.command else None,
    }


def _column_report(one: ColumnProfile) -> dict[str, Any]:
    """Return a column for programs; what goes with another kind of column is null."""
    said = asdict(one)
    low, high = one.ends or (None, None)
    return said | {"min": low, "max": high}


def _cells(one: ColumnProfile) -> list[str]:
    """Return a column's line in the table of columns."""
    kind = f"{one.kind} ({one.unit})" if one.unit else one.kind
    gaps = f"{counted(one.missing, 'gap')}" if one.missing else ""
    gaps += f"{', ' if gaps and one.infinite else ''}{one.infinite} infinite" * bool(one.infinite)
    return [shortened(one.name), kind, gaps, bars(_heights(one)), _contents(one)]


def _contents(one: ColumnProfile) -> str:
    """Return the ends and the mean of a number, or the most frequent levels with their counts."""
    if one.ends is not None and one.mean is not None:
        low, high = one.ends
        return f"{short(low)} to {short(high)}, mean {short(one.mean)}"
    if one.levels:
        shown = [f"{shortened(level)} {count:,}" for level, count in one.levels.items()]
        more = f", and {len(shown) - MOST_LEVELS} more" if len(shown) > MOST_LEVELS else ""
        return ", ".join(shown[:MOST_LEVELS]) + more
    return f"{one.distinct:,} different values" if one.distinct else ""


def _heights(one: ColumnProfile) -> Sequence[int]:
    """Return the bars of a column: bins of a number, levels of a category."""
    if one.histogram is not None:
        return one.histogram.counts
    return list((one.levels or {}).values())[:10]


def bars(counts: Sequence[int]) -> str:
    """Return counts as bars; none at all is a blank, the greatest is full.

    >>> bars([1, 0, 4, 8])
    '▁ ▄█'
    """
    most = max(counts, default=0)
    return "".join(BARS[max(0, -(-8 * count // most) - 1)] if count else " " for count in counts)


def _worth_knowing(columns: Sequence[ColumnProfile]) -> Iterator[str]:
    """Yield what a fit would stumble over, or would not say."""
    for one in columns:
        if one.refused:
            yield f"column {one.refused}"
        if one.id:
            yield f"{one.name!r} numbers the rows, as an id does: no feature"
        if one.code:
            yield (
                f"{one.name!r} holds {one.distinct} whole numbers: if they are codes of kinds, "
                f"--category {shlex.quote(one.name)}"
            )
        if one.stopgap:
            yield one.stopgap
        if one.twin:
            yield f"{one.name!r} says the same as {one.twin!r}, row by row"


def _target(one: Candidate) -> str:
    """Return a candidate with its classes and what speaks for it."""
    why = f" ({', '.join(reason for reason in one.why if reason != 'classes')})"
    why = "" if why == " ()" else why
    if one.classes is None:
        return f"{shortened(one.name)}: a number{why}"
    there = sum(one.classes.values())
    shares = [f"{shortened(name)} {percent(n / there)}" for name, n in one.classes.items()]
    more = f", and {len(shares) - MOST_LEVELS} more" if len(shares) > MOST_LEVELS else ""
    line = ", ".join(shares[:MOST_LEVELS]) + more + why
    line = f"{shortened(one.name)}: {len(shares)} classes, {line}"
    rarest = min(one.classes.values())
    if len(shares) == 2 and rarest < RARE * there:
        often = shortened(next(iter(one.classes)))
        line += f"; always to say {often} is right in {percent(1 - rarest / there)}"
    return line
