"""What was worked out of the rows of a run before these were left out: numbers of all of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Recorded"]

MOVE = "first_move"
"""The name, in a file, of the array of the first step in the coordinates of the descent."""


@dataclass(frozen=True, eq=False)
class Recorded:
    """Counts, metrics and words of rows that are not at hand; no number of a row alone."""

    rows: int
    validation_rows: int
    weighted: bool
    """Whether the rows counted differently."""
    kind: str
    """What the objective was, for a message."""
    exact_limit: bool
    """Whether the limit of the rate was that of the loss itself."""
    standard_in_words: str
    start_in_words: str
    lowest_loss: float | None
    """The lowest loss that there is; None if that was not known."""
    metrics: Mapping[str, Any] | None = None
    """The metrics of the result on the rows, by name."""
    validation_metrics: Mapping[str, Any] | None = None
    """Those on the rows that were kept back."""
    move: NDArray[np.float64] | None = field(default=None)
    """The first step: old and new position and the gradient, (3, params); None of no step."""
    by_param: bool = False
    """Whether that is in the coordinates of the descent, each that of one param."""

    rows_of_metrics: int | None = None
    """Of how many rows the metrics are, if not of all."""

    def to_record(self) -> dict[str, object]:
        """Return all but the arrays, as JSON has it."""
        record = {name: one for name, one in asdict(self).items() if name != "move"}
        if self.rows_of_metrics is None:
            del record["rows_of_metrics"]
        for name in ("metrics", "validation_metrics"):
            record[name] = _listed(record[name])
        return record

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the arrays by the names that they have in a file: the move, (params,)."""
        return {} if self.move is None else {MOVE: self.move}

    @classmethod
    def of_file(cls, record: Mapping[str, Any], arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Return what `to_record` and `to_arrays`, (params,), gave; ValueError or TypeError."""
        move = arrays.get(MOVE)
        measured = ("metrics", "validation_metrics")
        read = {name: _unlisted(record[name]) for name in measured}
        moved = None if move is None else np.asarray(move, dtype=np.float64)
        return cls(**{**record, **read, "move": moved})


def _listed(metrics: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return metrics with their arrays as lists."""
    if metrics is None:
        return None
    return {name: np.asarray(one).tolist() for name, one in metrics.items()}


def _unlisted(metrics: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return metrics with the table of actual against predicted as an array, (k, k)."""
    if metrics is None:
        return None
    return {n: np.array(one) if isinstance(one, list) else one for n, one in metrics.items()}
