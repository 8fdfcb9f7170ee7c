from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from reference import hessian, plain, problem

import steepest as st
from steepest.objective.function import as_objective
from steepest.objective.plane.plane import Plane
from steepest.objective.plane.plane_loss import PointwiseLoss
from steepest.objective.plane.quadratic import Quadratic
from steepest.objective.plane.rows_on_plane import RowsOnPlane

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
    grid = objective.on_plane(plane).grid(a, b)
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
    grid = objective.on_plane(plane).grid(np.array([0.0, 1.0, 2.0]), np.array([0.0, 5.0]))
    assert grid[1, 2] == pytest.approx(objective.value(plane.params(2.0, 5.0)), rel=1e-12)


@pytest.mark.parametrize("kind", LOSSES)
def test_many_blocks_make_the_same_grid(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.data.block_sizes.BLOCK_BYTES", 8192)
    objective = made(kind, 1, 0.1, rows=700)
    a = np.linspace(-2, 2, 6)
    assert_true(objective, some_plane(objective), a, a[:4])


@pytest.mark.parametrize("kind", LOSSES)
def test_threads_change_no_bit_of_the_grid(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.data.block_sizes.BLOCK_BYTES", 8192)
    X, y = problem(kind, 1, rows=700)
    a = np.linspace(-2, 2, 6)
    one, two = (st.LinearObjective(X, y, LOSSES[kind], threads=threads) for threads in (1, 2))
    plane = some_plane(one)
    assert np.array_equal(one.on_plane(plane).grid(a, a), two.on_plane(plane).grid(a, a))


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
    assert objective.on_plane(plane).grid(a, a).min() < 1e-3
    assert_true(objective, plane, a, a)


def test_a_function_is_worked_out_point_by_point() -> None:
    bowl = as_objective(lambda p: (float(p @ p), 2 * p), 3)
    on_plane = bowl.on_plane(Plane.of_two(np.array([1.0, 2.0, 3.0]), 0, 2))
    grid = on_plane.grid(np.array([0.0, 1.0]), np.array([0.0, -3.0]))
    assert grid.tolist() == [[14, 17], [5, 8]]
    assert on_plane.at(np.array([1.0]), np.array([-3.0])).tolist() == [8]
    assert on_plane.bowl() is None


def test_a_function_that_overflows_has_a_hole_and_no_warning() -> None:
    steep = as_objective(lambda p: (np.exp(p[0]) - np.exp(p[1]), p), 2)
    grid = steep.on_plane(Plane.of_two(np.zeros(2), 0, 1)).grid(
        np.array([0.0, 1e3]), np.array([0.0, 1e3])
    )
    assert grid[0].tolist() == [0.0, np.inf]
    assert np.isnan(grid[1, 1])


EVERY = {
    **{kind: LOSSES[kind] for kind in LOSSES},
    "poisson": "poisson",
    "quantile": st.Quantile(0.8),
}
"""Every loss there is, by the problem that it is made for (a quantile's is that of numbers)."""


@pytest.mark.parametrize("l1", [0.0, 0.2])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", EVERY)
@given(seed=some.integers(0, 10**6), l2=some.sampled_from([0.0, 0.3]), far=some.floats(0.1, 3.0))
def test_at_and_grid_are_the_value_of_the_objective(
    kind: str, weighted: bool, l1: float, seed: int, l2: float, far: float
) -> None:
    X, y = problem("squared" if kind == "quantile" else kind, seed, rows=12)
    generator = np.random.default_rng(seed)
    objective = st.LinearObjective(
        X,
        y,
        EVERY[kind],
        l1=l1 if kind not in ("absolute", "quantile") else 0.0,
        l2=l2,
        sample_weight=generator.uniform(0.1, 3, 12) if weighted else None,
    )
    plane = Plane(*generator.normal(size=(3, objective.size)))
    a, b = far * generator.normal(size=(2, 4))
    on_plane, twin = objective.on_plane(plane), PointwiseLoss(objective.value, plane)
    assert np.allclose(on_plane.at(a, b), twin.at(a, b), rtol=1e-12, atol=0)
    assert np.allclose(on_plane.grid(a, b[:3]), twin.grid(a, b[:3]), rtol=1e-11, atol=0)


@pytest.mark.parametrize("kind", ["squared", "cross_entropy", "softmax", "poisson"])
@given(seed=some.integers(0, 10**6))
def test_the_bowl_is_the_minimum_with_its_curvatures(kind: str, seed: int) -> None:
    X, y = problem(kind, seed, rows=40)
    objective = st.LinearObjective(X, y, EVERY[kind], l2=0.1)
    generator = np.random.default_rng(seed)
    plane = Plane(*generator.normal(size=(3, objective.size)) * 0.3)
    bowl = objective.on_plane(plane).bowl()
    assert bowl is not None and bowl.is_lowest
    lowest = plane.params(*bowl.lowest)
    loss, gradient = objective.value_and_gradient(lowest)
    # One more Newton step would lower the loss by no more than a share of 1e-12.
    left = np.array([gradient @ plane.u, gradient @ plane.v])
    assert (left**2 <= 2e-12 * abs(loss) * bowl.curvature).all()
    whole = hessian(objective, lowest)
    true = [plane.u @ whole @ plane.u, plane.v @ whole @ plane.v]
    assert np.allclose(bowl.curvature, true, rtol=1e-6)


@pytest.mark.parametrize("kind", ["absolute", "huber"])
def test_the_bowl_of_a_loss_that_may_be_flat_is_that_of_the_squared_loss(kind: str) -> None:
    X, y = problem(kind, 0)
    flat, squared = (st.LinearObjective(X, y, loss) for loss in (LOSSES[kind], "squared"))
    plane = some_plane(flat)
    ours, theirs = flat.on_plane(plane).bowl(), squared.on_plane(plane).bowl()
    assert ours is not None and theirs is not None
    assert np.array_equal(ours.lowest, theirs.lowest)
    assert theirs.is_lowest and not ours.is_lowest


def test_the_bowl_without_l1_is_not_claimed_to_be_the_minimum_with_it() -> None:
    X, y = problem("squared", 0)
    objective = st.LinearObjective(X, y, "squared", l1=0.3)
    bowl = objective.on_plane(some_plane(objective)).bowl()
    assert bowl is not None and not bowl.is_lowest


def test_separated_classes_have_no_bowl() -> None:
    objective = st.LinearObjective(np.arange(8.0)[:, None], np.arange(8) // 4, "cross_entropy")
    assert objective.on_plane(Plane.of_two(np.zeros(2), 0, 1)).bowl() is None


def test_the_rows_are_read_once_for_the_grid_and_its_bowl(monkeypatch: pytest.MonkeyPatch) -> None:
    objective, calls = made("cross_entropy"), []
    margins = objective.margins
    monkeypatch.setattr(objective, "margins", lambda at: calls.append(0) or margins(at))
    on_plane, a = objective.on_plane(some_plane(objective)), np.linspace(-1, 1, 3)
    on_plane.bowl(), on_plane.grid(a, a), on_plane.at(a, a)
    assert len(calls) == 3


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("kind", LOSSES)
def test_scattered_points_are_the_true_loss(kind: str, l2: float) -> None:
    objective = made(kind, 3, l2)
    plane = some_plane(objective)
    a, b = np.random.default_rng(1).normal(size=(2, 9))
    X, y = problem(kind, 3)
    true = [plain(kind, X, y, plane.params(x, z), l2)[0] for x, z in zip(a, b, strict=True)]
    assert objective.on_plane(plane).at(a, b) == pytest.approx(true, rel=1e-12)


@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_the_quadratics_lowest_point_is_the_closed_form(l2: float) -> None:
    X, y = problem("squared", 4, features=1)
    objective = st.LinearObjective(X, y, st.Squared(), l2=l2)
    rows = RowsOnPlane.of(objective, Plane.of_two(np.zeros(2), 0, 1))
    X1 = np.column_stack([X, np.ones(len(X))])
    half = X1.T @ X1 / len(X) + np.diag([l2 / 2, 0])
    assert np.allclose(Quadratic.of(rows).lowest(), np.linalg.solve(half, X1.T @ y / len(X)))


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
