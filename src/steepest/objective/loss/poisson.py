"""The loss of counts: Poisson's, whose margin is the logarithm of the prediction."""

from dataclasses import dataclass
from math import inf, log
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from steepest.errors import RowError
from steepest.objective.loss.loss import Array, BaseLoss, mean, weighed

__all__ = ["Poisson"]

SMALL = 1e-2
"""The share of the counts below which their loss loses more than 2 of its digits where it is a
difference of sums."""


@dataclass(frozen=True)
class Poisson(BaseLoss):
    """Half the Poisson deviance, `mu - y + y log(y / mu)`, of counts y from `mu = exp(margin)`.

    It is minus the logarithm of the probability of y, `exp(margin) - y margin + log(y!)`, less
    what the best prediction of all, mu = y, would leave of it, `y - y log y + log(y!)`: that has
    no params in it, so slope and lowest point are the same, and no row's loss is below 0. Its mean
    is the objective of scikit-learn's PoissonRegressor (McCullagh & Nelder 1989, "Generalized
    Linear Models", 2nd ed., sections 2.3 and 6.2).

    The target is 0 or above, whole or not (a rate, weighed by its exposure). The curvature is mu,
    which is smooth, but has no bound.
    """

    name: ClassVar[str] = "poisson"
    dispersion: ClassVar[str] = "one"
    formula: ClassVar[str] = "prediction - actual + actual · log(actual / prediction)"
    slope_formula: ClassVar[str] = "prediction - actual"  # type: ignore[misc]
    curvature_bound: ClassVar[float] = float("inf")
    margins: ClassVar[int] = 1
    inverse_link: ClassVar[str] = "exp(weights x features + bias)"

    def margin_unit(self, unit: str) -> str:
        """Return no unit: a margin is a logarithm."""
        return ""

    def value(self, margin: Array, target: Array) -> Array:
        """Return half the deviance of each row."""
        return self.value_and_slope(margin, target)[0]

    def slope(self, margin: Array, target: Array) -> Array:
        """Return `mu - y`."""
        return self.value_and_slope(margin, target)[1]

    @np.errstate(over="ignore")
    def curvature(self, margin: Array, target: Array) -> Array:
        """Return mu."""
        return np.exp(margin)

    def curvature_kept(self, margin: Array, target: Array, reach: Array) -> Array:
        """Return `exp(-reach)`, since mu is `exp(margin)`."""
        return np.exp(-reach)

    @np.errstate(over="ignore", invalid="ignore")
    def value_and_slope(self, margin: Array, target: Array) -> tuple[Array, Array]:
        """Return both: with t the margin less log y they are `y (exp(t) - 1 - t)` and `mu - y`.

        So where mu is near y no large numbers cancel; where y is 0 both are mu.
        """
        none = target == 0.0
        off = margin - np.log(np.where(none, 1.0, target))
        grown = np.expm1(off)
        value, slope = target * (grown - off), target * grown
        if none.any():
            mu = np.exp(margin)
            value, slope = np.where(none, mu, value), np.where(none, mu, slope)
        return value, slope

    @np.errstate(over="ignore", invalid="ignore")
    def total_and_slope(
        self, margin: Array, target: Array, weight: Array | None = None
    ) -> tuple[float, Array]:
        """Return `sum (mu - y) + sum y (log y - margin)` and `mu - y`, by one exponential a row.

        Where mu is so near y that these sums cancel, or they overflow, by `value_and_slope`.
        """
        slope = np.exp(margin) - target
        behind = _logarithm(target)
        behind -= margin
        counts = target if weight is None else weight * target
        slope = weighed(slope, weight)
        total = float(np.add.reduce(slope)) + float(counts @ behind)
        if not SMALL * float(np.add.reduce(counts)) < total < np.inf:
            return super().total_and_slope(margin, target, weight)
        return total, slope

    def guess_loss(self, target: Array, weight: Array | None = None) -> float | None:
        """Return `mean(y log y) - m log m`, m the mean of y; None where these two cancel."""
        level = float(mean(target, weight)[0])
        entropy = float(mean(target * _logarithm(target), weight)[0])
        found = entropy - level * log(level) if level > 0.0 else 0.0
        return found if SMALL * level < found < inf else None

    def guess(self, target: Array, weight: Array | None = None) -> Array:
        """Return the logarithm of the mean of the targets."""
        return np.log(mean(target, weight))

    def spread(self, target: Array, weight: Array | None = None) -> float:
        """Return the standard deviation of `log(1 + y)`."""
        logs = np.log1p(target)
        away = logs - mean(logs, weight)
        return float(np.sqrt(mean(away * away, weight)[0]))

    @np.errstate(over="ignore")
    def prediction(self, margin: Array) -> Array:
        """Return mu, `exp(margin)`."""
        return np.exp(margin)

    def gain(self, change: Array, target: Array) -> Array | None:
        """Return the change of the margin downwards, (rows, 1): a count of 0 wants mu at 0."""
        return -change[:, None]

    def pinned(self, target: Array) -> NDArray[np.bool_]:
        """Return which counts are not 0: their loss rises in both directions."""
        return target > 0.0

    def check(self, target: Array) -> None:
        """Raise RowError, a ChoiceError, for a target below 0."""
        wrong = np.flatnonzero(target < 0.0)
        if wrong.size:
            first = int(wrong[0])
            raise RowError(
                "the loss poisson needs counts, numbers from 0 up, but the target is "
                f"{target[first]:g} on {{at}}; leave such rows out, or choose the loss squared or "
                "absolute",
                first,
            )


def _logarithm(target: Array) -> Array:
    """Return log y of counts, (rows,): of 0 that of the smallest number, since `y log y` is 0."""
    found: Array = np.maximum(target, np.finfo(np.float64).tiny)
    return np.log(found, out=found)
