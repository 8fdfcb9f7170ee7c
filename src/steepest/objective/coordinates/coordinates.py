"""What coordinates are, and the reader's own units as such."""

from dataclasses import dataclass
from typing import Protocol

from steepest.objective.evaluation import Vector

__all__ = ["Coordinates", "Identity", "Units", "coordinates_in_words"]

IN_WORDS = {
    "none": "",
    "standard": "in standard units",
    "block": "in coordinates whitened by blocks",
    "round": "in whitened coordinates",
}


def coordinates_in_words(name: str) -> str:
    """Return what follows a number that is measured in the coordinates called `name`, or nothing.

    >>> coordinates_in_words("standard")
    'in standard units'
    """
    return IN_WORDS[name]


class Coordinates(Protocol):
    """A linear change of variables `params = T position`; all vectors are (params,)."""

    @property
    def name(self) -> str:
        """The word by which they are chosen: none, standard, block or round."""

    @property
    def in_words(self) -> str:
        """What follows a number that is measured in them: `in standard units`; or nothing."""

    @property
    def curvature(self) -> float | None:
        """A bound on the objective's curvature in these coordinates, None if none is known."""

    @property
    def full_rank(self) -> bool:
        """Whether making them showed that the loss curves in every direction; False: not known."""

    def params(self, position: Vector) -> Vector:
        """Return `T position`, in the reader's units."""

    def position(self, params: Vector) -> Vector:
        """Return `T^-1 params`."""

    def pullback(self, gradient: Vector) -> Vector:
        """Return `T' gradient`, the gradient by the position."""


class Units(Coordinates, Protocol):
    """Coordinates whose inverse is as quick: params in other units."""

    def inverse_pullback(self, slope: Vector) -> Vector:
        """Return `T^-T slope`, (params,): the gradient by the params, of that by the position."""


@dataclass(frozen=True)
class Identity:
    """`T = 1`: the reader's own units, in which the textbook walks; vectors are (params,)."""

    curvature: float | None = None
    name: str = "none"
    in_words: str = ""
    full_rank: bool = False

    def params(self, position: Vector) -> Vector:
        """Return `position`."""
        return position

    def position(self, params: Vector) -> Vector:
        """Return `params`."""
        return params

    def pullback(self, gradient: Vector) -> Vector:
        """Return `gradient`."""
        return gradient

    def inverse_pullback(self, slope: Vector) -> Vector:
        """Return `slope`."""
        return slope
