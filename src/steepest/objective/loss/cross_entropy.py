"""Losses of classes: the cross entropy of two, from one margin, and of k, by softmax.

Targets are class codes from 0 up, (rows,); margins and slopes (rows,), of softmax (rows, k); losses
(rows,). See `loss.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from math import log, sqrt
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from steepest.objective.loss.loss import Array, BaseLoss, mean, weighed

__all__ = ["CrossEntropy", "OfClasses", "Softmax"]

Indices = NDArray[np.intp]

SMALL = 1e-3
"""A mean loss below which `1 + e` loses more than 3 of the 16 digits of e: then `log1p`."""

FEW = 2_000
"""Factors up to which their logarithms take no longer than products of them: measured.

Of 300 it is 1.6 us by logarithms and 3.9 by products, of 2,000 3.2 and 3.6, of 3,000 4.2 and 3.9.
"""

TOGETHER = 8
"""Factors that are multiplied before a logarithm is taken: it costs more than any product."""


@dataclass(frozen=True)
class CrossEntropy(BaseLoss):
    """Cross entropy of two classes, `-sum_i y_i log(yhat_i)`, from one margin.

    The target is 0 or 1 and `yhat = 1 / (1 + exp(-margin))` the probability of 1. The value is
    `log(1 + exp(-m))` with m the margin, its sign turned for target 0; written as
    `max(-m, 0) + log1p(exp(-|m|))` it neither overflows nor cancels. The curvature
    `yhat (1 - yhat)` is at most 1/4 (Böhning & Lindsay 1988).
    """

    name: ClassVar[str] = "cross_entropy"
    dispersion: ClassVar[str] = "one"
    formula: ClassVar[str] = "-Σ y log(ŷ)"
    slope_formula: ClassVar[str] = "ŷ - y"  # type: ignore[misc]
    classes: ClassVar[int] = 2  # type: ignore[misc]
    curvature_bound: ClassVar[float] = 0.25
    slope_bound: ClassVar[float] = 1.0
    is_log_loss: ClassVar[bool] = True
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

    def curvature_kept(self, margin: Array, target: Array, reach: Array) -> Array:
        """Return `exp(-reach)`, since `|l'''| = |1 - 2 yhat| l'' <= l''` (Bach 2010)."""
        return np.exp(-reach)

    def value_and_slope(self, margin: Array, target: Array) -> tuple[Array, Array]:
        """Return `log(1 + exp(s m))` and `s (1 - exp(-value))`, s as in `total_and_slope`.

        The value is -log of the actual class's probability, so `1 - exp(-value)` is the other's.
        """
        side = 1.0 - 2.0 * target
        wrong = side * margin
        value = np.log1p(np.exp(-np.abs(wrong))) + np.maximum(wrong, 0.0)
        return value, -side * np.expm1(-value)

    def total_and_slope(
        self, margin: Array, target: Array, weight: Array | None = None
    ) -> tuple[float, Array]:
        """Return `sum log(1 + o)` and `s o / (1 + o)` from one exponential a row, `o = exp(s m)`.

        `s` is 1 for target 0 and -1 for target 1, so `o` are the odds of the other class. The sum
        of the logarithms is that of products of a few factors. Where that would overflow, or the
        loss is so small that its digits are in the exponential alone, by `value_and_slope`.
        """
        side = -2.0 * target
        side += 1.0
        odds = side * margin
        np.exp(odds, out=odds)
        factor = 1.0 + odds
        total = _log_total(factor, weight)
        if not SMALL * _count(margin, weight) < total < np.inf:
            return super().total_and_slope(margin, target, weight)
        slope = np.divide(odds, factor, out=odds)
        slope *= side
        return total, slope if weight is None else slope * weight

    def totals(self, margins: Array, target: Array, weight: Array | None) -> Array:
        """Return `sum log(1 + exp(s m))` at each point, (points,), as `total_and_slope` does."""
        factor = (1.0 - 2.0 * target) * margins[:, 0]
        np.exp(factor, out=factor)
        factor += 1.0
        total = _log_totals(factor, weight)
        return _made_sure(total, super().totals, margins, target, weight)

    def gain(self, change: Array, target: Array) -> Array | None:
        """Return the change of the margin towards the actual class, (rows, 1)."""
        return ((2.0 * target - 1.0) * change)[:, None]

    def symmetry_point(self, target: Array) -> Array:
        """Return 0 for each row: there both classes are as probable."""
        return np.zeros_like(target)

    def margin_unit(self, unit: str) -> str:
        """Return no unit: a margin is the logarithm of odds."""
        return ""

    def guess_loss(self, target: Array, weight: Array | None = None) -> float | None:
        """Return the entropy of the classes' shares (Shannon 1948)."""
        share = float(mean(target, weight)[0])
        return _entropy([1.0 - share, share])

    def guess(self, target: Array, weight: Array | None = None) -> Array:
        """Return the log of the odds of class 1."""
        share = mean(target, weight)
        return np.log(share / (1.0 - share))

    def spread(self, target: Array, weight: Array | None = None) -> float:
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
class Softmax(BaseLoss):
    """Cross entropy of k classes, `-sum_{i=1..k} y_i log(yhat_i)`, from k margins a row.

    The target is the number of the actual class, 0 to k-1, and `yhat = exp(m) / sum exp(m)`. The
    largest margin is taken off before the exponential, which changes nothing but the overflow.
    The curvature `diag(yhat) - yhat yhat'` is at most 1/2 (Böhning 1992, "Multinomial logistic
    regression algorithm", Ann. Inst. Statist. Math. 44).
    """

    classes: int
    name: ClassVar[str] = "cross_entropy"
    formula: ClassVar[str] = "-Σ y log(ŷ)"
    slope_formula: ClassVar[str] = "ŷ - y"  # type: ignore[misc]
    curvature_bound: ClassVar[float] = 0.5
    slope_bound: ClassVar[float] = sqrt(2.0)
    is_log_loss: ClassVar[bool] = True

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

    def total_and_slope(
        self, margin: Array, target: Array, weight: Array | None = None
    ) -> tuple[float, Array]:
        """Return both, worked out for all rows of a class at a time; margins may be stored so.

        The value is `log(sum exp(m - lead)) + lead - m_actual`, lead being the largest margin.
        Where the loss is so small that its digits cancel, by `value_and_slope`.
        """
        share = np.array(margin.T, order="C")
        actual = target.astype(np.intp) * len(margin) + np.arange(len(margin))
        share -= share.max(axis=0)
        behind = share.ravel()[actual]
        np.exp(share, out=share)
        every = share.sum(axis=0)
        total = _log_total(every, weight) - float(weighed(behind, weight).sum())
        if not SMALL * _count(margin, weight) < total < np.inf:
            return super().total_and_slope(margin, target, weight)
        share /= every
        share.ravel()[actual] -= 1.0
        if weight is not None:
            share *= weight
        return total, share.T

    def totals(self, margins: Array, target: Array, weight: Array | None) -> Array:
        """Return `sum log(sum exp(m - m_max)) + m_max - m_actual` at each point, (points,)."""
        lead = margins.max(axis=1)
        actual = margins[:, target.astype(np.intp), np.arange(len(target))]
        share = margins - lead[:, None]
        np.exp(share, out=share)
        lead -= actual
        behind = lead.sum(axis=1) if weight is None else lead @ weight
        total = _log_totals(np.add.reduce(share, axis=1), weight) + behind
        return _made_sure(total, super().totals, margins, target, weight)

    def hessian_along(
        self, margin: Array, target: Array, weight: Array | None, directions: Sequence[Array]
    ) -> Array:
        """Return the sum over rows of `sum yhat u v - (sum yhat u) (sum yhat v)`.

        `diag(yhat) - yhat yhat'` is never formed, k numbers a row do; class by class, as margins
        are in memory.
        """
        yhat = self.probabilities(margin).T
        moved = [np.ascontiguousarray(direction.T) for direction in directions]
        shares = [yhat * one for one in moved]
        means = np.array([share.sum(axis=0) for share in shares])
        if weight is not None:
            shares = [share * weight for share in shares]
        own = np.array([[share.ravel() @ one.ravel() for one in moved] for share in shares])
        return own - (means if weight is None else means * weight) @ means.T

    def curve(self, margin: Array, target: Array) -> Callable[[Array], Array]:
        """Return what takes moves u, (rows, k), to `yhat u - yhat (yhat . u)`."""
        yhat = self.probabilities(margin)

        def curved(moved: Array) -> Array:
            share = yhat * moved
            share -= yhat * share.sum(axis=1)[:, None]
            return share

        return curved

    def gain(self, change: Array, target: Array) -> Array | None:
        """Return how far the actual class gets ahead of each, (rows, k); of itself 0."""
        actual = target.astype(np.intp)
        return change[np.arange(len(change)), actual][:, None] - change

    def curvature_kept(self, margin: Array, target: Array, reach: Array) -> Array:
        """Return `exp(-reach)`, since `|l'''[u, u, u]| <= (max u - min u) l''[u, u]`."""
        return np.exp(-reach)

    def own_curvature(self, margin: Array, target: Array) -> Array:
        """Return `yhat (1 - yhat)` of each class, (rows, k)."""
        yhat = self.probabilities(margin)
        return yhat * (1.0 - yhat)

    def margin_unit(self, unit: str) -> str:
        """Return no unit: differences of margins are logarithms of odds."""
        return ""

    def guess_loss(self, target: Array, weight: Array | None = None) -> float | None:
        """Return the entropy of the classes' shares (Shannon 1948)."""
        counts = np.bincount(target.astype(np.intp), weight)
        return _entropy((counts / counts.sum()).tolist())

    def guess(self, target: Array, weight: Array | None = None) -> Array:
        """Return the log of each class's share of the rows."""
        counts = np.bincount(target.astype(np.intp), weight, self.classes)
        return np.log(counts / counts.sum())

    def spread(self, target: Array, weight: Array | None = None) -> float:
        """Return 1: a margin of 1 is odds of e to 1."""
        return 1.0

    def _rest(self, share: Array, lead: Array, rows: Indices, actual: Indices) -> Array:
        """Return the sum of shares without the leader's own, which is 1."""
        leader = np.where(lead > 0.0, share.argmax(axis=1), actual)
        others = share.copy()
        others[rows, leader] = 0.0
        return others.sum(axis=1)

    def probabilities(self, margin: Array) -> Array:
        """Return the probability of each class, (rows, k), in memory class by class.

        The classes are added one after the other: NumPy would add those of a single row in pairs,
        and so to other bits than beside other rows.
        """
        share = np.array(margin.T, order="C")
        share -= share.max(axis=0)
        np.exp(share, out=share)
        share /= reduce(np.add, share)
        return share.T


def _entropy(shares: Sequence[float]) -> float:
    """Return `-sum share log(share)` over the classes that are there."""
    return -sum(share * log(share) for share in shares if share > 0.0)


def _count(margin: Array, weight: Array | None) -> float:
    """Return how many rows there are, each counted by its weight."""
    return len(margin) if weight is None else float(weight.sum())


def _log_total(factors: Array, weight: Array | None) -> float:
    """Return the sum of the logarithms of factors from 1 up, times their weights."""
    if weight is not None:
        return float(weight @ np.log(factors))
    if len(factors) <= FEW:
        return float(np.add.reduce(np.log(factors)))
    whole = len(factors) // TOGETHER
    together, rest = factors[: whole * TOGETHER], factors[whole * TOGETHER :]
    products = np.multiply.reduce(together.reshape(TOGETHER, -1), axis=0)
    total = float(np.add.reduce(np.log(products)))
    return total + float(np.add.reduce(np.log(rest))) if len(rest) else total


def _log_totals(factors: Array, weight: Array | None) -> Array:
    """Return the sum of the logarithms of factors from 1 up, (points, rows), of each point."""
    points, rows = factors.shape
    if weight is not None:
        return np.asarray(np.log(factors) @ weight)
    whole = rows // TOGETHER
    together = factors[:, : whole * TOGETHER].reshape(points, TOGETHER, whole)
    total = np.log(np.multiply.reduce(together, axis=1)).sum(axis=1)
    return np.asarray(total + np.log(factors[:, whole * TOGETHER :]).sum(axis=1))


def _made_sure(
    total: Array,
    exact: Callable[[Array, Array, Array | None], Array],
    margins: Array,
    target: Array,
    weight: Array | None,
) -> Array:
    """Return the totals, those that overflow or are next to nothing worked out by `exact`."""
    sure = (total > SMALL * _count(target, weight)) & (total < np.inf)
    if not sure.all():
        total[~sure] = exact(margins[~sure], target, weight)
    return total


OfClasses = CrossEntropy | Softmax
"""A loss that knows probabilities."""
