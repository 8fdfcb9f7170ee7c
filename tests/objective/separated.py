"""Problems of which a linear programme tells whether their loss falls for ever, and in which rows.

The programme is HiGHS', by SciPy: `max sum s` over directions d with `0 <= s <= 1`, `s <= A d`, A
the gains of the rows as they follow from the loss by hand, and no change of those that have none
(Konis 2007; Correia, Guimaraes & Zylkin 2019).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack

Array = np.ndarray


class Drawn(NamedTuple):
    """Rows, targets and the word of a loss."""

    X: Array
    y: Array
    loss: str = "cross_entropy"


def falling_rows(drawn: Drawn, weight: Array | None = None) -> Array:
    """Return the rows whose loss some direction brings to its least, (rows,): a programme says."""
    A, pinned, row = _gains(drawn)
    if weight is not None:
        counts = weight[row] > 0
        A, pinned, row = A[counts], pinned[counts], row[counts]
    free, size = int((~pinned).sum()), A.shape[1]
    equal = hstack([csr_array(A[pinned]), csr_array((int(pinned.sum()), free))]).tocsr()
    found = linprog(
        np.append(np.zeros(size), -np.ones(free)),
        A_ub=hstack([csr_array(-A[~pinned]), eye_array(free)]).tocsr(),
        b_ub=np.zeros(free),
        A_eq=equal if pinned.any() else None,
        b_eq=np.zeros(int(pinned.sum())) if pinned.any() else None,
        bounds=[(None, None)] * size + [(0, 1)] * free,
        method="highs",
    )
    falls = np.zeros(len(drawn.y), dtype=bool)
    falls[row[~pinned][found.x[size:] > 1e-6]] = True
    return falls


def _gains(drawn: Drawn) -> tuple[Array, Array, Array]:
    """Return gains by direction, which of them must stay 0, and the row of each."""
    X, y, loss = drawn
    deviation = X.std(axis=0)
    X = (X - X.mean(axis=0)) / np.where(deviation > 1e-12, deviation, 1.0)
    Z, rows = np.column_stack([X, np.ones(len(X))]), np.arange(len(X))
    if loss == "poisson":
        return -Z, y > 0, rows
    if y.max() < 2:
        return Z * (2 * y - 1)[:, None], np.zeros(len(y), dtype=bool), rows
    classes = int(y.max()) + 1
    pairs = [(i, k) for i in rows for k in range(classes) if k != y[i]]
    A = np.zeros((len(pairs), classes, Z.shape[1]))
    for at, (i, k) in enumerate(pairs):
        A[at, int(y[i])] = Z[i]
        A[at, k] = -Z[i]
    A = A.reshape(len(pairs), -1)
    return A, np.zeros(len(pairs), dtype=bool), np.array([i for i, _ in pairs])


def _two(generator: np.random.Generator) -> tuple[Array, Array, Array]:
    """Return features in odd units, margins, and classes that these make probable."""
    n, p = int(generator.integers(30, 300)), int(generator.integers(1, 5))
    X = generator.normal(size=(n, p)) * 10.0 ** generator.integers(-2, 3, p)
    X = X + generator.normal(size=p)
    margin = ((X - X.mean(axis=0)) / X.std(axis=0)) @ generator.normal(size=p)
    return X, margin, generator.random(n) < 1 / (1 + np.exp(-margin))


def overlap(generator: np.random.Generator) -> Drawn:
    """Return classes that overlap."""
    X, _, y = _two(generator)
    return Drawn(X, y.astype(float))


def flag(generator: np.random.Generator) -> Drawn:
    """Return a sign that never occurs with class 0."""
    X, _, y = _two(generator)
    sign = generator.random(len(y)) < 0.1
    return Drawn(np.column_stack([X, sign]), (y | sign).astype(float))


def oblique(generator: np.random.Generator) -> Drawn:
    """Return classes apart by a line that has rows of both."""
    n = int(generator.integers(60, 300))
    X, mixed = generator.normal(size=(n, 2)), n // 8
    X[:mixed, 1] = X[:mixed, 0]
    y = X[:, 1] > X[:, 0]
    y[:mixed] = generator.random(mixed) < 0.5
    return Drawn(X, y.astype(float))


def complete(generator: np.random.Generator) -> Drawn:
    """Return classes apart."""
    X, margin, _ = _two(generator)
    return Drawn(X, (margin > 0).astype(float))


def level(generator: np.random.Generator) -> Drawn:
    """Return a category one of whose levels, at times the base, only one class has."""
    X, _, y = _two(generator)
    category = generator.integers(0, 6, len(y))
    own = category == generator.integers(0, 6)
    return Drawn(np.column_stack([X, np.eye(6)[category][:, 1:]]), (y | own).astype(float))


def twins(generator: np.random.Generator) -> Drawn:
    """Return all levels of a category, which add up to the bias, a column twice, and a level."""
    n = int(generator.integers(30, 300))
    category, x = generator.integers(0, 4, n), generator.normal(size=n)
    y = (generator.random(n) < 0.5) | ((category == 0) & (generator.random() < 0.7))
    return Drawn(np.column_stack([np.eye(4)[category], x, 2 * x]), y.astype(float))


def grid(generator: np.random.Generator) -> Drawn:
    """Return points of a grid, of which those on a line through it are of both classes."""
    n = int(generator.integers(30, 300))
    X = generator.integers(-3, 4, (n, 3)).astype(float)
    side = np.sign(X @ generator.integers(-2, 3, 3))
    return Drawn(X, np.where(side == 0, generator.integers(0, 2, n), side > 0).astype(float))


def thin(generator: np.random.Generator) -> Drawn:
    """Return one row of its class among all others: a parabola through it has none of them."""
    x = generator.normal(size=int(generator.integers(30, 300)))
    y = np.zeros(len(x))
    y[generator.integers(len(x))] = 1
    return Drawn(np.column_stack([x, x**2]), y)


def wide(generator: np.random.Generator) -> Drawn:
    """Return about twice as many rows as features, with classes by chance (Cover 1965)."""
    p = int(generator.integers(5, 30))
    n = int(2 * p * generator.uniform(0.8, 1.4))
    return Drawn(generator.normal(size=(n, p)), np.append(0, generator.integers(0, 2, n - 1)))


def counts(generator: np.random.Generator) -> Drawn:
    """Return counts, which in one level of a category are at times all 0."""
    X, margin, _ = _two(generator)
    category = generator.integers(0, 6, len(X))
    y = generator.poisson(np.exp(np.clip(margin, -3, 3)))
    if generator.random() < 0.7:
        y[category == generator.integers(0, 6)] = 0
    return Drawn(np.column_stack([X, np.eye(6)[category][:, 1:]]), y.astype(float), "poisson")


def words(generator: np.random.Generator) -> Drawn:
    """Return three classes of rows with a few words each, some of which one class alone has."""
    n, p = int(generator.integers(40, 120)), int(generator.integers(3, 8))
    y = np.append([0, 1, 2], generator.integers(0, 3, n - 3))
    return Drawn((generator.random((n, p)) < 0.1).astype(float), y.astype(float))


def three(generator: np.random.Generator) -> Drawn:
    """Return three classes that overlap, of which one at times is alone in a level."""
    n = int(generator.integers(60, 200))
    y = np.append([0, 1, 2], generator.integers(0, 3, n - 3))
    own = (y == 2) & (generator.random(n) < generator.choice([0.0, 0.4]))
    return Drawn(np.column_stack([generator.normal(size=n) + (y == 1), own]), y.astype(float))


KINDS: tuple[Callable[[np.random.Generator], Drawn], ...] = (
    overlap,
    flag,
    oblique,
    complete,
    level,
    twins,
    grid,
    thin,
    wide,
    counts,
    words,
    three,
)
