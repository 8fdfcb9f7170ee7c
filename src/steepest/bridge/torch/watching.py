"""What was watched of a training, all together, once it is over."""

from typing import NamedTuple

from steepest.bridge.torch.objective import TorchObjective
from steepest.bridge.torch.recording import Recording
from steepest.bridge.torch.rules import Known
from steepest.descent.stop import Stop

__all__ = ["Watching"]


class Watching(NamedTuple):
    """What was watched, and how it ended; `objective` is None where no data were given."""

    recording: Recording
    objective: TorchObjective | None
    known: Known
    name: str
    stop: Stop
    curvature: float | None
    """The largest curvature of the loss, where that is the same everywhere; weight decay added."""
    seconds: float
    cost: float
    """The seconds of these that the watching took."""

    @property
    def total_rows(self) -> int:
        """How many rows the data have; 0 where there are none."""
        return 0 if self.objective is None else self.objective.batches.rows
