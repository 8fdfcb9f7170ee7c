"""Rows that no file of a run holds, read anew from where they came, to the same bits."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from steepest.data.exposure import Exposure
from steepest.data.origin import LATER_LIMITS, LIMITS, PAIRS, Origin
from steepest.data.out_of_core.cluster import Cluster
from steepest.data.out_of_core.dask_frames import cluster_of_frame, frame_again, is_dask_frame
from steepest.data.out_of_core.first_pass import Progress
from steepest.data.out_of_core.limits import Limits, limits_of
from steepest.data.prepare import prepare
from steepest.data.prepared import Data
from steepest.data.text.reading import Reading
from steepest.errors import ChoiceError, FileError

__all__ = ["check_not_given", "read_again"]


NO_CLUSTER = "none"
"""The word for rows that are held here, though a cluster held them before."""


def read_again(
    origin: Origin, progress: Progress, given: Any = None, cluster: object = None
) -> Data:
    """Return the rows, read anew; of a data frame of Dask it is `given` again.

    They are held by a `cluster` as before, by another or, at "none", here: the bits are the same.
    Raises FileError where a file is not what it was, DataError for another data frame, ChoiceError
    where it is not given, or not asked for.
    """
    if origin.frame is None:
        check_not_given(given)
        _check_same(origin)
    elif not is_dask_frame(given):
        raise ChoiceError(
            "the rows of this checkpoint are those of a Dask data frame, which no file holds; in "
            "Python give it again, st.load(FILE).resume(data=frame), or fit on files, such as "
            "those of frame.to_parquet(FOLDER): these the command line finds by itself"
        )
    limits = _limits(origin, cluster)
    if origin.frame is not None:
        held_by = cluster_of_frame(limits.cluster)
        limits = replace(limits, cluster=held_by)
        given = frame_again(given, origin.frame, held_by)
    data = prepare(
        origin.given if given is None else given,
        **_asked(origin),
        limits=limits,
        threads=limits.threads,
        progress=progress,
    )
    now = set() if data.origin is None else set(data.origin.files)
    if now != set(origin.files):
        other = sorted(now ^ set(origin.files))[0]
        raise FileError(
            f"{other} was not among the files when the checkpoint was written, or is not now, "
            "so steps that go on would be of other rows; fit anew"
        )
    return data.of(origin)


def check_not_given(data: object) -> None:
    """Raise ChoiceError for data that are given to a run which has its rows, or their files."""
    if data is not None:
        raise ChoiceError(
            "data is given, but only the checkpoint of a fit on a Dask data frame needs it: this "
            "run has its rows, or names their files; leave data out"
        )


def _check_same(origin: Origin) -> None:
    """Raise FileError where a file is not what it was."""
    for name, stamp in origin.files.items():
        if not stamp.is_of(Path(name)):
            raise FileError(
                f"{name} changed since the checkpoint was written, so steps that go on would "
                "be of other rows; fit anew, from where it was with --start RUN (in Python: "
                "start=run)"
            )


def _asked(origin: Origin) -> dict[str, Any]:
    """Return the arguments of `prepare`."""
    others = (*LIMITS, *LATER_LIMITS)
    asked = {name: one for name, one in origin.asked.items() if name not in others}
    asked |= {name: dict(asked[name]) for name in PAIRS if isinstance(asked.get(name), list)}
    reading = asked["reading"]
    asked["reading"] = Reading(**{**reading, "usual_columns": tuple(reading["usual_columns"])})
    if asked["exposure"] is not None:
        asked["exposure"] = Exposure(*asked["exposure"])
    return asked


def _limits(origin: Origin, cluster: object) -> Limits:
    """Return the limits, of another cluster than before where that is said.

    A data frame is with the client at work.
    """
    asked = {name: origin.asked.get(name) for name in (*LIMITS, *LATER_LIMITS)}
    if origin.frame is not None:
        asked["cluster"] = None
    if cluster is not None:
        asked["cluster"] = None if _is_none(cluster) else Cluster.of(cluster)
    return limits_of(**asked)


def _is_none(cluster: object) -> bool:
    return isinstance(cluster, str) and cluster == NO_CLUSTER
