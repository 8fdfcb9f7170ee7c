"""What of a table could be predicted, and the one command that would do it.

Which column is meant nobody can know, so the likely ones are listed with what speaks for them. The
command is tried, up to X and y, before it is shown.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product
from types import MappingProxyType
from typing import Any

import numpy as np

from steepest.data.columns import kind_of
from steepest.data.features import refusal
from steepest.data.gaps import sound_rows
from steepest.data.held_out import marks_held_out
from steepest.data.prepare import prepare
from steepest.data.prepared import Data
from steepest.data.profile import ColumnProfile, gappy, level_counts, profile
from steepest.data.span import check_span
from steepest.data.sparse import is_sparse
from steepest.data.suspects import counts_rows
from steepest.data.table import Table
from steepest.data.table_gaps import table_holes
from steepest.data.target import Target, choose_target
from steepest.errors import DataError, SteepestError

__all__ = ["Candidate", "TableLook", "likely_targets", "look", "options_that_run", "sampled"]

_TARGET = (
    r"(?i)^(y|target|label|labels|class|outcome|response|diagnosis|survived|species|price|churn|"
    r"churned|default|defaulted|result|grade|score|income|salary|sales|revenue|damaged|affairs|"
    r"saleprice|quality|medv|mpg|cnt|count|status|type)$"
)
"""Names that the target has in the tables of textbooks and competitions; compiled when asked."""

_POINTS = {"its name": 4, "the last column": 2, "classes": 1}
"""How much speaks for a target: its name more than place and kind together."""

_PENALTY = 0.001
"""The penalty of the shipped data's own commands: several features separate classes without."""

MOST = 3
"""Candidates that are listed."""

SAMPLED = 5_000
"""Rows of a longer table by which candidates are found where nothing is said of the others."""


@dataclass(frozen=True)
class Candidate:
    """A column that could be predicted."""

    name: str
    classes: Mapping[str, int] | None
    """How often each class is there; None of a number."""
    why: Sequence[str]
    """What speaks for it."""

    def __str__(self) -> str:
        """Return its name with what it is and what speaks for it, in a few words."""
        kind = "a number" if self.classes is None else f"{len(self.classes):,} classes"
        return f"{self.name} ({', '.join([kind, *(one for one in self.why if one != 'classes')])})"


@dataclass(frozen=True)
class TableLook:
    """What a table holds, and what could be done with it."""

    table: Table
    columns: Sequence[ColumnProfile]
    targets: Sequence[Candidate]
    command: Sequence[str]
    """The words of the command that would run; none if no column can be predicted."""
    problem: str = ""
    """Why there is no command; "" if there is one."""


def look(table: Table, source: str, options: Sequence[str] = ()) -> TableLook:
    """Return a look at a table; `source` and `options` are as the command line had them."""
    columns = profile(table)
    marking = next((one.name for one in columns if marks_held_out(one.levels or ())), None)
    targets = [one for one in _likely(table, columns) if one.name != marking]
    problem = f"{table.name}: no column can be predicted from the others"
    # Rows to keep back may have no target, as in a competition: then they cannot be measured on.
    choices = [True, False] if marking else [False]
    for target, keeps_back in product(targets, choices):
        try:
            words = _command(table, columns, target.name, marking, keeps_back)
        except DataError as error:
            problem = str(error)
        else:
            return TableLook(table, columns, targets[:MOST], ["fit", source, *words, *options])
    return TableLook(table, columns, targets[:MOST], (), problem)


def likely_targets(table: Table) -> tuple[list[Candidate], list[str]]:
    """Return what could be predicted, the likeliest first, and the columns that number the rows.

    Of a long table rows evenly from first to last say it, and its first rows whether they are
    numbered.
    """
    few = sampled(table)
    head = table if few is table else table.keep(np.arange(SAMPLED))
    columns = [replace(one, id=one.id or counts_rows(head, one.name)) for one in profile(few)]
    return _likely(few, columns), [one.name for one in columns if one.id]


def sampled(table: Table) -> Table:
    """Return rows of a long table evenly from first to last; a short one as it is."""
    rows = table.arrow.num_rows
    if rows <= SAMPLED:
        return table
    return table.keep(np.linspace(0, rows - 1, SAMPLED).astype(np.intp))


def options_that_run(
    table: Table,
    target: str,
    *,
    drop: Sequence[str] = (),
    category: Sequence[str] = (),
    date: Mapping[str, str] = MappingProxyType({}),
    missing: str = "error",
    **others: object,
) -> list[str]:
    """Return the options beside those asked by which the target is predicted; none if none do.

    `others` are more of what `prepare` takes.
    """
    left = [name for name in table.arrow.column_names if name not in drop]
    if target not in left:
        return []
    used = replace(table, arrow=table.arrow.select(left))
    asked = {*category, *date, others.get("sample_weight"), others.get("validation")}
    out = [name for name in _left_out(used, profile(used), target) if name not in asked]
    gaps = "drop" if missing == "error" else missing
    chosen: dict[str, Any] = {**others, "category": category, "date": date, "missing": gaps}
    try:
        data = prepare(table, target, drop=[*drop, *out], **chosen)
        _check_sizes(data)
    except SteepestError:
        return []
    return [*_drops(out), *(["--missing", gaps] if data.dropped and missing == "error" else [])]


def _check_sizes(data: Data) -> None:
    """Raise DataError for numbers that are too large to compute with; of sparse X in no column."""
    if is_sparse(data.X):
        return
    with np.errstate(all="ignore"):
        deviation = np.asarray(data.X.std(axis=0, dtype=np.float64))
    check_span(data.X, data.y, deviation, data.features.names, data.target.name, place=data.place)


def _drops(names: Sequence[str]) -> list[str]:
    """Return the options that leave columns out."""
    return [word for name in names for word in ("--drop", f'"{name}"' if "," in name else name)]


def _likely(table: Table, columns: Sequence[ColumnProfile]) -> list[Candidate]:
    """Return what could be predicted, the likeliest first, then in the order of the columns."""
    empty = gappy(columns, table.arrow.num_rows)
    found = []
    for at, one in enumerate(columns):
        if not one.id and one.name not in empty:
            with suppress(DataError):
                target = choose_target(table, one.name, None)
                found.append(_candidate(table, target, at == len(columns) - 1))
    return sorted(found, key=lambda one: -sum(map(_POINTS.__getitem__, one.why)))


def _candidate(table: Table, target: Target, last: bool) -> Candidate:
    """Return a column as a target, with what speaks for it and how often each class is there."""
    named = re.match(_TARGET, target.name.strip()) is not None
    spoken = {"its name": named, "the last column": last, "classes": target.classes is not None}
    why = [reason for reason, holds in spoken.items() if holds]
    levels = level_counts(table.arrow[target.name]) if target.classes else None
    return Candidate(target.name, _finite(levels, table, target.name), why)


def _finite(levels: Mapping[str, int] | None, table: Table, name: str) -> Mapping[str, int] | None:
    """Return levels without the infinite values of a column of numbers, which are no class."""
    if levels is None or kind_of(table.arrow[name]) != "number":
        return levels
    return {level: count for level, count in levels.items() if np.isfinite(float(level))}


def _command(
    table: Table,
    columns: Sequence[ColumnProfile],
    target: str,
    marking: str | None,
    keeps_back: bool,
) -> list[str]:
    """Return the options by which the target is predicted from all that can be a feature.

    The column `marking`, which marks the rows to learn from, is none; where the others are
    held out (`keeps_back`) it is the option for that. Raises DataError if nothing is left to
    predict it from.
    """
    out = _left_out(table, [one for one in columns if one.name != marking], target)
    validation = marking if keeps_back else None
    out += [marking] if marking and not keeps_back else []
    data = prepare(table, target, drop=out, missing="drop", validation=validation)
    words = ["--target", target, *_drops(out)]
    words += ["--validation", validation] if validation else []
    words += ["--missing", "drop"] if data.dropped else []
    several = data.target.classes is not None and len(data.features.names) > 1
    return [*words, *(["--l2", f"{_PENALTY:g}"] if several else [])]


def _left_out(table: Table, columns: Sequence[ColumnProfile], target: str) -> list[str]:
    """Return what is better left out: no feature, an id, mostly gaps, or what another column says.

    The target once more is such a column too.
    """
    same = {one.name: one.twin or one.name for one in columns}
    empty = gappy(columns, table.arrow.num_rows)
    out, counting = [], []
    for one in columns:
        again = bool(one.twin) or same[one.name] == same[target]
        if one.refused or again or one.name in empty:
            out.append(one.name)
        elif one.id:
            counting.append(one.name)
    used = [name for name in same if name not in (*out, *counting)]
    if used:
        out += counting  # the only feature may well be 1, 2, 3, ...
    else:
        used = counting
    out += _constant_without_gaps(table, used, target)
    return [name for name in out if name != target and name not in table.index]


def _constant_without_gaps(table: Table, used: Sequence[str], target: str) -> list[str]:
    """Return which of the columns are no feature any more once the rows with gaps are gone."""
    holes = table_holes(table, [*used, target])
    if not holes:
        return []
    whole = table.keep(np.flatnonzero(sound_rows(holes, table.arrow.num_rows)))
    return [name for name in used if refusal(whole, name)] if whole.arrow.num_rows else []
