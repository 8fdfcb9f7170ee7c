"""What stands for all rows where columns are judged: the sample, and rows that witness the rest.

A level, an end or a gap that the sample does not have is put beside it, so that what decides of a
whole table (`choose_features`, `choose_target`) decides the same here. What goes by how often a
value is there, such as the base of a category, comes from the digests.
"""

import shlex
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from steepest.data.arrow import array_of
from steepest.data.column import Column, Fill
from steepest.data.columns import clip, in_order, kind_of, words
from steepest.data.dates import DATES, date_numbers, no_dates_in_words, undated
from steepest.data.features import Features
from steepest.data.fill import INDICATOR, number_fill, season_fill
from steepest.data.out_of_core.digests import MOST_DISTINCT, NOWHERE, Digest
from steepest.data.out_of_core.first_pass import FirstPass
from steepest.data.out_of_core.needed import Needed
from steepest.data.out_of_core.sources import Source
from steepest.data.table import Table
from steepest.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "check_dates_of",
    "check_levels",
    "evidence_of",
    "filled",
    "has_all",
    "holes_of_digests",
    "with_bases",
]

MOST_JUDGED = 20_000
"""Rows of the sample that columns are judged by, beside the witnesses."""

Digests = Mapping[str, Digest]


def evidence_of(first: FirstPass, source: Source, needed: Needed) -> Table:
    """Return the rows that columns are judged by, as one table; only such as are left.

    All rows, in their order, where the sample has them all; else those of the sample, and behind
    them what they lack. No row is there a second time, since what makes a category goes by the
    number of rows.
    """
    some, places = first.sample.slice(0, MOST_JUDGED), first.places[:MOST_JUDGED]
    left = np.flatnonzero(needed.left(some))
    # Where none is left all are judged, and told to be left out later.
    left = left if len(left) else np.arange(len(places))
    some, places = some.take(array_of(left)), places[left]
    if has_all(first, source):
        order = np.argsort(places)
        return source.table_of(some.take(array_of(order)), places[order])
    table = _with_witnesses(some, first.digests)
    kept = np.full(table.num_rows, NOWHERE)
    kept[: len(places)] = places
    return source.table_of(table, kept)


def has_all(first: FirstPass, source: Source) -> bool:
    """Return whether the evidence is all rows that are left, each once."""
    return len(first.places[:MOST_JUDGED]) == source.rows


def _with_witnesses(some: "pa.Table", digests: Digests) -> "pa.Table":
    """Return rows and, behind them, what columns have in others; a shorter column repeats its."""
    import pyarrow as pa

    witnesses = {one: _witness(some[one], digests[one]) for one in some.column_names}
    rows = max((len(one) for one in witnesses.values()), default=0)
    columns = []
    for one, held in witnesses.items():
        sampled = some[one]
        repeated = held if len(held) else sampled
        more = repeated.take(array_of(np.arange(rows) % max(1, len(repeated))))
        chunks = more.chunks if isinstance(more, pa.ChunkedArray) else [more]
        columns.append(pa.chunked_array([*sampled.chunks, *chunks], sampled.type))
    return pa.Table.from_arrays(columns, names=some.column_names)


def _witness(sampled: "pa.ChunkedArray", digest: Digest) -> "pa.Array":
    """Return what a column has only outside its sample: of its ends or levels, and a gap."""
    import pyarrow as pa

    kind, plain = kind_of(sampled), sampled.type
    held = pa.nulls(0, plain)
    if kind in ("text", "dictionary"):
        sampled = words(sampled)
        held = _others(pa.array(sorted(digest.counts), pa.large_string()), sampled)
        held = _coded(held, plain) if kind == "dictionary" else held.cast(plain)
    elif kind in ("number", "boolean") and digest.low <= digest.high:
        values: list[Any] = sorted(digest.counts)[:MOST_JUDGED] or [digest.low, digest.high]
        whole = pa.types.is_integer(plain) or kind == "boolean"
        cast = bool if kind == "boolean" else int if whole else float
        held = _others(_array([cast(value) for value in values], plain), sampled)
    gap = digest.gaps and not sampled.null_count
    return pa.concat_arrays([held, pa.nulls(1, plain)]) if gap else held


def _array(values: list[Any], kind: "pa.DataType") -> "pa.Array":
    """Return some values as an array of a type."""
    import pyarrow as pa

    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return array_of(np.array(values, kind.to_pandas_dtype()))
    return pa.array(values, kind)


def _coded(levels: "pa.Array", kind: "pa.DataType") -> "pa.Array":
    """Return words as a dictionary column has them."""
    import pyarrow as pa

    coded = levels.cast(kind.value_type).dictionary_encode()
    indices = coded.indices.cast(kind.index_type)
    return pa.DictionaryArray.from_arrays(indices, coded.dictionary, ordered=kind.ordered)


def _others(values: "pa.Array", sampled: "pa.ChunkedArray") -> "pa.Array":
    """Return those of the values that a sample does not have."""
    import pyarrow as pa
    import pyarrow.compute as pc

    # Arrow looks up no number of 16 bits.
    plain = pa.float32() if pa.types.is_float16(values.type) else values.type
    there = sampled.cast(plain).combine_chunks()
    return values.filter(pc.invert(pc.is_in(values.cast(plain), there)))


def check_dates_of(source: Source, names: Collection[str], evidence: Table, buffered: int) -> None:
    """Raise DataError for columns of words that the evidence proves to be more than dates.

    The files are read once more, so that what is no date is counted in full.
    """
    for name in set(names) & set(evidence.arrow.column_names):
        if not len(undated(evidence.arrow[name])):
            continue
        bad = [
            (clip(str(table.arrow[name][row])), unit.start - unit.in_file + table.source_row(row))
            for unit in source.units
            for table in source.tables(unit, [name], buffered)
            for row in undated(table.arrow[name]).tolist()
        ]
        value, first = bad[0]
        raise DataError(
            f"{source.name}: column {name!r} must hold dates such as 2024-01-31, got "
            f"{no_dates_in_words(len(bad), value, source.place(first))}; leave it out with "
            f"--drop {shlex.quote(name)} (in Python: drop=[{name!r}])"
        )


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
    if column.fill is None:
        return column
    if column.kind == "season" and not (digest.gaps or digest.is_counted):
        return column._replace(fill=None)
    if column.kind in DATES:
        return column._replace(fill=_date_fill(column, digest, missing))
    mean = missing != "most" and column.kind == "number"
    if not mean and not digest.is_counted:
        raise DataError(
            f"column {column.name!r} has too many different values to know the most frequent; "
            "choose missing mean"
        )
    return column._replace(fill=float(digest.mean if mean else digest.most))


def _date_fill(column: Column, digest: Digest, missing: str) -> Fill:
    """Return what stands for a gap among dates: their mean, or the most frequent."""
    import pyarrow as pa

    if not digest.is_counted:
        raise DataError(
            f"column {column.name!r} holds more than {MOST_DISTINCT:,} different dates; what "
            "stands for a gap in them is known only in memory; leave rows with gaps out with "
            "--missing drop (in Python: missing='drop')"
        )
    # Words are dates as they are written, others microseconds.
    in_words = any(isinstance(one, str) for one in digest.counts)
    found = pa.array(list(digest.counts), pa.large_string() if in_words else pa.timestamp("us"))
    dates = date_numbers(pa.chunked_array([found]), column.kind)
    weights = np.array(list(digest.counts.values()), dtype=np.float64)
    if column.kind == "season":
        return season_fill(dates, missing, weights)
    return number_fill(dates, weights, missing != "most")


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
