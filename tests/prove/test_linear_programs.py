"""Absolute and quantile loss on 240 drawn problems, against the linear programs that they are.

The dual of a quantile's program has a variable a row and a row a param: `max sum y s` over slopes s
between `share - 1` and `share` with `[X 1]' s = 0` (Koenker & Bassett 1978). Its highest value is
the lowest loss.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog

import steepest as st

pytestmark = pytest.mark.prove

Array = NDArray[np.float64]
Problem = tuple[Array, Array]
Draw = Callable[[np.random.Generator, int], Problem]

ABOVE = 1e-6
"""The share of the lowest loss by which a run may end above it."""


def _line(rng: np.random.Generator, rows: int, noise: Array) -> Problem:
    X = rng.normal(size=(rows, 4))
    return X, X @ [1.0, -2.0, 0.5, 0.0] + noise


def _normal(rng: np.random.Generator, rows: int) -> Problem:
    return _line(rng, rows, rng.normal(size=rows))


def _heavy(rng: np.random.Generator, rows: int) -> Problem:
    return _line(rng, rows, rng.standard_t(1.5, size=rows))


def _skewed(rng: np.random.Generator, rows: int) -> Problem:
    X, y = _line(rng, rows, rng.exponential(size=rows))
    return X * [1e-4, 1.0, 1e3, 1.0] + [0.0, 50.0, 0.0, 1e3], np.exp(0.5 * y)


def _ties(rng: np.random.Generator, rows: int) -> Problem:
    X, y = _normal(rng, rows)
    return np.round(X), np.round(y)


def _counts(rng: np.random.Generator, rows: int) -> Problem:
    X = rng.integers(0, 4, (rows, 3)).astype(float)
    return X, rng.poisson(np.exp(0.3 * X[:, 0])).astype(float)


def _collinear(rng: np.random.Generator, rows: int) -> Problem:
    X, y = _heavy(rng, rows)
    return np.column_stack([X, X[:, 0], X.sum(axis=1)]), y


def _near_collinear(rng: np.random.Generator, rows: int) -> Problem:
    X, y = _normal(rng, rows)
    return np.column_stack([X, X[:, 0] + 1e-5 * rng.normal(size=rows)]), y


def _levels(rng: np.random.Generator, rows: int) -> Problem:
    X = np.eye(6)[rng.integers(0, 6, rows)]
    return X[:, 1:], np.round(100 * np.exp(rng.normal(6.0, 1.0, rows)))


DRAWN: dict[str, Draw] = {
    "normal": _normal,
    "heavy": _heavy,
    "skewed": _skewed,
    "ties": _ties,
    "counts": _counts,
    "collinear": _collinear,
    "near collinear": _near_collinear,
    "levels": _levels,
}

LOSSES: dict[str, tuple[dict[str, Any], float]] = {"absolute": ({"loss": "absolute"}, 0.5)} | {
    f"q {share}": ({"loss": "quantile", "quantile": share}, share)
    for share in (0.05, 0.1, 0.25, 0.4, 0.5, 0.75, 0.9, 0.95, 0.99)
}


def lowest(X: Array, y: Array, share: float) -> float:
    """Return the lowest mean loss, by HiGHS, with features and target in units of their own."""
    centred, count = X - X.mean(axis=0), len(y)
    Z = np.column_stack([centred / np.where(np.ptp(X, axis=0) > 0, X.std(axis=0), 1.0), y * 0 + 1])
    away = y - np.median(y)
    unit = np.abs(away).max()
    bounds, zeros = (share - 1.0, share), np.zeros(Z.shape[1])
    found = linprog(-away / unit, A_eq=Z.T, b_eq=zeros, bounds=bounds, method="highs")
    assert found.status == 0, found.message
    return float(-found.fun * unit / count)


@pytest.mark.parametrize("rows", [60, 300, 2000])
@pytest.mark.parametrize("kind", DRAWN)
@pytest.mark.parametrize("loss", LOSSES)
def test_none_is_above_the_linear_program(loss: str, kind: str, rows: int) -> None:
    options, share = LOSSES[loss]
    number = 1000 * rows + 10 * list(DRAWN).index(kind) + list(LOSSES).index(loss)
    X, y = DRAWN[kind](np.random.default_rng(number), rows)
    true = lowest(X, y, share) * (2.0 if loss == "absolute" else 1.0)
    run = st.descend((X, y), **options)
    assert true * (1 - 1e-9) <= run.loss <= true * (1 + ABOVE)
    assert run.loss - run.trace.last.gap <= true * (1 + 1e-9)
    assert run.stop.reason in ("arrived", "settled") and run.verdicts == []
    assert st.descend((X, y), **options, seed=7).loss == pytest.approx(run.loss, rel=1e-9)
