"""Data frames of Dask: each partition is a unit, and its rows stay with the worker that has it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steepest.data.frame_stamp import FrameLike, difference, digest_of
from steepest.data.out_of_core.cluster import OWN_CLUSTER, Cluster, answering, distributed
from steepest.data.out_of_core.file_units import BATCH_ROWS, BUFFERED, Unit
from steepest.data.out_of_core.schemas import unified
from steepest.data.out_of_core.sources import Source
from steepest.errors import DataError
from steepest.numerals import counted

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["cluster_of_frame", "frame_again", "is_dask_frame", "source_of_frame"]

NAME = "Dask data frame"


@dataclass(frozen=True)
class FrameSource(Source):
    """A data frame of Dask; on a worker with the `frame` of one partition."""

    frame: Any = None

    def with_frame(self, frame: Any) -> "FrameSource":
        """Return the source with a partition at hand."""
        return replace(self, frame=frame)

    def batches(
        self, unit: Unit, columns: Sequence[str], buffered: int = BUFFERED
    ) -> Iterator["pa.RecordBatch"]:
        """Yield the rows of the partition at hand, some columns of them."""
        import pyarrow as pa

        table = pa.Table.from_pandas(self.frame[list(columns)], preserve_index=False)
        for batch in table.to_batches(BATCH_ROWS):
            yield self._as_unified(batch, unit, columns)

    def first_word(self, name: str) -> str:
        """Return "": the partitions are with the workers."""
        return ""

    def frame_like(self, cluster: Cluster | None, used: Sequence[str]) -> FrameLike | None:
        """Return by what the data frame, whose partitions a cluster holds, is recognised."""
        return None if cluster is None else HeldFrame(self, cluster, cluster.frames, used)


@dataclass(frozen=True)
class HeldFrame:
    """A data frame whose partitions, `frames`, a cluster holds; digests are worked out once."""

    source: Source
    cluster: Cluster
    frames: Sequence[Any]
    used: Sequence[str]

    @property
    def types(self) -> dict[str, str]:
        """The type of each column, in order."""
        return {field.name: str(field.type) for field in self.source.schema}

    @property
    def rows(self) -> list[int]:
        """How many rows each partition has."""
        return [unit.rows for unit in self.source.units]

    @cached_property
    def digests(self) -> list[str]:
        """The digest of each partition's columns that are used."""
        client = self.cluster.client
        with answering():
            asked = client.map(digest_of, self.frames, columns=list(self.used), pure=False)
        return self.cluster.gathered(asked)


def is_dask_frame(given: Any) -> bool:
    """Return whether this is a data frame of Dask."""
    return all(hasattr(given, name) for name in ("to_delayed", "npartitions", "select_dtypes"))


def cluster_of_frame(given: object) -> Cluster:
    """Return the cluster of the client at work, or of threads of this process."""
    dask = distributed("a data frame of Dask")
    if isinstance(given, Cluster):
        return given
    try:
        return Cluster.of(dask.get_client())
    except ValueError:
        threads = dask.LocalCluster(processes=False, **OWN_CLUSTER)
        return Cluster.owning(dask.Client(threads))


def source_of_frame(given: Any, cluster: Cluster) -> Source:
    """Return a data frame of Dask as what is streamed; its partitions are worked out now.

    Those without a row, which a filter leaves, are none of its units. Raises DataError where there
    are no rows.
    """
    frame = _by_words(given)
    with answering():
        frames = cluster.client.compute(frame.to_delayed())
        asked = cluster.client.map(_look, frames, pure=False)
    partitions = cluster.gathered(asked)
    units, schemas, parts, start = [], {}, {}, 0
    for number, (rows, schema) in enumerate(partitions):
        called = f"partition {number}"
        if rows:
            units.append(Unit(Path(called), number, rows, start, 0, called))
            parts[Path(called)] = dict[str, Any]()
            schemas[called] = schema
        start += rows
    if not units:
        raise DataError(f"{NAME}: there is no row in its {counted(len(frames), 'partition')}")
    cluster.frames = [frames[unit.group] for unit in units]
    schema, unlike = unified(schemas)
    return FrameSource(NAME, tuple(units), schema, schemas, unlike, {}, parts)


def _by_words(given: Any) -> Any:
    """Return a data frame of Dask whose columns have words as names; DataError for one twice."""
    names = list(map(str, given.columns))
    for name in names:
        if names.count(name) > 1:
            raise DataError(
                f"{NAME}: {counted(names.count(name), 'column')} have the name {name!r}; name each "
                "once, with frame.rename"
            )
    return given if names == list(given.columns) else given.rename(columns=str)


def frame_again(given: Any, then: FrameLike, cluster: Cluster) -> Any:
    """Return a data frame of Dask that is given again, its partitions held by the cluster.

    Raises DataError where it is not the same, with what differs first.
    """
    with answering():
        held = cluster.client.persist(given)
    now = source_of_frame(held, cluster).frame_like(cluster, then.used)
    other = "" if now is None else difference(now, then)
    if other:
        raise DataError(
            f"the {NAME} is not that of the checkpoint: {other}, so steps that go on would be of "
            "other rows; give the same one, or fit anew, from where it was with start=run"
        )
    return held


def _look(frame: Any) -> "tuple[int, pa.Schema]":
    """Return how many rows a partition has, and the types of its columns."""
    import pyarrow as pa

    return len(frame), pa.Table.from_pandas(frame, preserve_index=False).schema
