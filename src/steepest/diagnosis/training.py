"""What is known of a training that somebody else ran and that was watched."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Training"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Training:
    """What only who watches knows: how far each step led, and which gradients came to nothing.

    `moves`, (steps,), are the measured lengths of the steps, in params; `gradient_norms`, (steps,),
    the lengths of the gradients they began with. `unused` are the steps at which the gradient was
    thrown away and none was taken; `uncleared` is how many steps, of `looked_at`, went by gradients
    that had been added to those of a step before; `emptied` how many, of `steps_looked_at`, had
    lost the gradient that was made. `passes` counts backward passes, and `stepped` says whether
    anything came of them.

    `factors`, (steps,), are by what the loss entered what was descended, and `factor` is the one of
    all, both NaN where not known; `maximizes` says that the optimizers go along the gradient.
    """

    moves: Array
    gradient_norms: Array
    unused: Sequence[int]
    uncleared: int
    looked_at: int
    emptied: int
    steps_looked_at: int
    passes: int
    stepped: bool
    factors: Array
    factor: float
    maximizes: bool

    @property
    def unmoved(self) -> list[int]:
        """The steps that were taken by a gradient that is not 0, and moved no weight."""
        still = (self.moves == 0.0) & (self.gradient_norms > 0.0)
        still &= np.isfinite(self.gradient_norms)
        return [int(i) for i in np.flatnonzero(still) if i not in set(self.unused)]
