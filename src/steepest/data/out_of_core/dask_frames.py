"""Data frames of Dask: each partition is a unit, and its rows stay with the worker that has it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steepest.data.out_of_core.cluster import Cluster, answering, distributed
from steepest.data.out_of_core.file_units import BATCH_ROWS, BUFFERED, Unit
from steepest.data.out_of_core.schemas import unified
from steepest.data.out_of_core.sources import Source
from steepest.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["cluster_of_frame", "is_dask_frame", "source_of_frame"]

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


def is_dask_frame(given: Any) -> bool:
    """Return whether this is a data frame of Dask."""
    return all(hasattr(given, name) for name in ("map_partitions", "to_delayed", "npartitions"))


def cluster_of_frame(given: object) -> Cluster:
    """Return the cluster of the client at work, or of threads of this process."""
    dask = distributed("a data frame of Dask")
    if isinstance(given, Cluster):
        return given
    try:
        return Cluster.of(dask.get_client())
    except ValueError:
        threads = dask.LocalCluster(processes=False, dashboard_address=":0")
        return Cluster.owning(dask.Client(threads))


def source_of_frame(given: Any, cluster: Cluster) -> Source:
    """Return a data frame of Dask as what is streamed; its partitions are worked out now.

    Raises DataError where there are no rows.
    """
    with answering():
        cluster.frames = cluster.client.compute(given.to_delayed())
        partitions = cluster.client.gather(cluster.client.map(_look, cluster.frames, pure=False))
    units, schemas, parts, start = [], {}, {}, 0
    for number, (rows, schema) in enumerate(partitions):
        called = f"partition {number}"
        units.append(Unit(Path(called), number, rows, start, 0, called))
        parts[Path(called)] = dict[str, Any]()
        if rows:
            schemas[called] = schema
        start += rows
    if not start:
        raise DataError(f"{NAME}: there is no row in its partitions")
    schema, unlike = unified(schemas)
    return FrameSource(NAME, tuple(units), schema, schemas, unlike, {}, parts)


def _look(frame: Any) -> "tuple[int, pa.Schema]":
    """Return how many rows a partition has, and the types of its columns."""
    import pyarrow as pa

    return len(frame), pa.Table.from_pandas(frame, preserve_index=False).schema
