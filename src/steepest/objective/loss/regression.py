"""Losses of a number: squared, absolute, and Huber's between the two.

Margins, targets, weights, losses and slopes are all (rows,); a guess is (1,).
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from steepest.errors import ChoiceError
from steepest.numerals import plain
from steepest.objective.loss.loss import Array, BaseLoss, mean, weighed

__all__ = ["Absolute", "Huber", "NumberLoss", "Squared", "median", "quantile"]


class NumberLoss(BaseLoss):
    """What the losses of a number have in common."""

    margins: ClassVar[int] = 1

    def guess(self, target: Array, weight: Array | None = None) -> Array:
        """Return the median of the targets: best for the absolute loss, near it for others."""
        return median(target, weight)

    def spread(self, target: Array, weight: Array | None = None) -> float:
        """Return the standard deviation of the targets."""
        away = target - mean(target, weight)
        return float(np.sqrt(mean(away * away, weight)[0]))


@dataclass(frozen=True)
class Squared(NumberLoss):
    """The squared error `(margin - target)**2`; its mean is the mean squared error (Gauss 1809)."""

    name: ClassVar[str] = "squared"
    dispersion: ClassVar[str] = "estimated"
    formula: ClassVar[str] = "(prediction - actual)²"
    slope_formula: ClassVar[str] = "2 (prediction - actual)"  # type: ignore[misc]
    curvature_bound: ClassVar[float] = 2.0
    is_quadratic: ClassVar[bool] = True
    is_coercive: ClassVar[bool] = True

    def value(self, margin: Array, target: Array) -> Array:
        """Return `(margin - target)**2`."""
        return (margin - target) ** 2

    def slope(self, margin: Array, target: Array) -> Array:
        """Return `2 (margin - target)`."""
        return 2.0 * (margin - target)

    def curvature(self, margin: Array, target: Array) -> Array:
        """Return 2 for every row."""
        return np.full_like(margin, 2.0)

    def curvature_kept(self, margin: Array, target: Array, reach: Array) -> Array:
        """Return 1 for every row: the curvature is the same everywhere."""
        return np.ones_like(margin)

    def value_and_slope(self, margin: Array, target: Array) -> tuple[Array, Array]:
        """Return value and slope from one subtraction."""
        residual = margin - target
        return residual * residual, 2.0 * residual

    def total_and_slope(
        self, margin: Array, target: Array, weight: Array | None = None
    ) -> tuple[float, Array]:
        """Return the sum as one product of vectors."""
        residual = margin - target
        slope = 2.0 * weighed(residual, weight)
        return 0.5 * float(residual @ slope), slope

    def guess(self, target: Array, weight: Array | None = None) -> Array:
        """Return the mean of the targets."""
        return mean(target, weight)


@dataclass(frozen=True)
class Absolute(NumberLoss):
    """The absolute error `|margin - target|` (Laplace 1774); at its kink the slope is 0."""

    name: ClassVar[str] = "absolute"
    formula: ClassVar[str] = "|prediction - actual|"
    slope_formula: ClassVar[str] = "1 above the actual, -1 below it"  # type: ignore[misc]
    curvature_bound: ClassVar[float] = float("inf")
    slope_bound: ClassVar[float] = 1.0
    smooth: ClassVar[bool] = False
    may_be_flat: ClassVar[bool] = True
    is_coercive: ClassVar[bool] = True
    side_slopes: ClassVar[tuple[float, float] | None] = (-1.0, 1.0)

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
class Huber(NumberLoss):
    """Half the square of a small residual, `delta (|r| - delta/2)` of one beyond `delta`.

    `delta` is in the units of the target and must be above 0; ChoiceError if not. Huber 1964,
    "Robust estimation of a location parameter", Ann. Math. Statist. 35(1).
    """

    delta: float = 1.0
    name: ClassVar[str] = "huber"
    curvature_bound: ClassVar[float] = 1.0
    smoothing_width: ClassVar[float] = 1.0
    may_be_flat: ClassVar[bool] = True
    is_coercive: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not (isinstance(self.delta, int | float) and np.isfinite(self.delta) and self.delta > 0):
            raise ChoiceError(
                f"delta is {self.delta}, but the Huber loss needs a number above 0, in the "
                "units of the target: residuals beyond it count by their size, not their square"
            )

    @property
    def numbers(self) -> dict[str, float]:  # type: ignore[override]
        """Its delta."""
        return {"delta": self.delta}

    @property
    def slope_bound(self) -> float:  # type: ignore[override]
        """Delta."""
        return self.delta

    @property
    def side_slopes(self) -> tuple[float, float]:  # type: ignore[override]
        """-delta and delta: it is `delta |r|`, smoothed within 1."""
        return -self.delta, self.delta

    @property
    def word(self) -> str:
        """`huber`, with its delta if that is not 1."""
        return self.name if self.delta == 1.0 else f"{self.name}:{plain(self.delta)}"

    @property
    def formula(self) -> str:
        """The loss with its delta."""
        return f"½ error² up to {self.delta:g}, straight beyond"

    @property
    def slope_formula(self) -> str:  # type: ignore[override]
        """The residual held within delta."""
        return f"prediction - actual, held between {-self.delta:g} and {self.delta:g}"

    def value(self, margin: Array, target: Array) -> Array:
        """Return the loss by row."""
        return self.value_and_slope(margin, target)[0]

    def slope(self, margin: Array, target: Array) -> Array:
        """Return the residual, held between -delta and delta."""
        return np.clip(margin - target, -self.delta, self.delta)

    def curvature(self, margin: Array, target: Array) -> Array:
        """Return 1 within delta of the target and 0 beyond."""
        return np.where(np.abs(margin - target) <= self.delta, 1.0, 0.0)

    def curvature_kept(self, margin: Array, target: Array, reach: Array) -> Array:
        """Return 1 for a row that stays within delta, else 0: it may become straight."""
        return np.where(np.abs(margin - target) + reach <= self.delta, 1.0, 0.0)

    def value_and_slope(self, margin: Array, target: Array) -> tuple[Array, Array]:
        """Return both: with s the held residual, r²/2 and delta(|r|-delta/2) are s(r - s/2)."""
        residual = margin - target
        held = np.clip(residual, -self.delta, self.delta)
        return held * (residual - 0.5 * held), held


def median(values: Array, weight: Array | None) -> Array:
    """Return the median, (1,), of values that count as often as their weights, (rows,), say.

    Where it lies between two of them it is halfway, as that of repeated rows is.

    >>> median(np.array([1.0, 2.0, 5.0]), np.array([1.0, 1.0, 2.0]))
    array([3.5])
    """
    if weight is None:
        return np.median(values, keepdims=True)
    return quantile(values, weight, 0.5)


def quantile(values: Array, weight: Array | None, share: float) -> Array:
    """Return the number, (1,), below which `share` of the values lies, by their weights.

    Where any number between two of them is that, it is halfway.

    >>> quantile(np.array([1.0, 2.0, 5.0, 9.0]), None, 0.75)
    array([7.])
    """
    if weight is None:
        below = np.arange(1.0, len(values) + 1.0)
        ends = [np.searchsorted(below, share * below[-1], side=side) for side in ("left", "right")]
        places = np.minimum(ends, len(values) - 1)
        return np.mean(np.partition(values, places)[places], keepdims=True)
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weight[order])
    middle = [np.searchsorted(below, share * below[-1], side=side) for side in ("left", "right")]
    return np.mean(values[order[np.minimum(middle, len(values) - 1)]], keepdims=True)
