"""By what a data frame of Dask, which has no name, is recognised as the one that it was.

By its columns and their types, how many rows each partition has, and a digest of each partition's
values: of the hashes of rows that pandas works out, where the rows are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

__all__ = ["FrameLike", "FrameStamp", "difference", "digest_of", "frame_stamp_in"]


class FrameLike(Protocol):
    """What is known of a data frame."""

    @property
    def types(self) -> Mapping[str, str]:
        """The type of each column, in order."""

    @property
    def rows(self) -> Sequence[int]:
        """How many rows each partition has."""

    @property
    def used(self) -> Sequence[str]:
        """The columns that digests are of."""

    @property
    def digests(self) -> Sequence[str]:
        """Of each partition, in order."""


@dataclass(frozen=True)
class FrameStamp:
    """What a file holds of a data frame."""

    types: Mapping[str, str]
    rows: Sequence[int]
    used: Sequence[str]
    digests: Sequence[str]


def frame_stamp_in(record: Mapping[str, Any]) -> FrameStamp:
    """Return what a file holds of a data frame; TypeError or KeyError if it is damaged."""
    types, rows = record["types"], record["rows"]
    used, digests = record["used"], record["digests"]
    texts = [*types, *types.values(), *used, *digests] if isinstance(types, dict) else [None]
    if not all(isinstance(one, str) for one in texts):
        raise TypeError("the columns of its data frame are no names")
    if not all(type(one) is int for one in rows) or len(rows) != len(digests):
        raise TypeError("the partitions of its data frame are no numbers of rows")
    return FrameStamp(types, rows, used, digests)


def difference(now: FrameLike, then: FrameLike) -> str:
    """Return in words what is not the same of two data frames; "" if all is.

    Digests are asked for last: they read all rows.
    """
    return _other_columns(now, then) or _other_rows(now, then) or _other_values(now, then)


def _other_columns(now: FrameLike, then: FrameLike) -> str:
    for name in (*then.types, *now.types):
        was, is_now = then.types.get(name), now.types.get(name)
        if was is None or is_now is None:
            return f"column {name!r} {'was' if was is None else 'is'} not there"
        if was != is_now:
            return f"column {name!r} is {is_now}, but was {was}"
    same = list(then.types) == list(now.types)
    return "" if same else "its columns are in another order"


def _other_rows(now: FrameLike, then: FrameLike) -> str:
    if len(then.rows) != len(now.rows):
        return f"it has {len(now.rows):,} partitions, but had {len(then.rows):,}"
    for number, (count, was_count) in enumerate(zip(now.rows, then.rows, strict=True)):
        if count != was_count:
            return f"partition {number} has {count:,} rows, but had {was_count:,}"
    return ""


def _other_values(now: FrameLike, then: FrameLike) -> str:
    for number, (digest, was_digest) in enumerate(zip(now.digests, then.digests, strict=True)):
        if digest != was_digest:
            return f"partition {number} has other values"
    return ""


def digest_of(frame: Any, columns: Sequence[str]) -> str:
    """Return the digest of some columns of a partition, a data frame of pandas.

    Levels count in their order, of which the order of classes may come.
    """
    from pandas.util import hash_pandas_object

    some = frame[list(columns)]
    found = sha256(hash_pandas_object(some, index=False).to_numpy().tobytes())
    for name in columns:
        levels = getattr(getattr(some[name], "cat", None), "categories", ())
        found.update(repr([name, *map(str, levels)]).encode())
    return found.hexdigest()
