"""Directions along which the loss falls for ever: all that there are, and none that is not."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from separated import KINDS, Drawn, falling_rows

import steepest
from steepest.objective.linear import LinearObjective
from steepest.objective.minimum.cone import project_ones
from steepest.objective.minimum.recession import Recession

Draw = Callable[[np.random.Generator], Drawn]

DRAWN = 25
"""Problems of each kind: 300 of all."""


def recession(drawn: Drawn, params: np.ndarray | None = None, **more: object) -> Recession:
    objective = LinearObjective(drawn.X, drawn.y, drawn.loss, **more)
    return objective.recession(np.zeros(objective.size) if params is None else params)


def as_mask(rows: np.ndarray, count: int) -> np.ndarray:
    mask = np.zeros(count, dtype=bool)
    mask[rows] = True
    return mask


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_linear_programme_finds_the_same_rows(kind: Draw) -> None:
    for seed in range(DRAWN):
        generator = np.random.default_rng(seed)
        drawn = kind(generator)
        weight = generator.integers(1, 4, len(drawn.y)).astype(float) if seed % 2 else None
        if seed % 4 == 3:
            weight[: len(drawn.y) // 10] = 0.0
        falls = falling_rows(drawn, weight)
        found = recession(drawn, sample_weight=weight)
        assert found.level in ("proved", "measured")
        assert found.found == falls.any(), seed
        assert (as_mask(found.rows, len(falls)) == falls).all(), seed


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_run_is_told_the_same(kind: Draw) -> None:
    """The end of a run helps to find it, and never another thing."""
    for seed in range(3):
        drawn = kind(np.random.default_rng(seed))
        falls = falling_rows(drawn)
        rows = drawn.X, drawn.y.astype(int)
        run = steepest.descend(rows, loss=drawn.loss, steps=2000, tol=1e-8)
        assert [one.name for one in run.verdicts] == ["separation"] * bool(falls.any())
        assert (run.stop.reason == "separated") == falls.any()
        assert (as_mask(run.recession.rows, len(falls)) == falls).all()


def exact_gains(drawn: Drawn, direction: np.ndarray) -> list[list[Fraction]]:
    """Return the gains of the rows along a direction, in exact arithmetic."""
    classes = 1 if drawn.loss == "poisson" or drawn.y.max() < 2 else int(drawn.y.max()) + 1
    matrix = [[Fraction(one) for one in row] for row in direction.reshape(-1, classes).tolist()]
    gains = []
    for x, y in zip(drawn.X.tolist(), drawn.y.tolist(), strict=True):
        z = [*map(Fraction, x), Fraction(1)]
        m = [sum(a * row[k] for a, row in zip(z, matrix, strict=True)) for k in range(classes)]
        if drawn.loss == "poisson":
            gains.append([-m[0], m[0]] if y > 0 else [-m[0]])
        elif classes == 1:
            gains.append([m[0] if y else -m[0]])
        else:
            gains.append([m[int(y)] - one for one in m])
    return gains


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_is_proved_holds_in_exact_arithmetic(kind: Draw) -> None:
    proved = 0
    for seed in range(6):
        drawn = kind(np.random.default_rng(seed))
        found = recession(drawn)
        if found.direction is None or found.level != "proved":
            continue
        proved += 1
        gains = exact_gains(drawn, found.direction)
        assert min(min(row) for row in gains) >= 0
        assert max(max(row) for row in gains) > 0
    assert proved or kind.__name__ == "overlap"


@given(st.lists(st.tuples(*[st.integers(-2, 2)] * 2, st.integers(0, 1)), min_size=4, max_size=20))
@settings(max_examples=60, deadline=None)
def test_few_rows_with_ties(rows: list[tuple[int, ...]]) -> None:
    table = np.array(rows, dtype=float)
    drawn = Drawn(table[:, :2], table[:, 2])
    if len(np.unique(drawn.y)) < 2:
        return
    found, falls = recession(drawn), falling_rows(drawn)
    assert (as_mask(found.rows, len(falls)) == falls).all()
    assert not found.found or found.level == "proved"


def test_ties_in_units_that_round_are_measured() -> None:
    """A tenth of a grid's numbers, shifted: a plane through its points is none to the last bit."""
    generator = np.random.default_rng(3)
    drawn = KINDS[6](generator)
    turned = drawn.X @ np.linalg.qr(generator.normal(size=(3, 3)))[0] + np.pi
    found, exact = recession(drawn._replace(X=turned)), recession(drawn)
    assert exact.level == "proved" and found.level == "measured"
    assert found.found and (found.rows == exact.rows).all()


def test_sparse_and_float32_and_threads_are_told_the_same() -> None:
    drawn = KINDS[1](np.random.default_rng(5))
    wanted = recession(drawn, threads=1)
    for X, more in (
        (csr_array(drawn.X), {}),
        (drawn.X, {"threads": 3}),
        (np.asfortranarray(drawn.X), {}),
    ):
        found = recession(drawn._replace(X=X), **more)
        assert found.level == wanted.level == "proved"
        assert (found.rows == wanted.rows).all() and (found.direction == wanted.direction).all()
        assert (found.features == wanted.features).all()
    single = recession(drawn._replace(X=drawn.X.astype(np.float32)))
    assert (single.rows == wanted.rows).all() and single.level == "proved"


@pytest.mark.parametrize("penalty", [{"l2": 1e-6}, {"l1": 1e-6}])
def test_a_penalty_holds_weights_and_not_a_bias(penalty: dict[str, float]) -> None:
    for kind in (1, 3, 9, 11):
        drawn = KINDS[kind](np.random.default_rng(0))
        found = recession(drawn, **penalty)
        assert not found.found and found.level == "proved"
    X = np.random.default_rng(0).normal(size=(20, 2))
    zeros = recession(Drawn(X, np.zeros(20), "poisson"), **penalty)
    assert zeros.level == "proved" and zeros.direction is not None
    assert (zeros.direction == [0.0, 0.0, -1.0]).all() and len(zeros.rows) == 20
    weight = np.where(np.arange(20) < 15, 1.0, 0.0)
    drawn = Drawn(X, np.append(np.arange(15) % 2, np.full(5, 2.0)))
    without = recession(drawn, sample_weight=weight, **penalty)
    assert without.direction is not None and without.direction[-3:].tolist() == [0.0, 0.0, -1.0]


@pytest.mark.parametrize("loss", ["squared", "absolute", "huber", "quantile"])
def test_losses_of_numbers_rise_both_ways(loss: str) -> None:
    drawn = KINDS[3](np.random.default_rng(0))
    found = recession(drawn._replace(loss=loss))
    assert not found.found and found.level == "proved" and "rises without end" in found.checked


def test_what_could_not_be_looked_at_says_so() -> None:
    generator = np.random.default_rng(0)
    X, y = generator.normal(size=(2000, 300)), generator.integers(0, 2, 2000).astype(float)
    found = recession(Drawn(X, y))
    assert found.level == "unknown" and not found.found
    assert found.checked == (
        "301 params are more than the 256 up to which directions are searched for"
    )
    weights = generator.normal(size=300)
    apart = recession(Drawn(X, (X @ weights > 0).astype(float)), np.append(weights, 0.0))
    assert apart.level == "proved" and len(apart.rows) == 2000


def test_it_is_kept() -> None:
    drawn = KINDS[1](np.random.default_rng(1))
    objective = LinearObjective(drawn.X, drawn.y, drawn.loss)
    assert objective.recession(np.zeros(objective.size)) is objective.recession(
        np.full(objective.size, np.nan)
    )


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_the_projection_is_that_of_non_negative_least_squares(seed: int) -> None:
    from scipy.optimize import nnls

    generator = np.random.default_rng(seed)
    n, width = int(generator.integers(4, 40)), int(generator.integers(1, 6))
    rows = np.linalg.qr(generator.normal(size=(n, min(n, width))) + generator.choice([0.0, 1.0]))[0]
    counts, left = nnls(rows.T, -rows.sum(axis=0))
    found = project_ones(rows)
    if found is None:
        assert left < 1e-9
    else:
        assert np.allclose(found, rows.sum(axis=0) + counts @ rows, atol=1e-9)
        assert (rows @ found > -1e-9).all()
