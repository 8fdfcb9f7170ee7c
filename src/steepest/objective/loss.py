"""The losses: how wrong one margin is, how steeply that changes, and how the steepness bends.

A loss knows nothing of X, weights or threads. Each is pure functions of `margin` (X w + b, what
the model says before it is turned into a prediction) and `target`, row by row:

    value(margin, target)      the loss of each row, shape (rows,)
    slope(margin, target)      its derivative by the margin, the margin's shape
    curvature(margin, target)  its second derivative: (rows,), for softmax (rows, k, k)
    value_and_slope(...)       the first two at once, sharing what costs time (an exponential)

`curvature_bound` is the most that the curvature can be anywhere (for softmax: its largest
eigenvalue); `inf` where the loss has a kink. No finite margin overflows where the true value is a
float64: exponentials are only taken of numbers that are not positive.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from steepest.errors import ChoiceError

__all__ = [
    "LOSSES",
    "Absolute",
    "CrossEntropy",
    "Huber",
    "Loss",
    "Softmax",
    "Squared",
    "choose_loss",
]

Array = NDArray[np.float64]


class Loss(Protocol):
    """What the linear objective asks of a loss; see the module's docstring for the shapes."""

    @property
    def name(self) -> str:
        """The word by which the loss is chosen."""

    @property
    def formula(self) -> str:
        """The loss as the books write it, for figures and words."""

    @property
    def curvature_bound(self) -> float:
        """The most that the curvature can be, `inf` at a kink."""

    @property
    def margins(self) -> int:
        """How many margins a row has: 1, or k for softmax."""

    def value(self, margin: Array, target: Array) -> Array:
        """Return the loss of each row."""

    def slope(self, margin: Array, target: Array) -> Array:
        """Return the derivative of each row's loss by its margin or margins."""

    def curvature(self, margin: Array, target: Array) -> Array:
        """Return the second derivative of each row's loss."""

    def value_and_slope(self, margin: Array, target: Array) -> tuple[Array, Array]:
        """Return `value` and `slope` at once."""

    def guess(self, target: Array) -> Array:
        """Return the best margin when all rows get the same, shape (margins,)."""

    def spread(self, target: Array) -> float:
        """Return how far margins typically lie apart: the size of a random start."""


@dataclass(frozen=True)
class Squared:
    """The squared error `(margin - target)**2`; its mean is the mean squared error (Gauss 1809)."""

    name: ClassVar[str] = "squared"
    formula: ClassVar[str] = "(prediction - actual)²"
    curvature_bound: ClassVar[float] = 2.0
    margins: ClassVar[int] = 1

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

    def spread(self, target: Array) -> float:
        """Return the standard deviation of the targets."""
        return float(np.std(target))


@dataclass(frozen=True)
class Absolute:
    """The absolute error `|margin - target|` (Laplace 1774); at its kink the slope is 0."""

    name: ClassVar[str] = "absolute"
    formula: ClassVar[str] = "|prediction - actual|"
    curvature_bound: ClassVar[float] = float("inf")
    margins: ClassVar[int] = 1

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

    def guess(self, target: Array) -> Array:
        """Return the median of the targets."""
        return np.median(target, keepdims=True)

    def spread(self, target: Array) -> float:
        """Return the standard deviation of the targets."""
        return float(np.std(target))


@dataclass(frozen=True)
class Huber:
    """Half the square of a small residual, `delta (|r| - delta/2)` of one beyond `delta`.

    `delta` is in the units of the target and must be above 0; ChoiceError if not. Huber 1964,
    "Robust estimation of a location parameter", Ann. Math. Statist. 35(1).
    """

    delta: float = 1.0
    name: ClassVar[str] = "huber"
    curvature_bound: ClassVar[float] = 1.0
    margins: ClassVar[int] = 1

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

    def guess(self, target: Array) -> Array:
        """Return the median of the targets, near enough to the best."""
        return np.median(target, keepdims=True)

    def spread(self, target: Array) -> float:
        """Return the standard deviation of the targets."""
        return float(np.std(target))


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
        """Return both from one exponential; `wrong` is the margin's push to the other class."""
        side = 1.0 - 2.0 * target
        wrong = side * margin
        small = np.exp(-np.abs(wrong))
        value = np.log1p(small)
        value += np.maximum(wrong, 0.0)
        return value, side * np.where(wrong >= 0.0, 1.0, small) / (1.0 + small)

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


LOSSES = ("squared", "absolute", "huber", "cross_entropy")


def choose_loss(name: str, classes: int | None, delta: float = 1.0) -> Loss:
    """Return the loss called `name`; `classes` is None where the target is a number.

    `auto` is squared for a number and cross entropy for classes. Raises ChoiceError for an
    unknown name and for a loss that does not fit the target.
    """
    if name == "auto":
        name = "squared" if classes is None else "cross_entropy"
    if name not in LOSSES:
        raise ChoiceError(f"there is no loss {name!r}; choose one of auto, {', '.join(LOSSES)}")
    if (name == "cross_entropy") != (classes is not None):
        raise ChoiceError(_misfit(name, classes))
    if name == "cross_entropy":
        return CrossEntropy() if classes == 2 else Softmax(classes or 0)
    return {"squared": Squared, "absolute": Absolute, "huber": lambda: Huber(delta)}[name]()


def _misfit(name: str, classes: int | None) -> str:
    """Return why the loss and the target do not go together."""
    if classes is None:
        return f"the loss {name} needs a target of classes, but this target is a number"
    return (
        f"the loss {name} needs a target that is a number, but this target has {classes} "
        "classes; use cross_entropy"
    )
