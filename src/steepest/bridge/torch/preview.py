"""A preview: how many rows there is time for, from how long the loss takes of few and of more.

    seconds of a point = a + b rows, so rows = (seconds / points - a) / b

Of each of two numbers of rows the shortest of some times is taken: it is a guess, made in a few
hundredths of the time that there is.
"""

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import nn

from steepest.bridge.torch.objective import TorchObjective, batches_of, module_of
from steepest.bridge.torch.params import Params
from steepest.bridge.torch.sample import GROUPS
from steepest.checks import number

__all__ = ["POINTS", "preview_of"]

POINTS = 9
"""Points a side of a preview: the coarsest grid that `refinement` begins with."""

FEW, MORE = 32, 128
"""Rows of which the loss is timed; at fewer PyTorch's calls take longer than what they work out."""

MOST_CALL = 8.0
"""Of the time of so many rows at least this part is taken to grow with them: of a few it is noise
that says which takes longer."""

TIMES = 3
"""Times that each is timed."""

SHARE = 0.5
"""The share of the time for the points: reading, one gradient, and the error take the rest."""


def preview_of(
    make: Callable[..., TorchObjective],
    model: nn.Module,
    data: Any,
    seconds: float,
    points: int,
    dtype: torch.dtype | None = None,
) -> TorchObjective:
    """Return the objective of as many rows, drawn at random, as there is time for; all if it may.

    `make` takes data, `rows` and `dtype`. `seconds` is for a surface of `points` a side. No fewer
    rows are drawn than an error can be given for, so a large module may take longer. Raises
    ChoiceError for a time that is not above 0.
    """
    each = SHARE * number("seconds", seconds, above=0.0) / points**2
    own = Params(module_of(model))
    batches = batches_of(own, data)
    make = partial(make, dtype=dtype or next(iter(own.places.values())).dtype)
    if batches.rows <= MORE:
        return make(batches)
    few, more = (_seconds(make(batches.at_rows(np.arange(count)))) for count in (FEW, MORE))
    slope = max(more - few, more / MOST_CALL) / (MORE - FEW)
    wanted = int(MORE + (each - more) / slope)
    return make(batches, rows=None if wanted >= batches.rows else max(GROUPS, wanted))


def _seconds(objective: TorchObjective) -> float:
    """Return how long the loss takes."""
    found = []
    for _ in range(TIMES):
        start = perf_counter()
        objective.value(objective.params)
        found.append(perf_counter() - start)
    return min(found)
