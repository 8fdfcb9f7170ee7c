"""Losses of a number: squared, absolute, and Huber's between the two."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from steepest.errors import ChoiceError
from steepest.objective.loss import Array

__all__ = ["Absolute", "Huber", "Squared"]


class _OfNumbers:
    """What the losses of a number have in common."""

    margins: ClassVar[int] = 1

    def guess(self, target: Array) -> Array:
        """Return the median of the targets: best for the absolute loss, good for any."""
        return np.median(target, keepdims=True)

    def spread(self, target: Array) -> float:
        """Return the standard deviation of the targets."""
        return float(np.std(target))


@dataclass(frozen=True)
class Squared(_OfNumbers):
    """The squared error `(margin - target)**2`; its mean is the mean squared error (Gauss 1809)."""

    name: ClassVar[str] = "squared"
    formula: ClassVar[str] = "(prediction - actual)²"
    curvature_bound: ClassVar[float] = 2.0

    def value(self, margin: Array, target: Array) -> Array:
        """Return `(margin - target)**2`."""
        return (margin - target) ** 2

    def slope(self, margin: Array, target: Array) -> Array:
        """Return `2 (margin - target)`."""
        return 2.0 * (margin - target)

    def curvature(self, margin: Array, target: Array) -> Array:
        """Return 2 for every row."""
        return np.full_like(margin, 2.0)

    def value_and_slope(self, margin: Array, target: Array) -> tuple[Array, Array]:
        """Return value and slope from one subtraction."""
        residual = margin - target
        return residual * residual, 2.0 * residual

    def guess(self, target: Array) -> Array:
        """Return the mean of the targets."""
        return np.mean(target, keepdims=True)


@dataclass(frozen=True)
class Absolute(_OfNumbers):
    """The absolute error `|margin - target|` (Laplace 1774); at its kink the slope is 0."""

    name: ClassVar[str] = "absolute"
    formula: ClassVar[str] = "|prediction - actual|"
    curvature_bound: ClassVar[float] = float("inf")

    def value(self, margin: Array, target: Array) -> Array:
        """Return `|margin - target|`."""
        return np.abs(margin - target)

    def slope(self, margin: Array, target: Array) -> Array:
        """Return the sign of the residual, 0 where there is none: a subgradient."""
        return np.sign(margin - target)

    def curvature(self, margin: Array, target: Array) -> Array:
        """Return 0: the loss is straight on both sides of its kink."""
        return np.zeros_like(margin)

    def value_and_slope(self, margin: Array, target: Array) -> tuple[Array, Array]:
        """Return value and slope from one subtraction."""
        residual = margin - target
        return np.abs(residual), np.sign(residual)


@dataclass(frozen=True)
class Huber(_OfNumbers):
    """Half the square of a small residual, `delta (|r| - delta/2)` of one beyond `delta`.

    `delta` is in the units of the target and must be above 0; ChoiceError if not. Huber 1964,
    "Robust estimation of a location parameter", Ann. Math. Statist. 35(1).
    """

    delta: float = 1.0
    name: ClassVar[str] = "huber"
    curvature_bound: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.delta) and self.delta > 0):
            raise ChoiceError(
                f"delta is {self.delta:g}, but the Huber loss needs a number above 0, in the "
                "units of the target: residuals beyond it count by their size, not their square"
            )

    @property
    def formula(self) -> str:
        """The loss with its delta."""
        return f"½ error² up to {self.delta:g}, straight beyond"

    def value(self, margin: Array, target: Array) -> Array:
        """Return the loss by row."""
        return self.value_and_slope(margin, target)[0]

    def slope(self, margin: Array, target: Array) -> Array:
        """Return the residual, held between -delta and delta."""
        return np.clip(margin - target, -self.delta, self.delta)

    def curvature(self, margin: Array, target: Array) -> Array:
        """Return 1 within delta of the target and 0 beyond."""
        return np.where(np.abs(margin - target) <= self.delta, 1.0, 0.0)

    def value_and_slope(self, margin: Array, target: Array) -> tuple[Array, Array]:
        """Return both: with s the held residual, r²/2 and delta(|r|-delta/2) are s(r - s/2)."""
        residual = margin - target
        held = np.clip(residual, -self.delta, self.delta)
        return held * (residual - 0.5 * held), held
