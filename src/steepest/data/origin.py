"""Where rows come from that no file of a run holds, so that they can be read anew, to the bit."""

from collections.abc import ItemsView, Mapping
from dataclasses import asdict, dataclass, field, replace
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Self

import numpy as np

from steepest.data.exposure import Exposure
from steepest.data.frame_stamp import FrameLike, frame_stamp_in
from steepest.data.stamp import Stamp
from steepest.data.text.reading import Reading
from steepest.errors import ChoiceError

__all__ = ["LATER_LIMITS", "LIMITS", "PAIRS", "Origin", "origin_in"]

PAIRS = ("class_weight", "date")
"""Arguments that may be mappings: JSON has keys of text alone, so they are pairs in a file."""

LIMITS = ("memory", "cache", "threads", "cluster")
"""Arguments that become the limits of `prepare`."""

OF_FRAME = ("types", "rows", "used", "digests")
"""What a file holds of a data frame."""

LATER_LIMITS = ("keep_cache",)
"""Others, which files of earlier builds do not have."""


@dataclass(frozen=True)
class Origin:
    """The files that were read in passes, by name, as they were then.

    `given` is what they were named by, `asked` are the arguments of `prepare` and of its limits, as
    plain data. `lacking` is what of it no file can hold, such as a table in memory; empty where
    all is there. A data frame of Dask has no files: it has to be given again, as the same `frame`.
    """

    files: Mapping[str, Stamp]
    given: str | list[str] = ""
    asked: Mapping[str, Any] = field(default_factory=dict)
    lacking: str = "data"
    frame: FrameLike | None = None

    def asked_for(self, given: object, asked: Mapping[str, object]) -> Self:
        """Return the origin with what was given, and how it was asked to be read."""
        found = {name: _plain(one) for name, one in asked.items()}
        lacking = [name for name, one in found.items() if one is None and asked[name] is not None]
        if self.frame is not None:
            return replace(self, asked=found, lacking=", ".join(lacking))
        if not self.files or not isinstance(given, str | PathLike | list):
            return self
        names = [_absolute(one) for one in given] if isinstance(given, list) else _absolute(given)
        return replace(self, given=names, asked=found, lacking=", ".join(lacking))

    @property
    def had_again(self) -> str:
        """How a run that is gone on with has the rows again."""
        if self.frame is not None:
            return "takes the same data frame again, resume(data=frame)"
        return "reads them anew from their files"

    def check_whole(self) -> None:
        """Raise ChoiceError where a file cannot say from what the rows are read anew."""
        if self.lacking:
            raise ChoiceError(
                "a checkpoint of rows that are read in passes says from which files they are read "
                f"anew, but {self.lacking} is no file and no plain word or number; give the name "
                "of a file in its place (Parquet, say), or leave checkpoint out"
            )

    def to_record(self) -> dict[str, Any]:
        """Return it as JSON has it, each file with a digest."""
        files = {name: asdict(stamp.with_digest(Path(name))) for name, stamp in self.files.items()}
        record = {"given": self.given, "asked": dict(self.asked), "files": files}
        if self.frame is not None:
            record["frame"] = {name: getattr(self.frame, name) for name in OF_FRAME}
        return record


def origin_in(record: Mapping[str, Any]) -> Origin | None:
    """Return the origin that a file tells of, None without; TypeError or KeyError if damaged."""
    if "origin" not in record:
        return None
    origin = record["origin"]
    given, asked = origin["given"], origin["asked"]
    names = given if isinstance(given, list) else [given]
    if not all(isinstance(one, str) for one in (*names, *origin["files"])):
        raise TypeError("its files are no names")
    if not isinstance(asked, dict) or not {"reading", *LIMITS} <= set(asked):
        raise TypeError("how its files were read is missing")
    files = {name: Stamp(**stamp) for name, stamp in origin["files"].items()}
    frame = frame_stamp_in(origin["frame"]) if "frame" in origin else None
    return Origin(files, given, asked, lacking="", frame=frame)


def _plain(value: object) -> Any:
    """Return an argument as JSON has it; None of what no file holds."""
    if isinstance(value, Reading):
        return asdict(value)
    if isinstance(value, Exposure):
        return [value.name, value.log] if value.given is None else None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, PathLike):
        return _absolute(value)
    if isinstance(value, str):
        return _absolute(value) if _is_file(value) else value
    if isinstance(value, bool | int | float):
        return value
    parts = value.items() if isinstance(value, Mapping) else value
    if not isinstance(parts, list | tuple | ItemsView):
        return None
    found = [_plain(one) for one in parts]
    return None if any(one is None for one in found) else found


def _is_file(said: str) -> bool:
    try:
        return Path(said).is_file()
    except (OSError, ValueError):
        return False


def _absolute(path: str | PathLike[str]) -> str:
    return str(Path(fspath(path)).absolute())
