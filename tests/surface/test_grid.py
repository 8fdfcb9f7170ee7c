from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import plain, problem

import steepest as st
from steepest.objective.plane import Plane, RowsOnPlane
from steepest.surface.grid import Quadratic, loss_at, loss_on_grid

LOSSES = {
    "squared": st.Squared(),
    "absolute": st.Absolute(),
    "huber": st.Huber(),
    "cross_entropy": st.CrossEntropy(),
    "softmax": st.Softmax(3),
}


def made(kind: str, seed: int = 0, l2: float = 0.0, **more: Any) -> st.LinearObjective:
    X, y = problem(kind, seed, **more)
    return st.LinearObjective(X, y, LOSSES[kind], l2=l2)


def some_plane(objective: st.LinearObjective, seed: int = 0) -> Plane:
    return Plane(*np.random.default_rng(seed).normal(size=(3, objective.size)))


def point_by_point(objective: st.LinearObjective, plane: Plane, a: Any, b: Any) -> Any:
    return np.array([[objective.value(plane.params(x, y)) for x in a] for y in b])


def assert_true(
    objective: st.LinearObjective, plane: Plane, a: Any, b: Any, rtol: float = 1e-12
) -> None:
    grid = loss_on_grid(objective, plane, a, b)
    true = point_by_point(objective, plane, a, b)
    assert grid.shape == (len(b), len(a))
    assert np.allclose(grid, true, rtol=rtol, atol=0)


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("kind", LOSSES)
@given(
    seed=some.integers(0, 10**6),
    width=some.floats(1e-3, 10),
    rows=some.integers(6, 40),
    points=some.tuples(some.integers(1, 9), some.integers(1, 9)),
)
def test_every_cell_is_the_true_loss(
    kind: str, l2: float, seed: int, width: float, rows: int, points: tuple[int, int]
) -> None:
    objective = made(kind, seed, l2, rows=rows)
    a, b = (np.linspace(-width, width, count) for count in points)
    assert_true(objective, some_plane(objective, seed), a, b)


@pytest.mark.parametrize("kind", LOSSES)
def test_the_rows_of_the_grid_are_those_of_the_second_axis(kind: str) -> None:
    objective = made(kind)
    plane = some_plane(objective)
    grid = loss_on_grid(objective, plane, np.array([0.0, 1.0, 2.0]), np.array([0.0, 5.0]))
    assert grid[1, 2] == pytest.approx(objective.value(plane.params(2.0, 5.0)), rel=1e-12)


@pytest.mark.parametrize("kind", LOSSES)
def test_many_blocks_make_the_same_grid(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.data.blocks.BLOCK_BYTES", 8192)
    objective = made(kind, 1, 0.1, rows=700)
    a = np.linspace(-2, 2, 6)
    assert_true(objective, some_plane(objective), a, a[:4])


@pytest.mark.parametrize("kind", LOSSES)
def test_threads_change_no_bit_of_the_grid(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.data.blocks.BLOCK_BYTES", 8192)
    X, y = problem(kind, 1, rows=700)
    a = np.linspace(-2, 2, 6)
    one, two = (st.LinearObjective(X, y, LOSSES[kind], threads=threads) for threads in (1, 2))
    plane = some_plane(one)
    assert np.array_equal(loss_on_grid(one, plane, a, a), loss_on_grid(two, plane, a, a))


WIDE = [30, 100, 150, 200, 260, 310, 600, 3000, 1e6]
"""How large margins get: within the tables of exponentials, and far beyond."""


@pytest.mark.parametrize("size", WIDE)
@pytest.mark.parametrize("kind", ["cross_entropy", "softmax"])
def test_margins_of_hundreds_are_no_matter(kind: str, size: float) -> None:
    X, y = problem(kind, 2, features=1)
    objective = st.LinearObjective(X / np.abs(X).max(), y, LOSSES[kind])
    first, second = (0, 3) if kind == "softmax" else (0, 1)
    plane = Plane.of_two(np.zeros(objective.size), first, second)
    a = np.linspace(-size, size, 7)
    assert_true(objective, plane, a, a)


@pytest.mark.parametrize("kind", ["cross_entropy", "softmax"])
def test_tiny_losses_of_separable_data_keep_their_digits(kind: str) -> None:
    generator = np.random.default_rng(0)
    y = np.repeat(np.arange(3.0 if kind == "softmax" else 2.0), 10)
    X = (generator.uniform(-0.2, 0.2, len(y)) + y)[:, None]
    objective = st.LinearObjective(X, y, LOSSES[kind])
    if kind == "softmax":
        plane = Plane(np.array([0, 1, 2, 0, -0.5, -2.0]) * 20, *np.eye(6)[[2, 5]])
    else:
        plane = Plane.of_two(np.array([40.0, -20.0]), 0, 1)
    a = np.linspace(-3, 3, 5)
    assert loss_on_grid(objective, plane, a, a).min() < 1e-3
    assert_true(objective, plane, a, a)


def test_a_function_is_worked_out_point_by_point() -> None:
    class Bowl:
        def value(self, p: Any) -> float:
            return float(p @ p)

        def value_and_gradient(self, p: Any) -> tuple[float, Any]:
            return self.value(p), 2 * p

    plane = Plane.of_two(np.array([1.0, 2.0, 3.0]), 0, 2)
    grid = loss_on_grid(Bowl(), plane, np.array([0.0, 1.0]), np.array([0.0, -3.0]))
    assert grid.tolist() == [[14, 17], [5, 8]]
    assert loss_at(Bowl(), plane, np.array([1.0]), np.array([-3.0])).tolist() == [8]


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("kind", LOSSES)
def test_scattered_points_are_the_true_loss(kind: str, l2: float) -> None:
    objective = made(kind, 3, l2)
    plane = some_plane(objective)
    a, b = np.random.default_rng(1).normal(size=(2, 9))
    X, y = problem(kind, 3)
    true = [plain(kind, X, y, plane.params(x, z), l2)[0] for x, z in zip(a, b, strict=True)]
    assert loss_at(objective, plane, a, b) == pytest.approx(true, rel=1e-12)


@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_the_quadratics_lowest_point_is_the_closed_form(l2: float) -> None:
    X, y = problem("squared", 4, features=1)
    objective = st.LinearObjective(X, y, st.Squared(), l2=l2)
    rows = RowsOnPlane.of(objective, Plane.of_two(np.zeros(2), 0, 1))
    X1 = np.column_stack([X, np.ones(len(X))])
    bend = X1.T @ X1 / len(X) + np.diag([l2 / 2, 0])
    assert np.allclose(Quadratic.of(rows).lowest(), np.linalg.solve(bend, X1.T @ y / len(X)))


def test_a_good_fit_in_large_units_keeps_its_small_loss() -> None:
    X, y = problem("squared", 5, features=1)
    y = 3 * X[:, 0] + 1000 + 1e-3 * np.random.default_rng(0).normal(size=len(y))
    objective = st.LinearObjective(X, y, st.Squared())
    a = np.linspace(-1e-3, 1e-3, 5)
    # A residual of 1e-3 is known to 1e-10 of itself where margins are 1000.
    assert_true(objective, Plane.of_two(np.array([3.0, 1000.0]), 0, 1), a, a, rtol=1e-9)


def test_a_table_of_moderate_exponents_does_not_overflow() -> None:
    run = st.descend("penguins", "sex", ["flipper_length_mm"], start=[-0.4, 0.0])
    assert np.isfinite(run.surface(points=51).loss).all()
