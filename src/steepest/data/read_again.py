"""Rows that no file of a run holds, read anew from where they came, to the same bits."""

from pathlib import Path

from steepest.data.exposure import Exposure
from steepest.data.origin import LATER_LIMITS, LIMITS, PAIRS, Origin
from steepest.data.out_of_core.first_pass import Progress
from steepest.data.out_of_core.limits import limits_of
from steepest.data.prepare import prepare
from steepest.data.prepared import Data
from steepest.data.text.reading import Reading
from steepest.errors import FileError

__all__ = ["read_again"]


def read_again(origin: Origin, progress: Progress) -> Data:
    """Return the rows, read anew; FileError where a file is not what it was."""
    for name, stamp in origin.files.items():
        if not stamp.is_of(Path(name)):
            raise FileError(
                f"{name} changed since the checkpoint was written, so steps that go on would "
                "be of other rows; fit anew, from where it was with --start RUN (in Python: "
                "start=run)"
            )
    others = (*LIMITS, *LATER_LIMITS)
    asked = {name: one for name, one in origin.asked.items() if name not in others}
    asked |= {name: dict(asked[name]) for name in PAIRS if isinstance(asked.get(name), list)}
    reading = asked["reading"]
    asked["reading"] = Reading(**{**reading, "usual_columns": tuple(reading["usual_columns"])})
    if asked["exposure"] is not None:
        asked["exposure"] = Exposure(*asked["exposure"])
    later = {name: origin.asked.get(name) for name in LATER_LIMITS}
    limits = limits_of(*(origin.asked[name] for name in LIMITS), **later)
    data = prepare(origin.given, **asked, limits=limits, threads=limits.threads, progress=progress)
    now = set() if data.origin is None else set(data.origin.files)
    if now != set(origin.files):
        other = sorted(now ^ set(origin.files))[0]
        raise FileError(
            f"{other} was not among the files when the checkpoint was written, or is not now, "
            "so steps that go on would be of other rows; fit anew"
        )
    return data.of(origin)
