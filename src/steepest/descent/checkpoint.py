"""Where a descent stands: all that it carries from one step to the next, as plain data.

With it a descent goes on, in another process and years later, as if it had never stopped. What
can be worked out again to the bit is not kept: margins, coordinates, samples, orders of rows.
"""

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.objective.protocol import Vector

__all__ = ["Moved", "Rounded", "Standing"]


class Moved(NamedTuple):
    """The last step: its rate, itself, the slope and the params where it began, what was kept.

    Step and slope are in the coordinates of the walk, the params in the reader's units, and so
    is `way`, which is the step once more.
    """

    rate: float
    move: Vector
    slope: Vector
    params: Vector
    kept: Any
    way: Any = None


class Rounded(NamedTuple):
    """When the coordinates were made anew: at which step, at which params, from how many rows.

    Of these one in `each` was read.
    """

    at: int
    params: Vector
    rows: int
    each: int = 1


@dataclass(frozen=True, eq=False)
class Standing:
    """Where a descent stands before step `index`, at `params` in the reader's units.

    `state` is the rule's own, `rows` how many the sample has that is looked at. `passes` and
    `seconds` are those of the step before.
    """

    index: int
    params: Vector
    state: tuple[Any, ...]
    rows: int
    last: Moved | None = None
    rounded: Rounded | None = None
    passes: float = 0.0
    seconds: float = 0.0
    reference: Vector | None = None
    """Where sums that stand for all rows were last made up for by reading X, if they were."""

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return all of it as named arrays, of which the name is the place: `standing.4.1`."""
        named: dict[str, NDArray[Any]] = {}
        _spread(astuple(self), "standing", named)
        return named

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Standing | None":
        """Return the standing whose `to_arrays` are among `arrays`, or None if none is there."""
        if "standing" not in arrays:
            return None
        parts = dict(zip(PARTS, _gathered("standing", arrays), strict=True))
        for name, kind in (("last", Moved), ("rounded", Rounded)):
            parts[name] = None if parts[name] is None else kind(*parts[name])
        return cls(**parts)


PARTS = [part.name for part in fields(Standing)]

NOTHING = -1
"""The length that stands for None."""


def _spread(value: Any, name: str, named: dict[str, NDArray[Any]]) -> None:
    """Put a value into `named`: arrays and numbers as they are, a tuple as its length and parts."""
    if value is None:
        named[name] = np.array([NOTHING], dtype=np.int8)
    elif isinstance(value, tuple):
        named[name] = np.array([len(value)], dtype=np.int8)
        for i, part in enumerate(value):
            _spread(part, f"{name}.{i}", named)
    else:
        named[name] = np.array(value)


def _gathered(name: str, named: Mapping[str, NDArray[Any]]) -> Any:
    """Return the value that was spread under this name."""
    value = named[name]
    if value.dtype != np.int8:
        return value.item() if value.ndim == 0 else value
    if value[0] == NOTHING:
        return None
    return tuple(_gathered(f"{name}.{i}", named) for i in range(value[0]))
