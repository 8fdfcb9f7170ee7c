"""How good predictions are, in the field's standard numbers and scikit-learn's formulas.

Each is weighted by the rows' sample weights. Where a number is not defined it is None: the AUC of
rows of one class. Where all targets are the same, R² and the deviance explained are 1 if all are
hit and 0 if not, as scikit-learn has them, and of a single row they are not defined.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from steepest.checks import number
from steepest.errors import ChoiceError
from steepest.objective.loss.loss import Loss
from steepest.objective.problem import Problem

__all__ = [
    "GROUPS",
    "MOST_RANKED",
    "Measured",
    "Metrics",
    "Predicted",
    "RecordedMetrics",
    "auc",
    "brier",
    "calibration_sums",
    "confusion",
    "decided",
    "entropy",
    "r_squared",
    "share_explained",
    "shares_of_groups",
]

Array = NDArray[np.float64]
Metrics = Mapping[str, Any]
"""Numbers by name, None where not defined; `confusion` is (k, k), `calibration` (groups, 3)."""

MOST_RANKED = 50
"""Classes up to which the AUC is worked out: each needs the rows in another order."""

GROUPS = 10
"""Groups of probabilities, each a tenth wide, as reliability diagrams usually have them."""


class Measured(Protocol):
    """How good predictions of some rows are."""

    @property
    def metrics(self) -> Metrics:
        """The metrics by name."""


@dataclass(frozen=True)
class RecordedMetrics:
    """Metrics of rows that are not at hand."""

    metrics: Metrics


@dataclass(frozen=True)
class Predicted:
    """Margins, (rows,) or (rows, k), of rows whose target is known; their metrics on demand."""

    loss: Loss
    margins: Array
    losses: Array
    """The loss of each row, (rows,)."""
    actual: Array
    """The target of each row, (rows,): a number, or the code of its class."""
    weight: Array | None = None
    """How much each row counts, (rows,); None where all count the same."""
    threshold: float | None = None
    """From which probability on the second of two classes is said; None: the likeliest."""

    @classmethod
    def of(
        cls,
        problem: Problem,
        margins: Array,
        actual: Array,
        weight: Array | None,
        losses: Array | None = None,
        threshold: float | None = None,
    ) -> "Predicted":
        """Return what a problem with a table says of rows, (rows,), by their margins."""
        assert problem.loss is not None
        losses = problem.loss.value(margins, actual) if losses is None else losses
        return cls(problem.loss, margins, losses, actual, weight, threshold)

    @cached_property
    def metrics(self) -> Metrics:
        """The metrics by name.

        Of numbers: r2, rmse, mae, deviance_explained. Of classes: accuracy, balanced_accuracy,
        log_loss, auc, brier, deviance_explained, confusion, and of two classes calibration.
        """
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            return self._of_numbers() if self.probabilities is None else self._of_classes()

    @cached_property
    def probabilities(self) -> Array | None:
        """The probability of each class for each row, (rows, k); None of a number."""
        return self.loss.probabilities(self.margins)

    @property
    def r2(self) -> float | None:
        """R² of numbers; None of a single row."""
        if len(self.actual) < 2:
            return None
        return r_squared(self.actual, self.loss.prediction(self.margins), self.weight)

    @property
    def accuracy(self) -> float:
        """The share of the rows, by their weights, of which the class that is said is theirs."""
        assert self.probabilities is not None
        right = decided(self.probabilities, self.threshold) == self.actual
        return float(np.average(right, weights=self.weight))

    def _of_numbers(self) -> Metrics:
        predicted = self.loss.prediction(self.margins)
        off = np.abs(self.actual - predicted)
        size = off.max(initial=0.0) or 1.0
        return {
            "r2": self.r2,
            "rmse": float(size * np.sqrt(np.average((off / size) ** 2, weights=self.weight))),
            "mae": float(size * np.average(off / size, weights=self.weight)),
            "deviance_explained": self._explained(self._null_loss),
        }

    def _of_classes(self) -> Metrics:
        codes, probabilities = self.actual.astype(np.intp), self.probabilities
        assert probabilities is not None
        table = confusion(
            codes, decided(probabilities, self.threshold), probabilities.shape[1], self.weight
        )
        sizes = table.sum(axis=1)
        there = sizes > 0
        return {
            "accuracy": self.accuracy,
            "balanced_accuracy": float((table.diagonal()[there] / sizes[there]).mean()),
            "log_loss": float(np.average(self.losses, weights=self.weight)),
            "auc": mean_auc(codes, probabilities, self.weight),
            "brier": brier(codes, probabilities, self.weight),
            "deviance_explained": self._explained(entropy(sizes)),
            "confusion": table,
            "calibration": (
                calibration(codes == 1, probabilities[:, 1], self.weight)
                if probabilities.shape[1] == 2
                else None
            ),
        }

    @property
    def _null_loss(self) -> float:
        """The mean loss where all rows get the same best prediction."""
        with np.errstate(divide="ignore"):
            margin = self.loss.guess(self.actual, self.weight)
        losses = self.loss.value(np.full(len(self.actual), margin[0]), self.actual)
        return float(np.average(losses, weights=self.weight))

    def _explained(self, null: float) -> float | None:
        """Return `1 - loss / null loss`: D², of the squared loss R² (McFadden's of classes)."""
        if len(self.actual) < 2:
            return None
        return share_explained(float(np.average(self.losses, weights=self.weight)), null)


def decided(probabilities: Array, threshold: float | None) -> NDArray[np.intp]:
    """Return the class that is said of each row, (rows,), of probabilities (rows, k).

    It is the likeliest, or of two classes the second from `threshold` on. Raises ChoiceError for
    a threshold that is not between 0 and 1, and of another number of classes.

    >>> decided(np.array([[0.6, 0.4], [0.8, 0.2]]), 0.3)
    array([1, 0])
    """
    if threshold is None:
        return probabilities.argmax(axis=1)
    if probabilities.shape[1] != 2:
        raise ChoiceError(
            f"threshold decides between two classes, but there are {probabilities.shape[1]}; "
            "leave it out"
        )
    least = number("threshold", threshold, above=0.0, below=1.0)
    return (probabilities[:, 1] >= least).astype(np.intp)


def r_squared(actual: Array, predicted: Array, weight: Array | None) -> float:
    """Return `1 - sum (y - prediction)² / sum (y - mean)²` of numbers, (rows,)."""
    spread = actual - np.average(actual, weights=weight)
    off = actual - predicted
    size = max(np.abs(spread).max(), np.abs(off).max()) or 1.0
    misses, all_of_it = (np.average((one / size) ** 2, weights=weight) for one in (off, spread))
    return share_explained(float(misses), float(all_of_it))


def share_explained(left: float, whole: float) -> float:
    """Return `1 - left / whole`; of nothing to explain 1 if nothing is left, else 0."""
    return 1.0 - left / whole if whole else float(left == 0)


def confusion(
    actual: NDArray[np.intp], predicted: NDArray[np.intp], classes: int, weight: Array | None
) -> NDArray[Any]:
    """Return how many rows (by weight) of each class, down, are predicted as each, across: (k, k).

    `actual` and `predicted` are codes, (rows,).
    """
    cells = np.bincount(actual * classes + predicted, weight, minlength=classes * classes)
    return cells.reshape(classes, classes)


def entropy(sizes: NDArray[Any]) -> float:
    """Return `-sum f log f` of the shares f of classes of these sizes, (k,): their null loss."""
    shares = sizes[sizes > 0] / sizes.sum()
    return float(-(shares * np.log(shares)).sum())


def brier(actual: NDArray[np.intp], probabilities: Array, weight: Array | None) -> float:
    """Return the mean of `sum_k (P_k - [class is k])²`, halved of two classes (Brier 1950).

    `actual` are codes, (rows,), `probabilities` (rows, k). Of two classes it is `(P - y)²`.
    """
    off = probabilities.copy()
    off[np.arange(len(actual)), actual] -= 1.0
    score = float(np.average((off**2).sum(axis=1), weights=weight))
    return score / 2 if probabilities.shape[1] == 2 else score


def calibration(
    positive: NDArray[np.bool_], probability: Array, weight: Array | None = None
) -> Array:
    """Return mean probability, share that is positive and weight of each group, (groups, 3).

    A group is the rows, (rows,), of a tenth of all probabilities; those without rows are left out
    (DeGroot & Fienberg 1983, "The comparison and evaluation of forecasters"; scikit-learn's
    `calibration_curve`).

    >>> calibration(np.array([False, True, True]), np.array([0.25, 0.25, 0.875]))
    array([[0.25 , 0.5  , 2.   ],
           [0.875, 1.   , 1.   ]])
    """
    each = np.ones(len(probability)) if weight is None else weight
    return shares_of_groups(calibration_sums(positive, probability, each))


def calibration_sums(positive: NDArray[np.bool_], probability: Array, each: Array) -> Array:
    """Return what the groups of `calibration` sum up to, (3, groups).

    The three are probability, positive rows and all rows, by how much `each` counts, (rows,).
    """
    at = np.searchsorted(np.linspace(0, 1, GROUPS + 1)[1:-1], probability)
    return np.array([np.bincount(at, each * part, GROUPS) for part in (probability, positive, 1.0)])


def shares_of_groups(sums: Array) -> Array:
    """Return `calibration` of the sums of its groups, (3, groups)."""
    there = sums[2] > 0
    total = sums[2][there]
    return np.column_stack([sums[0][there] / total, sums[1][there] / total, total])


def mean_auc(actual: NDArray[np.intp], probabilities: Array, weight: Array | None) -> float | None:
    """Return the AUC of two classes, or the mean of each class against all others.

    None where a class has no row, or none but its own; and of more than 50 classes.
    """
    classes = probabilities.shape[1]
    if classes > MOST_RANKED:
        return None
    against = [1] if classes == 2 else range(classes)
    found = [auc(actual == k, probabilities[:, k], weight) for k in against]
    known = [one for one in found if one is not None]
    return float(np.mean(known)) if len(known) == len(found) else None


def auc(positive: NDArray[np.bool_], score: Array, weight: Array | None = None) -> float | None:
    """Return the chance that a positive row has a higher score than a negative one, ties half.

    That is the area under the ROC curve (Hanley & McNeil 1982, "The meaning and use of the area
    under a receiver operating characteristic (ROC) curve"). All are (rows,). None without a
    positive or a negative row.

    >>> auc(np.array([False, True, False, True]), np.array([0.1, 0.4, 0.4, 0.8]))
    0.875
    """
    _, at = np.unique(score, return_inverse=True)
    each = np.ones(len(score)) if weight is None else weight
    good, bad = (np.bincount(at, each * which) for which in (positive, ~positive))
    pairs = good.sum() * bad.sum()
    below = np.cumsum(bad) - bad
    return float(good @ (below + bad / 2) / pairs) if pairs else None
