"""Loss and data of a training tried on a few rows before it begins: later would be too late."""

from typing import Any

import torch
from torch import nn

from steepest.bridge.torch.batches import Batches
from steepest.bridge.torch.objective import TorchObjective
from steepest.bridge.torch.params import Params
from steepest.errors import ChoiceError, DataError

__all__ = ["try_data"]


def try_data(model: nn.Module, loss: Any, data: Any, statistics: str) -> None:
    """Evaluate the loss of some rows, so that what cannot be is refused before the training.

    Nothing is changed: no param, mode, random number, or generator of a loader. NaN in the data is
    let through: what a loop makes of it is said later. Raises ChoiceError where the loss of
    these rows cannot be worked out, in the model's own type nor in float64.
    """
    own = Params(model)
    first = next(iter(own.places.values()))
    device = first.device if len(own.devices) == 1 else None
    try:
        with torch.inference_mode(False):
            some = Batches.beginning(data, first.dtype, device)
        if some is not None:
            _try(model, loss, [one.whole for one in some.all], statistics, first.dtype)
    except DataError:
        return


def _try(model: nn.Module, loss: Any, some: Any, statistics: str, dtype: torch.dtype) -> None:
    try:
        TorchObjective(model, loss, some, statistics=statistics, dtype=dtype)
    except ChoiceError:
        TorchObjective(model, loss, some, statistics=statistics)
