"""What was watched of a training, all together, once it is over."""

from typing import NamedTuple

from steepest.bridge.torch.objective import TorchObjective
from steepest.bridge.torch.recording import Recording
from steepest.bridge.torch.rules import Known
from steepest.descent.stop import Stop

__all__ = ["Watching"]


class Watching(NamedTuple):
    """What was watched, and how it ended; `objective` is None where loss or data are lacking."""

    recording: Recording
    objective: TorchObjective | None
    known: Known
    name: str
    stop: Stop
    curvature: float | None
    """The largest curvature of what was descended, where that is the same everywhere.

    That is the loss by its factor, with weight decay.
    """
    seconds: float
    cost: float
    """The seconds of these that the watching took."""
    why_unmeasured: str
    """Why there is no objective; empty where there is one."""
    hears_loss: bool
    """Whether the loss that was given is a module, which says what it worked out."""
    factor: float
    """By what the loss entered what was descended; NaN where that is not known, or not the same."""

    @property
    def unheard(self) -> str:
        """Why nothing of the loop's own loss is heard, where nothing is."""
        if self.hears_loss:
            return (
                "the loss that was given said no number in it: it was never called, or only within "
                "torch.func transforms; give the object that it calls, or pass each loss through "
                "watched.loss(...)"
            )
        return "its criterion is no module that was given"

    @property
    def total_rows(self) -> int:
        """How many rows the data have; 0 where there are none."""
        return 0 if self.objective is None else self.objective.batches.rows
