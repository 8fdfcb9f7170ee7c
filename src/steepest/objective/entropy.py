"""Losses of classes: the cross entropy of two, from one margin, and of k, by softmax."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from steepest.objective.loss import Array

__all__ = ["CrossEntropy", "OfClasses", "Softmax"]


@dataclass(frozen=True)
class CrossEntropy:
    """Cross entropy of two classes, `-sum_i y_i log(yhat_i)`, from one margin.

    The target is 0 or 1 and `yhat = 1 / (1 + exp(-margin))` the probability of 1. The value is
    `log(1 + exp(-m))` with m the margin, its sign turned for target 0; written as
    `max(-m, 0) + log1p(exp(-|m|))` it neither overflows nor cancels. The curvature
    `yhat (1 - yhat)` is at most 1/4 (Böhning & Lindsay 1988).
    """

    name: ClassVar[str] = "cross_entropy"
    formula: ClassVar[str] = "-Σ y log(ŷ)"
    curvature_bound: ClassVar[float] = 0.25
    margins: ClassVar[int] = 1

    def value(self, margin: Array, target: Array) -> Array:
        """Return `-log` of the probability given to the actual class."""
        return self.value_and_slope(margin, target)[0]

    def slope(self, margin: Array, target: Array) -> Array:
        """Return `yhat - target`."""
        return self.value_and_slope(margin, target)[1]

    def curvature(self, margin: Array, target: Array) -> Array:
        """Return `yhat (1 - yhat)`."""
        small = np.exp(-np.abs(margin))
        return small / (1.0 + small) ** 2

    def value_and_slope(self, margin: Array, target: Array) -> tuple[Array, Array]:
        """Return both; `wrong` is the margin's push to the other class.

        The value is -log of the actual class's probability, so `1 - exp(-value)` is the other's.
        """
        side = 1.0 - 2.0 * target
        wrong = side * margin
        value = np.log1p(np.exp(-np.abs(wrong))) + np.maximum(wrong, 0.0)
        return value, -side * np.expm1(-value)

    def guess(self, target: Array) -> Array:
        """Return the log of the odds of class 1."""
        share = np.mean(target, keepdims=True)
        return np.log(share / (1.0 - share))

    def spread(self, target: Array) -> float:
        """Return 1: a margin of 1 is odds of e to 1."""
        return 1.0

    def probabilities(self, margin: Array) -> Array:
        """Return the probability of each of the two classes, shape (rows, 2)."""
        small = np.exp(-np.abs(margin))
        smaller, larger = small / (1.0 + small), 1.0 / (1.0 + small)
        one = np.where(margin >= 0.0, larger, smaller)
        zero = np.where(margin >= 0.0, smaller, larger)
        return np.stack([zero, one], axis=1)


@dataclass(frozen=True)
class Softmax:
    """Cross entropy of k classes, `-sum_{i=1..k} y_i log(yhat_i)`, from k margins a row.

    The target is the number of the actual class, 0 to k-1, and `yhat = exp(m) / sum exp(m)`. The
    largest margin is taken off before the exponential, which changes nothing but the overflow.
    The curvature `diag(yhat) - yhat yhat'` is at most 1/2 (Böhning 1992, "Multinomial logistic
    regression algorithm", Ann. Inst. Statist. Math. 44).
    """

    classes: int
    name: ClassVar[str] = "cross_entropy"
    formula: ClassVar[str] = "-Σ y log(ŷ)"
    curvature_bound: ClassVar[float] = 0.5

    @property
    def margins(self) -> int:
        """One margin per class."""
        return self.classes

    def value(self, margin: Array, target: Array) -> Array:
        """Return `-log` of the probability given to the actual class."""
        return self.value_and_slope(margin, target)[0]

    def slope(self, margin: Array, target: Array) -> Array:
        """Return `yhat` less 1 at the actual class, shape (rows, k)."""
        return self.value_and_slope(margin, target)[1]

    def curvature(self, margin: Array, target: Array) -> Array:
        """Return `diag(yhat) - yhat yhat'` of each row, shape (rows, k, k)."""
        yhat = self.probabilities(margin)
        return yhat[:, :, None] * (np.eye(self.classes) - yhat[:, None, :])

    def value_and_slope(self, margin: Array, target: Array) -> tuple[Array, Array]:
        """Return both from one exponential per margin.

        The value is `log(sum exp(m - m_actual))`, of which the actual class is exactly 1: with
        the others' sum `rest`, `log1p(rest)` keeps its digits when the prediction is good. Where
        another class leads, the leader's lead is taken out of the sum first.
        """
        rows = np.arange(len(margin))
        actual = target.astype(np.intp)
        ahead = margin - margin[rows, actual][:, None]
        lead = ahead.max(axis=1)
        share = np.exp(ahead - lead[:, None])
        total = share.sum(axis=1)
        value = lead + np.log1p(self._rest(share, lead, rows, actual))
        slope = share / total[:, None]
        others = np.where(np.arange(self.classes) == actual[:, None], 0.0, slope)
        slope[rows, actual] = -others.sum(axis=1)
        return value, slope

    def guess(self, target: Array) -> Array:
        """Return the log of each class's share of the rows."""
        return np.log(np.bincount(target.astype(np.intp), minlength=self.classes) / len(target))

    def spread(self, target: Array) -> float:
        """Return 1: a margin of 1 is odds of e to 1."""
        return 1.0

    def _rest(self, share: Array, lead: Array, rows: NDArray[Any], actual: NDArray[Any]) -> Array:
        """Return the sum of shares without the leader's own, which is 1."""
        leader = np.where(lead > 0.0, share.argmax(axis=1), actual)
        others = share.copy()
        others[rows, leader] = 0.0
        return others.sum(axis=1)

    def probabilities(self, margin: Array) -> Array:
        """Return the probability of each class, shape (rows, k)."""
        share = np.exp(margin - margin.max(axis=1, keepdims=True))
        return share / share.sum(axis=1, keepdims=True)


OfClasses = CrossEntropy | Softmax
"""A loss that knows probabilities."""
