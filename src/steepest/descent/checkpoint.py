"""A checkpoint: all that a descent carries from one step to the next, as plain data.

With it a descent goes on, in another process and years later, as if it had never stopped. What
can be worked out again to the bit is not kept: margins, coordinates, samples, orders of rows.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.objective.evaluation import Vector

__all__ = ["ROW_STREAM", "Checkpoint", "LastStep", "WhiteningRecord"]

ROW_STREAM = (0,)
"""The stream of the seed that draws the orders of rows, as a spawn key of NumPy's SeedSequence.

The start is drawn from the seed itself, `()`, so the two are independent of each other.
"""

FORMER_ROW_STREAM = ()
"""That of files from when both were drawn from one."""


class LastStep(NamedTuple):
    """The last step: its rate, itself, the gradient and the params where it began, and its memory.

    Step and gradient are in the coordinates of the walk, the params in the reader's units, and so
    is `change`, which is the step once more. `memory` is what the step size has to know next time.
    """

    rate: float
    step: Vector
    gradient: Vector
    params: Vector
    memory: Any
    change: Vector | None = None


class WhiteningRecord(NamedTuple):
    """When the coordinates were renewed: at which step, at which params, from how many rows.

    Of these one in `thinning` was read.
    """

    step: int
    params: Vector
    rows: int
    thinning: int = 1


class Checkpoint(NamedTuple):
    """What a descent carries before step `index`, at `params`, (params,), in the reader's units.

    `state` is the rule's own, `rows` how many the sample has that is evaluated. `passes` and
    `seconds` are those of the step before.
    """

    index: int  # type: ignore[assignment]
    params: Vector
    state: tuple[Any, ...]
    rows: int
    last: LastStep | None = None
    whitening: WhiteningRecord | None = None
    passes: float = 0.0
    seconds: float = 0.0
    reference: Vector | None = None
    """The expansion point of a stateful objective; see `Objective.copy_for_descent`."""
    row_stream: tuple[int, ...] = ROW_STREAM
    """The stream of the seed that draws the orders of rows."""
    batches: tuple[float, ...] | None = None
    """Where batches before all rows have come to; see `descent/batches_then_all.py`."""
    evaluated: bool = False
    """Whether loss and gradient at `params` are known already, and their rows among `passes`."""

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return all of it as named arrays, of which the name is the place: `standing.4.1`."""
        named: dict[str, NDArray[Any]] = {}
        _spread(tuple(self), PREFIX, named)
        return named

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Checkpoint | None":
        """Return the checkpoint whose `to_arrays` are among `arrays`, or None if none is there."""
        if PREFIX not in arrays:
            return None
        parts: dict[str, Any] = {"row_stream": FORMER_ROW_STREAM}
        parts |= dict(zip(PARTS, _gathered(PREFIX, arrays), strict=False))
        for name, kind in (("last", LastStep), ("whitening", WhiteningRecord)):
            parts[name] = None if parts[name] is None else kind(*parts[name])
        return cls(**parts)


PREFIX = "standing"
"""The name in files, from the first version on."""

PARTS = Checkpoint._fields

NONE_LENGTH = -1
"""The length that stands for None."""


def _spread(value: Any, name: str, named: dict[str, NDArray[Any]]) -> None:
    """Put a value into `named`: arrays and numbers as they are, a tuple as its length and parts."""
    if value is None:
        named[name] = np.array([NONE_LENGTH], dtype=np.int8)
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
    if value[0] == NONE_LENGTH:
        return None
    return tuple(_gathered(f"{name}.{i}", named) for i in range(value[0]))
