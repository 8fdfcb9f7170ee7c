"""Round coordinates for the squared loss, whose curvature is known from its sums for good.

A step of rate 1 against the gradient leads to the lowest point from anywhere, but for rounding;
what the gradient there lacks, the next such step makes up for.
"""

from dataclasses import dataclass

from steepest.descent.coordinates.standard import Standard
from steepest.objective.model.factor import Root
from steepest.objective.model.normal_equations import SquaredSums
from steepest.objective.protocol import Vector

__all__ = ["RoundSums", "rounded_by_sums"]


@dataclass(frozen=True)
class RoundSums:
    """Coordinates in which the squared loss curves by 1 in every direction.

    `root` is in standard units.
    """

    standard: Standard
    root: Root
    curvature: float | None = 1.0
    name: str = "round"

    def params(self, position: Vector) -> Vector:
        """Return the params in the reader's units."""
        return self.standard.params(self.root.inverse @ position)

    def position(self, params: Vector) -> Vector:
        """Return the position at `params`."""
        return self.root.root @ self.standard.position(params)

    def pull(self, gradient: Vector) -> Vector:
        """Return the gradient by the position."""
        return self.root.inverse.T @ self.standard.pull(gradient)


def rounded_by_sums(sums: SquaredSums) -> RoundSums:
    """Return the coordinates in which the bowl of `sums` is round."""
    mean, deviation = sums.objective.units
    return RoundSums(Standard(mean, deviation, margins=1), sums.root)
