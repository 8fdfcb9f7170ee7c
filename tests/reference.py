"""Plain twins of what steepest computes fast: whole matrices, textbook formulas, no blocks."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.special import expit, log_expit, logsumexp, softmax

from steepest import LinearObjective

Array = NDArray[np.float64]
Valued = tuple[float, Array]


def plain(
    loss: str, X: Array, y: Array, params: Array, l2: float = 0.0, delta: float = 1.0
) -> Valued:
    """Return mean loss plus penalty, and its gradient, at params (weights by rows, then bias)."""
    k = params.size // (X.shape[1] + 1)
    matrix = params.reshape(-1, k)
    weights, margin = matrix[:-1], X @ matrix[:-1] + matrix[-1]
    values, slopes = LOSSES[loss](margin, y, delta)
    gradient = np.vstack([X.T @ slopes / len(X) + l2 * weights, slopes.mean(axis=0)])
    return float(values.mean() + l2 / 2 * np.sum(weights**2)), gradient.ravel()


def _squared(margin: Array, y: Array, delta: float) -> tuple[Array, Array]:
    residual = margin - y[:, None]
    return residual**2, 2 * residual


def _absolute(margin: Array, y: Array, delta: float) -> tuple[Array, Array]:
    residual = margin - y[:, None]
    return np.abs(residual), np.sign(residual)


def _huber(margin: Array, y: Array, delta: float) -> tuple[Array, Array]:
    residual = margin - y[:, None]
    far = np.abs(residual) > delta
    values = np.where(far, delta * (np.abs(residual) - delta / 2), residual**2 / 2)
    return values, np.where(far, delta * np.sign(residual), residual)


def _cross_entropy(margin: Array, y: Array, delta: float) -> tuple[Array, Array]:
    sign = 2 * y[:, None] - 1
    return -log_expit(sign * margin), expit(margin) - y[:, None]


def _softmax(margin: Array, y: Array, delta: float) -> tuple[Array, Array]:
    actual = np.eye(margin.shape[1])[y.astype(int)]
    values = logsumexp(margin, axis=1) - np.sum(margin * actual, axis=1)
    return values, softmax(margin, axis=1) - actual


LOSSES: dict[str, Callable[[Array, Array, float], tuple[Array, Array]]] = {
    "squared": _squared,
    "absolute": _absolute,
    "huber": _huber,
    "cross_entropy": _cross_entropy,
    "softmax": _softmax,
}


def problem(
    kind: str, seed: int, rows: int = 30, features: int = 2, classes: int = 3
) -> tuple[Array, Array]:
    """Return X of unlike columns and y, noisy, for the loss `kind`; every class is there."""
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(rows, features)) * generator.uniform(0.3, 3, features)
    X += generator.normal(size=features)
    score = X @ generator.normal(size=features) + generator.normal(size=rows)
    if kind == "cross_entropy":
        y = (score + generator.logistic(size=rows) > np.median(score)).astype(float)
        y[:2] = 0, 1
        return X, y
    if kind == "poisson":
        y = generator.poisson(np.exp(0.5 * np.clip(score, -8, 8))).astype(float)
        y[:2] = 0, 3
        return X, y
    if kind == "softmax":
        y = generator.integers(0, classes, rows)
        y[:classes] = np.arange(classes)
        return X, y.astype(float)
    return X, score


def hessian(objective: LinearObjective, params: Array) -> Array:
    """Return the second derivatives at params, (size, size), from the curvature of each row."""
    X, y, k = objective.blocks.X, objective.blocks.y, objective.layout.shape[1]
    curvature = objective.loss.curvature(objective.margins(params), y).reshape(len(X), k, k)
    X1 = np.column_stack([X, np.ones(len(X))])
    total = np.einsum("ni,nab,nj->iajb", X1, curvature, X1, optimize=True)
    whole = total.reshape(objective.size, objective.size) / len(X)
    whole[np.diag_indices(objective.size - k)] += objective.penalty.l2
    return whole


def heavy_ball(
    X: Array, y: Array, start: Sequence[float], rate: float, beta: float, steps: int
) -> float:
    """Return the mean squared error after so many steps of Polyak's heavy ball, written out."""
    X1 = np.column_stack([X, np.ones(len(y))])
    params, velocity = np.array(start), np.zeros(X1.shape[1])
    for _ in range(steps):
        velocity = beta * velocity + 2 * X1.T @ (X1 @ params - y) / len(y)
        params = params - rate * velocity
    return float(np.mean((X1 @ params - y) ** 2))


def pinball_program(
    X: Array, y: Array, share: float, l1: float = 0.0, weight: Array | None = None
) -> float:
    """Return the lowest mean loss of a quantile plus L1, by a linear program (HiGHS).

    Features and target are told in units of their own before, or its tolerances would be absolute.
    """
    mean, deviation = X.mean(axis=0), X.std(axis=0)
    deviation = np.where(deviation > 1e-12 * np.abs(mean), deviation, 1.0)
    Z, count, features = (X - mean) / deviation, len(y), X.shape[1]
    middle = np.median(y)
    unit = float(np.abs(y - middle).max()) or 1.0
    weight = np.ones(count) if weight is None else weight
    weight = weight / weight.sum()
    costs = [np.tile(l1 / deviation, 2), np.zeros(2), weight * share, weight * (1.0 - share)]
    margin = np.column_stack([Z, -Z, np.ones(count), -np.ones(count)])
    found = linprog(
        np.concatenate(costs),
        A_eq=np.column_stack([margin, np.eye(count), -np.eye(count)]),
        b_eq=(y - middle) / unit,
        bounds=(0, None),
        method="highs",
    )
    assert found.status == 0, (found.message, features)
    return float(found.fun) * unit
