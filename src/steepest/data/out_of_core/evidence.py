"""What stands for all rows where columns are judged: the sample, and rows that witness the rest.

A level, an end or a gap that the sample does not have is put beside it, so that what decides of a
whole table (`choose_features`, `choose_target`) decides the same here. What goes by how often a
value is there, such as the base of a category, comes from the digests.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.data.column import Column
from steepest.data.columns import in_order, kind_of, words
from steepest.data.features import Features
from steepest.data.fill import INDICATOR
from steepest.data.out_of_core.digests import NOWHERE, Digest
from steepest.data.out_of_core.sources import Source
from steepest.data.table import Table
from steepest.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["evidence_of", "filled", "holes_of_digests", "with_bases"]

MOST_JUDGED = 20_000
"""Rows of the sample that columns are judged by, beside the witnesses."""

Digests = Mapping[str, Digest]


def evidence_of(sample: "pa.Table", digests: Digests, name: str) -> Table:
    """Return the sample and its witnesses as one table."""
    import pyarrow as pa

    some = sample.slice(0, MOST_JUDGED)
    witnesses = {one: _witness(some[one], digests[one]) for one in sample.column_names}
    rows = max((len(one) for one in witnesses.values()), default=0)
    columns = []
    for one in sample.column_names:
        held, sampled = witnesses[one], some[one]
        cycle = np.arange(rows) % max(1, len(held))
        more = held.take(pa.array(cycle)) if len(held) else sampled.slice(0, 0)
        more = more.combine_chunks() if isinstance(more, pa.ChunkedArray) else more
        if not len(held) and rows:
            more = pa.nulls(rows, sampled.type)
        columns.append(pa.chunked_array([*sampled.chunks, more], sampled.type))
    return Table(pa.Table.from_arrays(columns, names=sample.column_names), name)


def _witness(sampled: "pa.ChunkedArray", digest: Digest) -> "pa.Array":
    """Return values of a column that all rows have, its ends or levels, and a gap if one has it."""
    import pyarrow as pa

    kind = kind_of(sampled)
    values: list[Any] = []
    if kind in ("text", "dictionary"):
        values = sorted(digest.counts)
    elif kind in ("number", "boolean") and digest.low <= digest.high:
        values = sorted(digest.counts)[:MOST_JUDGED] or [digest.low, digest.high]
        whole = pa.types.is_integer(sampled.type) or kind == "boolean"
        cast = bool if kind == "boolean" else int if whole else float
        values = [cast(value) for value in values]
    else:
        values = sampled.slice(0, 2).drop_null().to_pylist()
    gaps = [None] if digest.gaps else []
    kinds = sampled.type
    if pa.types.is_dictionary(kinds):
        return pa.array([*values, *gaps], kinds.value_type).cast(kinds)
    return pa.array([*values, *gaps], kinds)


def check_levels(features: Features, digests: Digests, name: str) -> None:
    """Raise DataError for a category of more levels than were counted."""
    for column in features.columns:
        if column.kind == "category" and not digests[column.name].is_counted:
            raise DataError(
                f"{name}: column {column.name!r} has too many different values to be a category; "
                f"leave it out with --drop {column.name} (in Python: drop=[{column.name!r}])"
            )


def with_bases(features: Features, digests: Digests, evidence: Table) -> Features:
    """Return the features whose categories have the base that most of all rows have."""
    columns = [_with_base(column, digests, evidence) for column in features.columns]
    return replace(features, columns=tuple(columns))


def _with_base(column: Column, digests: Digests, evidence: Table) -> Column:
    if column.kind != "category":
        return column
    counted = digests[column.name].counts.items()
    counts = _as_words({str(level): float(weight) for level, weight in counted})
    base = min(counts, key=lambda level: (-counts[level], level))
    others = in_order(evidence.arrow[column.name], set(counts) - {base})
    return column._replace(levels=tuple(others), base=base)


def _as_words(counts: dict[str, float]) -> dict[str, float]:
    """Return counts by the words that numbers are as a category: 1.0 is `1`."""
    import pyarrow as pa

    found = words(pa.chunked_array([pa.array(list(counts), pa.large_string())])).to_pylist()
    joined: dict[str, float] = {}
    for word, weight in zip(found, counts.values(), strict=True):
        if word is not None:
            joined[word] = joined.get(word, 0.0) + weight
    return joined


def filled(features: Features, digests: Digests, missing: str) -> Features:
    """Return the features with what stands for a gap in each, by all rows.

    `features` have what the evidence would say, so that only the values change.
    """
    columns = [_filled(column, digests[column.name], missing) for column in features.columns]
    return replace(features, columns=tuple(columns))


def _filled(column: Column, digest: Digest, missing: str) -> Column:
    if column.kind == "category":
        if missing == INDICATOR and digest.gaps:
            return column
        return column._replace(fill=str(digest.most))
    if column.kind == "season" or column.fill is None:
        return column
    mean = missing != "most" and column.kind == "number"
    if not mean and not digest.is_counted:
        raise DataError(
            f"column {column.name!r} has too many different values to know the most frequent; "
            "choose missing mean"
        )
    return column._replace(fill=float(digest.mean if mean else digest.most))


def holes_of_digests(digests: Digests, source: Source) -> str:
    """Return the holes of columns in words: "column 'a' has 3 missing values (first: ...)"."""
    described = []
    for name, one in digests.items():
        kinds = (
            (one.gaps, one.first_gap, "missing value"),
            (one.infinite, one.first_infinite, "infinite value"),
        )
        found = [
            f"{count:,} {what}{'s' * (count > 1)} (first: {source.place(first)})"
            for count, first, what in kinds
            if first != NOWHERE
        ]
        if found:
            described.append(f"column {name!r} has {' and '.join(found)}")
    return "; ".join(described)
