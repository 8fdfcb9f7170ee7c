"""A walk without momentum and one with it, in coordinates in which momentum matters.

In a feature's own units the loss of a line may be so narrow that no walk arrives, or so round that
each does. There it is stretched on purpose, so that momentum shows what it is made for.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from steepest.run.run import Run

__all__ = ["FAR", "Race", "Valley", "race_of"]

Array = NDArray[np.float64]

FAR = 100
"""Steps of each walk."""

STRETCH = 100.0
"""The ratio of the curvatures where the loss is stretched on purpose."""

THIN = 0.025
"""The share below which it is drawn wider than it is."""

FASTER, LEFT = 0.1, 0.05
"""Momentum matters where it leaves less than the first share of what is left without, and that is
more than the second share of the loss at the start; of losses less the lowest one."""


class Valley(NamedTuple):
    """The squared loss of a line over `x`, (rows,): weight and bias at its start and lowest."""

    x: Array
    start: Array
    best: Array

    @property
    def hessian(self) -> Array:
        """The second derivatives, (2, 2)."""
        mean = self.x.mean()
        return 2.0 * np.array([[np.mean(self.x**2), mean], [mean, 1.0]])

    @property
    def curvatures(self) -> tuple[float, float]:
        """The smallest and the largest: their product is the determinant, 4 Var x."""
        most = float(np.linalg.eigvalsh(self.hessian)[-1])
        return 4.0 * float(self.x.var()) / most, most

    @property
    def is_thin(self) -> bool:
        """Whether it is so narrow across, by how far off the bias starts, that no picture shows it.

        Its width is the error of the bias alone that has the loss of the start.
        """
        weight, bias = self.start - self.best
        along, across = self.x.std() * weight, bias + self.x.mean() * weight
        return bool(np.hypot(along, across) < THIN * abs(bias))

    @property
    def stretched(self) -> "Valley":
        """The same, `x` of standard units scaled so that the param farther off is the slow one."""
        weight, bias = np.abs(self.start - self.best)
        times = np.sqrt(STRETCH) if bias >= weight else 1.0 / np.sqrt(STRETCH)
        units = np.array([times, 1.0])
        return Valley(self.x * times, self.start / units, self.best / units)


class Race(NamedTuple):
    """Steepest descent and momentum in a valley, at the same rate from the same start."""

    valley: Valley
    plain: Run
    momentum: Run
    beta: float
    condition: float
    is_stretched: bool


def race_of(
    own: Valley, standard: Valley, lowest: float, walk: Callable[[Valley, str], Run]
) -> Race:
    """Return both walks in the feature's own units where momentum matters in them, else stretched.

    `walk` makes one of a valley and a rule at 1 over the largest curvature.
    """
    race = _race_on(own, walk, is_stretched=False)
    return race if _matters(race, lowest) else _race_on(standard.stretched, walk, is_stretched=True)


def _race_on(valley: Valley, walk: Callable[[Valley, str], Run], *, is_stretched: bool) -> Race:
    """Return both walks; beta is the best of heavy-ball momentum at that rate.

    At the rate `1 / L` it is `(1 - sqrt(m / L))^2`: a smaller one leaves the slow param behind, a
    larger one lets it oscillate (Polyak 1964).
    """
    least, most = valley.curvatures
    beta = float((1.0 - np.sqrt(least / most)) ** 2)
    plain, momentum = walk(valley, "steepest"), walk(valley, f"momentum:{beta}")
    return Race(valley, plain, momentum, beta, most / least, is_stretched)


def _matters(race: Race, lowest: float) -> bool:
    """Return whether momentum is clearly faster on a walk that does not arrive without it."""
    first, left = (race.plain.trace.losses[at] - lowest for at in (0, -1))
    return bool(left > LEFT * first and race.momentum.trace.last.loss - lowest < FASTER * left)
