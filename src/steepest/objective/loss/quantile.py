"""The loss of a quantile: too low and too high do not cost the same.

Margins, targets, weights, losses and slopes are all (rows,).
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from steepest.errors import ChoiceError
from steepest.numerals import plain
from steepest.objective.loss.loss import Array
from steepest.objective.loss.regression import NumberLoss, quantile

__all__ = ["Quantile"]


@dataclass(frozen=True)
class Quantile(NumberLoss):
    """`share` times what the prediction is too low by, `1 - share` times what it is too high by.

    The best prediction then has a `share` of the rows below it: 0.5 is the median, and half the
    absolute error. `share` is above 0 and below 1; ChoiceError if not. Koenker & Bassett 1978,
    "Regression quantiles", Econometrica 46(1).
    """

    share: float = 0.5
    name: ClassVar[str] = "quantile"
    curvature_bound: ClassVar[float] = float("inf")
    smooth: ClassVar[bool] = False
    may_be_flat: ClassVar[bool] = True
    is_coercive: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not 0.0 < self.share < 1.0:
            raise ChoiceError(
                f"quantile is {self.share:g}, but the loss quantile needs a number above 0 and "
                "below 1: the share of the rows that is to lie below the prediction"
            )

    @property
    def word(self) -> str:
        """`quantile`, with its share if that is not a half."""
        return self.name if self.share == 0.5 else f"{self.name}:{plain(self.share)}"

    @property
    def formula(self) -> str:
        """The loss with its quantile."""
        low, high = f"{self.share:g}", f"{1.0 - self.share:.10g}"
        return f"max({low} · (actual - prediction), {high} · (prediction - actual))"

    @property
    def slope_formula(self) -> str:  # type: ignore[override]
        """Its two slopes."""
        return f"{-self.share:g} below the actual, {1.0 - self.share:.10g} above it"

    @property
    def numbers(self) -> dict[str, float]:  # type: ignore[override]
        """Its share, the `quantile`."""
        return {"quantile": self.share}

    @property
    def slope_bound(self) -> float:  # type: ignore[override]
        """The larger of share and 1 - share."""
        return max(self.share, 1.0 - self.share)

    @property
    def side_slopes(self) -> tuple[float, float]:  # type: ignore[override]
        """-share below the target, 1 - share above it."""
        return -self.share, 1.0 - self.share

    def value(self, margin: Array, target: Array) -> Array:
        """Return the loss by row."""
        return self.value_and_slope(margin, target)[0]

    def slope(self, margin: Array, target: Array) -> Array:
        """Return -share below the target, 1 - share above it, 0 at it: a subgradient."""
        return self.value_and_slope(margin, target)[1]

    def curvature(self, margin: Array, target: Array) -> Array:
        """Return 0: the loss is straight on both sides of its kink."""
        return np.zeros_like(margin)

    def value_and_slope(self, margin: Array, target: Array) -> tuple[Array, Array]:
        """Return both, since the loss is slope times residual."""
        residual = margin - target
        slope = np.where(residual < 0.0, -self.share, (1.0 - self.share) * (residual > 0.0))
        return slope * residual, slope

    def guess(self, target: Array, weight: Array | None = None) -> Array:
        """Return the quantile of the targets."""
        return quantile(target, weight, self.share)
