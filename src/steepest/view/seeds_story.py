"""The story of several runs from different seeds: what is said of each, as plain data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steepest.surface.surface import Surface

__all__ = ["SeedPath", "SeedResult", "SeedsScene", "SeedsStory"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SeedResult:
    """What is said of the run of one seed."""

    seed: int
    start_loss: float
    loss: float
    validation_loss: float
    """NaN without rows kept back."""
    measure: float
    """The share of classes that are right, or R², of the rows kept back if there are any."""
    steps: int
    end: str
    """Why it ended, a word: `arrived`."""
    verdicts: Sequence[str]
    """The names of its verdicts."""


@dataclass(frozen=True)
class SeedsStory:
    """What is said of all runs."""

    title: str
    how: str
    loss_label: str
    measure_name: str
    has_validation: bool
    runs: Sequence[SeedResult]
    best: int
    """The place, from 0, of the run with the lowest loss."""


@dataclass(frozen=True)
class SeedPath:
    """How one run went: x and y of its kept steps on the plane, (kept, 2); losses, (steps + 1,)."""

    path: Array
    losses: Array


@dataclass(frozen=True)
class SeedsScene:
    """What is drawn of all runs: `surface` is the loss on the plane of their starts and ends."""

    story: SeedsStory
    surface: Surface
    paths: Sequence[SeedPath]
    off_plane: Array
    """How far from the plane each end lies, (runs,)."""
